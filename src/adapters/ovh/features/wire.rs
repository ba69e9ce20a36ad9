//! Bodies of features on Exchange and its kin.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::words::filled;
use crate::domain::{EmailAddress, Feature};

/// What an account says of itself besides mail, and the number that others name it by.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct AccountFeaturesBody {
    #[serde(rename = "hiddenFromGAL")]
    pub(super) hidden_from_gal: Option<bool>,
    /// Exchange only.
    pub(super) forwarding_email: Option<String>,
    /// Exchange only.
    pub(super) store_copy_of_email: Option<bool>,
    pub(super) mailing_filter: Option<Vec<String>>,
    pub(super) spam_and_virus_configuration: Option<SpamBody>,
}

/// The name of the filter's setting, and how it stands when nobody turned it off (`…MailingFilterEnum`, complete).
pub(in crate::adapters::ovh) const MAILING_FILTER: (&str, &str) = ("mailingFilter", "vaderetro");

/// What a service says of spam: the usual settings of its accounts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct ServiceSpamBody {
    pub(super) spam_and_virus_configuration: Option<SpamBody>,
}

/// `…spamAndVirusConfiguration`.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct SpamBody {
    #[serde(rename = "checkDKIM", skip_serializing_if = "Option::is_none")]
    check_dkim: Option<bool>,
    #[serde(rename = "checkSPF", skip_serializing_if = "Option::is_none")]
    check_spf: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delete_spam: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delete_virus: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    put_in_junk: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag_spam: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag_virus: Option<bool>,
}

impl SpamBody {
    fn switches(&mut self) -> [(&'static str, &mut Option<bool>); 7] {
        [
            ("spamAndVirusConfiguration.checkDKIM", &mut self.check_dkim),
            ("spamAndVirusConfiguration.checkSPF", &mut self.check_spf),
            ("spamAndVirusConfiguration.deleteSpam", &mut self.delete_spam),
            ("spamAndVirusConfiguration.deleteVirus", &mut self.delete_virus),
            ("spamAndVirusConfiguration.putInJunk", &mut self.put_in_junk),
            ("spamAndVirusConfiguration.tagSpam", &mut self.tag_spam),
            ("spamAndVirusConfiguration.tagVirus", &mut self.tag_virus),
        ]
    }

    /// The switches that stand otherwise than usual, by the API's own names.
    pub(super) fn unlike(mut self, mut usual: Self) -> BTreeMap<String, String> {
        let pairs = self.switches().into_iter().zip(usual.switches());
        let unlike = pairs
            .filter_map(|((name, own), (_, usual))| (*own).zip(*usual).filter(|(own, usual)| own != usual).map(|(own, _)| (name, own)));
        unlike.map(|(name, own)| (name.to_owned(), own.to_string())).collect()
    }

    /// The same with these switches set; `None` when one of them is not known or not a switch.
    pub(super) fn with(mut self, settings: &BTreeMap<String, String>) -> Option<Self> {
        for (name, value) in settings.iter().filter(|(name, _)| *name != MAILING_FILTER.0) {
            let wanted: bool = value.parse().ok()?;
            let (_, switch) = self.switches().into_iter().find(|(known, _)| known == name)?;
            *switch = Some(wanted);
        }
        Some(self)
    }

    /// The same with these switches as they are in another one.
    pub(super) fn back_to(mut self, mut usual: Self, settings: &BTreeMap<String, String>) -> Self {
        for ((name, own), (_, usual)) in self.switches().into_iter().zip(usual.switches()) {
            if settings.contains_key(name) && usual.is_some() {
                *own = *usual;
            }
        }
        self
    }
}

/// To whom mail goes, too; `None` travels as null and takes it away.
#[derive(Serialize)]
pub(in crate::adapters::ovh) struct ForwardingWish(pub(in crate::adapters::ovh) Option<String>);

/// Body of `PUT …/account/{address}`: each of them alone.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct AccountFeaturesChange {
    #[serde(rename = "hiddenFromGAL", skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) hidden_from_gal: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) forwarding_email: Option<ForwardingWish>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) store_copy_of_email: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) mailing_filter: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) spam_and_virus_configuration: Option<SpamBody>,
}

