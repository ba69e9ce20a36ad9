//! The plan as it is being edited: proposed names, mapped folders, passwords of the new accounts.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{CopyChoices, EmailAddress, MailboxName, MigrationId, Platform, ServiceId};
use crate::plan::{MailPart, MailboxMapping, MappingAction, SourceName, TargetName, names_of, temporary_address, with_choices};
use crate::session::{Migration, Mode, Strategy};
use crate::text::Words;
use crate::tui::Model;
use crate::tui::field::Field;

use super::password::wrong_password;

/// Draft of one account.
#[derive(Debug)]
pub(super) struct Draft {
    /// The temporary name of the old account.
    pub(super) name: Field,
    /// The temporary name of the new account.
    pub(super) there: Field,
    /// The order of acts for which the names were proposed.
    order: Strategy,
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
    /// The temporary name of the old account.
    Name,
    /// The temporary name of the new account.
    There,
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
    /// The page of what was found about the selected account: its selected line, while it is open.
    pub(super) findings: Option<usize>,
    /// The page about the order of acts: its selected line, while it is open.
    pub(super) order: Option<usize>,
    /// The page of what belongs to the accounts besides mail: its selected line, while it is open.
    pub(super) besides: Option<usize>,
    pub(super) create_at_once: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            drafts: BTreeMap::new(),
            selected: 0,
            editing: None,
            folders: None,
            findings: None,
            order: None,
            besides: None,
            create_at_once: true,
        }
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
            Editing::There => Some(&mut draft.there),
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
    let order = model.session.order();
    let mut before = std::mem::take(&mut model.steps.review.drafts);
    for migration in &model.session.migrations {
        let address = &migration.source.address;
        let known = before.remove(&migration.id).filter(|draft| draft.belongs_to(address));
        let mut draft = known.unwrap_or_else(|| Draft::new(address, order));
        if draft.name.is_empty() || draft.order != order {
            let (name, there) = proposed_names(model, migration, &taken);
            draft.name.set(&name.to_string());
            draft.there.set(&there.to_string());
            draft.order = order;
        }
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

/// Names for both accounts; where one keeps its own, that.
fn proposed_names(model: &Model, migration: &Migration, taken: &BTreeSet<EmailAddress>) -> (EmailAddress, EmailAddress) {
    let address = &migration.source.address;
    let free = |taken: &BTreeSet<EmailAddress>| temporary_address(address, taken).unwrap_or_else(|| address.clone());
    let keeps = model.session.mode == Some(Mode::Guided) && !needs_rename(model, migration);
    let name = if keeps || !has_name(model) { address.clone() } else { free(taken) };
    let there = if has_there(model) { free(&taken.iter().cloned().chain([name.clone()]).collect()) } else { address.clone() };
    (name, there)
}

/// Whether the old accounts get temporary names.
pub(super) fn has_name(model: &Model) -> bool {
    names_of(model.session.order()).0 == SourceName::Renamed
}

/// Whether the new accounts begin under temporary names.
pub(super) fn has_there(model: &Model) -> bool {
    names_of(model.session.order()).1 == TargetName::Temporary
}

impl Draft {
    fn new(address: &EmailAddress, order: Strategy) -> Self {
        Self {
            name: Field::plain(address.to_string(), ""),
            there: Field::plain(address.to_string(), ""),
            order,
            password: Field::secret(address.to_string(), None),
            mailboxes: Vec::new(),
            choices: None,
        }
    }

    /// The field of a name.
    const fn named(&self, which: Editing) -> &Field {
        match which {
            Editing::There => &self.there,
            Editing::Name | Editing::Password => &self.name,
        }
    }

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

/// What is wrong with the names and the given password of an account, in words.
pub(super) fn wrong_names(words: &Words, model: &Model, id: MigrationId) -> Option<String> {
    let all = [Editing::Name, Editing::There, Editing::Password];
    all.into_iter().find_map(|which| wrong_name(words, model, id, which))
}

/// What is wrong with a temporary name, or with the given password, in words.
pub(super) fn wrong_name(words: &Words, model: &Model, id: MigrationId, which: Editing) -> Option<String> {
    if which == Editing::Password {
        return wrong_password(words, model, id);
    }
    let is_asked = match which {
        Editing::Name => has_name(model),
        Editing::There => has_there(model),
        Editing::Password => false,
    };
    let migration = model.session.migration(id).filter(|_| is_asked)?;
    let draft = model.steps.review.drafts.get(&id)?;
    let Ok(name) = draft.named(which).text().parse::<EmailAddress>() else {
        return Some(words.say("error-address", &[]));
    };
    let is_own = name == migration.source.address;
    let may_keep = which == Editing::Name && model.session.mode == Some(Mode::Guided);
    let key = if name.domain() != migration.source.address.domain() {
        "refusal-other-domain"
    } else if is_own && !may_keep {
        "error-same-name"
    } else if is_taken(model, &name, (id, which)) || (!is_own && model.steps.source.account(&name).is_some()) {
        "refusal-same-name-twice"
    } else {
        return None;
    };
    Some(words.say(key, &[]))
}

/// Whether another account of the plan has, or will have, a name.
fn is_taken(model: &Model, name: &EmailAddress, own: (MigrationId, Editing)) -> bool {
    let text = name.to_string();
    let asked = [(Editing::Name, has_name(model)), (Editing::There, has_there(model))];
    model.session.migrations.iter().any(|m| {
        let draft = model.steps.review.drafts.get(&m.id);
        let planned = |which: Editing| draft.is_some_and(|draft| draft.named(which).text().eq_ignore_ascii_case(&text));
        let is_planned = asked.iter().any(|(which, is_asked)| *is_asked && (m.id, *which) != own && planned(*which));
        is_planned || (m.id != own.0 && m.source.address == *name)
    })
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
