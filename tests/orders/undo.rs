//! Until the point of no return everything can be undone, and the world is then as it was: compared, cut on the way and not.

use mailferry::domain::Platform;
use mailferry::session::{Command, CopyState, CreateState, Event, RenameState, Session, Strategy};
use mailferry::settings::Platforms;

use crate::support::cutting::Knife;
use crate::support::guided::paused;
use crate::support::pair::{PLATFORMS, PairStage, Wish};

/// How far a run goes before everything is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Accounts are created, nothing is copied.
    Created,
    /// Everything is copied and verified.
    Copied,
    /// The source has given its name up, the target has not got it.
    Renamed,
}

fn is_reached(session: &Session, turn: Turn) -> bool {
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

async fn goes_back(pair: (Platform, Platform), (order, turn): (Strategy, Turn), cuts: &[usize]) -> Result<bool, String> {
    let stage = PairStage::new(pair, order, 2).await;
    let mut was_cut = false;
    for at in cuts.iter().copied().chain([usize::MAX]) {
        if stage.run(&Knife::at(at), there_and_back(&stage, turn)).await {
            break;
        }
        was_cut = true;
    }
    stage.world.wait_idle().await;
    let now = stage.world.platform_snapshot();
    if now == stage.platforms_at_first { Ok(was_cut) } else { Err(format!("{now:#?}\nwas {:#?}", stage.platforms_at_first)) }
}

fn turns(order: Strategy) -> &'static [Turn] {
    match order {
        Strategy::RenameFirst => &[Turn::Created],
        Strategy::CopyFirst | Strategy::Replace => &[Turn::Created, Turn::Copied],
        Strategy::ServerSide => &[],
    }
}

#[test]
fn undoing_everything_returns_every_pair_to_its_first_state() {
    for from in PLATFORMS {
        for to in PLATFORMS {
            for order in Platforms::built_in().strategies(from, to).allowed {
                for turn in turns(order) {
                    let back = paused().block_on(goes_back((from, to), (order, *turn), &[]));
                    back.unwrap_or_else(|what| panic!("{from} → {to}, {order:?}, {turn:?}: {what}"));
                }
            }
        }
    }
}

#[test]
fn the_way_back_survives_a_cut_anywhere() {
    let mut cuts = 0;
    for (pair, order, turn) in [
        ((Platform::Exchange, Platform::Zimbra), Strategy::RenameFirst, Turn::Created),
        ((Platform::Zimbra, Platform::EmailPro), Strategy::CopyFirst, Turn::Created),
        ((Platform::MxPlanLegacy, Platform::Exchange), Strategy::Replace, Turn::Created),
    ] {
        for first in 0.. {
            let back = paused().block_on(goes_back(pair, (order, turn), &[first, first * 7 % 23]));
            let was_cut = back.unwrap_or_else(|what| panic!("{pair:?} {order:?}, cut at {first}: {what}"));
            if !was_cut {
                break;
            }
            cuts += 1;
        }
    }
    assert!(cuts > 60, "only {cuts} cuts");
}

#[test]
fn a_source_that_gave_its_name_up_gets_it_back_when_the_target_has_not_got_it() {
    paused().block_on(async {
        let stage = PairStage::new((Platform::Exchange, Platform::EmailPro), Strategy::CopyFirst, 1).await;
        let wish = |session: &Session| {
            let has_turned = stage.happened(|e| matches!(e, Event::RenameUndoRequested { .. })) > 0;
            match session.migrations.first() {
                Some(m) if has_turned && m.rename == RenameState::Pending => Wish::Over,
                Some(m) if !has_turned && is_reached(session, Turn::Renamed) && !m.is_past_return() => {
                    Wish::Do(Command::UndoRename { migration: m.id })
                }
                _ if has_turned => Wish::Do(Command::Unpause),
                _ => Wish::GoOn,
            }
        };
        assert!(stage.run(&Knife::at(usize::MAX), wish).await);
        stage.world.wait_idle().await;
        let (now, first) = (stage.world.platform_snapshot(), &stage.platforms_at_first);
        assert_eq!(now.services[&stage.cast.from.name], first.services[&stage.cast.from.name]);
        assert!(stage.run(&Knife::at(usize::MAX), |_| Wish::GoOn).await, "and it can go on from there");
        stage.check().await.expect("moved after all");
    });
}