/// `id` of an account or a contact.
#[derive(Deserialize)]
pub(in crate::adapters::ovh) struct IdBody {
    pub(super) id: i64,
}

/// Body of `POST …/alias`, of accounts and groups.
#[derive(Serialize)]
pub(in crate::adapters::ovh) struct AliasAddition {
    pub(in crate::adapters::ovh) alias: String,
}

/// Body of the POSTs that give a right. `fullAccess` spells its field otherwise than the other two.
#[derive(Serialize)]
pub(in crate::adapters::ovh) enum Grant {
    #[serde(rename = "allowedAccountId")]
    Full(i64),
    #[serde(rename = "allowAccountId")]
    Send(i64),
}

/// `…externalContact`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct ContactBody {
    external_email_address: String,
    display_name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    initials: Option<String>,
    #[serde(rename = "hiddenFromGAL")]
    hidden_from_gal: Option<bool>,
}

impl ContactBody {
    pub(super) fn into_feature(self) -> Option<Feature> {
        Some(Feature::Contact {
            address: self.external_email_address.parse().ok()?,
            display_name: filled(self.display_name),
            first_name: filled(self.first_name),
            last_name: filled(self.last_name),
            initials: filled(self.initials),
            is_hidden: self.hidden_from_gal.unwrap_or(false),
        })
    }
}

/// Body of `POST …/externalContact`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct ContactAddition<'a> {
    pub(in crate::adapters::ovh) external_email_address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) display_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) last_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) initials: Option<&'a str>,
    #[serde(rename = "hiddenFromGAL")]
    pub(in crate::adapters::ovh) hidden_from_gal: bool,
}

/// `…disclaimer`, read, and sent with POST and PUT.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct DisclaimerBody {
    pub(in crate::adapters::ovh) content: String,
    pub(in crate::adapters::ovh) outside_only: bool,
}

/// `email.exchange.mailingList`: a group.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct GroupBody {
    display_name: Option<String>,
    #[serde(rename = "hiddenFromGAL")]
    hidden_from_gal: bool,
    join_restriction: String,
    depart_restriction: String,
    sender_authentification: bool,
    max_receive_size: Option<u64>,
    max_send_size: Option<u64>,
}

impl GroupBody {
    pub(super) fn into_feature(self, address: &EmailAddress) -> Feature {
        Feature::Group {
            address: address.clone(),
            display_name: filled(self.display_name),
            is_hidden: self.hidden_from_gal,
            join: self.join_restriction,
            depart: self.depart_restriction,
            is_internal_only: self.sender_authentification,
            largest_received_mb: self.max_receive_size,
            largest_sent_mb: self.max_send_size,
        }
    }
}

/// Body of `POST …/mailingList`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct GroupAddition<'a> {
    pub(in crate::adapters::ovh) mailing_list_address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) display_name: Option<&'a str>,
    #[serde(rename = "hiddenFromGAL")]
    pub(in crate::adapters::ovh) hidden_from_gal: bool,
    pub(in crate::adapters::ovh) join_restriction: &'a str,
    pub(in crate::adapters::ovh) depart_restriction: &'a str,
    pub(in crate::adapters::ovh) sender_authentification: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) max_receive_size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::adapters::ovh) max_send_size: Option<u64>,
}

/// `…exchangeDistributionGroupMember`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct MemberBody {
    pub(super) member_email_address: String,
}

/// `…exchangeDistributionGroupManager`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct ManagerBody {
    pub(super) manager_email_address: String,
}

/// Bodies of the POSTs that add somebody to a group, each of its own route.
#[derive(Serialize)]
pub(in crate::adapters::ovh) enum Membership {
    #[serde(rename = "memberAccountId")]
    Account(i64),
    #[serde(rename = "memberContactId")]
    Contact(i64),
    #[serde(rename = "managerAccountId")]
    Manager(i64),
}
