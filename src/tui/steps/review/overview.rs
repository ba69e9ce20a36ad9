//! The plan at a glance: one line per account, the findings of the selected one, the order of acts, totals.

use ratatui::text::{Line, Span};

use super::draft::{self, Editing, Open};
use super::findings::sorted;
use super::folders::row as folder_row;
use super::{besides, row};
use crate::domain::{ByteSize, MailboxId};
use crate::plan::{Finding, MappingAction, Weight};
use crate::session::{Command, Migration, Mode, Step, Strategy};
use crate::text::duration_range;
use crate::tui::field::field_lines;
use crate::tui::hint::{Hint, LIST, moved};
use crate::tui::ink::Ink;
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::steps::rename::is_about_secret;
use crate::tui::{Action, Effect, Model, orders, trouble};

/// What is possible.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    if model.steps.review.editing.is_some() {
        return vec![Hint::look(Action::Accept, "key-keep"), Hint::look(Action::Back, "key-back")];
    }
    let mut hints = LIST.to_vec();
    if may_accept(model) {
        hints.push(Hint::act(Action::Accept, "key-accept-plan"));
    }
    if super::troubles(model).next().is_some() {
        hints.push(Hint::act(Action::Retry, "key-retry"));
        hints.push(Hint::look(Action::Detail, "key-explain"));
        if super::troubles(model).any(|(_, problem)| is_about_secret(problem)) {
            hints.push(Hint::act(Action::Fix, "key-retype"));
        }
    }
    if blocked(model) > 0 {
        hints.push(Hint::act(Action::Check, "key-look-again"));
    }
    hints.push(Hint::look(Action::Order, "key-order"));
    if !model.session.features.is_empty() {
        hints.push(Hint::look(Action::Besides, "key-besides"));
    }
    if model.session.order() != Strategy::ServerSide {
        hints.push(Hint::look(Action::Open, "key-folders"));
    }
    if draft::has_name(model) || draft::has_there(model) {
        hints.push(Hint::look(Action::Edit, "key-edit-name"));
    }
    if super::troubles(model).next().is_none() && selected(model).is_some_and(|m| !sorted(m).is_empty()) {
        hints.push(Hint::look(Action::Detail, "key-findings"));
    }
    if model.session.mode == Some(Mode::Automatic) && model.session.order() != Strategy::ServerSide {
        hints.push(Hint::look(Action::Password, "key-password"));
    }
    if has_at_once(model) {
        hints.push(Hint::look(Action::Switch, "key-at-once"));
    }
    hints
}

/// The account of the selected line.
pub(super) fn selected(model: &Model) -> Option<&Migration> {
    model.session.migrations.get(model.steps.review.selected)
}

fn blockers(migration: &Migration) -> usize {
    migration.inventory.iter().flat_map(|i| &i.findings).filter(|f| f.weight == Weight::Blocker).count()
}

/// Accounts with an obstacle.
fn blocked(model: &Model) -> usize {
    model.session.migrations.iter().filter(|m| blockers(m) > 0).count()
}

/// Creating right after the rename is a question in the documented order alone.
fn has_at_once(model: &Model) -> bool {
    model.session.mode == Some(Mode::Automatic) && model.session.order() == Strategy::RenameFirst
}

/// Whether everything that is to be known of an account is known.
fn is_known(m: &Migration) -> bool {
    m.inventory.is_some() && (m.are_features_seen || m.source.service.is_none())
}

/// Whether what the domains of the source services have was looked at.
fn is_shared_known(model: &Model) -> bool {
    model.session.shared_owners().is_subset(&model.session.shared_seen)
}

fn may_accept(model: &Model) -> bool {
    let migrations = &model.session.migrations;
    let is_right = |m: &Migration| is_known(m) && blockers(m) == 0 && draft::wrong_names(&model.look.words, model, m.id).is_none();
    let is_order_possible = model.session.possible_orders().allowed.contains(&model.session.order());
    !migrations.is_empty() && is_shared_known(model) && is_order_possible && migrations.iter().all(is_right)
}

/// An action.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if model.steps.review.editing.is_some() {
        return act_in_field(model, action);
    }
    if let Some(to) = moved(model.steps.review.selected, model.session.migrations.len(), action) {
        model.steps.review.selected = to;
        return Vec::new();
    }
    if let Some(effects) = super::act_on_trouble(model, action) {
        return effects;
    }
    match action {
        Action::Accept if may_accept(model) => return super::accept(model),
        Action::Edit => model.steps.review.editing = Some(if draft::has_name(model) { Editing::Name } else { Editing::There }),
        Action::Check if blocked(model) > 0 => return vec![Effect::Submit(Command::Reopen { step: Step::Review })],
        Action::Detail => model.steps.review.findings = Some(0),
        Action::Order => model.steps.review.order = Some(super::order::current(model)),
        Action::Besides => model.steps.review.besides = Some(0),
        Action::Password => model.steps.review.editing = Some(Editing::Password),
        Action::Switch => model.steps.review.create_at_once = !model.steps.review.create_at_once,
        Action::Open => {
            let open = selected(model).filter(|m| m.inventory.is_some()).map(|m| Open { migration: m.id, selected: 0, editing: None });
            model.steps.review.folders = open;
        }
        _ => {}
    }
    Vec::new()
}

