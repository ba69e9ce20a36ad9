//! Fills an account on a real server: believable mail of the sandbox's generator, odd mail of a corpus when there is one, and what
//! goes wrong elsewhere. What the server itself refuses is left out.
//!
//! Include it with `#[path = "support/filling.rs"] mod filling;`.
#![allow(dead_code, reason = "each test program uses its own part of it")]

use std::path::{Path, PathBuf};

use mailferry::adapters::AddressBook;
use mailferry::adapters::imap::{ImapStore, Timeouts};
use mailferry::domain::{Flags, InternalDate, MailboxName, Role, WireName};
use mailferry::ports::{AppendReport, Appended, MailConnection, MailStore, OutgoingMessage};
use mailferry::sandbox::mail::{AccountKey, Fill, FolderLanguage, MailWorld, Template};

use super::dovecot::Dovecot;

/// A mailbox to be made.
pub(crate) struct Wanted {
    pub(crate) name: MailboxName,
    pub(crate) role: Option<Role>,
    pub(crate) is_subscribed: bool,
    pub(crate) messages: Vec<OutgoingMessage>,
}

pub(crate) fn name(path: &str) -> MailboxName {
    MailboxName::from_segments(path.split('/').map(str::to_owned)).expect("a name")
}

/// Mail of the generator: years of it, nested and non-ASCII mailboxes, roles, keywords, twins.
pub(crate) fn generated(messages: u32) -> Vec<Wanted> {
    let (world, key) = (MailWorld::in_memory(7), AccountKey::new("source"));
    let owner = "anna@example.com".parse().expect("an address");
    let fill = Fill { messages, owner, language: FolderLanguage::English, years: 9, template: Template::Dovecot };
    world.fill(&key, &fill).expect("writes to memory");
    let snapshot = world.snapshot(&key);
    let message = |m: &mailferry::sandbox::mail::MessageSnapshot| OutgoingMessage {
        flags: m.flags.clone(),
        internal_date: Some(m.internal_date),
        body: m.bytes.clone().into(),
    };
    let mailboxes = snapshot.mailboxes.iter().map(|(name, mailbox)| Wanted {
        name: name.clone(),
        role: mailbox.role,
        is_subscribed: mailbox.is_subscribed,
        messages: mailbox.messages.iter().map(message).collect(),
    });
    mailboxes.collect()
}

fn written(flags: &str, at: i64, text: impl Into<Vec<u8>>) -> OutgoingMessage {
    let date = InternalDate::from_unix(at, 60).expect("in range");
    OutgoingMessage { flags: Flags::from(flags.to_owned()), internal_date: Some(date), body: text.into().into() }
}

/// Twins in one mailbox, in the same second and not; no Message-ID; keywords; long lines; no final line end; an empty mailbox.
pub(crate) fn odd() -> Vec<Wanted> {
    let twin = "Message-ID: <twin@example.com>\r\nSubject: twin\r\n\r\nthe same\r\n";
    let messages = vec![
        written("\\Seen", 1_500_000_000, twin),
        written("\\Seen", 1_500_000_000, twin),
        written("", 1_500_000_061, twin),
        written("$Forwarded Projet-Lyon \\Flagged", 1_500_000_100, "Subject: no id\r\n\r\nhello\r\n"),
        written("\\Draft \\Answered", 946_684_799, "Subject: no id\r\n\r\nhello\r\n"),
        written("\\Deleted", 1_500_000_200, format!("Subject: long\r\n\r\n{}\r\n", "x".repeat(70_000))),
        written("\\Seen", 1_500_000_300, "Subject: no end\r\n\r\nno final line end"),
        written("\\Seen", 1_500_000_400, "Subject: 8-bit \u{e9}\r\n\r\n\u{e9}\u{df}\r\n".as_bytes().to_vec()),
        written("\\Seen", 1_500_000_500, b"Subject: latin\r\n\r\n\xe9\xdf\xff\r\n".to_vec()),
        written("\\Seen", 1_500_000_600, "Subject: only headers\r\n"),
        written("\\Seen", 1_500_000_700, "\r\nno headers\r\n"),
    ];
    let odd = Wanted { name: name("Seltsam & rar/日本/\"quoted\" 100 %"), role: None, is_subscribed: true, messages };
    let empty = Wanted { name: name("Empty/really"), role: None, is_subscribed: false, messages: Vec::new() };
    vec![odd, empty]
}

/// The corpus of odd real mail, when there is one: `$MAILFERRY_CORPUS`.
pub(crate) fn corpus() -> Option<Wanted> {
    #[expect(clippy::disallowed_methods, reason = "where a corpus lies is the environment's to say")]
    let folder = std::env::var("MAILFERRY_CORPUS").ok()?;
    let mut paths = eml(Path::new(&folder));
    paths.sort();
    let message = |(at, path): (i64, &PathBuf)| {
        written(if at % 2 == 0 { "" } else { "\\Seen" }, 1_600_000_000 + at * 61, std::fs::read(path).expect("read"))
    };
    let messages = (0..).zip(&paths).map(message).collect();
    Some(Wanted { name: name("Corpus"), role: None, is_subscribed: true, messages })
}

fn eml(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a corpus").map(|entry| entry.expect("an entry").path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                eml(&path)
            } else if path.extension().is_some_and(|e| e == "eml") {
                vec![path]
            } else {
                Vec::new()
            }
        })
        .collect()
}

/// Makes the mailboxes and appends the messages; answers how many the server took and how many it refused.
pub(crate) async fn fill(dovecot: &Dovecot, user: &str, wanted: &[Wanted]) -> (usize, usize) {
    let store = ImapStore::new(dovecot.trust(), AddressBook::default(), Timeouts::default());
    let mut connection = store.connect(&dovecot.endpoint(), &Dovecot::login(user)).await.expect("logged in");
    let (mut taken, mut refused) = (0, 0);
    for mailbox in wanted {
        let wire = connection.wire_name(&mailbox.name).expect("spelled");
        if !mailbox.name.is_inbox() {
            connection.create(&wire, mailbox.role).await.expect("created");
        }
        if mailbox.is_subscribed {
            connection.subscribe(&wire).await.expect("subscribed");
        }
        for batch in mailbox.messages.chunks(100) {
            let stored = append(connection.as_mut(), &wire, batch).await;
            taken += stored;
            refused += batch.len() - stored;
        }
    }
    connection.logout().await;
    (taken, refused)
}

/// Appends; what is refused together is tried one by one.
async fn append(connection: &mut dyn MailConnection, mailbox: &WireName, batch: &[OutgoingMessage]) -> usize {
    match connection.append(mailbox, batch).await.expect("answered") {
        AppendReport::Each { outcomes, .. } => outcomes.iter().filter(|outcome| matches!(outcome, Appended::Stored(_))).count(),
        AppendReport::RefusedTogether(_) if batch.len() == 1 => 0,
        AppendReport::RefusedTogether(_) => {
            let mut stored = 0;
            for message in batch {
                stored += Box::pin(append(connection, mailbox, std::slice::from_ref(message))).await;
            }
            stored
        }
    }
}
