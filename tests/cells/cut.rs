//! The program is cut before and after every half-effect of what it asks of the platform, resumed, and cut again: the end is the same.

use crate::Cell;
use crate::support::cutting::Knife;
use crate::support::guided::paused;
use crate::support::pair::{PairStage, Wish};

/// Acts of the platform, as the knife names them. Cuts within the copy have tests of their own.
const ACTS: [&str; 11] = [
    "rename",
    "configure seat",
    "create account",
    "change password",
    "reset account",
    "attach domain",
    "set domain type",
    "add feature",
    "remove feature",
    "migrate account",
    "detach domain",
];

/// Which of these half-effects are acts of the platform.
pub(crate) fn acts(names: &[&str]) -> Vec<usize> {
    let is_act = |name: &str| ACTS.iter().any(|act| name.contains(act));
    names.iter().enumerate().filter(|(_, name)| is_act(name)).map(|(at, _)| at).collect()
}

/// How many half-effects after the start the second cut falls: while what is in doubt is settled, or soon after. Each act gets one of them.
pub(crate) fn again(nth: usize) -> usize {
    [1, 3, 8][nth % 3]
}

async fn cut_at(cell: Cell, cuts: [usize; 2]) -> Result<(), String> {
    let stage = PairStage::new(cell.pair(), cell.order, 1).await;
    for (nth, at) in cuts.into_iter().enumerate() {
        if stage.run(&Knife::at(at), |_| Wish::GoOn).await {
            return if nth == 0 { Err("it was not cut".to_owned()) } else { stage.check().await };
        }
    }
    assert!(stage.run(&Knife::at(usize::MAX), |_| Wish::GoOn).await);
    stage.check().await
}

pub(crate) fn survives(cell: Cell) -> Result<(), String> {
    let knife = Knife::at(usize::MAX);
    paused().block_on(async {
        let stage = PairStage::new(cell.pair(), cell.order, 1).await;
        assert!(stage.run(&knife, |_| Wish::GoOn).await);
        stage.check().await.map_err(|what| format!("undisturbed: {what}"))
    })?;
    let acts = acts(&knife.names());
    if acts.len() < 4 {
        return Err(format!("only {} half-effects", acts.len()));
    }
    for (nth, at) in acts.into_iter().enumerate() {
        let cuts = [at, again(nth)];
        paused().block_on(cut_at(cell, cuts)).map_err(|what| format!("cut at {cuts:?}: {what}"))?;
    }
    Ok(())
}
