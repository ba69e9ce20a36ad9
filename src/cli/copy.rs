//! `mailferry copy`: the engine alone, for engineers and for measuring.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::domain::{Altered, Collisions, CopyChoices, DeletedMail, Receipts};

use crate::domain::{SessionId, Thoroughness, ThoroughnessError};
use crate::mailcopy::Fingerprint;
use crate::session::Session;

use super::account_url::{AccountUrl, UrlError};
use super::args::{Terminal, Wording};
use super::ending::Ending;
use super::secret_spec::{SecretSpec, SpecError};

/// One account to be copied into another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyRequest {
    /// The account that is read.
    pub from: AccountUrl,
    /// The account that is written.
    pub to: AccountUrl,
    /// Where the password of the first comes from.
    pub from_secret: SecretSpec,
    /// Where the password of the second comes from.
    pub to_secret: SecretSpec,
    /// PEM file with certificate authorities to trust besides the system's.
    pub ca: Option<PathBuf>,
    /// How thoroughly the copy is read again; none: as configured.
    pub thoroughness: Option<Thoroughness>,
    /// What is decided once for all folders, as far as it was said.
    pub choices: SaidChoices,
    /// Text or JSON.
    pub wording: Wording,
}

impl CopyRequest {
    /// The session of this copy. It follows from the two accounts, so that the same command finds its own journal again.
    pub fn session(&self) -> SessionId {
        session_between(&self.from, &self.to)
    }
}

fn session_between(from: &AccountUrl, to: &AccountUrl) -> SessionId {
    let text = format!("{} {}\n{} {}", from.user, from.endpoint, to.user, to.endpoint);
    let digest = Fingerprint::of(text.as_bytes()).exact.0;
    SessionId::from_bits(u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]]))
}

/// Whether `copy` began this session: then the same command takes it up again, and the wizard should not.
pub(super) fn is_copy(session: &Session) -> bool {
    let ([migration], Some(destination)) = (session.migrations.as_slice(), &session.destination) else { return false };
    let source = &migration.source;
    let from = AccountUrl { endpoint: source.endpoint.clone(), user: source.user.clone() };
    // Before the plan is accepted the user name at the target is not known; mostly it is the same.
    let to_user = migration.target.as_ref().map_or(&source.user, |target| &target.user);
    let to = AccountUrl { endpoint: destination.endpoint.clone(), user: to_user.clone() };
    session.id.as_ref() == Some(&session_between(&from, &to))
}

/// What was said about what is decided once; the rest is as configured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SaidChoices {
    deleted: Option<DeletedMail>,
    collisions: Option<Collisions>,
    receipts: Option<Receipts>,
    altered: Option<Altered>,
}

impl SaidChoices {
    /// These choices, with what was said.
    pub fn over(self, configured: CopyChoices) -> CopyChoices {
        CopyChoices {
            deleted: self.deleted.unwrap_or(configured.deleted),
            collisions: self.collisions.unwrap_or(configured.collisions),
            receipts: self.receipts.unwrap_or(configured.receipts),
            altered: self.altered.unwrap_or(configured.altered),
        }
    }
}

/// Mail that is marked as deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Deleted {
    Keep,
    Trash,
    Skip,
}

impl From<Deleted> for DeletedMail {
    fn from(deleted: Deleted) -> Self {
        match deleted {
            Deleted::Keep => Self::Keep,
            Deleted::Trash => Self::Trash,
            Deleted::Skip => Self::Skip,
        }
    }
}

/// Folders whose names are one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Colliding {
    Suffix,
    Merge,
}

impl From<Colliding> for Collisions {
    fn from(colliding: Colliding) -> Self {
        match colliding {
            Colliding::Suffix => Self::Suffix,
            Colliding::Merge => Self::Merge,
        }
    }
}

/// Copy all folders of one IMAP account into another, and verify
///
/// One way; the source is only read. Nothing is lost and nothing is doubled, however often it is interrupted: give the same command
/// again, with the same state folder, and it goes on. At the end everything is read again from the target and compared.
#[derive(Debug, Args)]
#[command(after_help = "\
Accounts are written imaps://USER@HOST[:PORT], or imap+starttls://… for port 143;
imap://… without encryption is for this machine only. In USER, @ may be written
as %40, and % must be written as %25.

