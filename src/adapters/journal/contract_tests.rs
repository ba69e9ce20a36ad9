//! What every journal promises, asked of the one on disk and of the one in memory alike.

use crate::domain::{BatchId, ByteSize, Flags, InternalDate, MailboxId, MigrationId, Moment, Uid, UidSet, UidValidity};
use crate::mailcopy::{Brief, Comparison, Digest, Fingerprint};
use crate::ports::{Entry, EntryState, Journal, JournalError, LedgerChange, MailboxRows, MailboxTally, Record};
use crate::session::{Event, StoredEvent};

use super::{MemoryJournal, SqliteJournal};

pub(super) const ACCOUNT: MigrationId = MigrationId(1);
pub(super) const BOX: MailboxId = MailboxId(3);
pub(super) const VALIDITY: UidValidity = UidValidity(u32::MAX);
/// The rows that these tests write.
pub(super) const ROWS: MailboxRows = MailboxRows { migration: ACCOUNT, mailbox: BOX, source_validity: VALIDITY };

/// A row that uses every column to its edges.
pub(super) fn entry(uid: u32, state: EntryState) -> Entry {
    let byte = |n: u32| Digest([u8::try_from(n % 256).expect("a byte"); 32]);
    Entry {
        migration: ACCOUNT,
        mailbox: BOX,
        source_validity: VALIDITY,
        source_uid: Uid(uid),
        target_validity: UidValidity(7),
        target_uid: (state != EntryState::Intended).then_some(Uid(uid.wrapping_add(1000))),
        fingerprint: Fingerprint { exact: byte(uid), content: Some(byte(uid.wrapping_add(1))) },
        size: ByteSize(u64::from(uid) * 10),
        internal_date: uid.is_multiple_of(2).then(|| InternalDate::from_unix(i64::from(uid) - 3_000_000_000, -570).expect("a date")),
        flags: Flags::from_wire(["\\Seen", "$Forwarded", "\\Odd"]),
        state,
        reason: (state == EntryState::Refused).then(|| "[LIMIT] larger than 35 MB".to_owned()),
        batch: BatchId(1),
    }
}

pub(super) fn record(event: Event, ledger: Vec<LedgerChange>) -> Record {
    Record { at: Moment(1_790_000_000_000), event, ledger }
}

fn put(states: &[(u32, EntryState)]) -> LedgerChange {
    LedgerChange::Put(states.iter().map(|(uid, state)| entry(*uid, *state)).collect())
}

fn both() -> (tempfile::TempDir, Vec<Box<dyn Journal>>) {
    let root = tempfile::tempdir().expect("a folder");
    let disk = SqliteJournal::create(root.path(), &"7F3K-QX".parse().expect("an id")).expect("a journal");
    (root, vec![Box::new(disk), Box::new(MemoryJournal::new())])
}

async fn uids(journal: &dyn Journal, state: Option<EntryState>) -> Vec<u32> {
    journal.entries(ACCOUNT, BOX, state).await.expect("entries").iter().map(|e| e.source_uid.0).collect()
}

#[tokio::test]
async fn events_come_back_in_order_with_numbers_from_one() {
    let (_root, journals) = both();
    for journal in journals {
        assert_eq!(journal.events().await, Ok(vec![]));
        let opened = Event::SessionOpened { id: "7F3K-QX".parse().expect("an id"), version: "0.1.0".to_owned(), format: 1 };
        let numbers = journal.append(vec![record(opened.clone(), vec![]), record(Event::Paused, vec![])]).await;
        assert_eq!(numbers, Ok(vec![1, 2]));
        assert_eq!(journal.append(vec![]).await, Ok(vec![]));
        assert_eq!(journal.append(vec![record(Event::Unpaused, vec![])]).await, Ok(vec![3]));
        let at = Moment(1_790_000_000_000);
        let expected = [opened, Event::Paused, Event::Unpaused].into_iter().zip(1..).map(|(event, seq)| StoredEvent { seq, at, event });
        assert_eq!(journal.events().await, Ok(expected.collect()));
    }
}

