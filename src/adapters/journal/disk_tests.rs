//! What only a disk can do: be killed, be full, be read-only, be held by somebody else.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::domain::{MailboxId, Moment, SessionId};
use crate::ports::{EntryState, Journal, JournalError, LedgerChange};
use crate::session::{Event, JOURNAL_FORMAT};

use super::contract_tests::{ACCOUNT, BOX, entry, record};
use super::{SqliteJournal, forget, list};

/// Names the folder in which [`a_process_that_writes_until_it_is_killed`] writes.
const CHILD: &str = "MAILFERRY_TEST_JOURNAL";

fn id() -> SessionId {
    "7F3K-QX".parse().expect("an id")
}

fn folder_of(root: &Path) -> PathBuf {
    root.join("sessions/7F3K-QX")
}

fn opened(format: u32, version: &str) -> Event {
    Event::SessionOpened { id: id(), version: version.to_owned(), format }
}

async fn begun(root: &Path) -> SqliteJournal {
    let journal = SqliteJournal::create(root, &id()).expect("a journal");
    journal.append(vec![record(opened(JOURNAL_FORMAT, "0.1.0"), vec![])]).await.expect("appended");
    journal
}

#[tokio::test]
async fn a_dropped_journal_can_be_opened_at_once_and_goes_on_counting() {
    let root = tempfile::tempdir().expect("a folder");
    drop(begun(root.path()).await);
    let journal = SqliteJournal::open(root.path(), &id()).expect("opened");
    assert_eq!(journal.append(vec![record(Event::Paused, vec![])]).await, Ok(vec![2]));
    assert_eq!(journal.events_after(1).await.expect("events").len(), 1);
}

#[tokio::test]
async fn only_one_may_hold_a_session_and_others_may_watch() {
    let root = tempfile::tempdir().expect("a folder");
    let holder = begun(root.path()).await;
    let second = SqliteJournal::open(root.path(), &id()).err();
    assert_eq!(second, Some(JournalError::Locked { id: "7F3K-QX".to_owned(), pid: std::process::id() }));
    let watcher = SqliteJournal::watch(root.path(), &id()).expect("watching");
    assert!(watcher.is_watching());
    holder.append(vec![record(Event::Paused, vec![])]).await.expect("appended");
    assert_eq!(watcher.events().await.expect("events").len(), 2, "what is committed is seen");
    assert!(matches!(watcher.append(vec![record(Event::Paused, vec![])]).await, Err(JournalError::Locked { .. })));
    assert!(matches!(watcher.save_file("report.md", b"x").await, Err(JournalError::Locked { .. })));
    assert_eq!(list(root.path()).expect("a list")[0].held_by, Some(std::process::id()));
    drop(holder);
    assert_eq!(list(root.path()).expect("a list")[0].held_by, None);
    assert!(matches!(watcher.append(vec![]).await, Err(JournalError::ReadOnly { .. })));
}

#[tokio::test]
async fn calls_that_wait_together_all_become_durable() {
    let root = tempfile::tempdir().expect("a folder");
    let journal = Arc::new(begun(root.path()).await);
    let mut calls = tokio::task::JoinSet::new();
    for uid in 1..=200 {
        let journal = Arc::clone(&journal);
        calls.spawn(async move {
            let change = LedgerChange::Put(vec![entry(uid, EntryState::Copied)]);
            journal.append(vec![record(Event::Paused, vec![change]), record(Event::Unpaused, vec![])]).await
        });
    }
    let mut numbers = Vec::new();
    while let Some(answer) = calls.join_next().await {
        let pair = answer.expect("no panic").expect("appended");
        assert_eq!(pair[0] + 1, pair[1], "a call's records stay together");
        numbers.extend(pair);
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (2..=401).collect::<Vec<u64>>());
    assert_eq!(journal.entries(ACCOUNT, BOX, None).await.expect("entries").len(), 200);
}

#[tokio::test]
async fn what_a_kill_leaves_holds_everything_acknowledged() {
    let root = tempfile::tempdir().expect("a folder");
    let journal = begun(root.path()).await;
    journal.append(vec![record(Event::Paused, vec![LedgerChange::Put(vec![entry(5, EntryState::Intended)])])]).await.expect("appended");
    let left = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder_of(left.path())).expect("a folder");
    for name in ["session.db", "session.db-wal"] {
        fs::copy(folder_of(root.path()).join(name), folder_of(left.path()).join(name)).expect("copied as a kill would leave it");
    }
    let again = SqliteJournal::open(left.path(), &id()).expect("opened");
    assert_eq!(again.events().await.expect("events").len(), 2);
    assert_eq!(again.entries(ACCOUNT, BOX, Some(EntryState::Intended)).await.expect("entries").len(), 1);
}

