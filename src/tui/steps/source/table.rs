//! The lines of the table of accounts: address, platform, size, last login or state.

use ratatui::style::Style;
use ratatui::text::Line;

use super::accounts::Row;
use crate::domain::{Account, ByteSize, ObjectState, Platform};
use crate::text::duration;
use crate::tui::Model;
use crate::tui::ink::{Cell, Ink};

const PLATFORM: usize = 9;
const SIZE: usize = 7;
const QUOTA: usize = 7;
const LOGON: usize = 11;
const ALIASES: usize = 7;
const NAME: usize = 16;
/// From this width on every column has room.
const WIDE: usize = 88;

fn address_width(ink: Ink<'_>) -> usize {
    let wide = if ink.width >= WIDE { NAME + QUOTA + ALIASES + 3 } else { 0 };
    ink.width.saturating_sub(2 + 3 + PLATFORM + SIZE + LOGON + 4 + wide)
}

/// The phrase of a platform's name where there is little room.
const fn short_key(platform: Platform) -> &'static str {
    match platform {
        Platform::Exchange => "platform-short-exchange",
        Platform::EmailPro => "platform-short-email-pro",
        Platform::MxPlan => "platform-short-mx-plan",
        Platform::MxPlanZimbra => "platform-short-mx-plan-zimbra",
        Platform::MxPlanLegacy => "platform-short-mx-plan-legacy",
        Platform::Zimbra => "platform-short-zimbra",
        Platform::Imap => "platform-short-imap",
    }
}

/// A platform's name in nine columns.
pub(in crate::tui::steps) fn short_name(ink: Ink<'_>, platform: Platform) -> String {
    ink.say(short_key(platform))
}

/// The line above the table.
pub(super) fn head(ink: Ink<'_>) -> Line<'static> {
    let quiet = ink.theme().quiet;
    let head = |key: &str, width: usize| Cell::new(ink.say(key), width).style(quiet);
    let mut cells = vec![Cell::new("", 3), head("column-account", address_width(ink)), head("column-platform", PLATFORM)];
    if ink.width >= WIDE {
        cells.push(head("column-name", NAME));
    }
    cells.push(head("column-size", SIZE).right());
    if ink.width >= WIDE {
        cells.extend([head("column-quota", QUOTA).right(), head("column-aliases", ALIASES).right()]);
    }
    cells.push(head("column-logon", LOGON).right());
    ink.row(false, &cells)
}

fn size(ink: Ink<'_>, size: Option<ByteSize>) -> String {
    size.map_or_else(|| ink.glyphs().none.to_owned(), |size| size.to_string())
}

/// One account.
pub(super) fn row(model: &Model, ink: Ink<'_>, row: &Row<'_>, is_selected: bool) -> Line<'static> {
    let theme = ink.theme();
    let account = row.account;
    let is_chosen = model.steps.source.chosen.contains_key(&account.address);
    let style = match (account.is_blocked, is_chosen) {
        (true, _) => theme.quiet,
        (false, true) => theme.accent,
        (false, false) => theme.plain,
    };
    let mark = match (account.is_blocked, is_chosen) {
        (true, _) => " - ",
        (false, true) => ink.glyphs().checked,
        (false, false) => ink.glyphs().unchecked,
    };
    let mut cells = vec![
        Cell::new(mark, 3).style(style),
        Cell::new(account.address.to_string(), address_width(ink)).style(style),
        Cell::new(short_name(ink, row.service.id.platform), PLATFORM).style(style),
    ];
    if ink.width >= WIDE {
        cells.push(Cell::new(account.display_name.clone().unwrap_or_default(), NAME));
    }
    cells.push(Cell::new(size(ink, account.used), SIZE).right());
    if ink.width >= WIDE {
        let aliases = if account.aliases == 0 { ink.glyphs().none.to_owned() } else { account.aliases.to_string() };
        cells.extend([Cell::new(size(ink, account.quota), QUOTA).style(theme.quiet).right(), Cell::new(aliases, ALIASES).right()]);
    }
    let (state, style) = state(model, ink, account);
    cells.push(Cell::new(state, LOGON).style(style).right());
    ink.row(is_selected, &cells)
}

/// What stands in the way of an account, else when it was last used.
fn state(model: &Model, ink: Ink<'_>, account: &Account) -> (String, Style) {
    let theme = ink.theme();
    match (account.state, account.operation) {
        _ if account.is_blocked => (ink.say("account-blocked"), theme.wrong),
        (ObjectState::Ok, None) => last_logon(model, ink, account),
        (ObjectState::Unusable, _) => (ink.say("account-unusable"), theme.wrong),
        _ => (ink.say("account-busy"), theme.warning),
    }
}

/// More about the selected one: what has no column, or no room in its column.
pub(super) fn about(ink: Ink<'_>, row: &Row<'_>) -> Vec<Line<'static>> {
    let (account, service) = (row.account, row.service);
    if account.is_blocked {
        return ink.item(ink.glyphs().wrong, ink.theme().wrong, &ink.say("source-blocked"), ink.theme().plain);
    }
    let dot = format!(" {} ", ink.glyphs().dot);
    let name = service.display_name.clone().unwrap_or_else(|| service.id.name.clone());
    let mut parts = vec![format!("{} {name}", service.id.platform)];
    parts.extend(account.display_name.clone().filter(|_| ink.width < WIDE));
    if account.aliases > 0 {
        parts.push(ink.tell("source-aliases", &[("count", account.aliases.into())]));
    }
    if let Some(quota) = account.quota.filter(|_| ink.width < WIDE) {
        parts.push(ink.tell("source-quota", &[("quota", quota.to_string().into())]));
    }
    vec![ink.line(&parts.join(&dot), ink.theme().quiet)]
}

/// How long ago, from the date of RFC 3339.
fn last_logon(model: &Model, ink: Ink<'_>, account: &Account) -> (String, Style) {
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
