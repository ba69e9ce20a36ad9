//! The screens of the other orders of acts, of what is not mail, and of undoing everything.

use super::order_world::*;
use super::stage::Stage;
use super::world::*;
use crate::domain::Platform;
use crate::problem::{Problem, ProblemCode};
use crate::session::{Activity, Event, Mode, Step, Strategy, Task, Waiting};
use crate::tui::Msg;

/// Every screen, by name.
pub(super) fn all() -> Vec<(&'static str, Stage)> {
    let choosing = vec![
        ("source-mixed", mixed("space down space down down space")),
        ("source-conflict", mixed("space down down down down down down space")),
        ("source-blocked", mixed("down down down down down down down down")),
        ("destination-mixed", towards(Platform::Exchange, "down down down down down")),
        ("destination-on-demand", towards(Platform::EmailPro, "")),
        ("destination-refused", towards(Platform::MxPlanLegacy, "down down")),
    ];
    let reviewing = vec![
        ("review-order", reviewed(Strategy::CopyFirst, "v")),
        ("review-order-refused", reviewed(Strategy::CopyFirst, "v down down")),
        ("review-order-server", reviewed(Strategy::ServerSide, "v")),
        ("review-copy-first", reviewed(Strategy::CopyFirst, "")),
        ("review-names", reviewed(Strategy::CopyFirst, "e enter")),
        ("review-replace", reviewed(Strategy::Replace, "")),
        ("review-server", reviewed(Strategy::ServerSide, "")),
        ("review-blocked", blocked("down down down")),
        ("review-findings", blocked("down down down i down")),
        ("review-besides", reviewed(Strategy::CopyFirst, "b down down down down down")),
    ];
    choosing.into_iter().chain(reviewing).chain(acting()).chain(finishing()).collect()
}

fn acting() -> Vec<(&'static str, Stage)> {
    let typed = |order, keys: &str| {
        let mut stage = if order == Strategy::Replace { names(order, false) } else { acts(order) };
        stage.press(keys);
        stage
    };
    vec![
        ("create-temporary", acts(Strategy::CopyFirst)),
        ("create-temporary-running", creating()),
        ("migrate-start-copy-first", Stage::after(until_copy(Strategy::CopyFirst), prefill(Mode::Automatic))),
        ("switch", names(Strategy::CopyFirst, false)),
        ("switch-running", switching()),
        ("switch-undoing", switching_back()),
        ("migrate-rest", rest()),
        ("replace", names(Strategy::Replace, false)),
        ("replace-refused", typed_down(Strategy::Replace)),
        ("replace-typed", typed(Strategy::Replace, "enter anna.keller@mydomain.ov")),
        ("replace-typed-wrong", typed(Strategy::Replace, "enter anna@mydomain.ovh enter")),
        ("replace-running", replacing()),
        ("server", acts(Strategy::ServerSide)),
        ("server-typed", typed(Strategy::ServerSide, "enter")),
        ("server-running", moving()),
        ("server-blocked", move_blocked()),
        ("undo-all", undo_all()),
        ("undo-all-too-late", too_late()),
        ("undoing", undoing()),
    ]
}

fn finishing() -> Vec<(&'static str, Stage)> {
    let besides = |keys: &str| {
        let mut stage = finish(Strategy::CopyFirst, 1..=15);
        stage.press(keys);
        stage
    };
    vec![
        ("finish-carrying", finish(Strategy::CopyFirst, 1..=4)),
        ("finish-carried", finish(Strategy::CopyFirst, 1..=15)),
        ("finish-besides", besides("b down down down down down")),
        ("finish-replaced", finish(Strategy::Replace, 1..=15)),
        ("finish-server", finish(Strategy::ServerSide, 1..=15)),
    ]
}

/// The table of accounts of all platforms.
pub(super) fn mixed(keys: &str) -> Stage {
    let mut stage = Stage::at(Step::Source, Mode::Automatic);
    answer_all(&mut stage);
    answer_all(&mut stage);
    stage.press(keys);
    stage
}

/// Destinations for accounts of a platform.
pub(super) fn towards(from: Platform, keys: &str) -> Stage {
    let mut stage = mixed("");
    stage.happens(sources(from));
    answer_all(&mut stage);
    stage.press(keys);
    stage
}

/// A plan that is looked at.
pub(super) fn reviewed(order: Strategy, keys: &str) -> Stage {
    let mut stage = Stage::after(until_review(order), prefill(Mode::Automatic));
    stage.press(keys);
    stage
}

