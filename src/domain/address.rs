//! E-mail addresses and domain names, as OVHcloud platforms accept them (RFC 5321 §4.1.2, ASCII).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is not an address or a domain name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// There is no `@`, or more than one.
    #[error("an address has exactly one @")]
    At,
    /// The part before the `@` is empty, too long (64 bytes), or holds a character that mailboxes cannot have.
    #[error("the part before the @ may hold letters, digits and . _ - + only, 1 to 64 of them, no dot at either end")]
    Local,
    /// The domain is not a sequence of labels such as `mydomain.ovh`.
    #[error("the domain must look like mydomain.ovh")]
    Domain,
}

/// A domain name: lower case, at least two labels, no final dot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DomainName(String);

impl DomainName {
    /// The name without a final dot, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DomainName {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim().trim_end_matches('.').to_ascii_lowercase();
        let label_is_valid = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        if name.len() > 253 || name.split('.').count() < 2 || !name.split('.').all(label_is_valid) {
            return Err(AddressError::Domain);
        }
        Ok(Self(name))
    }
}

/// The address of an account: `local@domain`. Compared without regard to case, shown as lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress {
    local: String,
    domain: DomainName,
}

impl EmailAddress {
    /// Joins a local part and a domain.
    ///
    /// # Errors
    /// [`AddressError::Local`] when the local part cannot be one.
    pub fn new(local: &str, domain: &DomainName) -> Result<Self, AddressError> {
        format!("{local}@{domain}").parse()
    }

    /// The part before the `@`, in lower case.
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The part after the `@`.
    pub fn domain(&self) -> &DomainName {
        &self.domain
    }
}

impl FromStr for EmailAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (local, domain) = text.trim().split_once('@').ok_or(AddressError::At)?;
        if domain.contains('@') {
            return Err(AddressError::At);
        }
        let local = local.to_ascii_lowercase();
        let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b"._-+".contains(&b);
        if local.is_empty()
            || local.len() > 64
            || local.starts_with('.')
            || local.ends_with('.')
            || local.contains("..")
            || !local.bytes().all(is_allowed)
        {
            return Err(AddressError::Local);
        }
        Ok(Self { local, domain: domain.parse()? })
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

impl TryFrom<String> for DomainName {
    type Error = AddressError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<DomainName> for String {
    fn from(name: DomainName) -> Self {
        name.0
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = AddressError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn refuses_what_is_not_an_address() {
        for (text, error) in [
            ("john.smith", AddressError::At),
            ("a@b@c.ovh", AddressError::At),
            ("@mydomain.ovh", AddressError::Local),
            (".john@mydomain.ovh", AddressError::Local),
            ("jo hn@mydomain.ovh", AddressError::Local),
            ("john@mydomain", AddressError::Domain),
            ("john@-my.ovh", AddressError::Domain),
        ] {
            assert_eq!(text.parse::<EmailAddress>(), Err(error), "{text}");
        }
    }

    #[test]
    fn case_and_blanks_do_not_make_another_address() {
        let one: EmailAddress = " John.Smith@MyDomain.OVH ".parse().expect("valid");
        assert_eq!(one.to_string(), "john.smith@mydomain.ovh");
    }

    proptest! {
        #[test]
        fn display_then_parse_is_identity(local in "[a-z0-9][a-z0-9_+-]{0,20}", domain in "[a-z]{1,10}\\.[a-z]{2,5}") {
            let address: EmailAddress = format!("{local}@{domain}").parse().expect("valid");
            prop_assert_eq!(address.to_string().parse::<EmailAddress>().expect("valid"), address);
        }
    }
}
