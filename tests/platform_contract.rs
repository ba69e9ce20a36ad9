//! One story, told to both doors of the world: in process, and through our own client over HTTP. The answers must be the same, so that
//! what the engine's tests learn from the first holds for the second. The name servers are asked the same way.

use std::sync::Arc;

use mailferry::adapters::dns::{LiveDns, Servers};
use mailferry::adapters::ovh::{OvhGate, OvhOptions};
use mailferry::domain::{
    AccessRule, Account, AttachedDomain, DomainName, DomainType, EmailAddress, RecordType, Secret, Service, ZoneRecord,
};
use mailferry::ports::{ApiError, PlatformApi, PlatformGate, Resolver, SeatRequest};
use mailferry::sandbox::demo::{Demo, DemoOptions, MailSize};
use mailferry::sandbox::mail::Directory;
use mailferry::sandbox::world::{ApiFault, ApiFaultKind, Condition, DOMAIN, Pace, World, email_pro_service, exchange_service};

/// What was said, with what differs by nature (query ids, numbers of operations) taken out.
#[derive(Default)]
struct Told {
    services: Vec<Vec<Service>>,
    accounts: Vec<Vec<Account>>,
    domains: Vec<Option<AttachedDomain>>,
    records: Vec<Vec<ZoneRecord>>,
    exports: Vec<String>,
    refusals: Vec<&'static str>,
    logins: Vec<bool>,
}

impl Told {
    fn refused<T: std::fmt::Debug>(&mut self, said: Result<T, ApiError>) {
        self.refusals.push(match said.expect_err("a refusal") {
            ApiError::Unreachable(_) => "unreachable",
            ApiError::KeysRefused { .. } => "keys refused",
            ApiError::KeyExpired { .. } => "key expired",
            ApiError::RuleMissing { .. } => "rule missing",
            ApiError::NotFound { .. } => "not found",
            ApiError::InProgress { .. } => "in progress",
            ApiError::AddressTaken { .. } => "address taken",
            ApiError::NoSeat { .. } => "no seat",
            ApiError::PasswordRefused { .. } => "password refused",
            ApiError::TooMany { .. } => "too many",
            ApiError::Expired { .. } => "expired",
            ApiError::Refused { .. } => "refused",
            ApiError::Failed { .. } => "failed",
            ApiError::NotUnderstood { .. } => "not understood",
        });
    }

    async fn look(&mut self, api: &dyn PlatformApi) {
        self.services.push(api.services().await.expect("listed"));
        for service in [exchange_service(), email_pro_service()] {
            self.accounts.push(api.accounts(&service).await.expect("listed"));
            self.domains.push(api.domain(&service, &domain()).await.expect("answered"));
        }
        self.records.push(api.zone_records(&domain()).await.expect("answered").expect("managed"));
        self.exports.push(api.zone_export(&domain()).await.expect("text"));
    }
}

fn domain() -> DomainName {
    DOMAIN.parse().expect("a constant")
}

fn address(local: &str) -> EmailAddress {
    format!("{local}@{DOMAIN}").parse().expect("valid")
}

async fn story(gate: &dyn PlatformGate, demo: &Demo) -> Told {
    let world = demo.world();
    let mut told = Told::default();
    let api = gate.open(&demo.api_endpoint(), &demo.api_keys()).await.expect("known keys");
    told.look(&*api).await;
    attach_and_rename(&mut told, &*api, world).await;
    told.look(&*api).await;
    let seat = create(&mut told, &*api, world).await;
    told.look(&*api).await;
    dns(&mut told, &*api, world).await;
    told.look(&*api).await;
    refuse(&mut told, &*api, world, &seat).await;
    keys(&mut told, gate, demo).await;
    told
}

