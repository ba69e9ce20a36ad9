//! The calls of the in-process door: the platform port on the world's state. Paths are those of the real API, so that faults and access
//! rules strike the same calls through both doors; where our client makes several calls, the one that matters stands for all.

use async_trait::async_trait;

use super::accounts::{AccountChange, AccountRequest, Wish};
use super::domains::DomainRequest;
use super::door::Door;
use super::keys::Caller;
use super::seen::{account_seen, domain_seen, mail_records, service_seen};
use super::state::{Names, Obstacle, ServiceState, Zone};
use super::time::rfc3339;
use super::{Offer, PLACEHOLDER_DOMAIN, Refusal};
use crate::domain::{
    AccessRule, Account, AttachedDomain, ByteSize, Credential, CredentialStatus, DomainName, DomainType, EmailAddress, Feature,
    FeatureOwner, MailAccess, MigrationCheck, ObjectState, OperationId, Platform, SeatModel, Secret, Service, ServiceContacts, ServiceId,
    ZoneRecord,
};
use crate::ports::{ApiError, NewAccount, PlatformApi, SeatRequest};

fn wish(name: Option<&String>) -> Wish {
    name.map_or(Wish::Stay, |name| Wish::Become(Some(name.clone())))
}

/// A service account has the rights of its policy: here all.
fn bearer_credential() -> Credential {
    let rules = ["GET", "POST", "PUT", "DELETE"].map(|method| AccessRule { method: method.to_owned(), path: "/*".to_owned() });
    Credential { status: CredentialStatus::Validated, rules: rules.to_vec(), expiration: None }
}

/// The route of a service, without the version where it is the first.
pub(super) fn route(service: &ServiceId) -> String {
    let name = &service.name;
    match service.platform {
        Platform::Exchange => format!("/email/exchange/{}/service/{name}", service.organization.as_deref().unwrap_or(name)),
        Platform::EmailPro => format!("/email/pro/{name}"),
        Platform::MxPlan | Platform::MxPlanZimbra => format!("/email/mxplan/{name}"),
        Platform::MxPlanLegacy => format!("/email/domain/{name}"),
        Platform::Zimbra | Platform::Imap => format!("/v2/zimbra/platform/{name}"),
    }
}

/// The route of an account: a legacy MX Plan knows it by what stands before the `@`.
fn account_route(service: &ServiceId, address: &EmailAddress) -> String {
    match service.platform {
        Platform::MxPlanLegacy => format!("{}/account/{}", route(service), address.local()),
        _ => format!("{}/account/{address}", route(service)),
    }
}

fn feature_route(service: &ServiceId, owner: &FeatureOwner) -> String {
    match owner {
        FeatureOwner::Account(address) => format!("{}/feature", account_route(service, address)),
        FeatureOwner::Domain(domain) => format!("{}/domain/{domain}/feature", route(service)),
    }
}

/// What is not there is no failure.
fn absent<T>(found: Result<T, Refusal>) -> Result<Option<T>, Refusal> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Refusal::NotFound(_)) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

/// Services in the order of platforms, as our client lists them.
fn in_order(state: &super::State) -> Vec<Service> {
    let mut all: Vec<Service> = state.services.iter().map(service_seen).collect();
    all.sort_by_key(|service| Platform::ALL.iter().position(|platform| *platform == service.id.platform));
    all
}

/// Version 2 answers the object, no operation: 0 is none.
fn followed(service: &ServiceId, id: OperationId) -> OperationId {
    if service.platform == Platform::Zimbra { OperationId(0) } else { id }
}

impl ServiceState {
    /// The smallest offer with a free slot that holds so much; none where there are no slots.
    fn offer_for(&self, holds: ByteSize) -> Result<Option<Offer>, Refusal> {
        if self.seats != SeatModel::Slots {
            return Ok(None);
        }
        let fits = |offer: &Offer| offer.quota() >= holds && self.free_slots(*offer) > 0;
        Offer::ALL.into_iter().find(fits).map(Some).ok_or_else(|| Refusal::NoSeat("No slot available".to_owned()))
    }
}

#[async_trait]
impl PlatformApi for Door {
    async fn credential(&self) -> Result<Credential, ApiError> {
        let Caller::Key(key) = &self.caller else {
            return self.call("GET", "/auth/details", |_| Ok(bearer_credential())).await;
        };
        self.call("GET", "/auth/currentCredential", |world| {
            world.look(|state, turn| {
                let key = state.consumer_key(key).ok_or_else(|| Refusal::NotFound("credential".to_owned()))?;
                Ok(Credential { status: key.status(turn), rules: key.rules.clone(), expiration: key.expires.map(rfc3339) })
            })
        })
        .await
    }

    async fn services(&self) -> Result<Vec<Service>, ApiError> {
        for root in ["/email/pro", "/email/mxplan", "/email/domain", "/v2/zimbra/platform"] {
            self.call("GET", root, |_| Ok(())).await?;
        }
        self.call("GET", "/email/exchange", |world| Ok(world.look(|state, _| in_order(state)))).await
    }

