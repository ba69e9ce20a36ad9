//! Rules of the world, asked through the in-process door.

use std::time::Duration;

use super::*;
use crate::domain::{
    AccessRule, ApiEndpoint, DomainName, DomainType, EmailAddress, Moment, ObjectState, RecordType, Secret, ServiceId, ZoneRecord,
};
use crate::ports::{ApiError, ApiKeys, PlatformApi, PlatformGate, Resolver, SeatRequest};
use crate::sandbox::mail::{Directory, LoginRefusal, MailWorld, Template};

const NOW: Moment = Moment(1_790_000_000_000);

fn world() -> World {
    let options = WorldOptions { seed: 7, folder: None, pace: Pace::Quick, now: NOW };
    World::open(&options, MailWorld::in_memory(7)).expect("in memory")
}

fn address(text: &str) -> EmailAddress {
    text.parse().expect("valid")
}

fn domain(text: &str) -> DomainName {
    text.parse().expect("valid")
}

fn keys(world: &World) -> ApiKeys {
    ApiKeys::Application {
        application_key: Secret::new(APPLICATION_KEY),
        application_secret: Secret::new(APPLICATION_SECRET),
        consumer_key: Some(world.first_consumer_key()),
    }
}

fn endpoint() -> ApiEndpoint {
    "http://localhost/1.0".parse().expect("valid")
}

async fn api(world: &World) -> Box<dyn PlatformApi> {
    world.open(&endpoint(), &keys(world)).await.expect("known keys")
}

async fn free_seat(api: &dyn PlatformApi, service: &ServiceId) -> EmailAddress {
    let accounts = api.accounts(service).await.expect("listed");
    accounts.into_iter().find(|a| !a.is_configured).expect("a free seat").address
}

async fn attached(api: &dyn PlatformApi, world: &World) {
    api.attach_domain(&email_pro_service(), &domain(DOMAIN), DomainType::NonAuthoritative).await.expect("accepted");
    world.wait_idle().await;
}

fn request(seat: &EmailAddress, to: &str) -> SeatRequest {
    SeatRequest { seat: seat.clone(), address: address(to), display_name: Some("John Smith".to_owned()), first_name: None, last_name: None }
}

#[tokio::test(start_paused = true)]
async fn a_rename_moves_the_address_and_leaves_the_mail() {
    let world = world();
    let api = api(&world).await;
    let (exchange, old, new) = (exchange_service(), address("john.smith@mydomain.ovh"), address("john.smith01@mydomain.ovh"));
    let mail = world.mail_of(EXCHANGE_HOST, &old).expect("there");
    api.rename_account(&exchange, &old, &new).await.expect("accepted");
    let meanwhile = api.account(&exchange, &old).await.expect("answered").expect("still under the old name");
    assert_eq!(meanwhile.state, ObjectState::Busy);
    let operation = meanwhile.operation.expect("an operation runs");
    assert_eq!(api.operation(&exchange, operation).await, Ok(Some(ObjectState::Busy)));
    assert!(matches!(api.rename_account(&exchange, &old, &new).await, Err(ApiError::InProgress { .. })));
    assert!(matches!(api.change_password(&exchange, &old, &Secret::new("Valid-Pass-1234")).await, Err(ApiError::InProgress { .. })));
    world.wait_idle().await;
    assert_eq!(api.operation(&exchange, operation).await, Ok(None), "a finished operation is forgotten");
    assert_eq!(api.account(&exchange, &old).await, Ok(None));
    assert_eq!(world.mail_of(EXCHANGE_HOST, &new), Some(mail.clone()));
    let password = seeded_password(7, EXCHANGE_HOST, &old);
    assert_eq!(world.authenticate(EXCHANGE_HOST, &new.to_string(), password.expose()), Ok(mail));
    assert_eq!(world.authenticate(EXCHANGE_HOST, &old.to_string(), password.expose()), Err(LoginRefusal::WrongPassword));
}

