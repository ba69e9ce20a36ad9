//! The copy, live: totals, speed and what limits it, one line per account.

use ratatui::text::{Line, Span};

use super::folders::folder_rows;
use super::{is_rest, selected, troubles};
use crate::domain::ByteSize;
use crate::session::{Activity, CopyState, Migration, ServerState, Task, TaskProgress};
use crate::text::{count, duration_range};
use crate::tui::ink::{Cell, Ink, columns, fit};
use crate::tui::overlays;
use crate::tui::sheet::{Sheet, Touch};
use crate::tui::{Action, Model, trouble};

/// The page.
pub(super) fn view(model: &Model, ink: Ink<'_>) -> Sheet {
    let theme = ink.theme();
    let mut sheet =
        Sheet::new(ink.say(if is_rest(model) { "migrate-title-rest" } else { "migrate-title" }), Touch::Changes("touch-target-only"));
    sheet.head([totals(model, ink), gauge(model, ink), speed(model, ink), ink.gap()]);
    for (i, migration) in model.session.migrations.iter().enumerate() {
        if i == model.steps.migrate.selected {
            sheet.focus_here();
        }
        sheet.list([row(model, ink, migration, i == model.steps.migrate.selected)]);
    }
    if let Some((_, problem)) = troubles(model).first() {
        sheet.foot([ink.gap()]).foot(trouble::brief(ink, problem)).foot([ink.call(Action::Retry, &ink.say("call-retry"))]);
    } else if let Some(migration) = selected(model)
        && let room = ink.height.saturating_sub(sheet.head.len() + sheet.list.len() + 2)
        && room >= LEAST_FOLDERS
    {
        let params = [("address", migration.source.address.to_string().into())];
        sheet.foot([ink.gap(), ink.line(&ink.tell("migrate-folders-of", &params), theme.quiet)]);
        sheet.foot(folder_rows(model, migration, ink, None).into_iter().take(room));
    }
    sheet
}

/// Folders that are worth a headline.
const LEAST_FOLDERS: usize = 3;

/// From this width on whole addresses and long bars have room.
const WIDE: usize = 84;

struct Totals {
    accounts: usize,
    done: usize,
    copied: u64,
    messages: u64,
    bytes: ByteSize,
    all_bytes: ByteSize,
}

fn sums(model: &Model) -> Totals {
    let migrations = &model.session.migrations;
    let done = migrations.iter().filter(|m| m.copy_state().is_final()).count();
    let at_target = |m: &Migration| m.copied() + m.refused();
    let bytes: ByteSize = migrations.iter().map(Migration::bytes).sum();
    let claimed: ByteSize = migrations.iter().filter_map(|m| m.inventory.as_ref()).map(|i| i.bytes).sum();
    let messages: u64 = migrations.iter().map(Migration::messages).sum();
    Totals {
        accounts: migrations.len(),
        done,
        copied: migrations.iter().map(at_target).sum::<u64>().min(messages),
        messages,
        bytes,
        all_bytes: claimed.max(bytes),
    }
}

