//! What belongs to accounts and domains besides mail: looked at before anything changes, made at the target once the mail is there.
//!
//! One act after the other, in the order in which they need each other, each with an intent; what is in doubt is settled by looking whether
//! the target has it. An address that only one account can have (an alias, a group) leaves the source first, and goes back there when the
//! target refuses it. What the target cannot hold is left to the person, with the reason.

use std::collections::BTreeSet;

use crate::domain::{DomainName, EmailAddress, Feature, FeatureId, FeatureKind, FeatureOwner, MigrationId, ServiceId};
use crate::ports::{ApiError, PlatformApi};
use crate::problem::{Problem, ProblemCode};
use crate::session::report::features;
use crate::session::{Activity, Event, FeatureProgress, FeatureState, LeftReason};
use crate::settings::Platforms;

use super::super::context::{Failure, TaskContext};

/// Milliseconds between two looks for a feature that was asked for.
const LOOK_MILLIS: u64 = 2_000;
/// Looks for a feature that was asked for before the platform counts as refusing it in silence.
const MOST_LOOKS: u32 = 90;
/// Tries while the platform still holds an address that the source gave up.
const MOST_TAKEN: u32 = 60;

/// Looks at what belongs to an account.
pub(super) async fn inspect(context: &TaskContext, id: MigrationId) -> Result<(), Failure> {
    let migration = context.migration(id)?;
    let Some(service) = migration.source.service.clone() else {
        return context.record(Event::FeaturesSeen { migration: id, features: Vec::new() }).await;
    };
    context.doing(Activity::Carrying);
    let features = context.api().await?.features(&service, &FeatureOwner::Account(migration.source.address.clone())).await?;
    context.record(Event::FeaturesSeen { migration: id, features }).await?;
    save(context).await
}

/// Looks at what the accounts of a domain share.
pub(super) async fn inspect_shared(context: &TaskContext, service: &ServiceId, domain: &DomainName) -> Result<(), Failure> {
    context.doing(Activity::Carrying);
    let features = context.api().await?.features(service, &FeatureOwner::Domain(domain.clone())).await?;
    context.record(Event::SharedFeaturesSeen { service: service.clone(), domain: domain.clone(), features }).await?;
    save(context).await
}

/// What was found lies beside the journal from now on, for whoever wants to read it without this program.
async fn save(context: &TaskContext) -> Result<(), Failure> {
    let bytes = features(&context.session.borrow());
    context.ports.journal.save_file("features.json", &bytes).await?;
    Ok(())
}

/// Makes the features of an account at the target.
pub(super) async fn carry(context: &TaskContext, id: MigrationId) -> Result<(), Failure> {
    let migration = context.migration(id)?;
    let all: Vec<(FeatureId, FeatureProgress)> =
        context.session.borrow().features_of(id).map(|(id, feature)| (id, feature.clone())).collect();
    let Some(service) = migration.target.as_ref().and_then(|target| target.service.clone()) else {
        return leave_all(context, &all).await;
    };
    let api = context.api().await?;
    let (from, to) = (FeatureOwner::Account(migration.source_address().clone()), FeatureOwner::Account(migration.target_address().clone()));
    let source = (!migration.is_source_gone()).then_some(from);
    let porter = Porter { context, api: api.as_ref(), to: &service, owner: to, source, all: &all };
    for (feature_id, feature) in all.iter().filter(|(_, f)| !f.state.is_final()) {
        let is_last_moved = || is_last_to_move(&all, *feature_id);
        match porter.carry(*feature_id, feature).await? {
            None => return Ok(()),
            Some(carried @ Event::FeatureCarried { left_source: true, .. }) if is_last_moved() => {
                // Until a moment ago mail for these addresses went to the old account.
                let delta = Event::DeltaRequested { migration: id };
                context.record_all(vec![(carried, Vec::new()), (delta, Vec::new())]).await?;
            }
            Some(outcome) => context.record(outcome).await?,
        }
    }
    Ok(())
}

/// Makes what the accounts of a domain share at the target service.
pub(super) async fn carry_shared(context: &TaskContext, service: &ServiceId, domain: &DomainName) -> Result<(), Failure> {
    let (all, to) = {
        let session = context.session.borrow();
        let all: Vec<(FeatureId, FeatureProgress)> = session.shared_features(service, domain).map(|(id, f)| (id, f.clone())).collect();
        (all, session.destination.as_ref().and_then(|d| d.service.clone()))
    };
    let Some(to) = to else { return leave_all(context, &all).await };
    let api = context.api().await?;
    let owner = FeatureOwner::Domain(domain.clone());
    let porter = Porter { context, api: api.as_ref(), to: &to, owner: owner.clone(), source: Some(owner), all: &all };
    let left_behind = porter.groups_left_behind().await?;
    for (id, feature) in all.iter().filter(|(_, f)| !f.state.is_final()) {
        let outcome = match group_of(&feature.feature) {
            Some(group) if left_behind.contains(group) => Some(left(*id, LeftReason::OthersStay, None)),
            _ => porter.carry(*id, feature).await?,
        };
        let Some(outcome) = outcome else { return Ok(()) };
        context.record(outcome).await?;
    }
    Ok(())
}