#[tokio::test(start_paused = true)]
async fn a_person_waits_for_an_operation_for_seconds() {
    let options = WorldOptions { seed: 7, folder: None, pace: Pace::Human, now: NOW };
    let world = World::open(&options, MailWorld::in_memory(7)).expect("in memory");
    let api = api(&world).await;
    let start = tokio::time::Instant::now();
    api.rename_account(&exchange_service(), &address("info@mydomain.ovh"), &address("info01@mydomain.ovh")).await.expect("accepted");
    world.wait_idle().await;
    assert!((2..=7).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn an_address_is_used_once_in_the_whole_world() {
    let world = world();
    let api = api(&world).await;
    attached(&*api, &world).await;
    let (exchange, pro) = (exchange_service(), email_pro_service());
    let seat = free_seat(&*api, &pro).await;
    let taken = api.configure_seat(&pro, &request(&seat, "john.smith@mydomain.ovh")).await;
    assert!(matches!(taken, Err(ApiError::AddressTaken { .. })), "{taken:?}");
    let (old, new) = (address("john.smith@mydomain.ovh"), address("john.smith01@mydomain.ovh"));
    api.rename_account(&exchange, &old, &new).await.expect("accepted");
    let promised = api.configure_seat(&pro, &request(&seat, "john.smith01@mydomain.ovh")).await;
    assert!(matches!(promised, Err(ApiError::AddressTaken { .. })), "promised to a rename that runs");
    let not_released = api.configure_seat(&pro, &request(&seat, "john.smith@mydomain.ovh")).await;
    assert!(matches!(not_released, Err(ApiError::AddressTaken { .. })), "not released before the rename is done");
    world.wait_idle().await;
    api.configure_seat(&pro, &request(&seat, "john.smith@mydomain.ovh")).await.expect("released");
}

#[tokio::test(start_paused = true)]
async fn a_seat_becomes_an_account_only_in_a_domain_that_is_ready() {
    let world = world();
    let api = api(&world).await;
    let pro = email_pro_service();
    let seat = free_seat(&*api, &pro).await;
    let wish = request(&seat, "new.person@mydomain.ovh");
    assert!(matches!(api.configure_seat(&pro, &wish).await, Err(ApiError::Refused { .. })), "not attached");
    api.attach_domain(&pro, &domain(DOMAIN), DomainType::NonAuthoritative).await.expect("accepted");
    let creating = api.domain(&pro, &domain(DOMAIN)).await.expect("answered").expect("listed at once");
    assert_eq!(creating.state, ObjectState::Busy);
    assert!(matches!(api.configure_seat(&pro, &wish).await, Err(ApiError::Refused { .. })), "not ready");
    world.wait_idle().await;
    let ready = api.domain(&pro, &domain(DOMAIN)).await.expect("answered").expect("there");
    assert_eq!((ready.state, ready.is_validated, ready.dkim.len()), (ObjectState::Ok, true, 2));
    api.configure_seat(&pro, &wish).await.expect("accepted");
    world.wait_idle().await;
    let made = api.account(&pro, &wish.address).await.expect("answered").expect("there");
    assert_eq!((made.is_configured, made.display_name.as_deref()), (true, Some("John Smith")));
    assert!(matches!(api.configure_seat(&pro, &wish).await, Err(ApiError::NotFound { .. })), "the placeholder is gone");
    assert_eq!(api.services().await.expect("listed")[1].free_seats, 4);
}

#[tokio::test(start_paused = true)]
async fn a_new_password_counts_when_its_operation_is_done() {
    let world = world();
    let api = api(&world).await;
    let (exchange, john) = (exchange_service(), address("john.smith@mydomain.ovh"));
    for bad in ["Ab1-", "alllowercase", "Has Blank 123", "john.smith-X1"] {
        let refused = api.change_password(&exchange, &john, &Secret::new(bad)).await;
        assert!(matches!(refused, Err(ApiError::PasswordRefused { .. })), "{bad}");
    }
    api.change_password(&exchange, &john, &Secret::new("Fresh-Pass-2030")).await.expect("accepted");
    let login = |password: &str| world.authenticate(EXCHANGE_HOST, "john.smith@mydomain.ovh", password);
    assert!(login("Fresh-Pass-2030").is_err());
    world.wait_idle().await;
    assert!(login("Fresh-Pass-2030").is_ok());
    assert!(login(seeded_password(7, EXCHANGE_HOST, &john).expose()).is_err());
    assert_eq!(world.logins().iter().find(|l| l.address == john).and_then(|l| l.password.clone()), None);
}

#[tokio::test(start_paused = true)]
async fn a_reset_drops_the_mail_and_frees_the_seat() {
    let world = world();
    let api = api(&world).await;
    let (exchange, info) = (exchange_service(), address("info@mydomain.ovh"));
    let mail = world.mail_of(EXCHANGE_HOST, &info).expect("there");
    world.mail().create_empty(&mail, Template::Exchange).expect("in memory");
    api.reset_account(&exchange, &info).await.expect("accepted");
    world.wait_idle().await;
    assert_eq!(api.account(&exchange, &info).await, Ok(None));
    assert!(!world.mail().has_account(&mail));
    let services = api.services().await.expect("listed");
    assert_eq!((services[0].accounts, services[0].free_seats), (2, 4));
    let seat = free_seat(&*api, &exchange).await;
    assert!(matches!(api.reset_account(&exchange, &seat).await, Err(ApiError::Refused { .. })), "nothing to reset");
}

#[tokio::test(start_paused = true)]
async fn a_domain_is_authoritative_once_and_stays_while_it_has_accounts() {
    let world = world();
    let api = api(&world).await;
    let (exchange, pro, name) = (exchange_service(), email_pro_service(), domain(DOMAIN));
    let second = api.attach_domain(&pro, &name, DomainType::Authoritative).await;
    assert!(matches!(second, Err(ApiError::Refused { .. })), "{second:?}");
    attached(&*api, &world).await;
    assert!(matches!(api.attach_domain(&pro, &name, DomainType::NonAuthoritative).await, Err(ApiError::Refused { .. })));
    assert!(matches!(api.detach_domain(&exchange, &name).await, Err(ApiError::Refused { .. })), "it has accounts");
    api.detach_domain(&pro, &name).await.expect("accepted");
    world.wait_idle().await;
    assert_eq!(api.domain(&pro, &name).await, Ok(None));
}

#[tokio::test(start_paused = true)]
async fn badges_turn_green_when_the_zone_is_published_not_before() {
    let world = world();
    let api = api(&world).await;
    attached(&*api, &world).await;
    let (pro, zone) = (email_pro_service(), domain(DOMAIN));
    let badges = async || api.domain(&pro, &zone).await.expect("answered").expect("attached");
    let before = badges().await;
    assert_eq!((before.is_mx_valid, before.is_srv_valid, before.is_spf_valid), (true, false, false));
    assert!(before.dkim.iter().all(|d| !d.is_valid));
    let records = api.zone_records(&zone).await.expect("answered").expect("managed");
    let find = |kind: &str, part: &str| records.iter().find(|r| r.field_type == kind && r.target.contains(part)).cloned().expect("there");
    let spf = ZoneRecord { target: "\"v=spf1 include:spf.example.com include:mx.ovh.com ~all\"".to_owned(), ..find("TXT", "v=spf1") };
    let srv = ZoneRecord { target: "0 0 443 pro1.mail.ovh.net.".to_owned(), ..find("SRV", "mailconfig") };
    api.zone_update(&zone, &spf).await.expect("changed");
    api.zone_update(&zone, &srv).await.expect("changed");
    for dkim in &before.dkim {
        let record = ZoneRecord {
            id: 0,
            field_type: "CNAME".to_owned(),
            sub_domain: dkim.name.clone(),
            target: format!("{}.", dkim.target),
            ttl: 0,
        };
        api.zone_add(&zone, &record).await.expect("added");
    }
    assert_eq!(badges().await.is_spf_valid, before.is_spf_valid, "not published");
    api.zone_refresh(&zone).await.expect("accepted");
    assert!(!badges().await.is_srv_valid, "on its way");
    world.wait_idle().await;
    let after = badges().await;
    assert!(after.is_mx_valid && after.is_srv_valid && after.is_spf_valid && after.dkim.iter().all(|d| d.is_valid));
    let live = world.lookup(&zone, "_autodiscover._tcp", RecordType::Srv).await.expect("answered");
    assert_eq!(live.records[0].value, "0 0 443 pro1.mail.ovh.net");
}

#[tokio::test(start_paused = true)]
async fn a_zone_takes_nothing_that_dns_cannot_hold() {
    let world = world();
    let api = api(&world).await;
    let zone = domain(DOMAIN);
    let record = |kind: &str, name: &str, target: &str| ZoneRecord {
        id: 0,
        field_type: kind.to_owned(),
        sub_domain: name.to_owned(),
        target: target.to_owned(),
        ttl: 0,
    };
    for bad in
        [record("MX", "", "mx0.mail.ovh.net."), record("CNAME", "", "a."), record("CNAME", "www", "a."), record("A", "www", "203.0.113.1")]
    {
        assert!(matches!(api.zone_add(&zone, &bad).await, Err(ApiError::Refused { .. })), "{bad:?}");
    }
    assert_eq!(api.zone_records(&domain("example.org")).await, Ok(None), "not in this account");
    assert_eq!(api.zone_remove(&zone, 42).await, Ok(()), "none there is fine");
}

#[tokio::test(start_paused = true)]
async fn an_expired_service_answers_460_and_a_suspended_one_to_changes() {
    let world = world();
    let api = api(&world).await;
    let (exchange, john) = (exchange_service(), address("john.smith@mydomain.ovh"));
    world.set_condition(&exchange, Condition::Suspended).expect("known");
    assert!(api.account(&exchange, &john).await.is_ok());
    assert!(matches!(api.reset_account(&exchange, &john).await, Err(ApiError::Expired { .. })));
    world.set_condition(&exchange, Condition::Expired).expect("known");
    assert!(matches!(api.account(&exchange, &john).await, Err(ApiError::Expired { .. })));
    assert_eq!(api.services().await.expect("listed")[0].state, ObjectState::Unusable);
}

#[tokio::test(start_paused = true)]
async fn a_consumer_key_opens_what_its_rules_name_once_it_is_accepted() {
    let world = world();
    let rules = [AccessRule { method: "GET".to_owned(), path: "/email/exchange/*".to_owned() }];
    let asked = world.request_consumer_key(&endpoint(), &keys(&world), &rules).await.expect("answered");
    let keys = keys(&world).with_consumer_key(Some(asked.consumer_key));
    let api = world.open(&endpoint(), &keys).await.expect("known application");
    assert!(matches!(api.credential().await, Err(ApiError::KeysRefused { .. })), "nobody accepted yet");
    world.accept_waiting_keys().expect("in memory");
    assert_eq!(api.credential().await.expect("accepted").rules, rules);
    assert!(api.accounts(&exchange_service()).await.is_ok());
    assert!(matches!(api.accounts(&email_pro_service()).await, Err(ApiError::RuleMissing { .. })));
    tokio::time::advance(Duration::from_hours(25)).await;
    assert!(matches!(api.credential().await, Err(ApiError::KeyExpired { .. })), "a day is over");
}

#[tokio::test(start_paused = true)]
async fn faults_strike_the_calls_that_they_name() {
    let world = world();
    let api = api(&world).await;
    let (exchange, old, new) = (exchange_service(), address("info@mydomain.ovh"), address("info01@mydomain.ovh"));
    world.ask_for(ApiFault::once("PUT", "*/account/*", ApiFaultKind::AnswerLost));
    world.ask_for(ApiFault { after: 1, times: 2, ..ApiFault::once("GET", "*/account/*", ApiFaultKind::Fails(503)) });
    let lost = api.rename_account(&exchange, &old, &new).await;
    assert!(matches!(lost, Err(ApiError::Unreachable(_))));
    let seen = api.account(&exchange, &old).await.expect("the first passes").expect("there");
    assert!(seen.operation.is_some(), "it was carried out");
    for _ in 0..2 {
        assert!(matches!(api.account(&exchange, &old).await, Err(ApiError::Failed { status: 503, .. })));
    }
    assert!(api.account(&exchange, &old).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn switched_off_imap_refuses_a_right_password() {
    let world = world();
    let john = address("john.smith@mydomain.ovh");
    world.change(|state, turn| state.set_imap(&exchange_service(), false, turn)).expect("accepted");
    world.wait_idle().await;
    let password = seeded_password(7, EXCHANGE_HOST, &john);
    assert_eq!(world.authenticate(EXCHANGE_HOST, "john.smith@mydomain.ovh", password.expose()), Err(LoginRefusal::ImapDisabled));
    assert!(!api(&world).await.services().await.expect("listed")[0].is_imap_enabled);
}

#[tokio::test(start_paused = true)]
async fn a_world_that_was_killed_goes_on_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || {
        let options = WorldOptions { seed: 7, folder: Some(folder.path().to_owned()), pace: Pace::Human, now: NOW };
        World::open(&options, MailWorld::in_memory(7)).expect("opened")
    };
    let (exchange, old, new) = (exchange_service(), address("info@mydomain.ovh"), address("info01@mydomain.ovh"));
    let world = open();
    let secret = Secret::new("Fresh-Pass-2030");
    api(&world).await.change_password(&exchange, &old, &secret).await.expect("accepted");
    world.wait_idle().await;
    api(&world).await.rename_account(&exchange, &old, &new).await.expect("accepted");
    let before = world.now();
    drop(world);
    let text = std::fs::read_to_string(folder.path().join("world.json")).expect("written");
    assert!(!text.contains("Fresh-Pass"), "passwords are kept as hashes");
    let world = open();
    assert!(world.now() >= before, "time does not go back");
    let seen = api(&world).await.account(&exchange, &old).await.expect("answered").expect("the rename still runs");
    assert!(seen.operation.is_some());
    world.wait_idle().await;
    assert!(api(&world).await.account(&exchange, &new).await.expect("answered").is_some());
    assert!(world.authenticate(EXCHANGE_HOST, &new.to_string(), secret.expose()).is_ok());
}

#[tokio::test(start_paused = true)]
async fn the_in_process_dns_knows_nothing_and_nobody_apart() {
    let world = world();
    let zone = domain(DOMAIN);
    let none = world.lookup(&zone, "_dmarc", RecordType::Txt).await.expect("answered");
    assert!(none.records.is_empty() && none.is_authoritative);
    let mx = world.lookup(&zone, "www", RecordType::Mx).await.expect("answered");
    assert_eq!(mx.records.len(), 4, "an alias inside the zone is followed");
    assert!(world.lookup(&domain("nobody.example"), "", RecordType::Mx).await.is_err());
}
