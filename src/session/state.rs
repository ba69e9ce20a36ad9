//! The state: what the events say, folded.

use std::collections::{BTreeMap, BTreeSet};

use crate::dnscheck::{Change, CheckedRecord, RecordPurpose};
use crate::domain::CopyChoices;
use crate::domain::{
    BatchId, ByteSize, DomainName, EmailAddress, FeatureId, FeatureOwner, MailboxId, MailboxName, MigrationId, Moment, SecretRef,
    ServiceId, SessionId, Thoroughness, Uid, UidValidity, WireName,
};
use crate::mailcopy::Repair;
use crate::plan::{Inventory, MailboxMapping, MappingAction, SourceAccount, TargetAccount};
use crate::problem::Problem;

use super::{ApiAccess, Destination, FeatureProgress, Mode, Pass, RemovalState, ServerState, Strategy, Task};

/// Undoing an act: asked for, or begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undo {
    /// Asked for.
    Requested,
    /// The intent is recorded.
    Intended,
}

/// Where the rename of a source stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenameState {
    /// Not begun.
    Pending,
    /// The intent is recorded, the outcome is not.
    Intended,
    /// The source has its temporary name.
    Done,
    /// On its way back.
    Undoing(Undo),
}

/// Where the creation of a target stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreateState {
    /// Not begun.
    Pending,
    /// The intent is recorded, with the seat that was to be used; the outcome is not.
    Intended {
        /// Placeholder.
        seat: Option<EmailAddress>,
    },
    /// The target is there.
    Done,
    /// On its way back.
    Undoing(Undo),
}

/// Where the copy of a mailbox or an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CopyState {
    /// Something is still to be copied.
    Pending,
    /// Everything is copied or refused, not yet read again.
    Copied,
    /// Everything is copied or refused, and by the person's choice not read again.
    Unverified,
    /// Read again and found equal.
    Verified,
}

impl CopyState {
    /// Whether nothing more is to be done.
    pub fn is_final(self) -> bool {
        self >= Self::Unverified
    }
}

/// A batch in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doubt {
    /// UIDVALIDITY of the target mailbox when it was sent.
    pub target_validity: UidValidity,
    /// UIDNEXT of the target mailbox before it was sent.
    pub target_uid_next: Uid,
    /// When it was about to be sent.
    pub since: Moment,
}

/// Where one mailbox stands.
#[derive(Debug, Clone, PartialEq)]
pub struct MailboxProgress {
    /// What happens with it.
    pub mapping: MailboxMapping,
    /// The target server's spelling, once prepared.
    pub to: Option<WireName>,
    /// Its name there, where it is another one than planned.
    pub to_name: Option<MailboxName>,
    /// UIDVALIDITY of the source mailbox, once prepared.
    pub source_validity: Option<UidValidity>,
    /// UIDVALIDITY of the target mailbox, once prepared.
    pub target_validity: Option<UidValidity>,
    /// Messages in the source mailbox when last looked at.
    pub messages: u64,
    /// Messages at the target through us.
    pub copied: u64,
    /// Their bytes.
    pub bytes: ByteSize,
    /// Messages refused.
    pub refused: u64,
    /// Messages verified at the last verification.
    pub verified: u64,
    /// Of the others, those whose header, flags and date were found equal and whose body was not part of the sample.
    pub sampled: u64,
    /// How thorough the last verification was.
    pub thoroughness: Thoroughness,
    /// Messages whose flags differed at the last verification.
    pub flags_differ: u64,
    /// Messages whose date differed at the last verification.
    pub dates_differ: u64,
    /// Whether the last verification compared bytes.
    pub by_bytes: bool,
    /// Verifications in a row that found something missing.
    pub failed_verifications: u32,
    /// Where the last whole pass left both sides; none while something before its end is open.
    pub rest: Option<Pass>,
    /// Mod-sequence of the source from which on changed flags are not carried yet, where the server keeps it.
    pub flags_as_of: Option<u64>,
    /// Messages whose changed flags were carried to the target.
    pub reflagged: u64,
    /// Copied messages that are not at the source any more.
    pub disappeared: u64,
    /// Messages that somebody deleted at the target after they had been seen there.
    pub removed: u64,
    /// The source does not have this mailbox any more.
    pub is_vanished: bool,
    /// Messages that are at the target, or on their way, with repairs: by UID at the source.
    pub repaired: BTreeMap<Uid, Vec<Repair>>,
    /// Marks that the target does not keep: messages by mark.
    pub dropped_marks: BTreeMap<String, u64>,
    /// Batches whose outcome is not recorded.
    pub doubts: BTreeMap<BatchId, Doubt>,
    /// Milliseconds that the slowest batch took, from its intent to its outcome.
    pub slowest_millis: u64,
    /// Where it stands.
    pub state: CopyState,
}

