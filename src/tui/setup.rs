//! What the wizard starts with, and what it leaves behind.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::{ApiEndpoint, EmailAddress, Moment, Secret, SessionId};
use crate::ports::{ApiKeys, Keeping};
use crate::session::{Mode, Session, StoredEvent};
use crate::settings::OvhFault;
use crate::text::{Value, Words};

use super::{Glyphs, Keymap, Theme};

/// How things look and are called.
#[derive(Debug, Clone)]
pub struct Look {
    /// Colours.
    pub theme: Theme,
    /// Signs.
    pub glyphs: Glyphs,
    /// Keys.
    pub keymap: Keymap,
    /// Sentences.
    pub words: Arc<Words>,
    /// Minutes east of Greenwich, for times of day.
    pub offset_minutes: i32,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            glyphs: Glyphs::UNICODE,
            keymap: Keymap::default(),
            words: Arc::new(Words::english()),
            offset_minutes: 0,
        }
    }
}

/// Whether the session can be changed from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Access {
    /// It can.
    #[default]
    Full,
    /// Another program holds it: it is only watched.
    WatchOnly,
}

/// An account that a guided form shows in advance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrefilledAccount {
    /// Address.
    pub address: EmailAddress,
    /// IMAP host at the source, with or without port.
    pub host: String,
}

/// Where a credential of the API was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialPlace {
    /// `OVH_…` of the environment.
    Environment,
    /// A file, as a person names it.
    File(String),
    /// The keyring, where another session left it.
    Session(SessionId),
}

/// A credential that was found, whole and of one kind. It is named by its place, never shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundCredential {
    /// Where.
    pub place: CredentialPlace,
    /// For which end point, as it was written there: `ovh-eu`, or a URL.
    pub endpoint_name: String,
    /// The same, understood.
    pub endpoint: ApiEndpoint,
    /// The keys.
    pub keys: ApiKeys,
}

/// A credential that was found and is not used, or is used with a warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialTrouble {
    /// Where.
    pub place: CredentialPlace,
    /// Why.
    pub fault: OvhFault,
}

impl CredentialPlace {
    /// Its name, in words.
    pub fn name(&self, words: &Words) -> String {
        match self {
            Self::Environment => words.say("connect-place-environment", &[]),
            Self::File(path) => words.say("connect-place-file", &[("path", path.into())]),
            Self::Session(id) => words.say("connect-place-session", &[("session", id.to_string().into())]),
        }
    }
}

impl CredentialTrouble {
    /// What is wrong where, and what to do.
    pub fn sentence(&self, words: &Words) -> String {
        let place = self.place.name(words);
        let nouns = self.fault.params();
        let mut params: Vec<(&str, Value<'_>)> = nouns.iter().map(|(name, value)| (*name, value.into())).collect();
        if let OvhFault::Malformed { wrong, .. } = &self.fault {
            params.push(("wrong", words.say(&format!("credential-line-{}", wrong.key()), &[]).into()));
        }
        params.push(("place", (&place).into()));
        let trouble = words.say(&format!("credential-{}", self.fault.key()), &params);
        words.say("credential-trouble", &[("place", (&place).into()), ("trouble", trouble.into())])
    }
}

/// Answers that are shown in the fields in advance; the person only confirms them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prefill {
    /// Who does the clicks.
    pub mode: Option<Mode>,
    /// `ovh-eu`, or the demo's URL.
    pub api_endpoint: Option<String>,
    /// Application key.
    pub application_key: Option<Secret>,
    /// Application secret.
    pub application_secret: Option<Secret>,
    /// Consumer key, when there is one already.
    pub consumer_key: Option<Secret>,
    /// Credentials that were found on this computer, in the order in which they count.
    pub found: Vec<FoundCredential>,
    /// Those that were found and are not used, and warnings.
    pub troubles: Vec<CredentialTrouble>,
    /// Accounts of the guided mode.
    pub accounts: Vec<PrefilledAccount>,
    /// IMAP host of the destination (guided).
    pub target_host: Option<String>,
    /// The rehearsal's own control panel, for the clicks of the guided mode.
    pub panel: Option<String>,
    /// Passwords at the source.
    pub passwords: BTreeMap<EmailAddress, Secret>,
    /// Passwords at the destination (guided).
    pub target_passwords: BTreeMap<EmailAddress, Secret>,
}

/// What the wizard starts with.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The session, folded from its journal.
    pub session: Session,
    /// Its latest events, oldest first, for the lines at the bottom; may be empty.
    pub history: Vec<StoredEvent>,
    /// Answers to be shown in advance.
    pub prefill: Prefill,
    /// How things look.
    pub look: Look,
    /// Whether this is the rehearsal world.
    pub is_demo: bool,
    /// Whether the session can be changed.
    pub access: Access,
    /// Where secrets go.
    pub keeping: Keeping,
    /// Why they do not go to the keyring, when they do not.
    pub keyring_trouble: Option<String>,
    /// Where journal and reports lie.
    pub state_folder: String,
    /// Now.
    pub now: Moment,
}

/// Why the wizard was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// The session is finished.
    Finished,
    /// It was stopped softly; it can be resumed.
    Soft,
    /// It was stopped hard; it can be resumed.
    Hard,
    /// The terminal is gone or the system asked for it; it can be resumed.
    Hangup,
}

/// What the wizard leaves behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// The session.
    pub id: Option<SessionId>,
    /// Why it was left.
    pub leaving: Leaving,
}

impl Exit {
    /// The lines to be written on the normal screen, `resume` being the command that takes the session up again.
    pub fn farewell(&self, words: &Words, resume: &str) -> String {
        let key = match self.leaving {
            Leaving::Finished => "farewell-finished",
            Leaving::Soft | Leaving::Hangup => "farewell-soft",
            Leaving::Hard => "farewell-hard",
        };
        words.say(key, &[("resume", resume.into())])
    }
}
