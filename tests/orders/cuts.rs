//! The program is cut before and after every half-effect of what it asks of the platform, resumed, and cut again: the end is the same.

use mailferry::domain::Platform;
use mailferry::session::Strategy;

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

async fn cut_at(pair: (Platform, Platform), order: Strategy, cuts: [usize; 2]) -> Result<(), String> {
    let stage = PairStage::new(pair, order, 1).await;
    for at in cuts {
        if stage.run(&Knife::at(at), |_| Wish::GoOn).await {
            return stage.check().await;
        }
    }
    assert!(stage.run(&Knife::at(usize::MAX), |_| Wish::GoOn).await);
    stage.check().await
}

/// Numbers of the half-effects that are acts of the platform, in a run that nobody disturbs.
fn acts(pair: (Platform, Platform), order: Strategy) -> Vec<usize> {
    let knife = Knife::at(usize::MAX);
    paused().block_on(async {
        let stage = PairStage::new(pair, order, 1).await;
        assert!(stage.run(&knife, |_| Wish::GoOn).await);
        stage.check().await.expect("undisturbed");
    });
    let is_act = |name: &str| ACTS.iter().any(|act| name.contains(act));
    knife.names().iter().enumerate().filter(|(_, name)| is_act(name)).map(|(at, _)| at).collect()
}

fn survives(pair: (Platform, Platform), order: Strategy) {
    let acts = acts(pair, order);
    assert!(acts.len() >= 4, "{pair:?} {order:?}: only {} half-effects", acts.len());
    for at in acts {
        // Cut again while what was in doubt is settled, and soon after.
        for again in [1, 3, 8] {
            let ended = paused().block_on(cut_at(pair, order, [at, again]));
            ended.unwrap_or_else(|what| panic!("{pair:?} {order:?}, cut at {at} and then at {again}: {what}"));
        }
    }
}

#[test]
fn rename_first_survives_a_cut_at_every_act() {
    for pair in [
        (Platform::Exchange, Platform::Zimbra),
        (Platform::Zimbra, Platform::EmailPro),
        (Platform::MxPlan, Platform::Exchange),
        (Platform::EmailPro, Platform::MxPlanLegacy),
    ] {
        survives(pair, Strategy::RenameFirst);
    }
}

#[test]
fn copy_first_survives_a_cut_at_every_act() {
    for pair in
        [(Platform::Exchange, Platform::EmailPro), (Platform::MxPlanZimbra, Platform::Zimbra), (Platform::Zimbra, Platform::Exchange)]
    {
        survives(pair, Strategy::CopyFirst);
    }
}

#[test]
fn replace_survives_a_cut_at_every_act() {
    for pair in [(Platform::MxPlanLegacy, Platform::Zimbra), (Platform::MxPlanLegacy, Platform::Exchange)] {
        survives(pair, Strategy::Replace);
    }
}

#[test]
fn the_platforms_own_migration_survives_a_cut_at_every_act() {
    for pair in [(Platform::MxPlanLegacy, Platform::EmailPro), (Platform::MxPlanLegacy, Platform::Exchange)] {
        survives(pair, Strategy::ServerSide);
    }
}
