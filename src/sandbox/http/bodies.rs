//! The objects of the API as JSON, with the field sets of its own descriptions (ovh-api.md §2.1, §2.2, §6.3). Mind the units:
//! `quota` is in GB, `currentUsage` in KiB, message sizes in MB.

use serde_json::{Value, json};

use super::account_bodies::{self, SpamBody};
use super::shared_routes;
use crate::domain::{EmailAddress, Feature, Moment, Platform, SeatModel, ZoneRecord};
use crate::sandbox::world::{
    AccountState, Condition, ConsumerKey, DkimSelector, DomainState, Obstacle, Operation, ServiceState, SharedFeature, State, Subject,
    Turn, World, Zone, expected_mx, expected_spf, expected_srv, rfc3339, selector_target,
};

/// Adds fields that only one platform has.
fn with(mut body: Value, more: Value) -> Value {
    if let (Value::Object(fields), Value::Object(more)) = (&mut body, more) {
        fields.extend(more);
    }
    body
}

fn moment(at: Option<Moment>) -> Option<String> {
    at.map(rfc3339)
}

fn pending(service: &ServiceState, subject: &Subject) -> i64 {
    service.operation_on(subject).map_or(0, |o| o.id.0)
}

/// `GET` of a service.
pub(super) fn service(service: &ServiceState) -> Value {
    let state = if service.condition == Condition::Ok { "ok" } else { "suspended" };
    let policy = service.policy();
    let body = json!({
        "complexityEnabled": policy.is_complex, "displayName": service.display_name, "domain": service.id.name,
        "hostname": service.hostname, "lastUpdateDate": rfc3339(service.created), "lockoutDuration": 30, "lockoutObservationWindow": 30,
        "lockoutThreshold": 10, "maxPasswordAge": null, "maxReceiveSize": service.largest_mb, "maxSendSize": service.largest_mb,
        "minPasswordAge": policy.min_age_days.unwrap_or(0), "minPasswordLength": policy.shortest,
        "spamAndVirusConfiguration": SpamBody::default(), "state": state, "taskPendingId": pending(service, &Subject::Service),
        "webUrl": service.webmail, "iam": null,
    });
    match service.id.platform {
        Platform::Exchange => {
            let offer = if service.seats == SeatModel::Placeholders { "hosted" } else { "dedicated" };
            with(
                body,
                json!({
                    "offer": offer, "adfsChangePassword": false, "cnameDcvRecord": null, "defaultAuthenticationPolicyId": null,
                    "defaultSmartHost": null, "passwordHistoryCount": policy.history.unwrap_or(0), "sslExpirationDate": null,
                }),
            )
        }
        Platform::EmailPro => with(body, json!({ "offer": "emailpro" })),
        platform => with(body, json!({ "offer": "MXPLAN", "isZimbra": platform == Platform::MxPlanZimbra })),
    }
}

/// `GET …/server`.
pub(super) fn server(service: &ServiceState) -> Value {
    let body = json!({
        "currentDiskUsage": null, "diskSize": null, "ip": "203.0.113.50", "ipV6": null, "isAValid": true, "isAaaaValid": false,
        "isPtrV6Valid": false, "isPtrValid": true, "state": "ok", "taskPendingId": 0,
    });
    if service.id.platform == Platform::Exchange {
        with(body, json!({ "commercialVersion": "2019", "individual2010": false, "owaMfa": false, "version": 15 }))
    } else {
        with(body, json!({ "version": "15" }))
    }
}

/// `GET …/protocol`, of the service and of an account.
pub(super) fn protocol(service: &ServiceState) -> Value {
    json!({
        "IMAP": service.is_imap_enabled, "POP": true, "activeSync": true, "activeSyncPolicy": "allow",
        "creationDate": rfc3339(service.created), "lastUpdate": null, "taskPendingId": pending(service, &Subject::Service), "webMail": true,
    })
}

/// `GET …/account/{address}/protocol`.
pub(super) fn account_protocol(service: &ServiceState, account: &AccountState) -> Value {
    json!({
        "IMAP": account.obstacle != Some(Obstacle::ImapOff), "POP": true, "activeSync": true, "creationDate": rfc3339(account.created),
        "lastUpdate": null, "taskPendingId": pending(service, &Subject::Account(account.id)), "webMail": true,
    })
}

