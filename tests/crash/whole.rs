//! All nine steps: attach the domain, rename, create from a seat, copy, verify, repair DNS, finish.

use mailferry::app::next;
use mailferry::ports::SecretStore;
use mailferry::session::{Event, Session};

use crate::support::cutting::{Knife, after_the_last_ghost};
use crate::support::guided::paused;
use crate::support::platform::{Memory, Next, Seen, Stage, Way};

fn follow(stage: &Stage) -> impl Fn(&Session) -> Next {
    let answers = stage.answers();
    move |session| if session.is_finished { Next::Over } else { next(session, &answers).into() }
}

/// An outcome by name, and how it is known.
type Outcome = (&'static str, fn(&Event) -> bool);

/// What must be so at the end, whatever happened on the way.
async fn check(stage: &Stage, first: &Seen, perfect: Option<&Seen>) -> Result<(), String> {
    let session = stage.session();
    let temporary = session.migrations[0].temporary.clone().ok_or("no plan")?;
    stage.check_mail(&temporary)?;
    stage.check_password()?;
    let seen = stage.seen().await;
    let (from, to, address) = (stage.way.from(), stage.way.to(), stage.way.address());
    let mut accounts = first.accounts.clone();
    accounts.remove(&(from.host.to_owned(), address.to_string()));
    accounts.insert((from.host.to_owned(), temporary.to_string()));
    accounts.insert((to.host.to_owned(), address.to_string()));
    if seen.accounts != accounts {
        return Err(format!("accounts: {:?}", seen.accounts));
    }
    let (before, after) = (&first.services[&to.service.name], &seen.services[&to.service.name]);
    if (after.free_seats + 1, after.accounts) != (before.free_seats, before.accounts + 1) {
        return Err(format!("{} seats, then {}", before.free_seats, after.free_seats));
    }
    if after.domains.iter().filter(|d| **d == stage.way.domain()).count() != 1 {
        return Err(format!("domains: {:?}", after.domains));
    }
    if seen.zone.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(format!("a record twice: {:?}", seen.zone));
    }
    if let Some(perfect) = perfect
        && seen.zone != perfect.zone
    {
        return Err(format!("zone: {:?}, undisturbed: {:?}", seen.zone, perfect.zone));
    }
    let outcomes: [Outcome; 4] = [
        ("renames", |e| matches!(e, Event::SourceRenamed { .. })),
        ("creations", |e| matches!(e, Event::TargetCreated { .. })),
        ("attached domains", |e| matches!(e, Event::DomainReady { attached_by_us: true, .. })),
        ("ends", |e| matches!(e, Event::SessionFinished)),
    ];
    for (what, is_meant) in outcomes {
        if stage.happened(is_meant) != 1 {
            return Err(format!("{} {what}", stage.happened(is_meant)));
        }
    }
    let totals = (session.migrations[0].messages(), session.migrations[0].copied(), session.migrations[0].verified());
    if totals != (9, 9, 9) {
        return Err(format!("messages, copied, verified: {totals:?}"));
    }
    forgotten(stage).await
}

/// The person asked for secrets to be forgotten. (Without a keyring a person may have typed them again since.)
async fn forgotten(stage: &Stage) -> Result<(), String> {
    for reference in stage.every_secret() {
        let kept = stage.vault.get(&reference).await.expect("memory");
        if kept.is_some() && stage.memory == Memory::Keyring {
            return Err(format!("{reference} is still kept"));
        }
    }
    Ok(())
}

async fn undisturbed(way: Way) -> (Seen, Seen, usize) {
    let stage = Stage::new(way, Memory::Keyring).await;
    let first = stage.seen().await;
    let knife = Knife::at(usize::MAX);
    assert!(stage.run(&knife, follow(&stage)).await);
    check(&stage, &first, None).await.expect("all is well");
    let perfect = stage.seen().await;
    (first, perfect, knife.count())
}

#[test]
fn an_undisturbed_migration_changes_what_it_must_and_nothing_else() {
    for way in [Way::ExchangeToEmailPro, Way::EmailProToExchange] {
        paused().block_on(async {
            let (first, perfect, count) = undisturbed(way).await;
            assert!(count > 120, "only {count} half-effects");
            assert_ne!(first.zone, perfect.zone, "{way:?}: DNS was to be repaired");
        });
    }
}

/// Cuts at `first`, resumes, cuts at `second` (counted anew), resumes to the end. `false`: the first cut was beyond the end.
async fn cut_twice(way: Way, memory: Memory, first: usize, second: usize, perfect: &Seen) -> Result<bool, String> {
    let stage = Stage::new(way, memory).await;
    let at_first = stage.seen().await;
    if stage.run(&Knife::at(first), follow(&stage)).await {
        return Ok(false);
    }
    if !stage.run(&Knife::at(second), follow(&stage)).await {
        assert!(stage.run(&Knife::at(usize::MAX), follow(&stage)).await);
    }
    after_the_last_ghost().await;
    check(&stage, &at_first, Some(perfect))
        .await
        .map_err(|what| format!("{way:?}, {memory:?}, cut at {first} and then at {second}: {what}"))?;
    Ok(true)
}

/// Every first cut; after each the second cut falls at moments that differ from one first cut to the next.
fn cut_everywhere(way: Way, memory: Memory, seconds: fn(usize) -> Vec<usize>) {
    let (_, perfect, count) = paused().block_on(undisturbed(way));
    for first in 0..count {
        for second in seconds(first) {
            let cut = paused().block_on(cut_twice(way, memory, first, second, &perfect));
            cut.expect("nothing lost, nothing doubled, nothing done twice");
        }
    }
}

/// Soon after the resume, and later.
fn soon_and_late(first: usize) -> Vec<usize> {
    vec![first % 11, 11 + first * 7 % 60]
}

#[test]
fn cut_anywhere_twice_every_act_is_done_once_with_a_keyring() {
    cut_everywhere(Way::ExchangeToEmailPro, Memory::Keyring, soon_and_late);
}

#[test]
fn cut_anywhere_twice_every_act_is_done_once_without_a_keyring() {
    cut_everywhere(Way::ExchangeToEmailPro, Memory::ThisRunOnly, soon_and_late);
}

#[test]
fn cut_anywhere_twice_every_act_is_done_once_on_the_way_back_from_email_pro() {
    cut_everywhere(Way::EmailProToExchange, Memory::Keyring, |first| vec![first * 5 % 37]);
}
