//! Each repair mends what it is for, and nothing else: what the message says stays.

use mail_parser::MessageParser;
use proptest::prelude::*;

use super::{Repair, attempts, parts, repaired};
use crate::mailcopy::Fingerprint;

const LONGEST: usize = 998;

fn mended(bytes: &[u8], repair: Repair) -> Option<String> {
    repaired(bytes, &[repair], LONGEST).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn subject(bytes: &[u8]) -> String {
    MessageParser::default().parse(bytes).and_then(|m| m.subject().map(str::to_owned)).unwrap_or_default()
}

fn says_the_same(one: &[u8], other: &[u8]) -> bool {
    Fingerprint::of(one).content == Fingerprint::of(other).content
}

#[test]
fn g23_trailing_nuls_are_dropped_and_others_become_blanks() {
    assert_eq!(mended(b"A: b\r\n\r\nx\r\n\0\0", Repair::TrailingNulsDropped).as_deref(), Some("A: b\r\n\r\nx\r\n"));
    assert_eq!(mended(b"A: b\r\n\r\nx\0y\r\n", Repair::NulsReplaced).as_deref(), Some("A: b\r\n\r\nx y\r\n"));
    assert_eq!(mended(b"A: b\r\n\r\nx\r\n", Repair::NulsReplaced), None);
    assert_eq!(mended(b"\0\0", Repair::TrailingNulsDropped), None, "nothing would be left");
    let sets = attempts(b"A: b\r\n\r\nx\0y\r\n\0", "Message contains NUL characters", LONGEST);
    assert_eq!(sets[..2], [vec![Repair::TrailingNulsDropped], vec![Repair::NulsReplaced]]);
    let both = [Repair::TrailingNulsDropped, Repair::NulsReplaced];
    assert!(sets.contains(&both.to_vec()), "{sets:?}");
    assert_eq!(repaired(b"A: b\r\n\r\nx\0y\r\n\0", &both, LONGEST).as_deref(), Some(b"A: b\r\n\r\nx y\r\n".as_slice()));
}

#[test]
fn g24_line_ends_become_crlf_and_the_last_line_gets_one() {
    assert_eq!(mended(b"A: b\n\nx\r\ny", Repair::LineEndsMended).as_deref(), Some("A: b\r\n\r\nx\r\ny\r\n"));
    assert_eq!(mended(b"A: b\r\n\r\nx\r\n", Repair::LineEndsMended), None);
    assert_eq!(mended(b"", Repair::LineEndsMended), None);
}

#[test]
fn g25_only_the_part_with_the_long_line_is_encoded_and_decodes_to_the_same() {
    let long = "é = x ".repeat(400);
    let message = format!(
        "Subject: s\r\nContent-Type: multipart/mixed; boundary=\"b;1\"\r\n\r\nbefore\r\n--b;1\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n{long}\r\nend \r\n--b;1\r\n\r\nshort =\r\n--b;1\r\nContent-Type: application/octet-stream\r\n\r\n{long}\r\n--b;1--\r\nafter\r\n"
    );
    let made = repaired(message.as_bytes(), &[Repair::LongLinesEncoded], LONGEST).expect("something to mend");
    assert!(made.split(|b| *b == b'\n').all(|line| line.len() <= 100));
    assert!(says_the_same(message.as_bytes(), &made));
    let text = String::from_utf8(made.clone()).expect("text");
    assert!(text.contains("Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A9 =3D x"), "{text}");
    assert!(text.contains("application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"), "{text}");
    assert!(text.contains("--b;1\r\n\r\nshort =\r\n--b;1\r\n"), "what is short stays as it is");
    assert!(!text.contains("8bit"));
    let parsed = MessageParser::default().parse(&made).expect("parses");
    assert_eq!(parsed.body_text(0).as_deref(), Some(format!("{long}\r\nend ").as_str()));
}

#[test]
fn g25_what_is_encoded_already_is_only_wrapped() {
    let base64 = format!("Subject: s\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n", "QUJD".repeat(700));
    let made = repaired(base64.as_bytes(), &[Repair::LongLinesEncoded], LONGEST).expect("something to mend");
    assert!(says_the_same(base64.as_bytes(), &made));
    assert_eq!(made.len(), base64.len() + 2 * (2800 / 76), "line ends only");
    let quoted = format!("Subject: s\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}\r\n", "ab=C3=A9".repeat(300));
    let made = repaired(quoted.as_bytes(), &[Repair::LongLinesEncoded], LONGEST).expect("something to mend");
    assert!(says_the_same(quoted.as_bytes(), &made));
    let unknown = format!("Subject: s\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\n{}\r\n", "a".repeat(3000));
    assert_eq!(mended(unknown.as_bytes(), Repair::LongLinesEncoded), None, "an encoding that nobody knows is left alone");
}

#[test]
fn a_signed_part_is_encoded_under_a_name_of_its_own() {
    let message = format!(
        "Subject: s\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\n{}\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\nsig\r\n--b--\r\n",
        "x".repeat(2000)
    );
    assert_eq!(attempts(message.as_bytes(), "", LONGEST), [vec![Repair::SignedLinesEncoded]]);
    let made = repaired(message.as_bytes(), &[Repair::SignedLinesEncoded], LONGEST).expect("something to mend");
    assert!(says_the_same(message.as_bytes(), &made));
}

#[test]
fn g26_the_line_of_an_mbox_file_becomes_a_header() {
    assert_eq!(
        mended(b"From anna Mon Feb  2 10:00:00 2026\r\nSubject: s\r\n\r\nx\r\n", Repair::MboxLineKept).as_deref(),
        Some("X-From-Line: anna Mon Feb  2 10:00:00 2026\r\nSubject: s\r\n\r\nx\r\n")
    );
    assert_eq!(mended(b"From: anna@example.com\r\n\r\n", Repair::MboxLineKept), None);
}

#[test]
fn g26_headers_in_8_bit_say_the_same_in_ascii() {
    for (header, said) in [
        ("Subject: Réunion à Lyon (été)", "Réunion à Lyon (été)"),
        ("Subject: =?utf-8?Q?d=C3=A9j=C3=A0?= été", "déjà été"),
        ("Subject: plain words then Été and Hiver then more plain words that make the line rather long indeed", ""),
        ("Subject: 日本語のとても長い件名日本語のとても長い件名日本語のとても長い件名日本語のとても長い件名", ""),
    ] {
        let message = format!("{header}\r\nTo: a@example.com\r\n\r\nété\r\n");
        let made = repaired(message.as_bytes(), &[Repair::HeadersEncoded], LONGEST).expect("something to mend");
        let (head, body) = made.split_at(super::header::head_length(&made));
        assert!(head.is_ascii() && head.split(|b| *b == b'\n').all(|line| line.len() <= 78), "{}", String::from_utf8_lossy(head));
        assert_eq!(body, "\r\nété\r\n".as_bytes(), "the body is not touched");
        let said = if said.is_empty() { &header["Subject: ".len()..] } else { said };
        assert_eq!(subject(&made), said);
    }
    let latin = repaired(b"Subject: caf\xe9\r\n\r\nx\r\n", &[Repair::HeadersEncoded], LONGEST).expect("something to mend");
    assert_eq!(subject(&latin), "café");
}

#[test]
fn g26_names_beside_addresses_are_encoded_and_addresses_are_not() {
    let message = "From: \"Müller, Jörg\" Straße <joerg@example.com>, Anna Æ <anna@example.com>\r\nContent-Type: text/plain; name=\"Été \\\"1\\\".txt\"; x=y\r\nX-Mailer: été\r\n\r\nx\r\n";
    let made = repaired(message.as_bytes(), &[Repair::HeadersEncoded], LONGEST).expect("something to mend");
    assert!(made.is_ascii());
    let parsed = MessageParser::default().parse(&made).expect("parses");
    let from: Vec<_> =
        parsed.from().expect("senders").iter().map(|a| (a.name().unwrap_or_default(), a.address().unwrap_or_default())).collect();
    assert_eq!(from, [("Müller, Jörg Straße", "joerg@example.com"), ("Anna Æ", "anna@example.com")]);
    let kind = parsed.content_type_of_root();
    assert_eq!(kind.as_deref(), Some("Été \"1\".txt"));
    assert!(says_the_same(message.as_bytes(), &made));
}

/// The name that the message's own part has.
trait RootName {
    fn content_type_of_root(&self) -> Option<String>;
}

impl RootName for mail_parser::Message<'_> {
    fn content_type_of_root(&self) -> Option<String> {
        use mail_parser::MimeHeaders;
        self.parts.first()?.content_type()?.attribute("name").map(str::to_owned)
    }
}