/// `GET …/account/{address}`.
pub(super) fn account(world: &World, service: &ServiceState, account: &AccountState) -> Value {
    let names = &account.names;
    let settings = account_bodies::settings(&account.features);
    let filters: &[&str] = if settings.contains_key("mailingFilter") { &[] } else { &["vaderetro"] };
    let body = json!({
        "primaryEmailAddress": account.address, "login": account.address.local(), "domain": account.address.domain(),
        "configured": account.is_configured, "displayName": names.display, "firstName": names.first, "lastName": names.last,
        "initial": names.initial, "hiddenFromGAL": names.is_hidden, "quota": service.quota_gb, "currentUsage": world.usage_kib(account),
        "state": service.account_state(account), "taskPendingId": pending(service, &Subject::Account(account.id)), "id": account.id,
        "SAMAccountName": null, "mailingFilter": filters, "spamAndVirusConfiguration": SpamBody::with(&settings),
        "spamDetected": account.is_blocked, "spamTicketNumber": account.is_blocked.then_some(4_711), "creationDate": rfc3339(account.created), "expirationDate": null, "expirationOutlookDate": null,
        "renewPeriod": "yearly", "deleteAtExpiration": false, "lastLogonDate": moment(account.last_logon), "lastLogoffDate": null,
        "lastUpdateDate": null, "passwordLastUpdate": moment(account.password_changed),
    });
    if service.id.platform == Platform::Exchange { with(body, exchange_only(account)) } else { body }
}

fn exchange_only(account: &AccountState) -> Value {
    let empty = [
        "city",
        "company",
        "countryCode",
        "customIsolationId",
        "deleteOutlookAtExpiration",
        "description",
        "exchangeGuid",
        "fax",
        "guid",
        "jobDepartment",
        "jobTitle",
        "litigationPeriod",
        "mailSenderDisplay",
        "mobile",
        "office",
        "phone",
        "postalCode",
        "region",
        "renewOutlookPeriod",
        "sbrDestination",
        "sendConnectorId",
        "streetAddress",
    ];
    let forwarding = account.features.iter().find_map(|feature| match feature {
        Feature::Forwarding { to, keeps_copy } => Some((to, *keeps_copy)),
        _ => None,
    });
    let body = json!({
        "accountLicense": "standard", "litigation": false, "numberOfAliases": account.aliases.len(), "outlookLicense": false,
        "owaLimited": false, "storeCopyOfEmail": forwarding.is_some_and(|(_, keeps_copy)| keeps_copy),
        "forwardingEmail": forwarding.map(|(to, _)| to), "authenticationPolicyId": shared_routes::policy_of(account.obstacle),
    });
    with(body, empty.iter().map(|field| ((*field).to_owned(), Value::Null)).collect::<serde_json::Map<_, _>>().into())
}

/// `GET …/account/{address}/alias/{alias}`.
pub(super) fn alias(account: &AccountState, alias: &crate::domain::EmailAddress) -> Value {
    json!({ "alias": alias, "creationDate": rfc3339(account.created), "taskPendingId": 0 })
}

/// A task: it is only ever seen while it is not done.
pub(super) fn task(service: &ServiceState, operation: &Operation, turn: Turn) -> Value {
    json!({
        "id": operation.id, "function": operation.function(service.id.platform), "status": operation.status(turn.now),
        "todoDate": rfc3339(operation.asked), "finishDate": null,
    })
}

/// `GET …/domain/{name}`. An MX Plan tells neither SPF nor DKIM nor an autodiscover record.
pub(super) fn domain(state: &State, service: &ServiceState, domain: &DomainState) -> Value {
    let badges = state.badges(service, domain);
    let is_mx_plan = service.id.platform.is_mx_plan();
    let is_validated = is_mx_plan || state.is_owned(domain);
    let body = json!({
        "name": domain.name, "type": domain.domain_type, "mxRelay": domain.relay, "state": service.domain_state(&domain.name),
        "taskPendingId": pending(service, &Subject::Domain(domain.name.clone())), "domainValidated": is_validated,
        "cnameToCheck": (!is_validated).then_some(&domain.ownership_label), "mxIsValid": badges.is_mx_valid,
        "mxRecord": badges.mx, "srvIsValid": badges.is_srv_valid, "srvRecord": badges.srv, "expectedMX": expected_mx(),
        "domainAliases": [], "isAliasDomain": false,
    });
    if is_mx_plan {
        return body;
    }
    let dkim = &badges.dkim;
    let body = with(
        body,
        json!({
            "spfIsValid": badges.is_spf_valid, "spfRecord": badges.spf, "expectedAutodiscoverSRV": expected_srv(service),
            "expectedSPF": expected_spf(),
            "dkimDiagnostics": { "state": dkim.state, "errorCode": dkim.error.map(|e| e.0), "message": dkim.error.map(|e| e.1) },
        }),
    );
    if service.id.platform == Platform::Exchange {
        with(body, json!({ "main": null, "organization2010": null, "sbrDefault": null, "sendConnectorIdDefault": null }))
    } else {
        body
    }
}

/// `GET …/externalContact/{address}`.
pub(super) fn contact(service: &ServiceState, shared: &SharedFeature) -> Value {
    let Feature::Contact { address, display_name, first_name, last_name, initials, is_hidden } = &shared.feature else {
        return Value::Null;
    };
    let body = json!({
        "creationDate": rfc3339(service.created), "displayName": display_name.clone().unwrap_or_default(),
        "externalEmailAddress": address, "firstName": first_name, "hiddenFromGAL": is_hidden, "id": shared.id, "initials": initials,
        "lastName": last_name, "state": "ok", "taskPendingId": 0,
    });
    if service.id.platform == Platform::Exchange { with(body, json!({ "organization2010": null })) } else { body }
}

