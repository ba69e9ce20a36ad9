//! What is written into an account of an Exchange, an Email Pro or a new MX Plan: names, forwarding, filters (ovh-api.md §2.1, §2.7).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::answer::{Answer, Said};
use super::dispatch::Call;
use super::service_routes::{task, void};
use crate::domain::{EmailAddress, Feature, FeatureOwner, Platform, ServiceId};
use crate::sandbox::world::{AccountChange, AccountRequest, Names, Wish, World};

/// Settings against spam and viruses (`…spamAndVirusConfiguration`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the API")]
pub(super) struct SpamBody {
    #[serde(rename = "checkDKIM")]
    check_dkim: bool,
    #[serde(rename = "checkSPF")]
    check_spf: bool,
    delete_spam: bool,
    delete_virus: bool,
    put_in_junk: bool,
    tag_spam: bool,
    tag_virus: bool,
}

impl Default for SpamBody {
    /// As every service has them here.
    fn default() -> Self {
        Self {
            check_dkim: true,
            check_spf: true,
            delete_spam: false,
            delete_virus: true,
            put_in_junk: true,
            tag_spam: true,
            tag_virus: true,
        }
    }
}

impl SpamBody {
    const NAMES: [&str; 7] = ["checkDKIM", "checkSPF", "deleteSpam", "deleteVirus", "putInJunk", "tagSpam", "tagVirus"];

    fn switches(&mut self) -> [&mut bool; 7] {
        [
            &mut self.check_dkim,
            &mut self.check_spf,
            &mut self.delete_spam,
            &mut self.delete_virus,
            &mut self.put_in_junk,
            &mut self.tag_spam,
            &mut self.tag_virus,
        ]
    }

    /// The usual settings but for these.
    pub(super) fn with(settings: &BTreeMap<String, String>) -> Self {
        let mut body = Self::default();
        for (name, switch) in Self::NAMES.into_iter().zip(body.switches()) {
            if let Some(value) = settings.get(&format!("spamAndVirusConfiguration.{name}")) {
                *switch = value == "true";
            }
        }
        body
    }

    /// What is not as usual.
    fn unusual(mut self) -> BTreeMap<String, String> {
        let mut usual = Self::default();
        let pairs = Self::NAMES.into_iter().zip(self.switches()).zip(usual.switches());
        let unusual = pairs.filter(|((_, own), usual)| own != usual);
        unusual.map(|((name, own), _)| (format!("spamAndVirusConfiguration.{name}"), own.to_string())).collect()
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct AccountBody {
    login: Option<String>,
    domain: Option<String>,
    display_name: Wish,
    first_name: Wish,
    last_name: Wish,
    initial: Wish,
    #[serde(rename = "hiddenFromGAL")]
    hidden: Option<bool>,
    forwarding_email: Wish,
    store_copy_of_email: Option<bool>,
    mailing_filter: Option<Vec<String>>,
    spam_and_virus_configuration: Option<SpamBody>,
}

impl AccountBody {
    /// Settings against spam that it asks for, if it asks for any.
    fn spam(&self) -> Option<BTreeMap<String, String>> {
        let mut settings = self.spam_and_virus_configuration.clone().map(SpamBody::unusual);
        if let Some(filters) = &self.mailing_filter
            && filters.is_empty()
        {
            settings.get_or_insert_default().insert("mailingFilter".to_owned(), "[]".to_owned());
        }
        settings
    }
}

impl From<AccountBody> for AccountChange {
    fn from(body: AccountBody) -> Self {
        Self {
            login: body.login,
            domain: body.domain,
            display: body.display_name,
            first: body.first_name,
            last: body.last_name,
            initial: body.initial,
            is_hidden: body.hidden,
            password: None,
        }
    }
}

/// `PUT …/account/{address}`: forwarding and filters are changed alone, everything else together.
pub(super) fn put(world: &World, call: &Call<'_>, id: &ServiceId, address: &EmailAddress) -> Said {
    let body: AccountBody = call.read("body")?;
    let owner = FeatureOwner::Account(address.clone());
    let known = world.look(|state, _| state.features(id, &owner))?;
    let (wanted, is_kind): (Option<Feature>, fn(&Feature) -> bool) = match (&body.forwarding_email, body.spam()) {
        (Wish::Become(to), _) if id.platform == Platform::Exchange => {
            let to = to.as_ref().map(|to| to.parse().map_err(|_| Answer::bad("forwardingEmail"))).transpose()?;
            let keeps_copy = body.store_copy_of_email.unwrap_or(false);
            (to.map(|to| Feature::Forwarding { to, keeps_copy }), |feature| matches!(feature, Feature::Forwarding { .. }))
        }
        (_, Some(settings)) => {
            let wanted = (!settings.is_empty()).then_some(Feature::SpamSettings { settings });
            (wanted, |feature| matches!(feature, Feature::SpamSettings { .. }))
        }
        _ => return void(world.change(|state, turn| state.put_account(id, address, body.into(), turn))),
    };
    let known = known.into_iter().find(is_kind);
    void(world.change(|state, turn| match (wanted, known) {
        (Some(wanted), _) => state.add_feature(id, &owner, wanted, turn).map(drop),
        (None, Some(known)) => state.remove_feature(id, &owner, &known, turn).map(drop),
        (None, None) => Ok(()),
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewAccountBody {
    license: String,
    login: String,
    domain: String,
    password: String,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    first_name: Option<String>,
    #[serde(default)]
    last_name: Option<String>,
}

/// `POST …/account` of an Exchange that is not hosted.
pub(super) fn create(world: &World, call: &Call<'_>, id: &ServiceId) -> Said {
    let body: NewAccountBody = call.read("license")?;
    if !["basic", "enterprise", "standard"].contains(&body.license.as_str()) {
        return Err(Answer::bad("license"));
    }
    let address = format!("{}@{}", body.login, body.domain).parse().map_err(|_| Answer::bad("login"))?;
    let names = Names { display: body.display_name, first: body.first_name, last: body.last_name, ..Names::default() };
    let request = AccountRequest { address, password: body.password, names, offer: None, slot: None };
    task(world, id, |state, turn| state.create_account(id, request, turn))
}

/// The settings of an account that are not as usual.
pub(super) fn settings(features: &[Feature]) -> BTreeMap<String, String> {
    let found = features.iter().find_map(|feature| match feature {
        Feature::SpamSettings { settings } => Some(settings.clone()),
        _ => None,
    });
    found.unwrap_or_default()
}
