//! The sentences about an order of acts: what happened with both accounts, what was verified and what was not.

use crate::domain::EmailAddress;
use crate::session::Strategy;

use super::super::facts::{AccountReport, MovedMailbox};
use super::{counted, duration, messages};

/// What stands at the head of an account's story; nothing where no name changes.
pub(in crate::session::report) fn order(order: Strategy, target_temporary: Option<&EmailAddress>) -> String {
    let beside = target_temporary.map(|name| format!(" into {name}")).unwrap_or_default();
    match order {
        Strategy::RenameFirst => {
            "Order of acts: the old account gave its address up, the new one was created under it, then the mail was copied.".to_owned()
        }
        Strategy::CopyFirst => format!(
            "Order of acts: the mail was copied{beside}, then both accounts changed their names, then what had arrived meanwhile was copied."
        ),
        Strategy::Replace => format!(
            "Order of acts: the mail was copied{beside} and verified, what had arrived since was copied and verified, then the old account \
             was removed and the new one got its address."
        ),
        Strategy::ServerSide => "Order of acts: OVHcloud moved the account itself, with everything in it.".to_owned(),
    }
}

pub(in crate::session::report) fn not_switched(now: &EmailAddress) -> String {
    format!("The new account is still called {now}: it did not get the address yet.")
}

pub(in crate::session::report) fn removed(at: &str) -> String {
    let at = super::moment(at);
    format!(
        "The old account was removed at {at}, after its address had been typed, and cannot be brought back. Until then everything in it was \
         read again from the new account and compared; right before the removal nothing new had arrived."
    )
}

pub(in crate::session::report) fn not_removed() -> String {
    "The old account is still there, complete and unchanged, under its own address.".to_owned()
}

/// What is known of an account that the platform moved.
pub(in crate::session::report) fn moved_itself(seat: Option<&EmailAddress>) -> String {
    let seat = seat.map(|seat| format!(", into what had been the free account {seat}")).unwrap_or_default();
    format!("OVHcloud moved the mailbox on its own servers{seat}. The old mailbox cannot be opened any more, and this cannot be undone.")
}

pub(in crate::session::report) fn moved_verified(moved: &[MovedMailbox]) -> Vec<String> {
    let is_counted = moved.iter().any(|m| m.after.is_some());
    if !is_counted {
        return vec!["Verified: that the new account takes a login. Not verified: its mail; it was not counted.".to_owned()];
    }
    let fewer: Vec<String> = moved
        .iter()
        .filter_map(|m| Some((m, m.before?, m.after.unwrap_or(0))))
        .filter(|(_, before, after)| after < before)
        .map(|(m, before, after)| format!("{} ({before} before, {after} now)", m.name))
        .collect();
    let mut told = vec![
        "Verified: that the new account takes a login, and the number of messages in each folder, before and after. Not verified: what the \
         messages say. Mailferry read none of them, and nobody can read the old mailbox now."
            .to_owned(),
    ];
    told.push(if fewer.is_empty() {
        "Every folder holds at least as many messages as before.".to_owned()
    } else {
        format!("Fewer messages than before: {}. Look for them in the webmail, and ask OVHcloud's support.", fewer.join(", "))
    });
    told
}

/// The first sentence about such an account.
pub(in crate::session::report) fn moved_outcome(account: &AccountReport) -> String {
    let before: u64 = account.moved.iter().filter_map(|m| m.before).map(u64::from).sum();
    let after: u64 = account.moved.iter().filter_map(|m| m.after).map(u64::from).sum();
    if account.moved.iter().all(|m| m.after.is_none()) {
        return format!("Moved by OVHcloud: {} before; the new account was not counted.", messages(before));
    }
    format!("Moved by OVHcloud: {} before, {} at the new account now. Counted, not compared.", messages(before), super::count(after))
}

/// For how long the address had no mailbox; nothing to say as long as nothing changed hands.
pub(in crate::session::report) fn gap(account: &AccountReport) -> Option<String> {
    let (between, has_changed) = match account.order {
        Strategy::RenameFirst => ("between the rename and the creation", account.is_created && account.old_account.is_some()),
        Strategy::CopyFirst => ("between both renames", account.has_address && account.old_account.is_some()),
        Strategy::Replace => ("between the removal of the old account and the renaming of the new one", account.has_address),
        Strategy::ServerSide => ("while OVHcloud moved it", account.is_created),
    };
    match account.gap_millis {
        Some(0) => Some("The address had a mailbox at all times.".to_owned()),
        Some(millis) => Some(format!("The address had no mailbox for {}, {between}.", duration(millis))),
        None if !has_changed => None,
        None if account.order == Strategy::ServerSide => Some(
            "For how long the address took no mail was not measured. OVHcloud says that what arrives meanwhile is not lost.".to_owned(),
        ),
        None => Some("For how long the address had no mailbox was not measured.".to_owned()),
    }
}

// What was done, in one line each.

pub(in crate::session::report) fn target_renamed(to: &EmailAddress) -> String {
    format!("New account renamed to {to}: it has the address")
}

pub(in crate::session::report) fn target_rename_undone() -> String {
    "The new account has its temporary name again".to_owned()
}

pub(in crate::session::report) fn removal_confirmed() -> String {
    "Removal of the old account confirmed by typing its address".to_owned()
}

pub(in crate::session::report) fn source_removed() -> String {
    "Old account removed".to_owned()
}

pub(in crate::session::report) fn server_confirmed() -> String {
    "OVHcloud's own migration confirmed by typing the address".to_owned()
}

pub(in crate::session::report) fn server_migrated(folders: usize) -> String {
    format!("Moved by OVHcloud; {} counted at the new account", counted(folders as u64, "folder", "folders"))
}

pub(in crate::session::report) fn password_renewed() -> String {
    "The password of the new account was lost with the program that had made it, and replaced".to_owned()
}

pub(in crate::session::report) fn features_seen(number: usize) -> String {
    format!("Looked at what belongs to the account besides mail: {}", counted(number as u64, "thing", "things"))
}