/// A server without a platform behind it holds none of it.
async fn leave_all(context: &TaskContext, all: &[(FeatureId, FeatureProgress)]) -> Result<(), Failure> {
    let open = all.iter().filter(|(_, f)| !f.state.is_final());
    context.record_all(open.map(|(id, _)| (left(*id, LeftReason::NotOnTarget, None), Vec::new())).collect()).await
}

fn left(feature: FeatureId, reason: LeftReason, said: Option<String>) -> Event {
    Event::FeatureLeft { feature, reason, said }
}

/// Whether no other address of the account is still to move.
fn is_last_to_move(all: &[(FeatureId, FeatureProgress)], id: FeatureId) -> bool {
    !all.iter().any(|(other, f)| *other > id && !f.state.is_final() && f.feature.occupies().is_some())
}

/// The group that a feature is a part of, or is.
const fn group_of(feature: &Feature) -> Option<&EmailAddress> {
    match feature {
        Feature::Group { address, .. } => Some(address),
        Feature::GroupAlias { group, .. }
        | Feature::GroupMember { group, .. }
        | Feature::GroupManager { group, .. }
        | Feature::GroupDelegation { group, .. } => Some(group),
        _ => None,
    }
}

/// The account that has to be at the target service as well.
const fn needed_account(feature: &Feature) -> Option<&EmailAddress> {
    match feature {
        Feature::Delegation { account, .. } | Feature::GroupManager { account, .. } | Feature::GroupDelegation { account, .. } => {
            Some(account)
        }
        Feature::GroupMember { member, is_contact: false, .. } => Some(member),
        _ => None,
    }
}

/// A redirection is told with the account that it leads to, or with the domain: platforms differ, and a rename changes which.
fn other_owner(owner: &FeatureOwner, feature: &Feature) -> Option<FeatureOwner> {
    let Feature::Redirection { from, to } = feature else { return None };
    Some(match owner {
        FeatureOwner::Account(_) => FeatureOwner::Domain(from.domain().clone()),
        FeatureOwner::Domain(_) => FeatureOwner::Account(to.clone()),
    })
}

struct Porter<'a> {
    context: &'a TaskContext,
    api: &'a dyn PlatformApi,
    to: &'a ServiceId,
    /// Whose it is at the target.
    owner: FeatureOwner,
    /// Whose it is at the source; none once the source is gone.
    source: Option<FeatureOwner>,
    all: &'a [(FeatureId, FeatureProgress)],
}

