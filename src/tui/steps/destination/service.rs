//! One service as a destination: what it has free, what it can hold, in which order accounts can come to it, or why they cannot.

use ratatui::text::Line;

use crate::domain::{ByteSize, FeatureKind, ObjectState, SeatModel, Service};
use crate::settings::{Platforms, Strategies};
use crate::text::Value;
use crate::tui::ink::{Cell, Ink};
use crate::tui::steps::source::short_name;
use crate::tui::{Action, Model, orders};

use super::missing_domains;

/// Why a service cannot receive.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Obstacle {
    /// A phrase with a count.
    Plain(&'static str, u64),
    /// No order of acts is possible; why.
    NoOrder(Strategies),
}

/// Why a service cannot receive the accounts of the session, if it cannot.
pub(super) fn obstacle(model: &Model, service: &Service) -> Option<Obstacle> {
    let wanted = model.session.migrations.len();
    let is_source = model.session.migrations.iter().any(|m| m.source.service.as_ref() == Some(&service.id));
    let orders = orders::towards(&model.session, service);
    if is_source {
        Some(Obstacle::Plain("obstacle-source", 0))
    } else if service.state != ObjectState::Ok {
        Some(Obstacle::Plain("obstacle-state", 0))
    } else if orders.allowed.is_empty() {
        Some(Obstacle::NoOrder(orders))
    } else if service.id.platform.is_mx_plan() && !missing_domains(model, service).is_empty() {
        Some(Obstacle::Plain("obstacle-one-domain", 0))
    } else if !service.is_imap_enabled {
        Some(Obstacle::Plain("obstacle-imap", 0))
    } else if !is_billed(service) && usize::try_from(service.free_seats).unwrap_or(usize::MAX) < wanted {
        Some(Obstacle::Plain("obstacle-seats", wanted as u64))
    } else {
        None
    }
}

/// Whether an account is made, and may be billed, when it is asked for.
pub(super) fn is_billed(service: &Service) -> bool {
    service.seats == SeatModel::OnDemand && service.free_seats == 0
}

const PLATFORM: usize = 9;
const FREE: usize = 9;
const QUOTA: usize = 8;
const MESSAGE: usize = 8;

fn name_width(ink: Ink<'_>) -> usize {
    ink.width.saturating_sub(2 + 3 + PLATFORM + FREE + QUOTA + MESSAGE + 5)
}