/// An account that cannot move as things are.
pub(super) fn blocked(keys: &str) -> Stage {
    use crate::plan::{FindingCode as C, Weight};
    let mut stage = reviewed(Strategy::ServerSide, "");
    let mut found = inventory("info", 3_116, 300_000_000);
    found.findings.extend([
        finding(C::MigrationBlocked, Weight::Blocker, &[("codes", "FORWARD_EXIST, RESPONDER_EXIST")]),
        finding(C::ImapOff, Weight::Blocker, &[("place", "account"), ("name", "info@mydomain.ovh")]),
        finding(C::ContactsDiffer, Weight::Blocker, &[("from", "ab12345-ovh"), ("to", "cd67890-ovh")]),
        finding(C::DomainAuthoritative, Weight::Warning, &[("domain", "mydomain.ovh"), ("service", "new mail")]),
        finding(C::KeyEndsSoon, Weight::Note, &[("at", "2026-11-21T10:00:00Z")]),
    ]);
    stage.happens(Event::InventoryTaken { migration: migration(4), inventory: found });
    stage.press(keys);
    stage
}

/// The plan is accepted, nothing was done.
pub(super) fn acts(order: Strategy) -> Stage {
    Stage::after(until_acts(order), prefill(Mode::Automatic))
}

/// Everything is copied; names come next.
pub(super) fn names(order: Strategy, has_refused: bool) -> Stage {
    Stage::after(until_names(order, has_refused), prefill(Mode::Automatic))
}

fn typed_down(order: Strategy) -> Stage {
    let mut stage = names(order, true);
    stage.press("G");
    stage
}

fn creating() -> Stage {
    let mut stage = acts(Strategy::CopyFirst);
    stage.happens(Event::CreateConfirmed);
    let made = Event::TargetCreated { migration: migration(1), seat: None, witness: crate::session::Witness::Platform, gap_millis: None };
    stage.happens(made);
    let task = Task::CreateTarget { migration: migration(2) };
    stage.hear(progress([(task, running(Activity::WaitingForPlatform, 9, 0, 0))]));
    stage
}

/// One has its address, one waits for a name that is not free yet, one gives its name up, two wait for their turn.
pub(super) fn switching() -> Stage {
    let mut stage = names(Strategy::CopyFirst, false);
    stage.happens(Event::RenameConfirmed);
    for event in [renamed(1), renamed(2), has_address(1, 12_000)] {
        stage.happens(event);
    }
    stage.hear(Msg::Tick(NOW.plus_millis(72_000)));
    let mut waiting = running(Activity::Asking, 0, 0, 0);
    let problem = Problem::new(ProblemCode::AddressTaken).with("address", "john.smith@mydomain.ovh");
    waiting.waiting = Some(Waiting { until: NOW.plus_millis(92_000), problem, attempts: 3 });
    let target = Task::RenameTarget { migration: migration(2) };
    let source = Task::RenameSource { migration: migration(3) };
    stage.hear(progress([(target, waiting), (source, running(Activity::WaitingForPlatform, 0, 0, 0))]));
    stage
}

fn switching_back() -> Stage {
    let mut stage = names(Strategy::CopyFirst, false);
    stage.happens(Event::RenameConfirmed).happens(renamed(1)).happens(renamed(2));
    for n in [1, 2] {
        stage.happens(Event::RenameUndoRequested { migration: migration(n) });
    }
    let task = Task::UndoRename { migration: migration(1) };
    stage.hear(progress([(task, running(Activity::WaitingForPlatform, 8, 0, 0))]));
    stage
}

fn rest() -> Stage {
    let mut stage = names(Strategy::CopyFirst, false);
    stage.happens(Event::RenameConfirmed);
    for n in 1..=5 {
        stage.happens(renamed(n)).happens(has_address(n, 9_000));
    }
    for n in 1..=5 {
        stage.happens(Event::DeltaRequested { migration: migration(n) });
    }
    let survey = |n| (Task::Survey { migration: migration(n) }, running(Activity::ReadingFolders, 2, 0, 0));
    stage.hear(progress([survey(1), survey(2)]));
    stage
}

