//! How much memory a very large message takes on its way in and out: a process of its own, because memory is counted by process.

#[path = "support/dovecot.rs"]
mod dovecot;

use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use dovecot::{Dovecot, USUAL};
use mailferry::adapters::AddressBook;
use mailferry::adapters::imap::{ImapStore, Timeouts};
use mailferry::domain::{Flags, Uid, UidSet, WireName};
use mailferry::mailcopy::Fingerprint;
use mailferry::ports::{AppendReport, Body, FetchedMessage, MailStore, MessageSink, OutgoingMessage, SinkClosed, Spill};

/// 200 MB.
const SIZE: u64 = 200_000_000;
/// What a copy of it may take.
const MOST: u64 = 20_000_000;

/// A message that lies nowhere: every byte is known by its place.
#[derive(Debug)]
struct Pattern;

impl Spill for Pattern {
    fn len(&self) -> u64 {
        SIZE
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let line = b"A line of a very large message, seventy-eight characters and its end........\r\n";
        let start = usize::try_from(offset % line.len() as u64).map_err(io::Error::other)?;
        for (byte, known) in buffer.iter_mut().zip(line.iter().cycle().skip(start)) {
            *byte = *known;
        }
        Ok(())
    }
}

#[derive(Default)]
struct Basket(Vec<FetchedMessage>);

#[async_trait]
impl MessageSink for Basket {
    async fn take(&mut self, message: FetchedMessage) -> Result<(), SinkClosed> {
        self.0.push(message);
        Ok(())
    }
}

/// The most memory that this process ever had, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
}

#[tokio::test]
#[ignore = "needs Dovecot; run by .ci/run"]
async fn a_message_of_200_megabytes_passes_in_a_tenth_of_its_size() {
    let dovecot = Dovecot::start_with(&format!("{USUAL}imap_max_line_length = 64k\n"));
    let store = ImapStore::new(dovecot.trust(), AddressBook::default(), Timeouts::default());
    let mut connection = store.connect(&dovecot.endpoint(), &Dovecot::login("anna@example.com")).await.expect("logged in");
    let inbox = WireName("INBOX".to_owned());
    let mut pieces = Fingerprint::of_pieces();
    let mut buffer = vec![0; 1 << 20];
    let mut offset = 0;
    while offset < SIZE {
        let length = usize::try_from(SIZE - offset).map_or(buffer.len(), |left| left.min(buffer.len()));
        Pattern.read_at(offset, &mut buffer[..length]).expect("read");
        pieces.take(&buffer[..length]);
        offset += length as u64;
    }
    let fingerprint = pieces.finish();
    let before = peak();
    let body = Body::Spilled { bytes: Arc::new(Pattern), fingerprint };
    let message = OutgoingMessage { flags: Flags::default(), internal_date: None, body };
    let report = connection.append(&inbox, &[message]).await.expect("appended");
    assert!(matches!(report, AppendReport::Each { .. }), "{report:?}");
    connection.examine(&inbox).await.expect("opened");
    let mut basket = Basket::default();
    connection.fetch(&UidSet::range(Uid(1), Uid(1)), &mut basket).await.expect("fetched");
    let taken = peak() - before;
    assert_eq!((basket.0.len(), basket.0[0].body.len()), (1, SIZE));
    assert!(matches!(&basket.0[0].body, Body::Spilled { fingerprint: found, .. } if *found == fingerprint), "a byte changed");
    assert!(taken < MOST, "{taken} bytes of memory");
}
