//! A million messages: what the ledger's questions and its writing take. Measured, not asserted: run it by hand, optimised.
//!
//! `cargo test --release --lib journal::scale -- --ignored --nocapture`

use std::time::Instant;

use crate::domain::{BatchId, ByteSize, Uid, UidValidity};
use crate::mailcopy::{Comparison, Fingerprint};
use crate::ports::{Entry, EntryState, Journal, LedgerChange};
use crate::session::{Event, Session};

use super::SqliteJournal;
use super::contract_tests::{ACCOUNT, BOX, ROWS, VALIDITY, entry, record};

const BATCH: u32 = 100;

fn row(uid: u32, batch: u32) -> Entry {
    Entry {
        target_uid: None,
        fingerprint: Fingerprint::of_bytes(&uid.to_le_bytes()),
        batch: BatchId(u64::from(batch)),
        reason: None,
        ..entry(uid, EntryState::Intended)
    }
}

/// One batch, as the copy writes it.
async fn copy(journal: &SqliteJournal, batch: u32) {
    let uids = batch * BATCH + 1..=(batch + 1) * BATCH;
    let intended = Event::BatchIntended {
        migration: ACCOUNT,
        mailbox: BOX,
        batch: BatchId(u64::from(batch)),
        source_validity: VALIDITY,
        target_validity: UidValidity(7),
        target_uid_next: Uid(batch * BATCH + 1),
        messages: BATCH,
        bytes: ByteSize(1_000_000),
    };
    let rows = LedgerChange::Put(uids.clone().map(|uid| row(uid, batch)).collect());
    journal.append(vec![record(intended, vec![rows])]).await.expect("appended");
    let event = Event::BatchCopied {
        migration: ACCOUNT,
        mailbox: BOX,
        batch: BatchId(u64::from(batch)),
        copied: BATCH,
        bytes: ByteSize(1_000_000),
    };
    journal.append(vec![record(event, vec![mark(EntryState::Copied, uids)])]).await.expect("appended");
}

fn mark(state: EntryState, uids: impl Iterator<Item = u32>) -> LedgerChange {
    let uids = uids.map(|uid| (Uid(uid), Some(Uid(uid)))).collect();
    LedgerChange::Mark { migration: ACCOUNT, mailbox: BOX, source_validity: VALIDITY, state, uids }
}

fn resident() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = |name: &str| status.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    format!("{} {}", line("VmRSS"), line("VmHWM"))
}

#[tokio::test]
#[ignore = "a measurement of minutes: run by hand"]
async fn a_million_rows_are_written_as_fast_as_the_first_and_read_at_once() {
    let root = tempfile::tempdir().expect("a folder");
    let id = "7F3K-QX".parse().expect("an id");
    let journal = SqliteJournal::create(root.path(), &id).expect("a journal");
    for hundred_thousand in 0..10u32 {
        let began = Instant::now();
        for batch in hundred_thousand * 1000..(hundred_thousand + 1) * 1000 {
            copy(&journal, batch).await;
        }
        println!("{} rows: 100,000 more in {:?}", (hundred_thousand + 1) * 100_000, began.elapsed());
    }
    println!("{}", resident());
    let began = Instant::now();
    for chunk in 0..200u32 {
        let uids = chunk * 5000 + 1..=(chunk + 1) * 5000;
        journal.append(vec![record(Event::Paused, vec![mark(EntryState::Verified, uids)])]).await.expect("appended");
    }
    println!("a million marked as verified in {:?}", began.elapsed());
    drop(journal);
    println!("{}", resident());
    let began = Instant::now();
    let journal = SqliteJournal::open(root.path(), &id).expect("a journal");
    let events = journal.events().await.expect("events");
    let session = Session::replay(&events);
    println!("opened and replayed, {} events, in {:?}; last batch {}", events.len(), began.elapsed(), session.last_batch);
    drop(events);
    println!("{}", resident());
    let began = Instant::now();
    let accounted = journal.accounted(ROWS).await.expect("uids");
    println!("accounted: {} in {:?}", accounted.len(), began.elapsed());
    let began = Instant::now();
    println!(
        "in doubt: {:?} in {:?}",
        journal.entries(ACCOUNT, BOX, Some(EntryState::Intended)).await.expect("rows").len(),
        began.elapsed()
    );
    let began = Instant::now();
    let claimed = journal.claimed(ACCOUNT, BOX, (UidValidity(7), Uid(999_000))).await.expect("uids");
    println!("claimed: {} in {:?}", claimed.len(), began.elapsed());
    println!("{}", resident());
    let began = Instant::now();
    let briefs = journal.briefs(ROWS, Comparison::Bytes).await.expect("rows");
    println!("briefs: {} in {:?}", briefs.rows().len(), began.elapsed());
    println!("{}", resident());
    let began = Instant::now();
    println!("tallies: {:?} in {:?}", journal.tallies(ACCOUNT).await.expect("tallies"), began.elapsed());
    println!("{}", resident());
}
