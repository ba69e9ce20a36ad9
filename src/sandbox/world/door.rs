//! The in-process door: the engine's platform ports on the same state, with the same refusals and the same faults as over HTTP.

use async_trait::async_trait;

use super::accounts::{AccountChange, Wish};
use super::diagnostics::{expected_mx, expected_spf, expected_srv};
use super::domains::{DomainRequest, selector_target};
use super::faults::ApiFaultKind;
use super::handle::World;
use super::keys::Denial;
use super::operation::Subject;
use super::state::{AccountState, Condition, DomainState, ServiceState, State, Zone};
use super::time::rfc3339;
use super::{APPLICATION_KEY, APPLICATION_SECRET, PLACEHOLDER_DOMAIN, Refusal};
use crate::domain::{
    AccessRule, Account, ApiEndpoint, AttachedDomain, ByteSize, Credential, DkimState, DomainName, DomainType, EmailAddress, Feature,
    FeatureOwner, MailAccess, MigrationCheck, ObjectState, OperationId, PasswordPolicy, Platform, SeatModel, Secret, Service,
    ServiceContacts, ServiceId, ZoneRecord,
};
use crate::ports::{ApiError, ApiKeys, ConsumerKeyRequest, NewAccount, PlatformApi, PlatformGate, SeatRequest};

#[async_trait]
impl PlatformGate for World {
    async fn open(&self, _endpoint: &ApiEndpoint, keys: &ApiKeys) -> Result<Box<dyn PlatformApi>, ApiError> {
        known_application(self, keys)?;
        let consumer_key = match keys {
            ApiKeys::Application { consumer_key, .. } => consumer_key.as_ref().map(|key| key.expose().to_owned()).unwrap_or_default(),
            ApiKeys::Client { .. } | ApiKeys::Token { .. } => String::new(),
        };
        Ok(Box::new(Door { world: self.clone(), consumer_key }))
    }

    async fn request_consumer_key(
        &self,
        _endpoint: &ApiEndpoint,
        keys: &ApiKeys,
        rules: &[AccessRule],
    ) -> Result<ConsumerKeyRequest, ApiError> {
        known_application(self, keys)?;
        let asked = self.change(|state, turn| {
            let key = state.ask_for_key(rules.to_vec(), None, turn);
            let validation_url = format!("http://localhost/auth/?credentialToken={}", key.token(state.seed));
            Ok(ConsumerKeyRequest { validation_url, consumer_key: Secret::new(key.text(state.seed)) })
        });
        asked.map_err(|refusal| spoken(&refusal, self.query_id()))
    }
}

fn known_application(world: &World, keys: &ApiKeys) -> Result<(), ApiError> {
    if let ApiKeys::Application { application_key, application_secret, .. } = keys
        && application_key.expose() == APPLICATION_KEY
        && application_secret.expose() == APPLICATION_SECRET
    {
        return Ok(());
    }
    Err(ApiError::KeysRefused { message: "This application key is invalid".to_owned(), query_id: world.query_id() })
}

struct Door {
    world: World,
    consumer_key: String,
}

