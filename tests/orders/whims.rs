//! People who change their minds: seeded scenarios in which anything is asked for at any moment, while the platform has its own troubles,
//! mail arrives, and the program is cut. In the end they let it go on, and everything has to be as if they had never wavered; or they take
//! everything back, where that is possible, and everything has to be as it was.
//!
//! ```sh
//! MAILFERRY_WHIMS=10000 cargo test --release --test orders whims -- --nocapture
//! MAILFERRY_WHIMS_SEED=4711 cargo test --test orders whims -- --nocapture
//! ```

use std::cell::{Cell, RefCell};
use std::fmt::Write as _;

use futures::FutureExt;
use mailferry::domain::MigrationId;
use mailferry::ports::SecretStore;
use mailferry::sandbox::world::{ApiFault, ApiFaultKind, PlatformSnapshot};
use mailferry::session::{Command, CreateState, Event, Migration, Refusal, RenameState, Session, Step, Strategy, decide, target_secret};

use crate::support::cutting::Knife;
use crate::support::dice::{Dice, many, wanted};
use crate::support::guided::paused;
use crate::support::pair::{PairStage, Wish, cells, id};

/// Plays this one; what happened is told where it fails.
const SEED: &str = "MAILFERRY_WHIMS_SEED";

/// Whims in an ordinary run.
const FEW: u64 = 1_000;

/// How often what stopped is tried again before something must be wrong.
const MOST_RETRIES: u32 = 40;

/// Anything that a person could ask for; most of it is refused most of the time.
fn whim(dice: &mut Dice, session: &Session) -> Command {
    let accounts = session.migrations.len().max(1);
    let migration = MigrationId(1 + u32::try_from(dice.below(accounts)).expect("few"));
    let steps = [Step::Connect, Step::Source, Step::Destination, Step::Review];
    let orders = [Strategy::RenameFirst, Strategy::CopyFirst, Strategy::Replace, Strategy::ServerSide];
    match dice.below(16) {
        0 | 1 => Command::Pause,
        2 => Command::Unpause,
        3..=5 => Command::UndoCreate { migration },
        6 | 7 => Command::UndoRename { migration },
        8 | 9 => Command::UndoEverything,
        10 => Command::RequestDelta { migration },
        11 => Command::Reopen { step: dice.pick(&steps) },
        12 => Command::ChooseStrategy { strategy: dice.pick(&orders) },
        13 => Command::RetryRefused { migration },
        14 => Command::ConfirmRemoval { migration, typed: "somebody@example.com".to_owned() },
        _ => match dice.below(4) {
            0 => Command::ConfirmCopy,
            1 => Command::ConfirmRename,
            2 => Command::ConfirmCreate,
            _ => Command::AcceptDns,
        },
    }
}

fn fault(dice: &mut Dice) -> ApiFault {
    let kind = dice.pick(&[
        ApiFaultKind::AnswerLost,
        ApiFaultKind::RequestLost,
        ApiFaultKind::Fails(500),
        ApiFaultKind::TooMany,
        ApiFaultKind::InProgress,
        ApiFaultKind::OperationFails,
    ]);
    ApiFault { after: dice.small(6), times: 1 + dice.small(2), ..ApiFault::once(dice.pick(&["POST", "PUT", "DELETE"]), "*", kind) }
}

/// Whether everything was taken back.
fn is_as_before(stage: &PairStage, session: &Session) -> bool {
    let is_request = |e: &Event| {
        matches!(e, Event::RenameUndoRequested { .. } | Event::CreateUndoRequested { .. } | Event::DomainDetachRequested { .. })
    };
    let is_nothing_left = decide(session, &Command::UndoEverything) == Err(Refusal::NothingToUndo);
    stage.happened(is_request) > 0 && is_nothing_left && !is_going_back(session)
}

fn is_going_back(session: &Session) -> bool {
    let is_going = |m: &Migration| matches!(m.rename, RenameState::Undoing(_)) || matches!(m.create, CreateState::Undoing(_));
    session.is_undoing_everything() || session.migrations.iter().any(is_going)
}

/// Lines that are in one of them only.
fn differences(first: &PlatformSnapshot, now: &PlatformSnapshot) -> String {
    let lines = |snapshot: &PlatformSnapshot| format!("{snapshot:#?}").lines().map(str::to_owned).collect::<Vec<_>>();
    let (first, now) = (lines(first), lines(now));
    let only = |mark: &str, of: &[String], other: &[String]| {
        of.iter().filter(|line| !other.contains(line)).map(|line| [mark, line].concat()).collect::<Vec<_>>().join("\n")
    };
    format!("not as it was:\n{}\n{}", only("-", &first, &now), only("+", &now, &first))
}