/// `GET …/mailingList/{address}`.
pub(super) fn group(service: &ServiceState, feature: &Feature) -> Value {
    let Feature::Group { address, display_name, is_hidden, join, depart, is_internal_only, largest_received_mb, largest_sent_mb } = feature
    else {
        return Value::Null;
    };
    json!({
        "company": null, "creationDate": rfc3339(service.created), "departRestriction": depart, "displayName": display_name,
        "hiddenFromGAL": is_hidden, "joinRestriction": join, "lastUpdateDate": null, "mailingListAddress": address,
        "maxReceiveSize": largest_received_mb, "maxSendSize": largest_sent_mb, "senderAuthentification": is_internal_only,
        "spamDetected": false, "spamTicketNumber": null, "state": "ok", "taskPendingId": 0,
    })
}

/// A member or manager of a group, by the name of its number.
pub(super) fn person(service: &ServiceState, (field, number): (&str, i64), address: &EmailAddress) -> Value {
    let body = json!({ "creationDate": rfc3339(service.created), "taskPendingId": 0 });
    if field == "managerAccountId" {
        return with(body, json!({ "managerAccountId": number, "managerEmailAddress": address }));
    }
    let of = |name| (field == name).then_some(number);
    let more = json!({
        "memberAccountId": of("memberAccountId"), "memberContactId": of("memberContactId"), "memberEmailAddress": address,
    });
    with(body, more)
}

/// `GET …/serviceInfos`.
pub(super) fn infos(service: &ServiceState) -> Value {
    let day = |at: Moment| rfc3339(at).split('T').next().unwrap_or_default().to_owned();
    let year = Moment(service.created.0 + 10 * 365 * 86_400_000);
    json!({
        "canDeleteAtExpiration": true, "contactAdmin": service.contacts.admin, "contactBilling": service.contacts.admin,
        "contactTech": service.contacts.tech, "creation": day(service.created), "domain": service.id.name, "engagedUpTo": null,
        "expiration": day(year), "possibleRenewPeriod": [1, 12], "renew": null, "renewalType": "automaticV2016", "serviceId": 1_234_567,
        "status": if service.condition == Condition::Ok { "ok" } else { "unPaid" },
    })
}

/// `GET …/domain/{name}/dkim/{selector}`.
pub(super) fn dkim(state: &State, service: &ServiceState, domain: &DomainState, selector: &DkimSelector) -> Value {
    let is_right = state.has_dkim_cname(&service.id, &domain.name, &selector.name);
    let status = match (is_right, selector.is_signing) {
        (_, true) => "inProduction",
        (true, false) => "ready",
        (false, false) => "waitingRecord",
    };
    json!({
        "selectorName": selector.name, "status": status, "cnameIsValid": is_right, "recordType": "CNAME",
        "customerRecord": format!("{}._domainkey.{}", selector.name, domain.name),
        "targetRecord": selector_target(service.id.platform, &selector.name), "header": "from;to;subject;date",
        "lastUpdate": rfc3339(selector.updated), "taskPendingId": pending(service, &Subject::Domain(domain.name.clone())),
    })
}

/// `GET /domain/zone/{zone}`.
pub(super) fn zone(zone: &Zone) -> Value {
    json!({
        "name": zone.name, "nameServers": crate::sandbox::world::NAME_SERVERS, "hasDnsAnycast": true, "dnssecSupported": true,
        "dnssecActivated": false, "lastUpdate": rfc3339(zone.updated), "iam": null,
    })
}

/// `GET /domain/zone/{zone}/record/{id}`.
pub(super) fn record(zone: &Zone, record: &ZoneRecord) -> Value {
    json!({
        "id": record.id, "zone": zone.name, "subDomain": record.sub_domain, "fieldType": record.field_type, "target": record.target,
        "ttl": record.ttl,
    })
}

/// `GET /auth/currentCredential`.
pub(super) fn credential(key: &ConsumerKey, turn: Turn) -> Value {
    json!({
        "credentialId": key.number, "applicationId": 1, "allowedIPs": null, "creation": rfc3339(key.created),
        "expiration": moment(key.expires), "lastUse": rfc3339(turn.now), "ovhSupport": false, "rules": key.rules,
        "status": key.status(turn),
    })
}

/// `GET /me`.
pub(super) fn me() -> Value {
    json!({
        "nichandle": "zz111111-ovh", "email": "owner@example.com", "firstname": "Demo", "name": "Owner", "country": "FR",
        "language": "en_GB", "ovhSubsidiary": "FR", "ovhCompany": "ovh", "state": "complete", "legalform": "individual",
        "organisation": null, "currency": { "code": "EUR", "symbol": "EUR" },
    })
}
