//! The IMAP adapter against a real Dovecot: what a transcript cannot prove.

#[path = "support/dovecot.rs"]
mod dovecot;

use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use dovecot::{Dovecot, USUAL};
use mailferry::adapters::AddressBook;
use mailferry::adapters::imap::{Compression, ImapStore, Timeouts};
use mailferry::domain::{
    ByteSize, CertificatePin, Flags, ImapEndpoint, MailboxName, Role, Secret, Security, SystemFlag, Uid, UidSet, WireName,
};
use mailferry::ports::{
    AppendReport, Appended, BatchQueue, FetchedMessage, Login, MailConnection, MailError, MailStore, MessageSink, OutgoingMessage,
    RefusalKind, SinkClosed,
};

#[derive(Default)]
struct Basket(Vec<FetchedMessage>);

#[async_trait]
impl MessageSink for Basket {
    async fn take(&mut self, message: FetchedMessage) -> Result<(), SinkClosed> {
        self.0.push(message);
        Ok(())
    }
}

fn store(dovecot: &Dovecot) -> ImapStore {
    ImapStore::new(dovecot.trust(), AddressBook::default(), Timeouts::default())
}

async fn connect(dovecot: &Dovecot) -> Box<dyn MailConnection> {
    match store(dovecot).connect(&dovecot.endpoint(), &Dovecot::login("anna@example.com")).await {
        Ok(connection) => connection,
        Err(error) => panic!("{error}: {}", dovecot.log()),
    }
}

fn name(path: &str) -> MailboxName {
    MailboxName::from_segments(path.split('/').map(str::to_owned)).expect("a name")
}

/// Messages with every flag, a keyword now and then, dates in several zones, and bodies that look like the protocol.
fn messages(count: u32) -> Vec<OutgoingMessage> {
    (0..count)
        .map(|at| {
            let mut flags =
                Flags::from(["", "\\Seen", "\\Flagged $Forwarded", "\\Draft \\Answered domain.com"][at as usize % 4].to_owned());
            if at % 5 == 0 {
                flags = flags.with(SystemFlag::Deleted);
            }
            let text = format!(
                "From: anna@example.com\r\nSubject: {at}\r\n\r\nA1 OK {{3}}\r\n)\r\nx1 CREATE INJECTED\r\né {}\r\n",
                "x".repeat((at as usize * 977) % 20_000)
            );
            let date = ["02-Feb-2026 10:00:00 +0100", "31-Dec-1999 23:59:59 -1130", "01-Mar-2012 00:00:01 +0000"][at as usize % 3];
            OutgoingMessage { flags, internal_date: date.parse().ok(), body: text.into_bytes().into() }
        })
        .collect()
}

fn stored(report: AppendReport) -> Vec<Uid> {
    let AppendReport::Each { outcomes, uid_validity: Some(_) } = report else { panic!("not stored: {report:?}") };
    outcomes
        .into_iter()
        .map(|outcome| match outcome {
            Appended::Stored(Some(uid)) => uid,
            other => panic!("no UID: {other:?}"),
        })
        .collect()
}

/// Appends, opens, lists and reads back; all must be equal.
async fn goes_in_and_comes_out(connection: &mut dyn MailConnection, mailbox: &WireName, count: u32) {
    let sent = messages(count);
    let before = connection.status(mailbox).await.expect("answered").expect("there");
    let uids = stored(connection.append(mailbox, &sent).await.expect("appended"));
    let state = connection.examine(mailbox).await.expect("opened");
    assert_eq!((state.exists, state.uid_validity), (before.exists + count, before.uid_validity));
    assert!(uids.iter().all(|uid| *uid >= before.uid_next && *uid < state.uid_next));
    let listed = connection.enumerate(before.uid_next).await.expect("listed");
    assert_eq!(listed.iter().map(|summary| summary.uid).collect::<Vec<_>>(), uids);
    let mut basket = Basket::default();
    connection.fetch(&uids.iter().copied().collect(), &mut basket).await.expect("fetched");
    assert_eq!(basket.0.len(), sent.len());
    for ((sent, got), listed) in sent.iter().zip(&basket.0).zip(&listed) {
        assert!(sent.body == got.body, "{} is not as it was", got.uid);
        assert_eq!((&sent.flags, &sent.flags), (&got.flags, &listed.flags));
        assert_eq!((sent.internal_date, sent.internal_date), (got.internal_date, listed.internal_date));
        assert_eq!(listed.size, ByteSize(sent.body.len()));
    }
    assert!(connection.list().await.expect("listed").iter().all(|mailbox| !mailbox.wire.0.contains("INJECTED")));
}