/// The line above the table.
pub(super) fn head(ink: Ink<'_>) -> Line<'static> {
    let head = |key: &str, width: usize| Cell::new(ink.say(key), width).style(ink.theme().quiet);
    ink.row(
        false,
        &[
            Cell::new("", 3),
            head("column-platform", PLATFORM),
            head("column-service", name_width(ink)),
            head("column-free", FREE).right(),
            head("column-quota-each", QUOTA).right(),
            head("column-largest", MESSAGE).right(),
        ],
    )
}

/// One service.
pub(super) fn row(model: &Model, ink: Ink<'_>, service: &Service, is_selected: bool) -> Line<'static> {
    let theme = ink.theme();
    let can = obstacle(model, service).is_none();
    let style = if can { theme.plain } else { theme.quiet };
    let size = |size: Option<ByteSize>| size.map_or_else(|| ink.glyphs().none.to_owned(), |size| size.to_string());
    let mark = match (can, is_selected) {
        (false, _) => format!(" {} ", ink.glyphs().wrong),
        (true, true) => ink.glyphs().radio_on.to_owned(),
        (true, false) => ink.glyphs().radio_off.to_owned(),
    };
    let free = if is_billed(service) { ink.say("seats-on-demand") } else { service.free_seats.to_string() };
    ink.row(
        is_selected,
        &[
            Cell::new(mark, 3).style(style),
            Cell::new(short_name(ink, service.id.platform), PLATFORM).style(style),
            Cell::new(service.display_name.clone().unwrap_or_else(|| service.id.name.clone()), name_width(ink)).style(style),
            Cell::new(free, FREE).style(style).right(),
            Cell::new(size(service.account_quota), QUOTA).style(style).right(),
            Cell::new(size(service.largest_message), MESSAGE).style(style).right(),
        ],
    )
}

/// What choosing this service means, or why it cannot be chosen.
pub(super) fn about(model: &Model, ink: Ink<'_>, service: &Service) -> Vec<Line<'static>> {
    let theme = ink.theme();
    match obstacle(model, service) {
        Some(Obstacle::Plain(key, count)) => {
            let domains = orders::names(&service.domains);
            let params = [("count", count.into()), ("free", service.free_seats.into()), ("domains", domains.into())];
            return ink.item(ink.glyphs().wrong, theme.wrong, &ink.tell(key, &params), theme.plain);
        }
        Some(Obstacle::NoOrder(orders)) => {
            let mut lines = ink.item(ink.glyphs().wrong, theme.wrong, &ink.say("obstacle-no-order"), theme.strong);
            for reason in orders::reasons(ink, &orders) {
                lines.extend(ink.item(ink.glyphs().pointer, theme.quiet, &reason, theme.plain));
            }
            return lines;
        }
        None => {}
    }
    let mut lines = holding(ink, service);
    lines.extend(seats(ink, service));
    lines.extend(order(model, ink, service));
    let missing = missing_domains(model, service);
    if missing.is_empty() {
        lines.extend(ink.item(ink.glyphs().done, theme.good, &ink.say("destination-attached"), theme.plain));
    } else {
        let text = ink.tell("destination-attach", &[("domains", orders::names(&missing).into())]);
        lines.extend(ink.item(ink.glyphs().warning, theme.warning, &text, theme.plain));
    }
    lines.push(ink.gap());
    let call = if missing.is_empty() { "destination-call" } else { "destination-call-attach" };
    lines.push(ink.call(Action::Accept, &ink.say(call)));
    lines
}

/// What the platform holds besides mail, and can be made there by the program.
fn holding(ink: Ink<'_>, service: &Service) -> Vec<Line<'static>> {
    let theme = ink.theme();
    let facts = Platforms::built_in().facts(service.id.platform);
    let kinds: Vec<String> = FeatureKind::ALL
        .into_iter()
        .filter(|kind| facts.features.contains(kind))
        .map(|kind| ink.say(&format!("feature-many-{}", kind.key())))
        .collect();
    let platform = Value::from(service.id.platform.to_string());
    let key = if kinds.is_empty() { "destination-holds-mail" } else { "destination-holds" };
    let params = [("platform", platform), ("kinds", kinds.join(", ").into())];
    ink.item(ink.glyphs().note, theme.quiet, &ink.tell(key, &params), theme.quiet)
}

/// How the service comes to new accounts, where that is not simply counted.
fn seats(ink: Ink<'_>, service: &Service) -> Vec<Line<'static>> {
    let theme = ink.theme();
    if is_billed(service) {
        return ink.item(ink.glyphs().warning, theme.warning, &ink.say("seats-billed"), theme.plain);
    }
    let offers = service.offers.iter().map(|offer| {
        let quota = offer.quota.map_or_else(|| ink.glyphs().none.to_owned(), |quota| quota.to_string());
        ink.tell("seats-offer", &[("count", offer.free.into()), ("name", (&offer.name).into()), ("quota", quota.into())])
    });
    let offers = offers.collect::<Vec<_>>().join(", ");
    if offers.is_empty() {
        return Vec::new();
    }
    ink.item(ink.glyphs().note, theme.quiet, &ink.tell("seats-offers", &[("offers", offers.into())]), theme.quiet)
}

/// In which order the accounts would come, and which others are possible.
fn order(model: &Model, ink: Ink<'_>, service: &Service) -> Vec<Line<'static>> {
    let theme = ink.theme();
    let allowed = orders::towards(&model.session, service).allowed;
    let Some((first, others)) = allowed.split_first() else { return Vec::new() };
    let names = others.iter().map(|order| ink.say(orders::name_key(*order))).collect::<Vec<_>>().join(", ");
    let key = if others.is_empty() { "destination-order" } else { "destination-orders" };
    let text = ink.tell(key, &[("name", ink.say(orders::name_key(*first)).into()), ("others", names.into())]);
    let (sign, style) = if allowed.iter().all(|order| orders::is_irreversible(*order)) {
        (ink.glyphs().warning, theme.warning)
    } else {
        (ink.glyphs().note, theme.quiet)
    };
    ink.item(sign, style, &text, theme.plain)
}
