//! What events speak of: who acts, where to, what was accepted, where a mailbox was left at rest.

use serde::{Deserialize, Serialize};

use crate::domain::{ApiEndpoint, EmailAddress, ImapEndpoint, MailboxName, MigrationId, SecretRef, ServiceId, Uid, UidValidity};
use crate::plan::{MailboxMapping, TargetAccount};

/// Who does the clicks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The program, through the OVHcloud API.
    Automatic,
    /// The person, in the control panel; the program shows them and proves each.
    Guided,
}

/// One of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// Where the mail is.
    Source,
    /// Where it goes.
    Target,
}

/// Who did an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Witness {
    /// The program, and saw it done through the API.
    Platform,
    /// The person, proven by a login.
    Login,
    /// Nothing had to be done.
    NotNeeded,
}

/// An API account, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiAccess {
    /// Where the API is.
    pub endpoint: ApiEndpoint,
    /// Where its secrets are kept.
    #[serde(flatten)]
    pub credential: ApiCredential,
    /// When the credential ends, as RFC 3339.
    #[serde(default)]
    pub expiration: Option<String>,
}

/// Where the secrets of an API account are kept. Told apart in journals by the names of their fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ApiCredential {
    /// Application key, secret and consumer key.
    Application {
        /// Where the application key is kept.
        application_key: SecretRef,
        /// Where the application secret is kept.
        application_secret: SecretRef,
        /// Where the consumer key is kept.
        consumer_key: SecretRef,
    },
    /// A service account (OAuth2 client credentials).
    Client {
        /// Where the client id is kept.
        client_id: SecretRef,
        /// Where the client secret is kept.
        client_secret: SecretRef,
    },
    /// A ready token.
    Token {
        /// Where the access token is kept.
        access_token: SecretRef,
    },
}

impl ApiCredential {
    /// All its secrets.
    pub fn secrets(&self) -> Vec<SecretRef> {
        match self {
            Self::Application { application_key, application_secret, consumer_key } => {
                vec![application_key.clone(), application_secret.clone(), consumer_key.clone()]
            }
            Self::Client { client_id, client_secret } => vec![client_id.clone(), client_secret.clone()],
            Self::Token { access_token } => vec![access_token.clone()],
        }
    }
}

/// Where the accounts go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// The service; none in guided mode.
    pub service: Option<ServiceId>,
    /// Its name for people.
    pub display_name: Option<String>,
    /// Where mail is written.
    pub endpoint: ImapEndpoint,
    /// Webmail URL, when known.
    #[serde(default)]
    pub webmail: Option<String>,
}

/// One migration of the accepted plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedMigration {
    /// Which one.
    pub id: MigrationId,
    /// The name that the source gets; the same as its address when no rename is needed (guided mode).
    pub temporary: EmailAddress,
    /// User name for IMAP at the source after the rename.
    pub source_user: String,
    /// The account that it becomes.
    pub target: TargetAccount,
    /// The name that the target has until the source gave its own up (copy first, replace); none: its own from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_temporary: Option<EmailAddress>,
    /// What happens with each mailbox.
    pub mailboxes: Vec<MailboxMapping>,
}

/// How many messages a mailbox of the target holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxCount {
    /// Its name.
    pub name: MailboxName,
    /// Messages.
    pub messages: u32,
}

/// Why a feature is left to the person; words under `feature-left-<reason>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftReason {
    /// The target platform knows nothing like it, or its API does not.
    NotOnTarget,
    /// It needs accounts that are not at the target service.
    OthersStay,
    /// The target refused it.
    Refused,
    /// It stays where it is, and goes on working: mailing lists and redirections of a domain.
    Stays,
}

impl LeftReason {
    /// The name in journals and phrases.
    pub const fn key(self) -> &'static str {
        match self {
            Self::NotOnTarget => "not-on-target",
            Self::OthersStay => "others-stay",
            Self::Refused => "refused",
            Self::Stays => "stays",
        }
    }
}