#[test]
fn g26_long_headers_are_folded_and_continued_lines_get_their_blank() {
    let references = format!("References:{}\r\nSubject: s\r\n\r\nx\r\n", " <1234567890@example.com>".repeat(80));
    let made = repaired(references.as_bytes(), &[Repair::HeadersRefolded], LONGEST).expect("something to mend");
    assert!(made.split(|b| *b == b'\n').all(|line| line.len() <= LONGEST + 1));
    let unfolded: Vec<u8> = String::from_utf8(made).expect("text").replace("\r\n <", " <").into_bytes();
    assert_eq!(unfolded, references.as_bytes(), "only line ends were added");
    let glued = format!("References: {}\r\n\r\nx\r\n", "<1234567890@example.com>".repeat(80));
    let made = mended(glued.as_bytes(), Repair::HeadersRefolded).expect("something to mend");
    assert_eq!(made.matches("<1234567890@example.com>").count(), 80);
    assert_eq!(
        mended(b"X-Spam-Report: one\r\ntwo three\r\nSubject: s\r\n\r\nx\r\n", Repair::HeadersRefolded).as_deref(),
        Some("X-Spam-Report: one\r\n two three\r\nSubject: s\r\n\r\nx\r\n")
    );
    assert_eq!(mended(b"Subject: short\r\n\r\nno: header\r\nx\r\n", Repair::HeadersRefolded), None);
}

