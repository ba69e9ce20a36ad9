//! What belongs to accounts and domains besides mail: what there is, and what it is called in operations (ovh-api.md §2.8).
//!
//! Kept in addresses; the numbers of the API are made by the HTTP door. What may be added is in [`carrying`](super::carrying).

use super::Refusal;
use super::operation::Holder;
use super::state::{AccountState, ServiceState, SharedFeature, State};
use crate::domain::{DomainName, EmailAddress, Feature, FeatureOwner, Platform, Right, ServiceId};

/// The API's name of an operation on a feature.
pub(crate) fn function(feature: &Feature, is_added: bool) -> &'static str {
    let pick = |added, removed| if is_added { added } else { removed };
    match feature {
        Feature::Alias { .. } => pick("addAlias", "deleteAlias"),
        Feature::Delegation { right: Right::FullAccess, .. } => pick("addFullAccess", "deleteFullAccess"),
        Feature::Delegation { right: Right::SendAs, .. } => pick("addSendAs", "deleteSendAs"),
        Feature::Delegation { right: Right::SendOnBehalf, .. } => pick("addSendOnBehalfTo", "deleteSendOnBehalfTo"),
        Feature::Contact { .. } => pick("addExternalContact", "deleteExternalContact"),
        Feature::Disclaimer { .. } => pick("addDomainDisclaimer", "deleteDomainDisclaimer"),
        Feature::Group { .. } | Feature::GroupAlias { .. } => pick("addDistributionGroup", "deleteDistributionGroup"),
        Feature::GroupMember { .. } => pick("addDistributionGroupMember", "deleteDistributionGroupMember"),
        Feature::GroupManager { .. } => pick("addDistributionGroupManager", "deleteDistributionGroupManager"),
        Feature::GroupDelegation { right: Right::SendAs, .. } => pick("addDistributionGroupSendAs", "deleteDistributionGroupSendAs"),
        Feature::GroupDelegation { .. } => pick("addDistributionGroupSendOnBehalfTo", "deleteDistributionGroupSendOnBehalfTo"),
        _ => "setAccount",
    }
}

/// The group to which a feature belongs, itself included.
pub(crate) fn group_of(feature: &Feature) -> Option<&EmailAddress> {
    match feature {
        Feature::Group { address: group, .. }
        | Feature::GroupAlias { group, .. }
        | Feature::GroupMember { group, .. }
        | Feature::GroupManager { group, .. }
        | Feature::GroupDelegation { group, .. } => Some(group),
        _ => None,
    }
}

/// The other account of the service that a feature names.
pub(crate) fn named_account(feature: &mut Feature) -> Option<&mut EmailAddress> {
    match feature {
        Feature::Delegation { account, .. }
        | Feature::GroupManager { account, .. }
        | Feature::GroupDelegation { account, .. }
        | Feature::GroupMember { member: account, is_contact: false, .. } => Some(account),
        _ => None,
    }
}

/// The order in which features can be made elsewhere: who is named comes before who names, a group before its parts.
fn rank(feature: &Feature) -> (u8, Option<EmailAddress>, u8) {
    let (place, part) = match feature {
        Feature::Alias { .. } | Feature::Contact { .. } => (0, 0),
        Feature::Delegation { .. } | Feature::Group { .. } => (1, 0),
        Feature::GroupAlias { .. } => (1, 1),
        Feature::GroupMember { .. } => (1, 2),
        Feature::GroupManager { .. } => (1, 3),
        Feature::GroupDelegation { .. } => (1, 4),
        Feature::HiddenFromDirectory => (2, 0),
        Feature::Forwarding { .. } => (3, 0),
        Feature::Redirection { .. } => (4, 0),
        Feature::Responder { .. } => (5, 0),
        Feature::Filter { .. } | Feature::Disclaimer { .. } => (6, 0),
        Feature::SpamSettings { .. } | Feature::MailingList { .. } => (7, 0),
        Feature::Other { .. } => (8, 0),
    };
    (place, group_of(feature).cloned(), part)
}

impl State {
    /// What belongs to an account, or to a domain, in the order in which it can be made elsewhere.
    pub(crate) fn features(&self, service: &ServiceId, owner: &FeatureOwner) -> Result<Vec<Feature>, Refusal> {
        let found = self.service(service)?;
        let mut features: Vec<Feature> = match owner {
            FeatureOwner::Account(address) => found.features_of(found.account(address)?),
            FeatureOwner::Domain(domain) => {
                found.domain(domain)?;
                // Contacts and public folders belong to the whole service, and are told with each of its domains.
                let is_here = |shared: &&SharedFeature| shared.domain == *domain || matches!(shared.feature, Feature::Contact { .. });
                let shared = found.shared.iter().filter(is_here).filter(|shared| !found.is_of_an_account(&shared.feature));
                shared.map(|shared| shared.feature.clone()).collect()
            }
        };
        features.sort_by_key(rank);
        Ok(features)
    }
}

