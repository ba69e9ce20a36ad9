//! How fast responses are read, without a network: printed, for people who change the reader.

use std::io::Cursor;
use std::time::{Duration, Instant};

use super::super::conversation::Conversation;
use super::super::reply::Reply;
use super::super::spill::Spills;
use super::super::transport::Traffic;

/// So many FETCH responses with bodies of `size` bytes.
fn talk(count: usize, size: usize) -> Vec<u8> {
    let body = b"Nous avons bien recu votre courrier et vous en remercions, en attendant.\r\n".repeat(size / 74 + 1);
    let mut talk = Vec::with_capacity(count * (size + 120));
    for at in 1..=count {
        let head =
            format!("* {at} FETCH (UID {at} FLAGS (\\Seen \\Answered) INTERNALDATE \"02-Feb-2026 10:00:00 +0100\" BODY[] {{{size}}}\r\n");
        talk.extend_from_slice(head.as_bytes());
        talk.extend_from_slice(&body[..size]);
        talk.extend_from_slice(b")\r\n");
    }
    talk
}

#[tokio::test]
#[ignore = "prints numbers; run it with --release --nocapture"]
async fn every_response_of_a_long_talk_is_read() {
    for (count, size) in [(20_000, 1_000), (20_000, 8_000), (200, 1_000_000), (8, 7_000_000), (8, 9_000_000)] {
        let talk = talk(count, size);
        let length = talk.len();
        let stream = tokio::io::join(Cursor::new(talk), tokio::io::sink());
        let mut conversation = Conversation::new(Box::new(stream), Duration::from_mins(1), Traffic::default(), Spills::default());
        let start = Instant::now();
        let mut bytes = 0;
        for at in 1..=count {
            let Ok(Reply::Fetch(fetched)) = conversation.next().await else { panic!("response {at} was not read") };
            bytes += fetched.body.map_or(0, |body| body.len());
        }
        let seconds = start.elapsed().as_secs_f64();
        assert_eq!(bytes, (count * size) as u64);
        #[expect(clippy::cast_precision_loss, reason = "numbers for people")]
        let (frames, megabytes) = (count as f64 / seconds, length as f64 / seconds / 1e6);
        eprintln!("{size:>9} bytes each: {frames:>9.0} responses/s, {megabytes:>6.0} MB/s");
    }
}
