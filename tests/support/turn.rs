//! Runs that turn round: forward to some point, and then everything is taken back.

use std::sync::Arc;

use mailferry::domain::Platform;
use mailferry::session::{Command, CopyState, CreateState, Event, RenameState, Session, Strategy};

use super::cutting::Knife;
use super::pair::{PairStage, Wish};

/// How far a run goes before everything is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Accounts are created, nothing is copied.
    Created,
    /// Everything is copied and verified.
    Copied,
    /// The source has given its name up, the target has not got it.
    Renamed,
}

/// Whether all accounts are there.
pub fn is_reached(session: &Session, turn: Turn) -> bool {
    !session.migrations.is_empty()
        && session.migrations.iter().all(|m| match turn {
            Turn::Created => m.create == CreateState::Done,
            Turn::Copied => session.is_copy_confirmed && m.copy_state() == CopyState::Verified && m.create == CreateState::Done,
            Turn::Renamed => m.rename == RenameState::Done,
        })
}

/// Forward to the turn, and back.
fn there_and_back(stage: &PairStage, turn: Turn) -> impl Fn(&Session) -> Wish {
    move |session| {
        let has_turned = stage.happened(|e| matches!(e, Event::CreateUndoRequested { .. } | Event::RenameUndoRequested { .. })) > 0;
        let is_back = has_turned && !session.has_acted() && session.domains.values().all(|d| d.leaving.is_none() && !d.attached_by_us);
        if is_back {
            Wish::Over
        } else if has_turned {
            Wish::Do(Command::Unpause)
        } else if is_reached(session, turn) {
            Wish::Do(Command::UndoEverything)
        } else {
            Wish::GoOn
        }
    }
}

/// Goes there and back, stopped by one knife after the other, and compares the platforms with what they were; answers whether the first
/// knife fell.
pub async fn goes_back(
    (pair, order): ((Platform, Platform), Strategy),
    turn: Turn,
    accounts: usize,
    knives: &[Arc<Knife>],
) -> Result<bool, String> {
    let stage = PairStage::new(pair, order, accounts).await;
    let mut cuts = 0;
    for knife in knives.iter().chain([&Knife::at(usize::MAX)]) {
        if stage.run(knife, there_and_back(&stage, turn)).await {
            break;
        }
        cuts += 1;
    }
    stage.world.wait_idle().await;
    let now = stage.world.platform_snapshot();
    if now == stage.platforms_at_first { Ok(cuts > 0) } else { Err(format!("{turn:?}: {now:#?}\nwas {:#?}", stage.platforms_at_first)) }
}
