//! Create: the targets come into being, under the real addresses or under temporary ones. Guided: the clicks, then a password each, proven by a login.

mod rows;

use std::collections::BTreeMap;

use crate::domain::MigrationId;
use crate::problem::Problem;
use crate::session::{Answer, Command, CreateState, Mode, Query, Strategy, Task};
use crate::tui::field::{Field, field_lines};
use crate::tui::hint::{Hint, LIST, moved};
use crate::tui::ink::{Ink, columns};
use crate::tui::model::Asked;
use crate::tui::overlays::{self, Overlay};
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::{Action, Effect, Model, trouble};

use super::StepMsg;
use super::rename::{act_on_trouble, open_undo_all, panel, trouble_hints, undo_all_hint, undoable};
use super::review::new_passwords;
pub(super) use rows::{gap, kept};

/// Where the proof of a new account stands.
#[derive(Debug, Clone, PartialEq)]
enum Proof {
    Open,
    Trying,
    Proven,
    Failed(Problem),
}

/// Draft of this step: guided passwords and their proof.
#[derive(Debug, Default)]
pub(in crate::tui) struct State {
    selected: usize,
    fields: BTreeMap<MigrationId, (Field, Proof)>,
    is_asking: bool,
}

impl State {
    /// Whether a field has the focus.
    pub(super) const fn is_typing(&self) -> bool {
        self.is_asking
    }

    fn is_all_proven(&self) -> bool {
        !self.fields.is_empty() && self.fields.values().all(|(_, proof)| *proof == Proof::Proven)
    }

    fn failed(&self) -> Option<&Problem> {
        let of = |(_, proof): &'_ (Field, Proof)| matches!(proof, Proof::Failed(_));
        let selected = self.fields.values().nth(self.selected).filter(|entry| of(entry));
        match selected.or_else(|| self.fields.values().find(|entry| of(entry))) {
            Some((_, Proof::Failed(problem))) => Some(problem),
            _ => None,
        }
    }
}

fn is_guided(model: &Model) -> bool {
    model.session.mode == Some(Mode::Guided)
}

/// Stopped creations.
fn troubles(model: &Model) -> Vec<(Task, Problem)> {
    let is_ours = |task: &Task| {
        matches!(task, Task::CreateTarget { .. } | Task::UndoCreate { .. } | Task::UndoRename { .. } | Task::DetachDomain { .. })
    };
    model.session.troubles.iter().filter(|(task, _)| is_ours(task)).map(|(task, problem)| (task.clone(), problem.clone())).collect()
}

/// What is possible.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    if model.steps.create.is_asking {
        let accept = if model.steps.create.is_all_proven() { "key-go-on" } else { "key-try-login" };
        let mut hints = vec![
            Hint::act(Action::Accept, accept),
            Hint::look(Action::Next, "key-next-field"),
            Hint::silent(Action::Previous),
            Hint::silent(Action::Up),
            Hint::silent(Action::Down),
        ];
        if model.steps.create.failed().is_some() {
            hints.push(Hint::look(Action::Detail, "key-explain"));
        }
        return hints;
    }
    let mut hints = LIST.to_vec();
    if !model.session.is_create_confirmed {
        hints.push(Hint::act(Action::Accept, "key-create"));
    }
    let troubles = troubles(model);
    hints.extend(trouble_hints(&troubles));
    if !troubles.is_empty() && !hints.iter().any(|hint| hint.action == Action::Edit) {
        hints.push(Hint::act(Action::Edit, "key-retype"));
    }
    if !undoable(model).is_empty() && !is_running(model) {
        hints.push(Hint::act(Action::Undo, "key-undo-rename"));
    }
    hints.extend(undo_all_hint(model));
    hints
}

fn is_running(model: &Model) -> bool {
    model.session.is_create_confirmed && troubles(model).is_empty()
}

/// What news does.
pub(super) fn update(model: &mut Model, msg: StepMsg) -> Vec<Effect> {
    match msg {
        StepMsg::Entered | StepMsg::Happened => {
            refresh(model);
            Vec::new()
        }
        StepMsg::Type(key) => {
            if let Some(field) = focused(model) {
                field.type_key(key);
            }
            Vec::new()
        }
        StepMsg::Paste(text) => {
            if let Some(field) = focused(model) {
                field.paste(&text);
            }
            Vec::new()
        }
        StepMsg::Kept(Asked::TargetKept(id), Ok(_)) => try_login(model, id),
        StepMsg::Kept(Asked::CreateKept, Ok(_)) => vec![Effect::Submit(Command::ConfirmCreate)],
        StepMsg::Kept(Asked::CreateKept, Err(problem)) => {
            model.overlay = Some(Overlay::problem(problem));
            Vec::new()
        }
        StepMsg::Answered(Asked::TargetLogin(id), Ok(Answer::Login(_))) => {
            settle(model, id, Proof::Proven);
            if model.steps.create.is_all_proven() { vec![Effect::Submit(Command::ConfirmCreate)] } else { Vec::new() }
        }
        StepMsg::Kept(Asked::TargetKept(id), Err(problem)) | StepMsg::Answered(Asked::TargetLogin(id), Err(problem)) => {
            settle(model, id, Proof::Failed(problem));
            Vec::new()
        }
        StepMsg::Act(action) => act(model, action),
        _ => Vec::new(),
    }
}

