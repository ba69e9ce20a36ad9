//! What goes wrong with the platform: lost answers, bursts of errors, keys that end, seats and names that are gone, plans that no longer
//! match the world. Each ends well, by itself or after a person mended it, and nothing is lost on the way.

use mailferry::domain::{DomainName, Platform};
use mailferry::plan::{FindingCode, Weight};
use mailferry::problem::ProblemCode;
use mailferry::sandbox::world::{ApiFault, ApiFaultKind, Condition};
use mailferry::session::{Command, Event, Refusal, RemovalState, Session, Strategy, decide};

use crate::support::cutting::Knife;
use crate::support::guided::paused;
use crate::support::pair::{PairStage, Wish};

const CROSSINGS: [((Platform, Platform), Strategy); 4] = [
    ((Platform::Exchange, Platform::Zimbra), Strategy::RenameFirst),
    ((Platform::Zimbra, Platform::EmailPro), Strategy::CopyFirst),
    ((Platform::MxPlanLegacy, Platform::Zimbra), Strategy::Replace),
    ((Platform::MxPlanLegacy, Platform::Exchange), Strategy::ServerSide),
];

fn forward() -> std::sync::Arc<Knife> {
    Knife::at(usize::MAX)
}

/// Runs with faults, and once more from where a task stopped, after `mend`; answers the codes of what stopped.
async fn stops_and_goes_on(stage: &PairStage, mend: impl Fn(&PairStage)) -> Vec<ProblemCode> {
    let codes = std::cell::RefCell::new(Vec::new());
    let wish = |session: &Session| {
        if session.troubles.is_empty() {
            return Wish::GoOn;
        }
        codes.borrow_mut().extend(session.troubles.values().map(|problem| problem.code));
        mend(stage);
        Wish::Do(Command::RetryAll)
    };
    assert!(stage.run_until(&forward(), wish, |_| {}).await);
    codes.into_inner()
}

#[test]
fn what_mends_itself_needs_nobody() {
    let kinds = [
        ApiFaultKind::AnswerLost,
        ApiFaultKind::RequestLost,
        ApiFaultKind::Fails(500),
        ApiFaultKind::TooMany,
        ApiFaultKind::TooManyFor(std::time::Duration::from_secs(40)),
        ApiFaultKind::InProgress,
    ];
    for (pair, order) in CROSSINGS {
        for method in ["POST", "PUT", "DELETE"] {
            for kind in kinds {
                for (after, times) in [(0, 1), (1, 1), (2, 3), (4, 1)] {
                    paused().block_on(async {
                        let stage = PairStage::new(pair, order, 1).await;
                        stage.world.ask_for(ApiFault { after, times, ..ApiFault::once(method, "*", kind) });
                        assert!(stage.run(&forward(), |_| Wish::GoOn).await);
                        let told = |what: String| panic!("{pair:?} {order:?}, {method} {kind:?} after {after}, {times} times: {what}");
                        stage.check().await.unwrap_or_else(told);
                    });
                }
            }
        }
    }
}

#[test]
fn a_key_that_ends_in_the_middle_pauses_and_asks() {
    for (pair, order) in CROSSINGS {
        for after in [3, 9, 17, 30, 45] {
            paused().block_on(async {
                let stage = PairStage::new(pair, order, 1).await;
                stage.world.ask_for(ApiFault { after, ..ApiFault::once("*", "/*", ApiFaultKind::KeyExpired) });
                let codes = stops_and_goes_on(&stage, |_| {}).await;
                assert!(codes.iter().all(|code| *code == ProblemCode::ConsumerKeyExpired), "{codes:?}");
                stage.check().await.unwrap_or_else(|what| panic!("{pair:?} {order:?}, after {after}: {what}"));
            });
        }
    }
}

#[test]
fn a_name_that_is_not_released_yet_is_waited_for() {
    for (pair, order, method, path) in [
        ((Platform::Exchange, Platform::EmailPro), Strategy::RenameFirst, "PUT", "/email/pro/*/account/*"),
        ((Platform::Exchange, Platform::Zimbra), Strategy::RenameFirst, "POST", "*/account"),
        ((Platform::Zimbra, Platform::EmailPro), Strategy::CopyFirst, "PUT", "/email/pro/*/account/*"),
    ] {
        paused().block_on(async {
            let stage = PairStage::new(pair, order, 1).await;
            stage.world.ask_for(ApiFault { times: 5, ..ApiFault::once(method, path, ApiFaultKind::NotReleased) });
            let codes = stops_and_goes_on(&stage, |_| {}).await;
            stage.check().await.unwrap_or_else(|what| panic!("{pair:?} {order:?}: {what}"));
            // Under a temporary name nobody gave the address up, so a person is asked there, and only there.
            let is_temporary = order == Strategy::CopyFirst;
            assert_eq!(codes.is_empty(), !is_temporary, "{codes:?}");
        });
    }
}

