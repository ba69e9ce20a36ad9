//! Until the point of no return everything can be undone, and the world is then as it was: compared, cut on the way and not.

use std::sync::Arc;

use bytes::Bytes;
use futures::FutureExt;
use mailferry::domain::{Flags, InternalDate, MailboxName, MigrationId, Platform};
use mailferry::ports::SecretStore;
use mailferry::session::{Command, CreateState, Event, RemovalState, RenameState, Session, Strategy, target_secret};

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

/// A new account that gets mail before it is removed again, one message each time; answers how often it was cut.
async fn stays_for_its_mail(pair: (Platform, Platform), command: fn(MigrationId) -> Command, knives: &[Arc<Knife>]) -> usize {
    let stage = PairStage::new(pair, Strategy::RenameFirst, 1).await;
    let (address, _) = stage.cast.accounts[0].clone();
    let inbox = MailboxName::inbox();
    let given_up = || stage.happened(|e| matches!(e, Event::CreateUndoGivenUp { .. }));
    let arrived = std::cell::Cell::new(None);
    let wish = |session: &Session| {
        let Some(m) = session.migrations.first() else { return Wish::GoOn };
        if given_up() > 0 {
            return if m.create == CreateState::Done { Wish::Over } else { Wish::GoOn };
        }
        if matches!(m.create, CreateState::Undoing(_)) {
            return Wish::Do(Command::Unpause);
        }
        // Also where it is there and the program does not know it yet.
        let there = stage.world.mail_of(&stage.cast.to_host, &address).filter(|_| m.create != CreateState::Pending);
        let Some(target) = there else { return Wish::GoOn };
        if arrived.get().is_none() {
            let date = InternalDate::from_unix(1_700_000_000, 60).expect("in range");
            let bytes = Bytes::from_static(b"Subject: new\r\n\r\nnobody else has it\r\n");
            // Nobody can get mail before somebody was there for the first time.
            let Ok(uid) = stage.world.mail().put(&target, &inbox, Flags::default(), date, bytes) else { return Wish::GoOn };
            arrived.set(Some(uid));
        }
        Wish::Do(command(m.id))
    };
    let mut cuts = 0;
    for knife in knives.iter().chain([&Knife::at(usize::MAX)]) {
        if stage.run(knife, wish).await {
            break;
        }
        cuts += 1;
    }
    assert_eq!((given_up(), stage.session().migrations[0].arrived), (1, 1), "{pair:?}");
    assert_eq!(stage.happened(|e| matches!(e, Event::CreateUndone { .. } | Event::RenameUndone { .. } | Event::DomainDetached { .. })), 0);
    let target = stage.world.mail_of(&stage.cast.to_host, &address).expect("it is there");
    assert_eq!(stage.world.mail().snapshot(&target).messages(), 1, "{pair:?}: the message is there");
    // The person took it away, and everything can be undone, or gone on with.
    stage.world.mail().remove(&target, &inbox, &[arrived.get().expect("put there")]).expect("memory");
    if cuts % 2 == 0 {
        assert!(stage.run(&Knife::at(usize::MAX), |_| Wish::GoOn).await);
        stage.check().await.expect("moved");
        return cuts;
    }
    let is_back = |session: &Session| !session.has_acted() && session.domains.values().all(|d| d.leaving.is_none() && !d.attached_by_us);
    let asked = std::cell::Cell::new(false);
    let back = |session: &Session| match is_back(session) {
        true => Wish::Over,
        false if asked.replace(true) => Wish::Do(Command::Unpause),
        false => Wish::Do(Command::UndoEverything),
    };
    assert!(stage.run(&Knife::at(usize::MAX), back).await);
    stage.world.wait_idle().await;
    assert_eq!(stage.world.platform_snapshot(), stage.platforms_at_first, "{pair:?}");
    cuts
}

#[test]
fn a_new_account_that_got_mail_is_not_removed_cut_anywhere() {
    let commands: [fn(MigrationId) -> Command; 2] = [|migration| Command::UndoCreate { migration }, |_| Command::UndoEverything];
    let mut cuts = 0;
    for (pair, command) in [(Platform::Exchange, Platform::EmailPro), (Platform::EmailPro, Platform::Zimbra)].into_iter().zip(commands) {
        for command in [command, commands[1]] {
            for first in (0..).step_by(3) {
                let knives = [first, first * 7 % 23].map(Knife::at);
                let was = paused().block_on(stays_for_its_mail(pair, command, &knives));
                cuts += was;
                if was == 0 {
                    break;
                }
            }
        }
    }
    assert!(cuts > 60, "only {cuts} cuts");
}

