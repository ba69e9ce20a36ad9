//! Bodies that are sent, each once with every field that it may have.

use serde::Serialize;
use serde_json::{Value, json};

use super::super::auth_wire::CredentialQuestion;
use super::super::exchange_family::wire as kin_wire;
use super::super::features::{legacy_wire, wire, zimbra as zimbra_features};
use super::super::legacy::wire as legacy;
use super::super::zimbra::domain_wire::{DiagnosisQuestion, DomainAddition, OrganizationAddition};
use super::super::zimbra::wire::{AccountAddition, AccountChange, AccountTarget, Wanted};
use super::super::zone::RecordChange;
use super::{EMAIL_PRO, EXCHANGE, LEGACY, Sent, ZIMBRA, ZONE, accounts, kin};
use crate::domain::{AccessRule, DomainType};

const SOMEBODY: &str = "john@mydomain.ovh";

fn send(method: &'static str, routes: Vec<String>, body: &impl Serialize) -> Vec<Sent> {
    let body = serde_json::to_value(body).unwrap_or(Value::Null);
    routes.into_iter().map(|route| Sent { route, method, body: body.clone() }).collect()
}

fn below(base: &str, path: &str) -> Vec<String> {
    vec![format!("{base}{path}")]
}

/// All of them.
pub fn sends() -> Vec<Sent> {
    let rules = [AccessRule { method: "GET".to_owned(), path: "/email/pro/*".to_owned() }];
    let record = |field_type| RecordChange { field_type, sub_domain: "", target: "1 mx0.mail.ovh.net.", ttl: 0 };
    let groups = [
        send("POST", below("/auth", "/credential"), &CredentialQuestion { access_rules: &rules }),
        of_accounts(),
        of_account_features(),
        of_domains(),
        of_groups(),
        of_legacy_accounts(),
        of_legacy_features(),
        of_zimbra_accounts(),
        of_zimbra_domains(),
        send("POST", below(ZONE, "/record"), &record(Some("MX"))),
        send("PUT", below(ZONE, "/record/{id}"), &record(None)),
    ];
    groups.into_iter().flatten().collect()
}

fn of_accounts() -> Vec<Sent> {
    let (display_name, first_name, last_name) = (Some("John Smith"), Some("John"), Some("Smith"));
    let change = || kin_wire::AccountChange { login: "john", domain: "mydomain.ovh", display_name, first_name, last_name };
    let addition = kin_wire::AccountAddition { license: "standard", password: "secret", names: change() };
    let password = kin_wire::PasswordChange { password: "secret" };
    let mut all = send("PUT", accounts(""), &change());
    all.extend(send("POST", below(EXCHANGE, "/account"), &addition));
    all.extend(send("POST", accounts("/changePassword"), &password));
    all
}

fn of_account_features() -> Vec<Sent> {
    let switches = json!({"checkDKIM": true, "checkSPF": true, "deleteSpam": true, "deleteVirus": true, "putInJunk": true, "tagSpam": true,
        "tagVirus": true});
    let change = |forwarding_email, store_copy_of_email| wire::AccountFeaturesChange {
        hidden_from_gal: Some(true),
        forwarding_email,
        store_copy_of_email,
        mailing_filter: Some(vec![wire::MAILING_FILTER.1.to_owned()]),
        spam_and_virus_configuration: serde_json::from_value(switches.clone()).ok(),
    };
    let [exchange, pro, mx_plan]: [Vec<String>; 3] =
        accounts("").into_iter().map(|route| vec![route]).collect::<Vec<_>>().try_into().unwrap_or_default();
    let kept = change(Some(wire::ForwardingWish(Some(SOMEBODY.to_owned()))), Some(true));
    let mut all = send("PUT", exchange.clone(), &kept);
    all.extend(send("PUT", exchange, &change(Some(wire::ForwardingWish(None)), Some(false))));
    all.extend(send("PUT", [pro, mx_plan].concat(), &change(None, None)));
    all.extend(send("POST", accounts("/alias"), &wire::AliasAddition { alias: SOMEBODY.to_owned() }));
    all.extend(send("POST", accounts("/fullAccess"), &wire::Grant::Full(1)));
    all.extend(send("POST", [accounts("/sendAs"), accounts("/sendOnBehalfTo")].concat(), &wire::Grant::Send(1)));
    all
}

fn of_domains() -> Vec<Sent> {
    let change = || kin_wire::DomainChange { domain_type: DomainType::NonAuthoritative, mx_relay: Some("mx1.mail.ovh.net") };
    let addition = kin_wire::DomainAddition {
        name: "mydomain.ovh",
        change: change(),
        configure_mx: false,
        configure_autodiscover: false,
        configure_spf: false,
        configure_dkim: false,
        auto_enable_dkim: false,
    };
    let contact = wire::ContactAddition {
        external_email_address: SOMEBODY.to_owned(),
        display_name: Some("John Smith"),
        first_name: Some("John"),
        last_name: Some("Smith"),
        initials: Some("JS"),
        hidden_from_gal: true,
    };
    let footer = wire::DisclaimerBody { content: "<p></p>".to_owned(), outside_only: true };
    let mut all = send("POST", [below(EXCHANGE, "/domain"), below(EMAIL_PRO, "/domain")].concat(), &addition);
    all.extend(send("PUT", kin("/domain/{domainName}"), &change()));
    all.extend(send("POST", kin("/externalContact"), &contact));
    all.extend(send("POST", kin("/domain/{domainName}/disclaimer"), &footer));
    all.extend(send("PUT", kin("/domain/{domainName}/disclaimer"), &footer));
    all
}