/// Not a test of its own: the process that the next test kills. It says on its output what was acknowledged.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a test process has no arguments of its own")]
async fn a_process_that_writes_until_it_is_killed() {
    let Some(root) = std::env::var_os(CHILD) else { return };
    let journal = SqliteJournal::open(Path::new(&root), &id()).expect("opened");
    for uid in 1..100_000 {
        let change = LedgerChange::Put(vec![entry(uid, EntryState::Copied)]);
        let seq = journal.append(vec![record(Event::Paused, vec![change])]).await.expect("appended");
        println!("acknowledged {}", seq[0]);
    }
}

#[tokio::test]
async fn a_killed_process_loses_nothing_that_it_was_told_is_safe() {
    let root = tempfile::tempdir().expect("a folder");
    drop(begun(root.path()).await);
    let mut safe = 1;
    for after in [1, 7, 30] {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "--nocapture", "adapters::journal::disk_tests::a_process_that_writes_until_it_is_killed"])
            .env(CHILD, root.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a child");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let said = lines.map_while(Result::ok).filter_map(|line| line.split_once("acknowledged ")?.1.trim().parse::<u64>().ok());
        safe = said.take(after).last().expect("it writes");
        child.kill().expect("killed");
        child.wait().expect("gone");
        let journal = SqliteJournal::open(root.path(), &id()).expect("the lock went with the process");
        let events = journal.events().await.expect("events").len() as u64;
        assert!(events >= safe, "{events} events, {safe} were acknowledged");
    }
    assert!(safe > 30);
}

#[tokio::test]
async fn a_full_disk_is_named_and_nothing_of_the_call_is_written() {
    let root = tempfile::tempdir().expect("a folder");
    drop(begun(root.path()).await);
    let journal = SqliteJournal::open_on_a_small_disk(root.path(), &id(), 8).expect("opened");
    let rows = LedgerChange::Put((1..2000).map(|uid| entry(uid, EntryState::Copied)).collect());
    let full = journal.append(vec![record(Event::Paused, vec![rows.clone()])]).await;
    assert_eq!(full, Err(JournalError::DiskFull { path: folder_of(root.path()).display().to_string() }));
    assert_eq!(journal.events().await.expect("events").len(), 1);
    assert_eq!(journal.entries(ACCOUNT, BOX, None).await, Ok(vec![]));
    assert_eq!(journal.append(vec![record(Event::Paused, vec![])]).await, Ok(vec![2]), "what fits is still taken");
    drop(journal);
    let roomy = SqliteJournal::open(root.path(), &id()).expect("opened");
    assert_eq!(roomy.append(vec![record(Event::Unpaused, vec![rows])]).await, Ok(vec![3]));
}

#[tokio::test]
#[ignore = "mounts a small file system, needs root; run by .ci/run"]
async fn a_disk_that_is_really_full_or_read_only_is_named() {
    let root = tempfile::tempdir().expect("a folder");
    let mount = |options: &str| {
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(root.path()).status();
        done.expect("mount").success()
    };
    if !mount("size=1m") {
        // Some containers forbid it even to root. The other tests of this file cover the same answers by other means.
        return println!("no file system may be mounted here: not tested");
    }
    let journal = begun(root.path()).await;
    let filler = vec![0; 600_000];
    journal.save_file("refused/1.eml", &filler).await.expect("it fits");
    let second = journal.save_file("refused/2.eml", &filler).await;
    assert!(matches!(second, Err(JournalError::DiskFull { .. })), "{second:?}");
    let rows = LedgerChange::Put((1..20_000).map(|uid| entry(uid, EntryState::Copied)).collect());
    let full = journal.append(vec![record(Event::Paused, vec![rows])]).await;
    assert!(matches!(full, Err(JournalError::DiskFull { .. })), "{full:?}");
    assert_eq!(journal.append(vec![record(Event::Paused, vec![])]).await, Ok(vec![2]));
    drop(journal);
    assert!(mount("remount,ro"));
    let refused = SqliteJournal::open(root.path(), &id()).err();
    assert!(matches!(refused, Some(JournalError::ReadOnly { .. })), "{refused:?}");
    let watched = SqliteJournal::watch(root.path(), &id()).expect("it can still be looked at");
    assert_eq!(watched.events().await.expect("events").len(), 2);
    drop(watched);
    assert!(Command::new("umount").arg(root.path()).status().expect("umount").success());
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    let root = tempfile::tempdir().expect("a folder");
    let file = root.path().join("state");
    fs::write(&file, "not a folder").expect("written");
    let refused = SqliteJournal::create(&file, &id()).err();
    assert!(matches!(&refused, Some(JournalError::ReadOnly { path, .. }) if path.contains("state")), "{refused:?}");
    assert!(matches!(list(&file), Err(JournalError::ReadOnly { .. })));
    fs::create_dir_all(folder_of(root.path()).join("session.db")).expect("a folder where the database should be");
    let refused = SqliteJournal::open(root.path(), &id()).err();
    assert!(matches!(refused, Some(JournalError::ReadOnly { .. })), "{refused:?}");
    if !rustix::process::geteuid().is_root() {
        fs::set_permissions(root.path(), fs::Permissions::from_mode(0o500)).expect("read-only");
        assert!(matches!(SqliteJournal::create(root.path(), &id()).err(), Some(JournalError::ReadOnly { .. })));
        fs::set_permissions(root.path(), fs::Permissions::from_mode(0o700)).expect("writable");
    }
}