#[tokio::test]
async fn a_row_comes_back_as_it_was_put() {
    let (_root, journals) = both();
    for journal in journals {
        let rows = vec![entry(u32::MAX, EntryState::Refused), entry(4, EntryState::Copied), entry(9, EntryState::Intended)];
        journal.append(vec![record(Event::Paused, vec![LedgerChange::Put(rows.clone())])]).await.expect("appended");
        let back = journal.entries(ACCOUNT, BOX, None).await.expect("entries");
        assert_eq!(back, [rows[1].clone(), rows[2].clone(), rows[0].clone()], "ascending by source UID");
        assert_eq!(back[0].internal_date.map(InternalDate::offset_minutes), Some(-570), "the zone is kept");
        assert_eq!(journal.entries(ACCOUNT, MailboxId(4), None).await, Ok(vec![]));
    }
}

#[tokio::test]
async fn a_settled_doubt_forgets_only_what_is_still_intended() {
    let (_root, journals) = both();
    for journal in journals {
        let rows = put(&[(1, EntryState::Intended), (2, EntryState::Intended), (3, EntryState::Copied), (4, EntryState::Intended)]);
        journal.append(vec![record(Event::Paused, vec![rows])]).await.expect("appended");
        let mark = LedgerChange::Mark {
            migration: ACCOUNT,
            mailbox: BOX,
            source_validity: VALIDITY,
            state: EntryState::Copied,
            uids: vec![(Uid(1), Some(Uid(500))), (Uid(3), None), (Uid(77), None)],
        };
        let forget =
            LedgerChange::Forget { migration: ACCOUNT, mailbox: BOX, source_validity: VALIDITY, uids: [1, 2, 3, 99].map(Uid).to_vec() };
        journal.append(vec![record(Event::Unpaused, vec![mark, forget])]).await.expect("appended");
        assert_eq!(uids(&*journal, None).await, [1, 3, 4]);
        assert_eq!(uids(&*journal, Some(EntryState::Copied)).await, [1, 3]);
        assert_eq!(uids(&*journal, Some(EntryState::Intended)).await, [4]);
        let copied = journal.entries(ACCOUNT, BOX, Some(EntryState::Copied)).await.expect("entries");
        let targets: Vec<_> = copied.iter().map(|e| e.target_uid).collect();
        assert_eq!(targets, [Some(Uid(500)), Some(Uid(1003))], "an unknown target UID does not erase a known one");
    }
}

#[tokio::test]
async fn nothing_is_left_of_copies_into_an_account_that_is_gone() {
    let (_root, journals) = both();
    for journal in journals {
        let rows = put(&[(1, EntryState::Copied), (2, EntryState::Verified), (3, EntryState::Intended), (4, EntryState::Refused)]);
        let mailbox = Entry { mailbox: MailboxId(4), ..entry(1, EntryState::Copied) };
        let account = Entry { migration: MigrationId(ACCOUNT.0 + 1), ..entry(1, EntryState::Copied) };
        let others = LedgerChange::Put(vec![mailbox, account.clone()]);
        journal.append(vec![record(Event::Paused, vec![rows, others])]).await.expect("appended");
        journal.append(vec![record(Event::Unpaused, vec![LedgerChange::Clear { migration: ACCOUNT }])]).await.expect("appended");
        for mailbox in [BOX, MailboxId(4)] {
            assert_eq!(journal.entries(ACCOUNT, mailbox, None).await, Ok(Vec::new()));
        }
        assert_eq!(journal.entries(account.migration, account.mailbox, None).await, Ok(vec![account]));
    }
}

