//! The mailboxes that stores begin with, in the languages of mail programs.

use super::access::{FolderLanguage, Template};
use crate::domain::{MailboxName, Role};

/// A mailbox to be made.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    pub(super) name: MailboxName,
    pub(super) role: Option<Role>,
    pub(super) holds_mail: bool,
    pub(super) is_subscribed: bool,
}

impl Folder {
    /// A mailbox for mail.
    pub(super) fn mail(path: &str, role: Option<Role>) -> Option<Self> {
        Some(Self { name: path_name(path)?, role, holds_mail: true, is_subscribed: true })
    }
}

/// A name from segments joined by `/`.
pub(super) fn path_name(path: &str) -> Option<MailboxName> {
    MailboxName::from_segments(path.split('/').map(str::to_owned)).ok()
}

/// Special mailboxes by role: Sent, Drafts, Trash, Junk.
pub(super) const fn special_names(template: Template, language: FolderLanguage) -> [(&'static str, Role); 4] {
    let [sent, drafts, trash, junk] = match (template, language) {
        (Template::Dovecot, FolderLanguage::English) => ["Sent", "Drafts", "Trash", "Junk"],
        (Template::Dovecot, FolderLanguage::French) => ["Envoyés", "Brouillons", "Corbeille", "Indésirables"],
        (Template::Dovecot, FolderLanguage::German) => ["Gesendet", "Entwürfe", "Papierkorb", "Spam"],
        (Template::Exchange, FolderLanguage::English) => ["Sent Items", "Drafts", "Deleted Items", "Junk Email"],
        (Template::Exchange, FolderLanguage::French) => ["Éléments envoyés", "Brouillons", "Éléments supprimés", "Courrier indésirable"],
        (Template::Exchange, FolderLanguage::German) => ["Gesendete Elemente", "Entwürfe", "Gelöschte Elemente", "Junk-E-Mail"],
    };
    [(sent, Role::Sent), (drafts, Role::Drafts), (trash, Role::Trash), (junk, Role::Junk)]
}

/// What an Exchange-like server lists although it holds no mail; the outbox comes first and holds mail on its way.
pub(super) const fn other_names(language: FolderLanguage) -> [&'static str; 8] {
    match language {
        FolderLanguage::English => {
            ["Outbox", "Calendar", "Contacts", "Contacts/Recipient Cache", "Journal", "Notes", "Tasks", "Conversation History"]
        }
        FolderLanguage::French => [
            "Boîte d'envoi",
            "Calendrier",
            "Contacts",
            "Contacts/Recipient Cache",
            "Journal",
            "Notes",
            "Tâches",
            "Historique des conversations",
        ],
        FolderLanguage::German => [
            "Postausgang",
            "Kalender",
            "Kontakte",
            "Kontakte/Recipient Cache",
            "Journal",
            "Notizen",
            "Aufgaben",
            "Aufgezeichnete Unterhaltungen",
        ],
    }
}

/// The mailboxes of a new store.
pub(super) fn template_folders(template: Template, language: FolderLanguage) -> Vec<Folder> {
    let special = special_names(template, language).into_iter().filter_map(|(name, role)| Folder::mail(name, Some(role)));
    let mut folders: Vec<Folder> = Folder::mail("INBOX", Some(Role::Inbox)).into_iter().chain(special).collect();
    if template == Template::Exchange {
        for (at, name) in other_names(language).into_iter().enumerate() {
            let folder = Folder::mail(name, None).map(|f| Folder { holds_mail: at == 0, is_subscribed: false, ..f });
            folders.extend(folder);
        }
    }
    folders
}