fn totals(model: &Model, ink: Ink<'_>) -> Line<'static> {
    let sums = sums(model);
    let params = [
        ("done", sums.done.into()),
        ("accounts", sums.accounts.into()),
        ("copied", sums.copied.into()),
        ("messages", sums.messages.into()),
        ("bytes", sums.bytes.to_string().into()),
        ("size", sums.all_bytes.to_string().into()),
    ];
    let key = if ink.width >= 70 { "migrate-totals" } else { "migrate-totals-short" };
    ink.line(&ink.tell(key, &params), ink.theme().strong)
}

fn gauge(model: &Model, ink: Ink<'_>) -> Line<'static> {
    let sums = sums(model);
    let is_copied = sums.copied >= sums.messages;
    let percent = (sums.copied * 100).checked_div(sums.messages).unwrap_or(100);
    // A bar that says 100 % means that everything is there and verified.
    let is_verified = sums.done == sums.accounts;
    let percent = if is_verified { 100 } else { percent.min(99) };
    let right = match model.progress.rate.seconds_left {
        _ if model.session.is_paused => ink.say("migrate-paused"),
        _ if is_verified => ink.say("migrate-all-verified"),
        _ if is_copied => ink.say("migrate-verifying"),
        Some((low, high)) => ink.tell("migrate-left", &[("time", duration_range(low, high).into())]),
        None => ink.say("migrate-measuring"),
    };
    let tail = format!(" {percent:>3} %   {right}");
    let width = ink.width.saturating_sub(columns(&tail)).min(72);
    let shown = if is_verified { (1, 1) } else { (sums.copied.min(sums.messages.saturating_sub(1)), sums.messages) };
    let mut spans = ink.bar(shown.0, shown.1, width);
    spans.push(Span::styled(tail, ink.theme().plain));
    Line::from(spans)
}

fn speed(model: &Model, ink: Ink<'_>) -> Line<'static> {
    let theme = ink.theme();
    let rate = &model.progress.rate;
    if model.session.is_paused {
        return ink.line(&ink.say("migrate-paused-text"), theme.warning);
    }
    if rate.messages < 0.5 && rate.history.iter().all(|count| *count == 0) {
        return ink.line(&ink.say("migrate-warming-up"), theme.quiet);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rates are small and positive")]
    let (messages, bytes) = (rate.messages.max(0.0) as u64, ByteSize(rate.bytes.max(0.0) as u64));
    let key = if ink.width >= WIDE { "migrate-rate-wide" } else { "migrate-rate" };
    let text = ink.tell(key, &[("messages", messages.into()), ("bytes", bytes.to_string().into())]);
    let limit = rate.limit.map(|limit| {
        let what = ink.say(&format!("limit-{}", limit.key()));
        let key = if rate.lanes > 1 && ink.width >= WIDE { "migrate-limited-lanes" } else { "migrate-limited" };
        ink.tell(key, &[("what", what.into()), ("lanes", rate.lanes.into())])
    });
    let limit = limit.unwrap_or_default();
    let room = ink.width.saturating_sub(columns(&text) + columns(&limit) + 4).min(30);
    let spark = ink.spark(&rate.history, room);
    let left = ink.width.saturating_sub(columns(&text) + spark.width() + 4);
    Line::from(vec![
        Span::styled(format!("{text}  "), theme.plain),
        spark,
        Span::styled(format!("  {}", fit(&limit, left, ink.glyphs().ellipsis)), theme.quiet),
    ])
}

/// The task of an account that says most about it: one that works before one that waits.
fn task_of<'a>(model: &'a Model, migration: &Migration) -> Option<(&'a Task, &'a TaskProgress)> {
    let is_stopped = |task: &Task| model.session.troubles.contains_key(task);
    let of = model.progress.tasks.iter().filter(|(task, _)| task.migration() == Some(migration.id) && !is_stopped(task));
    of.max_by_key(|(_, progress)| (progress.waiting.is_none(), progress.done > 0, progress.total))
}

/// Where an account stands, in words.
pub(in crate::tui::steps) fn account_state(model: &Model, ink: Ink<'_>, migration: &Migration) -> String {
    let stopped = model.session.troubles.iter().find(|(task, _)| task.migration() == Some(migration.id));
    if let ServerState::Done { .. } = migration.server {
        return ink.say("state-moved");
    }
    match (migration.copy_state(), task_of(model, migration)) {
        (CopyState::Verified, _) => ink.say("state-verified"),
        (CopyState::Unverified, _) => ink.say("state-unverified"),
        (_, Some((_, progress))) if progress.waiting.is_some() => overlays::activity(model, ink, progress),
        (_, Some((Task::CopyMailbox { mailbox, .. }, progress))) if progress.activity == Activity::Copying => {
            let folder = migration.mailboxes.get(mailbox);
            folder.map_or_else(String::new, |folder| folder.mapping.name.to_string())
        }
        (_, Some((Task::VerifyMailbox { mailbox, .. }, _))) => {
            let folder = migration.mailboxes.get(mailbox).map_or_else(String::new, |folder| folder.mapping.name.to_string());
            ink.tell("state-verifying", &[("folder", folder.into())])
        }
        (_, Some((_, progress))) => overlays::activity(model, ink, progress),
        (_, None) if stopped.is_some() => stopped.map_or_else(String::new, |(_, problem)| trouble::headline(ink, problem)),
        (CopyState::Copied, None) => ink.say("state-copied"),
        (CopyState::Pending, None) if model.session.is_paused => ink.say("state-paused"),
        (CopyState::Pending, None) => ink.say("state-waiting"),
    }
}

fn row(model: &Model, ink: Ink<'_>, migration: &Migration, is_selected: bool) -> Line<'static> {
    let theme = ink.theme();
    let is_wide = ink.width >= WIDE;
    let name = if is_wide { migration.source.address.to_string() } else { migration.source.address.local().to_owned() };
    let longest = model
        .session
        .migrations
        .iter()
        .map(|m| if is_wide { columns(&m.source.address.to_string()) } else { columns(m.source.address.local()) });
    let name_width = longest.max().unwrap_or(8).clamp(6, ink.width / 4);
    let state = migration.copy_state();
    let is_stopped = model.session.troubles.keys().any(|task| task.migration() == Some(migration.id));
    let running = task_of(model, migration);
    let is_waiting = running.is_some_and(|(_, progress)| progress.waiting.is_some());
    let (sign, style) = match state {
        _ if is_stopped => (ink.glyphs().wrong, theme.wrong),
        CopyState::Verified => (ink.glyphs().done, theme.good),
        CopyState::Unverified => (ink.glyphs().done, theme.plain),
        _ if is_waiting => (ink.glyphs().waiting, theme.warning),
        _ if running.is_some() => (ink.glyphs().current, theme.accent),
        _ => (ink.glyphs().ahead, theme.quiet),
    };
    let mut cells = vec![Cell::new(sign, 1).style(style), Cell::new(name, name_width)];
    let rest = ink.width.saturating_sub(2 + 1 + name_width + 2);
    let is_moving = running.is_some_and(|(_, progress)| matches!(progress.activity, Activity::Copying | Activity::Verifying));
    // What is neither moving nor done has a reason, and the reason needs the whole line.
    let has_reason = is_waiting || !is_moving;
    if !state.is_final() && has_reason && (running.is_some() || is_stopped) {
        cells.push(Cell::new(account_state(model, ink, migration), rest).style(if is_stopped { theme.wrong } else { style }));
        return ink.row(is_selected, &cells);
    }
    let refused = migration.refused();
    let done = (migration.copied() + refused).min(migration.messages());
    let is_done = state.is_final();
    let (figures, numbers) = if is_done {
        let number = if state == CopyState::Verified { migration.verified() + migration.sampled() } else { migration.copied() };
        (format!("{} {:>8}", count(number), migration.bytes().to_string()), 17)
    } else {
        (format!("{} of {}", count(done), count(migration.messages())), if is_wide { 19 } else { 17 })
    };
    let tail = if is_wide { 24 } else { 10 };
    cells.push(Cell::new(account_state(model, ink, migration), rest.saturating_sub(numbers + tail + 2)).style(theme.quiet));
    cells.push(Cell::new(figures, numbers).right());
    let mut line = ink.row(is_selected, &cells);
    line.spans.push(Span::raw(" "));
    if refused > 0 {
        let text = ink.tell("migrate-refused", &[("count", refused.into())]);
        line.spans.push(Span::styled(fit(&text, tail, ink.glyphs().ellipsis), theme.warning));
    } else if !is_done {
        line.spans.extend(ink.bar(done, migration.messages(), tail));
    }
    line
}