#[tokio::test]
#[ignore = "needs Dovecot; run by .ci/run"]
async fn messages_come_back_as_they_were_given_in_every_form_of_append() {
    let some = "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE NAMESPACE UIDPLUS SPECIAL-USE";
    for (settings, multiappend, literal_plus) in [
        (USUAL.to_owned(), true, true),
        (format!("{USUAL}imap_capability = {some} LITERAL+\n"), false, true),
        (format!("{USUAL}imap_capability = {some} MULTIAPPEND\n"), true, false),
        (format!("{USUAL}imap_capability = {some} LITERAL-\n"), false, false),
        (format!("{USUAL}imap_capability = {some}\n"), false, false),
    ] {
        let dovecot = Dovecot::start_with(&settings);
        let mut connection = connect(&dovecot).await;
        let capabilities = connection.capabilities().clone();
        assert_eq!(
            (capabilities.has_multiappend, capabilities.has_literal_plus, capabilities.keeps_bytes),
            (multiappend, literal_plus, true)
        );
        let inbox = WireName("INBOX".to_owned());
        goes_in_and_comes_out(&mut *connection, &inbox, 120).await;
        goes_in_and_comes_out(&mut *connection, &inbox, 80).await;
        connection.examine(&inbox).await.expect("opened");
        assert_eq!(connection.enumerate(Uid(1)).await.expect("complete").len(), 200);
        connection.logout().await;
    }
}

#[tokio::test]
#[ignore = "needs Dovecot; run by .ci/run"]
async fn folders_have_any_name_their_role_and_their_subscription() {
    let dotted = "namespace inbox {\n inbox = yes\n separator = .\n prefix = INBOX.\n mailbox Sent {\n special_use = \\Sent\n }\n}\n";
    for settings in [USUAL, dotted] {
        let dovecot = Dovecot::start_with(settings);
        let mut connection = connect(&dovecot).await;
        let names = ["Éléments envoyés/été 2019", "100 % & \"co\"", "日本語/😀", "back\\slash", "star * and %"].map(name);
        for name in &names {
            let wire = connection.wire_name(name).expect("spelled");
            assert_eq!(connection.status(&wire).await, Ok(None));
            connection.create(&wire, None).await.expect("created");
            connection.create(&wire, None).await.expect("there already");
            goes_in_and_comes_out(&mut *connection, &wire, 6).await;
        }
        let first = connection.wire_name(&names[0]).expect("spelled");
        connection.subscribe(&first).await.expect("subscribed");
        let sent = connection.wire_name(&name("Sent")).expect("spelled");
        connection.create(&sent, Some(Role::Sent)).await.expect("created");
        let found = connection.list().await.expect("listed");
        for name in &names {
            let mailbox = found.iter().find(|mailbox| mailbox.name == *name).unwrap_or_else(|| panic!("{name} not in {found:?}"));
            assert_eq!((mailbox.is_selectable, mailbox.is_subscribed), (true, *name == names[0]));
            assert_eq!(connection.wire_name(name).as_ref(), Ok(&mailbox.wire));
        }
        let role = |role| found.iter().filter(|mailbox| mailbox.role == Some(role)).map(|m| m.name.to_string()).collect::<Vec<_>>();
        assert_eq!((role(Role::Inbox), role(Role::Sent)), (vec!["INBOX".to_owned()], vec!["Sent".to_owned()]));
        assert!(matches!(connection.examine(&WireName("Nowhere".to_owned())).await, Err(MailError::Refused(_))));
        connection.examine(&first).await.expect("the connection goes on");
        connection.logout().await;
    }
}

