//! The accounts of all services in one table: filtered, several chosen. What cannot move together is said before a password is asked.

use std::collections::BTreeSet;

use ratatui::text::Line;

use super::logins::{Login, LoginState};
use super::{Part, ask_services, table};
use crate::domain::{Account, ByteSize, EmailAddress, ImapEndpoint, Platform, Service, ServiceId};
use crate::session::Strategy;
use crate::settings::Platforms;
use crate::tui::field::Field;
use crate::tui::hint::{Hint, LIST, moved};
use crate::tui::ink::Ink;
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::{Action, Effect, Model, trouble};

/// What is possible.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    let state = &model.steps.source;
    if state.is_filtering {
        return vec![
            Hint::look(Action::Accept, "key-filter-keep"),
            Hint::look(Action::Back, "key-filter-clear"),
            Hint::silent(Action::Up),
            Hint::silent(Action::Down),
        ];
    }
    let mut hints = LIST.to_vec();
    if state.problem.is_some() {
        hints.push(Hint::look(Action::Retry, "key-retry"));
    }
    if !visible(model).is_empty() {
        hints.push(Hint::look(Action::Toggle, "key-choose"));
        hints.push(Hint::look(Action::All, "key-all"));
    }
    if !state.chosen.is_empty() && conflict(model).is_none() {
        hints.push(Hint::look(Action::Accept, "key-go-on"));
    }
    hints.push(Hint::look(Action::Filter, "key-filter"));
    hints
}

/// An account with the service that it is on.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) service: &'a Service,
    pub(super) account: &'a Account,
}

/// Accounts of all services that the filter lets through, service after service.
fn visible(model: &Model) -> Vec<Row<'_>> {
    let state = &model.steps.source;
    let wanted = state.filter.as_ref().map(|field| field.text().to_lowercase()).unwrap_or_default();
    let services = state.services.iter().flatten();
    let rows = services.flat_map(|service| {
        let accounts = state.accounts.get(&service.id).into_iter().flatten();
        accounts.map(move |account| Row { service, account })
    });
    rows.filter(|row| searched(row).contains(&wanted)).collect()
}

/// Everything in which the filter looks.
fn searched(row: &Row<'_>) -> String {
    let name = |name: &Option<String>| name.clone().unwrap_or_default();
    let (account, service) = (row.account, row.service);
    let texts = [account.address.to_string(), name(&account.display_name), service.id.platform.to_string(), name(&service.display_name)];
    texts.join(" ").to_lowercase()
}

/// Whether an account can be moved as it is.
const fn may_choose(account: &Account) -> bool {
    !account.is_blocked
}

/// The platforms of the chosen accounts, when no destination allows one order of acts for all of them.
fn conflict(model: &Model) -> Option<BTreeSet<Platform>> {
    let chosen: BTreeSet<Platform> = model.steps.source.chosen.values().map(|service| service.platform).collect();
    let allowed = |from: Platform, to: Platform| Platforms::built_in().strategies(from, to).allowed;
    let is_common = |to: Platform, order: Strategy| chosen.iter().all(|from| allowed(*from, to).contains(&order));
    let targets = Platform::ALL.into_iter().filter(|to| *to != Platform::Imap);
    let has_common = targets.into_iter().any(|to| Strategy::ALL.into_iter().any(|order| is_common(to, order)));
    (chosen.len() > 1 && !has_common).then_some(chosen)
}

/// An action.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let rows: Vec<(EmailAddress, ServiceId, bool)> =
        visible(model).into_iter().map(|row| (row.account.address.clone(), row.service.id.clone(), may_choose(row.account))).collect();
    if let Some(to) = moved(model.steps.source.selected, rows.len(), action) {
        model.steps.source.selected = to;
        return Vec::new();
    }
    let can_go_on = conflict(model).is_none();
    let blocked = model.look.words.say("source-blocked", &[]);
    let state = &mut model.steps.source;
    match action {
        Action::Filter => {
            state.is_filtering = true;
            state.filter.get_or_insert_with(|| Field::plain("field-filter", ""));
        }
        Action::Back if state.is_filtering => {
            state.is_filtering = false;
            state.filter = None;
            state.selected = 0;
        }
        Action::Accept if state.is_filtering => {
            state.is_filtering = false;
            state.filter.take_if(|field| field.is_empty());
        }
        Action::Toggle => match rows.get(state.selected) {
            Some((_, _, false)) => model.say_in_passing(blocked, true),
            Some((address, service, true)) => {
                if state.chosen.remove(address).is_none() {
                    state.chosen.insert(address.clone(), service.clone());
                }
                state.selected = moved(state.selected, rows.len(), Action::Down).unwrap_or(0);
            }
            None => {}
        },
        Action::All => choose_all(state, rows),
        Action::Accept if !state.chosen.is_empty() && can_go_on => to_passwords(model),
        Action::Retry => {
            state.services = None;
            return ask_services(model);
        }
        _ => {}
    }
    Vec::new()
}