impl MailboxProgress {
    /// Whether it is to be copied at all.
    pub const fn is_copied(&self) -> bool {
        matches!(self.mapping.action, MappingAction::Copy { .. })
    }

    /// Where a mailbox stands once nothing is left to be done.
    pub(super) const fn final_state(&self) -> CopyState {
        match self.thoroughness {
            Thoroughness::None => CopyState::Unverified,
            Thoroughness::Sample | Thoroughness::Full => CopyState::Verified,
        }
    }
}

/// One account on its way.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one fact of the journal, independent of the others")]
pub struct Migration {
    /// Its number.
    pub id: MigrationId,
    /// The account to be moved.
    pub source: SourceAccount,
    /// What was found out about it.
    pub inventory: Option<Inventory>,
    /// The name that it gets at the source.
    pub temporary: Option<EmailAddress>,
    /// User name at the source after the rename.
    pub source_user: Option<String>,
    /// The account that it becomes.
    pub target: Option<TargetAccount>,
    /// Where the rename stands.
    pub rename: RenameState,
    /// When the source got its temporary name.
    pub renamed_at: Option<Moment>,
    /// Where the creation stands.
    pub create: CreateState,
    /// The placeholder that the target was.
    pub seat: Option<EmailAddress>,
    /// Whether the rename was under way when its undoing was asked for.
    pub is_half_renamed: bool,
    /// Whether the creation was under way when its undoing was asked for.
    pub is_half_made: bool,
    /// Messages that were in the target when it was to be removed: it stayed for them.
    pub arrived: u64,
    /// Whether the target, which has a temporary name, may have had the real address for a while.
    pub has_had_address: bool,
    /// The name that the target has until the source gave its own up; none: its own from the start.
    pub target_temporary: Option<EmailAddress>,
    /// Where the rename of the target stands; `Done` where it needs none.
    pub target_rename: RenameState,
    /// Where the removal of the source stands.
    pub removal: RemovalState,
    /// When the source was removed.
    pub removed_at: Option<Moment>,
    /// Where the platform's own migration stands.
    pub server: ServerState,
    /// What belongs to it besides mail was looked at.
    pub are_features_seen: bool,
    /// Milliseconds during which the address had no mailbox.
    pub gap_millis: Option<u64>,
    /// Messages come back from the target in another form than they were sent.
    pub is_rebuilding: bool,
    /// The person lets the copy go on although the target alters dates or flags.
    pub is_altered_accepted: bool,
    /// How often the copy was tried again after the target had altered the first messages.
    pub altered_retries: u32,
    /// Mailboxes of the plan.
    pub mailboxes: BTreeMap<MailboxId, MailboxProgress>,
    /// Another pass was asked for, and nobody has looked yet where it is needed.
    pub is_survey_due: bool,
}

impl Migration {
    /// The address that the target account has now, or gets when it is created.
    pub fn target_address(&self) -> &EmailAddress {
        let is_renamed = self.target_rename == RenameState::Done;
        self.target_temporary.as_ref().filter(|_| !is_renamed).unwrap_or(&self.source.address)
    }

    /// The address that the source account has now.
    pub fn source_address(&self) -> &EmailAddress {
        let is_renamed = self.rename == RenameState::Done;
        self.temporary.as_ref().filter(|_| is_renamed).unwrap_or(&self.source.address)
    }

    /// Whether the source account is gone, or given to the platform.
    pub fn is_source_gone(&self) -> bool {
        matches!(self.removal, RemovalState::Intended | RemovalState::Done)
            || matches!(self.server, ServerState::Intended { .. } | ServerState::Done { .. })
    }

    /// Whether an act was done that has no reverse: the target has the real address, the source is gone, the platform migrates.
    pub fn is_past_return(&self) -> bool {
        let has_renamed_target = self.target_temporary.is_some() && self.target_rename == RenameState::Done;
        has_renamed_target || self.is_source_gone()
    }