/// In guided mode each account that is not there gets a field, until its creation is confirmed.
fn refresh(model: &mut Model) {
    let is_asking = is_guided(model) && !model.session.is_create_confirmed;
    model.steps.create.is_asking = is_asking;
    if !is_asking {
        return;
    }
    for migration in model.session.migrations.iter().filter(|m| m.create != CreateState::Done) {
        let address = &migration.source.address;
        let prefilled = model.prefill.target_passwords.get(address);
        let fields = &mut model.steps.create.fields;
        fields.entry(migration.id).or_insert_with(|| (Field::secret(address.to_string(), prefilled), Proof::Open));
    }
}

fn focused(model: &mut Model) -> Option<&mut Field> {
    let selected = model.steps.create.selected;
    let (field, proof) = model.steps.create.fields.values_mut().nth(selected)?;
    *proof = Proof::Open;
    Some(field)
}

fn settle(model: &mut Model, id: MigrationId, to: Proof) {
    if let Some((_, proof)) = model.steps.create.fields.get_mut(&id)
        && *proof == Proof::Trying
    {
        *proof = to;
    }
}

fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let count = model.session.migrations.len();
    if model.steps.create.is_asking {
        return match action {
            Action::Next | Action::Down => select(model, Action::Down),
            Action::Previous | Action::Up => select(model, Action::Up),
            Action::Detail => {
                model.overlay = model.steps.create.failed().cloned().map(Overlay::problem);
                Vec::new()
            }
            Action::Accept if model.steps.create.is_all_proven() => vec![Effect::Submit(Command::ConfirmCreate)],
            Action::Accept => try_typed(model),
            _ => Vec::new(),
        };
    }
    if moved(model.steps.create.selected, count, action).is_some() {
        return select(model, action);
    }
    match action {
        Action::Accept => confirm(model),
        Action::UndoAll => open_undo_all(model),
        Action::Undo => undoable(model).into_iter().map(Effect::Submit).collect(),
        // A platform that refuses a password does so in words of its own: another one can always be given.
        Action::Edit => {
            let task = troubles(model).into_iter().map(|(task, _)| task).next();
            task.map(|task| overlays::secrets_for_task(model, &task)).unwrap_or_default()
        }
        _ => {
            let troubles = troubles(model);
            act_on_trouble(model, action, troubles)
        }
    }
}

/// Creates, once the passwords that are known here are kept.
fn confirm(model: &mut Model) -> Vec<Effect> {
    let passwords = new_passwords(model);
    if passwords.is_empty() { vec![Effect::Submit(Command::ConfirmCreate)] } else { vec![model.keep(Asked::CreateKept, passwords)] }
}

fn select(model: &mut Model, action: Action) -> Vec<Effect> {
    let selected = model.steps.create.selected;
    model.steps.create.selected = moved(selected, model.session.migrations.len(), action).unwrap_or(selected);
    Vec::new()
}

fn try_typed(model: &mut Model) -> Vec<Effect> {
    let empty = model.look.words.say("error-empty", &[]);
    let state = &mut model.steps.create;
    let mut ready = Vec::new();
    for (id, (field, proof)) in &mut state.fields {
        if let (Some(secret), Proof::Open | Proof::Failed(_)) = (field.secret_value(), &*proof) {
            *proof = Proof::Trying;
            ready.push((*id, secret));
        }
    }
    if let Some(next) = state.fields.values().position(|(field, _)| field.is_empty()) {
        state.selected = next;
        if ready.is_empty()
            && let Some((field, _)) = state.fields.values_mut().nth(next)
        {
            field.error = Some(empty);
        }
    }
    let mut effects = Vec::new();
    for (id, secret) in ready {
        if let Some(reference) = model.session.migration(id).and_then(|m| m.target.as_ref()).map(|target| target.secret.clone()) {
            effects.push(model.keep(Asked::TargetKept(id), vec![(reference, secret)]));
        }
    }
    effects
}

fn try_login(model: &mut Model, id: MigrationId) -> Vec<Effect> {
    let Some(target) = model.session.migration(id).and_then(|m| m.target.clone()) else {
        return Vec::new();
    };
    let query = Query::TestLogin { endpoint: target.endpoint, user: target.user, secret: target.secret };
    vec![model.ask(Asked::TargetLogin(id), query)]
}

/// The page.
pub(super) fn view(model: &Model, ink: Ink<'_>) -> Sheet {
    if model.steps.create.is_asking { guided(model, ink) } else { automatic(model, ink) }
}

