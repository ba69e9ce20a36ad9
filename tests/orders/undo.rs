//! Until the point of no return everything can be undone, and the world is then as it was: compared, cut on the way and not.

use futures::FutureExt;
use mailferry::domain::Platform;
use mailferry::ports::SecretStore;
use mailferry::session::{Command, CreateState, Event, RenameState, Session, Strategy, target_secret};

use crate::support::cutting::Knife;
use crate::support::guided::paused;
use crate::support::pair::{PairStage, Wish, id};
use crate::support::turn::{Turn, goes_back, is_reached};

#[test]
fn the_way_back_survives_a_cut_anywhere() {
    let mut cuts = 0;
    for (pair, order, turn) in [
        ((Platform::Exchange, Platform::Zimbra), Strategy::RenameFirst, Turn::Created),
        ((Platform::Zimbra, Platform::EmailPro), Strategy::CopyFirst, Turn::Created),
        ((Platform::MxPlanLegacy, Platform::Exchange), Strategy::Replace, Turn::Created),
    ] {
        for first in 0.. {
            let back = paused().block_on(goes_back((pair, order), turn, 2, &[first, first * 7 % 23].map(Knife::at)));
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

/// With the same name and the same password, as the wizard proposes it: only the mailbox behind it is another one.
#[test]
fn an_account_that_is_made_a_second_time_is_not_taken_for_the_first() {
    for pair in [(Platform::Exchange, Platform::EmailPro), (Platform::Exchange, Platform::Zimbra)] {
        paused().block_on(async {
            let stage = PairStage::new(pair, Strategy::RenameFirst, 1).await;
            let (address, password) = stage.cast.accounts[0].clone();
            let wish = |session: &Session| {
                let Some(m) = session.migrations.first() else { return Wish::GoOn };
                if m.create == CreateState::Pending {
                    stage.secrets.set(&target_secret(&id(), &address), &password).now_or_never().expect("memory").expect("kept");
                }
                let was_undone = stage.happened(|e| matches!(e, Event::CreateUndoRequested { .. })) > 0;
                if m.create == CreateState::Done && !was_undone {
                    Wish::Do(Command::UndoCreate { migration: m.id })
                } else if was_undone && session.is_paused {
                    Wish::Do(Command::Unpause)
                } else {
                    Wish::GoOn
                }
            };
            assert!(stage.run(&Knife::at(usize::MAX), wish).await);
            assert_eq!(stage.happened(|e| matches!(e, Event::TargetCreated { .. })), 2);
            stage.check().await.unwrap_or_else(|what| panic!("{pair:?}: {what}"));
        });
    }
}