    /// Where the copy stands: as far as its slowest mailbox.
    pub fn copy_state(&self) -> CopyState {
        if self.is_survey_due {
            return CopyState::Pending;
        }
        self.mailboxes.values().filter(|m| m.is_copied()).map(|m| m.state).min().unwrap_or(CopyState::Verified)
    }

    /// Messages at the target through us.
    pub fn copied(&self) -> u64 {
        self.mailboxes.values().map(|m| m.copied).sum()
    }

    /// Messages refused.
    pub fn refused(&self) -> u64 {
        self.mailboxes.values().map(|m| m.refused).sum()
    }

    /// Messages verified.
    pub fn verified(&self) -> u64 {
        self.mailboxes.values().filter(|m| m.state == CopyState::Verified).map(|m| m.verified).sum()
    }

    /// Messages verified by header, flags and date alone.
    pub fn sampled(&self) -> u64 {
        self.mailboxes.values().filter(|m| m.state == CopyState::Verified).map(|m| m.sampled).sum()
    }

    /// Messages that are to be at the target, as far as known.
    pub fn messages(&self) -> u64 {
        self.mailboxes.values().filter(|m| m.is_copied()).map(|m| m.messages).sum()
    }

    /// Messages that were repaired.
    pub fn repaired(&self) -> u64 {
        self.mailboxes.values().map(|m| m.repaired.len() as u64).sum()
    }

    /// Bytes copied.
    pub fn bytes(&self) -> ByteSize {
        self.mailboxes.values().map(|m| m.bytes).sum()
    }
}

/// A domain that the target service must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DomainState {
    /// An attach is recorded as intended.
    pub is_intended: bool,
    /// It can be used.
    pub is_ready: bool,
    /// This program attached it.
    pub attached_by_us: bool,
    /// It is to be taken from the service again.
    pub leaving: Option<Undo>,
}

/// What is known of a domain's DNS.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DnsState {
    /// Records as last seen.
    pub records: Vec<CheckedRecord>,
    /// When.
    pub checked_at: Option<Moment>,
    /// Changes asked for and not done yet.
    pub fixes: BTreeMap<RecordPurpose, Change>,
    /// Changes whose intent is recorded: where the backup lies.
    pub backups: BTreeMap<RecordPurpose, String>,
    /// Changed by us.
    pub fixed: BTreeSet<RecordPurpose>,
}

/// A session.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one confirmation of the person, independent in the journal")]
pub struct Session {
    /// Its id; none before the first event.
    pub id: Option<SessionId>,
    /// When it began.
    pub opened_at: Option<Moment>,
    /// When the last event happened.
    pub touched_at: Option<Moment>,
    /// How often it was taken up again.
    pub resumed: u32,
    /// Who does the clicks.
    pub mode: Option<Mode>,
    /// In which order.
    pub strategy: Option<Strategy>,
    /// The API account.
    pub api: Option<ApiAccess>,
    /// The destination.
    pub destination: Option<Destination>,
    /// Domains that the destination must hold.
    pub domains: BTreeMap<DomainName, DomainState>,
    /// Domains that the program attached, or was about to, and to which services.
    pub attached: BTreeSet<(ServiceId, DomainName)>,
    /// The accounts.
    pub migrations: Vec<Migration>,
    /// What belongs to accounts and domains besides mail.
    pub features: BTreeMap<FeatureId, FeatureProgress>,
    /// Domains of source services that were looked at for what belongs to them.
    pub shared_seen: BTreeSet<(ServiceId, DomainName)>,
    /// What was decided once for all mailboxes.
    pub choices: Option<CopyChoices>,
    /// The plan was accepted.
    pub is_plan_accepted: bool,
    /// Each target is created as soon as its source is renamed.
    pub create_at_once: bool,
    /// The renames were confirmed.
    pub is_rename_confirmed: bool,
    /// The creations were confirmed.
    pub is_create_confirmed: bool,
    /// The copy was confirmed.
    pub is_copy_confirmed: bool,
    /// DNS per domain.
    pub dns: BTreeMap<DomainName, DnsState>,
    /// The DNS step was left.
    pub is_dns_accepted: bool,
    /// Stopped tasks.
    pub troubles: BTreeMap<Task, Problem>,
    /// Nothing new is started.
    pub is_paused: bool,
    /// The end was confirmed; whether secrets are to be forgotten.
    pub finish: Option<bool>,
    /// Report files.
    pub reports: Vec<String>,
    /// Secrets are out of the keyring.
    pub are_secrets_forgotten: bool,
    /// All is done.
    pub is_finished: bool,
    /// The highest batch number so far.
    pub last_batch: u64,
    /// The highest number of a feature so far.
    pub last_feature: u32,
}