#[test]
fn an_operation_that_ends_in_error_is_shown_and_tried_again() {
    paused().block_on(async {
        let stage = PairStage::new((Platform::Exchange, Platform::EmailPro), Strategy::RenameFirst, 1).await;
        stage.world.ask_for(ApiFault::once("PUT", "/email/exchange/*/account/*", ApiFaultKind::OperationFails));
        let codes = stops_and_goes_on(&stage, |_| {}).await;
        assert!(codes.len() <= 1, "{codes:?}");
        stage.check().await.expect("moved");
    });
}

#[test]
fn a_plan_that_no_longer_matches_the_world_is_refused_before_anything_changes_and_stays() {
    type Mend = fn(&PairStage);
    let cases: [(ProblemCode, Mend, Mend); 3] = [
        (
            ProblemCode::PlanOutdated,
            |s| s.world.set_blocked(&s.cast.from, &s.cast.accounts[0].0, true).expect("there"),
            |s| s.world.set_blocked(&s.cast.from, &s.cast.accounts[0].0, false).expect("there"),
        ),
        (
            ProblemCode::ServiceSuspended,
            |s| s.world.set_condition(&s.cast.to, Condition::Expired).expect("there"),
            |s| s.world.set_condition(&s.cast.to, Condition::Ok).expect("there"),
        ),
        (
            ProblemCode::PlanOutdated,
            |s| s.world.set_condition(&s.cast.from, Condition::Expired).expect("there"),
            |s| s.world.set_condition(&s.cast.from, Condition::Ok).expect("there"),
        ),
    ];
    for (pair, order) in CROSSINGS {
        for (code, breaks, mend) in cases {
            paused().block_on(async {
                let stage = PairStage::new(pair, order, 1).await;
                let is_broken = std::cell::Cell::new(false);
                let codes = std::cell::RefCell::new(Vec::new());
                let wish = |session: &Session| {
                    if session.is_plan_accepted && !is_broken.replace(true) {
                        breaks(&stage);
                        return Wish::Do(Command::Pause);
                    }
                    if session.is_paused {
                        return Wish::Do(Command::Unpause);
                    }
                    if session.troubles.is_empty() {
                        return Wish::GoOn;
                    }
                    assert!(session.is_plan_accepted, "the plan stays");
                    codes.borrow_mut().extend(session.troubles.values().map(|problem| problem.code));
                    mend(&stage);
                    Wish::Do(Command::RetryAll)
                };
                assert!(stage.run_until(&forward(), wish, |_| {}).await);
                let codes = codes.into_inner();
                let is_told = codes.iter().any(|seen| *seen == code || *seen == ProblemCode::ServiceSuspended);
                assert!(is_told, "{pair:?} {order:?} {code:?}: {codes:?}");
                stage.check().await.unwrap_or_else(|what| panic!("{pair:?} {order:?} {code:?}: {what}"));
            });
        }
    }
}

#[test]
fn an_mx_plan_takes_no_second_domain_and_says_so_before_anything_is_asked_of_it() {
    for to in [Platform::MxPlan, Platform::MxPlanZimbra, Platform::MxPlanLegacy] {
        paused().block_on(async {
            let stage = PairStage::new((Platform::Exchange, to), Strategy::RenameFirst, 1).await;
            let elsewhere: DomainName = "example.org".parse().expect("a domain");
            let wish = |session: &Session| {
                if !session.troubles.is_empty() {
                    return Wish::Over;
                }
                if session.migrations.is_empty() || session.destination.is_some() {
                    return Wish::GoOn;
                }
                let destination = stage.answers().destination;
                Wish::Do(Command::ChooseDestination { destination, domains: vec![elsewhere.clone()] })
            };
            assert!(stage.run_until(&forward(), wish, |_| {}).await);
            let session = stage.session();
            let codes: Vec<_> = session.troubles.values().map(|problem| problem.code).collect();
            assert_eq!(codes, [ProblemCode::DomainNotHere], "{to}");
            assert_eq!(stage.happened(|e| matches!(e, Event::DomainAttachIntended { .. })), 0, "{to}");
            assert_eq!(stage.world.platform_snapshot(), stage.platforms_at_first, "{to}");
        });
    }
}