fn of_groups() -> Vec<Sent> {
    let base = format!("{EXCHANGE}/mailingList");
    let group = format!("{base}/{{mailingListAddress}}");
    let addition = wire::GroupAddition {
        mailing_list_address: SOMEBODY.to_owned(),
        display_name: Some("Everybody"),
        hidden_from_gal: false,
        join_restriction: "closed",
        depart_restriction: "open",
        sender_authentification: true,
        max_receive_size: Some(10),
        max_send_size: Some(10),
    };
    let mut all = send("POST", vec![base], &addition);
    all.extend(send("POST", below(&group, "/alias"), &wire::AliasAddition { alias: SOMEBODY.to_owned() }));
    all.extend(send("POST", below(&group, "/member/account"), &wire::Membership::Account(1)));
    all.extend(send("POST", below(&group, "/member/contact"), &wire::Membership::Contact(1)));
    all.extend(send("POST", below(&group, "/manager/account"), &wire::Membership::Manager(1)));
    all.extend(send("POST", [below(&group, "/sendAs"), below(&group, "/sendOnBehalfTo")].concat(), &wire::Grant::Send(1)));
    all
}

fn of_legacy_accounts() -> Vec<Sent> {
    let account = format!("{LEGACY}/account/{{accountName}}");
    let migrate = "/migrate/{destinationServiceName}/destinationEmailAddress/{destinationEmailAddress}/migrate";
    let addition = legacy::AccountAddition { account_name: "john", password: "secret", description: Some("John Smith"), size: Some(1) };
    let password = kin_wire::PasswordChange { password: "secret" };
    let mut all = send("POST", below(LEGACY, "/account"), &addition);
    all.extend(send("POST", [below(&account, "/changePassword"), below(&account, migrate)].concat(), &password));
    all
}

fn of_legacy_features() -> Vec<Sent> {
    let account = format!("{LEGACY}/account/{{accountName}}");
    let rule = || legacy_wire::RuleBody { header: "From".to_owned(), operand: "contains".to_owned(), value: "example.org".to_owned() };
    let filter = legacy_wire::FilterAddition {
        name: "filter",
        priority: 1,
        active: true,
        action: "redirect",
        action_param: Some(SOMEBODY),
        rule: rule(),
    };
    let redirection = legacy_wire::RedirectionAddition { from: SOMEBODY.to_owned(), to: SOMEBODY.to_owned(), local_copy: true };
    let responder = legacy_wire::ResponderAddition {
        account: "john",
        content: "away",
        copy: true,
        copy_to: Some(SOMEBODY.to_owned()),
        from: Some("2026-01-01T00:00:00Z"),
        to: Some("2026-01-02T00:00:00Z"),
    };
    let mut all = send("POST", below(&account, "/filter"), &filter);
    all.extend(send("POST", below(&account, "/filter/{name}/rule"), &rule()));
    all.extend(send("POST", below(LEGACY, "/redirection"), &redirection));
    all.extend(send("POST", below(LEGACY, "/responder"), &responder));
    all
}

fn of_zimbra_accounts() -> Vec<Sent> {
    let (display_name, first_name, last_name) = (Some("John Smith"), Some("John"), Some("Smith"));
    let (email, offer, slot_id) = (SOMEBODY.to_owned(), "STARTER", "1f8c6a3e-2b1a-4a8f-9c54-0a6b0f5f2a11");
    let addition = AccountAddition { email, offer, slot_id, password: "secret", display_name, first_name, last_name };
    let target: AccountTarget = serde_json::from_value(json!({"email": SOMEBODY, "displayName": "John Smith", "firstName": "John",
        "lastName": "Smith", "description": "text", "hideInGal": true, "contactInformation": {"city": "Roubaix"}}))
    .unwrap_or_default();
    let target_spec = AccountChange { target: &target, password: Some("secret") };
    let alias = zimbra_features::AliasWish { alias: SOMEBODY.to_owned(), target_id: slot_id.to_owned() };
    let redirection = zimbra_features::RedirectionWish { source: SOMEBODY.to_owned(), destination: SOMEBODY.to_owned() };
    let mut all = send("POST", below(ZIMBRA, "/account"), &Wanted::new(addition));
    all.extend(send("PUT", below(ZIMBRA, "/account/{accountId}"), &Wanted { target_spec, checksum: Some("6b2f") }));
    all.extend(send("POST", below(ZIMBRA, "/alias"), &Wanted::new(alias)));
    all.extend(send("POST", below(ZIMBRA, "/redirection"), &Wanted::new(redirection)));
    all
}

fn of_zimbra_domains() -> Vec<Sent> {
    let id = "1f8c6a3e-2b1a-4a8f-9c54-0a6b0f5f2a11";
    let addition = DomainAddition {
        name: "mydomain.ovh",
        organization_id: id,
        auto_configure_mx: false,
        auto_configure_spf: false,
        auto_configure_dkim: false,
        auto_configure_autodiscover: false,
    };
    let organization = OrganizationAddition { name: "mydomain.ovh", label: "mydomain" };
    let mut all = send("POST", below(ZIMBRA, "/domain"), &Wanted::new(addition));
    all.extend(send("POST", below(ZIMBRA, "/organization"), &Wanted::new(organization)));
    all.extend(send("POST", below(ZIMBRA, "/diagnostic/domain"), &DiagnosisQuestion { domains: [id] }));
    all
}