/// All that can be moved of the service of the selected account, of a filtered list all that are shown; or none of them when all were
/// chosen. Accounts of several services seldom have an order of acts in common.
fn choose_all(state: &mut super::State, rows: Vec<(EmailAddress, ServiceId, bool)>) {
    let here = rows.get(state.selected).map(|(_, service, _)| service.clone()).filter(|_| state.filter.is_none());
    let is_meant = |service: &ServiceId| here.as_ref().is_none_or(|here| here == service);
    let rows = rows.into_iter().filter(|(_, service, may)| *may && is_meant(service)).collect::<Vec<_>>();
    let are_all = rows.iter().all(|(address, ..)| state.chosen.contains_key(address));
    for (address, service, _) in rows {
        if are_all {
            state.chosen.remove(&address)
        } else {
            state.chosen.insert(address, service)
        };
    }
}

/// The chosen accounts get a password field each; what was proven before stays proven.
fn to_passwords(model: &mut Model) {
    let prefill = model.prefill.passwords.clone();
    let state = &mut model.steps.source;
    let mut before: Vec<Login> = std::mem::take(&mut state.logins);
    for (address, id) in &state.chosen {
        if let Some(at) = before.iter().position(|login| login.address == *address) {
            state.logins.push(before.swap_remove(at));
            continue;
        }
        let host = state.services.iter().flatten().find(|service| service.id == *id).map_or("", |service| service.hostname.as_str());
        let account = state.accounts.get(id).into_iter().flatten().find(|account| account.address == *address);
        let names = account.map(|a| [a.display_name.clone(), a.first_name.clone(), a.last_name.clone()]).unwrap_or_default();
        state.logins.push(Login {
            address: address.clone(),
            service: Some(id.clone()),
            endpoint: ImapEndpoint::tls(host),
            user: address.to_string(),
            field: Field::secret(address.to_string(), prefill.get(address)),
            state: LoginState::Open,
            names,
        });
    }
    state.part = Part::Passwords;
    state.focus = state.logins.iter().position(|login| login.field.is_empty()).unwrap_or(0);
}

/// The page.
pub(super) fn view(model: &Model, ink: Ink<'_>) -> Sheet {
    let state = &model.steps.source;
    let theme = ink.theme();
    let mut sheet = Sheet::new(ink.say("source-title"), Touch::ReadsOnly);
    if let Some(problem) = &state.problem {
        sheet.list(trouble::explain(ink, problem));
        return sheet;
    }
    let Some(services) = &state.services else {
        sheet.list([ink.busy(model.now, &ink.say("source-asking-services"))]);
        return sheet;
    };
    if services.is_empty() {
        sheet.list([ink.line(&ink.say("source-no-service"), theme.warning)]);
        return sheet;
    }
    if let Some(filter) = &state.filter {
        let lines = crate::tui::field::field_lines(ink, filter, 8, state.is_filtering);
        sheet.head(lines);
    }
    let rows = visible(model);
    sheet.head([table::head(ink)]);
    for (i, row) in rows.iter().enumerate() {
        if i == state.selected {
            sheet.focus_here();
        }
        sheet.list([table::row(model, ink, row, i == state.selected)]);
    }
    let asking = services.iter().filter(|service| !state.accounts.contains_key(&service.id)).count();
    if asking > 0 {
        sheet.list([ink.busy(model.now, &ink.tell("source-asking-accounts", &[("count", asking.into())]))]);
    } else if rows.is_empty() {
        let has_any = state.accounts.values().any(|accounts| !accounts.is_empty());
        sheet.list([ink.line(&ink.say(if has_any { "source-no-match" } else { "source-no-account" }), theme.quiet)]);
    }
    sheet.foot([ink.gap()]);
    if let Some(row) = rows.get(state.selected) {
        sheet.foot(table::about(ink, row));
    }
    sheet.foot([chosen_line(model, ink)]);
    if let Some(platforms) = conflict(model) {
        let names = platforms.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        sheet.foot(ink.item(ink.glyphs().wrong, theme.wrong, &ink.tell("source-conflict", &[("platforms", names.into())]), theme.plain));
    } else if !state.chosen.is_empty() && !state.is_filtering {
        sheet.foot([ink.call(Action::Accept, &ink.tell("source-call", &[("count", state.chosen.len().into())]))]);
    }
    sheet
}

fn chosen_line(model: &Model, ink: Ink<'_>) -> Line<'static> {
    let state = &model.steps.source;
    let total: ByteSize = state.chosen.keys().filter_map(|address| state.account(address)?.used).sum();
    let known: usize = state.accounts.values().map(Vec::len).sum();
    let params = [("count", state.chosen.len().into()), ("of", known.into()), ("size", total.to_string().into())];
    ink.line(&ink.tell("source-chosen", &params), if state.chosen.is_empty() { ink.theme().quiet } else { ink.theme().plain })
}