    async fn accounts(&self, service: &ServiceId) -> Result<Vec<Account>, ApiError> {
        self.call("GET", &format!("{}/account", route(service)), |world| {
            world.look(|state, _| {
                let found = state.service(service)?;
                Ok(found.listed().map(|account| account_seen(world, found, account)).collect())
            })
        })
        .await
    }

    async fn account(&self, service: &ServiceId, address: &EmailAddress) -> Result<Option<Account>, ApiError> {
        self.call("GET", &account_route(service, address), |world| {
            world.look(|state, _| {
                let found = state.service(service)?;
                absent(found.account(address).map(|account| account_seen(world, found, account)))
            })
        })
        .await
    }

    async fn rename_account(&self, service: &ServiceId, from: &EmailAddress, to: &EmailAddress) -> Result<(), ApiError> {
        let change = AccountChange::to_address(to);
        self.call("PUT", &account_route(service, from), |world| world.change(|state, turn| state.put_account(service, from, change, turn)))
            .await
    }

    async fn configure_seat(&self, service: &ServiceId, request: &SeatRequest) -> Result<(), ApiError> {
        let change = AccountChange {
            display: wish(request.display_name.as_ref()),
            first: wish(request.first_name.as_ref()),
            last: wish(request.last_name.as_ref()),
            ..AccountChange::to_address(&request.address)
        };
        let seat = &request.seat;
        self.call("PUT", &account_route(service, seat), |world| {
            if seat.domain().as_str() != PLACEHOLDER_DOMAIN {
                return Err(Refusal::Invalid(format!("{seat} is not a free seat")));
            }
            world.change(|state, turn| state.put_account(service, seat, change, turn))
        })
        .await
    }

    async fn change_password(&self, service: &ServiceId, address: &EmailAddress, password: &Secret) -> Result<OperationId, ApiError> {
        self.call("POST", &format!("{}/changePassword", account_route(service, address)), |world| {
            world.change(|state, turn| state.change_password(service, address, password.expose(), turn).map(|id| followed(service, id)))
        })
        .await
    }

    async fn reset_account(&self, service: &ServiceId, address: &EmailAddress) -> Result<OperationId, ApiError> {
        self.call("DELETE", &account_route(service, address), |world| {
            world.change(|state, turn| state.reset_account(service, address, turn).map(|id| followed(service, id)))
        })
        .await
    }

    async fn operation(&self, service: &ServiceId, id: OperationId) -> Result<Option<ObjectState>, ApiError> {
        self.call("GET", &format!("{}/task/{id}", route(service)), |world| {
            world.look(|state, turn| {
                absent(
                    state
                        .service(service)?
                        .operation(id)
                        .map(|operation| if operation.is_over(turn.now) { ObjectState::Unusable } else { ObjectState::Busy }),
                )
            })
        })
        .await
    }

    async fn domain(&self, service: &ServiceId, name: &DomainName) -> Result<Option<AttachedDomain>, ApiError> {
        self.call("GET", &format!("{}/domain/{name}", route(service)), |world| {
            world.look(|state, _| {
                let found = state.service(service)?;
                absent(found.domain(name).map(|domain| domain_seen(state, found, domain)))
            })
        })
        .await
    }

    async fn attach_domain(&self, service: &ServiceId, name: &DomainName, domain_type: DomainType) -> Result<(), ApiError> {
        let request = DomainRequest { name: name.clone(), domain_type, relay: None, organization: None };
        self.call("POST", &format!("{}/domain", route(service)), |world| {
            world.change(|state, turn| state.attach_domain(service, request, turn).map(drop))
        })
        .await
    }

    async fn detach_domain(&self, service: &ServiceId, name: &DomainName) -> Result<(), ApiError> {
        self.call("DELETE", &format!("{}/domain/{name}", route(service)), |world| {
            absent(world.change(|state, turn| state.detach_domain(service, name, turn))).map(drop)
        })
        .await
    }

    async fn create_account(&self, service: &ServiceId, request: &NewAccount) -> Result<OperationId, ApiError> {
        let names = Names {
            display: request.display_name.clone(),
            first: request.first_name.clone(),
            last: request.last_name.clone(),
            ..Names::default()
        };
        let (address, password) = (request.address.clone(), request.password.expose().to_owned());
        self.call("POST", &format!("{}/account", route(service)), |world| {
            world.change(|state, turn| {
                let offer = state.service(service)?.offer_for(request.holds)?;
                let request = AccountRequest { address, password, names, offer, slot: None };
                state.create_account(service, request, turn).map(|id| followed(service, id))
            })
        })
        .await
    }

    async fn mail_access(&self, service: &ServiceId, address: &EmailAddress) -> Result<MailAccess, ApiError> {
        // Only Exchange has switches.
        if service.platform != Platform::Exchange {
            return Ok(MailAccess::default());
        }
        self.call("GET", &format!("{}/protocol", account_route(service, address)), |world| {
            world.look(|state, _| {
                let found = state.service(service)?;
                let obstacle = found.account(address)?.obstacle;
                Ok(MailAccess {
                    is_off_for_service: !found.is_imap_enabled,
                    is_off_for_account: obstacle == Some(Obstacle::ImapOff),
                    is_legacy_auth_blocked: obstacle == Some(Obstacle::PolicyBlocksImap),
                    allowed_networks: found.networks.clone(),
                })
            })
        })
        .await
    }

