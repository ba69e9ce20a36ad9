//! The objects of `/v2/zimbra` as JSON (ovh-api.md §2.5). Quotas are told in bytes, and how much of them is left.

use serde_json::{Value, json};

use crate::domain::Moment;
use crate::sandbox::world::{
    AccountState, Condition, DomainState, Effect, Offer, Operation, OrganizationState, SPF_INCLUDE, ServiceState, Slot, State, Subject,
    Turn, World, derived, expected_mx, rfc3339, selector_target, srv_host,
};

/// The id of an object, which follows from its number.
pub(super) fn uuid(seed: u64, kind: &str, number: i64) -> String {
    uuid_of(seed, kind, &number.to_string())
}

/// The id of an object that has a name and no number.
pub(super) fn uuid_of(seed: u64, kind: &str, label: &str) -> String {
    let hex: String = derived(seed, kind, label, 32).bytes().map(|byte| char::from(b"0123456789abcdef"[usize::from(byte % 16)])).collect();
    format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

/// Moments of version 2 end in `Z`.
pub(super) fn moment(at: Moment) -> String {
    rfc3339(at).replace("+00:00", "Z")
}

/// Puts an object together: what runs on it says how it is.
pub(super) fn resource(id: &str, (current, target): (Value, Option<Value>), status: &str, tasks: Vec<Value>) -> Value {
    let tasks = Value::Array(tasks);
    let checksum = blake3::hash(format!("{current}{target:?}").as_bytes()).to_hex()[..32].to_owned();
    let mut body = json!({ "id": id, "checksum": checksum, "resourceStatus": status, "currentTasks": tasks, "currentState": current });
    if let (Some(target), Some(fields)) = (target, body.as_object_mut()) {
        fields.insert("targetSpec".to_owned(), target);
    }
    body
}

/// `resourceStatus` and `currentTasks` of an object.
pub(super) fn status(seed: u64, service: &ServiceState, subject: &Subject, turn: Turn) -> (&'static str, Vec<Value>) {
    if service.condition != Condition::Ok {
        return ("SUSPENDED", Vec::new());
    }
    if let Some(running) = service.operation_on(subject) {
        let word = match running.effect {
            Effect::Create | Effect::AddDomain { .. } => "CREATING",
            Effect::Delete | Effect::RemoveDomain => "DELETING",
            _ => "UPDATING",
        };
        return (word, vec![current_task(seed, running, turn)]);
    }
    let failed = service.failed.iter().find(|operation| operation.subject == *subject);
    failed.map_or(("READY", Vec::new()), |operation| ("ERROR", vec![current_task(seed, operation, turn)]))
}

fn work(operation: &Operation, turn: Turn) -> (&'static str, Value) {
    match operation.status(turn.now) {
        "error" => ("ERROR", json!([{ "message": "The operation failed" }])),
        "todo" => ("PENDING", Value::Null),
        _ => ("RUNNING", Value::Null),
    }
}

fn current_task(seed: u64, operation: &Operation, turn: Turn) -> Value {
    let (status, errors) = work(operation, turn);
    let id = uuid(seed, "task", operation.id.0);
    json!({ "id": id, "link": format!("/v2/zimbra/task/{id}"), "status": status, "type": "ZIMBRA_UPDATE", "errors": errors })
}

/// `common.Task`.
pub(super) fn task(seed: u64, operation: &Operation, turn: Turn) -> Value {
    let (status, errors) = work(operation, turn);
    let (id, asked) = (uuid(seed, "task", operation.id.0), moment(operation.asked));
    json!({
        "id": id, "link": format!("/v2/zimbra/task/{id}"), "createdAt": asked, "updatedAt": asked, "startedAt": asked, "finishedAt": null,
        "status": status, "type": "ZIMBRA_UPDATE", "message": "", "progress": [], "errors": errors,
    })
}

fn statistics(service: &ServiceState, domain: Option<&str>) -> Value {
    let known = Offer::ALL.into_iter().map(|offer| {
        let is_counted = |a: &&AccountState| a.offer == Some(offer) && domain.is_none_or(|name| a.address.domain().as_str() == name);
        json!({
            "offer": offer, "availableAccountsCount": service.free_slots(offer),
            "configuredAccountsCount": service.accounts.iter().filter(is_counted).count(),
        })
    });
    known.collect()
}

/// A platform.
pub(super) fn platform(seed: u64, service: &ServiceState) -> Value {
    let name = service.display_name.clone().unwrap_or_default();
    let quota: u64 = service.slots.iter().map(|slot| slot.offer.quota().0).sum();
    let current = json!({
        "name": service.id.name, "description": name, "accountsStatistics": statistics(service, None),
        "numberOfOrganizations": service.organizations.len(), "quota": quota,
    });
    let word = if service.condition == Condition::Ok { "READY" } else { "SUSPENDED" };
    let mut body = resource(&service.id.name, (current, Some(json!({ "name": service.id.name, "description": name }))), word, Vec::new());
    if let Some(fields) = body.as_object_mut() {
        fields.insert(
            "iam".to_owned(),
            json!({ "id": uuid_of(seed, "iam", &service.id.name), "urn": format!("urn:v1:eu:resource:zimbra:{}", service.id.name) }),
        );
    }
    body
}

/// An organization.
pub(super) fn organization(seed: u64, service: &ServiceState, organization: &OrganizationState) -> Value {
    let OrganizationState { id, name, label, description, created } = organization;
    let target = json!({ "name": name, "label": label, "description": description });
    let current = json!({
        "name": name, "label": label, "description": description, "createdAt": moment(*created), "updatedAt": null,
        "accountsStatistics": statistics(service, None), "storageConsumed": 0,
    });
    resource(&uuid(seed, "organization", *id), (current, Some(target)), "READY", Vec::new())
}

/// Id and label of the organization of a domain.
pub(super) fn organization_of(seed: u64, service: &ServiceState, domain: &str) -> (String, String) {
    let attached = service.domains.iter().find(|known| known.name.as_str() == domain);
    let number = attached.and_then(|domain| domain.organization);
    let found = service.organizations.iter().find(|o| Some(o.id) == number).or_else(|| service.organizations.first());
    found.map_or_else(Default::default, |o| (uuid(seed, "organization", o.id), o.label.clone()))
}

/// Id of a domain.
pub(super) fn domain_id(seed: u64, service: &ServiceState, name: &str) -> String {
    let found = service.domains.iter().find(|known| known.name.as_str() == name);
    found.map_or_else(|| uuid_of(seed, "domain", name), |domain| uuid(seed, "domain", domain.id))
}

/// A slot.
pub(super) fn slot(seed: u64, service: &ServiceState, slot: &Slot) -> Value {
    let account = service.accounts.iter().find(|account| Some(account.id) == slot.account);
    let current = json!({
        "accountId": account.map(|a| uuid(seed, "account", a.id)), "billingStatus": "OK", "createdAt": moment(slot.created),
        "email": account.map(|a| &a.address), "offer": slot.offer, "platformId": service.id.name,
    });
    resource(&uuid(seed, "slot", slot.id), (current, None), "READY", Vec::new())
}

/// An account. While it is renamed it shall be another one than it is.
pub(super) fn account(world: &World, (seed, service): (u64, &ServiceState), account: &AccountState, turn: Turn) -> Value {
    let subject = Subject::Account(account.id);
    let (state, tasks) = status(seed, service, &subject, turn);
    let domain = account.address.domain().as_str();
    let (owner_id, label) = organization_of(seed, service, domain);
    let (used, quota) = (world.contents(account).0.0, account.offer.unwrap_or(Offer::Starter).quota().0);
    let slot = service.slots.iter().find(|slot| slot.account == Some(account.id)).map(|slot| uuid(seed, "slot", slot.id));
    let blocked = json!({ "status": "BLOCKEDFORSPAM", "details": "It sent spam", "link": null });
    let names = &account.names;
    let current = json!({
        "email": account.address, "displayName": names.display, "firstName": names.first, "lastName": names.last,
        "hideInGal": names.is_hidden, "description": null, "contactInformation": null, "createdAt": moment(account.created),
        "updatedAt": null, "lastConnectionAt": account.last_logon.map(moment), "detailedStatus": account.is_blocked.then_some(blocked).into_iter().collect::<Vec<_>>(),
        "domainId": domain_id(seed, service, domain), "organizationId": owner_id, "organizationLabel": label,
        "offer": account.offer.unwrap_or(Offer::Starter), "slotId": slot,
        "quota": { "available": quota.saturating_sub(used), "used": used },
    });
    let shall = match service.operation_on(&subject).map(|operation| &operation.effect) {
        Some(Effect::SetAccount { address, names, .. }) => (address, names),
        _ => (&account.address, names),
    };
    let target = json!({
        "email": shall.0, "displayName": shall.1.display, "firstName": shall.1.first, "lastName": shall.1.last,
        "hideInGal": shall.1.is_hidden, "description": null, "contactInformation": null,
    });
    resource(&uuid(seed, "account", account.id), (current, Some(target)), state, tasks)
}

/// What DNS should say.
pub(super) fn expected(state: &State, service: &ServiceState, domain: &DomainState) -> Value {
    let mx = expected_mx().into_iter().filter_map(|line| {
        let (priority, target) = line.trim_start_matches("IN MX ").split_once(' ').map(|(p, t)| (p.to_owned(), t.to_owned()))?;
        Some(json!({ "priority": priority.parse::<i64>().ok()?, "target": target }))
    });
    let cnames = domain.dkim.iter().map(|selector| {
        let value = selector_target(service.id.platform, &selector.name);
        json!({ "name": format!("{}._domainkey.{}", selector.name, domain.name), "value": value.trim_end_matches('.') })
    });
    let cname = (!state.is_owned(domain)).then(|| format!("{}.{}", domain.ownership_label, domain.name));
    json!({
        "autodiscover": format!("_autodiscover._tcp.{}. SRV 0 0 443 {}.", domain.name, srv_host(service)),
        "dkim": { "cnames": cnames.collect::<Vec<_>>() }, "mx": mx.collect::<Vec<_>>(), "ownership": { "cname": cname },
        "spf": format!("v=spf1 {SPF_INCLUDE} ~all"),
    })
}

/// A domain.
pub(super) fn domain(state: &State, service: &ServiceState, domain: &DomainState, turn: Turn) -> Value {
    let seed = state.seed;
    let (word, tasks) = status(seed, service, &Subject::Domain(domain.name.clone()), turn);
    let (organization, label) = organization_of(seed, service, domain.name.as_str());
    let current = json!({
        "name": domain.name, "status": "READY", "organizationId": organization, "organizationLabel": label,
        "accountsStatistics": statistics(service, Some(domain.name.as_str())), "expectedDNSConfig": expected(state, service, domain),
        "createdAt": moment(service.created), "updatedAt": null,
    });
    let target = json!({ "dkimEnabled": !domain.dkim.is_empty(), "organizationId": organization });
    resource(&uuid(seed, "domain", domain.id), (current, Some(target)), word, tasks)
}
