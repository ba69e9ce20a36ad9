//! Groups of Exchange.

use serde_json::json;

use super::server::{Server, account_body, address, domain, hosted};
use crate::domain::{EmailAddress, Feature, FeatureOwner, Right};

const BASE: &str = "/1.0/email/exchange/org-zz1/service/hosted-zz1-1";
const ALL: &str = "/mailingList/all@mydomain.ovh";

fn whole() -> FeatureOwner {
    FeatureOwner::Domain(domain())
}

fn group() -> EmailAddress {
    address("all@mydomain.ovh")
}

fn bare() -> Feature {
    Feature::Group {
        address: group(),
        display_name: Some("Everybody".to_owned()),
        is_hidden: false,
        join: "approvalRequired".to_owned(),
        depart: "open".to_owned(),
        is_internal_only: true,
        largest_received_mb: Some(10),
        largest_sent_mb: None,
    }
}

fn parts() -> [Feature; 5] {
    let (anna, bob) = (address("anna@mydomain.ovh"), address("bob@example.org"));
    [
        Feature::GroupAlias { group: group(), alias: address("team@mydomain.ovh") },
        Feature::GroupMember { group: group(), member: anna.clone(), is_contact: false },
        Feature::GroupMember { group: group(), member: bob, is_contact: true },
        Feature::GroupManager { group: group(), account: anna.clone() },
        Feature::GroupDelegation { group: group(), right: Right::SendAs, account: anna },
    ]
}

#[tokio::test]
async fn a_group_is_told_bare_first_and_then_part_by_part() {
    let server = Server::start().await;
    server.answers(
        BASE,
        json!({
            "GET /mailingList": ["all@mydomain.ovh", "all@elsewhere.example.com"],
            (format!("GET {ALL}")): {"mailingListAddress": "all@mydomain.ovh", "displayName": "Everybody", "hiddenFromGAL": false,
                "joinRestriction": "approvalRequired", "departRestriction": "open", "senderAuthentification": true, "maxReceiveSize": 10,
                "maxSendSize": null},
            (format!("GET {ALL}/alias")): ["team@mydomain.ovh"],
            (format!("GET {ALL}/member/account")): [7],
            (format!("GET {ALL}/member/account/7")): {"memberAccountId": 7, "memberEmailAddress": "anna@mydomain.ovh"},
            (format!("GET {ALL}/member/contact")): [3],
            (format!("GET {ALL}/member/contact/3")): {"memberContactId": 3, "memberEmailAddress": "bob@example.org"},
            (format!("GET {ALL}/manager/account")): [7],
            (format!("GET {ALL}/manager/account/7")): {"managerAccountId": 7, "managerEmailAddress": "anna@mydomain.ovh"},
            (format!("GET {ALL}/sendAs")): [7],
            "GET /account?id=7": ["anna@mydomain.ovh"],
            "GET /sharedAccount": ["desk@mydomain.ovh", "desk@elsewhere.example.com"],
            "GET /publicFolder": ["Projects"],
        }),
    );
    let found = server.open().await.features(&hosted(), &whole()).await.expect("features");
    server.calls();
    let other = |kind: &str, name: &str| Feature::Other { kind: kind.to_owned(), name: name.to_owned() };
    let others = [other("sharedAccount", "desk@mydomain.ovh"), other("publicFolder", "Projects")];
    let expected: Vec<Feature> = [bare()].into_iter().chain(parts()).chain(others).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_group_is_made_elsewhere_with_the_numbers_of_there() {
    let server = Server::start().await;
    let task = json!({"id": 1, "status": "todo"});
    let mut anna = account_body("anna@mydomain.ovh");
    anna["id"] = json!(41);
    let mut answers = json!({
        "GET /account/anna@mydomain.ovh": anna,
        "GET /externalContact/bob@example.org": {"id": 42},
        "POST /mailingList": task,
    });
    for path in ["alias", "member/account", "member/contact", "manager/account", "sendAs"] {
        answers[format!("POST {ALL}/{path}")] = task.clone();
    }
    for path in ["/alias/team@mydomain.ovh", "/member/account/41", "/member/contact/42", "/manager/account/41", "/sendAs/41", ""] {
        answers[format!("DELETE {ALL}{path}")] = task.clone();
    }
    server.answers(BASE, answers);
    let api = server.open().await;
    for feature in [bare()].iter().chain(&parts()) {
        api.add_feature(&hosted(), &whole(), feature).await.expect("accepted");
    }
    let sent = |path: &str| server.body_of(&format!("POST {BASE}{path}"));
    assert_eq!(
        sent("/mailingList"),
        json!({"mailingListAddress": "all@mydomain.ovh", "displayName": "Everybody", "hiddenFromGAL": false,
            "joinRestriction": "approvalRequired", "departRestriction": "open", "senderAuthentification": true, "maxReceiveSize": 10})
    );
    for (path, body) in [
        ("alias", json!({"alias": "team@mydomain.ovh"})),
        ("member/account", json!({"memberAccountId": 41})),
        ("member/contact", json!({"memberContactId": 42})),
        ("manager/account", json!({"managerAccountId": 41})),
        ("sendAs", json!({"allowAccountId": 41})),
    ] {
        assert_eq!(sent(&format!("{ALL}/{path}")), body, "{path}");
    }
    for feature in parts().iter().chain([&bare()]) {
        api.remove_feature(&hosted(), &whole(), feature).await.expect("accepted");
    }
    assert_eq!(server.calls().iter().filter(|(call, _)| call.starts_with("DELETE ")).count(), 6);
}