    async fn contacts(&self, service: &ServiceId) -> Result<Option<ServiceContacts>, ApiError> {
        self.call("GET", &format!("{}/serviceInfos", route(service)), |world| {
            world.look(|state, _| {
                let found = state.service(service)?;
                let says = matches!(service.platform, Platform::Exchange | Platform::EmailPro | Platform::MxPlanLegacy);
                Ok(says.then(|| found.contacts.clone()))
            })
        })
        .await
    }

    async fn set_domain_type(&self, service: &ServiceId, name: &DomainName, domain_type: DomainType) -> Result<(), ApiError> {
        if matches!(service.platform, Platform::Zimbra | Platform::MxPlanLegacy) {
            return Ok(());
        }
        let request = DomainRequest { name: name.clone(), domain_type, relay: None, organization: None };
        self.call("PUT", &format!("{}/domain/{name}", route(service)), |world| {
            world.change(|state, turn| state.put_domain(service, request, turn))
        })
        .await
    }

    async fn features(&self, service: &ServiceId, owner: &FeatureOwner) -> Result<Vec<Feature>, ApiError> {
        self.call("GET", &feature_route(service, owner), |world| world.look(|state, _| state.features(service, owner))).await
    }

    async fn add_feature(&self, service: &ServiceId, owner: &FeatureOwner, feature: &Feature) -> Result<(), ApiError> {
        self.call("POST", &feature_route(service, owner), |world| {
            world.change(|state, turn| state.add_feature(service, owner, feature.clone(), turn).map(drop))
        })
        .await
    }

    async fn remove_feature(&self, service: &ServiceId, owner: &FeatureOwner, feature: &Feature) -> Result<(), ApiError> {
        self.call("DELETE", &feature_route(service, owner), |world| {
            absent(world.change(|state, turn| state.remove_feature(service, owner, feature, turn))).map(drop)
        })
        .await
    }

    async fn migration_seats(&self, from: &ServiceId, address: &EmailAddress, to: &ServiceId) -> Result<Vec<EmailAddress>, ApiError> {
        let path = format!("{}/migrate/{}/destinationEmailAddress", account_route(from, address), to.name);
        self.call("GET", &path, |world| world.look(|state, _| state.migration_seats(from, address, to))).await
    }

    async fn check_migration(
        &self,
        from: &ServiceId,
        address: &EmailAddress,
        to: &ServiceId,
        seat: &EmailAddress,
    ) -> Result<MigrationCheck, ApiError> {
        let path = format!("{}/migrate/{}/destinationEmailAddress/{seat}/checkMigrate", account_route(from, address), to.name);
        self.call("GET", &path, |world| world.look(|state, _| state.check_migration((from, address), (to, seat)))).await
    }

    async fn migrate_account(
        &self,
        from: &ServiceId,
        address: &EmailAddress,
        to: &ServiceId,
        seat: &EmailAddress,
        password: &Secret,
    ) -> Result<OperationId, ApiError> {
        let path = format!("{}/migrate/{}/destinationEmailAddress/{seat}/migrate", account_route(from, address), to.name);
        self.call("POST", &path, |world| {
            world.change(|state, turn| state.migrate_account((from, address), (to, seat), password.expose(), turn))
        })
        .await
    }

    async fn zone_records(&self, zone: &DomainName) -> Result<Option<Vec<ZoneRecord>>, ApiError> {
        self.call("GET", &format!("/domain/zone/{zone}/record"), |world| world.look(|state, _| absent(state.zone(zone).map(mail_records))))
            .await
    }

    async fn zone_export(&self, zone: &DomainName) -> Result<String, ApiError> {
        self.call("GET", &format!("/domain/zone/{zone}/export"), |world| world.look(|state, _| state.zone(zone).map(Zone::export))).await
    }

    async fn zone_add(&self, zone: &DomainName, record: &ZoneRecord) -> Result<(), ApiError> {
        self.call("POST", &format!("/domain/zone/{zone}/record"), |world| {
            world.change(|state, turn| state.add_record(zone, record.clone(), turn).map(drop))
        })
        .await
    }

    async fn zone_update(&self, zone: &DomainName, record: &ZoneRecord) -> Result<(), ApiError> {
        self.call("PUT", &format!("/domain/zone/{zone}/record/{}", record.id), |world| {
            world.change(|state, turn| state.put_record(zone, record, turn))
        })
        .await
    }

    async fn zone_remove(&self, zone: &DomainName, id: i64) -> Result<(), ApiError> {
        self.call("DELETE", &format!("/domain/zone/{zone}/record/{id}"), |world| {
            absent(world.change(|state, turn| state.delete_record(zone, id, turn))).map(drop)
        })
        .await
    }

    async fn zone_refresh(&self, zone: &DomainName) -> Result<(), ApiError> {
        self.call("POST", &format!("/domain/zone/{zone}/refresh"), |world| world.change(|state, turn| state.refresh_zone(zone, turn))).await
    }
}
