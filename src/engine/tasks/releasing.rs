//! An address that an account gave up is not free at once: platforms release it late, some say how late.

use crate::domain::{Moment, Platform};
use crate::ports::ApiError;
use crate::problem::{Disposition, Meaning, Problem, ProblemCode, Troubling};
use crate::session::{Activity, Migration};
use crate::settings::Platforms;

use super::super::context::{Failure, TaskContext};

/// Milliseconds between two tries while a platform still holds the old name.
const NAME_RELEASE_MILLIS: u64 = 5000;

/// When the source gave its address up, as far as the program saw it.
pub(super) fn given_up_at(migration: &Migration) -> Option<Moment> {
    let was_renamed = migration.temporary.as_ref() != Some(&migration.source.address);
    migration.removed_at.or(migration.renamed_at.filter(|_| was_renamed))
}

/// Waits as long as the source's platform says that nobody else may use the address; `false` when stopped before the end.
pub(super) async fn released(context: &TaskContext, migration: &Migration) -> Result<bool, Failure> {
    let platform = migration.source.service.as_ref().map_or(Platform::Imap, |service| service.platform);
    let seconds = Platforms::built_in().facts(platform).name_release_seconds.unwrap_or(0);
    let Some(since) = given_up_at(migration) else { return Ok(true) };
    let until = since.plus_millis((u64::from(seconds) * 1000).min(context.limits.longest_release_millis));
    while context.ports.clock.now() < until {
        context.doing(Activity::WaitingForName);
        let left = until.millis_since(context.ports.clock.now());
        if !context.pause(left.min(context.limits.operation_poll_millis)).await {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The name was given up moments ago: it is asked for again after a while, other refusals are as they are.
pub(super) fn patient(error: ApiError, migration: &Migration) -> Failure {
    match error {
        ApiError::AddressTaken { .. } if given_up_at(migration).is_some() => {
            later_if_taken(error.problem().with("address", &migration.source.address).into())
        }
        other => Failure::from(other),
    }
}

/// An address that is still taken moments after somebody gave it up is asked for again; other failures are as they are.
pub(super) fn later_if_taken(failure: Failure) -> Failure {
    match failure {
        Failure::Trouble(problem) if problem.code == ProblemCode::AddressTaken => {
            problem.disposed(Disposition::RetryAfter(NAME_RELEASE_MILLIS)).into()
        }
        other => other,
    }
}

/// The source has given its address up, and the target has not got it yet: what arrives now may bounce, and a person must know.
pub(super) fn told_with_the_gap(failure: Failure, migration: &Migration) -> Failure {
    match failure {
        Failure::Trouble(mut problem) if given_up_at(migration).is_some() => {
            problem.meaning = Meaning::MailMayBounce;
            Failure::Trouble(problem)
        }
        other => other,
    }
}

/// What is not as the plan has it.
pub(super) fn outdated(migration: &Migration, what: &str) -> Failure {
    Problem::new(ProblemCode::PlanOutdated).with("address", &migration.source.address).with("what", what).into()
}
