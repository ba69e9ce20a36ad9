//! What is wrong with a password for an account of a service, before the platform is asked.
//!
//! The rules are the service's own where it says them, else those of its platform (`config/platforms.toml`). Age and history cannot be
//! seen from here: they are for the account's next password, and the platform says so.

use crate::domain::{EmailAddress, PasswordPolicy, Platform, Secret};
use crate::settings::Platforms;

/// Parts of names shorter than this may be in a password (Microsoft's rule).
const SHORTEST_PART: usize = 3;
/// Classes of characters of which a complex password has three: capitals, small letters, digits, special ones, other letters.
const NEEDED_CLASSES: usize = 3;

/// The rules that hold for an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PasswordRules {
    /// What the service says, or its platform.
    pub policy: PasswordPolicy,
    /// Letters with accents are refused (guides: MX Plan and Email Pro).
    pub is_plain: bool,
}

/// What is wrong with a password; words under `password-<key>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PasswordFault {
    /// Fewer characters than this.
    TooShort(u32),
    /// More characters than this.
    TooLong(u32),
    /// Blanks or control characters.
    Blanks,
    /// Letters with accents.
    Accents,
    /// Not three of the classes of characters.
    TooSimple,
    /// Part of a name of the account is in it.
    HoldsName(String),
    /// No capital.
    NoCapital,
    /// No special character.
    NoSpecial,
}

impl PasswordFault {
    /// The name in phrases.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::TooShort(_) => "too-short",
            Self::TooLong(_) => "too-long",
            Self::Blanks => "blanks",
            Self::Accents => "accents",
            Self::TooSimple => "too-simple",
            Self::HoldsName(_) => "holds-name",
            Self::NoCapital => "no-capital",
            Self::NoSpecial => "no-special",
        }
    }

    /// The noun of its phrase: `limit`, or `name`.
    pub fn param(&self) -> Option<(&'static str, String)> {
        match self {
            Self::TooShort(limit) | Self::TooLong(limit) => Some(("limit", limit.to_string())),
            Self::HoldsName(name) => Some(("name", name.clone())),
            _ => None,
        }
    }
}

impl PasswordRules {
    /// The rules of a service on a platform; what the service does not say is taken from what is known of the platform.
    pub fn of(platform: Platform, policy: &PasswordPolicy) -> Self {
        let facts = Platforms::built_in().facts(platform);
        let (shortest, longest) = facts.password_length.map_or((None, None), |(shortest, longest)| (Some(shortest), Some(longest)));
        let policy = PasswordPolicy {
            shortest: policy.shortest.or(shortest),
            longest: policy.longest.or(longest),
            needs_special: policy.needs_special || facts.password_needs_special,
            ..policy.clone()
        };
        Self { policy, is_plain: platform.is_mx_plan() || platform == Platform::EmailPro }
    }

    /// Everything that is wrong with a password; nothing: the platform should take it. `names` are the account's own ([`names_in`]).
    pub fn faults(&self, names: &[String], password: &Secret) -> Vec<PasswordFault> {
        let (policy, text) = (&self.policy, password.expose());
        let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        let has = |is: fn(char) -> bool| text.chars().any(is);
        let is_special = |c: char| c.is_ascii_punctuation();
        let mut faults = Vec::new();
        faults.extend(policy.shortest.filter(|limit| length < *limit).map(PasswordFault::TooShort));
        faults.extend(policy.longest.filter(|limit| length > *limit).map(PasswordFault::TooLong));
        if has(char::is_control) || policy.is_complex && has(char::is_whitespace) {
            faults.push(PasswordFault::Blanks);
        }
        if self.is_plain && has(|c| !c.is_ascii()) {
            faults.push(PasswordFault::Accents);
        }
        if policy.is_complex {
            let other = |c: char| c.is_alphabetic() && !c.is_uppercase() && !c.is_lowercase();
            let classes = [has(char::is_uppercase), has(char::is_lowercase), has(|c| c.is_ascii_digit()), has(is_special), has(other)];
            if classes.iter().filter(|there| **there).count() < NEEDED_CLASSES {
                faults.push(PasswordFault::TooSimple);
            }
            let folded = text.to_lowercase();
            faults.extend(names.iter().find(|name| folded.contains(name.as_str())).cloned().map(PasswordFault::HoldsName));
        }
        if policy.needs_special {
            faults.extend((!has(char::is_uppercase)).then_some(PasswordFault::NoCapital));
            faults.extend((!has(is_special)).then_some(PasswordFault::NoSpecial));
        }
        faults
    }
}

