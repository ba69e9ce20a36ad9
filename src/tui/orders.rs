//! The orders of acts in words: their names, what is done one after the other, and where the point of no return lies.
//!
//! Which order a pair of platforms allows is not decided here: the session says it.

use ratatui::text::{Line, Span};

use crate::domain::{DomainName, ImapEndpoint, Service};
use crate::session::{Destination, Mode, Session, Strategy};
use crate::settings::Strategies;

use super::ink::{Ink, columns, fit};

/// The phrase of an order's name.
pub(super) const fn name_key(order: Strategy) -> &'static str {
    match order {
        Strategy::RenameFirst => "strategy-rename-first",
        Strategy::CopyFirst => "strategy-copy-first",
        Strategy::ServerSide => "strategy-server-side",
        Strategy::Replace => "strategy-replace",
    }
}

/// The phrase that says what is good about an order.
pub(super) const fn merit_key(order: Strategy) -> &'static str {
    match order {
        Strategy::RenameFirst => "strategy-rename-first-text",
        Strategy::CopyFirst => "strategy-copy-first-text",
        Strategy::ServerSide => "strategy-server-side-text",
        Strategy::Replace => "strategy-replace-text",
    }
}

/// The phrase that says until when an order can be undone.
pub(super) const fn undo_key(order: Strategy) -> &'static str {
    match order {
        Strategy::RenameFirst => "strategy-rename-first-undo",
        Strategy::CopyFirst => "strategy-copy-first-undo",
        Strategy::ServerSide => "strategy-server-side-undo",
        Strategy::Replace => "strategy-replace-undo",
    }
}

/// Whether something of the old account is gone for good at the end.
pub(super) const fn is_irreversible(order: Strategy) -> bool {
    matches!(order, Strategy::ServerSide | Strategy::Replace)
}

/// The acts before the point of no return, and those after it.
const fn acts(order: Strategy) -> (&'static [&'static str], &'static [&'static str]) {
    match order {
        Strategy::RenameFirst => (&["act-rename-source", "act-create-own"], &["act-copy"]),
        Strategy::CopyFirst => (&["act-create-temporary", "act-copy-working", "act-switch-source"], &["act-switch-target", "act-rest"]),
        Strategy::ServerSide => (&["act-typed-server"], &["act-server", "act-server-look", "act-server-gone"]),
        Strategy::Replace => (&["act-create-temporary", "act-copy-working", "act-typed"], &["act-remove", "act-switch-target"]),
    }
}

/// What is done, one line each, with the point of no return as a line across.
pub(super) fn act_lines(ink: Ink<'_>, order: Strategy, mode: Option<Mode>) -> Vec<Line<'static>> {
    let theme = ink.theme();
    let (before, after) = acts(order);
    let carried: &[&str] = if mode == Some(Mode::Guided) { &[] } else { &["act-features"] };
    let mut number = 0_usize;
    let mut said = |key: &&str| {
        number += 1;
        ink.line(&format!("{number}. {}", ink.say(key)), theme.plain)
    };
    let mut lines: Vec<Line<'static>> = before.iter().map(&mut said).collect();
    let rest: Vec<Line<'static>> = after.iter().chain(carried).chain(&["act-dns"]).map(&mut said).collect();
    lines.push(no_return(ink));
    lines.extend(rest);
    lines
}

/// The point of no return.
pub(super) fn no_return(ink: Ink<'_>) -> Line<'static> {
    let theme = ink.theme();
    let width = ink.width.min(72);
    let text = fit(&format!(" {} {} ", ink.glyphs().warning, ink.say("no-return")), width.saturating_sub(4), ink.glyphs().ellipsis);
    let rest = width.saturating_sub(columns(&text) + 2);
    Line::from(vec![
        Span::styled(ink.glyphs().horizontal.repeat(2), theme.warning),
        Span::styled(text, theme.warning),
        Span::styled(ink.glyphs().horizontal.repeat(rest), theme.warning),
    ])
}

/// Why orders are refused, each reason once.
pub(super) fn reasons(ink: Ink<'_>, orders: &Strategies) -> Vec<String> {
    let mut reasons: Vec<_> = orders.refused.values().copied().collect();
    reasons.sort_unstable();
    reasons.dedup();
    reasons.into_iter().map(|reason| ink.say(&format!("strategy-refused-{}", reason.key()))).collect()
}

/// A service as a destination.
pub(super) fn destination(service: &Service) -> Destination {
    Destination {
        service: Some(service.id.clone()),
        display_name: service.display_name.clone().or_else(|| Some(service.id.name.clone())),
        endpoint: ImapEndpoint::tls(&service.hostname),
        webmail: service.webmail.clone(),
    }
}

/// The orders that remain when the accounts of a session go to a service.
pub(super) fn towards(session: &Session, service: &Service) -> Strategies {
    Session { destination: Some(destination(service)), ..session.clone() }.possible_orders()
}

/// Names of domains, in one text.
pub(super) fn names<'a>(domains: impl IntoIterator<Item = &'a DomainName>) -> String {
    domains.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
