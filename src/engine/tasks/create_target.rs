//! Creates the target account, under the real address or a temporary one: from a placeholder, or out of nothing where there are none.
//!
//! The password is kept before the platform hears it. A login proves the end of it.

use crate::domain::{Account, ByteSize, EmailAddress, MigrationId, ObjectState, Platform, SeatModel, ServiceId};
use crate::plan::TargetAccount;
use crate::ports::{ApiError, NewAccount, PlatformApi, SeatRequest};
use crate::problem::{Disposition, Problem, ProblemCode};
use crate::session::{Activity, CreateState, Event, Migration, Strategy, Witness};

use super::super::context::{Failure, TaskContext};
use super::preflight::as_planned;
use super::releasing::{given_up_at, patient, released, told_with_the_gap};
use super::target_password::{is_busy, set_password};

/// Milliseconds until another slot is asked for.
const ANOTHER_SLOT_MILLIS: u64 = 1_000;

/// Looks that find neither the seat of the intent nor the account before another seat is taken: between two names a platform may show
/// none, and a second seat would be one too many.
pub(super) const MOST_BLIND_POLLS: u32 = 20;

pub(super) async fn run(context: &TaskContext, id: MigrationId) -> Result<(), Failure> {
    let migration = context.migration(id)?;
    create(context, &migration).await.map_err(|failure| told_with_the_gap(failure, &migration))
}

async fn create(context: &TaskContext, migration: &Migration) -> Result<(), Failure> {
    let target = migration.target.clone().ok_or(Failure::Closing)?;
    let Some(service) = target.service.clone() else {
        context.doing(Activity::ProvingLogin);
        context.give_back(context.connect_target(&target).await?);
        return created(context, migration, None, Witness::Login).await;
    };
    context.doing(Activity::Connecting);
    if migration.create == CreateState::Pending && context.session.borrow().order() != Strategy::RenameFirst {
        as_planned(context, migration).await?;
    }
    let api = context.api().await?;
    let creation = Creation { context, api: api.as_ref(), service: &service, migration, target: &target };
    let Some(seat) = creation.account_made().await? else { return Ok(()) };
    context.names_turned_over(migration).await;
    if !creation.password_set().await? {
        return Ok(());
    }
    context.doing(Activity::ProvingLogin);
    context.give_back(context.connect_target(&target).await?);
    created(context, migration, seat, Witness::Platform).await
}

/// The time during which the address had no mailbox ends here, when the program saw its beginning.
async fn created(context: &TaskContext, migration: &Migration, seat: Option<EmailAddress>, witness: Witness) -> Result<(), Failure> {
    let now = context.ports.clock.now();
    let gap_millis = given_up_at(migration).filter(|_| witness == Witness::Platform).map(|at| now.millis_since(at));
    context.record(Event::TargetCreated { migration: migration.id, seat, witness, gap_millis }).await
}

struct Creation<'a> {
    context: &'a TaskContext,
    api: &'a dyn PlatformApi,
    service: &'a ServiceId,
    migration: &'a Migration,
    target: &'a TargetAccount,
}

