//! Runs that turn round: forward to some point, and then everything is taken back.

use mailferry::session::{Command, CopyState, CreateState, Event, RenameState, Session};

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
pub fn there_and_back(stage: &PairStage, turn: Turn) -> impl Fn(&Session) -> Wish {
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
