//! What the people of a world have besides mail, as far as their platform knows it.

use std::collections::BTreeMap;

use super::seed::address;
use super::state::{ServiceState, SharedFeature};
use crate::domain::{EmailAddress, Feature, FilterRule, Platform, Right};

/// Who is who among the first people of a service; one person can be several.
struct Roles {
    plain: EmailAddress,
    busy: EmailAddress,
    third: EmailAddress,
}

/// What accounts and their domain have besides mail, as far as the platform knows it: the first of the people has no redirection and no
/// automatic reply, the second all there is.
pub(super) fn furnish(service: &mut ServiceState, people: &[String], mut number: impl FnMut() -> i64) {
    let Some(plain) = people.first().map(|text| address(text)) else { return };
    let nth = |index: usize| people.get(index).map_or_else(|| plain.clone(), |text| address(text));
    let roles = Roles { busy: nth(1), third: nth(2), plain: plain.clone() };
    let domain = plain.domain().clone();
    for (owner, features) in account_features(service.id.platform, &roles) {
        if let Some(account) = service.accounts.iter_mut().find(|account| account.address == owner) {
            account.features.extend(features);
        }
    }
    if service.id.platform != Platform::MxPlanLegacy {
        for account in &mut service.accounts {
            account.names.is_hidden = account.address == roles.busy && roles.busy != roles.plain;
            account.aliases.extend((account.address == roles.plain).then(|| short(&roles.plain)));
        }
    }
    let shared = shared_features(service.id.platform, &roles).into_iter();
    service.shared.extend(shared.map(|feature| SharedFeature { id: number(), domain: domain.clone(), feature }));
}

/// `john.smith@…` is also reached as `john@…`, and `hello@…` as `hello-1@…`.
fn short(person: &EmailAddress) -> EmailAddress {
    let short = person.local().split_once('.').map_or_else(|| format!("{}-1", person.local()), |(first, _)| first.to_owned());
    beside(person, &short)
}

fn beside(person: &EmailAddress, local: &str) -> EmailAddress {
    address(&format!("{local}@{}", person.domain()))
}

fn account_features(platform: Platform, roles: &Roles) -> Vec<(EmailAddress, Vec<Feature>)> {
    let Roles { plain, busy, third } = roles;
    let right = |right, account: &EmailAddress| Feature::Delegation { right, account: account.clone() };
    let forwarding = || Feature::Forwarding { to: address("copies@example.org"), keeps_copy: true };
    let (first, mut second) = match platform {
        Platform::MxPlanLegacy => (vec![filter(third)], vec![forwarding(), reply(busy)]),
        Platform::Zimbra => (Vec::new(), Vec::new()),
        _ if busy == plain => (vec![spam()], Vec::new()),
        _ => (vec![right(Right::FullAccess, busy)], vec![right(Right::SendAs, plain), spam()]),
    };
    if platform == Platform::Exchange {
        second.extend([right(Right::SendOnBehalf, third), forwarding()]);
    }
    vec![(plain.clone(), first), (busy.clone(), second)]
}

fn filter(to: &EmailAddress) -> Feature {
    let rule = FilterRule { header: "Subject".to_owned(), operand: "contains".to_owned(), value: "newsletter".to_owned() };
    Feature::Filter {
        name: "newsletters".to_owned(),
        priority: 1,
        is_active: true,
        rules: vec![rule],
        action: "account".to_owned(),
        parameter: Some(to.to_string()),
    }
}

fn reply(copy_to: &EmailAddress) -> Feature {
    Feature::Responder {
        content: "I am away until Monday.".to_owned(),
        from: Some("2026-09-01T00:00:00+00:00".to_owned()),
        to: Some("2026-09-30T00:00:00+00:00".to_owned()),
        copies: true,
        copy_to: Some(copy_to.clone()),
    }
}

fn spam() -> Feature {
    Feature::SpamSettings { settings: BTreeMap::from([("spamAndVirusConfiguration.putInJunk".to_owned(), "false".to_owned())]) }
}

fn shared_features(platform: Platform, roles: &Roles) -> Vec<Feature> {
    let redirection = || Feature::Redirection { from: beside(&roles.plain, "contact"), to: roles.busy.clone() };
    let list = || Feature::MailingList {
        address: beside(&roles.plain, "news"),
        owner: roles.third.to_string(),
        subscribers: vec!["marie.duval@example.org".to_owned()],
        moderators: vec![roles.third.to_string()],
    };
    match platform {
        Platform::MxPlanLegacy => vec![redirection(), list()],
        Platform::Zimbra => vec![redirection()],
        Platform::MxPlan | Platform::MxPlanZimbra => vec![contact(), footer(), list()],
        Platform::EmailPro => vec![contact(), footer()],
        Platform::Exchange => [vec![contact(), footer()], group(roles)].concat(),
        Platform::Imap => Vec::new(),
    }
}

fn contact() -> Feature {
    Feature::Contact {
        address: address("marie.duval@example.org"),
        display_name: Some("Marie Duval".to_owned()),
        first_name: Some("Marie".to_owned()),
        last_name: Some("Duval".to_owned()),
        initials: None,
        is_hidden: false,
    }
}

fn footer() -> Feature {
    Feature::Disclaimer { content: "<p>Example Ltd, London</p>".to_owned(), is_outside_only: true }
}

fn group(roles: &Roles) -> Vec<Feature> {
    let Roles { plain, busy, .. } = roles;
    let group = beside(plain, "team");
    let member = |member: EmailAddress, is_contact| Feature::GroupMember { group: group.clone(), member, is_contact };
    vec![
        Feature::Group {
            address: group.clone(),
            display_name: Some("The team".to_owned()),
            is_hidden: false,
            join: "closed".to_owned(),
            depart: "open".to_owned(),
            is_internal_only: false,
            largest_received_mb: Some(20),
            largest_sent_mb: None,
        },
        Feature::GroupAlias { group: group.clone(), alias: beside(plain, "everybody") },
        member(plain.clone(), false),
        member(busy.clone(), false),
        member(address("marie.duval@example.org"), true),
        Feature::GroupManager { group: group.clone(), account: plain.clone() },
        Feature::GroupDelegation { group: group.clone(), right: Right::SendAs, account: plain.clone() },
    ]
}