#[tokio::test]
async fn renumbering_survives_uids_that_change_places() {
    let (_root, journals) = both();
    for journal in journals {
        let rows = put(&[(1, EntryState::Copied), (2, EntryState::Copied), (3, EntryState::Verified)]);
        let elsewhere = Entry { mailbox: MailboxId(4), ..entry(1, EntryState::Copied) };
        journal.append(vec![record(Event::Paused, vec![rows, LedgerChange::Put(vec![elsewhere.clone()])])]).await.expect("appended");
        let to = UidValidity(5);
        let renumber = LedgerChange::Renumber {
            migration: ACCOUNT,
            mailbox: BOX,
            from: VALIDITY,
            to,
            uids: vec![(Uid(1), Uid(2)), (Uid(2), Uid(1)), (Uid(42), Uid(43))],
        };
        journal.append(vec![record(Event::Unpaused, vec![renumber])]).await.expect("appended");
        let rows = journal.entries(ACCOUNT, BOX, None).await.expect("entries");
        let seen: Vec<_> = rows.iter().map(|e| (e.source_validity, e.source_uid.0, e.fingerprint.exact.0[0])).collect();
        assert_eq!(seen, [(to, 1, 2), (to, 2, 1)], "each fingerprint follows its message; the unnamed row is gone");
        assert_eq!(journal.entries(ACCOUNT, MailboxId(4), None).await, Ok(vec![elsewhere]));
    }
}

#[tokio::test]
async fn tallies_count_what_is_at_the_target() {
    let (_root, journals) = both();
    for journal in journals {
        let states = [(1, EntryState::Intended), (2, EntryState::Copied), (3, EntryState::Verified), (4, EntryState::Refused)];
        let other = Entry { mailbox: MailboxId(1), ..entry(8, EntryState::Intended) };
        journal.append(vec![record(Event::Paused, vec![put(&states), LedgerChange::Put(vec![other])])]).await.expect("appended");
        let dated = |uid, state, date: &str| Entry { internal_date: date.parse().ok(), ..entry(uid, state) };
        let odd = ["31-Dec-1969 23:59:59 +0000", "01-Jan-1970 00:00:00 +0000", "31-Dec-2037 23:59:59 +0000", "01-Jan-2038 00:00:00 +0000"];
        let days = (10..).zip(odd).map(|(uid, date)| dated(uid, EntryState::Copied, date));
        let never = dated(20, EntryState::Refused, odd[0]);
        let more = Entry { internal_date: None, ..entry(21, EntryState::Copied) };
        let rows = days.chain([never, more]).map(|entry| Entry { mailbox: MailboxId(9), ..entry }).collect();
        journal.append(vec![record(Event::Paused, vec![LedgerChange::Put(rows)])]).await.expect("appended");
        let tallies = journal.tallies(ACCOUNT).await.expect("read");
        let moved: Vec<_> = tallies.iter().map(|(mailbox, tally)| (mailbox.0, tally.copied, tally.dates_moved)).collect();
        assert_eq!(moved[2..], [(9, 5, 2)], "dates that no server keeps");
        let full = MailboxTally { copied: 2, bytes: ByteSize(50), verified: 1, refused: 1, dates_moved: 1, ..MailboxTally::default() };
        assert_eq!(tallies[..2], [(MailboxId(1), MailboxTally::default()), (BOX, full)]);
        assert_eq!(journal.tallies(MigrationId(2)).await, Ok(vec![]));
    }
}

#[tokio::test]
async fn saved_files_stay_in_the_folder() {
    let (_root, journals) = both();
    for journal in journals {
        let path = journal.save_file("refused/anna/1-2.eml", b"one").await.expect("saved");
        assert!(path.ends_with("refused/anna/1-2.eml"), "{path}");
        journal.save_file("refused/anna/1-2.eml", b"two").await.expect("saved again");
        for name in
            ["", "../x", "a/../../x", "/etc/x", "refused/", "./..", "session.db", "session.db-new", "lock", "session.db-wal", "a\0b"]
        {
            let refused = journal.save_file(name, b"x").await;
            assert!(matches!(refused, Err(JournalError::ReadOnly { .. })), "{name:?}: {refused:?}");
        }
    }
}

