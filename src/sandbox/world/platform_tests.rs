//! Rules of the four platforms, asked through the in-process door in a world for one pair.

use std::time::Duration;

use super::*;
use crate::domain::{
    ApiEndpoint, ByteSize, DomainType, EmailAddress, Feature, FeatureOwner, ObjectState, Platform, Right, SeatModel, Secret, ServiceId,
};
use crate::ports::{ApiError, ApiKeys, NewAccount, PlatformApi, PlatformGate, SeatRequest};
use crate::sandbox::mail::{Directory, LoginRefusal};

const PLATFORMS: [Platform; 6] =
    [Platform::Exchange, Platform::EmailPro, Platform::MxPlan, Platform::MxPlanZimbra, Platform::MxPlanLegacy, Platform::Zimbra];

struct Stage {
    world: World,
    cast: PairCast,
    api: Box<dyn PlatformApi>,
}

impl Stage {
    async fn new(from: Platform, to: Platform) -> Self {
        let (world, cast) = World::for_pair(from, to);
        let keys = ApiKeys::Token { access_token: Secret::new(ACCESS_TOKEN) };
        let endpoint: ApiEndpoint = "http://localhost/1.0".parse().expect("valid");
        let api = world.open(&endpoint, &keys).await.expect("known token");
        Self { world, cast, api }
    }

    async fn attached(&self) {
        if self.api.domain(&self.cast.to, &self.cast.domain).await.expect("answered").is_none() {
            self.api.attach_domain(&self.cast.to, &self.cast.domain, DomainType::NonAuthoritative).await.expect("accepted");
            self.world.wait_idle().await;
        }
    }

    fn person(&self, index: usize) -> (&EmailAddress, &str) {
        let (address, password) = &self.cast.accounts[index];
        (address, password.expose())
    }

    async fn seat(&self) -> EmailAddress {
        let accounts = self.api.accounts(&self.cast.to).await.expect("listed");
        accounts.into_iter().find(|a| !a.is_configured).expect("a seat").address
    }

    async fn settle(&self, accepted: Result<impl Sized, ApiError>) {
        assert!(accepted.is_ok(), "{:?}", accepted.err());
        self.world.wait_idle().await;
    }
}

fn at(local: &str) -> EmailAddress {
    format!("{local}@{DOMAIN}").parse().expect("valid")
}

fn new_account(local: &str) -> NewAccount {
    NewAccount {
        address: at(local),
        password: Secret::new("Long-Enough-20"),
        display_name: Some("Somebody".to_owned()),
        first_name: None,
        last_name: None,
        holds: ByteSize(1 << 30),
    }
}

fn owner(local: &str) -> FeatureOwner {
    FeatureOwner::Account(at(local))
}

