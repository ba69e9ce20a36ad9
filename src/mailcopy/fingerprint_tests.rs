//! What a rebuilding server may change without changing the content digest, and what not.

use proptest::prelude::*;

use super::Fingerprint;

const PLAIN: &str = "Received: from a by b; Mon, 2 Feb 2026 10:00:01 +0100\r\nMessage-ID: <1@example.com>\r\nDate: Mon, 2 Feb 2026 10:00:00 +0100\r\n\
    From: \"John Smith\" <john@example.com>\r\nTo: a@example.org, Anna <b@example.org>\r\nSubject: =?utf-8?q?=C3=89tat_des?=\r\n lieux\r\n\
    MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=one\r\n\r\n--one\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\
    Content-Transfer-Encoding: quoted-printable\r\n\r\ncaf=E9 =\r\nau lait  \r\n\r\n--one\r\nContent-Type: application/pdf; name=a.pdf\r\n\
    Content-Transfer-Encoding: base64\r\n\r\n/9j/4AAQSkZJRg==\r\n--one--\r\n";

const REBUILT: &str = "From: John Smith <john@EXAMPLE.com>\nTo: \"b@example.org\" <b@example.org>,\n\ta@example.org\n\
    Subject: =?utf-8?B?w4l0YXQgZGVzIGxpZXV4?=\nThread-Topic: x\nDate: Mon, 2 Feb 2026 09:00:00 +0000\nMessage-ID:\n <1@example.com>\n\
    X-MS-Has-Attach: yes\nContent-Type: multipart/mixed;\n\tboundary=\"_004_two_\"\nMIME-Version: 1.0\n\n--_004_two_\n\
    Content-Type: text/plain; charset=\"utf-8\"\nContent-Transfer-Encoding: base64\n\nY2Fmw6kgYXUgbGFpdA0K\n\n--_004_two_\n\
    Content-Type: application/octet-stream; name=\"b.pdf\"\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\n/9j/4AAQ\nSkZJRg==\n\n--_004_two_--\n";

fn of(text: &str) -> Fingerprint {
    Fingerprint::of(text.as_bytes())
}

#[test]
fn a_rebuilt_message_has_the_same_content_and_other_bytes() {
    assert_eq!(of(PLAIN).content, of(REBUILT).content);
    assert_ne!(of(PLAIN).exact, of(REBUILT).exact);
}

#[test]
fn a_message_over_which_the_parser_panics_is_known_by_its_text() {
    let bytes = include_bytes!("../../fuzz/corpus/mail_content/a_part_without_its_multipart");
    let parsed = crate::problem::guarded(|| mail_parser::MessageParser::default().parse(&bytes[..]).is_some());
    assert_eq!(parsed, None, "a parser that takes it needs no guard here");
    let print = Fingerprint::of(bytes);
    assert!(print.content.is_some());
    assert_ne!(print.content, Fingerprint::of(&bytes[1..]).content);
}

#[test]
fn what_is_said_differently_is_another_content() {
    let changes = [
        ("<1@example.com>", "<2@example.com>"),
        ("10:00:00", "10:00:01"),
        ("<john@example.com>", "<joan@example.com>"),
        ("a@example.org", "c@example.org"),
        ("lieux", "lieu"),
        ("lait", "lard"),
        ("=E9", "=E8"),
        ("/9j/4AAQ", "/9j/4AAR"),
    ];
    for (from, to) in changes {
        let other = PLAIN.replacen(from, to, 1);
        assert_ne!(other, PLAIN);
        assert_ne!(of(&other).content, of(PLAIN).content, "{from} → {to}");
    }
}

#[test]
fn undeclared_western_bytes_in_a_subject_equal_their_encoded_form() {
    let raw = Fingerprint::of(b"Subject: caf\xe9\r\n ole\r\n\r\nx\r\n");
    assert_eq!(raw.content, of("Subject: =?iso-8859-1?q?caf=E9_ole?=\r\n\r\nx").content);
}

#[test]
fn headers_that_just_end_equal_those_that_end_well() {
    assert_eq!(of("From: a@example.com\r\nSubject: x").content, of("Subject: x\r\nFrom: a@example.com\r\n\r\n").content);
}

#[test]
fn an_attached_message_counts_with_its_own_headers() {
    let forward = |subject: &str| {
        format!(
            "Subject: fwd\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n\
             Subject: {subject}\r\nDate: Mon, 2 Feb 2026 10:00:00 +0100\r\n\r\nhello\r\n--b\r\nContent-Type: text/plain\r\n\r\nend\r\n--b--\r\n"
        )
    };
    assert_ne!(of(&forward("one")).content, of(&forward("two")).content);
    assert_eq!(of(&forward("one")).content, of(&forward("One ").replace("+0100", "+0100 (CET)")).content);
}

#[test]
fn no_depth_of_nesting_overflows_the_stack() {
    for levels in [100, 3_900, 60_000] {
        let nested = "Content-Type: message/rfc822\r\n\r\n".repeat(levels) + "Subject: deep\r\n\r\nend\r\n";
        assert_ne!(of(&nested), of(&nested.replace("end", "other end")), "{levels}");
        let mixed: String = (0..levels.min(5_000))
            .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}x\r\n\r\n--b{n}x\r\n"))
            .chain(["\r\nend".to_owned()])
            .collect();
        let _ = of(&mixed);
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the folder is a gift of the machine that runs the test, not a setting of the program")]
fn the_corpus_is_taken_without_panic_and_told_apart() {
    let Some(root) = std::env::var_os("MAILFERRY_CORPUS") else { return };
    let mut contents = std::collections::BTreeSet::new();
    let mut taken = 0;
    for folder in std::fs::read_dir(root).expect("corpus").flatten().filter(|f| f.path().is_dir()) {
        for file in std::fs::read_dir(folder.path()).expect("folder").flatten() {
            contents.insert(Fingerprint::of(&std::fs::read(file.path()).expect("message")).content);
            taken += 1;
        }
    }
    // About an eighth of the folder is there twice, with other line ends or as cut from an mbox.
    assert!(contents.len() * 10 > taken * 8, "{} of {taken} messages told apart", contents.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_bytes_have_a_fingerprint(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert_eq!(Fingerprint::of(&bytes), Fingerprint::of(&bytes));
    }

    #[test]
    fn any_mime_like_text_has_a_fingerprint(parts in proptest::collection::vec(prop_oneof![
        Just("Content-Type: multipart/mixed; boundary=b\r\n"), Just("Content-Type: message/rfc822\r\n"), Just("\r\n"), Just("--b\r\n"),
        Just("--b--\r\n"), Just("Content-Transfer-Encoding: base64\r\n"), Just("Q29udGVudC1UeXBlOiBtZXNzYWdlL3JmYzgyMg0KDQo=\r\n"),
        Just("Subject: =?utf-8?q?=C3"), Just("Date: 99 Foo\r\n"), Just("\n"), Just("--"), Just("x"), Just("Content-Type: multipart/alternative; boundary=\r\n"),
        Just("From: <a@b>, (\r\n"), Just("Content-Type: text/plain; charset=utf-7\r\n"), Just("+AOk-\r\n"),
    ], 0..40)) {
        let text = parts.concat();
        prop_assert_eq!(of(&text), of(&text));
    }

    #[test]
    fn another_body_is_another_content(one in "[a-z]{1,30}", other in "[a-z]{1,30}") {
        let write = |body: &str| format!("Subject: s\r\n\r\n{body}\r\n");
        prop_assert_eq!(of(&write(&one)).content == of(&write(&other)).content, one == other);
    }
}
