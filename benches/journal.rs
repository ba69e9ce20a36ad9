//! How fast batches of messages become durable: what each batch of a copy costs beside the mail itself.
//!
//! Two calls per batch, as the copy makes them: the intent with its rows, and what became of them. The journal lies in the target folder, on
//! whatever disk that is; most of the time is the disk's.

use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mailferry::adapters::journal::SqliteJournal;
use mailferry::domain::{BatchId, ByteSize, Flags, MailboxId, MigrationId, Moment, SessionId, Uid, UidValidity};
use mailferry::mailcopy::Fingerprint;
use mailferry::ports::{Entry, EntryState, Journal, LedgerChange, Record};
use mailferry::session::Event;

const MIGRATION: MigrationId = MigrationId(1);
const MAILBOX: MailboxId = MailboxId(1);
const VALIDITY: UidValidity = UidValidity(1_700_000_000);

/// The rows of a batch, without doubt about what they are.
fn rows(batch: u32, messages: u32) -> Vec<Entry> {
    let row = |place: u32| {
        let uid = batch * messages + place + 1;
        Entry {
            migration: MIGRATION,
            mailbox: MAILBOX,
            source_validity: VALIDITY,
            source_uid: Uid(uid),
            target_validity: VALIDITY,
            target_uid: None,
            fingerprint: Fingerprint::of(format!("Message-ID: <{uid}@example.com>\r\n\r\n").as_bytes()),
            size: ByteSize(5000),
            internal_date: "02-Feb-2026 10:00:00 +0100".parse().ok(),
            flags: Flags::from_wire(["\\Seen"]),
            state: EntryState::Intended,
            reason: None,
            batch: BatchId(u64::from(batch)),
        }
    };
    (0..messages).map(row).collect()
}

async fn put(journal: &SqliteJournal, batch: u32, rows: Vec<Entry>) {
    let messages = u32::try_from(rows.len()).expect("a small batch");
    let uids = rows.iter().map(|row| (row.source_uid, Some(row.source_uid))).collect();
    let intended = Event::BatchIntended {
        migration: MIGRATION,
        mailbox: MAILBOX,
        batch: BatchId(u64::from(batch)),
        source_validity: VALIDITY,
        target_validity: VALIDITY,
        target_uid_next: Uid(1),
        messages,
        bytes: ByteSize(5000 * u64::from(messages)),
    };
    let copied = Event::BatchCopied {
        migration: MIGRATION,
        mailbox: MAILBOX,
        batch: BatchId(u64::from(batch)),
        copied: messages,
        bytes: ByteSize(5000 * u64::from(messages)),
    };
    let marked = LedgerChange::Mark { migration: MIGRATION, mailbox: MAILBOX, source_validity: VALIDITY, state: EntryState::Copied, uids };
    for (event, ledger) in [(intended, LedgerChange::Put(rows)), (copied, marked)] {
        let record = Record { at: Moment(0), event, ledger: vec![ledger] };
        journal.append(vec![record]).await.expect("written");
    }
}

fn batches(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    let mut group = criterion.benchmark_group("journal");
    for messages in [1, 100, 500] {
        let folder = tempfile::tempdir_in(Path::new(env!("CARGO_TARGET_TMPDIR"))).expect("a folder");
        let journal = SqliteJournal::create(folder.path(), &SessionId::from_bits(7)).expect("a journal");
        let mut batch = 0;
        group.throughput(Throughput::Elements(u64::from(messages)));
        group.bench_function(format!("a batch of {messages}, intended and copied"), |bencher| {
            bencher.iter(|| {
                batch += 1;
                runtime.block_on(put(&journal, batch, rows(batch, messages)));
            });
        });
    }
    group.finish();
}

criterion_group!(benches, batches);
criterion_main!(benches);