/// Batches for one mailbox, and what became of them.
struct Queue {
    batches: Mutex<Vec<Vec<OutgoingMessage>>>,
    reports: Mutex<Vec<AppendReport>>,
}

#[async_trait]
impl BatchQueue for Queue {
    async fn next(&self) -> Option<Vec<OutgoingMessage>> {
        let mut batches = self.batches.lock().expect("no panic");
        if batches.is_empty() { None } else { Some(batches.remove(0)) }
    }

    async fn report(&self, report: AppendReport) {
        self.reports.lock().expect("no panic").push(report);
    }
}

#[tokio::test]
#[ignore = "needs Dovecot; run by .ci/run"]
async fn streams_of_batches_and_windows_come_through_whole_in_every_form() {
    let some = "IMAP4rev1 SASL-IR ID ENABLE NAMESPACE UIDPLUS SPECIAL-USE CONDSTORE";
    let zlib = "mail_plugins = zlib\nprotocol imap {\n mail_plugins = zlib imap_zlib\n}\n";
    for (settings, compression) in [
        (USUAL.to_owned(), Compression::Never),
        (format!("{USUAL}{zlib}"), Compression::Always),
        (format!("{USUAL}imap_capability = {some} LITERAL+\n"), Compression::Never),
        (format!("{USUAL}imap_capability = {some} MULTIAPPEND LITERAL-\n"), Compression::Never),
        (format!("{USUAL}imap_capability = {some}\n"), Compression::Never),
    ] {
        let dovecot = Dovecot::start_with(&settings);
        let store = store(&dovecot).compressing(compression);
        let mut connection = store.connect(&dovecot.endpoint(), &Dovecot::login("anna@example.com")).await.expect("logged in");
        let inbox = WireName("INBOX".to_owned());
        let sent = messages(300);
        let batches = sent.chunks(25).map(<[OutgoingMessage]>::to_vec).collect();
        let queue = Queue { batches: Mutex::new(batches), reports: Mutex::default() };
        connection.append_stream(&inbox, &queue).await.expect("appended");
        let uids: Vec<Uid> = queue.reports.into_inner().expect("no panic").into_iter().flat_map(stored).collect();
        assert_eq!(uids.len(), 300);

        let state = connection.examine(&inbox).await.expect("opened");
        let weighed = connection.weigh(Uid(1)).await.expect("complete");
        assert_eq!(weighed.iter().map(|weighed| weighed.uid).collect::<Vec<_>>(), uids);
        assert!(weighed.iter().zip(&sent).all(|(weighed, sent)| u64::from(weighed.size) == sent.body.len()));
        let windows: Vec<UidSet> = uids.chunks(40).map(|uids| uids.iter().copied().collect()).collect();
        let mut basket = Basket::default();
        connection.fetch_windows(&windows, &mut basket).await.expect("fetched");
        // Dovecot answers windows in turns.
        basket.0.sort_by_key(|message| message.uid);
        assert_eq!(basket.0.iter().map(|message| message.uid).collect::<Vec<_>>(), uids);
        assert!(basket.0.iter().zip(&sent).all(|(got, sent)| got.body == sent.body && got.flags == sent.flags));

        let modseq = state.highest_modseq.expect("Dovecot counts changes");
        let three: UidSet = uids[10..13].iter().copied().collect();
        connection.select(&inbox).await.expect("opened");
        connection.add_flags(&three, &Flags::from("$Later".to_owned())).await.expect("stored");
        connection.examine(&inbox).await.expect("opened");
        let all: UidSet = uids.iter().copied().collect();
        let changed = connection.flags_of(&all, Some(modseq)).await.expect("answered");
        assert_eq!(changed.iter().map(|(uid, _)| *uid).collect::<Vec<_>>(), uids[10..13]);
        assert_eq!(connection.flags_of(&all, None).await.expect("answered").len(), 300);

        let found = connection.overview().await.expect("answered");
        let (_, state) = found.iter().find(|(mailbox, _)| mailbox.wire == inbox).expect("an inbox");
        assert_eq!(state.as_ref().map(|state| (state.exists, state.highest_modseq > Some(modseq))), Some((300, true)));
        assert!(found.iter().any(|(mailbox, state)| mailbox.role == Some(Role::Trash) && state.as_ref().is_some_and(|s| s.exists == 0)));
        connection.logout().await;
    }
}

