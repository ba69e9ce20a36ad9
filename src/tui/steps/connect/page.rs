//! The pages of this step: the ways, the forms, the approval in the browser.

use ratatui::text::{Line, Span};

use crate::domain::Moment;
use crate::ports::{ApiKeys, Keeping};
use crate::text::short_duration;
use crate::tui::ink::Ink;
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::{Action, FoundCredential, Model, trouble};

use super::way::{ENDPOINT, Way};
use super::{Phase, State};

/// The page.
pub(in crate::tui::steps) fn view(model: &Model, ink: Ink<'_>) -> Sheet {
    match &model.steps.connect.phase {
        Phase::Choose => choice(model, ink),
        Phase::Keys | Phase::Asking => keys(model, ink),
        Phase::Approving { url, since, .. } => approval(model, ink, url, *since),
    }
}

fn choice(model: &Model, ink: Ink<'_>) -> Sheet {
    let (theme, state) = (ink.theme(), &model.steps.connect);
    let mut sheet = Sheet::new(ink.say("connect-title"), Touch::ReadsOnly);
    if model.is_demo {
        sheet.head(ink.paragraph(&ink.say("connect-demo"), theme.accent)).head([ink.gap()]);
    }
    for way in Way::all(&model.prefill) {
        let is_this = way == state.way;
        let (sign, style) = if is_this { (ink.glyphs().radio_on, theme.focus) } else { (ink.glyphs().radio_off, theme.plain) };
        if is_this {
            sheet.focus_here();
        }
        let lead = if is_this { ink.glyphs().pointer } else { " " };
        sheet.list(ink.item(&format!("{lead} {sign}"), style, &name(model, ink, way), style));
    }
    sheet.list([ink.gap()]).list(indented(ink, 6, &explanation(model, ink, state.way)));
    for trouble in &model.prefill.troubles {
        sheet.foot(ink.item(ink.glyphs().warning, theme.warning, &trouble.sentence(ink.words()), theme.warning));
    }
    if let Some(problem) = &state.problem {
        sheet.foot(trouble::brief(ink, problem));
    }
    let call = match state.way {
        Way::Found(_) => "connect-call-found",
        Way::Guided => "connect-call-guided",
        Way::Application | Way::Client | Way::Token => "connect-call-automatic",
    };
    sheet.foot([ink.gap(), ink.call(Action::Accept, &ink.say(call))]);
    sheet
}

fn name(model: &Model, ink: Ink<'_>, way: Way) -> String {
    match way {
        Way::Found(at) => {
            let place = model.prefill.found.get(at).map(|found| found.place.name(ink.words())).unwrap_or_default();
            ink.tell("connect-found", &[("place", place.into())])
        }
        Way::Application => ink.say("connect-application"),
        Way::Client => ink.say("connect-client"),
        Way::Token => ink.say("connect-token"),
        Way::Guided => ink.say("connect-guided"),
    }
}

fn explanation(model: &Model, ink: Ink<'_>, way: Way) -> String {
    match way {
        Way::Found(at) => model.prefill.found.get(at).map(|found| explained(ink, found)).unwrap_or_default(),
        Way::Application => ink.say("connect-application-text"),
        Way::Client => ink.say("connect-client-text"),
        Way::Token => ink.say("connect-token-text"),
        Way::Guided => ink.say("connect-guided-text"),
    }
}

fn explained(ink: Ink<'_>, found: &FoundCredential) -> String {
    let method = match &found.keys {
        ApiKeys::Application { consumer_key: Some(_), .. } => "connect-method-application",
        ApiKeys::Application { consumer_key: None, .. } => "connect-method-new-key",
        ApiKeys::Client { .. } => "connect-method-client",
        ApiKeys::Token { .. } => "connect-method-token",
    };
    ink.tell("connect-found-text", &[("method", ink.say(method).into()), ("endpoint", (&found.endpoint_name).into())])
}

fn indented(ink: Ink<'_>, by: usize, text: &str) -> Vec<Line<'static>> {
    let mut lines = ink.narrower(by).paragraph(text, ink.theme().quiet);
    for line in &mut lines {
        line.spans.insert(0, Span::raw(" ".repeat(by)));
    }
    lines
}

fn keys(model: &Model, ink: Ink<'_>) -> Sheet {
    let state = &model.steps.connect;
    let (title, text) = match state.way {
        Way::Client => ("connect-client-title", ink.say("connect-client-page")),
        Way::Token => ("connect-token-title", ink.say("connect-token-page")),
        Way::Application | Way::Found(_) | Way::Guided => {
            ("connect-keys-title", ink.tell("connect-keys-text", &[("page", application_page(state).into())]))
        }
    };
    let mut sheet = Sheet::new(ink.say(title), Touch::ReadsOnly);
    sheet.head(ink.paragraph(&text, ink.theme().quiet)).head([ink.gap()]);
    let (lines, focus) = state.form.lines(ink);
    if !matches!(state.way, Way::Found(_)) {
        sheet.focus = Some(focus);
        sheet.list(lines).list([ink.gap()]);
    }
    if let Some(problem) = &state.problem {
        sheet.foot(trouble::brief(ink, problem)).foot([ink.gap()]);
    } else {
        sheet.foot(where_secrets_go(model, ink)).foot([ink.gap()]);
    }
    let is_asking = state.phase == Phase::Asking;
    sheet.foot([if is_asking {
        ink.busy(model.now, &ink.say("connect-asking"))
    } else {
        ink.call(Action::Accept, &ink.say("connect-call-keys"))
    }]);
    sheet
}

/// Where an application is made: each region has a page of its own.
fn application_page(state: &State) -> &'static str {
    match state.form.fields.get(ENDPOINT).map(crate::tui::field::Field::text) {
        Some(name) if name.ends_with("-ca") || name.contains("//ca.") => "https://ca.api.ovh.com/createApp",
        Some(name) if name.ends_with("-us") || name.contains("us.ovhcloud.com") => "https://api.us.ovhcloud.com/createApp",
        _ => "https://eu.api.ovh.com/createApp",
    }
}

/// Where secrets go, in words.
pub(in crate::tui::steps) fn where_secrets_go(model: &Model, ink: Ink<'_>) -> Vec<Line<'static>> {
    match (model.keeping, &model.keyring_trouble) {
        (Keeping::Keyring, _) => ink.item(ink.glyphs().note, ink.theme().quiet, &ink.say("secrets-keyring"), ink.theme().quiet),
        (Keeping::ThisRunOnly, trouble) => {
            let why = trouble.clone().unwrap_or_else(|| ink.say("secrets-no-keyring"));
            let text = ink.tell("secrets-this-run", &[("why", why.into())]);
            ink.item(ink.glyphs().warning, ink.theme().warning, &text, ink.theme().quiet)
        }
    }
}

fn approval(model: &Model, ink: Ink<'_>, url: &str, since: Moment) -> Sheet {
    let theme = ink.theme();
    let mut sheet = Sheet::new(ink.say("connect-approve-title"), Touch::ReadsOnly);
    sheet.head(ink.paragraph(&ink.say("connect-approve-text"), theme.plain)).head([ink.gap()]);
    sheet.list(ink.paragraph(url, theme.accent)).list([ink.gap()]);
    sheet.list(ink.paragraph(&ink.say("connect-approve-rights"), theme.quiet));
    sheet.foot([ink.gap(), ink.busy(model.now, &ink.tell("connect-approve-waiting", &[("age", short_duration(model.age(since)).into())]))]);
    sheet
}
