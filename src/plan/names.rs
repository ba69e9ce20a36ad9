//! The name that a source account gets while its address moves: `john.smith01@mydomain.ovh`.

use std::collections::BTreeSet;

use crate::domain::EmailAddress;

/// The first free one of `john.smith01@`, `john.smith02@`… in the same domain; a local part that has no room is shortened.
/// `None` when 9,999 names are taken.
pub fn temporary_address(address: &EmailAddress, taken: &BTreeSet<EmailAddress>) -> Option<EmailAddress> {
    const LONGEST: usize = 60;
    let local = address.local();
    let stem = local.get(..LONGEST).unwrap_or(local).trim_end_matches('.');
    (1..=9_999u32)
        .filter_map(|number| EmailAddress::new(&format!("{stem}{number:02}"), address.domain()).ok())
        .find(|candidate| candidate != address && !taken.contains(candidate))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn address(text: &str) -> EmailAddress {
        text.parse().expect("valid")
    }

    #[test]
    fn the_first_free_number_is_proposed() {
        let john = address("john.smith@mydomain.ovh");
        assert_eq!(temporary_address(&john, &BTreeSet::new()), Some(address("john.smith01@mydomain.ovh")));
        let taken = BTreeSet::from([address("john.smith01@mydomain.ovh"), address("john.smith02@mydomain.ovh")]);
        assert_eq!(temporary_address(&john, &taken), Some(address("john.smith03@mydomain.ovh")));
    }

    proptest! {
        #[test]
        fn any_address_gets_one_that_is_free(local in "[a-z0-9]([a-z0-9_+-]|[.][a-z]){0,31}", numbers in proptest::collection::btree_set(1u32..30, 0..29)) {
            let own = address(&format!("{local}@mydomain.ovh"));
            let taken: BTreeSet<EmailAddress> =
                numbers.iter().filter_map(|n| format!("{local}{n:02}@mydomain.ovh").parse().ok()).collect();
            let found = temporary_address(&own, &taken).expect("one of many");
            prop_assert!(found != own && !taken.contains(&found) && found.domain() == own.domain());
        }
    }
}
