//! Random cuts: seeded scenarios of servers of all kinds, mail, limits, faults of the line and moments at which everything stops.
//!
//! Each seed is one scenario, for ever. The ordinary run makes a few; more of them, or one again:
//!
//! ```sh
//! MAILFERRY_CUTS=10000 cargo test --release --test crash random -- --nocapture
//! MAILFERRY_CUTS_SEED=4711 cargo test --test crash random -- --nocapture
//! ```

use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;
use mailferry::app::End;
use mailferry::domain::MailboxName;
use mailferry::engine::Limits;
use mailferry::problem::{Problem, ProblemCode};
use mailferry::sandbox::mail::{
    AccountKey, Cut, CutPoint, CutStyle, Dialect, Fault, MailWorld, Occasion, Oddity, Scope, Side, Template, rebuilt,
};
use mailferry::session::Task;

use crate::support::cutting::{Knife, after_the_last_ghost};
use crate::support::dice::{Dice, many, wanted};
use crate::support::guided::{SOURCE, Stage, TARGET, message, name, paused, put};

/// Cuts in an ordinary run.
const FEW: u64 = 60;

/// What a seed says.
struct Scenario {
    dice: Dice,
    source: Dialect,
    target: Dialect,
    faults: Vec<(Scope, Fault)>,
    /// Where each run is cut.
    knives: Vec<usize>,
    batch_messages: usize,
}

impl Scenario {
    fn of(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let (source, target) = (dice.pick(&Dialect::ALL), dice.pick(&Dialect::ALL));
        let faults = (0..dice.below(3)).map(|_| fault(&mut dice)).collect();
        let knives = (0..=dice.below(4)).map(|_| dice.below(100)).collect();
        let batch_messages = 1 + dice.below(6);
        Self { dice, source, target, faults, knives, batch_messages }
    }

    fn story(&self, seed: u64) -> String {
        let mut story = format!("MAILFERRY_CUTS_SEED={seed}: {:?} to {:?}, cut at {:?}", self.source, self.target, self.knives);
        for (scope, fault) in &self.faults {
            let _ = write!(story, ", {fault:?} on {scope:?}");
        }
        story
    }

    fn limits(&self, base: Limits) -> Limits {
        let mut limits = base;
        limits.batch_messages = self.batch_messages;
        limits
    }
}

/// What a line or a server does once in a while and stops doing.
fn fault(dice: &mut Dice) -> (Scope, Fault) {
    let scope = dice.pick(&[SOURCE, TARGET, TARGET]);
    let (after, times, side) = (dice.small(12), 1 + dice.small(3), dice.pick(&[Side::Before, Side::After]));
    let point = match dice.below(4) {
        0 => CutPoint::Step(u64::from(after) * 5),
        1 => CutPoint::Append(1 + after, side),
        2 => CutPoint::Fetch(after),
        _ => CutPoint::Command("", 1 + after * 2, side),
    };
    let fault = match dice.below(8) {
        0 => Fault::Throttle { after_commands: after, wait_millis: 50, times },
        1 => Fault::Busy { after_commands: after, times },
        2 => Fault::Odd(Oddity::NoAppendUid, Occasion { after, times }),
        3 => Fault::Stall { command: "", pause: Duration::from_millis(500), occasion: Occasion { after, times } },
        _ => Fault::Cut(Cut { point, style: dice.pick(&[CutStyle::Reset, CutStyle::Bye]), times }),
    };
    (Scope::Host(scope.to_owned()), fault)
}

/// Mail that some servers alter on its way in: 8-bit headers, a bare CR, a last line without end. Of some, only the date tells twins apart
/// once they are altered.
const ODD: [&[u8]; 4] = [
    b"Message-ID: <o1@example.com>\r\nSubject: caf\xc3\xa9\r\n\r\nodd\r\n",
    b"Message-ID: <o1@example.com>\r\nSubject: caf\xc3\xa8\r\n\r\nodd\r\n",
    b"Subject: a\rb\r\n\r\nbare\rCR and no end",
    b"Subject: n\xe9\r\n\r\n\rx\r\r\n",
];

