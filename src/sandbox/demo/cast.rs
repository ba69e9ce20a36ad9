//! Whose mail there is, and how much of it.

use std::io;

use crate::sandbox::mail::{Fill, FolderLanguage};
use crate::sandbox::world::{World, WorldLogin, template_for};

/// How much mail the accounts of the demo hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MailSize {
    /// Thousands of messages, over years.
    #[default]
    Full,
    /// A twentieth of it, for tests.
    Small,
}

/// Messages, language of the folders, years: by what stands before the `@`.
fn part(local: &str) -> (u32, FolderLanguage, u32) {
    match local {
        "john.smith" => (3_000, FolderLanguage::English, 9),
        "anna.keller" => (1_200, FolderLanguage::German, 6),
        "info" => (300, FolderLanguage::English, 3),
        "sales" => (400, FolderLanguage::English, 4),
        "marie.duval" => (600, FolderLanguage::French, 5),
        _ => (40, FolderLanguage::English, 2),
    }
}

/// Fills the accounts with which the world began. Those that have mail already, or had it, are left alone.
pub(super) fn fill(world: &World, size: MailSize) -> io::Result<()> {
    for WorldLogin { host, address, password, mail } in world.logins() {
        // Only accounts of the first day have a password that is known; who set one has had a visit.
        if password.is_none() || world.mail().has_account(&mail) {
            continue;
        }
        let (messages, language, years) = part(address.local());
        let messages = if size == MailSize::Full { messages } else { messages / 20 };
        let fill = Fill { messages, owner: address, language, years, template: template_for(world.dialect(&host)) };
        world.mail().fill(&mail, &fill)?;
    }
    Ok(())
}