#[tokio::test(start_paused = true)]
async fn every_pair_has_a_world_in_which_all_can_log_in() {
    for from in Platform::ALL {
        for to in Platform::ALL {
            let (world, cast) = World::for_pair(from, to);
            assert_eq!(cast.accounts.len(), 3, "{from} → {to}");
            assert_ne!(cast.from_host, cast.to_host);
            for (person, password) in &cast.accounts {
                let key = world.authenticate(&cast.from_host, &person.to_string(), password.expose()).expect("opened");
                assert_eq!(world.mail().snapshot(&key).messages(), 8, "{from} → {to}");
            }
            assert_eq!(world.platform_snapshot(), World::for_pair(from, to).0.platform_snapshot());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn services_tell_their_seats_and_units() {
    for platform in PLATFORMS {
        let stage = Stage::new(platform, platform).await;
        let services = stage.api.services().await.expect("listed");
        let target = services.iter().find(|service| service.id == stage.cast.to).expect("listed");
        let expected = match platform {
            Platform::Zimbra => SeatModel::Slots,
            Platform::MxPlanLegacy => SeatModel::OnDemand,
            _ => SeatModel::Placeholders,
        };
        assert_eq!((target.seats, target.free_seats), (expected, 4), "{platform}");
        assert_eq!(target.domains.is_empty(), !platform.is_mx_plan(), "{platform}");
        let john = stage.api.account(&stage.cast.from, stage.person(0).0).await.expect("answered").expect("there");
        assert!(john.used.is_some_and(|used| used.0 > 0 || platform != Platform::MxPlanLegacy), "{platform}: {:?}", john.used);
        if platform == Platform::MxPlanLegacy {
            assert_eq!(john.quota, Some(ByteSize(5_000_000_000)));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_is_made_renamed_and_deleted_by_the_means_of_its_platform() {
    for platform in PLATFORMS {
        let stage = Stage::new(Platform::Exchange, platform).await;
        stage.attached().await;
        let before = stage.world.platform_snapshot();
        let (api, to) = (&stage.api, &stage.cast.to);
        if matches!(platform, Platform::Zimbra | Platform::MxPlanLegacy) {
            stage.settle(api.create_account(to, &new_account("newcomer")).await).await;
        } else {
            assert!(matches!(api.create_account(to, &new_account("newcomer")).await, Err(ApiError::Refused { .. })));
            let request =
                SeatRequest { seat: stage.seat().await, address: at("newcomer"), display_name: None, first_name: None, last_name: None };
            stage.settle(api.configure_seat(to, &request).await).await;
            stage.settle(api.change_password(to, &at("newcomer"), &Secret::new("Long-Enough-20")).await).await;
        }
        assert!(stage.world.authenticate(&stage.cast.to_host, &at("newcomer").to_string(), "Long-Enough-20").is_ok(), "{platform}");
        let renamed = api.rename_account(to, &at("newcomer"), &at("newcomer2")).await;
        let last = if platform == Platform::MxPlanLegacy {
            assert!(matches!(renamed, Err(ApiError::Refused { .. })));
            at("newcomer")
        } else {
            stage.settle(renamed).await;
            at("newcomer2")
        };
        stage.settle(api.reset_account(to, &last).await).await;
        assert_eq!(stage.world.platform_snapshot(), before, "{platform}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_legacy_account_is_not_known_before_it_is_made_and_a_zimbra_one_is_busy() {
    let legacy = Stage::new(Platform::Exchange, Platform::MxPlanLegacy).await;
    let id = legacy.api.create_account(&legacy.cast.to, &new_account("newcomer")).await.expect("accepted");
    assert_eq!(legacy.api.account(&legacy.cast.to, &at("newcomer")).await, Ok(None));
    assert_eq!(legacy.api.operation(&legacy.cast.to, id).await, Ok(Some(ObjectState::Busy)));
    let zimbra = Stage::new(Platform::Exchange, Platform::Zimbra).await;
    zimbra.attached().await;
    zimbra.api.create_account(&zimbra.cast.to, &new_account("newcomer")).await.expect("accepted");
    let seen = zimbra.api.account(&zimbra.cast.to, &at("newcomer")).await.expect("answered").expect("listed at once");
    assert_eq!(seen.state, ObjectState::Busy);
}

#[tokio::test(start_paused = true)]
async fn slots_and_numbers_end() {
    for platform in [Platform::Zimbra, Platform::MxPlanLegacy] {
        let stage = Stage::new(Platform::Exchange, platform).await;
        stage.attached().await;
        for local in ["one", "two", "three", "four"] {
            let made = stage.api.create_account(&stage.cast.to, &new_account(local)).await;
            assert!(made.is_ok(), "{platform}: {made:?}");
        }
        let fifth = stage.api.create_account(&stage.cast.to, &new_account("five")).await;
        assert!(matches!(fifth, Err(ApiError::NoSeat { .. })), "{platform}: {fifth:?}");
    }
    let stage = Stage::new(Platform::Exchange, Platform::Zimbra).await;
    let early = stage.api.create_account(&stage.cast.to, &new_account("early")).await;
    assert!(matches!(early, Err(ApiError::Refused { .. })), "the domain is not attached");
    stage.attached().await;
    let weak = NewAccount { password: Secret::new("alllowercase1"), ..new_account("weak") };
    assert!(matches!(stage.api.create_account(&stage.cast.to, &weak).await, Err(ApiError::PasswordRefused { .. })));
    let large = NewAccount { holds: ByteSize(20 << 30), ..new_account("large") };
    stage.settle(stage.api.create_account(&stage.cast.to, &large).await).await;
    let made = stage.api.account(&stage.cast.to, &at("large")).await.expect("answered").expect("there");
    assert_eq!(made.quota, Some(ByteSize(50 << 30)), "the smallest offer that holds it");
}

#[tokio::test(start_paused = true)]
async fn the_platform_migrates_a_legacy_account_and_nobody_opens_the_old_one_meanwhile() {
    let stage = Stage::new(Platform::MxPlanLegacy, Platform::EmailPro).await;
    stage.attached().await;
    let (api, from, to) = (&stage.api, &stage.cast.from, &stage.cast.to);
    let (john, password) = stage.person(0);
    let seat = api.migration_seats(from, john, to).await.expect("offered").remove(0);
    let check = api.check_migration(from, stage.person(1).0, to, &seat).await.expect("a success");
    let codes: Vec<&str> = check.errors.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["FORWARD_EXIST", "RESPONDER_EXIST", "FORWARD_LOCAL"]);
    let check = api.check_migration(from, john, to, &seat).await.expect("a success");
    assert!(check.is_possible() && check.filters == ["newsletters"], "{check:?}");
    let wrong = api.migrate_account(from, john, to, &seat, &Secret::new("Wrong-Password-1")).await;
    assert!(matches!(wrong, Err(ApiError::PasswordRefused { .. })));
    let mail = stage.world.mail_of(&stage.cast.from_host, john).expect("there");
    let id = api.migrate_account(from, john, to, &seat, &Secret::new(password)).await.expect("accepted");
    assert_eq!(stage.world.authenticate(&stage.cast.from_host, &john.to_string(), password), Err(LoginRefusal::WrongPassword));
    assert_eq!(api.operation(from, id).await, Ok(Some(ObjectState::Busy)));
    stage.world.wait_idle().await;
    assert_eq!(api.account(from, john).await, Ok(None));
    assert_eq!(stage.world.authenticate(&stage.cast.to_host, &john.to_string(), password), Ok(mail), "mail and password came along");
}

#[tokio::test(start_paused = true)]
async fn who_is_not_responsible_for_both_services_is_offered_no_migration() {
    let stage = Stage::new(Platform::MxPlanLegacy, Platform::Exchange).await;
    let contacts = crate::domain::ServiceContacts { admin: "aa22222-ovh".to_owned(), tech: "zz111111-ovh".to_owned() };
    stage.world.set_contacts(&stage.cast.to, contacts).expect("known");
    let seats = stage.api.migration_seats(&stage.cast.from, stage.person(0).0, &stage.cast.to).await;
    assert_eq!(seats, Ok(Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn a_name_that_a_zimbra_gave_up_is_refused_elsewhere_for_a_while() {
    let stage = Stage::new(Platform::MxPlanZimbra, Platform::Zimbra).await;
    stage.attached().await;
    let (api, from, to) = (&stage.api, &stage.cast.from, &stage.cast.to);
    stage.settle(api.rename_account(from, &at("john.smith"), &at("john.smith01")).await).await;
    let early = api.create_account(to, &new_account("john.smith")).await;
    assert!(matches!(early, Err(ApiError::AddressTaken { .. })), "{early:?}");
    stage.settle(api.rename_account(from, &at("john.smith01"), &at("john.smith")).await).await;
    stage.settle(api.rename_account(from, &at("john.smith"), &at("john.smith01")).await).await;
    tokio::time::advance(Duration::from_millis(60)).await;
    stage.settle(api.create_account(to, &new_account("john.smith")).await).await;
}

#[tokio::test(start_paused = true)]
async fn features_are_added_and_removed_and_the_world_is_as_before() {
    for platform in PLATFORMS {
        let stage = Stage::new(platform, Platform::Exchange).await;
        let before = stage.world.platform_snapshot();
        let (api, from) = (&stage.api, &stage.cast.from);
        let mut all = Vec::new();
        for owner in [owner("john.smith"), owner("anna.keller"), FeatureOwner::Domain(stage.cast.domain.clone())] {
            let features = api.features(from, &owner).await.expect("told");
            all.extend(features.into_iter().map(|feature| (owner.clone(), feature)));
        }
        assert!(all.len() >= 3, "{platform}: {all:?}");
        for (owner, feature) in all.iter().rev() {
            stage.settle(api.remove_feature(from, owner, feature).await).await;
        }
        for (owner, feature) in &all {
            let added = api.add_feature(from, owner, feature).await;
            assert_eq!(added, Ok(()), "{platform}: {feature:?}");
            stage.world.wait_idle().await;
            let again = api.add_feature(from, owner, feature).await;
            let is_written_over = matches!(
                feature,
                Feature::HiddenFromDirectory | Feature::SpamSettings { .. } | Feature::Forwarding { .. } | Feature::Disclaimer { .. }
            );
            assert_eq!(again.is_ok(), is_written_over, "{platform}: {feature:?}");
            stage.world.wait_idle().await;
        }
        assert_eq!(stage.world.platform_snapshot(), before, "{platform}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_of_an_alias_a_group_or_a_redirection_is_nobody_elses() {
    let stage = Stage::new(Platform::Exchange, Platform::Zimbra).await;
    stage.attached().await;
    let (api, from, to) = (&stage.api, &stage.cast.from, &stage.cast.to);
    for local in ["john", "team", "everybody", "info"] {
        let taken = api.create_account(to, &new_account(local)).await;
        assert!(matches!(taken, Err(ApiError::AddressTaken { .. })), "{local}: {taken:?}");
    }
    stage.settle(api.create_account(to, &new_account("newcomer")).await).await;
    let alias = Feature::Alias { alias: at("john") };
    assert!(matches!(api.add_feature(to, &owner("newcomer"), &alias).await, Err(ApiError::AddressTaken { .. })));
    stage.settle(api.reset_account(from, &at("john.smith")).await).await;
    stage.settle(api.add_feature(to, &owner("newcomer"), &alias).await).await;
    let group = api.features(from, &FeatureOwner::Domain(stage.cast.domain.clone())).await.expect("told");
    assert!(!format!("{group:?}").contains("john.smith"), "rights and memberships went with the account: {group:?}");
}

#[tokio::test(start_paused = true)]
async fn rights_follow_an_account_to_its_new_name_and_name_only_those_who_are_there() {
    let stage = Stage::new(Platform::Exchange, Platform::EmailPro).await;
    let (api, from) = (&stage.api, &stage.cast.from);
    stage.settle(api.rename_account(from, &at("anna.keller"), &at("anna.keller01")).await).await;
    let right = |account| Feature::Delegation { right: Right::FullAccess, account };
    let features = api.features(from, &owner("john.smith")).await.expect("told");
    assert!(features.contains(&right(at("anna.keller01"))), "{features:?}");
    let nobody = api.add_feature(from, &owner("john.smith"), &right(at("nobody"))).await;
    assert!(matches!(nobody, Err(ApiError::NotFound { .. })), "{nobody:?}");
    let reply = Feature::Responder { content: "Away".to_owned(), from: None, to: None, copies: false, copy_to: None };
    assert!(matches!(api.add_feature(from, &owner("john.smith"), &reply).await, Err(ApiError::Refused { .. })));
}

#[tokio::test(start_paused = true)]
async fn what_stands_before_the_mail_is_told_and_refuses_the_login() {
    let stage = Stage::new(Platform::Exchange, Platform::EmailPro).await;
    let (world, api, from) = (&stage.world, &stage.api, &stage.cast.from);
    let (john, password) = stage.person(0);
    let login = || world.authenticate(&stage.cast.from_host, &john.to_string(), password).map(drop);
    assert_eq!(login(), Ok(()));
    for (obstacle, expected) in [(Obstacle::ImapOff, (true, false)), (Obstacle::PolicyBlocksImap, (false, true))] {
        world.set_obstacle(from, john, Some(obstacle)).expect("known");
        let access = api.mail_access(from, john).await.expect("told");
        assert_eq!((access.is_off_for_account, access.is_legacy_auth_blocked), expected);
        assert_eq!(login(), Err(LoginRefusal::ImapDisabled));
        world.set_obstacle(from, john, None).expect("known");
    }
    world.set_networks(from, vec!["192.0.2.0/24".to_owned()]).expect("known");
    assert_eq!(api.mail_access(from, john).await.expect("told").allowed_networks, ["192.0.2.0/24"]);
    assert!(login().is_err());
    world.set_networks(from, Vec::new()).expect("known");
    world.set_blocked(from, john, true).expect("known");
    assert!(login().is_err() && api.account(from, john).await.expect("told").is_some_and(|account| account.is_blocked));
    assert_eq!(api.contacts(from).await.expect("told").map(|contacts| contacts.admin).as_deref(), Some(OWNER));
}

#[tokio::test(start_paused = true)]
async fn a_password_is_changed_neither_too_early_nor_to_an_old_one() {
    let stage = Stage::new(Platform::EmailPro, Platform::Exchange).await;
    let (john, old) = stage.person(0);
    let change = async |password: &str| stage.api.change_password(&stage.cast.from, john, &Secret::new(password)).await;
    stage.world.set_password_age(&stage.cast.from, 2, 3).expect("known");
    for refused in [old, "short-1A", "Smith-Is-My-Name-1", "Far-Too-Long-For-This-Platform-12345"] {
        assert!(matches!(change(refused).await, Err(ApiError::PasswordRefused { .. })), "{refused}");
    }
    stage.settle(change("Fresh-Pass-2030").await).await;
    assert!(matches!(change("Fresh-Pass-2031").await, Err(ApiError::PasswordRefused { .. })), "too early");
    tokio::time::advance(Duration::from_hours(49)).await;
    assert!(matches!(change(old).await, Err(ApiError::PasswordRefused { .. })), "used before");
}

#[tokio::test(start_paused = true)]
async fn seats_vanish_operations_fail_and_names_stay_taken_on_request() {
    let stage = Stage::new(Platform::Exchange, Platform::EmailPro).await;
    stage.attached().await;
    let (world, api, to) = (&stage.world, &stage.api, &stage.cast.to);
    let request = |seat| SeatRequest { seat, address: at("newcomer"), display_name: None, first_name: None, last_name: None };
    world.ask_for(ApiFault::once("PUT", "*/account/*", ApiFaultKind::SeatVanishes));
    let vanished = api.configure_seat(to, &request(stage.seat().await)).await;
    assert!(matches!(vanished, Err(ApiError::NotFound { .. })), "{vanished:?}");
    let seat = stage.seat().await;
    for (kind, is_it) in [
        (ApiFaultKind::InProgress, (|e| matches!(e, ApiError::InProgress { .. })) as fn(&ApiError) -> bool),
        (ApiFaultKind::NotReleased, |e| matches!(e, ApiError::AddressTaken { .. })),
        (ApiFaultKind::TooManyFor(Duration::from_millis(1_500)), |e| matches!(e, ApiError::TooMany { wait_millis: 1_500, .. })),
    ] {
        world.ask_for(ApiFault::once("PUT", "*/account/*", kind));
        let refused = api.configure_seat(to, &request(seat.clone())).await.expect_err("a fault");
        assert!(is_it(&refused), "{refused:?}");
    }
    world.ask_for(ApiFault::once("PUT", "*/account/*", ApiFaultKind::OperationFails));
    stage.settle(api.configure_seat(to, &request(seat.clone())).await).await;
    assert!(api.account(to, &seat).await.expect("answered").is_some(), "nothing was done");
    world.ask_for(ApiFault::once("POST", "*/changePassword", ApiFaultKind::OperationFails));
    stage.settle(api.configure_seat(to, &request(seat)).await).await;
    let id = api.change_password(to, &at("newcomer"), &Secret::new("Fresh-Pass-2030")).await.expect("accepted");
    world.wait_idle().await;
    assert_eq!(api.operation(to, id).await, Ok(Some(ObjectState::Unusable)));
}

#[tokio::test(start_paused = true)]
async fn a_private_exchange_makes_accounts_when_asked() {
    let stage = Stage::new(Platform::EmailPro, Platform::Exchange).await;
    stage.world.make_private(&stage.cast.to).expect("known");
    stage.attached().await;
    stage.settle(stage.api.create_account(&stage.cast.to, &new_account("newcomer")).await).await;
    assert!(stage.api.account(&stage.cast.to, &at("newcomer")).await.expect("answered").is_some_and(|a| a.is_configured));
    let services = stage.api.services().await.expect("listed");
    let service = services.iter().find(|s| s.id == stage.cast.to).expect("listed");
    assert_eq!((service.seats, service.free_seats), (SeatModel::OnDemand, 0));
}

#[tokio::test(start_paused = true)]
async fn the_domain_of_an_mx_plan_is_fixed_and_an_authoritative_one_belongs_to_one_service() {
    let stage = Stage::new(Platform::Exchange, Platform::MxPlan).await;
    let (api, to, domain) = (&stage.api, &stage.cast.to, &stage.cast.domain);
    let other = "example.com".parse().expect("valid");
    assert!(matches!(api.attach_domain(to, &other, DomainType::NonAuthoritative).await, Err(ApiError::Refused { .. })));
    assert!(matches!(api.detach_domain(to, domain).await, Err(ApiError::Refused { .. })));
    let stage = Stage::new(Platform::Exchange, Platform::EmailPro).await;
    stage.attached().await;
    let (api, from, to) = (&stage.api, &stage.cast.from, &stage.cast.to);
    let refused = api.set_domain_type(to, &stage.cast.domain, DomainType::Authoritative).await.expect_err("§6.4");
    assert!(refused.to_string().contains("already authoritative"), "{refused}");
    stage.settle(api.set_domain_type(from, &stage.cast.domain, DomainType::NonAuthoritative).await).await;
    stage.settle(api.set_domain_type(to, &stage.cast.domain, DomainType::Authoritative).await).await;
}

#[tokio::test(start_paused = true)]
async fn a_service_account_gets_a_token_and_a_stranger_none() {
    let (world, cast) = World::for_pair(Platform::Exchange, Platform::Zimbra);
    let endpoint: ApiEndpoint = "http://localhost/1.0".parse().expect("valid");
    let client = |secret: &str| ApiKeys::Client { client_id: Secret::new(CLIENT_ID), client_secret: Secret::new(secret) };
    assert!(matches!(world.open(&endpoint, &client("wrong")).await.map(drop), Err(ApiError::KeysRefused { .. })));
    let api = world.open(&endpoint, &client(CLIENT_SECRET)).await.expect("known");
    let service: &ServiceId = &cast.from;
    assert!(api.accounts(service).await.is_ok() && api.credential().await.is_ok());
    tokio::time::advance(Duration::from_hours(1)).await;
    assert!(matches!(api.accounts(service).await, Err(ApiError::KeyExpired { .. })));
}