/// Whether this server gives back other bytes than it was given, which the verification has to say.
fn alters(target: Dialect) -> bool {
    matches!(target, Dialect::Courier | Dialect::Cyrus)
}

/// A few mailboxes with few different messages: twins are the rule.
fn fill(world: &MailWorld, (source, target): (Dialect, Dialect), dice: &mut Dice) {
    let key = AccountKey::new(SOURCE);
    world.create_empty(&key, Template::Dovecot).expect("writes to memory");
    let mut mailboxes = vec![MailboxName::inbox(), name(&["Sent"])];
    for path in [&["Projets"] as &[&str], &["Projets", "Été"], &["Archive 2019"], &["日本"]] {
        if dice.below(2) == 0 {
            world.add_mailbox(&key, &name(path), None).expect("new");
            mailboxes.push(name(path));
        }
    }
    for mailbox in &mailboxes {
        for _ in 0..dice.below(8) {
            let flags = dice.pick(&["", "\\Seen", "\\Seen \\Flagged", "\\Answered"]);
            let number = dice.below(4);
            let bytes = if number == 0 { Bytes::from_static(b"Subject: no id\r\n\r\nhello\r\n") } else { message(number) };
            let bytes = if alters(target) && dice.below(2) == 0 { Bytes::from_static(dice.pick(&ODD)) } else { bytes };
            // What such a server gives is what has to arrive.
            let bytes = if source.is_exchange() { rebuilt(&bytes) } else { bytes };
            put(world, &key, mailbox, flags, bytes);
        }
    }
}

/// Plays a seed; answers how often it was cut, or what is lost or doubled.
async fn play(seed: u64, limits: Limits) -> Result<u64, String> {
    let mut scenario = Scenario::of(seed);
    let story = scenario.story(seed);
    let dice = &mut scenario.dice;
    let stage = Stage::filled(scenario.source, scenario.target, |world| fill(world, (scenario.source, scenario.target), dice)).await;
    for (scope, fault) in scenario.faults.clone() {
        stage.world.faults().set(scope, fault);
    }
    let mut cuts = 0;
    let mut end = None;
    for at in scenario.knives.iter().copied().chain([usize::MAX]) {
        end = stage.run(&Knife::at(at), scenario.limits(limits.clone())).await;
        if end.is_some() {
            break;
        }
        cuts += 1;
    }
    let is_altered = |stopped: &[(Task, Problem)]| stopped.iter().all(|(_, problem)| problem.code == ProblemCode::VerificationFailed);
    let is_over = match &end {
        Some(End::Done) => true,
        Some(End::Stopped(stopped)) => alters(scenario.target) && is_altered(stopped),
        _ => false,
    };
    if !is_over {
        return Err(format!("{story}: {end:?}"));
    }
    after_the_last_ghost().await;
    stage.check(&story)?;
    stage.check_totals().await.map_err(|what| format!("{story}: {what}"))?;
    Ok(cuts)
}

#[test]
fn after_random_cuts_nothing_is_lost_or_doubled_between_servers_of_all_kinds() {
    if let Some(seed) = wanted("MAILFERRY_CUTS_SEED") {
        paused().block_on(play(seed, Limits::small())).expect("nothing lost, nothing doubled");
        return;
    }
    let wanted = wanted("MAILFERRY_CUTS").unwrap_or(FEW);
    let (cuts, scenarios) = many(wanted, |seed| paused().block_on(play(seed, Limits::small())));
    println!("{cuts} random cuts in {scenarios} scenarios: nothing lost, nothing doubled");
    assert!(cuts >= wanted && scenarios > wanted / 5, "{cuts} cuts in {scenarios} scenarios");
}

#[test]
fn without_the_settling_random_cuts_double_mail() {
    let doubles = |seed: &u64| paused().block_on(play(*seed, Limits::small().without_settling())).is_err();
    assert!((0..100).any(|seed| doubles(&seed)), "the random cuts have no teeth");
}