impl Creation<'_> {
    fn address(&self) -> &EmailAddress {
        self.migration.target_address()
    }

    /// Brings the account into being; answers the seat that it was. `None` when stopped before the end.
    async fn account_made(&self) -> Result<Option<Option<EmailAddress>>, Failure> {
        if self.has_placeholders().await? { self.seat_configured().await } else { Ok(self.made_on_demand().await?.then_some(None)) }
    }

    /// Whether accounts of the service are placeholders first. What was begun tells; of an Exchange only the service can say it.
    async fn has_placeholders(&self) -> Result<bool, Failure> {
        if let CreateState::Intended { seat } = &self.migration.create {
            return Ok(seat.is_some());
        }
        match self.service.platform {
            Platform::Zimbra | Platform::MxPlanLegacy => Ok(false),
            Platform::Exchange => {
                let services = self.api.services().await?;
                let known = services.iter().find(|known| known.id.name == self.service.name);
                Ok(known.is_none_or(|known| known.seats == SeatModel::Placeholders))
            }
            _ => Ok(true),
        }
    }

    /// Asks for the account once, and waits until it is there; `false` when stopped before the end.
    async fn made_on_demand(&self) -> Result<bool, Failure> {
        let mut is_intended = matches!(self.migration.create, CreateState::Intended { .. });
        // What was asked for in an earlier run may still be on its way: it is looked for first.
        let mut patience = if is_intended { MOST_BLIND_POLLS } else { 0 };
        loop {
            match self.api.account(self.service, self.address()).await? {
                Some(_) if !is_intended => return Err(self.taken()),
                Some(account) if !is_busy(&account) => return Ok(true),
                Some(_) => self.context.doing(Activity::WaitingForPlatform),
                None if patience > 0 => patience -= 1,
                None => {
                    if !released(self.context, self.migration).await? {
                        return Ok(false);
                    }
                    if !is_intended {
                        self.intend(None).await?;
                        is_intended = true;
                    }
                    self.ask_for_account().await?;
                    patience = MOST_BLIND_POLLS;
                }
            }
            if !self.context.pause(self.context.limits.operation_poll_millis).await {
                return Ok(false);
            }
        }
    }

    async fn ask_for_account(&self) -> Result<(), Failure> {
        self.context.doing(Activity::Asking);
        let source = &self.migration.source;
        let request = NewAccount {
            address: self.address().clone(),
            password: self.context.secret(&self.target.secret).await?,
            display_name: source.display_name.clone(),
            first_name: source.first_name.clone(),
            last_name: source.last_name.clone(),
            holds: self.migration.inventory.as_ref().map_or(ByteSize(0), |inventory| inventory.bytes),
        };
        match self.api.create_account(self.service, &request).await {
            Err(error @ ApiError::Refused { .. }) => Err(self.why_refused(error).await),
            Err(error @ ApiError::NoSeat { .. }) => Err(self.why_no_seat(&error).await?.into()),
            Err(error) => Err(patient(error, self.migration)),
            Ok(_) => Ok(()),
        }
    }

    /// Accounts that are made side by side may want the same slot: where another one is free it is asked for a moment later.
    async fn why_no_seat(&self, error: &ApiError) -> Result<Problem, Failure> {
        let services = self.api.services().await?;
        let is_another_free = services.iter().any(|known| known.id == *self.service && known.free_seats > 0);
        let problem = Problem::new(ProblemCode::NoFreeSeat).with("service", self.service).because(error);
        Ok(if is_another_free { problem.disposed(Disposition::RetryAfter(ANOTHER_SLOT_MILLIS)) } else { problem })
    }

    fn taken(&self) -> Failure {
        Problem::new(ProblemCode::AddressTaken).with("address", self.address()).with("service", self.service).into()
    }

    /// Turns a free seat into the account; answers the seat. `None` when stopped before the end.
    async fn seat_configured(&self) -> Result<Option<Option<EmailAddress>>, Failure> {
        let mut seat = match &self.migration.create {
            CreateState::Intended { seat } => seat.clone(),
            _ => None,
        };
        let mut is_intended = matches!(self.migration.create, CreateState::Intended { .. });
        let mut blind = 0;
        loop {
            match self.api.account(self.service, self.address()).await? {
                Some(_) if !is_intended => return Err(self.taken()),
                Some(account) if !is_busy(&account) => return Ok(Some(seat)),
                Some(_) => self.context.doing(Activity::WaitingForPlatform),
                None => {
                    if !released(self.context, self.migration).await? {
                        return Ok(None);
                    }
                    let chosen = self.choose_seat(seat.as_ref(), &mut blind).await?;
                    if let Some(chosen) = chosen {
                        if !is_intended || seat.as_ref() != Some(&chosen) {
                            self.intend(Some(&chosen)).await?;
                        }
                        seat = Some(chosen.clone());
                        is_intended = true;
                        self.configure(&chosen).await?;
                    }
                }
            }
            if !self.context.pause(self.context.limits.operation_poll_millis).await {
                return Ok(None);
            }
        }
    }

    /// The seat of the intent while it still is one, else a free one; `None` while the platform is at work on the seat of the intent,
    /// or may be.
    async fn choose_seat(&self, intended: Option<&EmailAddress>, blind: &mut u32) -> Result<Option<EmailAddress>, Failure> {
        let accounts = self.api.accounts(self.service).await?;
        if let Some(seat) = intended {
            match accounts.iter().find(|a| a.address == *seat) {
                Some(seat) if !seat.is_configured => return Ok((!is_busy(seat)).then(|| seat.address.clone())),
                None if *blind < MOST_BLIND_POLLS => {
                    *blind += 1;
                    return Ok(None);
                }
                _ => {}
            }
        }
        // Accounts created side by side must not take the same seat.
        let taken: Vec<EmailAddress> = {
            let session = self.context.session.borrow();
            let others = session.migrations.iter().filter(|m| m.id != self.migration.id);
            others
                .filter_map(|m| match &m.create {
                    CreateState::Intended { seat } => seat.clone(),
                    _ => None,
                })
                .collect()
        };
        let free: Vec<&Account> = accounts
            .iter()
            .filter(|a| !a.is_configured && !is_busy(a) && a.state == ObjectState::Ok && !taken.contains(&a.address))
            .collect();
        // Spread by number, so that two accounts that look at the same moment look at different seats.
        let index = usize::try_from(self.migration.id.0).unwrap_or(0).saturating_sub(1);
        let chosen =
            free.get(index % free.len().max(1)).ok_or_else(|| Problem::new(ProblemCode::NoFreeSeat).with("service", self.service))?;
        Ok(Some(chosen.address.clone()))
    }

    /// Secret first, then the intent.
    async fn intend(&self, seat: Option<&EmailAddress>) -> Result<(), Failure> {
        if self.context.ports.secrets.get(&self.target.secret).await?.is_none() {
            let password = self.context.make_password(self.api, (self.service, &self.migration.source.address)).await?;
            self.context.ports.secrets.set(&self.target.secret, &password).await?;
        }
        let (migration, address) = (self.migration.id, self.address().clone());
        self.context.record(Event::CreateIntended { migration, address, seat: seat.cloned() }).await
    }

    async fn configure(&self, seat: &EmailAddress) -> Result<(), Failure> {
        self.context.doing(Activity::Asking);
        let source = &self.migration.source;
        let request = SeatRequest {
            seat: seat.clone(),
            address: self.address().clone(),
            display_name: source.display_name.clone(),
            first_name: source.first_name.clone(),
            last_name: source.last_name.clone(),
        };
        match self.api.configure_seat(self.service, &request).await {
            Err(error @ ApiError::Refused { .. }) => Err(self.why_refused(error).await),
            // The name was given up moments ago: platforms release it late.
            Err(error) => Err(patient(error, self.migration)),
            Ok(()) => Ok(()),
        }
    }

    /// The platform refuses in words of its own; the usual reason can be looked up: the domain is not attached, or not ready.
    async fn why_refused(&self, error: ApiError) -> Failure {
        let domain = self.address().domain();
        match self.api.domain(self.service, domain).await {
            Ok(Some(attached)) if attached.state == ObjectState::Ok => error.into(),
            Ok(_) => {
                let problem = Problem::new(ProblemCode::DomainNotReady).with("domain", domain).with("service", self.service);
                problem.because(&error).into()
            }
            Err(_) => error.into(),
        }
    }

    /// Sets the kept password; a new one when it is not known any more. An account that was made with its password keeps it: some
    /// platforms refuse a second one on the same day. `false` when stopped before the end.
    async fn password_set(&self) -> Result<bool, Failure> {
        let has_it = !self.has_placeholders().await? && self.context.ports.secrets.get(&self.target.secret).await?.is_some();
        if has_it {
            return Ok(true);
        }
        set_password(self.context, self.api, (self.service, self.address()), &self.target.secret).await
    }
}
