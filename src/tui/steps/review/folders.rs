//! The folders of one account: where each goes, or why it stays.

use ratatui::text::Line;

use super::draft::{self, Open};
use super::overview::finding_lines;
use crate::domain::{Collisions, DeletedMail, Role};
use crate::plan::{FindingCode, MailPart, MailboxMapping, MappingAction, SkipReason, can_collide};
use crate::session::Command;
use crate::text::count;
use crate::tui::field::{Field, field_lines};
use crate::tui::hint::{Hint, LIST, moved};
use crate::tui::ink::{Cell, Ink, columns};
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::{Action, Effect, Model};

/// What is possible.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    let Some(open) = &model.steps.review.folders else {
        return Vec::new();
    };
    if open.editing.is_some() {
        return vec![Hint::look(Action::Accept, "key-keep"), Hint::look(Action::Back, "key-back")];
    }
    let mut hints = LIST.to_vec();
    let questions = questions(model, open);
    if questions.marked {
        hints.push(Hint::act(Action::Marked, "key-marked"));
    }
    if questions.names {
        hints.push(Hint::act(Action::Switch, "key-same-names"));
    }
    hints.extend([
        Hint::look(Action::Toggle, "key-copy-or-not"),
        Hint::look(Action::Edit, "key-edit-folder"),
        Hint::look(Action::Back, "key-back"),
        Hint::silent(Action::Left),
    ]);
    hints
}

/// What is asked about the folders of an account, besides where each goes.
#[derive(Debug, Clone, Copy)]
struct Questions {
    /// There is mail marked as deleted.
    marked: bool,
    /// There are names that are one name at the target.
    names: bool,
}

fn questions(model: &Model, open: &Open) -> Questions {
    let migration = model.session.migration(open.migration);
    let mailboxes = model.steps.review.drafts.get(&open.migration).map(|draft| draft.mailboxes.as_slice()).unwrap_or_default();
    Questions {
        marked: migration.and_then(|m| m.inventory.as_ref()).is_some_and(|inventory| !inventory.marked.is_empty()),
        names: migration.is_some_and(|m| can_collide(mailboxes, draft::platforms(model, m))),
    }
}

/// The answer after this one.
fn decided(model: &Model, action: Action) -> Vec<Effect> {
    let mut choices = model.session.copy_choices();
    match action {
        Action::Marked => {
            choices.deleted = match choices.deleted {
                DeletedMail::Trash => DeletedMail::Keep,
                DeletedMail::Keep => DeletedMail::Skip,
                DeletedMail::Skip => DeletedMail::Trash,
            }
        }
        _ => choices.collisions = if choices.collisions == Collisions::Merge { Collisions::Suffix } else { Collisions::Merge },
    }
    vec![Effect::Submit(Command::MakeChoices { choices })]
}

/// What is decided, with the key that changes it.
fn decisions(model: &Model, open: &Open, ink: Ink<'_>) -> Vec<Line<'static>> {
    let (questions, choices) = (questions(model, open), model.session.copy_choices());
    let marked = match choices.deleted {
        DeletedMail::Keep => "folders-marked-keep",
        DeletedMail::Trash => "folders-marked-trash",
        DeletedMail::Skip => "folders-marked-skip",
    };
    let names = if choices.collisions == Collisions::Merge { "folders-names-merge" } else { "folders-names-suffix" };
    let asked = [(questions.marked, marked, Action::Marked), (questions.names, names, Action::Switch)];
    let theme = ink.theme();
    let said = asked.into_iter().filter(|(is_asked, ..)| *is_asked);
    said.flat_map(|(_, key, action)| {
        let text = ink.tell(key, &[("key", ink.key(action).into())]);
        ink.item(ink.glyphs().pointer, theme.accent, &text, theme.plain)
    })
    .collect()
}

/// An action.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if matches!(action, Action::Marked | Action::Switch) && model.steps.review.folders.as_ref().is_some_and(|open| open.editing.is_none()) {
        return decided(model, action);
    }
    let words = model.look.words.clone();
    let review = &mut model.steps.review;
    let Some(open) = &mut review.folders else {
        return Vec::new();
    };
    let Some(mailboxes) = review.drafts.get_mut(&open.migration).map(|draft| &mut draft.mailboxes) else {
        return Vec::new();
    };
    let is_editing = open.editing.is_some();
    match action {
        Action::Back if is_editing => open.editing = None,
        Action::Accept if is_editing => {
            if let Some(field) = &mut open.editing {
                let text = field.text().to_owned();
                match draft::rename_folder(mailboxes, open.selected, &text) {
                    Ok(()) => open.editing = None,
                    Err(key) => field.error = Some(words.say(key, &[])),
                }
            }
        }
        Action::Back | Action::Left => review.folders = None,
        Action::Toggle => toggle(&mut mailboxes[open.selected]),
        Action::Edit => {
            if let MappingAction::Copy { to } = &mailboxes[open.selected].action {
                open.editing = Some(Field::plain("field-folder", &to.to_string()));
            }
        }
        _ => open.selected = moved(open.selected, mailboxes.len(), action).unwrap_or(open.selected),
    }
    Vec::new()
}

/// Copied or left at the source; what cannot be opened stays as it is.
fn toggle(mailbox: &mut MailboxMapping) {
    mailbox.action = match &mailbox.action {
        MappingAction::Copy { .. } => MappingAction::Skip { reason: SkipReason::ByChoice },
        MappingAction::Skip { reason: SkipReason::NotSelectable } => return,
        MappingAction::Skip { .. } => MappingAction::Copy { to: mailbox.name.clone() },
    };
}