/// One is replaced, one has no mailbox at this moment, one is looked at once more.
pub(super) fn replacing() -> Stage {
    let mut stage = names(Strategy::Replace, false);
    for event in removed(1).into_iter().chain([has_address(1, 48_000)]).chain(removed(2)) {
        stage.happens(event);
    }
    stage.happens(Event::RemovalConfirmed { migration: migration(3) });
    stage.happens(Event::DeltaRequested { migration: migration(3) });
    stage.hear(Msg::Tick(NOW.plus_millis(131_000)));
    let mut waiting = running(Activity::Asking, 0, 0, 0);
    let problem = Problem::new(ProblemCode::AddressTaken).with("address", "john.smith@mydomain.ovh");
    waiting.waiting = Some(Waiting { until: NOW.plus_millis(151_000), problem, attempts: 5 });
    let look = Task::Survey { migration: migration(3) };
    stage.hear(progress([(Task::RenameTarget { migration: migration(2) }, waiting), (look, running(Activity::ReadingFolders, 0, 0, 0))]));
    stage.press("down");
    stage
}

/// One is moved, one is being moved, the others are not confirmed.
pub(super) fn moving() -> Stage {
    let mut stage = acts(Strategy::ServerSide);
    for event in moved(1, 12_904).into_iter().chain(moved(2, 31_020).into_iter().take(2)) {
        stage.happens(event);
    }
    let task = Task::ServerMigrate { migration: migration(2) };
    stage.hear(progress([(task, running(Activity::WaitingForPlatform, 4_330, 0, 0))]));
    stage
}

fn move_blocked() -> Stage {
    let mut stage = moving();
    let task = Task::ServerMigrate { migration: migration(3) };
    stage.happens(Event::ServerMigrationConfirmed { migration: migration(3) });
    let problem = Problem::new(ProblemCode::MigrationBlocked)
        .with("address", "marie.duval@mydomain.ovh")
        .with("codes", "FORWARD_EXIST")
        .because("FORWARD_EXIST: marie.duval@mydomain.ovh");
    stage.happens(Event::TaskStopped { task, problem });
    stage.press("down down");
    stage
}

/// What would be undone, of a copy under temporary names.
pub(super) fn undo_all() -> Stage {
    let mut stage = names(Strategy::CopyFirst, false);
    stage.happens(Event::RenameConfirmed).happens(renamed(1));
    stage.press("U");
    stage
}

/// One account has its name back, one is removed just now, the domain leaves last.
pub(super) fn undoing() -> Stage {
    let mut stage = names(Strategy::CopyFirst, false);
    stage.happens(Event::RenameConfirmed).happens(renamed(1)).happens(renamed(2));
    for n in 1..=5 {
        stage.happens(Event::CreateUndoRequested { migration: migration(n) });
    }
    stage.happens(Event::RenameUndoRequested { migration: migration(1) }).happens(Event::RenameUndoRequested { migration: migration(2) });
    stage.happens(Event::DomainDetachRequested { domain: domain() });
    for n in 1..=3 {
        stage.happens(Event::CreateUndone { migration: migration(n) });
    }
    stage.happens(Event::RenameUndone { migration: migration(1) });
    let back = Task::UndoRename { migration: migration(2) };
    let remove = Task::UndoCreate { migration: migration(4) };
    stage.hear(progress([
        (back, running(Activity::WaitingForPlatform, 4, 0, 0)),
        (remove, running(Activity::WaitingForPlatform, 11, 0, 0)),
    ]));
    stage
}

fn too_late() -> Stage {
    let mut stage = replacing();
    stage.press("U");
    stage
}

/// At the last step, with features carried up to a number.
pub(super) fn finish(order: Strategy, features: impl IntoIterator<Item = u32>) -> Stage {
    let mut events = match order {
        Strategy::ServerSide => until_acts(order),
        _ => until_names(order, false),
    };
    match order {
        Strategy::ServerSide => events.extend((1..=5).zip([12_904, 31_020, 8_742, 3_116, 3_118]).flat_map(|(n, count)| moved(n, count))),
        Strategy::Replace => events.extend((1..=5).flat_map(|n| removed(n).into_iter().chain([has_address(n, 48_000)]))),
        Strategy::CopyFirst | Strategy::RenameFirst => {
            events.push(Event::RenameConfirmed);
            events.extend((1..=5).flat_map(|n| [renamed(n), has_address(n, 12_000)]));
            events.extend(passed_again());
        }
    }
    events.push(Event::DnsChecked { domain: domain(), records: records(true) });
    events.push(Event::DnsAccepted);
    events.extend(carried(features));
    Stage::after(events, prefill(Mode::Automatic))
}