fn guided(model: &Model, ink: Ink<'_>) -> Sheet {
    let theme = ink.theme();
    let state = &model.steps.create;
    let mut sheet = Sheet::new(ink.say("create-title-guided"), Touch::Changes("touch-you-create"));
    let host = model.session.destination.as_ref().map_or_else(String::new, |destination| destination.endpoint.host.clone());
    for (number, key) in [(1usize, "clicks-create-1"), (2, "clicks-create-2"), (3, "clicks-create-3")] {
        sheet.head(ink.item(&format!("{number}."), theme.accent, &ink.tell(key, &[("host", (&host).into())]), theme.plain));
    }
    sheet.head(panel(model, ink)).head([ink.gap()]);
    let width = state.fields.values().map(|(field, _)| columns(&field.label)).max().unwrap_or(0).min(ink.width / 2);
    for (i, (field, proof)) in state.fields.values().enumerate() {
        if i == state.selected {
            sheet.focus_here();
        }
        sheet.list(field_lines(ink, field, width, i == state.selected));
        let narrow = ink.narrower(width + 4);
        let mut lines = match proof {
            Proof::Open => Vec::new(),
            Proof::Trying => vec![narrow.busy(model.now, &ink.tell("login-trying", &[("host", (&host).into())]))],
            Proof::Proven => narrow.item(ink.glyphs().done, theme.good, &ink.say("create-proven"), theme.quiet),
            Proof::Failed(problem) => narrow.item(ink.glyphs().wrong, theme.wrong, &trouble::headline(ink, problem), theme.wrong),
        };
        for line in &mut lines {
            line.spans.insert(0, ratatui::text::Span::raw(" ".repeat(width + 4)));
        }
        sheet.list(lines);
    }
    sheet.foot([ink.gap()]);
    match state.failed() {
        Some(problem) => sheet.foot(trouble::brief(ink, problem)),
        None => sheet.foot([ink.call(Action::Accept, &ink.say("create-call-guided"))]),
    };
    sheet
}

fn automatic(model: &Model, ink: Ink<'_>) -> Sheet {
    let theme = ink.theme();
    let is_confirmed = model.session.is_create_confirmed;
    let is_undoing = model.session.migrations.iter().any(|m| matches!(m.create, CreateState::Undoing(_)));
    let title = match (is_undoing, is_confirmed) {
        (true, _) => "create-title-undoing",
        (false, true) => "create-title-running",
        (false, false) => "create-title",
    };
    let touch = if is_guided(model) { Touch::ReadsOnly } else { Touch::Changes("touch-create") };
    let mut sheet = Sheet::new(ink.say(title), touch);
    for (i, migration) in model.session.migrations.iter().enumerate() {
        if i == model.steps.create.selected {
            sheet.focus_here();
        }
        sheet.list([rows::row(model, ink, migration, i == model.steps.create.selected)]);
    }
    sheet.foot([ink.gap()]).foot(kept(model, ink));
    if let Some((_, problem)) = troubles(model).first() {
        sheet.foot(trouble::brief(ink, problem)).foot([ink.call(Action::Retry, &ink.say("call-retry"))]);
    } else if is_undoing {
        sheet.foot(ink.paragraph(&ink.say("create-undoing"), theme.quiet));
    } else if is_confirmed {
        let key = match (is_guided(model), is_temporary(model)) {
            (true, _) => "create-proving",
            (false, true) => "create-running-temporary",
            (false, false) => "create-running",
        };
        sheet.foot(ink.paragraph(&ink.say(key), theme.quiet));
    } else {
        if is_temporary(model) {
            sheet.foot(ink.item(ink.glyphs().note, theme.quiet, &ink.say("create-temporary"), theme.plain));
        }
        if model.steps.destination.is_billed(&model.session) {
            sheet.foot(ink.item(ink.glyphs().warning, theme.warning, &ink.say("create-billed"), theme.plain));
        }
        sheet.foot(ink.item(ink.glyphs().note, theme.quiet, &ink.say("create-passwords"), theme.plain));
        sheet.foot(ink.item(ink.glyphs().note, theme.quiet, &ink.say(undo_key(model)), theme.quiet)).foot([ink.gap()]);
        let params = [("count", model.session.migrations.len().into())];
        sheet.foot([ink.call(Action::Accept, &ink.tell("create-call", &params))]);
    }
    sheet
}

/// Whether the new accounts begin under temporary names.
fn is_temporary(model: &Model) -> bool {
    model.session.migrations.iter().any(|m| m.target_temporary.is_some())
}

/// Until when a creation can be undone.
fn undo_key(model: &Model) -> &'static str {
    match model.session.order() {
        Strategy::RenameFirst | Strategy::ServerSide => "create-undo",
        Strategy::CopyFirst => "create-undo-copy-first",
        Strategy::Replace => "create-undo-replace",
    }
}