/// The page.
pub(super) fn view(model: &Model, open: &Open, ink: Ink<'_>) -> Sheet {
    let theme = ink.theme();
    let migration = model.session.migration(open.migration);
    let address = migration.map_or_else(String::new, |m| m.source.address.to_string());
    let mut sheet = Sheet::new(ink.tell("review-folders-title", &[("address", address.into())]), Touch::ReadsOnly);
    let (name, to) = widths(ink);
    let head = |key: &str, width: usize| Cell::new(ink.say(key), width).style(theme.quiet);
    sheet.head([ink.row(
        false,
        &[head("column-folder", name), head("column-messages", 9).right(), Cell::new("", 2), head("column-folder-there", to)],
    )]);
    let mailboxes = model.steps.review.drafts.get(&open.migration).map(|draft| draft.mailboxes.as_slice()).unwrap_or_default();
    for (i, mailbox) in mailboxes.iter().enumerate() {
        if i == open.selected {
            sheet.focus_here();
        }
        sheet.list([row(ink, mailbox, i == open.selected)]);
        if let (true, Some(field)) = (i == open.selected, &open.editing) {
            sheet.list(field_lines(ink, field, columns(&ink.say("field-folder")), true));
        }
    }
    let findings = migration.and_then(|m| m.inventory.as_ref()).map(|i| i.findings.as_slice()).unwrap_or_default();
    let room = if ink.height >= 24 { 12 } else { 4 };
    let decisions = decisions(model, open, ink);
    if !decisions.is_empty() {
        sheet.foot([ink.gap()]).foot(decisions);
    }
    let said: Vec<Line<'static>> = findings.iter().flat_map(|finding| finding_lines(ink, finding)).collect();
    if !said.is_empty() {
        sheet.foot([ink.gap()]).foot(said.into_iter().take(room));
    }
    sheet
}

fn widths(ink: Ink<'_>) -> (usize, usize) {
    let rest = ink.width.saturating_sub(2 + 9 + 2 + 3);
    (rest / 2, rest - rest / 2)
}

/// One line per folder: its name, its messages, where it goes or why it stays.
pub(super) fn row(ink: Ink<'_>, mailbox: &MailboxMapping, is_selected: bool) -> Line<'static> {
    let theme = ink.theme();
    let (name, to) = widths(ink);
    let depth = mailbox.name.segments().len().saturating_sub(1);
    let branch = if depth == 0 { String::new() } else { format!("{}{} ", "  ".repeat(depth - 1), ink.glyphs().branch) };
    let part = (mailbox.part == MailPart::Marked).then_some("folder-part-marked");
    let role = part.or(mailbox.role.map(role_key)).map(|key| format!("  {}", ink.say(key))).unwrap_or_default();
    let (arrow, goes, style) = match &mailbox.action {
        MappingAction::Copy { to } => (ink.glyphs().arrow, format!("{to}{role}"), theme.plain),
        MappingAction::Skip { reason } => (ink.glyphs().none, ink.say(reason_key(*reason)), theme.quiet),
    };
    ink.row(
        is_selected,
        &[
            Cell::new(format!("{branch}{}", mailbox.name.leaf()), name).style(style),
            Cell::new(count(u64::from(mailbox.messages)), 9).style(style).right(),
            Cell::new(arrow, 2).style(theme.quiet),
            Cell::new(goes, to).style(style),
        ],
    )
}

const fn role_key(role: Role) -> &'static str {
    match role {
        Role::Inbox => "role-inbox",
        Role::Sent => "role-sent",
        Role::Drafts => "role-drafts",
        Role::Trash => "role-trash",
        Role::Junk => "role-junk",
        Role::Archive => "role-archive",
    }
}

const fn reason_key(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::NotMail => "skip-not-mail",
        SkipReason::NotSelectable => "skip-not-selectable",
        SkipReason::ByChoice => "skip-by-choice",
    }
}

/// The phrase of a finding.
pub(super) const fn finding_key(code: FindingCode) -> &'static str {
    match code {
        FindingCode::TargetRebuilds => "finding-target-rebuilds",
        FindingCode::KeywordsDropped => "finding-keywords-dropped",
        FindingCode::TooBig => "finding-too-big",
        FindingCode::DoesNotFit => "finding-does-not-fit",
        FindingCode::Renamed => "finding-renamed",
        FindingCode::Merged => "finding-merged",
        FindingCode::NotMail => "finding-not-mail",
        FindingCode::Aliases => "finding-aliases",
        FindingCode::Dates => "finding-dates",
        FindingCode::ForeignFlags => "finding-foreign-flags",
        FindingCode::DeletedMail => "finding-deleted-mail",
        FindingCode::ServiceUnusable => "finding-service-unusable",
        FindingCode::AccountBlocked => "finding-account-blocked",
        FindingCode::AccountBusy => "finding-account-busy",
        FindingCode::ImapOff => "finding-imap-off",
        FindingCode::PasswordLoginBlocked => "finding-password-login-blocked",
        FindingCode::NetworksLimited => "finding-networks-limited",
        FindingCode::TooFewSeats => "finding-too-few-seats",
        FindingCode::MayBeBilled => "finding-may-be-billed",
        FindingCode::NameNotAllowed => "finding-name-not-allowed",
        FindingCode::DomainNotValidated => "finding-domain-not-validated",
        FindingCode::DomainAuthoritative => "finding-domain-authoritative",
        FindingCode::MigrationBlocked => "finding-migration-blocked",
        FindingCode::MigrationWarns => "finding-migration-warns",
        FindingCode::ContactsDiffer => "finding-contacts-differ",
        FindingCode::RightMissing => "finding-right-missing",
        FindingCode::KeyEndsSoon => "finding-key-ends-soon",
    }
}
