//! The first line: who we are, whose mail, from where to where, which session.

use std::collections::BTreeSet;

use ratatui::text::{Line, Span};

use crate::domain::Platform;
use crate::tui::Model;
use crate::tui::ink::{Ink, columns, fit};

/// The first line.
pub(in crate::tui) fn header(model: &Model, ink: Ink<'_>) -> Line<'static> {
    let theme = ink.theme();
    let session = &model.session;
    let domains: Vec<String> = session.mail_domains().iter().map(ToString::to_string).collect();
    let domain = match domains.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first, rest @ ..] => ink.tell("header-domains", &[("first", first.into()), ("more", rest.len().into())]),
    };
    let right: Vec<String> = [
        model.is_demo.then(|| ink.say(if ink.width >= 100 { "header-demo" } else { "header-demo-short" })),
        session.id.as_ref().map(ToString::to_string),
    ]
    .into_iter()
    .flatten()
    .collect();
    let right = right.join(&format!(" {} ", ink.glyphs().dot));
    let brand = " mailferry";
    let mut left = String::new();
    for part in [domain, way(model)].into_iter().filter(|part| !part.is_empty()) {
        left.push_str("   ");
        left.push_str(&part);
    }
    let room = ink.width.saturating_sub(columns(brand) + columns(&right) + 2);
    let left = fit(&left, room, ink.glyphs().ellipsis);
    let pad = " ".repeat(room.saturating_sub(columns(&left)) + 1);
    let right_style = if model.is_demo { theme.accent } else { theme.quiet };
    Line::from(vec![Span::styled(brand, theme.brand), Span::styled(left, theme.plain), Span::raw(pad), Span::styled(right, right_style)])
}

/// `Exchange → Email Pro`, as far as it is known.
fn way(model: &Model) -> String {
    let session = &model.session;
    let from: BTreeSet<String> = session
        .migrations
        .iter()
        .map(|m| m.source.service.as_ref().map_or_else(|| Platform::Imap.to_string(), |service| service.platform.to_string()))
        .collect();
    if from.is_empty() {
        return String::new();
    }
    let from = from.into_iter().collect::<Vec<_>>().join(" + ");
    let to = session.destination.as_ref().map(|destination| match &destination.service {
        Some(service) => service.platform.to_string(),
        None => destination.endpoint.host.clone(),
    });
    let to = to.unwrap_or_else(|| "?".to_owned());
    format!("{from} {} {to}", model.look.glyphs.arrow)
}