/// Plays a seed; answers how many whims there were, or what is wrong.
async fn play(seed: u64) -> Result<u64, String> {
    let mut dice = Dice(seed);
    let cells = cells();
    let (pair, order) = cells[dice.below(cells.len())];
    // The platform migrates what has no redirection and no automatic reply: the first account of the cast.
    let accounts = if order == Strategy::ServerSide { 1 } else { 1 + dice.below(2) };
    let stage = PairStage::new(pair, order, accounts).await;
    let knives: Vec<usize> = (0..dice.below(4)).map(|_| dice.below(250)).collect();
    let faults: Vec<ApiFault> = (0..dice.below(3)).map(|_| fault(&mut dice)).collect();
    let mut story = format!("MAILFERRY_WHIMS_SEED={seed}: {pair:?} {order:?}, {accounts} accounts, cut at {knives:?}, {faults:?}");
    for fault in faults {
        stage.world.ask_for(fault);
    }
    // With the password of the old account for the new one, as the wizard proposes it.
    let is_same_password = dice.below(2) == 0;
    let wants_back = dice.below(3) == 0;
    let (left, retries) = (Cell::new(1 + dice.below(12)), Cell::new(0));
    let (dice, said) = (RefCell::new(dice), RefCell::new(Vec::new()));
    let count = u64::try_from(left.get()).expect("few");
    let wish = |session: &Session| {
        for migration in session.migrations.iter().filter(|m| is_same_password && m.create == CreateState::Pending) {
            let address = &migration.source.address;
            let password = stage.cast.accounts.iter().find(|(known, _)| known == address).map(|(_, password)| password);
            let reference = target_secret(&id(), address);
            let kept = stage.secrets.set(&reference, password.expect("in the cast")).now_or_never();
            kept.expect("memory").expect("kept");
        }
        let mut dice = dice.borrow_mut();
        // The platform says nothing of mail that arrives while it moves an account itself.
        if order != Strategy::ServerSide && dice.below(12) == 0 {
            stage.deliver(session, dice.below(2));
        }
        if left.get() > 0 && dice.below(6) == 0 {
            left.set(left.get() - 1);
            let command = whim(&mut dice, session);
            said.borrow_mut().push(command.clone());
            return Wish::Do(command);
        }
        if session.is_paused {
            return Wish::Do(Command::Unpause);
        }
        if !session.troubles.is_empty() && retries.get() < MOST_RETRIES {
            retries.set(retries.get() + 1);
            return Wish::Do(Command::RetryAll);
        }
        // Who got new mail cannot go back.
        let wants_back = wants_back && session.migrations.iter().all(|m| m.arrived == 0);
        if !session.troubles.is_empty() || wants_back && is_as_before(&stage, session) {
            return Wish::Over;
        }
        if wants_back && decide(session, &Command::UndoEverything).is_ok() {
            return Wish::Do(Command::UndoEverything);
        }
        if wants_back && is_going_back(session) { Wish::Wait } else { Wish::GoOn }
    };
    for at in knives.iter().copied().chain([usize::MAX]) {
        if stage.run_until(&Knife::at(at), wish, |_| {}).await {
            break;
        }
    }
    let session = stage.session();
    let checked = if wants_back && is_as_before(&stage, &session) && session.troubles.is_empty() {
        stage.world.wait_idle().await;
        let now = stage.world.platform_snapshot();
        if now == stage.platforms_at_first { stage.check_arrivals() } else { Err(differences(&stage.platforms_at_first, &now)) }
    } else {
        stage.check().await
    };
    let _ = write!(story, ", {:?}", said.borrow());
    if wanted(SEED).is_some() {
        stage.journal.recorded().iter().for_each(|stored| {
            let _ = write!(story, "\n{:?} {:?}", stored.at, stored.event);
        });
    }
    checked.map(|()| count).map_err(|what| format!("{story}: {what}"))
}

#[test]
fn whims_lose_and_double_nothing_and_end_as_if_there_had_been_none() {
    if let Some(seed) = wanted(SEED) {
        paused().block_on(play(seed)).expect("moved");
        return;
    }
    let (whims, scenarios) = many(wanted("MAILFERRY_WHIMS").unwrap_or(FEW), |seed| paused().block_on(play(seed)));
    println!("{whims} whims in {scenarios} scenarios: everything arrived");
    assert!(scenarios > 50, "{scenarios} scenarios");
}