/// The names of an account that a complex password cannot hold, in small letters: the local part of its address and the parts of all of
/// its names, from three letters on.
pub fn names_in(address: &EmailAddress, names: &[Option<&str>]) -> Vec<String> {
    let local = address.to_string().split('@').next().unwrap_or_default().to_owned();
    let is_separator = |c: char| c.is_whitespace() || matches!(c, ',' | '.' | '-' | '_' | '#' | '+');
    let texts: Vec<String> = std::iter::once(local.clone()).chain(names.iter().flatten().map(|name| (*name).to_owned())).collect();
    let parts = texts.iter().flat_map(|text| text.split(is_separator)).chain([local.as_str()]);
    let mut all: Vec<String> = parts.map(str::to_lowercase).filter(|part| part.chars().count() >= SHORTEST_PART).collect();
    all.sort();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(platform: Platform, policy: &PasswordPolicy, text: &str) -> Vec<PasswordFault> {
        let names = names_in(&"john.smith@mydomain.ovh".parse().expect("an address"), &[Some("John K. Smith"), None]);
        PasswordRules::of(platform, policy).faults(&names, &Secret::new(text))
    }

    #[test]
    fn what_the_service_says_wins_over_what_is_known_of_its_platform() {
        let own = PasswordPolicy { shortest: Some(12), ..PasswordPolicy::default() };
        let rules = PasswordRules::of(Platform::EmailPro, &own);
        assert_eq!((rules.policy.shortest, rules.policy.longest, rules.is_plain), (Some(12), Some(30), true));
        let zimbra = PasswordRules::of(Platform::Zimbra, &PasswordPolicy::default());
        assert_eq!((zimbra.policy.shortest, zimbra.policy.longest, zimbra.policy.needs_special), (Some(10), Some(64), true));
        assert_eq!(PasswordRules::of(Platform::Exchange, &PasswordPolicy::default()), PasswordRules::default());
    }

    #[test]
    fn lengths_are_counted_in_characters_and_have_bounds() {
        let policy = PasswordPolicy::default();
        assert_eq!(faults(Platform::EmailPro, &policy, "12345678"), [PasswordFault::TooShort(9)]);
        assert_eq!(faults(Platform::EmailPro, &policy, "123456789"), []);
        assert_eq!(faults(Platform::MxPlan, &policy, &"x".repeat(30)), []);
        assert_eq!(faults(Platform::MxPlan, &policy, &"x".repeat(31)), [PasswordFault::TooLong(30)]);
        assert_eq!(faults(Platform::MxPlanLegacy, &policy, "12345678ß"), [PasswordFault::Accents]);
        assert_eq!(faults(Platform::Zimbra, &policy, "Aé!4567890"), []);
        assert_eq!(
            faults(Platform::Zimbra, &policy, "a\u{7}bcdefghij"),
            [PasswordFault::Blanks, PasswordFault::NoCapital, PasswordFault::NoSpecial]
        );
    }

    #[test]
    fn a_complex_password_has_three_kinds_of_characters_and_no_name_in_it() {
        let policy = PasswordPolicy { is_complex: true, shortest: Some(8), ..PasswordPolicy::default() };
        let on_exchange = |text: &str| faults(Platform::Exchange, &policy, text);
        assert_eq!(on_exchange("abcDEF123"), []);
        assert_eq!(on_exchange("abcdefgh1"), [PasswordFault::TooSimple]);
        assert_eq!(on_exchange("abcd 123 E"), [PasswordFault::Blanks]);
        assert_eq!(on_exchange("my-SMITH-4711"), [PasswordFault::HoldsName("smith".to_owned())]);
        assert_eq!(on_exchange("K.4711-abc"), [], "one letter of a name is no part");
        let simple = PasswordPolicy { is_complex: false, ..policy.clone() };
        assert_eq!(faults(Platform::Exchange, &simple, "smith smith"), []);
    }

    #[test]
    fn the_parts_of_all_names_count() {
        let names = names_in(&"ab.keller@mydomain.ovh".parse().expect("an address"), &[Some("Anna Keller-Roth"), Some("Al")]);
        assert_eq!(names, ["ab.keller", "anna", "keller", "roth"]);
    }
}
