//! The plan as it is being edited: proposed names, mapped folders, passwords of the new accounts.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{CopyChoices, EmailAddress, MailboxName, MigrationId, Platform, ServiceId};
use crate::plan::{MailPart, MailboxMapping, MappingAction, temporary_address, with_choices};
use crate::session::{Migration, Mode};
use crate::text::Words;
use crate::tui::Model;
use crate::tui::field::Field;

/// Draft of one account.
#[derive(Debug)]
pub(super) struct Draft {
    /// The temporary name.
    pub(super) name: Field,
    /// The password of the new account; empty: one is generated.
    pub(super) password: Field,
    /// Its folders.
    pub(super) mailboxes: Vec<MailboxMapping>,
    /// What the folders follow.
    pub(super) choices: Option<CopyChoices>,
}

/// What is being typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Editing {
    /// The temporary name of the selected account.
    Name,
    /// The password of its new account.
    Password,
}

/// The folders of one account.
#[derive(Debug)]
pub(super) struct Open {
    /// Account.
    pub(super) migration: MigrationId,
    /// Selected folder.
    pub(super) selected: usize,
    /// The name at the target that is being typed.
    pub(super) editing: Option<Field>,
}

/// Draft of this step.
#[derive(Debug)]
pub(in crate::tui) struct State {
    pub(super) drafts: BTreeMap<MigrationId, Draft>,
    pub(super) selected: usize,
    pub(super) editing: Option<Editing>,
    pub(super) folders: Option<Open>,
    pub(super) create_at_once: bool,
}

impl Default for State {
    fn default() -> Self {
        Self { drafts: BTreeMap::new(), selected: 0, editing: None, folders: None, create_at_once: true }
    }
}

impl State {
    /// Whether a field has the focus.
    pub(in crate::tui::steps) fn is_typing(&self) -> bool {
        self.editing.is_some() || self.folders.as_ref().is_some_and(|open| open.editing.is_some())
    }

    /// The field with the focus.
    pub(super) fn focused(&mut self) -> Option<&mut Field> {
        if let Some(open) = &mut self.folders {
            return open.editing.as_mut();
        }
        let draft = self.drafts.values_mut().nth(self.selected)?;
        match self.editing? {
            Editing::Name => Some(&mut draft.name),
            Editing::Password => Some(&mut draft.password),
        }
    }
}

/// Between which platforms an account moves.
pub(super) fn platforms(model: &Model, migration: &Migration) -> (Platform, Platform) {
    let platform = |service: Option<&ServiceId>| service.map_or(Platform::Imap, |service| service.platform);
    let to = model.session.destination.as_ref().and_then(|destination| destination.service.as_ref());
    (platform(migration.source.service.as_ref()), platform(to))
}

/// Drafts follow what is known: a new account gets a proposal, a new inventory its folders; what was edited stays.
pub(super) fn refresh(model: &mut Model) {
    let taken: BTreeSet<EmailAddress> = model
        .session
        .migrations
        .iter()
        .map(|m| m.source.address.clone())
        .chain(model.steps.source.accounts.values().flatten().map(|account| account.address.clone()))
        .collect();
    let is_guided = model.session.mode == Some(Mode::Guided);
    let mut before = std::mem::take(&mut model.steps.review.drafts);
    for migration in &model.session.migrations {
        let address = &migration.source.address;
        let mut draft = before.remove(&migration.id).filter(|draft| draft.belongs_to(address)).unwrap_or_else(|| {
            let name = if is_guided && !needs_rename(model, migration) {
                address.clone()
            } else {
                temporary_address(address, &taken).unwrap_or_else(|| address.clone())
            };
            Draft {
                name: Field::plain(address.to_string(), &name.to_string()),
                password: Field::secret(address.to_string(), None),
                mailboxes: Vec::new(),
                choices: None,
            }
        });
        match &migration.inventory {
            Some(inventory) => {
                let is_other = draft.mailboxes.iter().filter(|m| m.part != MailPart::Marked).count() != inventory.mailboxes.len();
                if is_other {
                    draft.mailboxes.clone_from(&inventory.mailboxes);
                }
                let choices = model.session.copy_choices();
                if is_other || draft.choices != Some(choices) {
                    draft.mailboxes = with_choices(&draft.mailboxes, &inventory.marked, platforms(model, migration), choices);
                    draft.choices = Some(choices);
                }
            }
            None => draft.mailboxes.clear(),
        }
        model.steps.review.drafts.insert(migration.id, draft);
    }
    let last = model.session.migrations.len().saturating_sub(1);
    model.steps.review.selected = model.steps.review.selected.min(last);
}

impl Draft {
    fn belongs_to(&self, address: &EmailAddress) -> bool {
        self.name.label == address.to_string()
    }
}

/// Between two servers of different hosts the same address can exist on both: nothing has to be renamed in guided mode.
fn needs_rename(model: &Model, migration: &Migration) -> bool {
    let target = model.session.destination.as_ref().map(|destination| destination.endpoint.host.as_str());
    let is_ours = |host: &str| host.ends_with(".mail.ovh.net") || host.ends_with(".ovh.net");
    is_ours(&migration.source.endpoint.host) && target.is_some_and(is_ours)
}

/// What is wrong with a temporary name, in words.
pub(super) fn wrong_name(words: &Words, model: &Model, id: MigrationId) -> Option<String> {
    let migration = model.session.migration(id)?;
    let draft = model.steps.review.drafts.get(&id)?;
    let Ok(name) = draft.name.text().parse::<EmailAddress>() else {
        return Some(words.say("error-address", &[]));
    };
    let others = model.session.migrations.iter().filter(|m| m.id != id);
    let is_others = |m: &Migration| {
        let planned = model.steps.review.drafts.get(&m.id).map(|draft| draft.name.text().to_lowercase());
        m.source.address == name || planned.as_deref() == Some(name.to_string().as_str())
    };
    let key = if name.domain() != migration.source.address.domain() {
        "refusal-other-domain"
    } else if name == migration.source.address && model.session.mode == Some(Mode::Automatic) {
        "error-same-name"
    } else if others.into_iter().any(is_others) || (name != migration.source.address && model.steps.source.account(&name).is_some()) {
        "refusal-same-name-twice"
    } else {
        return None;
    };
    Some(words.say(key, &[]))
}

/// Gives a folder another name at the target; what is wrong with it, as a phrase.
pub(super) fn rename_folder(mailboxes: &mut [MailboxMapping], at: usize, text: &str) -> Result<(), &'static str> {
    let name = MailboxName::from_segments(text.split('/').map(|part| part.trim().to_owned())).map_err(|_| "error-folder")?;
    let is_taken = mailboxes.iter().enumerate().any(|(i, other)| i != at && other.action == MappingAction::Copy { to: name.clone() });
    if is_taken {
        return Err("error-folder-taken");
    }
    mailboxes[at].action = MappingAction::Copy { to: name };
    Ok(())
}