SPEC, where a password comes from:
  keyring     the system's keyring, where the wizard keeps them
  fd:N        what can be read from the open file descriptor N
  file:PATH   one line in a file that only you can read (chmod 600)
  prompt      typed here, without echo

Examples:
  mailferry copy --from imaps://anna@example.com@imap.example.com \\
                 --to imaps://anna@mydomain.ovh@pro1.mail.ovh.net \\
                 --from-secret prompt --to-secret prompt
  mailferry copy --from imaps://anna@mydomain.ovh@ex3.mail.ovh.net \\
                 --to imaps://anna@mydomain.ovh@pro1.mail.ovh.net \\
                 --from-secret fd:3 --to-secret fd:4 --json \\
                 3< <(pass old) 4< <(pass new)

Exit codes: 0 everything is there and verified; 1 not everything, the rest is
listed; 3 stopped, give the same command again; 5 everything is there and, as
asked, not verified")]
pub(super) struct CopyArgs {
    /// The account that is read
    #[arg(long, value_name = "URL")]
    from: String,
    /// The account that is written
    #[arg(long, value_name = "URL")]
    to: String,
    /// Where the password of the first comes from
    #[arg(long, value_name = "SPEC")]
    from_secret: String,
    /// Where the password of the second comes from
    #[arg(long, value_name = "SPEC")]
    to_secret: String,
    /// Trust the certificate authorities in this PEM file too
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// What is read again at the end: all, the headers and a sample, or nothing [default: as configured, usually full]
    #[arg(long, value_name = "full|sample|none", value_parser = thoroughness)]
    verify: Option<Thoroughness>,
    /// Mail that is marked as deleted and still there: copied with its mark, copied into the trash without it (the default), or left
    #[arg(long, value_name = "HOW", value_enum)]
    deleted: Option<Deleted>,
    /// Folders whose names are one name at the target, such as Work and work: numbered (the default), or merged
    #[arg(long, value_name = "HOW", value_enum)]
    collisions: Option<Colliding>,
    /// Rename requests for read receipts in old mail (Exchange targets answer them again); each is listed as a repair
    #[arg(long)]
    disarm_receipts: bool,
    /// Go on although the target alters dates or flags of the first messages
    #[arg(long)]
    go_on_if_altered: bool,
    /// Print the journal's records, one JSON object per line, as they become durable
    #[arg(long)]
    json: bool,
}

impl CopyArgs {
    /// What is asked for. Parsed here and not by clap, whose messages repeat what was typed: it may hold a password.
    pub(super) fn request(self, terminal: Terminal) -> Result<CopyRequest, Ending> {
        let url = |flag: &str, text: &str| text.parse::<AccountUrl>().map_err(|error: UrlError| wrong(flag, &error));
        let spec = |flag: &str, text: &str| text.parse::<SecretSpec>().map_err(|error: SpecError| wrong(flag, &error));
        let request = CopyRequest {
            from: url("--from", &self.from)?,
            to: url("--to", &self.to)?,
            from_secret: spec("--from-secret", &self.from_secret)?,
            to_secret: spec("--to-secret", &self.to_secret)?,
            ca: self.ca,
            thoroughness: self.verify,
            choices: SaidChoices {
                deleted: self.deleted.map(Into::into),
                collisions: self.collisions.map(Into::into),
                receipts: self.disarm_receipts.then_some(Receipts::Disarm),
                altered: self.go_on_if_altered.then_some(Altered::Accept),
            },
            wording: Wording::from_flag(self.json),
        };
        let (one, other) = (&request.from_secret, &request.to_secret);
        if matches!(one, SecretSpec::FileDescriptor(_)) && one == other {
            return Err(Ending::usage("one file descriptor cannot give both passwords: use two"));
        }
        if terminal == Terminal::Absent && [one, other].contains(&&SecretSpec::Prompt) {
            return Err(Ending::usage("'prompt' needs a terminal, and there is none here: use keyring, fd:N or file:PATH"));
        }
        if (&request.from.endpoint, &request.from.user) == (&request.to.endpoint, &request.to.user) {
            return Err(Ending::usage("--from and --to are the same account"));
        }
        Ok(request)
    }
}

fn thoroughness(text: &str) -> Result<Thoroughness, ThoroughnessError> {
    text.parse()
}

fn wrong(flag: &str, error: &dyn std::fmt::Display) -> Ending {
    Ending::usage(&format!("invalid value for '{flag}': {error}"))
}