#[tokio::test]
async fn a_failing_memory_writes_nothing_and_recovers() {
    let journal = MemoryJournal::new();
    let full = JournalError::DiskFull { path: "/".to_owned() };
    journal.fail_with(Some(full.clone()));
    assert_eq!(journal.append(vec![record(Event::Paused, vec![])]).await, Err(full));
    journal.fail_with(None);
    assert_eq!(journal.clone().append(vec![record(Event::Paused, vec![])]).await, Ok(vec![1]));
    assert_eq!(journal.recorded().len(), 1);
}

#[tokio::test]
async fn questions_about_a_part_are_answered_like_the_whole() {
    let (_root, journals) = both();
    let states =
        [EntryState::Copied, EntryState::Intended, EntryState::Sampled, EntryState::Refused, EntryState::Verified, EntryState::Altered];
    let entries: Vec<Entry> = states.iter().zip(1u32..).map(|(state, uid)| entry(uid * 2, *state)).collect();
    let stranger = Entry { source_validity: UidValidity(3), source_uid: Uid(7), ..entry(7, EntryState::Copied) };
    let mut elsewhere = entry(4, EntryState::Copied);
    elsewhere.mailbox = MailboxId(4);
    for journal in journals {
        let all = [entries.clone(), vec![stranger.clone(), elsewhere.clone()]].concat();
        journal.append(vec![record(Event::Paused, vec![LedgerChange::Put(all)])]).await.expect("appended");
        assert_eq!(journal.accounted(ROWS).await.expect("uids").to_string(), "2,4,6,8,10,12");
        let some: UidSet = [3, 4, 5, 6, 12, 90].into_iter().map(Uid).collect();
        let found = journal.entries_of(ROWS, &some).await.expect("rows");
        assert_eq!(found, [entries[1].clone(), entries[2].clone(), entries[5].clone()]);
        let claimed = journal.claimed(ACCOUNT, BOX, (UidValidity(7), Uid(1006))).await.expect("uids");
        assert_eq!(claimed.to_string(), "1006:1008,1010,1012", "whatever the source's UIDVALIDITY, but not what is in doubt");
        assert!(journal.claimed(ACCOUNT, BOX, (UidValidity(8), Uid(1))).await.expect("uids").is_empty());
        for by in [Comparison::Bytes, Comparison::Content] {
            let briefs = journal.briefs(ROWS, by).await.expect("rows");
            let mut expected = crate::mailcopy::Briefs::default();
            for row in &entries {
                expected.push(&row.columns(), &row.flags.to_string(), by);
            }
            assert_eq!(briefs, expected);
            let told: Vec<_> = briefs.rows().iter().map(|row| (row.source, row.target(), row.state, briefs.flags(row).clone())).collect();
            let wanted: Vec<_> = entries.iter().map(|row| (row.source_uid, row.target_uid, row.state, row.flags.clone())).collect();
            assert_eq!(told, wanted);
            assert!(briefs.rows().iter().zip(&entries).all(|(brief, row): (&Brief, _)| brief.is(&row.fingerprint) && brief.by() == by));
        }
        let tally = journal.tallies(ACCOUNT).await.expect("tallies")[0].1;
        assert_eq!((tally.copied, tally.verified, tally.sampled, tally.refused), (5, 1, 1, 1));
        let flags = Flags::from_wire(["\\Answered"]);
        let reflag = LedgerChange::Reflag {
            migration: ACCOUNT,
            mailbox: BOX,
            source_validity: VALIDITY,
            flags: flags.clone(),
            uids: vec![Uid(2), Uid(10), Uid(99)],
        };
        journal.append(vec![record(Event::Paused, vec![reflag])]).await.expect("appended");
        let flagged: Vec<u32> = journal
            .entries(ACCOUNT, BOX, None)
            .await
            .expect("rows")
            .iter()
            .filter(|row| row.flags == flags)
            .map(|row| row.source_uid.0)
            .collect();
        assert_eq!(flagged, [2, 10]);
    }
}
