//! The objects of `/email/domain` as JSON (ovh-api.md §2.4). Sizes are in bytes.

use serde_json::{Value, json};

use crate::domain::{DomainName, Feature, Platform};
use crate::sandbox::world::{
    AccountState, Condition, DEFAULT_TTL, Effect, Operation, Refusal, ServiceState, State, Subject, World, expected_mx, expected_spf,
    rfc3339, selector_target,
};

/// `GET /email/domain/{domain}`.
pub(super) fn plan(state: &State, service: &ServiceState, domain: &DomainName) -> Value {
    let badges = service.domain(domain).ok().map(|attached| state.badges(service, attached));
    let word = |is_valid: bool| if is_valid { "valid" } else { "invalid" };
    let moved_to = (service.id.platform != Platform::MxPlanLegacy).then_some(&service.id.name);
    json!({
        "allowedAccountSize": [2_500_000, 5_000_000, service.account_quota(None).0], "creationDate": rfc3339(service.created),
        "domain": domain, "filerz": 42, "iam": null, "isMXValid": word(badges.as_ref().is_some_and(|b| b.is_mx_valid)),
        "isSPFValid": word(badges.as_ref().is_some_and(|b| b.is_spf_valid)), "linkTo": null, "migratedMXPlanServiceName": moved_to,
        "offer": "MXPLAN 5", "status": if service.condition == Condition::Ok { "ok" } else { "close" },
    })
}

/// `GET …/quota`.
pub(super) fn quota(service: &ServiceState) -> Value {
    let accounts = service.most_accounts.unwrap_or(0);
    json!({ "account": accounts, "alias": 0, "mailingList": 5, "redirection": 1_000, "responder": accounts })
}

/// `GET …/summary`.
pub(super) fn summary(service: &ServiceState) -> Value {
    let count = |is_it: fn(&Feature) -> bool| {
        let of_accounts = service.accounts.iter().flat_map(|account| &account.features);
        of_accounts.chain(service.shared.iter().map(|shared| &shared.feature)).filter(|feature| is_it(feature)).count()
    };
    json!({
        "account": service.listed().count(), "mailingList": count(|f| matches!(f, Feature::MailingList { .. })),
        "redirection": count(|f| matches!(f, Feature::Redirection { .. } | Feature::Forwarding { .. })),
        "responder": count(|f| matches!(f, Feature::Responder { .. })),
    })
}

/// `GET …/recommendedDNSRecords`.
pub(super) fn records(domain: &DomainName) -> Value {
    let record = |kind: &str, target: String| json!({ "fieldType": kind, "id": 0, "subDomain": null, "target": target, "ttl": DEFAULT_TTL, "zone": domain });
    let mx = expected_mx().into_iter().map(|line| record("MX", line.trim_start_matches("IN MX ").to_owned()));
    let spf = record("TXT", format!("\"{}\"", expected_spf().trim_start_matches("IN TXT ")));
    mx.chain([spf]).collect()
}

/// `GET …/dkim`.
pub(super) fn dkim(state: &State, service: &ServiceState, domain: &DomainName) -> Result<Value, Refusal> {
    let selectors = service.domain(domain)?.dkim.iter().map(|selector| {
        let is_set = state.has_dkim_cname(&service.id, domain, &selector.name);
        let cname = selector_target(service.id.platform, &selector.name);
        json!({ "cname": cname, "selectorName": selector.name, "status": if is_set { "set" } else { "toSet" } })
    });
    Ok(json!({ "activeSelector": null, "autoconfig": false, "selectors": selectors.collect::<Vec<_>>(), "status": "toConfigure" }))
}

/// `GET …/account/{name}`.
pub(super) fn account(service: &ServiceState, account: &AccountState) -> Value {
    json!({
        "accountName": account.address.local(), "description": account.names.display.clone().unwrap_or_default(),
        "domain": account.address.domain(), "email": account.address, "isBlocked": account.is_blocked,
        "size": service.account_quota(None).0,
    })
}

/// `GET …/account/{name}/usage`: bytes.
pub(super) fn usage(world: &World, account: &AccountState) -> Value {
    let (bytes, messages) = world.contents(account);
    json!({ "date": rfc3339(world.now()), "emailCount": messages, "quota": bytes.0 })
}

/// The account that an operation is about, by what stands before the `@`.
pub(super) fn subject_of(service: &ServiceState, operation: &Operation) -> Option<String> {
    match &operation.subject {
        Subject::Account(number) => service.accounts.iter().find(|a| a.id == *number).map(|a| a.address.local().to_owned()),
        _ => None,
    }
}

/// `TaskPop`: it has no status.
pub(super) fn task(service: &ServiceState, operation: &Operation, domain: &DomainName) -> Value {
    let action = match operation.effect {
        Effect::Create => "addAccount",
        Effect::Delete => "deleteAccount",
        Effect::ChangePassword { .. } => "changePassword",
        Effect::Migrate { .. } => "migration",
        _ => "changeAccount",
    };
    json!({
        "id": operation.id, "action": action, "domain": domain, "name": subject_of(service, operation).unwrap_or_default(),
        "date": rfc3339(operation.asked),
    })
}

/// `TaskSpecialAccount`, of redirections and replies. Its id is a text.
pub(super) fn special(operation: &Operation, (account, kind): (&str, &str), domain: &DomainName) -> Value {
    let action = if matches!(operation.effect, Effect::RemoveFeature { .. }) { "delete" } else { "add" };
    json!({
        "id": operation.id.to_string(), "account": account, "action": action, "date": rfc3339(operation.asked), "domain": domain,
        "type": kind,
    })
}