fn act_in_field(model: &mut Model, action: Action) -> Vec<Effect> {
    let words = model.look.words.clone();
    let (Some(id), Some(editing)) = (selected(model).map(|m| m.id), model.steps.review.editing) else {
        return Vec::new();
    };
    let wrong = draft::wrong_name(&words, model, id, editing);
    let has_there = draft::has_there(model);
    let address = model.session.migration(id).map(|m| m.source.address.to_string()).unwrap_or_default();
    let review = &mut model.steps.review;
    let Some(draft) = review.drafts.get_mut(&id) else {
        return Vec::new();
    };
    let field = match editing {
        Editing::Name => &mut draft.name,
        Editing::There => &mut draft.there,
        Editing::Password => &mut draft.password,
    };
    match (action, editing) {
        (Action::Accept, _) if wrong.is_some() => field.error = wrong,
        // The other name follows.
        (Action::Accept, Editing::Name) if has_there => review.editing = Some(Editing::There),
        // A secret is emptied by this.
        (Action::Back, _) if wrong.is_some() => {
            field.set(&address);
            review.editing = None;
        }
        _ => review.editing = None,
    }
    Vec::new()
}

/// The page.
pub(super) fn view(model: &Model, ink: Ink<'_>) -> Sheet {
    let review = &model.steps.review;
    let mut sheet = Sheet::new(ink.say("review-title"), Touch::ReadsOnly);
    sheet.head([totals(model, ink), ink.gap(), row::head(model, ink)]);
    for (i, migration) in model.session.migrations.iter().enumerate() {
        if i == review.selected {
            sheet.focus_here();
        }
        sheet.list([row::row(model, ink, migration, i == review.selected)]);
        if let (true, Some(editing), Some(draft)) = (i == review.selected, review.editing, review.drafts.get(&migration.id)) {
            let (field, label) = match editing {
                Editing::Name => (&draft.name, "field-temporary"),
                Editing::There => (&draft.there, "field-temporary-there"),
                Editing::Password => (&draft.password, "field-new-password"),
            };
            let mut field = field.clone();
            field.label = ink.say(label);
            let width = crate::tui::ink::columns(&field.label);
            sheet.list(field_lines(ink, &field, width, true));
        }
    }
    sheet.foot([ink.gap()]);
    let fixed = plan_lines(model, ink);
    let room = ink.height.saturating_sub(sheet.head.len() + sheet.list.len().min(7) + fixed.len() + 3).max(1);
    if let Some((_, problem)) = super::troubles(model).next() {
        sheet.foot(trouble::brief(ink, problem));
    } else if let Some(migration) = selected(model) {
        // Obstacles and warnings take the room of the table, but for three lines of it.
        let most = ink.height.saturating_sub(2 + sheet.list.len().min(3) + fixed.len() + 1).max(room);
        sheet.foot(about(model, ink, migration, (room, most)));
    }
    sheet.foot(fixed);
    if blocked(model) > 0 {
        let params = [("count", blocked(model).into()), ("key", ink.key(Action::Check).into())];
        sheet.foot(ink.item(ink.glyphs().wrong, ink.theme().wrong, &ink.tell("review-blocked", &params), ink.theme().plain));
    }
    if may_accept(model) {
        sheet.foot([ink.gap(), ink.call(Action::Accept, &ink.say("review-call"))]);
    }
    sheet
}

