//! An earlier step, looked at: what was answered or done there. From here answers can be given again, as long as nothing was changed.

use ratatui::text::Line;

use crate::session::{Migration, Mode, RemovalState, Step};
use crate::tui::hint::Hint;
use crate::tui::ink::{Cell, Ink};
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::update::{look_around, reopen};
use crate::tui::{Action, Effect, Model};

/// Whether answers from this step on can be given again.
fn may_reopen(model: &Model, step: Step) -> bool {
    // What is being undone is not done yet: answers can be given again afterwards.
    let is_undoing = super::undoing::is_going_on(model);
    !is_undoing && step <= Step::Review && !model.session.has_acted() && !model.session.is_rename_confirmed && !model.session.is_finished
}

/// What is possible.
pub(super) fn hints(model: &Model, step: Step) -> Vec<Hint> {
    let mut hints = vec![Hint::look(Action::Accept, "key-look-forward"), Hint::silent(Action::Right)];
    if step > Step::Connect {
        hints.push(Hint::look(Action::Back, "key-look-back"));
        hints.push(Hint::silent(Action::Left));
    }
    if may_reopen(model, step) {
        hints.push(Hint::act(Action::Edit, "key-reopen"));
    }
    hints
}

/// An action.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match (action, model.looking_at) {
        (Action::Back | Action::Left, _) => look_around(model, true),
        (Action::Accept | Action::Right, _) => look_around(model, false),
        (Action::Edit, Some(step)) if may_reopen(model, step) => return reopen(step),
        _ => {}
    }
    Vec::new()
}

/// The page.
pub(super) fn view(model: &Model, step: Step, ink: Ink<'_>) -> Sheet {
    let theme = ink.theme();
    let mut sheet = Sheet::new(ink.say(title(step)), Touch::ReadsOnly);
    sheet.list(answers(model, step, ink));
    let key = if may_reopen(model, step) {
        "past-reopen"
    } else if step <= Step::Review {
        "past-too-late"
    } else {
        "past-done"
    };
    sheet.foot([ink.gap()]).foot(ink.paragraph(&ink.tell(key, &[("key", ink.key(Action::Edit).into())]), theme.quiet));
    sheet
}

const fn title(step: Step) -> &'static str {
    match step {
        Step::Connect => "past-connect",
        Step::Source => "past-source",
        Step::Destination => "past-destination",
        Step::Review => "past-review",
        Step::Rename => "past-rename",
        Step::Create => "past-create",
        Step::Migrate => "past-migrate",
        Step::Dns | Step::Finish => "past-dns",
    }
}

fn answers(model: &Model, step: Step, ink: Ink<'_>) -> Vec<Line<'static>> {
    let session = &model.session;
    match step {
        Step::Connect => {
            let key = if session.mode == Some(Mode::Guided) { "connect-guided" } else { "connect-automatic" };
            let mut lines = vec![ink.line(&ink.say(key), ink.theme().plain)];
            if let Some(api) = &session.api {
                lines.push(ink.line(&api.endpoint.to_string(), ink.theme().accent));
                if let Some(expiration) = &api.expiration {
                    lines.push(ink.line(&ink.tell("past-expires", &[("when", expiration.into())]), ink.theme().quiet));
                }
            }
            lines
        }
        Step::Destination => session
            .destination
            .iter()
            .flat_map(|destination| {
                let name = destination.display_name.clone().unwrap_or_default();
                [name, destination.endpoint.to_string()].into_iter().filter(|text| !text.is_empty())
            })
            .chain(session.domains.keys().map(ToString::to_string))
            .map(|text| ink.line(&text, ink.theme().plain))
            .collect(),
        _ => session.migrations.iter().map(|migration| account(model, step, migration, ink)).collect(),
    }
}

fn account(model: &Model, step: Step, migration: &Migration, ink: Ink<'_>) -> Line<'static> {
    let half = ink.width / 2;
    let what = match step {
        Step::Source => migration.source.endpoint.to_string(),
        Step::Rename if migration.removal == RemovalState::Done => ink.say("finish-replaced"),
        Step::Create if migration.target_temporary.is_some() => {
            migration.target_temporary.as_ref().map_or_else(String::new, ToString::to_string)
        }
        Step::Review if migration.target_temporary.is_some() => names(ink, migration),
        Step::Review | Step::Rename => match &migration.temporary {
            Some(temporary) if *temporary == migration.source.address => ink.say("review-not-renamed"),
            Some(temporary) => format!("{} {temporary}", ink.glyphs().arrow),
            None => String::new(),
        },
        Step::Create => super::create::gap(ink, migration),
        _ => super::migrate::account_state(model, ink, migration),
    };
    ink.cells(&[
        Cell::new(ink.glyphs().done, 1).style(ink.theme().good),
        Cell::new(migration.source.address.to_string(), half.saturating_sub(3)),
        Cell::new(what, ink.width.saturating_sub(half)).style(ink.theme().quiet),
    ])
}

/// The temporary names of both accounts.
fn names(ink: Ink<'_>, migration: &Migration) -> String {
    let old = migration.temporary.as_ref().filter(|name| **name != migration.source.address);
    let names = old.into_iter().chain(&migration.target_temporary).map(|name| name.local().to_owned());
    format!("{} {}", ink.glyphs().arrow, names.collect::<Vec<_>>().join(", "))
}
