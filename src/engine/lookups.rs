//! What the platform said a moment ago about things that many accounts share: asked once, not once for each account.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{Mutex, MutexGuard};

use crate::domain::{AttachedDomain, Credential, DomainName, Moment, Service, ServiceContacts, ServiceId};
use crate::ports::{ApiError, PlatformApi};

/// Milliseconds for which an answer is good.
const GOOD_MILLIS: u64 = 60_000;

/// Answers, and when they came.
#[derive(Default)]
pub(super) struct Lookups {
    known: Mutex<Known>,
    forgotten: AtomicBool,
}

#[derive(Default)]
struct Known {
    services: Option<(Moment, Arc<Vec<Service>>)>,
    credential: Option<(Moment, Credential)>,
    domains: BTreeMap<(ServiceId, DomainName), (Moment, Option<AttachedDomain>)>,
    contacts: BTreeMap<ServiceId, (Moment, Option<ServiceContacts>)>,
}

fn fresh<T: Clone>(known: Option<&(Moment, T)>, now: Moment) -> Option<T> {
    known.filter(|(at, _)| now.millis_since(*at) < GOOD_MILLIS).map(|(_, value)| value.clone())
}

/// Whoever asks first holds the others back: they wait for one answer.
impl Lookups {
    /// A person has mended something: what was said before does not count any more.
    pub(super) fn forget(&self) {
        self.forgotten.store(true, Ordering::Relaxed);
    }

    async fn known(&self) -> MutexGuard<'_, Known> {
        let mut known = self.known.lock().await;
        if self.forgotten.swap(false, Ordering::Relaxed) {
            *known = Known::default();
        }
        known
    }

    /// All services.
    pub(super) async fn services(&self, api: &dyn PlatformApi, now: Moment) -> Result<Arc<Vec<Service>>, ApiError> {
        let mut known = self.known().await;
        if let Some(services) = fresh(known.services.as_ref(), now) {
            return Ok(services);
        }
        let services = Arc::new(api.services().await?);
        known.services = Some((now, Arc::clone(&services)));
        Ok(services)
    }

    /// The key.
    pub(super) async fn credential(&self, api: &dyn PlatformApi, now: Moment) -> Result<Credential, ApiError> {
        let mut known = self.known().await;
        if let Some(credential) = fresh(known.credential.as_ref(), now) {
            return Ok(credential);
        }
        let credential = api.credential().await?;
        known.credential = Some((now, credential.clone()));
        Ok(credential)
    }

    /// A domain of a service.
    pub(super) async fn domain(
        &self,
        api: &dyn PlatformApi,
        (service, name): (&ServiceId, &DomainName),
        now: Moment,
    ) -> Result<Option<AttachedDomain>, ApiError> {
        let mut known = self.known.lock().await;
        let key = (service.clone(), name.clone());
        if let Some(domain) = fresh(known.domains.get(&key), now) {
            return Ok(domain);
        }
        let domain = api.domain(service, name).await?;
        known.domains.insert(key, (now, domain.clone()));
        Ok(domain)
    }

    /// Contacts of a service.
    pub(super) async fn contacts(
        &self,
        api: &dyn PlatformApi,
        service: &ServiceId,
        now: Moment,
    ) -> Result<Option<ServiceContacts>, ApiError> {
        let mut known = self.known().await;
        if let Some(contacts) = fresh(known.contacts.get(service), now) {
            return Ok(contacts);
        }
        let contacts = api.contacts(service).await?;
        known.contacts.insert(service.clone(), (now, contacts.clone()));
        Ok(contacts)
    }
}
