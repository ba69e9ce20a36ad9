//! Names of special folders in many languages: `assets/roles.toml`, embedded.
//!
//! Only the table. Which folder of an account plays which role is decided in [`plan`](crate::plan), attributes first.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::domain::{Platform, Role};

static BUILT_IN: LazyLock<FolderRoles> = LazyLock::new(|| {
    FolderRoles::parse(include_str!("../../assets/roles.toml")).expect("the embedded table is parsed by a test of this file")
});

/// Why a table of folder names cannot be used; with line and column.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the table of folder names is malformed: {0}")]
pub struct RolesError(String);

/// Which name means what. Names are compared in lower case; they must be in NFC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderRoles {
    roles: BTreeMap<String, Role>,
    not_mail: BTreeMap<String, String>,
    platform_names: BTreeMap<String, BTreeMap<Role, String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Table {
    roles: BTreeMap<Role, Vec<String>>,
    platform_names: BTreeMap<String, BTreeMap<Role, String>>,
    not_mail: BTreeMap<String, Vec<String>>,
}

impl FolderRoles {
    /// The embedded table.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Reads a table.
    ///
    /// # Errors
    /// [`RolesError`] for malformed TOML, an unknown role, or one name for two roles.
    pub fn parse(text: &str) -> Result<Self, RolesError> {
        let table: Table = toml::from_str(text).map_err(|error| RolesError(error.to_string()))?;
        let mut roles = BTreeMap::new();
        for (role, names) in table.roles {
            for name in names {
                if roles.insert(name.to_lowercase(), role).is_some_and(|other| other != role) {
                    return Err(RolesError(format!("{name:?} is the name of two roles")));
                }
            }
        }
        let mut not_mail = BTreeMap::new();
        for (kind, names) in table.not_mail {
            not_mail.extend(names.into_iter().map(|name| (name.to_lowercase(), kind.clone())));
        }
        Ok(Self { roles, not_mail, platform_names: table.platform_names })
    }

    /// The role that a folder of this name plays, by custom. `name` in NFC.
    pub fn role_of(&self, name: &str) -> Option<Role> {
        self.roles.get(&name.to_lowercase()).copied()
    }

    /// What a top folder of this name holds instead of mail in the Exchange family: `calendar`, `contacts`, … `name` in NFC.
    pub fn not_mail(&self, name: &str) -> Option<&str> {
        self.not_mail.get(&name.to_lowercase()).map(String::as_str)
    }

    /// Whether an account can have several folders of this kind; of the others each has one, and a second one is a person's own.
    pub fn may_be_many(kind: &str) -> bool {
        kind == "internal"
    }

    /// Whether names of this kind are common words that a person would choose for mail, too.
    pub fn is_a_common_word(kind: &str) -> bool {
        kind == "files"
    }

    /// What the platform calls the folder of this role in a new account; `None` where it is not known.
    pub fn name_at(&self, platform: Platform, role: Role) -> Option<&str> {
        let key = if platform.rebuilds_messages() { Platform::Exchange.key() } else { platform.key() };
        self.platform_names.get(key)?.get(&role).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_table_knows_many_languages() {
        let table = FolderRoles::built_in();
        for (name, role) in [
            ("sent items", Role::Sent),
            ("Éléments envoyés", Role::Sent),
            ("Gesendete Elemente", Role::Sent),
            ("POSTA INVIATA", Role::Sent),
            ("Отправленные", Role::Sent),
            ("Wersje robocze", Role::Drafts),
            ("下書き", Role::Drafts),
            ("Corbeille", Role::Trash),
            ("Papierkorb", Role::Trash),
            ("Courrier indésirable", Role::Junk),
            ("Archiwum", Role::Archive),
        ] {
            assert_eq!(table.role_of(name), Some(role), "{name}");
        }
        assert_eq!(table.role_of("Projects"), None);
        assert_eq!(table.not_mail("Kalender"), Some("calendar"));
        assert_eq!(table.not_mail("Boîte d'envoi"), Some("outbox"));
        assert_eq!(table.name_at(Platform::EmailPro, Role::Trash), Some("Deleted Items"));
        assert_eq!(table.name_at(Platform::Imap, Role::Trash), None);
    }

    #[test]
    fn no_name_is_both_a_role_and_no_mail() {
        let table = FolderRoles::built_in();
        let both: Vec<&String> = table.roles.keys().filter(|name| table.not_mail.contains_key(*name)).collect();
        assert!(both.is_empty(), "{both:?}");
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        let error = FolderRoles::parse("[roles]\nsend = [\"Sent\"]\n").expect_err("no such role");
        assert!(error.to_string().contains("line 2"), "{error}");
        let twice = "[roles]\nsent = [\"A\"]\ntrash = [\"a\"]\n[platform-names]\n[not-mail]\n";
        assert!(FolderRoles::parse(twice).is_err());
    }
}
