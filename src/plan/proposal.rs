//! The proposal for one account, ready to be edited, accepted and journaled.

use std::collections::BTreeSet;

use crate::domain::{EmailAddress, ImapEndpoint, SecretRef, ServiceId};

use crate::settings::Strategy;

use super::{SourceAccount, TargetAccount, temporary_address};

/// Whether the source gives its address up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceName {
    /// It is renamed, so that the target can have the address.
    Renamed,
    /// It keeps its name: the target is another account on another server.
    Kept,
}

/// Under which name the target begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetName {
    /// Under its own address.
    Own,
    /// Under a temporary one, until the source gave the address up.
    Temporary,
}

/// Whether source and target have temporary names, as an order of acts wants it.
pub const fn names_of(order: Strategy) -> (SourceName, TargetName) {
    match order {
        Strategy::RenameFirst => (SourceName::Renamed, TargetName::Own),
        Strategy::CopyFirst => (SourceName::Renamed, TargetName::Temporary),
        Strategy::Replace => (SourceName::Kept, TargetName::Temporary),
        Strategy::ServerSide => (SourceName::Kept, TargetName::Own),
    }
}

/// Where an account goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The service; none in guided mode.
    pub service: Option<ServiceId>,
    /// Where mail is written.
    pub endpoint: ImapEndpoint,
    /// User name there, when it is not the address.
    pub user: Option<String>,
    /// Where the target's password will be kept.
    pub secret: SecretRef,
}

/// What a plan says of one account, besides its mailboxes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The name that the source gets, or has.
    pub temporary: EmailAddress,
    /// User name for IMAP at the source from then on.
    pub source_user: String,
    /// The account that it becomes.
    pub target: TargetAccount,
    /// The name under which it begins, when that is not its own.
    pub target_temporary: Option<EmailAddress>,
}

/// Proposes names for one account. `taken` are the addresses that exist in the domain. `None` when no free name is left.
pub fn propose(
    source: &SourceAccount,
    place: &Place,
    (name, target_name): (SourceName, TargetName),
    taken: &BTreeSet<EmailAddress>,
) -> Option<Proposal> {
    let temporary = match name {
        SourceName::Renamed => temporary_address(&source.address, taken)?,
        SourceName::Kept => source.address.clone(),
    };
    let target_temporary = match target_name {
        TargetName::Own => None,
        TargetName::Temporary => {
            let mut taken = taken.clone();
            taken.insert(temporary.clone());
            Some(temporary_address(&source.address, &taken)?)
        }
    };
    let target_address = target_temporary.as_ref().unwrap_or(&source.address);
    // On OVHcloud the user name is the address and changes with it; another user name stays.
    let is_address = source.user.parse::<EmailAddress>().is_ok_and(|user| user == source.address);
    Some(Proposal {
        source_user: if is_address && name == SourceName::Renamed { temporary.to_string() } else { source.user.clone() },
        temporary,
        target: TargetAccount {
            service: place.service.clone(),
            endpoint: place.endpoint.clone(),
            user: place.user.clone().unwrap_or_else(|| target_address.to_string()),
            secret: place.secret.clone(),
        },
        target_temporary,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposal(user: &str, name: SourceName) -> Proposal {
        let endpoint = ImapEndpoint::tls("ex3.mail.ovh.net");
        let source = SourceAccount {
            address: "john.smith@mydomain.ovh".parse().expect("valid"),
            service: None,
            endpoint: endpoint.clone(),
            user: user.to_owned(),
            secret: SecretRef("source".to_owned()),
            display_name: None,
            first_name: None,
            last_name: None,
        };
        let place = Place { service: None, endpoint, user: None, secret: SecretRef("target".to_owned()) };
        propose(&source, &place, (name, TargetName::Own), &BTreeSet::new()).expect("free names")
    }

    #[test]
    fn the_target_gets_the_address_and_the_source_another_name() {
        let renamed = proposal("john.smith@mydomain.ovh", SourceName::Renamed);
        assert_eq!((renamed.source_user.as_str(), renamed.target.user.as_str()), ("john.smith01@mydomain.ovh", "john.smith@mydomain.ovh"));
        assert_eq!(renamed.temporary.to_string(), renamed.source_user);
    }

    #[test]
    fn a_user_name_that_is_no_address_stays() {
        assert_eq!(proposal("john", SourceName::Renamed).source_user, "john");
        let kept = proposal("john.smith@mydomain.ovh", SourceName::Kept);
        assert_eq!((kept.temporary.to_string(), kept.source_user.clone()), (kept.source_user, "john.smith@mydomain.ovh".to_owned()));
    }
}
