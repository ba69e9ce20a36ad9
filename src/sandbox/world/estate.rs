//! What the owner of the demo has besides Exchange and Email Pro: an MX Plan of every kind, and a Zimbra with free slots. Added to worlds
//! of earlier versions, too: they go on with what they had.

use super::Refusal;
use super::furniture::furnish;
use super::handle::World;
use super::offers::{Plan, service_id};
use super::seed::{PLAIN_HOST, name, other_records};
use super::state::State;
use crate::domain::{Moment, Platform, ServiceId};

/// The domain of the MX Plan with a Zimbra behind it.
pub const MX_PLAN_ZIMBRA_DOMAIN: &str = "shop.example.com";
/// Its mail host.
pub const MX_PLAN_ZIMBRA_HOST: &str = "mxplan1.mail.ovh.net";
/// The domain of the MX Plan with OWA.
pub const MX_PLAN_DOMAIN: &str = "studio.example.com";
/// Its mail host.
pub const MX_PLAN_HOST: &str = "mxplan2.mail.ovh.net";
/// The domain of the legacy MX Plan, after which it is called. Its API tells no mail host, nor does Zimbra's: the usual one leads to both.
pub const MX_PLAN_LEGACY_DOMAIN: &str = "club.example.com";

/// The MX Plan with a Zimbra behind it.
pub fn mx_plan_zimbra_service() -> ServiceId {
    service_id(Platform::MxPlanZimbra, 1, &name(MX_PLAN_ZIMBRA_DOMAIN))
}

/// The MX Plan with OWA.
pub fn mx_plan_service() -> ServiceId {
    service_id(Platform::MxPlan, 2, &name(MX_PLAN_DOMAIN))
}

/// The legacy MX Plan.
pub fn mx_plan_legacy_service() -> ServiceId {
    service_id(Platform::MxPlanLegacy, 1, &name(MX_PLAN_LEGACY_DOMAIN))
}

/// The Zimbra platform.
pub fn zimbra_service() -> ServiceId {
    service_id(Platform::Zimbra, 1, &name(MX_PLAN_ZIMBRA_DOMAIN))
}

type Person = (&'static str, (&'static str, &'static str));

impl State {
    /// All platforms, once.
    fn own_all(&mut self, now: Moment) {
        if std::mem::replace(&mut self.owns_all_platforms, true) {
            return;
        }
        let shop: [Person; 2] = [("orders", ("Orders", "Desk")), ("lucy.brown", ("Lucy", "Brown"))];
        self.own((mx_plan_zimbra_service(), MX_PLAN_ZIMBRA_HOST), Some(MX_PLAN_ZIMBRA_DOMAIN), &shop, now);
        self.own((mx_plan_service(), MX_PLAN_HOST), Some(MX_PLAN_DOMAIN), &[("hello", ("Hello", "Studio"))], now);
        let club: [Person; 2] = [("treasurer", ("The", "Treasurer")), ("secretary", ("The", "Secretary"))];
        self.own((mx_plan_legacy_service(), PLAIN_HOST), Some(MX_PLAN_LEGACY_DOMAIN), &club, now);
        self.own((zimbra_service(), PLAIN_HOST), None, &[], now);
    }

    fn own(&mut self, (id, hostname): (ServiceId, &str), domain: Option<&str>, people: &[Person], now: Moment) {
        let mut service = self.service_of(Plan { id, hostname, domains: domain.into_iter().map(name).collect(), free: 4 }, now);
        if let Some(domain) = domain {
            for (local, names) in people {
                self.settle_in(&mut service, &format!("{local}@{domain}"), *names, now);
            }
            let cast: Vec<String> = people.iter().map(|(local, _)| format!("{local}@{domain}")).collect();
            furnish(&mut service, &cast, || self.number());
            let zone = self.zone_of(domain, true, &other_records(), now);
            self.zones.push(zone);
        }
        service.display_name = (service.id.platform == Platform::Zimbra).then(|| "Zimbra".to_owned());
        self.services.push(service);
    }
}

impl World {
    /// Gives the owner a service of every platform, unless they have them. The demo's world is such a one.
    ///
    /// # Errors
    /// [`Refusal`] when the world cannot be written.
    pub fn own_all_platforms(&self) -> Result<(), Refusal> {
        self.change(|state, turn| {
            state.own_all(turn.now);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Pace, WorldOptions};
    use super::*;
    use crate::sandbox::mail::MailWorld;

    /// Fields that worlds of earlier versions do not have.
    const NEWER: [&str; 17] = [
        "tokens",
        "released",
        "owns_all_platforms",
        "rules",
        "seats",
        "slots",
        "most_accounts",
        "organizations",
        "contacts",
        "shared",
        "networks",
        "failed",
        "features",
        "offer",
        "is_blocked",
        "obstacle",
        "past_passwords",
    ];

    fn without_newer(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(fields) => {
                fields.retain(|name, _| !NEWER.contains(&name.as_str()));
                fields.values_mut().for_each(without_newer);
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(without_newer),
            _ => {}
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_world_of_an_earlier_version_goes_on_and_owns_more() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = || {
            let now = Moment(1_790_000_000_000);
            let options = WorldOptions { seed: 7, folder: Some(folder.path().to_owned()), pace: Pace::Quick, now };
            World::open(&options, MailWorld::in_memory(7)).expect("opened")
        };
        let before = open().platform_snapshot();
        let file = folder.path().join("world.json");
        let mut old: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).expect("written")).expect("JSON");
        without_newer(&mut old);
        std::fs::write(&file, old.to_string()).expect("writable");
        let world = open();
        assert_eq!(world.platform_snapshot(), before);
        for _ in 0..2 {
            world.own_all_platforms().expect("written");
            assert_eq!(world.platform_snapshot().services.len(), before.services.len() + 4);
        }
        assert_eq!(open().platform_snapshot(), world.platform_snapshot());
    }
}
