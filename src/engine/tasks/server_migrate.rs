//! Lets the platform itself migrate an account of a legacy MX Plan, and follows it to its end.
//!
//! It cannot be cancelled, and the old mailbox cannot be opened any more from the moment it begins: so its check is asked once more
//! right before, and the intent names the free seat that the account shall become. The end is a login on the new account.

use crate::domain::{EmailAddress, MigrationId, ServiceId};
use crate::plan::TargetAccount;
use crate::ports::{MailError, PlatformApi};
use crate::problem::{Disposition, Problem, ProblemCode, Troubling};
use crate::session::{Activity, Event, MailboxCount, Migration, ServerState};

use super::super::context::{Failure, TaskContext};
use super::preflight::as_planned;
use super::releasing::outdated;
use super::target_password::{is_busy, set_password};

/// Milliseconds until a check is asked again that another operation is in the way of.
const CHECK_AGAIN_MILLIS: u64 = 60_000;

/// Looks that find neither an operation nor its outcome before the platform is asked again, or a person.
const MOST_BLIND_POLLS: u32 = 20;

pub(super) async fn run(context: &TaskContext, id: MigrationId) -> Result<(), Failure> {
    let migration = context.migration(id)?;
    let target = migration.target.clone().ok_or(Failure::Closing)?;
    let (Some(from), Some(to)) = (migration.source.service.clone(), target.service.clone()) else {
        return Err(outdated(&migration, "service"));
    };
    context.doing(Activity::Connecting);
    if migration.server == ServerState::Confirmed {
        as_planned(context, &migration).await?;
    }
    let api = context.api().await?;
    let crossing = Crossing { context, api: api.as_ref(), migration: &migration, from: &from, to: &to };
    let Some(seat) = crossing.migrated().await? else { return Ok(()) };
    context.names_turned_over(&migration).await;
    let Some(found) = crossing.proven(&target).await? else { return Ok(()) };
    context.record(Event::ServerMigrated { migration: id, seat, found }).await
}

struct Crossing<'a> {
    context: &'a TaskContext,
    api: &'a dyn PlatformApi,
    migration: &'a Migration,
    from: &'a ServiceId,
    to: &'a ServiceId,
}

impl Crossing<'_> {
    fn address(&self) -> &EmailAddress {
        &self.migration.source.address
    }

    /// Brings the account over; answers the seat. `None` when stopped before the end.
    async fn migrated(&self) -> Result<Option<Option<EmailAddress>>, Failure> {
        let mut seat = match &self.migration.server {
            ServerState::Intended { seat } => Some(seat.clone()),
            _ => None,
        };
        let mut blind = 0;
        loop {
            let there = self.api.account(self.to, self.address()).await?;
            let here = self.api.account(self.from, self.address()).await?;
            match (there, here) {
                (Some(_), _) if seat.is_none() => {
                    let taken = Problem::new(ProblemCode::AddressTaken).with("address", self.address()).with("service", self.to);
                    return Err(taken.into());
                }
                (Some(account), _) if account.is_configured && !is_busy(&account) => return Ok(Some(seat)),
                (Some(_), _) => self.context.doing(Activity::PlatformMigrates),
                (None, Some(account)) if is_busy(&account) => self.context.doing(Activity::PlatformMigrates),
                (None, here) => match &seat {
                    None if here.is_none() => return Err(outdated(self.migration, "source")),
                    None => seat = Some(self.begun(None).await?),
                    // Between two states a platform may show neither: it is looked at for a while before anything is asked again.
                    Some(_) if blind < MOST_BLIND_POLLS => blind += 1,
                    Some(_) if here.is_none() => {
                        let gone = Problem::new(ProblemCode::OperationFailed).with("address", self.address()).with("service", self.to);
                        return Err(gone.into());
                    }
                    Some(known) => {
                        seat = Some(self.begun(Some(known)).await?);
                        blind = 0;
                    }
                },
            }
            if !self.context.pause(self.context.limits.operation_poll_millis).await {
                return Ok(None);
            }
        }
    }

    /// Checks once more, writes down what is about to happen, and asks for it; answers the seat.
    async fn begun(&self, known: Option<&EmailAddress>) -> Result<EmailAddress, Failure> {
        self.context.doing(Activity::Asking);
        let seats = self.api.migration_seats(self.from, self.address(), self.to).await?;
        let index = usize::try_from(self.migration.id.0).unwrap_or(0).saturating_sub(1) % seats.len().max(1);
        let seat = known.filter(|known| seats.contains(known)).or_else(|| seats.get(index));
        let seat = seat.cloned().ok_or_else(|| Problem::new(ProblemCode::NoFreeSeat).with("service", self.to))?;
        let check = self.api.check_migration(self.from, self.address(), self.to, &seat).await?;
        if !check.is_possible() {
            let codes = check.errors.iter().map(|finding| finding.code.as_str()).collect::<Vec<_>>().join(", ");
            let blocked = Problem::new(ProblemCode::MigrationBlocked).with("address", self.address()).with("codes", codes);
            let is_passing = check.may_pass();
            return Err(if is_passing { blocked.disposed(Disposition::RetryAfter(CHECK_AGAIN_MILLIS)) } else { blocked }.into());
        }
        let password = self.context.secret(&self.migration.source.secret).await?;
        if known != Some(&seat) {
            let (migration, seat) = (self.migration.id, seat.clone());
            self.context.record(Event::ServerMigrationIntended { migration, seat }).await?;
        }
        self.api.migrate_account(self.from, self.address(), self.to, &seat, &password).await?;
        self.context.doing(Activity::PlatformMigrates);
        Ok(seat)
    }

    /// Logs in on the new account, with the old password or a new one where the platform did not keep it; counts what is there.
    async fn proven(&self, target: &TargetAccount) -> Result<Option<Vec<MailboxCount>>, Failure> {
        let secrets = &self.context.ports.secrets;
        if secrets.get(&target.secret).await?.is_none() {
            let password = self.context.secret(&self.migration.source.secret).await?;
            secrets.set(&target.secret, &password).await?;
        }
        self.context.doing(Activity::ProvingLogin);
        let mut connection = match self.context.connect_target(target).await {
            Ok(connection) => connection,
            Err(Failure::Trouble(problem)) if problem.code == ProblemCode::WrongPassword => {
                secrets.delete(&target.secret).await?;
                if !set_password(self.context, self.api, (self.to, self.address()), &target.secret).await? {
                    return Ok(None);
                }
                self.context.connect_target(target).await?
            }
            Err(failure) => return Err(failure),
        };
        self.context.doing(Activity::ReadingFolders);
        let seen = connection.overview().await.map_err(|error: MailError| error.problem())?;
        self.context.give_back(connection);
        let counted = seen.into_iter().filter_map(|(mailbox, state)| Some(MailboxCount { name: mailbox.name, messages: state?.exists }));
        Ok(Some(counted.collect()))
    }
}
