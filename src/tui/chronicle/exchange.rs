//! Lines of what happens when names change hands, old accounts are removed, OVHcloud moves accounts, and features are made again.

use super::{Teller, Told, Tone};
use crate::domain::{Feature, FeatureId, FeatureOwner, MigrationId};
use crate::session::{Event, LeftReason};

/// The line of an event, if it is one of these and has one.
pub(super) fn tell(teller: &Teller<'_>, event: &Event) -> Told {
    of_names(teller, event).or_else(|| of_the_platform(teller, event)).or_else(|| of_features(teller, event))
}

fn of_names(teller: &Teller<'_>, event: &Event) -> Told {
    let named = |id: &MigrationId, key: &str, name: &str, tone| teller.plain(teller.account(*id), key, &[("name", name.into())], tone);
    match event {
        Event::TargetRenameIntended { migration, to, .. } => named(migration, "event-target-renaming", &to.to_string(), Tone::Plain),
        Event::TargetRenamed { migration, gap_millis: Some(gap), .. } => {
            let params = [("seconds", gap.div_ceil(1000).into())];
            teller.plain(teller.account(*migration), "event-target-renamed-gap", &params, Tone::Good)
        }
        Event::TargetRenamed { migration, .. } => named(migration, "event-target-renamed", &teller.address(*migration), Tone::Good),
        Event::TargetRenameUndoIntended { migration, .. } => {
            teller.plain(teller.account(*migration), "event-target-giving-back", &[], Tone::Plain)
        }
        Event::TargetRenameUndone { migration } => teller.plain(teller.account(*migration), "event-target-gave-back", &[], Tone::Good),
        Event::RemovalConfirmed { migration } => teller.plain(teller.account(*migration), "event-removal-confirmed", &[], Tone::Plain),
        Event::RemovalIntended { migration, address } => named(migration, "event-removing", &address.to_string(), Tone::Warning),
        Event::SourceRemoved { migration, .. } => teller.plain(teller.account(*migration), "event-source-removed", &[], Tone::Warning),
        Event::DomainDetachRequested { domain } => teller.plain(domain.as_str(), "event-domain-detach-requested", &[], Tone::Plain),
        Event::DomainDetachIntended { domain } => teller.plain(domain.as_str(), "event-domain-detaching", &[], Tone::Plain),
        Event::DomainDetached { domain } => teller.plain(domain.as_str(), "event-domain-detached", &[], Tone::Good),
        _ => None,
    }
}

fn of_the_platform(teller: &Teller<'_>, event: &Event) -> Told {
    match event {
        Event::ServerMigrationConfirmed { migration } => {
            teller.plain(teller.account(*migration), "event-server-confirmed", &[], Tone::Plain)
        }
        Event::ServerMigrationIntended { migration, .. } => {
            teller.plain(teller.account(*migration), "event-server-moving", &[], Tone::Warning)
        }
        Event::ServerMigrated { migration, found, .. } => {
            let messages: u64 = found.iter().map(|mailbox| u64::from(mailbox.messages)).sum();
            let key = if found.is_empty() { "event-server-moved" } else { "event-server-moved-found" };
            teller.plain(teller.account(*migration), key, &[("messages", messages.into())], Tone::Good)
        }
        _ => None,
    }
}

fn of_features(teller: &Teller<'_>, event: &Event) -> Told {
    match event {
        Event::FeaturesSeen { migration, features } if !features.is_empty() => {
            teller.plain(teller.account(*migration), "event-features-seen", &[("count", features.len().into())], Tone::Plain)
        }
        Event::SharedFeaturesSeen { domain, features, .. } if !features.is_empty() => {
            teller.plain(domain.as_str(), "event-features-seen", &[("count", features.len().into())], Tone::Plain)
        }
        Event::FeatureCarried { feature, .. } => {
            let (about, what) = known(teller, *feature)?;
            teller.plain(about, "event-feature-carried", &[("what", what.into())], Tone::Good)
        }
        Event::FeatureLeft { feature, reason: LeftReason::Stays, .. } => {
            let (about, what) = known(teller, *feature)?;
            teller.plain(about, "event-feature-stays", &[("what", what.into())], Tone::Plain)
        }
        Event::FeatureLeft { feature, .. } => {
            let (about, what) = known(teller, *feature)?;
            teller.plain(about, "event-feature-left", &[("what", what.into())], Tone::Warning)
        }
        _ => None,
    }
}

/// Whose a feature is, and its kind with its address.
fn known(teller: &Teller<'_>, id: FeatureId) -> Option<(String, String)> {
    let progress = teller.session.features.get(&id)?;
    let about = match &progress.owner {
        FeatureOwner::Account(address) => address.local().to_owned(),
        FeatureOwner::Domain(domain) => domain.to_string(),
    };
    let kind = teller.say(&format!("feature-{}", progress.feature.kind().key()), &[]);
    let name = progress.feature.occupies().map(ToString::to_string).or_else(|| named(&progress.feature));
    Some((about, name.map_or(kind.clone(), |name| format!("{kind} {name}"))))
}

/// What tells a feature from others of its kind, where it occupies no address.
fn named(feature: &Feature) -> Option<String> {
    match feature {
        Feature::Delegation { account, .. } => Some(account.to_string()),
        Feature::Contact { address, .. } => Some(address.to_string()),
        Feature::GroupMember { group, member, .. } => Some(format!("{}: {}", group.local(), member.local())),
        Feature::GroupManager { group, account } | Feature::GroupDelegation { group, account, .. } => {
            Some(format!("{}: {}", group.local(), account.local()))
        }
        Feature::Filter { name, .. } | Feature::Other { name, .. } => Some(name.clone()),
        Feature::Forwarding { to, .. } => Some(to.to_string()),
        _ => None,
    }
}
