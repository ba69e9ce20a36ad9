//! Asks the platform what it can be asked before anything changes: both services, the account, what stands before its mail, the domain, the
//! key, and the platform's own check where it shall migrate itself. Reads only.

use crate::domain::{EmailAddress, MailAccess, MigrationCheck, ObjectState, SeatModel, ServiceId};
use crate::plan::{Finding, Preflight, SideFacts};
use crate::ports::{ApiError, PlatformApi};
use crate::problem::{Problem, ProblemCode};
use crate::session::{Migration, Strategy};

use super::super::context::{Failure, TaskContext};
use super::releasing::outdated;

/// What the API says of a migration.
pub(super) struct Told {
    pub(super) findings: Vec<Finding>,
    pub(super) source: SideFacts,
    pub(super) target: SideFacts,
}

/// Looks at both sides of a migration.
pub(super) async fn look(context: &TaskContext, migration: &Migration, to: Option<&ServiceId>) -> Result<Told, Failure> {
    let api = context.api().await?;
    let api = api.as_ref();
    let address = &migration.source.address;
    let (order, needed) = {
        let session = context.session.borrow();
        (session.order(), u32::try_from(session.migrations.len()).unwrap_or(u32::MAX))
    };
    let source = match &migration.source.service {
        Some(service) => SideFacts { account: api.account(service, address).await?, ..side(context, api, service, address).await? },
        None => SideFacts::default(),
    };
    let target = match to {
        Some(service) => side(context, api, service, address).await?,
        None => SideFacts::default(),
    };
    let check = match (&migration.source.service, to) {
        (Some(from), Some(to)) if order == Strategy::ServerSide => check(api, from, address, to).await?,
        _ => None,
    };
    let now = context.ports.clock.now();
    let credential = context.shared.lookups.credential(api, now).await?;
    let preflight = Preflight { order, address: address.clone(), source, target, needed, check, credential: Some((credential, now)) };
    let findings = preflight.findings();
    Ok(Told { findings, source: preflight.source, target: preflight.target })
}

async fn side(context: &TaskContext, api: &dyn PlatformApi, service: &ServiceId, address: &EmailAddress) -> Result<SideFacts, Failure> {
    let (lookups, now) = (&context.shared.lookups, context.ports.clock.now());
    let services = lookups.services(api, now).await?;
    let is_server_side = context.session.borrow().order() == Strategy::ServerSide;
    let contacts = if is_server_side { lookups.contacts(api, service, now).await? } else { None };
    Ok(SideFacts {
        service: services.iter().find(|known| known.id == *service).cloned(),
        account: None,
        access: access(api, service, address).await?,
        domain: lookups.domain(api, (service, address.domain()), now).await?,
        contacts,
    })
}

/// At the target there is no account yet: what holds for the whole service is all that can be known.
async fn access(api: &dyn PlatformApi, service: &ServiceId, address: &EmailAddress) -> Result<Option<MailAccess>, Failure> {
    match api.mail_access(service, address).await {
        Ok(access) => Ok(Some(access)),
        Err(ApiError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The platform's own check, with the first free seat.
async fn check(api: &dyn PlatformApi, from: &ServiceId, address: &EmailAddress, to: &ServiceId) -> Result<Option<MigrationCheck>, Failure> {
    let seats = api.migration_seats(from, address, to).await?;
    match seats.first() {
        Some(seat) => Ok(Some(api.check_migration(from, address, to, seat).await?)),
        None => Ok(None),
    }
}

/// Whether the world still is as the plan has it, asked before the first act of an account: nothing is changed while it is not.
pub(super) async fn as_planned(context: &TaskContext, migration: &Migration) -> Result<(), Failure> {
    let target = migration.target.as_ref().and_then(|target| target.service.clone());
    let (Some(from), Some(to)) = (&migration.source.service, target) else { return Ok(()) };
    let api = context.api().await?;
    let services = context.shared.lookups.services(api.as_ref(), context.ports.clock.now()).await?;
    let Some(service) = services.iter().find(|known| known.id == to) else { return Err(outdated(migration, "service")) };
    if service.state == ObjectState::Unusable {
        return Err(Problem::new(ProblemCode::ServiceSuspended).with("service", &to).into());
    }
    if service.seats != SeatModel::OnDemand && service.free_seats == 0 {
        return Err(Problem::new(ProblemCode::NoFreeSeat).with("service", &to).into());
    }
    let Some(account) = api.account(from, &migration.source.address).await? else { return Err(outdated(migration, "account")) };
    if account.is_blocked || account.state == ObjectState::Unusable {
        return Err(outdated(migration, "state"));
    }
    let has_grown = account.used.zip(service.account_quota).is_some_and(|(used, quota)| used > quota);
    if has_grown { Err(outdated(migration, "size")) } else { Ok(()) }
}