impl ServiceState {
    /// What belongs to an account.
    pub(crate) fn features_of(&self, account: &AccountState) -> Vec<Feature> {
        let aliases = account.aliases.iter().map(|alias| Feature::Alias { alias: alias.clone() });
        let hidden = account.names.is_hidden.then_some(Feature::HiddenFromDirectory);
        let leading_here = self.shared.iter().map(|shared| &shared.feature).filter(|feature| leads_to(feature, &account.address));
        aliases.chain(hidden).chain(account.features.iter().chain(leading_here).cloned()).collect()
    }

    /// Whether a redirection leads to an account here: it is told with that account, and not with the domain.
    fn is_of_an_account(&self, feature: &Feature) -> bool {
        self.accounts.iter().any(|account| leads_to(feature, &account.address))
    }

    /// Carries out what an operation promised.
    pub(crate) fn put_feature(&mut self, holder: &Holder, feature: Feature, number: i64) {
        let shared = |domain: &DomainName, feature| SharedFeature { id: number, domain: domain.clone(), feature };
        match (holder, feature) {
            (Holder::Domain(domain), feature) => {
                let is_footer = matches!(feature, Feature::Disclaimer { .. });
                self.shared.retain(|s| !(is_footer && s.domain == *domain && s.feature.kind() == feature.kind()));
                self.shared.push(shared(domain, feature));
            }
            (Holder::Account(_), Feature::Redirection { from, to }) => {
                let domain = from.domain().clone();
                self.shared.push(shared(&domain, Feature::Redirection { from, to }));
            }
            (Holder::Account(id), feature) => {
                // On an MX Plan it is a redirection, of which there may be several.
                let has_one_forwarding = self.id.platform == Platform::Exchange;
                let Some(account) = self.accounts.iter_mut().find(|a| a.id == *id) else { return };
                match feature {
                    Feature::Alias { alias } => account.aliases.push(alias),
                    Feature::HiddenFromDirectory => account.names.is_hidden = true,
                    feature => {
                        let is_one_of_a_kind = match feature {
                            Feature::SpamSettings { .. } | Feature::Responder { .. } => true,
                            Feature::Forwarding { .. } => has_one_forwarding,
                            _ => false,
                        };
                        // A filter that is there is written anew with one more condition.
                        let is_filter = matches!(feature, Feature::Filter { .. });
                        account.features.retain(|known| *known != feature && !(is_filter && known.is_same(&feature)));
                        account.features.retain(|known| !(is_one_of_a_kind && known.kind() == feature.kind()));
                        account.features.push(feature);
                    }
                }
            }
        }
    }

    /// Takes away what an operation was asked to.
    pub(crate) fn drop_feature(&mut self, holder: &Holder, feature: &Feature) {
        let is_group = matches!(feature, Feature::Group { .. });
        let is_meant = |known: &Feature| known.is_same(feature) || (is_group && group_of(known) == group_of(feature));
        self.shared.retain(|shared| !is_meant(&shared.feature));
        let Holder::Account(id) = holder else { return };
        let Some(account) = self.accounts.iter_mut().find(|a| a.id == *id) else { return };
        match feature {
            Feature::Alias { alias } => account.aliases.retain(|known| known != alias),
            Feature::HiddenFromDirectory => account.names.is_hidden = false,
            Feature::SpamSettings { .. } => account.features.retain(|known| known.kind() != feature.kind()),
            _ => account.features.retain(|known| !known.is_same(feature)),
        }
    }

    /// Rights and memberships follow an account to its new name, as they are kept by number.
    pub(crate) fn follow_rename(&mut self, old: &EmailAddress, new: &EmailAddress) {
        let all = self.accounts.iter_mut().flat_map(|a| &mut a.features).chain(self.shared.iter_mut().map(|s| &mut s.feature));
        for account in all.filter_map(named_account).filter(|account| *account == old) {
            *account = new.clone();
        }
    }

    /// An account is gone: so is what it had, and every right and membership of it.
    pub(crate) fn forget(&mut self, gone: &EmailAddress) {
        let names_it = |feature: &Feature| named_account(&mut feature.clone()).is_some_and(|account| account == gone);
        self.accounts.iter_mut().for_each(|account| account.features.retain(|feature| !names_it(feature)));
        self.shared.retain(|shared| !names_it(&shared.feature));
    }
}

fn leads_to(feature: &Feature, address: &EmailAddress) -> bool {
    matches!(feature, Feature::Redirection { to, .. } if to == address)
}
