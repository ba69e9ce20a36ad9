//! Domains of Zimbra: what they expect, how they are diagnosed, where they are attached.

use serde_json::{Value, json};

use super::server::{Server, domain};
use super::zimbra::{BASE, account, platform, resource};
use crate::domain::{DkimState, DomainType, ObjectState};

fn body() -> Value {
    resource(
        "d1",
        json!({"name": "mydomain.ovh", "status": "READY", "organizationId": "o1", "expectedDNSConfig": {
            "mx": [{"priority": 1, "target": "mx0.mail.ovh.net."}, {"priority": 5, "target": "mx1.mail.ovh.net."}],
            "spf": "v=spf1 include:mx.ovh.com ~all",
            "autodiscover": "_autodiscover._tcp.mydomain.ovh. SRV 0 0 443 zimbra1.mail.ovh.net.",
            "dkim": {"cnames": [
                {"name": "ovhmo-selector-1._domainkey.mydomain.ovh", "value": "ovhmo-selector-1._domainkey.12.aa.dkim.mail.ovh.net"},
                {"name": "ovhmo-selector-2._domainkey.mydomain.ovh", "value": "ovhmo-selector-2._domainkey.13.aa.dkim.mail.ovh.net"}]},
            "ownership": {"cname": null}}}),
    )
}

fn diagnosis() -> Value {
    json!([{"domainId": "d1", "domainName": "mydomain.ovh", "status": "ERROR", "error": {"code": "BAD_CONFIGURATION", "message": "x"},
        "result": {
            "mx": {"status": "OK", "errors": [], "recordsFound": []},
            "spf": {"status": "ERROR", "errors": [{"code": "NO_SPF_RECORD", "message": "x"}], "recordsFound": []},
            "dkim": {"status": "WARNING", "errors": [], "recordsFound": [
                {"name": "ovhmo-selector-1._domainkey.mydomain.ovh.", "value": "ovhmo-selector-1._domainkey.12.aa.dkim.mail.ovh.net."}]},
            "autodiscover": {"status": "WARNING", "errors": [], "recordsFound": []}}}])
}

#[tokio::test]
async fn a_domain_says_what_it_expects_in_the_shapes_of_the_others() {
    let server = Server::start().await;
    server.answers(BASE, json!({"GET /domain?domainName=mydomain.ovh": [body()], "POST /diagnostic/domain": diagnosis()}));
    let api = server.open().await;
    let found = api.domain(&platform(), &domain()).await.expect("read").expect("attached");
    assert_eq!(server.body_of(&format!("POST {BASE}/diagnostic/domain")), json!({"domains": ["d1"]}));
    assert_eq!(found.expected_mx, ["IN MX 1 mx0.mail.ovh.net.", "IN MX 5 mx1.mail.ovh.net."]);
    assert_eq!(found.expected_spf.as_deref(), Some("IN TXT v=spf1 include:mx.ovh.com ~all"));
    assert_eq!(found.expected_srv.as_deref(), Some("_autodiscover._tcp IN SRV 0 0 443 zimbra1.mail.ovh.net."));
    assert!(found.is_mx_valid && !found.is_spf_valid && !found.is_srv_valid && found.is_validated);
    let dkim = |n: u8, zone: &str, is_valid| DkimState {
        name: format!("ovhmo-selector-{n}._domainkey"),
        target: format!("ovhmo-selector-{n}._domainkey.{zone}.aa.dkim.mail.ovh.net"),
        is_valid,
    };
    assert_eq!(found.dkim, [dkim(1, "12", true), dkim(2, "13", false)], "one was seen");
    assert_eq!(found.state, ObjectState::Ok);
    assert_eq!(api.domain(&platform(), &"example.com".parse().expect("a domain")).await, Ok(None));
}

#[tokio::test]
async fn a_domain_that_cannot_be_diagnosed_is_there_all_the_same() {
    let server = Server::start().await;
    let mut unproven = body();
    unproven["currentState"]["expectedDNSConfig"]["ownership"] = json!({"cname": "ovhcheck-abc.mydomain.ovh."});
    unproven["resourceStatus"] = json!("UPDATING");
    server.on(&format!("GET {BASE}/domain?domainName=mydomain.ovh"), 200, json!([unproven]));
    server.on(&format!("POST {BASE}/diagnostic/domain"), 500, json!({"message": "later"}));
    let api = server.open().await;
    let found = api.domain(&platform(), &domain()).await.expect("read").expect("attached");
    assert_eq!((found.state, found.is_validated, found.is_mx_valid), (ObjectState::Busy, false, false));
    assert_eq!(found.ownership_cname.as_deref(), Some("ovhcheck-abc"));
    server.on(&format!("GET {BASE}/domain?domainName=mydomain.ovh"), 200, json!([body()]));
    let refused = json!([{"domainId": "d1", "status": "ERROR", "error": {"code": "DOMAIN_NOT_VALIDATED", "message": "x"}, "result": null}]);
    server.on(&format!("POST {BASE}/diagnostic/domain"), 200, refused);
    assert!(!api.domain(&platform(), &domain()).await.expect("read").expect("attached").is_validated);
}

#[tokio::test]
async fn a_domain_goes_where_the_others_are_or_where_one_is_made_for_it() {
    let server = Server::start().await;
    let organization = |id: &str| resource(id, json!({"name": "x", "label": "x"}));
    server.answers(
        BASE,
        json!({"GET /domain": [], "GET /account": [], "GET /organization": [], "POST /organization": organization("o-new"),
            "POST /domain": body()}),
    );
    let api = server.open().await;
    let attach = async || api.attach_domain(&platform(), &domain(), DomainType::NonAuthoritative).await.expect("accepted");
    let organization_of = || server.body_of(&format!("POST {BASE}/domain"))["targetSpec"]["organizationId"].clone();
    attach().await;
    assert_eq!(
        server.body_of(&format!("POST {BASE}/domain")),
        json!({"targetSpec": {"name": "mydomain.ovh", "organizationId": "o-new", "autoConfigureMX": false, "autoConfigureSPF": false,
            "autoConfigureDKIM": false, "autoConfigureAutodiscover": false}})
    );
    assert_eq!(server.body_of(&format!("POST {BASE}/organization")), json!({"targetSpec": {"name": "mydomain.ovh", "label": "mydomain"}}));
    server.on(&format!("GET {BASE}/organization"), 200, json!([organization("o7"), organization("o8")]));
    attach().await;
    assert_eq!(organization_of(), json!("o7"));
    server.on(&format!("GET {BASE}/account"), 200, json!([account("a1", "john@example.com")]));
    attach().await;
    assert_eq!(organization_of(), json!("o1"), "where an account is");
    server.on(&format!("GET {BASE}/domain?domainName=mydomain.ovh"), 200, json!([body()]));
    server.on(&format!("DELETE {BASE}/domain/d1"), 200, json!(null));
    api.detach_domain(&platform(), &domain()).await.expect("accepted");
    api.detach_domain(&platform(), &"example.com".parse().expect("a domain")).await.expect("none there is fine");
    assert_eq!(api.set_domain_type(&platform(), &domain(), DomainType::Authoritative).await, Ok(()), "there are no types");
}