impl Door {
    /// One call: faults first, then the key, then the work; the answer may get lost.
    async fn call<T>(&self, method: &str, path: &str, work: impl FnOnce(&World) -> Result<T, Refusal> + Send) -> Result<T, ApiError> {
        let query_id = self.world.query_id();
        let fault = self.world.faults().strike(method, path);
        let rule = || ApiError::RuleMissing { method: method.to_owned(), path: path.to_owned(), query_id: query_id.clone() };
        match fault {
            Some(ApiFaultKind::Fails(status)) => {
                return Err(ApiError::Failed { status, message: "Internal server error".to_owned(), query_id });
            }
            Some(ApiFaultKind::RequestLost) => return Err(ApiError::Unreachable("connection reset".to_owned())),
            Some(ApiFaultKind::KeyExpired) => return Err(ApiError::KeyExpired { query_id }),
            Some(ApiFaultKind::RuleMissing) => return Err(rule()),
            Some(ApiFaultKind::TooMany) => return Err(ApiError::TooMany { wait_millis: 0, query_id }),
            Some(ApiFaultKind::Slow(time)) => tokio::time::sleep(time).await,
            Some(ApiFaultKind::AnswerLost) | None => {}
        }
        self.world.look(|state, turn| state.admit(&self.consumer_key, (method, path), turn).map(drop)).map_err(|denial| match denial {
            Denial::Unknown | Denial::NotAccepted => {
                ApiError::KeysRefused { message: "This credential is not valid".to_owned(), query_id: query_id.clone() }
            }
            Denial::Expired => ApiError::KeyExpired { query_id: query_id.clone() },
            Denial::NotGranted => rule(),
        })?;
        let done = work(&self.world).map_err(|refusal| spoken(&refusal, query_id));
        if fault == Some(ApiFaultKind::AnswerLost) { Err(ApiError::Unreachable("the answer was lost".to_owned())) } else { done }
    }
}

fn wish(name: Option<&String>) -> Wish {
    name.map_or(Wish::Stay, |name| Wish::Become(Some(name.clone())))
}

fn spoken(refusal: &Refusal, query_id: String) -> ApiError {
    let message = refusal.to_string();
    match refusal {
        Refusal::NotFound(_) => ApiError::NotFound { message, query_id },
        Refusal::InProgress(_) => ApiError::InProgress { message, query_id },
        Refusal::AddressTaken => ApiError::AddressTaken { query_id },
        Refusal::Invalid(_) => ApiError::Refused { message, query_id },
        Refusal::Expired(_) => ApiError::Expired { query_id },
        Refusal::Broken(_) => ApiError::Failed { status: 500, message, query_id },
    }
}

/// The route of a service, without the version.
fn route(service: &ServiceId) -> String {
    match (&service.platform, &service.organization) {
        (Platform::Exchange, organization) => {
            format!("/email/exchange/{}/service/{}", organization.as_deref().unwrap_or(&service.name), service.name)
        }
        _ => format!("/email/pro/{}", service.name),
    }
}

fn absent<T>(found: Result<T, Refusal>) -> Result<Option<T>, Refusal> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Refusal::NotFound(_)) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

#[async_trait]
impl PlatformApi for Door {
    async fn credential(&self) -> Result<Credential, ApiError> {
        self.call("GET", "/auth/currentCredential", |world| {
            world.look(|state, turn| {
                let key = state.consumer_key(&self.consumer_key).ok_or_else(|| Refusal::NotFound("credential".to_owned()))?;
                Ok(Credential { status: key.status(turn), rules: key.rules.clone(), expiration: key.expires.map(rfc3339) })
            })
        })
        .await
    }

    async fn services(&self) -> Result<Vec<Service>, ApiError> {
        self.call("GET", "/email/pro", |_| Ok(())).await?;
        self.call("GET", "/email/exchange", |world| Ok(world.look(|state, _| state.services.iter().map(service_seen).collect()))).await
    }

    async fn accounts(&self, service: &ServiceId) -> Result<Vec<Account>, ApiError> {
        self.call("GET", &format!("{}/account", route(service)), |world| {
            world.look(|state, _| {
                let found = state.service(service)?;
                Ok(found.accounts.iter().map(|account| account_seen(world, found, account)).collect())
            })
        })
        .await
    }

    async fn account(&self, service: &ServiceId, address: &EmailAddress) -> Result<Option<Account>, ApiError> {
        self.call("GET", &format!("{}/account/{address}", route(service)), |world| {
            world.look(|state, _| {
                let found = state.service(service)?;
                absent(found.account(address).map(|account| account_seen(world, found, account)))
            })
        })
        .await
    }

