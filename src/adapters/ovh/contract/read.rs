//! Bodies that are read, and where.

use super::super::auth_wire::{CredentialAnswer, CredentialBody, DetailsBody};
use super::super::exchange_family::wire as kin_wire;
use super::super::features::{legacy_wire, wire, zimbra as zimbra_features};
use super::super::legacy::wire as legacy;
use super::super::zimbra::domain_wire::{DiagnosisBody, DomainBody, OrganizationState};
use super::super::zimbra::wire::{AccountBody, PlatformState, Resource, SlotBody, Unread};
use super::super::zone::RecordBody;
use super::{EMAIL_PRO, EXCHANGE, LEGACY, Read, Shape, ZIMBRA, ZONE, accounts, kin};
use serde::de::DeserializeOwned;

fn get<T: DeserializeOwned>(routes: Vec<String>) -> Read {
    Read { routes, method: "GET", shape: Shape::of::<T>() }
}

fn below<T: DeserializeOwned>(base: &str, paths: &[&str]) -> Read {
    get::<T>(paths.iter().map(|path| format!("{base}{path}")).collect())
}

/// All of them.
pub fn reads() -> Vec<Read> {
    let mut all = keys();
    all.extend(exchange_and_kin());
    all.extend(groups());
    all.extend(legacy_mx_plan());
    all.extend(zimbra());
    all.extend([
        below::<Vec<i64>>(ZONE, &["/record"]),
        below::<RecordBody>(ZONE, &["/record/{id}"]),
        below::<String>(ZONE, &["/export"]),
        started(),
        Read { method: "DELETE", ..get::<kin_wire::StartedBody>(deleted()) },
    ]);
    all
}

fn keys() -> Vec<Read> {
    vec![
        below::<i64>("/auth", &["/time"]),
        below::<CredentialBody>("/auth", &["/currentCredential"]),
        below::<DetailsBody>("/auth", &["/details"]),
        Read { method: "POST", ..below::<CredentialAnswer>("/auth", &["/credential"]) },
    ]
}

/// Acts that answer with a task whose number is kept.
fn started() -> Read {
    let routes = accounts("/changePassword").into_iter().chain([
        format!("{EXCHANGE}/account"),
        format!("{LEGACY}/account"),
        format!("{LEGACY}/account/{{accountName}}/changePassword"),
        format!("{LEGACY}/account/{{accountName}}/migrate/{{destinationServiceName}}/destinationEmailAddress/{{destinationEmailAddress}}/migrate"),
    ]);
    Read { method: "POST", ..get::<kin_wire::StartedBody>(routes.collect()) }
}

fn deleted() -> Vec<String> {
    [accounts(""), vec![format!("{LEGACY}/account/{{accountName}}")]].concat()
}

fn exchange_and_kin() -> Vec<Read> {
    let lists = ["/email/exchange", "/email/exchange/{organizationName}/service", "/email/pro", "/email/mxplan"];
    let rights = ["/fullAccess", "/sendAs", "/sendOnBehalfTo"];
    let with_dkim = |path: &str| [EXCHANGE, EMAIL_PRO].iter().map(|service| format!("{service}/domain/{{domainName}}{path}")).collect();
    vec![
        below::<Vec<String>>("", &lists),
        get::<kin_wire::ServiceBody>(kin("")),
        get::<wire::ServiceSpamBody>(kin("")),
        get::<Vec<String>>(kin("/account")),
        get::<kin_wire::AccountBody>(accounts("")),
        get::<wire::AccountFeaturesBody>(accounts("")),
        get::<wire::IdBody>(accounts("")),
        get::<Vec<String>>(accounts("/alias")),
        get::<Vec<i64>>(rights.iter().flat_map(|right| accounts(right)).collect()),
        get::<Vec<String>>(kin("/domain")),
        get::<kin_wire::DomainBody>(kin("/domain/{domainName}")),
        get::<Vec<String>>(with_dkim("/dkim")),
        get::<kin_wire::DkimBody>(with_dkim("/dkim/{selectorName}")),
        get::<wire::DisclaimerBody>(kin("/domain/{domainName}/disclaimer")),
        get::<Vec<String>>(kin("/externalContact")),
        get::<wire::ContactBody>(kin("/externalContact/{externalEmailAddress}")),
        get::<wire::IdBody>(kin("/externalContact/{externalEmailAddress}")),
        get::<kin_wire::TaskBody>(kin("/task/{id}")),
        get::<kin_wire::ServiceInfosBody>([EXCHANGE, EMAIL_PRO, LEGACY].iter().map(|service| format!("{service}/serviceInfos")).collect()),
        below::<kin_wire::ProtocolBody>(EXCHANGE, &["/protocol", "/account/{primaryEmailAddress}/protocol"]),
        below::<kin_wire::PolicyBody>(EXCHANGE, &["/authenticationPolicy/{id}"]),
        below::<Vec<String>>(EXCHANGE, &["/authorizedIp", "/sharedAccount", "/resourceAccount", "/publicFolder"]),
        below::<kin_wire::NetworkBody>(EXCHANGE, &["/authorizedIp/{ip}"]),
    ]
}