/// The address of the old account was typed, so that it is deleted; and then everything is to be undone, a moment sooner or later.
#[test]
fn a_source_is_not_removed_while_its_target_is() {
    let (mut kept, mut replaced) = (0, 0);
    for looks in 0..12 {
        paused().block_on(async {
            let stage = PairStage::new((Platform::MxPlanLegacy, Platform::Zimbra), Strategy::Replace, 1).await;
            let (since, has_asked) = (std::cell::Cell::new(0), std::cell::Cell::new(false));
            let wish = |session: &Session| {
                let Some(m) = session.migrations.first() else { return Wish::GoOn };
                if has_asked.get() && m.create == CreateState::Pending {
                    return Wish::Over;
                }
                if m.removal != RemovalState::Pending && !has_asked.get() {
                    since.set(since.get() + 1);
                    if since.get() > looks {
                        has_asked.set(true);
                        return Wish::Do(Command::UndoEverything);
                    }
                }
                if has_asked.get() && !m.is_past_return() { Wish::Wait } else { Wish::GoOn }
            };
            assert!(stage.run(&Knife::at(usize::MAX), wish).await);
            stage.world.wait_idle().await;
            let address = &stage.cast.accounts[0].0;
            if stage.happened(|e| matches!(e, Event::SourceRemoved { .. })) > 0 {
                stage.check().await.expect("replaced");
                replaced += 1;
            } else {
                let source = stage.world.mail_of(&stage.cast.from_host, address).expect("it is there");
                assert!(stage.world.mail().snapshot(&source).messages() > 5, "with its mail");
                kept += 1;
            }
        });
    }
    assert!(kept > 0 && replaced > 0, "{kept} kept, {replaced} replaced");
}

/// Everything is to be undone while the target gets the address: it may have had it for a moment, and somebody wrote to it then.
#[test]
fn a_target_that_had_the_address_for_a_moment_is_looked_into_before_it_goes() {
    let mut stayed = 0;
    for looks in 0..6 {
        paused().block_on(async {
            let stage = PairStage::new((Platform::Zimbra, Platform::EmailPro), Strategy::CopyFirst, 1).await;
            let address = stage.cast.accounts[0].0.clone();
            let (since, has_asked, has_arrived) = (std::cell::Cell::new(0), std::cell::Cell::new(false), std::cell::Cell::new(false));
            let wish = |session: &Session| {
                let Some(m) = session.migrations.first() else { return Wish::GoOn };
                if stage.world.mail_of(&stage.cast.to_host, &address).is_some() && !has_arrived.replace(true) {
                    stage.deliver_to(&address);
                }
                let is_over = m.rename == RenameState::Pending && !matches!(m.create, CreateState::Undoing(_));
                if has_asked.get() && is_over && !session.is_undoing_everything() {
                    return Wish::Over;
                }
                if m.target_rename == RenameState::Intended && !has_asked.get() {
                    since.set(since.get() + 1);
                    if since.get() > looks {
                        has_asked.set(true);
                        return Wish::Do(Command::UndoEverything);
                    }
                }
                if has_asked.get() && !m.is_past_return() { Wish::Wait } else { Wish::GoOn }
            };
            assert!(stage.run(&Knife::at(usize::MAX), wish).await);
            let session = stage.session();
            if has_asked.get() && !session.is_finished && has_arrived.get() {
                assert_eq!((&session.migrations[0].create, session.migrations[0].arrived), (&CreateState::Done, 1), "after {looks} looks");
                stayed += 1;
            }
            if !session.is_finished {
                assert!(stage.run(&Knife::at(usize::MAX), |_| Wish::GoOn).await, "and it can go on from there");
            }
            stage.check().await.unwrap_or_else(|what| panic!("after {looks} looks: {what}"));
        });
    }
    assert!(stayed > 0, "it was never undone in time");
}
