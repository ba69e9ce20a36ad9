//! Which mailboxes a filled store has, and how much mail each draws.

use super::super::folders::{Folder, path_name, special_names, template_folders};
use super::Fill;
use super::words::Tongue;
use crate::domain::{MailboxName, Role};

/// What arrives in a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    /// Mail from others.
    Received,
    /// Mail by the owner.
    Sent,
    /// Unfinished mail.
    Drafts,
    /// Unwanted mail.
    Junk,
    /// Thrown away.
    Trash,
    /// Mail of one year, put aside.
    Archive,
    /// A folder that holds no mail: its items are shown as a placeholder.
    Other,
}

/// A mailbox that draws mail.
#[derive(Debug, Clone)]
pub(super) struct Draw {
    pub(super) name: MailboxName,
    pub(super) stream: Stream,
    pub(super) weight: u32,
    pub(super) tongue: Option<Tongue>,
}

/// Names that people gave: name, weight, subscribed, language of the mail in it.
type Named = (&'static str, u32, bool, Option<Tongue>);

const PERSONAL: [Named; 12] = [
    ("Projets", 0, true, None),
    ("Projets/Été 2019", 50, true, Some(Tongue::French)),
    ("Projets/Été 2019/Factures", 20, true, Some(Tongue::French)),
    ("Privé & Co", 35, true, None),
    ("日本", 4, true, Some(Tongue::Japanese)),
    ("日本/東京支社", 18, true, Some(Tongue::Japanese)),
    ("Clients", 10, true, None),
    ("Clients/Groß & Söhne", 30, true, Some(Tongue::German)),
    ("Clients/O'Brien (old)", 25, false, Some(Tongue::English)),
    ("Newsletters", 60, false, None),
    ("To sort", 0, true, None),
    ("INBOX/Receipts", 15, true, None),
];

/// All mailboxes of the store, and where mail is drawn to.
pub(super) fn mailboxes(fill: &Fill, last_year: u32) -> (Vec<Folder>, Vec<Draw>) {
    let mut folders = template_folders(fill.template, fill.language);
    let mut draws: Vec<Draw> = path_name("INBOX").into_iter().map(|name| draw(name, Stream::Received, 340, None)).collect();
    for (name, role) in special_names(fill.template, fill.language) {
        let (stream, weight) = match role {
            Role::Sent => (Stream::Sent, 220),
            Role::Drafts => (Stream::Drafts, 9),
            Role::Junk => (Stream::Junk, 20),
            _ => (Stream::Trash, 40),
        };
        draws.extend(path_name(name).map(|name| draw(name, stream, weight, None)));
    }
    draws.extend(folders.iter().filter(|f| !f.holds_mail).map(|f| draw(f.name.clone(), Stream::Other, 1, None)));
    for (path, weight, is_subscribed, tongue) in PERSONAL {
        folders.extend(Folder::mail(path, None).map(|f| Folder { is_subscribed, ..f }));
        if weight > 0 {
            draws.extend(path_name(path).map(|name| draw(name, Stream::Received, weight, tongue)));
        }
    }
    folders.extend(Folder::mail("Archives", Some(Role::Archive)));
    for back in 1..fill.years {
        let path = archive_path(last_year - back);
        folders.extend(Folder::mail(&path, None).map(|f| Folder { is_subscribed: back % 4 != 0, ..f }));
    }
    if fill.years > 1 {
        draws.extend(path_name("Archives").map(|name| draw(name, Stream::Archive, 160, None)));
    }
    (folders, draws)
}

/// The mailbox in which the mail of a year is put aside.
pub(super) fn archive_path(year: u32) -> String {
    format!("Archives/{year}")
}

const fn draw(name: MailboxName, stream: Stream, weight: u32, tongue: Option<Tongue>) -> Draw {
    Draw { name, stream, weight, tongue }
}