#[test]
fn g26_an_empty_sender_and_a_missing_header_are_filled_in() {
    assert_eq!(
        mended(b"From: \r\nSubject: s\r\n\r\nx\r\n", Repair::SenderFilledIn).as_deref(),
        Some("From: unknown@unknown.invalid\r\nSubject: s\r\n\r\nx\r\n")
    );
    assert_eq!(mended(b"From: a@example.com\r\n\r\nx\r\n", Repair::SenderFilledIn), None);
    assert_eq!(mended(b"x", Repair::HeaderAdded).as_deref(), Some("Subject:\r\n\r\nx"));
    assert_eq!(mended(b"\r\nno headers\r\n", Repair::HeaderAdded).as_deref(), Some("Subject:\r\n\r\nno headers\r\n"));
    assert_eq!(mended(b"Subject: s\r\n\r\n", Repair::HeaderAdded), None);
}

#[test]
fn g41_requests_for_receipts_are_renamed_and_only_when_asked() {
    let message = b"Disposition-Notification-To: a@example.com\r\nSubject: s\r\n\r\nDisposition-Notification-To: x\r\n";
    assert_eq!(
        mended(message, Repair::ReceiptRequestDisarmed).as_deref(),
        Some("X-Disarmed-Disposition-Notification-To: a@example.com\r\nSubject: s\r\n\r\nDisposition-Notification-To: x\r\n")
    );
    assert!(attempts(message, "Disposition-Notification-To refused", LONGEST).is_empty());
}

#[test]
fn what_the_server_names_is_tried_first_and_alone() {
    let message = "Subject: é\n\nx\n".as_bytes();
    assert_eq!(attempts(message, "NO header has 8-bit characters", LONGEST)[0], [Repair::HeadersEncoded]);
    assert_eq!(attempts(message, "BAD bare newline", LONGEST)[0], [Repair::LineEndsMended]);
    let sets = attempts(message, "NO", LONGEST);
    assert_eq!(sets, [vec![Repair::LineEndsMended], vec![Repair::HeadersEncoded], vec![Repair::LineEndsMended, Repair::HeadersEncoded]]);
    assert!(attempts(b"Subject: s\r\n\r\nx\r\n", "NO", LONGEST).is_empty(), "a sound message is not touched");
    assert!(attempts(b"", "NO", LONGEST).is_empty());
}