/// A mailbox as its server shows it from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SyncPoint {
    /// UIDVALIDITY.
    pub validity: UidValidity,
    /// UIDNEXT.
    pub next: Uid,
    /// Number of messages.
    pub messages: u64,
    /// Mod-sequence (RFC 7162) up to which flags are known, where the server keeps them.
    #[serde(default)]
    pub modseq: Option<u64>,
}

/// What a whole pass over a mailbox came to, and where it left both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Pass {
    /// The source when the pass ended: everything up to there is accounted for.
    pub source: SyncPoint,
    /// The target when the pass ended.
    pub target: SyncPoint,
    /// Messages that were copied and are not at the source any more. Nothing is deleted at the target.
    #[serde(default)]
    pub disappeared: u64,
    /// Messages that are not at the target any more although they were seen there after the copy: somebody deleted them. They are not copied again.
    #[serde(default)]
    pub removed: u64,
}

/// What a look from outside says of a mailbox that was at rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing happened.
    AtRest,
    /// No message came or went; flags cannot be told from outside.
    FlagsUnsure,
    /// Something happened.
    Moved,
}

impl SyncPoint {
    /// Whether UIDNEXT can be true: so many messages have at least so many UIDs. Some servers say 1 for ever.
    pub fn is_believable(&self) -> bool {
        u64::from(self.next.0) > self.messages
    }
}

impl Pass {
    /// Compares with what both sides show now. At the target only losses count: what else arrives there is not ours.
    pub fn standing(&self, source: &SyncPoint, target: &SyncPoint) -> Standing {
        let is_same =
            |before: &SyncPoint, now: &SyncPoint| (before.validity, before.next, before.messages) == (now.validity, now.next, now.messages);
        // More messages than UIDs given, or fewer: some are gone.
        let came = u64::from(target.next.0).checked_sub(u64::from(self.target.next.0));
        let has_only_grown =
            target.validity == self.target.validity && came.map(|came| self.target.messages + came) == Some(target.messages);
        if !is_same(&self.source, source) || !source.is_believable() || !has_only_grown {
            return Standing::Moved;
        }
        match (self.source.modseq, source.modseq) {
            (Some(before), Some(now)) if before == now => Standing::AtRest,
            (Some(_), Some(_)) => Standing::Moved,
            _ if source.messages == 0 => Standing::AtRest,
            _ => Standing::FlagsUnsure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(next: u32, messages: u64, modseq: Option<u64>) -> SyncPoint {
        SyncPoint { validity: UidValidity(1), next: Uid(next), messages, modseq }
    }

    #[test]
    fn a_mailbox_is_at_rest_while_nothing_came_went_or_changed() {
        let pass = Pass { source: point(10, 5, Some(7)), target: point(20, 8, None), disappeared: 0, removed: 0 };
        let standing = |source: SyncPoint, target: SyncPoint| pass.standing(&source, &target);
        let (source, target) = (pass.source, pass.target);
        assert_eq!(standing(source, target), Standing::AtRest);
        assert_eq!(standing(source, point(22, 10, Some(3))), Standing::AtRest, "other mail arrived at the target");
        for (source, target) in [
            (point(11, 6, Some(9)), target),
            (point(10, 4, Some(8)), target),
            (point(10, 5, Some(8)), target),
            (SyncPoint { validity: UidValidity(2), ..source }, target),
            (source, point(20, 7, None)),
            (source, point(22, 9, None)),
            (source, point(19, 8, None)),
            (point(1, 5, Some(7)), target),
            (source, SyncPoint { validity: UidValidity(2), ..target }),
        ] {
            assert_eq!(standing(source, target), Standing::Moved, "{source:?} {target:?}");
        }
        assert_eq!(standing(point(10, 5, None), target), Standing::FlagsUnsure);
        let odd = Pass { source: point(1, 5, Some(7)), ..pass };
        assert_eq!(odd.standing(&odd.source, &target), Standing::Moved, "a UIDNEXT that cannot be true tells nothing");
        let empty = Pass { source: point(10, 0, None), ..pass };
        assert_eq!(empty.standing(&point(10, 0, None), &target), Standing::AtRest);
    }
}