#[test]
fn mail_that_arrives_while_a_deletion_fails_is_moved_before_it_is_asked_for_again() {
    for cut in [usize::MAX, 1, 3, 6] {
        paused().block_on(async {
            let stage = PairStage::new((Platform::MxPlanLegacy, Platform::Zimbra), Strategy::Replace, 1).await;
            let address = stage.cast.accounts[0].0.clone();
            stage.world.ask_for(ApiFault::once("DELETE", "/email/domain/*", ApiFaultKind::OperationFails));
            let has_arrived = std::cell::Cell::new(false);
            let wish = |session: &Session| {
                let is_intended = session.migrations.iter().any(|m| m.removal == RemovalState::Intended);
                if is_intended && !has_arrived.replace(true) {
                    stage.deliver_to(&address);
                }
                Wish::GoOn
            };
            let to_the_intent = forward();
            let until_intended = |session: &Session| {
                let is_intended = session.migrations.iter().any(|m| m.removal == RemovalState::Intended);
                if is_intended && cut != usize::MAX { Wish::Over } else { wish(session) }
            };
            assert!(stage.run(&to_the_intent, until_intended).await);
            if !stage.run(&Knife::at(cut), wish).await {
                assert!(stage.run(&forward(), wish).await);
            }
            assert!(has_arrived.get());
            assert_eq!(stage.happened(|e| matches!(e, Event::RemovalIntended { .. })), 2, "cut at {cut}");
            stage.check().await.unwrap_or_else(|what| panic!("cut at {cut}: {what}"));
        });
    }
}

#[test]
fn a_seat_that_somebody_else_takes_is_told_or_replaced() {
    paused().block_on(async {
        let stage = PairStage::new((Platform::Exchange, Platform::EmailPro), Strategy::RenameFirst, 1).await;
        stage.world.ask_for(ApiFault::once("PUT", "/email/pro/*/account/*", ApiFaultKind::SeatVanishes));
        let codes = stops_and_goes_on(&stage, |_| {}).await;
        assert!(codes.iter().all(|code| matches!(code, ProblemCode::AccountMissing | ProblemCode::NoFreeSeat)), "{codes:?}");
        stage.check().await.expect("moved into another seat");
    });
}

/// What prevents the start, found before anything changed.
async fn found(pair: (Platform, Platform), order: Strategy, breaks: impl Fn(&PairStage)) -> Vec<(FindingCode, Weight)> {
    let stage = PairStage::new(pair, order, 2).await;
    breaks(&stage);
    let is_seen = |session: &Session| !session.migrations.is_empty() && session.migrations.iter().all(|m| m.inventory.is_some());
    let wish = |session: &Session| if is_seen(session) && session.order() == order { Wish::Over } else { Wish::GoOn };
    assert!(stage.run(&forward(), wish).await);
    let session = stage.session();
    let findings = session.migrations.iter().filter_map(|m| m.inventory.as_ref()).flat_map(|i| i.findings.clone());
    let found: Vec<_> = findings.map(|f| (f.code, f.weight)).collect();
    if found.iter().any(|(_, weight)| *weight == Weight::Blocker) && stage.happened(|e| matches!(e, Event::SharedFeaturesSeen { .. })) > 0 {
        let nothing = Command::AcceptPlan { migrations: Vec::new(), create_at_once: true };
        assert!(matches!(decide(&session, &nothing), Err(Refusal::PlanMismatch | Refusal::Blocked | Refusal::NotNow)));
    }
    stage.world.wait_idle().await;
    let now = stage.world.platform_snapshot();
    assert_eq!(now.services[&stage.cast.from.name], stage.platforms_at_first.services[&stage.cast.from.name], "nothing changed");
    found
}

#[test]
fn what_will_not_work_is_found_before_the_start() {
    let pair = (Platform::Exchange, Platform::EmailPro);
    let blocked = |code| (code, Weight::Blocker);
    let check = |breaks: &dyn Fn(&PairStage), expected: (FindingCode, Weight)| {
        let found = paused().block_on(found(pair, Strategy::RenameFirst, breaks));
        assert!(found.contains(&expected), "{expected:?}: {found:?}");
    };
    check(&|s| s.world.take_free_seats(&s.cast.to).expect("there"), blocked(FindingCode::TooFewSeats));
}

#[test]
fn the_platforms_own_check_is_asked_before_the_start_and_prevents_it() {
    let found = paused().block_on(found((Platform::MxPlanLegacy, Platform::Exchange), Strategy::ServerSide, |_| {}));
    assert!(found.contains(&(FindingCode::MigrationBlocked, Weight::Blocker)), "a redirection prevents it: {found:?}");
}