    async fn rename_account(&self, service: &ServiceId, from: &EmailAddress, to: &EmailAddress) -> Result<(), ApiError> {
        let change = AccountChange::to_address(to);
        self.call("PUT", &format!("{}/account/{from}", route(service)), |world| {
            world.change(|state, turn| state.put_account(service, from, change, turn))
        })
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
        self.call("PUT", &format!("{}/account/{seat}", route(service)), |world| {
            if seat.domain().as_str() != PLACEHOLDER_DOMAIN {
                return Err(Refusal::Invalid(format!("{seat} is not a free seat")));
            }
            world.change(|state, turn| state.put_account(service, seat, change, turn))
        })
        .await
    }

    async fn change_password(&self, service: &ServiceId, address: &EmailAddress, password: &Secret) -> Result<OperationId, ApiError> {
        self.call("POST", &format!("{}/account/{address}/changePassword", route(service)), |world| {
            world.change(|state, turn| state.change_password(service, address, password.expose(), turn))
        })
        .await
    }

    async fn reset_account(&self, service: &ServiceId, address: &EmailAddress) -> Result<OperationId, ApiError> {
        self.call("DELETE", &format!("{}/account/{address}", route(service)), |world| {
            world.change(|state, turn| state.reset_account(service, address, turn))
        })
        .await
    }