#[test]
fn what_comes_out_as_it_was_is_no_repair() {
    // Found by the fuzzer: long enough to be encoded, and encoded already.
    let bytes = include_bytes!("../../../fuzz/corpus/mail_repairs/encoded_already");
    let (first, message) = bytes.split_first().expect("a length");
    let longest = 70 + usize::from(*first);
    assert_eq!(repaired(message, &[Repair::LongLinesEncoded], longest), None);
    assert!(attempts(message, "line too long", longest).iter().all(|set| repaired(message, set, longest).is_some_and(|it| it != message)));
}

#[test]
fn repairs_have_names_that_stay() {
    for repair in Repair::ALL {
        assert_eq!(serde_json::to_string(&repair).expect("JSON"), format!("\"{}\"", repair.key()));
    }
}

fn some_message() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof!["[a-zA-Z]{1,12}", "[éüßøАБ日本]{1,6}", "[a-zé=_?,.]{1,9}"];
    let words = proptest::collection::vec(word, 1..12).prop_map(|words| words.join(" "));
    let line = prop_oneof![words.clone(), Just(String::new()), "[ -~é]{990,1200}", Just("--b".to_owned()), Just("From me".to_owned())];
    let body = proptest::collection::vec(line, 0..8);
    let kind = prop_oneof![
        Just(""),
        Just("Content-Type: text/plain; charset=utf-8\n"),
        Just("Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"),
    ];
    (words.clone(), words, kind, body, prop_oneof![Just("\n"), Just("\r\n")]).prop_map(|(subject, name, kind, body, end)| {
        let name = name.replace([',', '.', '=', '?', '_'], "");
        let text = format!("Subject: {subject}\nFrom: {name} <a@example.com>\n{kind}\n{}\n", body.join("\n"));
        text.replace('\n', end).into_bytes()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn what_a_message_says_survives_every_repair(message in some_message()) {
        for set in attempts(&message, "", LONGEST) {
            let made = repaired(&message, &set, LONGEST).expect("an attempt changes something");
            prop_assert!(says_the_same(&message, &made), "{set:?}: {}", String::from_utf8_lossy(&made));
            let again = repaired(&made, &set, LONGEST);
            prop_assert!(again.is_none() || set.contains(&Repair::HeadersRefolded), "{set:?} leaves nothing to mend");
        }
        let all = repaired(&message, &Repair::ALL, LONGEST).unwrap_or(message);
        prop_assert!(all.split(|b| *b == b'\n').all(|line| line.len() <= LONGEST + 1));
    }

    #[test]
    fn any_bytes_can_be_repaired_or_not(
        text in "(Content-Type: (multipart/(mixed|signed); boundary=\"?b|message/rfc822|text/x)\n|Content-Transfer-Encoding: base64\n|Subject: |From:|From |é|--b(--)?\n|\0|\r?\n|[ :;\"<>=,()a-c]{1,9}|x{40}){0,30}",
        longest in 1usize..60,
    ) {
        let bytes = text.as_bytes();
        for set in attempts(bytes, "", longest) {
            let made = repaired(bytes, &set, longest).expect("an attempt changes something");
            prop_assert!(!made.is_empty());
            let letters = |bytes: &[u8]| bytes.iter().filter(|b| b.is_ascii_lowercase()).count();
            prop_assert!(set.contains(&Repair::LongLinesEncoded) || set.contains(&Repair::SignedLinesEncoded) || set.contains(&Repair::HeadersEncoded) || letters(&made) >= letters(bytes), "nothing is cut off");
        }
        for which in [parts::Which::Unsigned, parts::Which::Signed] {
            let _ = parts::with_long_lines_encoded(bytes, longest, which);
        }
    }
}