impl Session {
    /// Folds a whole journal.
    pub fn replay<'a>(events: impl IntoIterator<Item = &'a super::StoredEvent>) -> Self {
        let mut session = Self::default();
        for stored in events {
            super::apply(&mut session, stored);
        }
        session
    }

    /// A migration by number.
    pub fn migration(&self, id: MigrationId) -> Option<&Migration> {
        self.migrations.iter().find(|m| m.id == id)
    }

    /// A migration by number, to be changed.
    pub(super) fn migration_mut(&mut self, id: MigrationId) -> Option<&mut Migration> {
        self.migrations.iter_mut().find(|m| m.id == id)
    }

    /// What holds for all mailboxes: what was decided, else what is proposed; a plan that was accepted without it, as it was then.
    pub fn copy_choices(&self) -> CopyChoices {
        let undecided = if self.is_plan_accepted { CopyChoices::as_before() } else { CopyChoices::default() };
        self.choices.unwrap_or(undecided)
    }

    /// The domains of the accounts, once each.
    pub fn mail_domains(&self) -> BTreeSet<DomainName> {
        self.migrations.iter().map(|m| m.source.address.domain().clone()).collect()
    }

    /// Every secret that the session has put into the keyring, to be forgotten at its end.
    pub fn kept_secrets(&self) -> Vec<SecretRef> {
        let targets = self.migrations.iter().filter_map(|m| m.target.as_ref()).map(|t| t.secret.clone());
        self.needed_secrets().into_iter().chain(targets).collect()
    }

    /// Whether everything is being undone: a domain that the program attached leaves last, and nothing is begun anew until then.
    pub fn is_undoing_everything(&self) -> bool {
        self.domains.values().any(|domain| domain.leaving.is_some())
    }

    /// Whether something in the world was changed, so that answers cannot be taken back.
    pub fn has_acted(&self) -> bool {
        let has_acted = |m: &Migration| {
            matches!(m.rename, RenameState::Intended | RenameState::Undoing(_))
                || m.renamed_at.is_some()
                || m.create != CreateState::Pending
                || m.removal != RemovalState::Pending
                || m.server != ServerState::Pending
        };
        self.migrations.iter().any(has_acted) || self.is_copy_confirmed
    }

    /// The order of acts; before it was chosen, and in journals of versions that knew one only, rename first.
    pub fn order(&self) -> Strategy {
        self.strategy.unwrap_or(Strategy::RenameFirst)
    }

    /// Features of one account.
    pub fn features_of(&self, id: MigrationId) -> impl Iterator<Item = (FeatureId, &FeatureProgress)> {
        self.features.iter().filter(move |(_, f)| f.migration == Some(id)).map(|(id, f)| (*id, f))
    }

    /// Features of a domain on a source service.
    pub fn shared_features(&self, service: &ServiceId, domain: &DomainName) -> impl Iterator<Item = (FeatureId, &FeatureProgress)> {
        let owner = FeatureOwner::Domain(domain.clone());
        self.features
            .iter()
            .filter(move |(_, f)| f.migration.is_none() && f.owner == owner && f.service == *service)
            .map(|(id, f)| (*id, f))
    }

    /// Source services and the domains of the accounts that move from there: what they share is looked at once.
    pub fn shared_owners(&self) -> BTreeSet<(ServiceId, DomainName)> {
        let of = |m: &Migration| Some((m.source.service.clone()?, m.source.address.domain().clone()));
        self.migrations.iter().filter_map(of).collect()
    }

    /// Every secret that the session still needs and cannot make anew: the password of an account that the program itself created
    /// through the API is replaced when it is lost.
    pub fn needed_secrets(&self) -> Vec<SecretRef> {
        let mut all = Vec::new();
        if self.is_finished || self.are_secrets_forgotten {
            return all;
        }
        if let Some(api) = &self.api {
            all.extend(api.credential.secrets());
        }
        for migration in &self.migrations {
            if migration.removal != RemovalState::Done {
                all.push(migration.source.secret.clone());
            }
            let is_typed = |target: &&TargetAccount| target.service.is_none();
            if migration.create == CreateState::Done {
                all.extend(migration.target.as_ref().filter(is_typed).map(|t| t.secret.clone()));
            }
        }
        all
    }
}
