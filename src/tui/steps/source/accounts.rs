//! The table of accounts: one service at a time, filtered, several chosen.

use ratatui::text::{Line, Span};

use super::logins::{Login, LoginState};
use super::{Part, ask_services};
use crate::domain::{Account, ByteSize, EmailAddress, ImapEndpoint, ObjectState, Service};
use crate::text::duration;
use crate::tui::field::Field;
use crate::tui::hint::{Hint, LIST, moved};
use crate::tui::ink::{Cell, Ink};
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
    if !state.chosen.is_empty() {
        hints.push(Hint::look(Action::Accept, "key-go-on"));
    }
    if state.services.as_ref().is_some_and(|services| services.len() > 1) {
        hints.push(Hint::look(Action::Next, "key-next-service"));
        hints.push(Hint::silent(Action::Previous));
        hints.push(Hint::silent(Action::Left));
        hints.push(Hint::silent(Action::Right));
    }
    hints.push(Hint::look(Action::Filter, "key-filter"));
    hints
}

/// The shown service.
fn service(model: &Model) -> Option<&Service> {
    model.steps.source.services.as_ref()?.get(model.steps.source.service)
}

/// Accounts of the shown service that the filter lets through.
fn visible(model: &Model) -> Vec<&Account> {
    let state = &model.steps.source;
    let wanted = state.filter.as_ref().map(|field| field.text().to_lowercase()).unwrap_or_default();
    let name = |account: &Account| account.display_name.clone().unwrap_or_default().to_lowercase();
    let accounts = service(model).and_then(|service| state.accounts.get(&service.id));
    let accounts = accounts.into_iter().flatten();
    accounts.filter(|account| account.address.to_string().contains(&wanted) || name(account).contains(&wanted)).collect()
}

/// An action.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let rows: Vec<EmailAddress> = visible(model).into_iter().map(|account| account.address.clone()).collect();
    if let Some(to) = moved(model.steps.source.selected, rows.len(), action) {
        model.steps.source.selected = to;
        return Vec::new();
    }
    let id = service(model).map(|service| service.id.clone());
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
        Action::Next | Action::Previous | Action::Left | Action::Right => {
            let count = state.services.as_ref().map_or(1, Vec::len).max(1);
            let step = if matches!(action, Action::Next | Action::Right) { 1 } else { count - 1 };
            state.service = (state.service + step) % count;
            state.selected = 0;
        }
        Action::Toggle => {
            if let (Some(address), Some(id)) = (rows.get(state.selected), id)
                && state.chosen.remove(address).is_none()
            {
                state.chosen.insert(address.clone(), id);
            }
            state.selected = moved(state.selected, rows.len(), Action::Down).unwrap_or(0);
        }
        Action::All => {
            if let Some(id) = id {
                let are_all = rows.iter().all(|address| state.chosen.contains_key(address));
                for address in rows {
                    if are_all {
                        state.chosen.remove(&address)
                    } else {
                        state.chosen.insert(address, id.clone())
                    };
                }
            }
        }
        Action::Accept if !state.chosen.is_empty() => to_passwords(model),
        Action::Retry => {
            state.services = None;
            return ask_services(model);
        }
        _ => {}
    }
    Vec::new()
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
    let (Some(services), Some(shown)) = (&state.services, service(model)) else {
        let is_known = state.services.is_some();
        sheet.list([if is_known {
            ink.line(&ink.say("source-no-service"), theme.warning)
        } else {
            ink.busy(model.now, &ink.say("source-asking-services"))
        }]);
        return sheet;
    };
    sheet.head([service_line(ink, services, state.service)]);
    if let Some(filter) = &state.filter {
        let lines = crate::tui::field::field_lines(ink, filter, 8, state.is_filtering);
        sheet.head(lines);
    } else {
        sheet.head([ink.gap()]);
    }
    let Some(accounts) = state.accounts.get(&shown.id) else {
        sheet.list([ink.busy(model.now, &ink.say("source-asking-accounts"))]);
        return sheet;
    };
    let rows = visible(model);
    sheet.head([table_head(ink)]);
    for (i, account) in rows.iter().enumerate() {
        if i == state.selected {
            sheet.focus_here();
        }
        sheet.list([table_row(model, ink, account, i == state.selected)]);
    }
    if rows.is_empty() {
        let key = if accounts.is_empty() { "source-no-account" } else { "source-no-match" };
        sheet.list([ink.line(&ink.say(key), theme.quiet)]);
    }
    sheet.foot([ink.gap(), chosen_line(model, ink)]);
    if !state.chosen.is_empty() && !state.is_filtering {
        sheet.foot([ink.call(Action::Accept, &ink.tell("source-call", &[("count", state.chosen.len().into())]))]);
    }
    sheet
}