fn groups() -> Vec<Read> {
    let base = format!("{EXCHANGE}/mailingList");
    let numbers = ["/manager/account", "/member/account", "/member/contact", "/sendAs", "/sendOnBehalfTo"];
    let members = ["/member/account/{memberAccountId}", "/member/contact/{memberContactId}"];
    let group = format!("{base}/{{mailingListAddress}}");
    vec![
        below::<Vec<String>>(&base, &["", "/{mailingListAddress}/alias"]),
        below::<wire::GroupBody>(&group, &[""]),
        below::<Vec<i64>>(&group, &numbers),
        below::<wire::MemberBody>(&group, &members),
        below::<wire::ManagerBody>(&group, &["/manager/account/{managerAccountId}"]),
    ]
}

fn legacy_mx_plan() -> Vec<Read> {
    let account = format!("{LEGACY}/account/{{accountName}}");
    let target = "/migrate/{destinationServiceName}/destinationEmailAddress";
    let texts = ["/filter", "/delegation", "/migrate", target];
    let check = format!("{account}{target}/{{destinationEmailAddress}}/checkMigrate");
    let lists = ["/account", "/redirection", "/mailingList", "/mailingList/{name}/moderator", "/mailingList/{name}/subscriber"];
    vec![
        below::<Vec<String>>("/email/domain", &[""]),
        below::<legacy::DomainServiceBody>(LEGACY, &[""]),
        below::<legacy::CountsBody>(LEGACY, &["/quota", "/summary"]),
        below::<Vec<legacy::RecordBody>>(LEGACY, &["/recommendedDNSRecords"]),
        below::<legacy::DkimBody>(LEGACY, &["/dkim"]),
        below::<Vec<String>>(LEGACY, &lists),
        below::<legacy::AccountBody>(&account, &[""]),
        below::<legacy::UsageBody>(&account, &["/usage"]),
        below::<Vec<String>>(&account, &texts),
        below::<legacy_wire::FilterBody>(&account, &["/filter/{name}"]),
        below::<Vec<i64>>(&account, &["/filter/{name}/rule"]),
        below::<legacy_wire::RuleBody>(&account, &["/filter/{name}/rule/{id}"]),
        below::<Vec<i64>>(LEGACY, &["/task/account"]),
        below::<legacy::OperationBody>(LEGACY, &["/task/account/{id}"]),
        get::<legacy::CheckBody>(vec![check]),
        below::<legacy_wire::RedirectionBody>(LEGACY, &["/redirection/{id}"]),
        below::<legacy_wire::ResponderBody>(LEGACY, &["/responder/{account}"]),
        below::<legacy_wire::MailingListBody>(LEGACY, &["/mailingList/{name}"]),
    ]
}

fn zimbra() -> Vec<Read> {
    vec![
        below::<Vec<Resource<PlatformState, Unread>>>("/v2/zimbra/platform", &[""]),
        below::<Vec<SlotBody>>(ZIMBRA, &["/slot"]),
        below::<Vec<AccountBody>>(ZIMBRA, &["/account"]),
        below::<Vec<DomainBody>>(ZIMBRA, &["/domain"]),
        below::<Vec<Resource<OrganizationState, Unread>>>(ZIMBRA, &["/organization"]),
        below::<Vec<zimbra_features::AliasBody>>(ZIMBRA, &["/alias"]),
        below::<Vec<zimbra_features::RedirectionBody>>(ZIMBRA, &["/redirection"]),
        Read { method: "POST", ..below::<Vec<DiagnosisBody>>(ZIMBRA, &["/diagnostic/domain"]) },
        Read { method: "POST", ..below::<Resource<OrganizationState, Unread>>(ZIMBRA, &["/organization"]) },
    ]
}