async fn attach_and_rename(told: &mut Told, api: &dyn PlatformApi, world: &World) {
    let (exchange, pro) = (exchange_service(), email_pro_service());
    told.refused(api.attach_domain(&pro, &domain(), DomainType::Authoritative).await);
    api.attach_domain(&pro, &domain(), DomainType::NonAuthoritative).await.expect("accepted");
    world.wait_idle().await;
    api.rename_account(&exchange, &address("john.smith"), &address("john.smith01")).await.expect("accepted");
    told.refused(api.rename_account(&exchange, &address("john.smith"), &address("john.smith02")).await);
    world.wait_idle().await;
    assert_eq!(api.account(&exchange, &address("john.smith")).await, Ok(None));
    told.refused(api.rename_account(&exchange, &address("anna.keller"), &address("info")).await);
    told.refused(api.rename_account(&exchange, &address("nobody"), &address("somebody")).await);
}

async fn create(told: &mut Told, api: &dyn PlatformApi, world: &World) -> EmailAddress {
    let pro = email_pro_service();
    let accounts = api.accounts(&pro).await.expect("listed");
    let seat = accounts.into_iter().find(|a| !a.is_configured).expect("a seat").address;
    let request = SeatRequest {
        seat: seat.clone(),
        address: address("john.smith"),
        display_name: Some("John Smith".to_owned()),
        first_name: Some("John".to_owned()),
        last_name: Some("Smith".to_owned()),
    };
    world.ask_for(ApiFault::once("PUT", "*", ApiFaultKind::AnswerLost));
    told.refused(api.configure_seat(&pro, &request).await);
    world.wait_idle().await;
    told.refused(api.configure_seat(&pro, &request).await);
    told.refused(api.change_password(&pro, &address("john.smith"), &Secret::new("short")).await);
    let id = api.change_password(&pro, &address("john.smith"), &Secret::new("Long-Enough-1")).await.expect("accepted");
    assert!(api.operation(&pro, id).await.expect("answered").is_some());
    world.wait_idle().await;
    assert_eq!(api.operation(&pro, id).await, Ok(None));
    told.logins.push(world.authenticate("pro1.mail.ovh.net", &address("john.smith").to_string(), "Long-Enough-1").is_ok());
    seat
}

async fn dns(told: &mut Told, api: &dyn PlatformApi, world: &World) {
    let records = api.zone_records(&domain()).await.expect("answered").expect("managed");
    let spf = records.iter().find(|r| r.target.contains("v=spf1")).cloned().expect("there");
    let fixed = ZoneRecord { target: "\"v=spf1 include:spf.example.com include:mx.ovh.com ~all\"".to_owned(), ..spf };
    api.zone_update(&domain(), &fixed).await.expect("changed");
    let dmarc = ZoneRecord {
        id: 0,
        field_type: "TXT".to_owned(),
        sub_domain: "_dmarc".to_owned(),
        target: "\"v=DMARC1; p=none\"".to_owned(),
        ttl: 600,
    };
    api.zone_add(&domain(), &dmarc).await.expect("added");
    told.refused(api.zone_add(&domain(), &ZoneRecord { target: "nonsense".to_owned(), field_type: "MX".to_owned(), ..dmarc }).await);
    let leftover = records.iter().find(|r| r.sub_domain == "autoconfig").expect("there").id;
    for _ in 0..2 {
        api.zone_remove(&domain(), leftover).await.expect("gone is fine");
    }
    api.zone_refresh(&domain()).await.expect("accepted");
    world.wait_idle().await;
    assert_eq!(api.zone_records(&"example.org".parse().expect("valid")).await, Ok(None), "not in this account");
}