/// What holds for all accounts: the order of acts, what is not mail, whether accounts are created right after the rename. Where there is
/// room, the acts one by one.
fn plan_lines(model: &Model, ink: Ink<'_>) -> Vec<Line<'static>> {
    let theme = ink.theme();
    let order = model.session.order();
    let is_wide = ink.height >= 26;
    let (sign, style) =
        if orders::is_irreversible(order) { (ink.glyphs().warning, theme.warning) } else { (ink.glyphs().note, theme.quiet) };
    let name = ink.say(orders::name_key(order));
    let key = if is_wide { "review-order-wide" } else { "review-order" };
    let params = [("name", name.into()), ("undo", ink.say(orders::undo_key(order)).into())];
    let mut text = ink.tell(key, &params);
    // While a name is typed, the key is a letter of it.
    let key = ink.key(Action::Order);
    if !key.is_empty() {
        text = format!("{text} {}", ink.tell("review-key", &[("key", key.into())]));
    }
    let mut lines = if is_wide { vec![ink.gap()] } else { Vec::new() };
    lines.extend(ink.item(sign, style, &text, theme.plain));
    if is_wide {
        lines.extend(orders::act_lines(ink.narrower(2), order, model.session.mode).into_iter().map(|mut line| {
            line.spans.insert(0, Span::raw("  "));
            line
        }));
        lines.push(ink.gap());
    }
    lines.extend(besides::summary(model, ink));
    if has_at_once(model) {
        let mark = if model.steps.review.create_at_once { ink.glyphs().checked } else { ink.glyphs().unchecked };
        lines.extend(ink.item(mark, theme.accent, &ink.say("review-at-once"), theme.plain));
    }
    lines
}

fn totals(model: &Model, ink: Ink<'_>) -> Line<'static> {
    let migrations = &model.session.migrations;
    let known: Vec<_> = migrations.iter().filter_map(|m| m.inventory.as_ref()).collect();
    let are_known = migrations.iter().filter(|m| is_known(m)).count();
    if are_known < migrations.len() || !is_shared_known(model) {
        let params = [("known", are_known.into()), ("count", migrations.len().into())];
        return ink.busy(model.now, &ink.tell("review-looking", &params));
    }
    let messages: u64 = known.iter().map(|i| i.messages).sum();
    let bytes: ByteSize = known.iter().map(|i| i.bytes).sum();
    let (low, high) = estimate(messages, bytes);
    let params = [
        ("count", migrations.len().into()),
        ("messages", messages.into()),
        ("size", bytes.to_string().into()),
        ("time", duration_range(low, high).into()),
    ];
    ink.line(&ink.tell("review-totals", &params), ink.theme().strong)
}

/// Seconds, from and to: between 400 messages and 20 MB a second, and 60 messages and 2 MB a second.
fn estimate(messages: u64, bytes: ByteSize) -> (u64, u64) {
    let at = |rate: u64, speed: u64| (messages / rate).max(bytes.0 / speed) + 5;
    (at(400, 20_000_000), at(60, 2_000_000))
}

/// The folders in one line, then the findings, heaviest first, as many as there is room for.
fn about(model: &Model, ink: Ink<'_>, migration: &Migration, (room, most): (usize, usize)) -> Vec<Line<'static>> {
    let theme = ink.theme();
    let Some(inventory) = &migration.inventory else {
        return Vec::new();
    };
    let mailboxes = model.steps.review.drafts.get(&migration.id).map_or(&inventory.mailboxes, |draft| &draft.mailboxes);
    let copied: Vec<MailboxId> = mailboxes.iter().filter(|m| matches!(m.action, MappingAction::Copy { .. })).map(|m| m.id).collect();
    let params = [
        ("account", migration.source.address.local().into()),
        ("copied", copied.len().into()),
        ("skipped", (mailboxes.len() - copied.len()).into()),
    ];
    let is_copied_here = model.session.order() != Strategy::ServerSide;
    let mut text = ink.tell(if is_copied_here { "review-about" } else { "review-about-platform" }, &params);
    let key = ink.key(Action::Open);
    // While a name is typed, the key is a letter of it.
    if !key.is_empty() && is_copied_here {
        text = format!("{text} {}", ink.tell("review-about-key", &[("key", key.into())]));
    }
    let mut lines = ink.paragraph(&text, theme.quiet);
    let findings = sorted(migration);
    let said: usize = findings.iter().map(|finding| finding_lines(ink, finding).len()).sum();
    let folders = mailboxes.iter().map(|mailbox| folder_row(ink, mailbox, false));
    if is_copied_here && room > said + mailboxes.len().min(6) + 2 {
        lines.extend(folders.take(room - said - 2));
        lines.push(ink.gap());
    }
    // Obstacles and warnings first; notes where there is room. All of them have a page of their own.
    let mut left = 0;
    for finding in findings {
        let said = finding_lines(ink, finding);
        let limit = if finding.weight > Weight::Note { most.saturating_sub(1) } else { room };
        if lines.len() + said.len() <= limit {
            lines.extend(said);
        } else {
            left += usize::from(finding.weight > Weight::Note);
        }
    }
    if left > 0 {
        let params = [("count", left.into()), ("key", ink.key(Action::Detail).into())];
        lines.extend(ink.item(ink.glyphs().warning, theme.warning, &ink.tell("review-more-findings", &params), theme.plain));
    }
    lines
}

/// A finding in words.
pub(super) fn finding_lines(ink: Ink<'_>, finding: &Finding) -> Vec<Line<'static>> {
    let theme = ink.theme();
    let (sign, style) = match finding.weight {
        Weight::Blocker => (ink.glyphs().wrong, theme.wrong),
        Weight::Warning => (ink.glyphs().warning, theme.warning),
        Weight::Note => (ink.glyphs().note, theme.quiet),
    };
    let key = super::folders::finding_key(finding.code);
    let mut text = ink.words().say_about(key, &finding.params);
    // Where the sentence itself does not say what to do, another one does.
    let remedy = key.replacen("finding", "remedy", 1);
    if ink.words().has(&remedy) {
        text = format!("{text} {}", ink.words().say_about(&remedy, &finding.params));
    }
    ink.item(sign, style, &text, theme.plain)
}
