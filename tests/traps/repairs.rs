//! G23 to G26: messages that a target refuses as they are, and takes with a named repair that changes nothing else.

use mailferry::domain::MailboxName;
use mailferry::sandbox::mail::Dialect;

use crate::between::{Act, Said, answer};
use crate::stage::{Trap, real_time, with_inbox};
use crate::support::guided::TARGET;

/// The messages of an APPEND: its literals.
fn messages(said: &Said) -> Vec<Vec<u8>> {
    let (mut found, mut rest) = (Vec::new(), said.bytes.as_slice());
    while let Some(end) = rest.windows(3).position(|w| w == b"}\r\n") {
        let open = rest[..end].iter().rposition(|b| *b == b'{').expect("a literal begins");
        let digits = String::from_utf8_lossy(&rest[open + 1..end]).replace('+', "");
        let size: usize = digits.parse().expect("a size");
        found.push(rest[end + 3..end + 3 + size].to_vec());
        rest = &rest[end + 3 + size..];
    }
    found
}

/// A copy to a target that refuses, with this line, each message that `is_bad`. The bad one stands between two good ones.
async fn mended(dialect: Dialect, bad: &str, line: &str, is_bad: fn(&[u8]) -> bool) -> (Trap, Vec<u8>) {
    let good = ["Subject: a\r\n\r\none\r\n", "Subject: c\r\n\r\nthree\r\n"];
    let trap = with_inbox(dialect, &[good[0], bad, good[1]]).await;
    let line = line.to_owned();
    trap.target.on_whole_command(move |said| {
        if said.is("APPEND") && messages(said).iter().any(|message| is_bad(message)) { answer(&[&line]) } else { Act::Pass }
    });
    let run = trap.copies().await;
    assert_eq!(run.session().migrations[0].refused(), 0, "{:?}", trap.refusals());
    let mut there: Vec<Vec<u8>> = trap.mailbox(TARGET, &MailboxName::inbox()).messages.iter().map(|m| m.bytes.to_vec()).collect();
    for good in good {
        let at = there.iter().position(|bytes| bytes == good.as_bytes()).expect("the others arrive as they are");
        there.remove(at);
    }
    assert_eq!(there.len(), 1, "nothing is doubled");
    let recorded = trap.events().iter().filter(|event| format!("{event:?}").starts_with("MessageRepaired")).count();
    assert!(recorded > 0, "it is written down");
    (trap, there.remove(0))
}

#[test]
fn g23_a_message_with_nul_bytes_goes_without_them_when_it_is_refused_with_them() {
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        real_time().block_on(async {
            let is_bad = |bytes: &[u8]| bytes.contains(&0);
            let line = "{tag} NO Message contains NUL characters";
            let (_, inside) = mended(dialect, "Subject: b\r\n\r\none\0two\r\n", line, is_bad).await;
            assert_eq!(inside, b"Subject: b\r\n\r\none two\r\n");
            let (_, behind) = mended(dialect, "Subject: b\r\n\r\ntext\r\n\0\0\0", line, is_bad).await;
            assert_eq!(behind, b"Subject: b\r\n\r\ntext\r\n");
        });
    }
}

#[test]
fn g23_a_message_with_nul_bytes_that_the_target_takes_is_left_as_it_is() {
    real_time().block_on(async {
        let text = "Subject: b\r\n\r\none\0two\r\n";
        let trap = with_inbox(Dialect::Dovecot, &[text]).await;
        trap.copies_all().await;
        assert_eq!(trap.arrived(), [text]);
    });
}

#[test]
fn g24_bare_line_feeds_become_line_ends_when_they_are_refused() {
    for dialect in [Dialect::Dovecot, Dialect::Exchange] {
        real_time().block_on(async {
            let is_bad = |bytes: &[u8]| bytes.windows(2).any(|w| w[1] == b'\n' && w[0] != b'\r');
            for line in ["{tag} BAD Additional arguments", "{tag} NO Message contains bare newlines"] {
                let (_, there) = mended(dialect, "Subject: b\nX-A: b\n\ntext\nwithout end", line, is_bad).await;
                assert_eq!(String::from_utf8_lossy(&there), "Subject: b\r\nX-A: b\r\n\r\ntext\r\nwithout end\r\n");
            }
        });
    }
}

#[test]
fn g25_a_line_that_is_too_long_is_encoded_and_never_cut() {
    real_time().block_on(async {
        let long = "word ".repeat(2400);
        let text = format!("Subject: b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{long}end\r\n");
        // The Exchange-like server refuses lines over 10,000 bytes with an error that means anything.
        let is_bad = |bytes: &[u8]| bytes.split(|b| *b == b'\n').any(|line| line.len() > 10_000);
        let (_, there) = mended(Dialect::Exchange, &text, "{tag} BAD Command Argument Error. 11", is_bad).await;
        let there = String::from_utf8_lossy(&there).into_owned();
        assert!(
            there.contains("Content-Transfer-Encoding: quoted-printable") || there.contains("Content-Transfer-Encoding: base64"),
            "{there}"
        );
        let unfolded = there.replace("=\r\n", "");
        assert!(unfolded.contains(&format!("{long}end")) || !there.contains("quoted"), "not a word is lost");
    });
}

#[test]
fn g26_bytes_in_headers_that_are_refused_are_encoded() {
    real_time().block_on(async {
        let is_bad = |bytes: &[u8]| {
            let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or(bytes.len());
            bytes[..end].iter().any(|b| *b >= 0x80)
        };
        let (_, there) = mended(
            Dialect::Dovecot,
            "From: Zo\u{eb} <zoe@example.com>\r\nSubject: \u{c9}t\u{e9}\r\n\r\ncaf\u{e9}\r\n",
            "{tag} NO Message has 8-bit characters in headers",
            is_bad,
        )
        .await;
        let there = String::from_utf8_lossy(&there).into_owned();
        assert!(there.contains("=?") && there.contains("<zoe@example.com>") && there.ends_with("\r\n\r\ncaf\u{e9}\r\n"), "{there}");
    });
}

#[test]
fn g26_an_mbox_line_an_empty_sender_and_an_unfolded_header_are_mended() {
    real_time().block_on(async {
        let text = "From a@example.com Mon Feb  2 10:00:00 2026\r\nSubject: b\r\n\r\ntext\r\n";
        let (_, there) = mended(Dialect::Dovecot, text, "{tag} NO Invalid header", |bytes| bytes.starts_with(b"From a")).await;
        assert_eq!(String::from_utf8_lossy(&there), text.replacen("From a", "X-From-Line: a", 1));

        let text = "From: \r\nSubject: b\r\n\r\ntext\r\n";
        let (_, there) = mended(Dialect::Dovecot, text, "{tag} NO Invalid From header", |bytes| bytes.starts_with(b"From: \r\n")).await;
        assert!(String::from_utf8_lossy(&there).ends_with("\r\nSubject: b\r\n\r\ntext\r\n"));

        let text = "Subject: b\r\nX-Spam-Report: a\r\nb without a blank\r\n\r\ntext\r\n";
        let is_bad = |bytes: &[u8]| bytes.windows(4).any(|w| w == b"\r\nb ");
        let (_, there) = mended(Dialect::Dovecot, text, "{tag} NO Malformed header", is_bad).await;
        assert!(String::from_utf8_lossy(&there).contains("b without a blank"));
    });
}