fn service_line(ink: Ink<'_>, services: &[Service], shown: usize) -> Line<'static> {
    let theme = ink.theme();
    let mut spans = Vec::new();
    for (i, service) in services.iter().enumerate() {
        let name = service.display_name.clone().unwrap_or_else(|| service.id.name.clone());
        let text = format!(" {} {} {name} ", service.id.platform, ink.glyphs().dot);
        spans.push(Span::styled(text, if i == shown { theme.call } else { theme.quiet }));
        spans.push(Span::raw(" "));
    }
    Line::from(spans)
}

const SIZE: usize = 8;
const QUOTA: usize = 8;
const LOGON: usize = 12;
const ALIASES: usize = 7;
const NAME: usize = 22;

fn address_width(ink: Ink<'_>) -> usize {
    let wide = if ink.width >= 88 { NAME + 1 + QUOTA + 1 } else { 0 };
    ink.width.saturating_sub(2 + 4 + SIZE + LOGON + ALIASES + 3 + wide)
}

fn table_head(ink: Ink<'_>) -> Line<'static> {
    let quiet = ink.theme().quiet;
    let head = |key: &str, width: usize| Cell::new(ink.say(key), width).style(quiet);
    let mut cells = vec![Cell::new("", 3), head("column-account", address_width(ink))];
    if ink.width >= 88 {
        cells.push(head("column-name", NAME));
    }
    cells.push(head("column-size", SIZE).right());
    if ink.width >= 88 {
        cells.push(head("column-quota", QUOTA).right());
    }
    cells.extend([head("column-logon", LOGON).right(), head("column-aliases", ALIASES).right()]);
    ink.row(false, &cells)
}

fn table_row(model: &Model, ink: Ink<'_>, account: &Account, is_selected: bool) -> Line<'static> {
    let theme = ink.theme();
    let is_chosen = model.steps.source.chosen.contains_key(&account.address);
    let style = if is_chosen { theme.accent } else { theme.plain };
    let size = |size: Option<ByteSize>| size.map_or_else(|| ink.glyphs().none.to_owned(), |size| size.to_string());
    let mark = if is_chosen { ink.glyphs().checked } else { ink.glyphs().unchecked };
    let mut cells = vec![Cell::new(mark, 3).style(style), Cell::new(account.address.to_string(), address_width(ink)).style(style)];
    if ink.width >= 88 {
        cells.push(Cell::new(account.display_name.clone().unwrap_or_default(), NAME));
    }
    cells.push(Cell::new(size(account.used), SIZE).right());
    if ink.width >= 88 {
        cells.push(Cell::new(size(account.quota), QUOTA).style(theme.quiet).right());
    }
    let state = match (account.state, account.operation) {
        (ObjectState::Ok, None) => last_logon(model, ink, account),
        (ObjectState::Unusable, _) => (ink.say("account-unusable"), theme.wrong),
        _ => (ink.say("account-busy"), theme.warning),
    };
    let aliases = if account.aliases == 0 { ink.glyphs().none.to_owned() } else { account.aliases.to_string() };
    cells.extend([Cell::new(state.0, LOGON).style(state.1).right(), Cell::new(aliases, ALIASES).right()]);
    ink.row(is_selected, &cells)
}

/// How long ago, from the date of RFC 3339.
fn last_logon(model: &Model, ink: Ink<'_>, account: &Account) -> (String, ratatui::style::Style) {
    let quiet = ink.theme().quiet;
    let Some(days) = account.last_logon.as_deref().and_then(days_since_epoch) else {
        return (ink.glyphs().none.to_owned(), quiet);
    };
    let ago = model.now.0.div_euclid(86_400_000) - days;
    let text = match u64::try_from(ago) {
        Err(_) | Ok(0) => ink.say("day-today"),
        Ok(1) => ink.say("day-yesterday"),
        Ok(ago) => ink.tell("day-ago", &[("ago", duration(ago * 86_400).into())]),
    };
    (text, quiet)
}

/// Days from 1970-01-01 to the date at the start of an RFC 3339 text.
fn days_since_epoch(text: &str) -> Option<i64> {
    let mut parts = text.get(..10)?.splitn(3, '-');
    let mut number = || parts.next()?.parse::<i64>().ok();
    let (year, month, day) = (number()?, number()?, number()?);
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    Some(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
}

fn chosen_line(model: &Model, ink: Ink<'_>) -> Line<'static> {
    let state = &model.steps.source;
    let total: ByteSize = state.chosen.keys().filter_map(|address| state.account(address)?.used).sum();
    let known: usize = state.accounts.values().map(Vec::len).sum();
    let params = [("count", state.chosen.len().into()), ("of", known.into()), ("size", total.to_string().into())];
    ink.line(&ink.tell("source-chosen", &params), if state.chosen.is_empty() { ink.theme().quiet } else { ink.theme().plain })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_logons_are_counted_in_days() {
        assert_eq!(days_since_epoch("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(days_since_epoch("2000-02-29"), Some(11_016));
        assert_eq!(days_since_epoch("2026-11-20T10:42:07+01:00"), Some(20_777));
        assert_eq!(days_since_epoch("never"), None);
    }
}
