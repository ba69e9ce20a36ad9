//! Features in words: what each is, whose, and what becomes of it.

use crate::domain::{Feature, FeatureOwner, Platform, Right};
use crate::session::{FeatureProgress, FeatureState, LeftReason, Session};
use crate::settings::Platforms;
use crate::text::Value;
use crate::tui::Model;
use crate::tui::ink::Ink;

/// What becomes of a feature, in the order in which lists show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::tui) enum Fate {
    /// It is made again, after the copy.
    ToCome,
    /// It is at the new place.
    Made,
    /// The person makes it.
    Yours(LeftReason),
    /// It stays, and goes on working.
    Stays,
}

/// What a platform can hold decides; what was tried already decides more.
pub(in crate::tui) fn fate(model: &Model, progress: &FeatureProgress) -> Fate {
    match &progress.state {
        FeatureState::Carried { .. } => Fate::Made,
        FeatureState::Left { reason: LeftReason::Stays, .. } => Fate::Stays,
        FeatureState::Left { reason, .. } => Fate::Yours(*reason),
        FeatureState::Intended => Fate::ToCome,
        FeatureState::Pending if progress.feature.stays_with_domain(progress.service.platform) => Fate::Stays,
        FeatureState::Pending => forecast(model, &progress.feature),
    }
}

fn forecast(model: &Model, feature: &Feature) -> Fate {
    let holds = &Platforms::built_in().facts(target(&model.session)).features;
    if !holds.contains(&feature.kind()) {
        return Fate::Yours(LeftReason::NotOnTarget);
    }
    let needed = match feature {
        Feature::Delegation { account, .. } | Feature::GroupManager { account, .. } | Feature::GroupDelegation { account, .. } => account,
        Feature::GroupMember { member, is_contact: false, .. } => member,
        _ => return Fate::ToCome,
    };
    let moves = model.session.migrations.iter().any(|m| m.source.address == *needed);
    let service = model.session.destination.as_ref().and_then(|destination| destination.service.as_ref());
    let there = service.and_then(|service| model.steps.source.accounts.get(service));
    let is_there = there.is_some_and(|accounts| accounts.iter().any(|account| account.address == *needed));
    if moves || is_there { Fate::ToCome } else { Fate::Yours(LeftReason::OthersStay) }
}

/// The platform of the destination.
pub(in crate::tui) fn target(session: &Session) -> Platform {
    session.destination.as_ref().and_then(|destination| destination.service.as_ref()).map_or(Platform::Imap, |service| service.platform)
}

/// Under which name clicks are told: platforms with the same panel and webmail have the same clicks.
pub(in crate::tui) const fn family(platform: Platform) -> &'static str {
    match platform {
        Platform::Exchange => "exchange",
        Platform::EmailPro | Platform::MxPlan => "owa",
        Platform::Zimbra | Platform::MxPlanZimbra => "zimbra",
        Platform::MxPlanLegacy => "legacy",
        Platform::Imap => "imap",
    }
}

/// Whose it is: the local part of an account, or the domain.
pub(in crate::tui) fn owner(progress: &FeatureProgress) -> String {
    match &progress.owner {
        FeatureOwner::Account(address) => address.local().to_owned(),
        FeatureOwner::Domain(domain) => domain.to_string(),
    }
}

/// What it is.
pub(in crate::tui) fn said(ink: Ink<'_>, feature: &Feature) -> String {
    let text = |value: &dyn ToString| Value::from(value.to_string());
    match feature {
        Feature::Alias { alias } => ink.tell("feature-said-alias", &[("alias", text(alias))]),
        Feature::Delegation { right, account } => {
            ink.tell("feature-said-delegation", &[("right", right_key(*right).into()), ("account", text(account))])
        }
        Feature::HiddenFromDirectory => ink.say("feature-hidden-from-directory"),
        Feature::Forwarding { to, keeps_copy } => {
            let key = if *keeps_copy { "feature-said-forwarding-copy" } else { "feature-said-forwarding" };
            ink.tell(key, &[("to", text(to))])
        }
        Feature::Redirection { from, to } => ink.tell("feature-said-redirection", &[("from", text(from)), ("to", text(to))]),
        Feature::Responder { to: Some(until), .. } => {
            ink.tell("feature-said-responder-until", &[("until", until.get(..10).unwrap_or(until).into())])
        }
        Feature::Responder { .. } => ink.say("feature-responder"),
        Feature::Filter { name, .. } => ink.tell("feature-said-filter", &[("name", name.into())]),
        Feature::SpamSettings { settings } => ink.tell("feature-said-spam-settings", &[("count", settings.len().into())]),
        Feature::Contact { address, .. } => ink.tell("feature-said-contact", &[("address", text(address))]),
        Feature::Disclaimer { is_outside_only, .. } => {
            ink.say(if *is_outside_only { "feature-said-disclaimer-outside" } else { "feature-disclaimer" })
        }
        Feature::MailingList { address, subscribers, .. } => {
            ink.tell("feature-said-mailing-list", &[("address", text(&address.local())), ("count", subscribers.len().into())])
        }
        Feature::Other { kind, name } => ink.tell("feature-said-other", &[("kind", kind.into()), ("name", name.into())]),
        Feature::Group { .. }
        | Feature::GroupAlias { .. }
        | Feature::GroupMember { .. }
        | Feature::GroupManager { .. }
        | Feature::GroupDelegation { .. } => of_group(ink, feature),
    }
}

fn of_group(ink: Ink<'_>, feature: &Feature) -> String {
    let text = |value: &dyn ToString| Value::from(value.to_string());
    match feature {
        Feature::Group { address, .. } => ink.tell("feature-said-group", &[("group", text(address))]),
        Feature::GroupAlias { group, alias } => {
            ink.tell("feature-said-group-alias", &[("group", text(&group.local())), ("alias", text(alias))])
        }
        Feature::GroupMember { group, member, .. } => {
            ink.tell("feature-said-group-member", &[("group", text(&group.local())), ("member", text(member))])
        }
        Feature::GroupManager { group, account } => {
            ink.tell("feature-said-group-manager", &[("group", text(&group.local())), ("account", text(account))])
        }
        Feature::GroupDelegation { group, right, account } => {
            let params = [("group", text(&group.local())), ("right", right_key(*right).into()), ("account", text(account))];
            ink.tell("feature-said-group-delegation", &params)
        }
        _ => String::new(),
    }
}

/// The name of a right inside phrases.
const fn right_key(right: Right) -> &'static str {
    match right {
        Right::FullAccess => "access",
        Right::SendAs => "as",
        Right::SendOnBehalf => "behalf",
    }
}