async fn refuse(told: &mut Told, api: &dyn PlatformApi, world: &World, seat: &EmailAddress) {
    let (exchange, pro) = (exchange_service(), email_pro_service());
    told.refused(api.reset_account(&pro, seat).await);
    told.refused(api.detach_domain(&exchange, &domain()).await);
    api.reset_account(&pro, &address("john.smith")).await.expect("accepted");
    world.wait_idle().await;
    api.detach_domain(&pro, &domain()).await.expect("accepted");
    world.wait_idle().await;
    api.detach_domain(&pro, &domain()).await.expect("gone is fine");
    for kind in
        [ApiFaultKind::Fails(503), ApiFaultKind::KeyExpired, ApiFaultKind::RuleMissing, ApiFaultKind::TooMany, ApiFaultKind::RequestLost]
    {
        world.ask_for(ApiFault::once("PUT", "*", kind));
        told.refused(api.rename_account(&exchange, &address("info"), &address("info01")).await);
    }
    world.set_condition(&exchange, Condition::Suspended).expect("known");
    told.refused(api.reset_account(&exchange, &address("info")).await);
    told.services.push(api.services().await.expect("listed"));
    world.set_condition(&exchange, Condition::Expired).expect("known");
    told.refused(api.accounts(&exchange).await);
    told.services.push(api.services().await.expect("listed"));
    world.set_condition(&exchange, Condition::Ok).expect("known");
}

async fn keys(told: &mut Told, gate: &dyn PlatformGate, demo: &Demo) {
    let rules = [AccessRule { method: "GET".to_owned(), path: "/email/pro*".to_owned() }];
    let asked = gate.request_consumer_key(&demo.api_endpoint(), &demo.api_keys(), &rules).await.expect("answered");
    let narrow = demo.api_keys().with_consumer_key(Some(asked.consumer_key));
    let api = gate.open(&demo.api_endpoint(), &narrow).await.expect("known application");
    told.refused(api.credential().await);
    demo.world().accept_waiting_keys().expect("in memory");
    assert_eq!(api.credential().await.expect("accepted").rules, rules);
    told.refused(api.services().await);
    told.refused(api.reset_account(&email_pro_service(), &address("anybody")).await);
}

async fn demo() -> Demo {
    let options = DemoOptions { pace: Pace::Quick, size: MailSize::Small, ..DemoOptions::default() };
    Demo::start(options).await.expect("started")
}

#[tokio::test(flavor = "multi_thread")]
async fn both_doors_of_the_world_tell_the_same_story() {
    let (near, far) = (demo().await, demo().await);
    let through_http = OvhGate::new(OvhOptions { resolve: vec![("localhost".to_owned(), far.api_address())], ..OvhOptions::default() });
    let in_process = story(near.world(), &near).await;
    let over_http = story(&through_http, &far).await;
    assert_eq!(in_process.refusals, over_http.refusals);
    assert_eq!(in_process.services, over_http.services);
    assert_eq!(in_process.accounts, over_http.accounts);
    assert_eq!(in_process.domains, over_http.domains);
    assert_eq!(in_process.records, over_http.records);
    assert_eq!(in_process.exports, over_http.exports);
    assert_eq!(in_process.logins, over_http.logins);
    assert_eq!(in_process.logins, [true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_resolver_sees_through_sockets_what_the_world_says_in_process() {
    let demo = demo().await;
    let live: Arc<dyn Resolver> = Arc::new(LiveDns::new(Servers::Fixed(vec![demo.dns_address()])));
    for (name, record_type) in [
        ("", RecordType::Mx),
        ("", RecordType::Txt),
        ("", RecordType::Srv),
        ("_autodiscover._tcp", RecordType::Srv),
        ("_dmarc", RecordType::Txt),
        ("autodiscover", RecordType::Cname),
        ("www", RecordType::Mx),
        ("nobody", RecordType::Cname),
    ] {
        let mut near = demo.world().lookup(&domain(), name, record_type).await.expect("answered");
        let mut far = live.lookup(&domain(), name, record_type).await.expect("answered");
        near.records.sort_by(|a, b| a.value.cmp(&b.value));
        far.records.sort_by(|a, b| a.value.cmp(&b.value));
        assert_eq!(near, far, "{name:?} {record_type:?}");
    }
}
