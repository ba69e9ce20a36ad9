//! One account, folder by folder.

use ratatui::text::{Line, Span};

use super::troubles;
use crate::domain::MailboxId;
use crate::plan::MappingAction;
use crate::session::{Activity, CopyState, MailboxProgress, Migration, Task};
use crate::text::count;
use crate::tui::ink::{Cell, Ink, fit};
use crate::tui::overlays;
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::{Action, Model, trouble};

/// The page.
pub(super) fn view(model: &Model, migration: &Migration, ink: Ink<'_>) -> Sheet {
    let theme = ink.theme();
    let params = [("address", migration.source.address.to_string().into())];
    let mut sheet = Sheet::new(ink.tell("migrate-folders-of", &params), Touch::Changes("touch-target-only"));
    sheet.focus = Some(model.steps.migrate.folder);
    sheet.list(folder_rows(model, migration, ink, Some(model.steps.migrate.folder)));
    let own = troubles(model).into_iter().find(|(task, _)| task.migration() == Some(migration.id));
    if let Some((_, problem)) = own {
        sheet.foot([ink.gap()]).foot(trouble::brief(ink, &problem)).foot([ink.call(Action::Retry, &ink.say("call-retry"))]);
    } else if let Some(folder) = migration.mailboxes.values().nth(model.steps.migrate.folder) {
        sheet.foot([ink.gap()]).foot(ink.paragraph(&about(ink, folder), theme.quiet));
    }
    sheet
}

/// One line per folder.
pub(super) fn folder_rows(model: &Model, migration: &Migration, ink: Ink<'_>, selected: Option<usize>) -> Vec<Line<'static>> {
    let mut folders: Vec<_> = migration.mailboxes.iter().enumerate().collect();
    if selected.is_none() {
        // Where only some have room, those that move come first, and those that are done last.
        let is_moving = |id: &MailboxId| {
            let of = |task: &Task| matches!(task, Task::CopyMailbox { migration: m, mailbox } | Task::VerifyMailbox { migration: m, mailbox } if *m == migration.id && mailbox == id);
            model.progress.tasks.keys().any(of)
        };
        folders.sort_by_key(|(_, (id, folder))| (!is_moving(id), !folder.is_copied(), folder.state));
    }
    let rows = folders.into_iter().map(|(i, (id, folder))| {
        let copy = Task::CopyMailbox { migration: migration.id, mailbox: *id };
        let verify = Task::VerifyMailbox { migration: migration.id, mailbox: *id };
        row(model, ink, folder, (&copy, &verify), selected == Some(i))
    });
    rows.collect()
}

fn row(model: &Model, ink: Ink<'_>, folder: &MailboxProgress, (copy, verify): (&Task, &Task), is_selected: bool) -> Line<'static> {
    let theme = ink.theme();
    let running = model.progress.tasks.get(copy).or_else(|| model.progress.tasks.get(verify));
    let is_stopped = model.session.troubles.contains_key(copy) || model.session.troubles.contains_key(verify);
    let (sign, style, what) = match (&folder.mapping.action, folder.state) {
        (MappingAction::Skip { .. }, _) => (ink.glyphs().none, theme.quiet, ink.say("state-not-copied")),
        _ if is_stopped => (ink.glyphs().wrong, theme.wrong, ink.say("task-stopped")),
        (_, CopyState::Verified) => (ink.glyphs().done, theme.good, ink.say("state-verified")),
        (_, CopyState::Unverified) => (ink.glyphs().done, theme.plain, ink.say("state-unverified")),
        (_, state) => match running {
            Some(progress) => (ink.glyphs().current, theme.accent, overlays::activity(model, ink, progress)),
            None if state == CopyState::Copied => (ink.glyphs().waiting, theme.plain, ink.say("state-copied")),
            None => (ink.glyphs().ahead, theme.quiet, String::new()),
        },
    };
    let name = ink.width / 3;
    let figures = format!("{} of {}", count(folder.copied), count(folder.messages));
    let rest = ink.width.saturating_sub(2 + 1 + name + 18 + 3);
    let cells = [Cell::new(sign, 1).style(style), Cell::new(folder.mapping.name.to_string(), name), Cell::new(figures, 18).right()];
    let mut line = ink.row(is_selected, &cells);
    line.spans.push(Span::raw(" "));
    let is_copying = running.is_some_and(|progress| progress.activity == Activity::Copying && progress.waiting.is_none());
    if folder.refused > 0 {
        let text = ink.tell("migrate-refused", &[("count", folder.refused.into())]);
        line.spans.push(Span::styled(fit(&text, rest, ink.glyphs().ellipsis), theme.warning));
    } else if is_copying {
        line.spans.extend(ink.bar(folder.copied, folder.messages, rest.min(30)));
    } else {
        line.spans.push(Span::styled(fit(&what, rest, ink.glyphs().ellipsis), style));
    }
    line
}

fn about(ink: Ink<'_>, folder: &MailboxProgress) -> String {
    let there = match &folder.mapping.action {
        MappingAction::Copy { to } => to.to_string(),
        MappingAction::Skip { .. } => return ink.say("folder-stays"),
    };
    let how = if folder.by_bytes { ink.say("folder-by-bytes") } else { ink.say("folder-by-content") };
    let params = [
        ("there", there.into()),
        ("size", folder.bytes.to_string().into()),
        ("verified", (folder.verified + folder.sampled).into()),
        ("flags", folder.flags_differ.into()),
        ("dates", folder.dates_differ.into()),
        ("how", how.into()),
    ];
    let key = match folder.state {
        CopyState::Verified => "folder-verified",
        CopyState::Unverified => "folder-unverified",
        CopyState::Pending | CopyState::Copied => "folder-copying",
    };
    let mut sentences = vec![ink.tell(key, &params)];
    let more = [
        ("folder-sampled", folder.sampled),
        ("folder-reflagged", folder.reflagged),
        ("folder-disappeared", folder.disappeared),
        ("folder-removed", folder.removed),
        ("folder-vanished", u64::from(folder.is_vanished)),
    ];
    sentences.extend(more.iter().filter(|(_, count)| *count > 0).map(|(key, count)| ink.tell(key, &[("count", (*count).into())])));
    sentences.join(" ")
}
