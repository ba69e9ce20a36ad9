//! One story, told to both doors of the world: in process, and through our own client over HTTP. The answers must be the same, so that
//! what the engine's tests learn from the first holds for the second. The name servers are asked the same way.

use std::collections::BTreeMap;
use std::sync::Arc;

use mailferry::adapters::dns::{LiveDns, Servers};
use mailferry::adapters::ovh::{OvhGate, OvhOptions};
use mailferry::domain::{
    AccessRule, Account, AttachedDomain, ByteSize, CredentialStatus, DomainName, DomainType, EmailAddress, Feature, FeatureOwner,
    MailAccess, MigrationCheck, RecordType, Right, Secret, Service, ServiceContacts, ServiceId, ZoneRecord,
};
use mailferry::ports::{ApiError, ApiKeys, NewAccount, PlatformApi, PlatformGate, Resolver, SeatRequest};
use mailferry::sandbox::demo::{Demo, DemoOptions, MailSize};
use mailferry::sandbox::mail::Directory;
use mailferry::sandbox::world::{
    ApiFault, ApiFaultKind, CLIENT_ID, CLIENT_SECRET, Condition, DOMAIN, MX_PLAN_DOMAIN, MX_PLAN_LEGACY_DOMAIN, MX_PLAN_ZIMBRA_DOMAIN,
    Pace, World, email_pro_service, exchange_service, mx_plan_legacy_service, mx_plan_service, mx_plan_zimbra_service, zimbra_service,
};

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

async fn demo(pace: Pace) -> Demo {
    Demo::start(DemoOptions { pace, size: MailSize::Small, ..DemoOptions::default() }).await.expect("started")
}

