//! When to try again. What kind of failure it is, the adapters say; how long to wait, only this file.

use rand::Rng;

use crate::problem::{Disposition, Problem, ProblemCode};

use super::Limits;

/// What to do about a failed task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Again after this many milliseconds.
    Again(u64),
    /// A person must look.
    Ask,
}

/// Attempts after which a failure that could mend itself is shown to a person all the same. Networks and
/// servers that ask for patience are waited for without end: only the person ends a run.
const MOST_ATTEMPTS: u32 = 8;

/// Attempts with a refused password. A platform needs moments to make a new name or password known everywhere, but
/// repeated refusals lock accounts.
const MOST_PASSWORD_ATTEMPTS: u32 = 3;

/// Decides about a task that failed for the `attempt`-th time in a row (from 1).
pub(super) fn judge(problem: &Problem, attempt: u32, limits: &Limits) -> Verdict {
    let pause = back_off(attempt, limits);
    match problem.disposition {
        Disposition::RetryAfter(at_least) => {
            let waits_for_ever = matches!(
                problem.code,
                ProblemCode::Unreachable
                    | ProblemCode::UnknownHost
                    | ProblemCode::ConnectionLost
                    | ProblemCode::Throttled
                    | ProblemCode::ApiUnreachable
                    | ProblemCode::DnsUnreachable
                    | ProblemCode::OperationInProgress
            );
            if waits_for_ever || attempt < MOST_ATTEMPTS { Verdict::Again(pause.max(at_least)) } else { Verdict::Ask }
        }
        Disposition::AskUser if problem.code == ProblemCode::WrongPassword && attempt < MOST_PASSWORD_ATTEMPTS => {
            Verdict::Again(pause.max(limits.operation_poll_millis))
        }
        Disposition::AskUser | Disposition::SkipItem | Disposition::StopMigration | Disposition::StopSession => Verdict::Ask,
    }
}

/// The same pause, spread by up to a quarter so that many lanes do not come back at the same moment. What a server asked for is kept to
/// the millisecond.
pub(super) fn spread(problem: &Problem, millis: u64, random: &mut impl Rng) -> u64 {
    let is_asked_for = matches!(problem.disposition, Disposition::RetryAfter(at_least) if at_least >= millis && at_least > 0);
    if is_asked_for { millis } else { millis + random.random_range(0..=millis / 4) }
}

fn back_off(attempt: u32, limits: &Limits) -> u64 {
    let doublings = attempt.saturating_sub(1).min(16);
    limits.first_pause_millis.saturating_mul(1 << doublings).min(limits.longest_pause_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_obeyed_to_the_millisecond() {
        let throttled = Problem::new(ProblemCode::Throttled).disposed(Disposition::RetryAfter(299_961));
        assert_eq!(judge(&throttled, 1, &Limits::default()), Verdict::Again(299_961));
    }

    #[test]
    fn pauses_are_spread_but_a_hint_is_not() {
        let mut random = rand::rng();
        let throttled = Problem::new(ProblemCode::Throttled).disposed(Disposition::RetryAfter(299_961));
        assert_eq!(spread(&throttled, 299_961, &mut random), 299_961);
        let lost = Problem::new(ProblemCode::ConnectionLost);
        let pauses: std::collections::BTreeSet<u64> = (0..50).map(|_| spread(&lost, 4_000, &mut random)).collect();
        assert!(pauses.len() > 1 && pauses.iter().all(|pause| (4_000..=5_000).contains(pause)), "{pauses:?}");
    }

    #[test]
    fn a_lost_network_is_waited_for_without_end() {
        let lost = Problem::new(ProblemCode::ConnectionLost);
        assert_eq!(judge(&lost, 1, &Limits::default()), Verdict::Again(1000));
        assert_eq!(judge(&lost, 3, &Limits::default()), Verdict::Again(4000));
        assert_eq!(judge(&lost, 5000, &Limits::default()), Verdict::Again(60_000));
    }

    #[test]
    fn a_refused_password_is_not_repeated_until_the_account_is_locked() {
        let wrong = Problem::new(ProblemCode::WrongPassword);
        assert!(matches!(judge(&wrong, 1, &Limits::default()), Verdict::Again(_)));
        assert_eq!(judge(&wrong, 3, &Limits::default()), Verdict::Ask);
    }

    #[test]
    fn a_server_that_misbehaves_again_and_again_is_shown_to_a_person() {
        let odd = Problem::new(ProblemCode::ServerMisbehaves);
        assert!(matches!(judge(&odd, 7, &Limits::default()), Verdict::Again(_)));
        assert_eq!(judge(&odd, 8, &Limits::default()), Verdict::Ask);
    }
}