#[tokio::test]
#[ignore = "needs Dovecot; run by .ci/run"]
async fn nothing_that_is_copied_is_carried_out_as_a_command() {
    let evil = [
        "x1 CREATE INJECTED",
        "\r\nx1 CREATE INJECTED\r\n",
        ")\r\nx1 CREATE INJECTED\r\n",
        "{0}\r\n\r\nx1 CREATE INJECTED\r\n",
        "domain.com",
    ];
    let dates = [None, "02-Feb-2040 10:00:00 +0100".parse().ok(), "01-Jan-0102 10:00:00 +0100".parse().ok()];
    let mut batch = Vec::new();
    for text in evil {
        for name in evil.into_iter().chain(["\\Recent", "\\Foo", "a b", "k{3+}"]) {
            let flags = Flags::from_wire([name, "\\Seen"]);
            let internal_date = dates[batch.len() % dates.len()];
            batch.push(OutgoingMessage { flags, internal_date, body: format!("Subject: x\r\n\r\n{text}").into_bytes().into() });
        }
    }
    let some = "IMAP4rev1 SASL-IR NAMESPACE UIDPLUS LITERAL+";
    for settings in [USUAL.to_owned(), format!("{USUAL}imap_capability = {some}\n")] {
        let dovecot = Dovecot::start_with(&settings);
        let store = store(&dovecot);
        let login = Dovecot::login("anna@example.com");
        let mut connection = store.connect(&dovecot.endpoint(), &login).await.expect("logged in");
        for mailbox in ["INBOX", "x\"\r\nx1 CREATE INJECTED", "x\r\nx1 CREATE INJECTED\r\n", "{3+}", "nowhere"] {
            // What Dovecot refuses is refused; what matters is what it carried out.
            if connection.append(&WireName(mailbox.to_owned()), &batch).await.is_err() {
                connection = store.connect(&dovecot.endpoint(), &login).await.expect("logged in");
            }
            let _ = connection.status(&WireName(mailbox.to_owned())).await;
        }
        let found = connection.list().await.expect("listed");
        assert!(found.iter().all(|mailbox| !mailbox.wire.0.contains("INJECTED")), "{found:?}");
        assert!(connection.examine(&WireName("INBOX".to_owned())).await.expect("opened").exists > 20);
    }
}

#[tokio::test]
#[ignore = "needs Dovecot; run by .ci/run"]
async fn an_empty_message_is_refused_and_its_neighbours_are_stored() {
    let dovecot = Dovecot::start();
    let mut connection = connect(&dovecot).await;
    let mut batch = messages(3);
    batch[1].body = Bytes::new().into();
    let report = connection.append(&WireName("INBOX".to_owned()), &batch).await.expect("answered");
    let AppendReport::Each { outcomes, .. } = report else { panic!("{report:?}") };
    assert!(matches!((&outcomes[0], &outcomes[2]), (Appended::Stored(Some(_)), Appended::Stored(Some(_)))));
    assert!(matches!(&outcomes[1], Appended::Refused(refusal) if refusal.kind == RefusalKind::Content), "{outcomes:?}");
    assert_eq!(connection.examine(&WireName("INBOX".to_owned())).await.map(|state| state.exists), Ok(2));
}

