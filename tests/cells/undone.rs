//! Until the point of no return everything can be taken back, and the platforms are then as they were: compared.

use mailferry::session::Strategy;

use crate::Cell;
use crate::cut::{acts, again};
use crate::support::cutting::Knife;
use crate::support::guided::paused;
use crate::support::turn::{Turn, goes_back};

/// Where a run in this order can turn round.
pub(crate) fn turns(order: Strategy) -> &'static [Turn] {
    match order {
        Strategy::RenameFirst => &[Turn::Created],
        Strategy::CopyFirst | Strategy::Replace => &[Turn::Created, Turn::Copied],
        Strategy::ServerSide => &[],
    }
}

pub(crate) fn is_as_before(cell: Cell) -> Result<(), String> {
    turns(cell.order).iter().try_for_each(|turn| paused().block_on(goes_back((cell.pair(), cell.order), *turn, 2, &[])).map(drop))
}

/// Cut at every act, there and back.
pub(crate) fn survives(cell: Cell) -> Result<(), String> {
    let (crossing, turn) = ((cell.pair(), cell.order), turns(cell.order)[0]);
    let undisturbed = Knife::at(usize::MAX);
    paused().block_on(goes_back(crossing, turn, 1, std::slice::from_ref(&undisturbed)))?;
    let acts = acts(&undisturbed.names());
    if acts.len() < 4 {
        return Err(format!("only {} half-effects", acts.len()));
    }
    for (nth, at) in acts.into_iter().enumerate() {
        let cuts = [at, again(nth)];
        let back = paused().block_on(goes_back(crossing, turn, 1, &cuts.map(Knife::at)));
        if !back.map_err(|what| format!("cut at {cuts:?}: {what}"))? {
            return Err(format!("it was not cut at {at}"));
        }
    }
    Ok(())
}