    async fn operation(&self, service: &ServiceId, id: OperationId) -> Result<Option<ObjectState>, ApiError> {
        self.call("GET", &format!("{}/task/{id}", route(service)), |world| {
            world.look(|state, _| absent(state.service(service)?.operation(id).map(|_| ObjectState::Busy)))
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
        let request = DomainRequest { name: name.clone(), domain_type, relay: None };
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

    async fn create_account(&self, _: &ServiceId, _: &NewAccount) -> Result<OperationId, ApiError> {
        Err(not_offered())
    }

    async fn mail_access(&self, _: &ServiceId, _: &EmailAddress) -> Result<MailAccess, ApiError> {
        Ok(MailAccess::default())
    }

    async fn contacts(&self, _: &ServiceId) -> Result<Option<ServiceContacts>, ApiError> {
        Ok(None)
    }

    async fn set_domain_type(&self, _: &ServiceId, _: &DomainName, _: DomainType) -> Result<(), ApiError> {
        Err(not_offered())
    }

    async fn features(&self, _: &ServiceId, _: &FeatureOwner) -> Result<Vec<Feature>, ApiError> {
        Ok(Vec::new())
    }

    async fn add_feature(&self, _: &ServiceId, _: &FeatureOwner, _: &Feature) -> Result<(), ApiError> {
        Err(not_offered())
    }

    async fn remove_feature(&self, _: &ServiceId, _: &FeatureOwner, _: &Feature) -> Result<(), ApiError> {
        Err(not_offered())
    }

    async fn migration_seats(&self, _: &ServiceId, _: &EmailAddress, _: &ServiceId) -> Result<Vec<EmailAddress>, ApiError> {
        Ok(Vec::new())
    }

    async fn check_migration(&self, _: &ServiceId, _: &EmailAddress, _: &ServiceId, _: &EmailAddress) -> Result<MigrationCheck, ApiError> {
        Err(not_offered())
    }

    async fn migrate_account(
        &self,
        _: &ServiceId,
        _: &EmailAddress,
        _: &ServiceId,
        _: &EmailAddress,
        _: &Secret,
    ) -> Result<OperationId, ApiError> {
        Err(not_offered())
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

/// Like our client over HTTP: the types that matter for mail, by number.
fn mail_records(zone: &Zone) -> Vec<ZoneRecord> {
    const MAIL_TYPES: [&str; 7] = ["MX", "TXT", "SPF", "DKIM", "DMARC", "SRV", "CNAME"];
    let mut records: Vec<ZoneRecord> = zone.records.iter().filter(|r| MAIL_TYPES.contains(&r.field_type.as_str())).cloned().collect();
    records.sort_by_key(|r| r.id);
    records
}

fn service_seen(service: &ServiceState) -> Service {
    if service.condition == Condition::Expired {
        return expired_service(service);
    }
    let configured = service.accounts.iter().filter(|a| a.is_configured).count();
    Service {
        id: service.id.clone(),
        display_name: service.display_name.clone(),
        state: if service.condition == Condition::Ok { ObjectState::Ok } else { ObjectState::Unusable },
        hostname: service.hostname.clone(),
        webmail: Some(service.webmail.clone()),
        accounts: u32::try_from(configured).unwrap_or(u32::MAX),
        free_seats: u32::try_from(service.accounts.len() - configured).unwrap_or(u32::MAX),
        account_quota: Some(ByteSize(u64::from(service.quota_gb) << 30)),
        largest_message: Some(ByteSize(u64::from(service.largest_mb) << 20)),
        is_imap_enabled: service.is_imap_enabled,
        password: PasswordPolicy { shortest: Some(service.shortest_password), ..PasswordPolicy::default() },
        seats: SeatModel::Placeholders,
        offers: Vec::new(),
        domains: service.domains.iter().map(|d| d.name.clone()).collect(),
    }
}

/// Nothing but the name can be read of a service whose every call answers 460.
fn expired_service(service: &ServiceState) -> Service {
    Service {
        id: service.id.clone(),
        display_name: None,
        state: ObjectState::Unusable,
        hostname: String::new(),
        webmail: None,
        accounts: 0,
        free_seats: 0,
        account_quota: None,
        largest_message: None,
        is_imap_enabled: false,
        password: PasswordPolicy::default(),
        seats: SeatModel::Placeholders,
        offers: Vec::new(),
        domains: Vec::new(),
    }
}

fn account_seen(world: &World, service: &ServiceState, account: &AccountState) -> Account {
    let operation = service.operation_on(&Subject::Account(account.id)).map(|o| o.id);
    Account {
        address: account.address.clone(),
        is_configured: account.is_configured,
        display_name: account.names.display.clone(),
        first_name: account.names.first.clone(),
        last_name: account.names.last.clone(),
        state: if operation.is_some() { ObjectState::Busy } else { ObjectState::Ok },
        operation,
        used: world.usage_kib(account).map(|kib| ByteSize(kib << 10)),
        quota: Some(ByteSize(u64::from(service.quota_gb) << 30)),
        last_logon: account.last_logon.map(rfc3339),
        aliases: u32::try_from(account.aliases.len()).unwrap_or(u32::MAX),
        is_blocked: false,
    }
}

fn domain_seen(state: &State, service: &ServiceState, domain: &DomainState) -> AttachedDomain {
    let badges = state.badges(service, domain);
    let is_validated = state.is_owned(domain);
    let dkim = domain.dkim.iter().map(|selector| DkimState {
        name: format!("{}._domainkey", selector.name),
        target: selector_target(service.id.platform, &selector.name).trim_end_matches('.').to_owned(),
        is_valid: state.has_dkim_cname(&service.id, &domain.name, &selector.name),
    });
    AttachedDomain {
        name: domain.name.clone(),
        domain_type: domain.domain_type,
        state: if service.domain_state(&domain.name) == "ok" && service.operation_on(&Subject::Domain(domain.name.clone())).is_none() {
            ObjectState::Ok
        } else {
            ObjectState::Busy
        },
        is_validated,
        ownership_cname: (!is_validated).then(|| domain.ownership_label.clone()),
        expected_mx: expected_mx(),
        expected_srv: Some(expected_srv(service)),
        expected_spf: Some(expected_spf()),
        is_mx_valid: badges.is_mx_valid,
        is_srv_valid: badges.is_srv_valid,
        is_spf_valid: badges.is_spf_valid,
        dkim: dkim.collect(),
    }
}

fn not_offered() -> ApiError {
    ApiError::Refused { message: "not offered".to_owned(), query_id: "-".to_owned() }
}