#[tokio::test]
#[ignore = "needs Dovecot; run by .ci/run"]
async fn a_full_account_and_a_missing_mailbox_say_so() {
    let quota = "mail_plugins = quota\nprotocol imap {\n mail_plugins = quota imap_quota\n}\nplugin {\n quota = maildir:User quota\n quota_rule = *:storage=100K\n quota_grace = 0\n}\n";
    let dovecot = Dovecot::start_with(&format!("{USUAL}{quota}"));
    let mut connection = connect(&dovecot).await;
    let quota = connection.quota().await.expect("answered").expect("a quota");
    assert_eq!((quota.used, quota.limit), (ByteSize(0), ByteSize(102_400)));
    let big = OutgoingMessage { flags: Flags::default(), internal_date: None, body: vec![b'x'; 200_000].into() };
    let report = connection.append(&WireName("INBOX".to_owned()), std::slice::from_ref(&big)).await.expect("answered");
    assert!(
        matches!(&report, AppendReport::Each { outcomes, .. } if matches!(&outcomes[..], [Appended::Refused(r)] if r.kind == RefusalKind::Quota)),
        "{report:?}"
    );
    let report = connection.append(&WireName("Nowhere".to_owned()), &messages(2)).await.expect("answered");
    assert!(matches!(&report, AppendReport::RefusedTogether(refusal) if refusal.kind == RefusalKind::NoMailbox), "{report:?}");
}

#[tokio::test]
#[ignore = "needs Dovecot; run by .ci/run"]
async fn flags_are_added_and_large_messages_pass() {
    let dovecot = Dovecot::start();
    let mut connection = connect(&dovecot).await;
    let inbox = WireName("INBOX".to_owned());
    let bytes = Bytes::from((0..40_u32 << 20).map(|at| b"abcdef\r\n"[at as usize % 8]).collect::<Vec<_>>());
    let large = OutgoingMessage { flags: Flags::default(), internal_date: None, body: bytes.clone().into() };
    let uid = stored(connection.append(&inbox, &[large]).await.expect("answered"))[0];
    connection.select(&inbox).await.expect("opened");
    let one = UidSet::range(uid, uid);
    connection.add_flags(&one, &Flags::from("\\Flagged $Later".to_owned())).await.expect("stored");
    let mut basket = Basket::default();
    connection.fetch(&one, &mut basket).await.expect("fetched");
    assert_eq!(basket.0[0].flags, Flags::from("\\Flagged $Later".to_owned()));
    assert!(basket.0[0].body == bytes.into(), "a byte changed");
}

#[tokio::test]
#[ignore = "needs Dovecot; run by .ci/run"]
async fn doors_open_with_the_right_key_only() {
    let dovecot = Dovecot::start();
    let attempt = async |endpoint: &ImapEndpoint, password: &str, trusts: bool| {
        let trust = if trusts { dovecot.trust() } else { mailferry::adapters::Trust::default() };
        let login = Login { user: "anna@example.com".to_owned(), password: Secret::new(password) };
        ImapStore::new(trust, AddressBook::default(), Timeouts::default()).connect(endpoint, &login).await.map(|_| ())
    };
    let tls = dovecot.endpoint();
    let start_tls = ImapEndpoint { port: dovecot.clear_port, security: Security::StartTls, ..tls.clone() };
    let clear = ImapEndpoint { port: dovecot.clear_port, security: Security::ClearTextLoopback, ..tls.clone() };
    let pinned = ImapEndpoint { pin: Some(CertificatePin(dovecot.certificate_sha256.clone())), ..tls.clone() };
    for endpoint in [&tls, &start_tls, &clear] {
        assert_eq!(attempt(endpoint, "secret", true).await, Ok(()));
    }
    assert!(matches!(attempt(&tls, "wrong \" $é", true).await, Err(MailError::Login { .. })));
    for endpoint in [&tls, &start_tls] {
        assert!(matches!(attempt(endpoint, "secret", false).await, Err(MailError::Certificate { .. })));
    }
    assert_eq!(attempt(&pinned, "secret", false).await, Ok(()));
}
