//! Passwords and keys of the world: those it starts with follow from its seed, those that people set are kept as salted hashes only.

use serde::{Deserialize, Serialize};

use crate::domain::{EmailAddress, Secret};

/// The demo's application key.
pub const APPLICATION_KEY: &str = "mailferryDemo001";
/// The demo's application secret.
pub const APPLICATION_SECRET: &str = "demoOnlyNoSecretAtAll7Qw3Zr9Lk2Px";

/// The id of the demo's service account.
pub const CLIENT_ID: &str = "EU.mailferrydemo01";
/// Its secret.
pub const CLIENT_SECRET: &str = "demoOnlyNoSecretAtAll5Tb8Wq1Xn4Kd";
/// A ready access token, good for ever and everything.
pub const ACCESS_TOKEN: &str = "demoOnlyNoSecretAtAll9Rm2Vc6Yh3Fs";

const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A text of `length` letters and digits that follows from the seed, what it is for, and whose it is.
pub(crate) fn derived(seed: u64, purpose: &str, label: &str, length: usize) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("mailferry 2026 demo world");
    hasher.update(&seed.to_le_bytes());
    for part in [purpose, label] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut bytes = vec![0; length];
    hasher.finalize_xof().fill(&mut bytes);
    bytes.into_iter().map(|b| char::from(LETTERS[usize::from(b) % LETTERS.len()])).collect()
}

/// The password that an account of the world starts with. It meets every platform's rules.
pub fn seeded_password(seed: u64, host: &str, address: &EmailAddress) -> Secret {
    Secret::new(format!("Fy7-{}", derived(seed, "password", &format!("{host} {address}"), 14)))
}

/// What is known of a password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verifier {
    /// The one that follows from the seed, the host and the address that the account had at first.
    Seeded {
        /// Host.
        host: String,
        /// Address.
        address: EmailAddress,
    },
    /// A salted BLAKE3 hash of one that was set.
    Hashed {
        /// Salt.
        salt: String,
        /// Hash as hex.
        hash: String,
    },
}

impl Verifier {
    /// Of a password that somebody set.
    pub(crate) fn of(password: &str, salt: String) -> Self {
        let hash = salted(&salt, password).to_hex().to_string();
        Self::Hashed { salt, hash }
    }

    /// Whether this is the password.
    pub(crate) fn accepts(&self, seed: u64, password: &str) -> bool {
        match self {
            Self::Seeded { host, address } => seeded_password(seed, host, address).expose() == password,
            // `blake3::Hash` compares in constant time.
            Self::Hashed { salt, hash } => blake3::Hash::from_hex(hash).is_ok_and(|hash| salted(salt, password) == hash),
        }
    }

    /// The password itself, where it still follows from the seed.
    pub(crate) fn known(&self, seed: u64) -> Option<Secret> {
        match self {
            Self::Seeded { host, address } => Some(seeded_password(seed, host, address)),
            Self::Hashed { .. } => None,
        }
    }
}

fn salted(salt: &str, password: &str) -> blake3::Hash {
    blake3::Hasher::new_derive_key("mailferry 2026 demo password")
        .update(salt.as_bytes())
        .update(b"\0")
        .update(password.as_bytes())
        .finalize()
}

/// Why a password is refused, in the API's manner (ovh-api.md §2.7).
pub(crate) fn password_trouble(password: &str, shortest: u32, login: &str) -> Option<String> {
    let classes: [fn(&char) -> bool; 4] =
        [char::is_ascii_uppercase, char::is_ascii_lowercase, char::is_ascii_digit, |c| !c.is_ascii_alphanumeric()];
    let used = classes.iter().filter(|class| password.chars().any(|c| class(&c))).count();
    if password.chars().count() < shortest as usize {
        Some(format!("Invalid password: at least {shortest} characters are needed"))
    } else if used < 3 {
        Some("Invalid password: three of capitals, small letters, digits and others are needed".to_owned())
    } else if password.contains(char::is_whitespace) {
        Some("Invalid password: no spaces".to_owned())
    } else if password.to_ascii_lowercase().contains(&login.to_ascii_lowercase()) {
        Some("Invalid password: it contains the login".to_owned())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeded_passwords_meet_the_rules_and_differ() {
        let address = |text: &str| text.parse::<EmailAddress>().expect("valid");
        let one = seeded_password(7, "ex3.mail.ovh.net", &address("john.smith@mydomain.ovh"));
        assert_eq!(password_trouble(one.expose(), 14, "john.smith"), None);
        assert_ne!(one, seeded_password(7, "ex3.mail.ovh.net", &address("anna.keller@mydomain.ovh")));
        assert_ne!(one, seeded_password(8, "ex3.mail.ovh.net", &address("john.smith@mydomain.ovh")));
    }

    #[test]
    fn a_set_password_is_known_by_its_hash_only() {
        let verifier = Verifier::of("Correct-Horse-9", "salt".to_owned());
        assert!(verifier.accepts(1, "Correct-Horse-9") && !verifier.accepts(1, "Correct-Horse-8"));
        assert!(!serde_json::to_string(&verifier).expect("plain data").contains("Horse"));
    }
}
