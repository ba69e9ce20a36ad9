//! Passwords of new accounts as the person gives them, or as the old accounts have them: by the rules of where the accounts go.

use crate::domain::{MigrationId, Secret, SecretRef};
use crate::plan::{PasswordFault, names_in};
use crate::session::{CreateState, Migration, Mode, Strategy};
use crate::text::{Value, Words};
use crate::tui::Model;

fn faults(model: &Model, migration: &Migration, password: &Secret) -> Vec<PasswordFault> {
    let source = &migration.source;
    let names = [source.display_name.as_deref(), source.first_name.as_deref(), source.last_name.as_deref()];
    model.steps.destination.password_rules(&model.session).faults(&names_in(&source.address, &names), password)
}

/// What is wrong with the given password of an account, in words; nothing while none is given.
pub(super) fn wrong_password(words: &Words, model: &Model, id: MigrationId) -> Option<String> {
    let typed = model.steps.review.drafts.get(&id)?.password.secret_value()?;
    let fault = faults(model, model.session.migration(id)?, &typed).into_iter().next()?;
    let noun = fault.param();
    let params: Vec<(&str, Value<'_>)> = noun.iter().map(|(name, value)| (*name, value.into())).collect();
    Some(words.say(&format!("password-{}", fault.key()), &params))
}

/// Passwords of the accounts that are still to be created, as far as they are known here: the given one, else that of the old account,
/// so that nobody has to learn a new one. Where neither is known, or the service would not take the old one, one is generated.
pub(in crate::tui::steps) fn new_passwords(model: &Model) -> Vec<(SecretRef, Secret)> {
    // Where OVHcloud moves the account itself, it keeps its password.
    if model.session.mode != Some(Mode::Automatic) || model.session.order() == Strategy::ServerSide {
        return Vec::new();
    }
    let to_come = model.session.migrations.iter().filter(|m| m.create == CreateState::Pending);
    let known = to_come.filter_map(|m| {
        let typed = model.steps.review.drafts.get(&m.id).and_then(|draft| draft.password.secret_value());
        let old = || model.steps.source.password(&m.source.address).filter(|old| faults(model, m, old).is_empty());
        Some((model.target_ref(&m.source.address), typed.or_else(old)?))
    });
    known.collect()
}
