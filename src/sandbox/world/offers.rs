//! One service of every platform as customers have them: limits, password rules, seats (ovh-api.md §2, §5.2).

use super::handle::World;
use super::seed::{attached, empty_service};
use super::state::{AccountState, Offer, OrganizationState, ServiceState, Slot, State};
use crate::domain::{DomainName, Moment, Platform, SeatModel, ServiceId};

/// How a service is begun.
#[derive(Debug, Clone)]
pub(crate) struct Plan<'a> {
    pub(crate) id: ServiceId,
    pub(crate) hostname: &'a str,
    /// Domains that are attached from the beginning.
    pub(crate) domains: Vec<DomainName>,
    /// Seats that nobody uses.
    pub(crate) free: u32,
}

/// The API's name of a service of a platform: legacy MX Plans are called by their domain, Zimbra platforms by a UUID.
pub(crate) fn service_id(platform: Platform, number: u32, domain: &DomainName) -> ServiceId {
    let named = |prefix: &str| format!("{prefix}-zz111111-{number}");
    let name = match platform {
        Platform::Exchange => named("hosted"),
        Platform::EmailPro => named("emailpro"),
        Platform::MxPlan | Platform::MxPlanZimbra => named("mxplan"),
        Platform::Zimbra => format!("c2a5b0f3-7e0b-4b57-9f0a-1f6f6a1f9d{number:02x}"),
        Platform::MxPlanLegacy | Platform::Imap => domain.to_string(),
    };
    ServiceId { platform, organization: (platform == Platform::Exchange).then(|| name.clone()), name }
}

impl State {
    /// A service with its free seats, nobody on it.
    pub(crate) fn service_of(&mut self, plan: Plan<'_>, now: Moment) -> ServiceState {
        let platform = plan.id.platform;
        let mut service = empty_service(plan.id, plan.hostname, &format!("https://{}/owa/", plan.hostname), now);
        limits(&mut service);
        if platform == Platform::Zimbra {
            self.slots_of(&mut service, plan.free, now);
        } else if service.seats == SeatModel::Placeholders {
            service.accounts.extend((0..plan.free).map(|_| self.free_seat(now)));
        }
        service.most_accounts = (platform == Platform::MxPlanLegacy).then_some(plan.free);
        let organization = service.organizations.first().map(|organization| organization.id);
        for domain in plan.domains {
            let (id, known) = (self.number(), attached(domain.as_str(), &service.id, now));
            service.domains.push(super::DomainState { organization, id, ..known });
        }
        service
    }

    fn slots_of(&mut self, service: &mut ServiceState, free: u32, now: Moment) {
        let organization = OrganizationState {
            id: self.number(),
            name: "Example".to_owned(),
            label: "EX".to_owned(),
            description: None,
            created: service.created,
        };
        service.organizations.push(organization);
        for index in 0..free {
            let offer = if index + 1 == free && free > 1 { Offer::Pro } else { Offer::Starter };
            service.slots.push(Slot { id: self.number(), offer, account: None, created: now });
        }
    }

    /// Puts an account in use on a service: in a slot of its own where there are slots.
    pub(crate) fn settle_in(&mut self, service: &mut ServiceState, address: &str, names: (&str, &str), now: Moment) {
        let hostname = service.hostname.clone();
        let mut account: AccountState = self.configured(&hostname, address, names, now);
        if service.seats == SeatModel::Slots {
            let offer = Offer::Starter;
            service.slots.push(Slot { id: self.number(), offer, account: Some(account.id), created: now });
            account.offer = Some(offer);
        }
        service.most_accounts = service.most_accounts.map(|most| most + 1);
        service.accounts.push(account);
    }
}

fn limits(service: &mut ServiceState) {
    let (quota_gb, shortest, longest) = match service.id.platform {
        Platform::Exchange => (50, 8, None),
        Platform::EmailPro => (10, 9, Some(30)),
        Platform::Zimbra => (15, 10, Some(64)),
        _ => (5, 9, Some(30)),
    };
    (service.quota_gb, service.shortest_password, service.rules.longest) = (quota_gb, shortest, longest);
    service.rules.is_complex = !matches!(service.id.platform, Platform::MxPlanLegacy | Platform::Zimbra);
    service.rules.needs_special = service.id.platform == Platform::Zimbra;
    service.seats = match service.id.platform {
        Platform::Zimbra => SeatModel::Slots,
        Platform::MxPlanLegacy => SeatModel::OnDemand,
        _ => SeatModel::Placeholders,
    };
}

impl World {
    /// Makes a service a private Exchange, whose accounts are made and billed when they are asked for.
    ///
    /// # Errors
    /// [`super::Refusal`] when there is no such service.
    pub fn make_private(&self, service: &ServiceId) -> Result<(), super::Refusal> {
        self.change(|state, _| {
            let found = state.service_mut(service)?;
            found.accounts.retain(|account| account.is_configured);
            found.seats = SeatModel::OnDemand;
            Ok(())
        })
    }
}