#[tokio::test(flavor = "multi_thread")]
async fn both_doors_of_the_world_tell_the_same_story() {
    let (near, far) = (demo(Pace::Calm).await, demo(Pace::Calm).await);
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

/// What was said of the platforms beside Exchange and Email Pro.
#[derive(Default)]
struct Tour {
    told: Told,
    features: Vec<Vec<Feature>>,
    contacts: Vec<Option<ServiceContacts>>,
    access: Vec<MailAccess>,
    checks: Vec<MigrationCheck>,
    seats: Vec<usize>,
}

fn at(text: &str) -> EmailAddress {
    text.parse().expect("valid")
}

/// Each service with its domain and the people on it.
fn estate() -> Vec<(ServiceId, Option<DomainName>, Vec<EmailAddress>)> {
    let people = |domain: &str, locals: &[&str]| locals.iter().map(|local| at(&format!("{local}@{domain}"))).collect::<Vec<_>>();
    let name = |text: &str| Some(text.parse().expect("a constant"));
    vec![
        (mx_plan_zimbra_service(), name(MX_PLAN_ZIMBRA_DOMAIN), people(MX_PLAN_ZIMBRA_DOMAIN, &["orders", "lucy.brown"])),
        (mx_plan_service(), name(MX_PLAN_DOMAIN), people(MX_PLAN_DOMAIN, &["hello"])),
        (mx_plan_legacy_service(), name(MX_PLAN_LEGACY_DOMAIN), people(MX_PLAN_LEGACY_DOMAIN, &["treasurer", "secretary"])),
        (zimbra_service(), None, Vec::new()),
        (exchange_service(), name(DOMAIN), people(DOMAIN, &["anna.keller"])),
    ]
}

impl Tour {
    async fn look(&mut self, api: &dyn PlatformApi) {
        self.told.services.push(api.services().await.expect("listed"));
        for (service, domain, people) in estate() {
            self.told.accounts.push(api.accounts(&service).await.expect("listed"));
            self.contacts.push(api.contacts(&service).await.expect("told"));
            if let Some(domain) = domain {
                self.told.domains.push(api.domain(&service, &domain).await.expect("answered"));
                self.features.push(api.features(&service, &FeatureOwner::Domain(domain)).await.expect("told"));
            }
            for person in people {
                if api.account(&service, &person).await.expect("answered").is_some() {
                    self.access.push(api.mail_access(&service, &person).await.expect("told"));
                    self.features.push(api.features(&service, &FeatureOwner::Account(person)).await.expect("told"));
                }
            }
        }
    }
}

fn newcomer(address: &str, password: &str) -> NewAccount {
    NewAccount {
        address: at(address),
        password: Secret::new(password),
        display_name: Some("New Comer".to_owned()),
        first_name: Some("New".to_owned()),
        last_name: Some("Comer".to_owned()),
        holds: ByteSize(1 << 20),
    }
}

/// Done: accepted, and carried out.
async fn done<T>(world: &World, said: Result<T, ApiError>) {
    assert!(said.is_ok(), "{:?}", said.err());
    world.wait_idle().await;
}

async fn tour(gate: &dyn PlatformGate, demo: &Demo, keys: ApiKeys) -> Tour {
    let mut tour = Tour::default();
    let api = gate.open(&demo.api_endpoint(), &keys).await.expect("known keys");
    assert_eq!(api.credential().await.expect("told").status, CredentialStatus::Validated);
    tour.look(&*api).await;
    on_zimbra(&mut tour, &*api, demo.world()).await;
    tour.look(&*api).await;
    on_mx_plans(&mut tour, &*api, demo.world()).await;
    tour.look(&*api).await;
    carried(&mut tour, &*api, demo.world()).await;
    tour.look(&*api).await;
    migrated(&mut tour, &*api, demo.world()).await;
    tour.look(&*api).await;
    tour
}

async fn on_zimbra(tour: &mut Tour, api: &dyn PlatformApi, world: &World) {
    let (zimbra, domain) = (zimbra_service(), domain());
    tour.told.refused(api.create_account(&zimbra, &newcomer("new.comer@mydomain.ovh", "Long-Enough-20")).await);
    done(world, api.attach_domain(&zimbra, &domain, DomainType::NonAuthoritative).await).await;
    tour.told.domains.push(api.domain(&zimbra, &domain).await.expect("answered"));
    for (address, password) in [("new.comer@mydomain.ovh", "too-weak-this-is"), ("info@mydomain.ovh", "Long-Enough-20")] {
        tour.told.refused(api.create_account(&zimbra, &newcomer(address, password)).await);
    }
    for local in ["one", "two", "three", "four"] {
        done(world, api.create_account(&zimbra, &newcomer(&format!("{local}@mydomain.ovh"), "Long-Enough-20")).await).await;
    }
    tour.told.refused(api.create_account(&zimbra, &newcomer("five@mydomain.ovh", "Long-Enough-20")).await);
    done(world, api.rename_account(&zimbra, &at("two@mydomain.ovh"), &at("second@mydomain.ovh")).await).await;
    done(world, api.change_password(&zimbra, &at("one@mydomain.ovh"), &Secret::new("Other-Enough-20")).await).await;
    tour.told.refused(api.change_password(&zimbra, &at("one@mydomain.ovh"), &Secret::new("weak")).await);
    tour.told.refused(api.rename_account(&zimbra, &at("one@mydomain.ovh"), &at("info@mydomain.ovh")).await);
    done(world, api.reset_account(&zimbra, &at("four@mydomain.ovh")).await).await;
    let one = FeatureOwner::Account(at("one@mydomain.ovh"));
    let redirection = Feature::Redirection { from: at("contact@mydomain.ovh"), to: at("one@mydomain.ovh") };
    for feature in [Feature::Alias { alias: at("first@mydomain.ovh") }, Feature::HiddenFromDirectory, redirection] {
        done(world, api.add_feature(&zimbra, &one, &feature).await).await;
    }
    tour.features.push(api.features(&zimbra, &one).await.expect("told"));
    done(world, api.remove_feature(&zimbra, &one, &Feature::Alias { alias: at("first@mydomain.ovh") }).await).await;
    tour.told.refused(api.detach_domain(&zimbra, &domain).await);
}

async fn on_mx_plans(tour: &mut Tour, api: &dyn PlatformApi, world: &World) {
    let (plan, legacy) = (mx_plan_zimbra_service(), mx_plan_legacy_service());
    let orders = at(&format!("orders@{MX_PLAN_ZIMBRA_DOMAIN}"));
    let later = at(&format!("orders-old@{MX_PLAN_ZIMBRA_DOMAIN}"));
    done(world, api.rename_account(&plan, &orders, &later).await).await;
    done(world, api.rename_account(&plan, &later, &orders).await).await;
    tour.told.refused(api.attach_domain(&plan, &domain(), DomainType::NonAuthoritative).await);
    tour.told.refused(api.create_account(&plan, &newcomer(&format!("more@{MX_PLAN_ZIMBRA_DOMAIN}"), "Long-Enough-20")).await);
    let treasurer = at(&format!("treasurer@{MX_PLAN_LEGACY_DOMAIN}"));
    tour.told.refused(api.rename_account(&legacy, &treasurer, &later).await);
    tour.told.refused(api.create_account(&legacy, &newcomer(&treasurer.to_string(), "Long-Enough-20")).await);
    tour.told.refused(api.change_password(&legacy, &treasurer, &Secret::new("short")).await);
    let more = format!("more@{MX_PLAN_LEGACY_DOMAIN}");
    let id = api.create_account(&legacy, &newcomer(&more, "Long-Enough-20")).await.expect("accepted");
    world.wait_idle().await;
    assert!(api.account(&legacy, &at(&more)).await.expect("answered").is_some());
    assert_eq!(api.operation(&legacy, id).await, Ok(None));
    done(world, api.reset_account(&legacy, &at(&more)).await).await;
}

/// All features that are there are taken away and made again.
async fn carried(tour: &mut Tour, api: &dyn PlatformApi, world: &World) {
    let (pro, exchange) = (email_pro_service(), exchange_service());
    for (service, domain, people) in estate() {
        let owners = people.into_iter().map(FeatureOwner::Account).chain(domain.into_iter().map(FeatureOwner::Domain));
        for owner in owners.collect::<Vec<_>>() {
            let all = api.features(&service, &owner).await.expect("told");
            let all: Vec<Feature> = all.into_iter().filter(|feature| !matches!(feature, Feature::MailingList { .. })).collect();
            for feature in all.iter().rev() {
                done(world, api.remove_feature(&service, &owner, feature).await).await;
                done(world, api.remove_feature(&service, &owner, feature).await).await;
            }
            for feature in &all {
                done(world, api.add_feature(&service, &owner, feature).await).await;
            }
        }
    }
    let (anna, john) = (at("anna.keller@mydomain.ovh"), at("john.smith@mydomain.ovh"));
    let group = at("team@mydomain.ovh");
    let of_domain = [
        Feature::Contact {
            address: at("marie.duval@example.org"),
            display_name: Some("Marie Duval".to_owned()),
            first_name: None,
            last_name: None,
            initials: None,
            is_hidden: false,
        },
        Feature::Group {
            address: group.clone(),
            display_name: None,
            is_hidden: true,
            join: "closed".to_owned(),
            depart: "open".to_owned(),
            is_internal_only: true,
            largest_received_mb: None,
            largest_sent_mb: Some(10),
        },
        Feature::GroupAlias { group: group.clone(), alias: at("everybody@mydomain.ovh") },
        Feature::GroupMember { group: group.clone(), member: john.clone(), is_contact: false },
        Feature::GroupMember { group: group.clone(), member: at("marie.duval@example.org"), is_contact: true },
        Feature::GroupManager { group: group.clone(), account: john.clone() },
        Feature::GroupDelegation { group, right: Right::SendAs, account: anna.clone() },
        Feature::Disclaimer { content: "<p>Example</p>".to_owned(), is_outside_only: true },
    ];
    for feature in &of_domain {
        done(world, api.add_feature(&exchange, &FeatureOwner::Domain(domain()), feature).await).await;
    }
    let spam = BTreeMap::from([("spamAndVirusConfiguration.tagSpam".to_owned(), "false".to_owned())]);
    let of_anna = [
        Feature::Alias { alias: at("anna@mydomain.ovh") },
        Feature::Delegation { right: Right::FullAccess, account: john.clone() },
        Feature::Delegation { right: Right::SendOnBehalf, account: john },
        Feature::HiddenFromDirectory,
        Feature::Forwarding { to: at("copies@example.org"), keeps_copy: true },
        Feature::SpamSettings { settings: spam },
    ];
    for feature in &of_anna {
        done(world, api.add_feature(&exchange, &FeatureOwner::Account(anna.clone()), feature).await).await;
    }
    let nobody = Feature::Delegation { right: Right::SendAs, account: at("nobody@mydomain.ovh") };
    tour.told.refused(api.add_feature(&exchange, &FeatureOwner::Account(anna.clone()), &nobody).await);
    let taken = Feature::Alias { alias: at("everybody@mydomain.ovh") };
    tour.told.refused(api.add_feature(&exchange, &FeatureOwner::Account(anna), &taken).await);
    let sales = FeatureOwner::Account(at("sales@example.com"));
    let reply = Feature::Responder { content: "Away".to_owned(), from: None, to: None, copies: false, copy_to: None };
    tour.told.refused(api.add_feature(&pro, &sales, &reply).await);
}

async fn migrated(tour: &mut Tour, api: &dyn PlatformApi, world: &World) {
    let (legacy, exchange, name) = (mx_plan_legacy_service(), exchange_service(), MX_PLAN_LEGACY_DOMAIN);
    let (treasurer, secretary) = (at(&format!("treasurer@{name}")), at(&format!("secretary@{name}")));
    done(world, api.attach_domain(&exchange, &name.parse().expect("a name"), DomainType::NonAuthoritative).await).await;
    for to in [exchange.clone(), zimbra_service(), mx_plan_service()] {
        tour.seats.push(api.migration_seats(&legacy, &treasurer, &to).await.expect("told").len());
    }
    let seat = api.migration_seats(&legacy, &treasurer, &exchange).await.expect("offered").remove(0);
    for account in [&treasurer, &secretary] {
        tour.checks.push(api.check_migration(&legacy, account, &exchange, &seat).await.expect("a success"));
    }
    let wrong = Secret::new("Wrong-Password-1");
    tour.told.refused(api.migrate_account(&legacy, &treasurer, &exchange, &seat, &wrong).await);
    let password = world.logins().into_iter().find(|l| l.address == treasurer).and_then(|l| l.password).expect("known");
    let id = api.migrate_account(&legacy, &treasurer, &exchange, &seat, &password).await.expect("accepted");
    world.wait_idle().await;
    assert_eq!(api.operation(&legacy, id).await, Ok(None));
    assert_eq!(api.account(&legacy, &treasurer).await, Ok(None));
    assert!(api.account(&exchange, &treasurer).await.expect("answered").is_some_and(|account| account.is_configured));
}

fn differences<T: std::fmt::Debug + PartialEq>(what: &str, near: &[T], far: &[T]) -> Vec<String> {
    let unlike = near.iter().zip(far).filter(|(near, far)| near != far).map(|(near, far)| format!("{what}:\n  {near:?}\n  {far:?}"));
    let count = (near.len() != far.len()).then(|| format!("{what}: {} and {}", near.len(), far.len()));
    unlike.chain(count).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_doors_tell_the_same_of_every_platform() {
    let (near, far) = (demo(Pace::Quick).await, demo(Pace::Quick).await);
    let through_http = OvhGate::new(OvhOptions { resolve: vec![("localhost".to_owned(), far.api_address())], ..OvhOptions::default() });
    let client = ApiKeys::Client { client_id: Secret::new(CLIENT_ID), client_secret: Secret::new(CLIENT_SECRET) };
    let in_process = tour(near.world(), &near, client.clone()).await;
    let over_http = tour(&through_http, &far, client).await;
    let differences = [
        differences("refusals", &in_process.told.refusals, &over_http.told.refusals),
        differences("services", &in_process.told.services.concat(), &over_http.told.services.concat()),
        differences("accounts", &in_process.told.accounts.concat(), &over_http.told.accounts.concat()),
        differences("domains", &in_process.told.domains, &over_http.told.domains),
        differences("features", &in_process.features, &over_http.features),
        differences("contacts", &in_process.contacts, &over_http.contacts),
        differences("access", &in_process.access, &over_http.access),
        differences("checks", &in_process.checks, &over_http.checks),
        differences("seats", &in_process.seats, &over_http.seats),
    ]
    .concat();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert_eq!(near.world().platform_snapshot(), far.world().platform_snapshot());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_resolver_sees_through_sockets_what_the_world_says_in_process() {
    let demo = demo(Pace::Quick).await;
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
