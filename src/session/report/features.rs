//! What belongs to accounts and domains besides mail: for the report, and as a file that can be kept before anything changes.

use serde::Serialize;

use crate::domain::{DomainName, EmailAddress, Feature, Platform, ServiceId};
use crate::session::{FeatureProgress, FeatureState, LeftReason, Migration, Session};

use super::facts::{AccountReport, FeatureOutcome, FeatureReport, SharedReport, ToDo};
use super::words::features as words;

/// Everything that was seen, as `features.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeatureInventory {
    session: String,
    accounts: Vec<OfAccount>,
    domains: Vec<OfDomain>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct OfAccount {
    address: EmailAddress,
    service: Option<ServiceId>,
    was_looked_at: bool,
    features: Vec<Seen>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct OfDomain {
    domain: DomainName,
    service: ServiceId,
    features: Vec<Seen>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Seen {
    what: Feature,
    state: FeatureOutcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<LeftReason>,
}

impl Seen {
    fn of(progress: &FeatureProgress) -> Self {
        let reason = if let FeatureState::Left { reason, .. } = progress.state { Some(reason) } else { None };
        Self { what: progress.feature.clone(), state: outcome(&progress.state), reason }
    }
}

impl FeatureInventory {
    /// What the session has seen; none where nothing was looked at.
    pub(super) fn of(session: &Session) -> Option<Self> {
        let was_looked_at = !session.shared_seen.is_empty() || session.migrations.iter().any(|m| m.are_features_seen);
        let accounts = session.migrations.iter().map(|migration| OfAccount {
            address: migration.source.address.clone(),
            service: migration.source.service.clone(),
            was_looked_at: migration.are_features_seen,
            features: session.features_of(migration.id).map(|(_, progress)| Seen::of(progress)).collect(),
        });
        let domains = session.shared_seen.iter().map(|(service, domain)| OfDomain {
            domain: domain.clone(),
            service: service.clone(),
            features: session.shared_features(service, domain).map(|(_, progress)| Seen::of(progress)).collect(),
        });
        was_looked_at.then(|| Self {
            session: session.id.as_ref().map(ToString::to_string).unwrap_or_default(),
            accounts: accounts.collect(),
            domains: domains.collect(),
        })
    }

    /// As JSON, indented.
    pub(super) fn to_json(&self) -> Vec<u8> {
        // Texts, numbers and enums always serialise; were it not so, an empty file would be better than none of the others.
        serde_json::to_vec_pretty(self)
            .map(|mut json| {
                json.push(b'\n');
                json
            })
            .unwrap_or_default()
    }
}

/// `features.json`: what belongs to the accounts and domains of a session besides mail, and where each thing stands. Can be written at any
/// time; before the plan is accepted it is the inventory that nothing has touched yet. Empty where nothing was looked at.
pub fn features(session: &Session) -> Vec<u8> {
    FeatureInventory::of(session).map(|inventory| inventory.to_json()).unwrap_or_default()
}

const fn outcome(state: &FeatureState) -> FeatureOutcome {
    match state {
        FeatureState::Pending | FeatureState::Intended => FeatureOutcome::NotYet,
        FeatureState::Carried { .. } => FeatureOutcome::Carried,
        FeatureState::Left { reason: LeftReason::Stays, .. } => FeatureOutcome::Stays,
        FeatureState::Left { .. } => FeatureOutcome::Left,
    }
}

fn reported(progress: &FeatureProgress, target: Option<&ServiceId>) -> FeatureReport {
    let platform = target.map_or(Platform::Imap, |service| service.platform);
    let (left_source, why) = match &progress.state {
        FeatureState::Carried { left_source } => (*left_source, None),
        FeatureState::Left { reason, said } => (false, Some(words::left(*reason, platform, said.as_deref()))),
        FeatureState::Pending | FeatureState::Intended => (false, None),
    };
    FeatureReport {
        kind: progress.feature.kind(),
        what: words::feature(&progress.feature),
        state: outcome(&progress.state),
        left_source,
        why,
    }
}

fn to_do(progress: &FeatureProgress, target: Option<&ServiceId>) -> Option<ToDo> {
    let FeatureState::Left { reason, said } = &progress.state else { return None };
    let platform = target.map_or(Platform::Imap, |service| service.platform);
    let place = words::Place { owner: &progress.owner, from: &progress.service, to: target };
    Some(ToDo {
        what: words::feature(&progress.feature),
        why: words::left(*reason, platform, said.as_deref()),
        clicks: words::clicks(&progress.feature, *reason, &place),
    })
}

/// Features of an account, and all that is left to do for it.
pub(super) fn of_account(session: &Session, migration: &Migration, report: &mut AccountReport) {
    let target = migration.target.as_ref().and_then(|target| target.service.as_ref());
    report.features = session.features_of(migration.id).map(|(_, progress)| reported(progress, target)).collect();
    report.to_do = session.features_of(migration.id).filter_map(|(_, progress)| to_do(progress, target)).collect();
    let is_old_there = report.old_account.as_ref().filter(|_| report.is_created).zip(migration.source.service.as_ref());
    if let Some((old, from)) = is_old_there {
        report.to_do.push(ToDo {
            what: words::remove_old_what().to_owned(),
            why: words::remove_old_why().to_owned(),
            clicks: words::remove_old(from, &old.to_string()),
        });
    }
    let is_moved = target.is_some() && report.has_address;
    if let Some(settings) = report.settings.as_ref().filter(|_| is_moved) {
        report.to_do.push(ToDo {
            what: words::programs_what().to_owned(),
            why: words::programs_why().to_owned(),
            clicks: words::programs(&settings.imap_host, settings.imap_port, &settings.user),
        });
    }
}

/// What domains share.
pub(super) fn shared(session: &Session) -> Vec<SharedReport> {
    let target = session.destination.as_ref().and_then(|destination| destination.service.as_ref());
    let of = |(service, domain): &(ServiceId, DomainName)| SharedReport {
        domain: domain.clone(),
        service: format!("{} {}", service.platform, service.name),
        features: session.shared_features(service, domain).map(|(_, progress)| reported(progress, target)).collect(),
        to_do: session.shared_features(service, domain).filter_map(|(_, progress)| to_do(progress, target)).collect(),
    };
    session.shared_seen.iter().map(of).filter(|shared| !shared.features.is_empty()).collect()
}