#[tokio::test]
async fn nobody_else_can_read_a_session() {
    let root = tempfile::tempdir().expect("a folder");
    let journal = begun(root.path()).await;
    journal.save_file("refused/inbox/9.eml", b"mail").await.expect("saved");
    let mut open = vec![root.path().join("sessions")];
    let mut seen = 0;
    while let Some(path) = open.pop() {
        let data = fs::metadata(&path).expect("metadata");
        let expected = if data.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(data.permissions().mode() & 0o777, expected, "{}", path.display());
        seen += 1;
        if data.is_dir() {
            open.extend(fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
        }
    }
    assert_eq!(seen, 10, "sessions, the session, log, refused, inbox, the mail, session.db with -wal and -shm, lock");
}

#[tokio::test]
async fn a_forgotten_session_leaves_nothing() {
    let root = tempfile::tempdir().expect("a folder");
    assert_eq!(forget(root.path(), &id()), Err(JournalError::Unknown { id: "7F3K-QX".to_owned() }));
    assert_eq!(list(root.path()), Ok(vec![]));
    let journal = begun(root.path()).await;
    journal.save_file("refused/9.eml", b"mail").await.expect("saved");
    assert!(matches!(forget(root.path(), &id()), Err(JournalError::Locked { .. })));
    drop(journal);
    let found = list(root.path()).expect("a list");
    assert_eq!((found.len(), found[0].touched), (1, Moment(1_790_000_000_000)));
    assert_eq!(forget(root.path(), &id()), Ok(()));
    assert!(!folder_of(root.path()).exists());
    assert!(matches!(SqliteJournal::open(root.path(), &id()).err(), Some(JournalError::Unknown { .. })));
    assert!(matches!(SqliteJournal::watch(root.path(), &id()).err(), Some(JournalError::Unknown { .. })));
}

#[tokio::test]
async fn a_session_from_the_future_is_left_alone() {
    let root = tempfile::tempdir().expect("a folder");
    let journal = SqliteJournal::create(root.path(), &id()).expect("a journal");
    journal.append(vec![record(opened(JOURNAL_FORMAT + 1, "9.1.0"), vec![])]).await.expect("appended");
    drop(journal);
    let too_new = JournalError::TooNew { id: "7F3K-QX".to_owned(), version: "9.1.0".to_owned() };
    assert_eq!(SqliteJournal::open(root.path(), &id()).err(), Some(too_new.clone()));
    assert_eq!(SqliteJournal::watch(root.path(), &id()).err(), Some(too_new));
    assert_eq!(list(root.path()).expect("a list").len(), 1);
}

#[tokio::test]
async fn an_unknown_event_is_from_the_future_or_damage() {
    for (version, is_newer) in [("0.1.0", false), ("0.10.0", true)] {
        let root = tempfile::tempdir().expect("a folder");
        let journal = begun(root.path()).await;
        let resumed = Event::SessionResumed { version: version.to_owned() };
        journal.append(vec![record(resumed, vec![])]).await.expect("appended");
        drop(journal);
        let database = rusqlite::Connection::open(folder_of(root.path()).join("session.db")).expect("a database");
        database.execute("INSERT INTO events VALUES(3, 5, '{\"event\":\"mail-teleported\"}')", []).expect("inserted");
        drop(database);
        let events = SqliteJournal::open(root.path(), &id()).expect("opened").events().await;
        match events {
            Err(JournalError::TooNew { version, .. }) if is_newer => assert_eq!(version, "0.10.0"),
            Err(JournalError::Damaged { cause, .. }) if !is_newer => assert!(cause.starts_with("event 3"), "{cause}"),
            other => panic!("{version}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn damage_is_named() {
    let root = tempfile::tempdir().expect("a folder");
    drop(begun(root.path()).await);
    let path = folder_of(root.path()).join("session.db");
    let whole = fs::read(&path).expect("bytes");
    for bytes in [b"this is not a database at all".repeat(50), whole[..whole.len() / 2].to_vec()] {
        fs::write(&path, bytes).expect("written");
        let outcome = match SqliteJournal::open(root.path(), &id()) {
            Ok(journal) => journal.events().await.err(),
            Err(error) => Some(error),
        };
        assert!(matches!(outcome, Some(JournalError::Damaged { .. })), "{outcome:?}");
    }
    fs::remove_file(&path).expect("removed");
    rusqlite::Connection::open(&path).expect("a database").execute_batch("CREATE TABLE other(x)").expect("a table");
    assert!(matches!(SqliteJournal::open(root.path(), &id()).err(), Some(JournalError::Damaged { .. })));
}

#[tokio::test]
async fn an_interrupted_creation_is_no_session_yet_but_can_be_taken_up() {
    let root = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder_of(root.path())).expect("a folder");
    fs::write(folder_of(root.path()).join("session.db"), b"").expect("written");
    assert_eq!(list(root.path()), Ok(vec![]));
    let journal = SqliteJournal::open(root.path(), &id()).expect("opened");
    assert_eq!(journal.append(vec![record(Event::Paused, vec![])]).await, Ok(vec![1]));
    drop(journal);
    assert!(matches!(SqliteJournal::create(root.path(), &id()).err(), Some(JournalError::Damaged { .. })));
}

#[tokio::test]
async fn a_journal_that_winds_up_is_whole_and_goes_on() {
    let root = tempfile::tempdir().expect("a folder");
    let journal = begun(root.path()).await;
    let row = |uid| vec![LedgerChange::Put(vec![entry(uid, EntryState::Copied)])];
    journal.append(vec![record(Event::Paused, row(5))]).await.expect("appended");
    journal.wind_up().await;
    let alone = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder_of(alone.path())).expect("a folder");
    fs::copy(folder_of(root.path()).join("session.db"), folder_of(alone.path()).join("session.db")).expect("copied without its log");
    let copied = SqliteJournal::open(alone.path(), &id()).expect("opened");
    assert_eq!(copied.entries(ACCOUNT, BOX, None).await.expect("entries").len(), 1);
    let (written, ()) = tokio::join!(journal.append(vec![record(Event::Paused, row(6))]), journal.wind_up());
    assert_eq!(written, Ok(vec![3]));
    drop(journal);
    assert!(!folder_of(root.path()).join("session.db-wal").exists());
    let again = SqliteJournal::open(root.path(), &id()).expect("opened");
    assert_eq!(again.entries(ACCOUNT, BOX, None).await.expect("entries").len(), 2);
    drop(again);
    let watched = SqliteJournal::watch(root.path(), &id()).expect("looked at");
    watched.wind_up().await;
}

#[tokio::test]
async fn what_an_interrupted_creation_left_does_not_stand_in_the_way() {
    let root = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder_of(root.path())).expect("a folder");
    let left = folder_of(root.path()).join("session.db-new");
    fs::write(&left, b"half a database, and longer than a whole one".repeat(1_000)).expect("written");
    assert_eq!(list(root.path()), Ok(vec![]));
    assert!(matches!(SqliteJournal::open(root.path(), &id()).err(), Some(JournalError::Unknown { .. })));
    let journal = begun(root.path()).await;
    assert_eq!(journal.append(vec![record(Event::Paused, vec![])]).await, Ok(vec![2]));
    assert!(!left.exists());
}

#[tokio::test]
async fn a_hundred_thousand_rows_are_answered_quickly() {
    let root = tempfile::tempdir().expect("a folder");
    let journal = begun(root.path()).await;
    for start in (1..100_000).step_by(10_000) {
        let rows = LedgerChange::Put((start..start + 10_000).map(|uid| entry(uid, EntryState::Copied)).collect());
        journal.append(vec![record(Event::Paused, vec![rows])]).await.expect("appended");
    }
    let started = Instant::now();
    assert_eq!(journal.entries(ACCOUNT, BOX, None).await.expect("entries").len(), 100_000);
    assert_eq!(journal.entries(ACCOUNT, BOX, Some(EntryState::Refused)).await.expect("entries").len(), 0);
    assert_eq!(journal.entries(ACCOUNT, MailboxId(9), None).await.expect("entries").len(), 0);
    assert_eq!(journal.tallies(ACCOUNT).await.expect("tallies")[0].1.copied, 100_000);
    let took = started.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?} without optimisation, on a busy machine");
}
