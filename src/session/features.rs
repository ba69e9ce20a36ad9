//! What belongs to accounts and domains besides mail: seen before anything changes, carried or left to the person afterwards.

use crate::domain::{Feature, FeatureId, FeatureOwner};

use super::{Event, FeatureProgress, FeatureState, Session};

/// Folds an event about features.
pub(super) fn apply(session: &mut Session, event: &Event) {
    match event {
        Event::FeaturesSeen { migration, features } => {
            let Some(found) = session.migration_mut(*migration) else { return };
            found.are_features_seen = true;
            let owner = FeatureOwner::Account(found.source.address.clone());
            let Some(service) = found.source.service.clone() else { return };
            session.features.retain(|_, known| known.migration != Some(*migration));
            number(session, features, |feature| FeatureProgress {
                feature,
                owner: owner.clone(),
                migration: Some(*migration),
                service: service.clone(),
                state: FeatureState::Pending,
            });
        }
        Event::SharedFeaturesSeen { service, domain, features } => {
            let owner = FeatureOwner::Domain(domain.clone());
            session.shared_seen.insert((service.clone(), domain.clone()));
            session.features.retain(|_, known| known.migration.is_some() || known.owner != owner || known.service != *service);
            number(session, features, |feature| FeatureProgress {
                feature,
                owner: owner.clone(),
                migration: None,
                service: service.clone(),
                state: FeatureState::Pending,
            });
        }
        Event::FeatureIntended { feature } => set(session, *feature, FeatureState::Intended),
        Event::FeatureCarried { feature, left_source } => set(session, *feature, FeatureState::Carried { left_source: *left_source }),
        Event::FeatureLeft { feature, reason, said } => {
            set(session, *feature, FeatureState::Left { reason: *reason, said: said.clone() });
        }
        _ => {}
    }
}

fn number(session: &mut Session, features: &[Feature], make: impl Fn(Feature) -> FeatureProgress) {
    for feature in features {
        session.last_feature += 1;
        session.features.insert(FeatureId(session.last_feature), make(feature.clone()));
    }
}

fn set(session: &mut Session, id: FeatureId, state: FeatureState) {
    if let Some(known) = session.features.get_mut(&id) {
        known.state = state;
    }
}
