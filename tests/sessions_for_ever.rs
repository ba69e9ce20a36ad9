//! A session of every released version opens, replays to what it was, and can be gone on with.
//!
//! `tests/fixtures/sessions/<version>/<id>/session.db` is what that version left behind (see `write` beside them). None is ever written anew.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use mailferry::adapters::journal::{SqliteJournal, list};
use mailferry::domain::{Moment, SessionId};
use mailferry::plan::MappingAction;
use mailferry::ports::{Journal, Record};
use mailferry::session::{Event, Session, StoredEvent};

/// The folders of the versions, each with its version.
fn versions() -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sessions");
    let entries = fs::read_dir(folder).expect("sessions").map(|entry| entry.expect("an entry").path());
    let mut all: Vec<_> = entries
        .filter(|path| path.is_dir())
        .map(|path| (path.file_name().expect("a version").to_string_lossy().into_owned(), path))
        .collect();
    all.sort();
    all
}

/// A state folder of its own that holds the session.
fn placed(version: &Path) -> (tempfile::TempDir, SessionId) {
    let mut entries = fs::read_dir(version).expect("a session");
    let kept = entries.next().expect("a session").expect("an entry").path();
    let root = tempfile::tempdir().expect("a folder");
    let id = kept.file_name().expect("an id").to_string_lossy().into_owned();
    let folder = root.path().join("sessions").join(&id);
    fs::create_dir_all(&folder).expect("a folder");
    fs::copy(kept.join("session.db"), folder.join("session.db")).expect("copied");
    (root, id.parse().expect("an id"))
}

/// What a session comes to, in lines that mean the same in every version.
fn told(session: &Session, events: &[StoredEvent]) -> String {
    let mut text = String::new();
    let mut line = |words: String| writeln!(text, "{words}").expect("written");
    line(format!("{} events, step {:?}, finished {}", events.len(), session.step(), session.is_finished));
    line(format!("mode {:?}, strategy {:?}, resumed {}", session.mode, session.strategy, session.resumed));
    for migration in &session.migrations {
        let name = |address: &Option<_>| address.as_ref().map(ToString::to_string).unwrap_or_default();
        let target = migration.target.as_ref().map(|target| format!("{} at {}", target.user, target.endpoint)).unwrap_or_default();
        line(format!("{} became {}, and {target}", migration.source.address, name(&migration.temporary)));
        line(format!(
            "  rename {:?}, create {:?} from {}, copy {:?}",
            migration.rename,
            migration.create,
            name(&migration.seat),
            migration.copy_state()
        ));
        for (id, mailbox) in &migration.mailboxes {
            let to = match &mailbox.mapping.action {
                MappingAction::Copy { .. } => mailbox.to.as_ref().map(ToString::to_string).unwrap_or_default(),
                MappingAction::Skip { reason } => format!("left: {reason:?}"),
            };
            let counts = (mailbox.messages, mailbox.copied, mailbox.refused, mailbox.verified, mailbox.bytes.0);
            line(format!("  {}: {to} {:?} {counts:?}", id.0, mailbox.state));
        }
    }
    for (domain, state) in &session.dns {
        for record in &state.records {
            line(format!("{domain} {:?} {:?} {}", record.purpose, record.verdict, record.explanation));
        }
    }
    text
}

#[tokio::test]
async fn a_session_of_every_released_version_is_still_what_it_was() {
    for (version, folder) in versions() {
        let (root, id) = placed(&folder);
        assert_eq!(list(root.path()).expect("listed").len(), 1, "{version}");
        let journal = SqliteJournal::open(root.path(), &id).expect(&version);
        let events = journal.events().await.expect(&version);
        let session = Session::replay(&events);
        insta::assert_snapshot!(format!("sessions_for_ever@{version}"), told(&session, &events));
        for migration in &session.migrations {
            let tallies = journal.tallies(migration.id).await.expect(&version);
            let sum = |of: fn(&mailferry::ports::MailboxTally) -> u64| tallies.iter().map(|(_, tally)| of(tally)).sum::<u64>();
            assert_eq!(
                (sum(|t| t.copied), sum(|t| t.refused)),
                (migration.copied(), migration.refused()),
                "{version}: ledger and journal agree"
            );
            for mailbox in migration.mailboxes.keys() {
                let entries = journal.entries(migration.id, *mailbox, None).await.expect(&version);
                let tally = tallies.iter().find(|(id, _)| id == mailbox).map(|(_, tally)| tally.copied + tally.refused);
                assert_eq!(entries.len() as u64, tally.unwrap_or(0), "{version}");
            }
        }
        let record = Record { at: Moment(0), event: Event::SessionResumed { version: "test".to_owned() }, ledger: Vec::new() };
        assert_eq!(journal.append(vec![record]).await, Ok(vec![events.len() as u64 + 1]), "{version}: it can be gone on with");
    }
}

#[tokio::test]
async fn every_moment_of_a_released_session_replays_and_the_events_survive_being_written_again() {
    for (version, folder) in versions() {
        let (root, id) = placed(&folder);
        let events = SqliteJournal::watch(root.path(), &id).expect(&version).events().await.expect(&version);
        let mut furthest = None;
        for length in 0..=events.len() {
            furthest = furthest.max(Some(Session::replay(&events[..length]).step()));
        }
        assert_eq!(furthest, Some(mailferry::session::Step::Finish), "{version}");
        for stored in &events {
            let again = serde_json::to_string(&stored.event).expect("written");
            assert_eq!(serde_json::from_str::<Event>(&again).expect("read"), stored.event, "{version}: {again}");
        }
    }
}
