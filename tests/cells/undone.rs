//! Until the point of no return everything can be taken back, and the platforms are then as they were: compared.

use mailferry::session::Strategy;

use crate::Cell;
use crate::cut::{acts, again};
use crate::support::cutting::Knife;
use crate::support::guided::paused;
use crate::support::pair::PairStage;
use crate::support::turn::{Turn, there_and_back};

/// Where a run in this order can turn round.
pub(crate) fn turns(order: Strategy) -> &'static [Turn] {
    match order {
        Strategy::RenameFirst => &[Turn::Created],
        Strategy::CopyFirst | Strategy::Replace => &[Turn::Created, Turn::Copied],
        Strategy::ServerSide => &[],
    }
}

async fn goes_back(cell: Cell, turn: Turn, accounts: usize, knives: &[std::sync::Arc<Knife>]) -> Result<(), String> {
    let stage = PairStage::new(cell.pair(), cell.order, accounts).await;
    let mut is_back = false;
    for knife in knives {
        is_back = stage.run(knife, there_and_back(&stage, turn)).await;
        if is_back {
            break;
        }
    }
    if !is_back {
        assert!(stage.run(&Knife::at(usize::MAX), there_and_back(&stage, turn)).await);
    }
    stage.world.wait_idle().await;
    let now = stage.world.platform_snapshot();
    if now == stage.platforms_at_first { Ok(()) } else { Err(format!("{turn:?}: {now:#?}\nwas {:#?}", stage.platforms_at_first)) }
}

pub(crate) fn is_as_before(cell: Cell) -> Result<(), String> {
    turns(cell.order).iter().try_for_each(|turn| paused().block_on(goes_back(cell, *turn, 2, &[])))
}

/// Cut at every act, there and back.
pub(crate) fn survives(cell: Cell) -> Result<(), String> {
    let turn = turns(cell.order)[0];
    let undisturbed = Knife::at(usize::MAX);
    paused().block_on(goes_back(cell, turn, 1, std::slice::from_ref(&undisturbed)))?;
    let acts = acts(&undisturbed.names());
    if acts.len() < 4 {
        return Err(format!("only {} half-effects", acts.len()));
    }
    for (nth, at) in acts.into_iter().enumerate() {
        let cuts = [at, again(nth)];
        let knives = cuts.map(Knife::at);
        paused().block_on(goes_back(cell, turn, 1, &knives)).map_err(|what| format!("cut at {cuts:?}: {what}"))?;
    }
    Ok(())
}
