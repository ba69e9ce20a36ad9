//! The way back: an account is renamed and created, then both are undone, and everything is cut on the way.

use mailferry::app::next;
use mailferry::domain::MigrationId;
use mailferry::session::{Command, CreateState, Event, RenameState, Session};

use crate::support::cutting::Knife;
use crate::support::guided::paused;
use crate::support::platform::{Memory, Next, Stage, Way};

const ONE: MigrationId = MigrationId(1);

/// Forward until the target is there, then back to the beginning.
fn there_and_back(stage: &Stage) -> impl Fn(&Session) -> Next {
    let (answers, journal) = (stage.answers(), stage.journal.clone());
    move |session| {
        let has = |is_meant: fn(&Event) -> bool| journal.recorded().iter().any(|stored| is_meant(&stored.event));
        let Some(migration) = session.migration(ONE) else { return next(session, &answers).into() };
        if has(|e| matches!(e, Event::RenameUndone { .. })) {
            Next::Over
        } else if has(|e| matches!(e, Event::CreateUndone { .. })) {
            let is_ready = migration.create == CreateState::Pending && migration.rename == RenameState::Done;
            is_ready.then_some(Command::UndoRename { migration: ONE }).into()
        } else if migration.create == CreateState::Done {
            Next::Do(Box::new(Command::UndoCreate { migration: ONE }))
        } else {
            next(session, &answers).into()
        }
    }
}

/// The world is as it was: but for the domain, which stays attached, and for the name of the seat, which nobody chooses.
async fn check(stage: &Stage, first: &crate::support::platform::Seen) -> Result<(), String> {
    stage.check_source_untouched()?;
    let seen = stage.seen().await;
    if seen.accounts != first.accounts {
        return Err(format!("accounts: {:?}", seen.accounts));
    }
    for (name, service) in &first.services {
        let now = &seen.services[name];
        if (now.accounts, now.free_seats) != (service.accounts, service.free_seats) {
            return Err(format!("{name}: {} accounts and {} seats", now.accounts, now.free_seats));
        }
    }
    let session = stage.session();
    let migration = session.migration(ONE).ok_or("no migration")?;
    match (&migration.rename, &migration.create, seen.zone == first.zone) {
        (RenameState::Pending, CreateState::Pending, true) => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

async fn cut_twice(memory: Memory, first: usize, second: usize) -> Result<bool, String> {
    let stage = Stage::new(Way::ExchangeToEmailPro, memory).await;
    let at_first = stage.seen().await;
    let was_cut = !stage.run(&Knife::at(first), there_and_back(&stage)).await;
    if was_cut && !stage.run(&Knife::at(second), there_and_back(&stage)).await {
        assert!(stage.run(&Knife::at(usize::MAX), there_and_back(&stage)).await);
    }
    check(&stage, &at_first).await.map_err(|what| format!("{memory:?}, cut at {first} and then at {second}: {what}"))?;
    Ok(was_cut)
}

fn cut_everywhere(memory: Memory) {
    let mut cuts = 0;
    for first in 0.. {
        let mut was_cut = false;
        for second in [first % 5, 5 + first * 7 % 19, 24 + first * 11 % 40] {
            was_cut = paused().block_on(cut_twice(memory, first, second)).expect("as it was");
            cuts += usize::from(was_cut);
        }
        if !was_cut {
            break;
        }
    }
    assert!(cuts > 100, "only {cuts} cuts");
}

#[test]
fn cut_anywhere_twice_the_way_back_ends_where_it_began_with_a_keyring() {
    cut_everywhere(Memory::Keyring);
}

#[test]
fn cut_anywhere_twice_the_way_back_ends_where_it_began_without_a_keyring() {
    cut_everywhere(Memory::ThisRunOnly);
}