impl Porter<'_> {
    /// Groups with members that are not at the target: moving them would cut those off.
    async fn groups_left_behind(&self) -> Result<BTreeSet<EmailAddress>, Failure> {
        let mut groups = BTreeSet::new();
        for (_, progress) in self.all {
            let (Some(group), Some(account)) = (group_of(&progress.feature), needed_account(&progress.feature)) else { continue };
            if !groups.contains(group) && self.api.account(self.to, account).await?.is_none() {
                groups.insert(group.clone());
            }
        }
        Ok(groups)
    }

    /// Brings one feature to its end; answers what became of it. `None` when stopped before the end.
    async fn carry(&self, id: FeatureId, progress: &FeatureProgress) -> Result<Option<Event>, Failure> {
        let feature = &progress.feature;
        if feature.stays_with_domain(progress.service.platform) {
            return Ok(Some(left(id, LeftReason::Stays, None)));
        }
        let is_held = Platforms::built_in().facts(self.to.platform).features.contains(&feature.kind());
        if !is_held || feature.kind() == FeatureKind::Other {
            return Ok(Some(left(id, LeftReason::NotOnTarget, None)));
        }
        if let Some(account) = needed_account(feature)
            && self.api.account(self.to, account).await?.is_none()
        {
            return Ok(Some(left(id, LeftReason::OthersStay, None)));
        }
        self.context.doing(Activity::Carrying);
        let moves = feature.occupies().is_some() && self.source.is_some();
        if self.is_there(self.to, &self.owner, feature).await? {
            return Ok(Some(Event::FeatureCarried { feature: id, left_source: moves && progress.state == FeatureState::Intended }));
        }
        if progress.state != FeatureState::Intended {
            self.context.record(Event::FeatureIntended { feature: id }).await?;
        }
        if moves && !self.given_up(&progress.service, feature).await? {
            return Ok(None);
        }
        match self.made(feature).await? {
            Made::There => Ok(Some(Event::FeatureCarried { feature: id, left_source: moves })),
            Made::Stopped => Ok(None),
            Made::Refused(reason, said) => {
                if moves {
                    self.given_back(progress).await?;
                }
                Ok(Some(left(id, reason, Some(said))))
            }
        }
    }

    async fn is_there(&self, service: &ServiceId, owner: &FeatureOwner, feature: &Feature) -> Result<bool, Failure> {
        if self.is_told(service, owner, feature).await? {
            return Ok(true);
        }
        match other_owner(owner, feature) {
            Some(other) => self.is_told(service, &other, feature).await,
            None => Ok(false),
        }
    }

    async fn is_told(&self, service: &ServiceId, owner: &FeatureOwner, feature: &Feature) -> Result<bool, Failure> {
        match self.api.features(service, owner).await {
            Ok(all) => Ok(all.iter().any(|known| known.is_same(feature))),
            Err(ApiError::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes an address from the source; `false` when stopped before the end.
    async fn given_up(&self, service: &ServiceId, feature: &Feature) -> Result<bool, Failure> {
        let Some(owner) = &self.source else { return Ok(true) };
        for looks in 0..MOST_LOOKS {
            if !self.is_there(service, owner, feature).await? {
                return Ok(true);
            }
            if looks == 0 {
                for owner in std::iter::once(owner.clone()).chain(other_owner(owner, feature)) {
                    match self.api.remove_feature(service, &owner, feature).await {
                        Ok(()) | Err(ApiError::NotFound { .. }) => {}
                        Err(error) => return Err(error.into()),
                    }
                }
            }
            if !self.context.pause(LOOK_MILLIS).await {
                return Ok(false);
            }
        }
        Err(Problem::new(ProblemCode::OperationFailed).with("service", service).into())
    }

    /// Asks the target until it has it.
    async fn made(&self, feature: &Feature) -> Result<Made, Failure> {
        let (mut taken, mut looks) = (0, 0);
        let mut has_asked = false;
        loop {
            if !has_asked {
                match self.api.add_feature(self.to, &self.owner, feature).await {
                    Ok(()) => has_asked = true,
                    // The source gave it up moments ago.
                    Err(ApiError::AddressTaken { .. }) if taken < MOST_TAKEN => taken += 1,
                    Err(ApiError::InProgress { .. }) => {}
                    Err(error @ ApiError::NotFound { .. }) => return Ok(Made::Refused(LeftReason::OthersStay, error.to_string())),
                    Err(error @ (ApiError::Refused { .. } | ApiError::AddressTaken { .. })) => {
                        return Ok(Made::Refused(LeftReason::Refused, error.to_string()));
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            if !self.context.pause(LOOK_MILLIS).await {
                return Ok(Made::Stopped);
            }
            if self.is_there(self.to, &self.owner, feature).await? {
                return Ok(Made::There);
            }
            looks += u32::from(has_asked);
            if looks > MOST_LOOKS {
                return Ok(Made::Refused(LeftReason::Refused, "accepted, and not there".to_owned()));
            }
        }
    }

    /// The target does not take what left the source: the source gets it back, a group with all of its parts.
    async fn given_back(&self, progress: &FeatureProgress) -> Result<(), Failure> {
        let Some(owner) = &self.source else { return Ok(()) };
        let parts = self.all.iter().map(|(_, f)| &f.feature).filter(|other| match &progress.feature {
            Feature::Group { address, .. } => group_of(other) == Some(address),
            feature => *other == feature,
        });
        for part in parts {
            if !self.is_there(&progress.service, owner, part).await? {
                match self.api.add_feature(&progress.service, owner, part).await {
                    Ok(()) | Err(ApiError::Refused { .. } | ApiError::NotFound { .. } | ApiError::AddressTaken { .. }) => {}
                    Err(error) => return Err(error.into()),
                }
                self.wait_for(&progress.service, owner, part).await?;
            }
        }
        Ok(())
    }

    async fn wait_for(&self, service: &ServiceId, owner: &FeatureOwner, feature: &Feature) -> Result<(), Failure> {
        for _ in 0..MOST_LOOKS {
            if self.is_there(service, owner, feature).await? || !self.context.pause(LOOK_MILLIS).await {
                break;
            }
        }
        Ok(())
    }
}

/// What became of a feature at the target.
enum Made {
    There,
    Stopped,
    Refused(LeftReason, String),
}
