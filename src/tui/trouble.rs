//! A problem in words: what happened, what it means for the mail, what to do, its code.

use ratatui::text::Line;

use crate::problem::{Hint, Meaning, Problem};
use crate::session::{Session, Task};

use super::ink::Ink;

/// What happened, in one sentence.
pub(super) fn headline(ink: Ink<'_>, problem: &Problem) -> String {
    ink.words().say_about(&format!("problem-{}", problem.code.as_str()), &problem.params)
}

/// What it means for the mail.
pub(super) fn meaning(ink: Ink<'_>, meaning: Meaning) -> String {
    // Before anything was changed there is a simpler thing to say than that nothing is lost.
    let meaning = if ink.is_untouched && meaning == Meaning::NothingLost { Meaning::NothingChanged } else { meaning };
    ink.words().say_about(&format!("meaning-{}", meaning.as_str()), &std::collections::BTreeMap::new())
}

/// What to do.
pub(super) fn advice(ink: Ink<'_>, hint: Hint, problem: &Problem) -> String {
    ink.words().say_about(&format!("hint-{}", hint.as_str()), &problem.params)
}

/// All of it, for a panel.
pub(super) fn explain(ink: Ink<'_>, problem: &Problem) -> Vec<Line<'static>> {
    let mut lines = beginning(ink, problem);
    lines.extend(end(ink, problem));
    lines
}

/// What happened, what it means, and the certificate when it is about one.
pub(super) fn beginning(ink: Ink<'_>, problem: &Problem) -> Vec<Line<'static>> {
    let theme = ink.theme();
    let mut lines = ink.item(ink.glyphs().wrong, theme.wrong, &headline(ink, problem), theme.strong);
    lines.push(ink.gap());
    lines.extend(ink.item(ink.glyphs().note, theme.quiet, &meaning(ink, problem.meaning), theme.plain));
    if let Some(fingerprint) = problem.params.get("fingerprint") {
        lines.push(ink.gap());
        lines.push(ink.line(&ink.say("problem-fingerprint"), theme.quiet));
        lines.extend(ink.paragraph(&spaced(fingerprint), theme.accent));
    }
    lines
}

/// What to do, and what those who help want to know.
fn end(ink: Ink<'_>, problem: &Problem) -> Vec<Line<'static>> {
    let theme = ink.theme();
    let mut lines = Vec::new();
    if !problem.hints.is_empty() {
        lines.push(ink.gap());
        lines.push(ink.line(&ink.say("problem-what-to-do"), theme.quiet));
        for hint in &problem.hints {
            lines.extend(ink.item(ink.glyphs().pointer, theme.accent, &advice(ink, *hint, problem), theme.plain));
        }
    }
    lines.push(ink.gap());
    if let Some(cause) = &problem.cause {
        lines.extend(ink.paragraph(&ink.tell("problem-cause", &[("cause", cause.into())]), theme.quiet));
    }
    lines.extend(ink.paragraph(&ink.tell("problem-code", &[("code", problem.code.as_str().into())]), theme.quiet));
    lines
}

/// The same in two or three lines, for the foot of a step.
pub(super) fn brief(ink: Ink<'_>, problem: &Problem) -> Vec<Line<'static>> {
    let theme = ink.theme();
    let mut lines = ink.item(ink.glyphs().wrong, theme.wrong, &headline(ink, problem), theme.plain);
    let mut rest = vec![meaning(ink, problem.meaning)];
    rest.extend(problem.hints.first().map(|hint| advice(ink, *hint, problem)));
    for mut line in ink.narrower(2).paragraph(&rest.join(" "), theme.quiet) {
        line.spans.insert(0, ratatui::text::Span::raw("  "));
        lines.push(line);
    }
    lines
}

/// A task in words: what it does, for which account or domain.
pub(super) fn task_name(ink: Ink<'_>, session: &Session, task: &Task) -> String {
    let account =
        |id: &crate::domain::MigrationId| session.migration(*id).map_or_else(String::new, |m| m.source.address.local().to_owned());
    let folder = |id: &crate::domain::MigrationId, mailbox: &crate::domain::MailboxId| {
        let found = session.migration(*id).and_then(|m| m.mailboxes.get(mailbox));
        found.map_or_else(String::new, |m| m.mapping.name.to_string())
    };
    match task {
        Task::AttachDomain { domain } => ink.tell("task-attach-domain", &[("domain", domain.as_str().into())]),
        Task::Inventory { migration } => ink.tell("task-inventory", &[("account", account(migration).into())]),
        Task::RenameSource { migration } => ink.tell("task-rename-source", &[("account", account(migration).into())]),
        Task::UndoRename { migration } => ink.tell("task-undo-rename", &[("account", account(migration).into())]),
        Task::CreateTarget { migration } => ink.tell("task-create-target", &[("account", account(migration).into())]),
        Task::UndoCreate { migration } => ink.tell("task-undo-create", &[("account", account(migration).into())]),
        Task::Survey { migration } => ink.tell("task-survey", &[("account", account(migration).into())]),
        Task::CopyMailbox { migration, mailbox } => {
            ink.tell("task-copy-mailbox", &[("account", account(migration).into()), ("folder", folder(migration, mailbox).into())])
        }
        Task::VerifyMailbox { migration, mailbox } => {
            ink.tell("task-verify-mailbox", &[("account", account(migration).into()), ("folder", folder(migration, mailbox).into())])
        }
        Task::CheckDns { domain } => ink.tell("task-check-dns", &[("domain", domain.as_str().into())]),
        Task::FixDns { domain, .. } => ink.tell("task-fix-dns", &[("domain", domain.as_str().into())]),
        Task::InspectFeatures { migration } => ink.tell("task-inspect-features", &[("account", account(migration).into())]),
        Task::InspectShared { domain, .. } => ink.tell("task-inspect-shared", &[("domain", domain.as_str().into())]),
        Task::RenameTarget { migration } => ink.tell("task-rename-target", &[("account", account(migration).into())]),
        Task::UndoRenameTarget { migration } => ink.tell("task-undo-rename-target", &[("account", account(migration).into())]),
        Task::RemoveSource { migration } => ink.tell("task-remove-source", &[("account", account(migration).into())]),
        Task::ServerMigrate { migration } => ink.tell("task-server-migrate", &[("account", account(migration).into())]),
        Task::CarryFeatures { migration } => ink.tell("task-carry-features", &[("account", account(migration).into())]),
        Task::CarryShared { domain, .. } => ink.tell("task-carry-shared", &[("domain", domain.as_str().into())]),
        Task::DetachDomain { domain } => ink.tell("task-detach-domain", &[("domain", domain.as_str().into())]),
        Task::Finish => ink.say("task-finish"),
    }
}

/// Hex in groups of four, so that it can be compared by eye.
fn spaced(hex: &str) -> String {
    let plain: Vec<char> = hex.chars().filter(char::is_ascii_alphanumeric).collect();
    plain.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}
