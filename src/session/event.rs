//! Everything that can have happened, in the past tense. One JSON object per event in the journal; additive for ever.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dnscheck::{Change, CheckedRecord, RecordPurpose};
use crate::domain::{
    BatchId, ByteSize, CopyChoices, DomainName, EmailAddress, Feature, FeatureId, MailboxId, MailboxName, MigrationId, Moment, ServiceId,
    SessionId, Thoroughness, Uid, UidValidity, WireName,
};
use crate::mailcopy::Repair;
use crate::plan::{Inventory, MailboxMapping, SourceAccount};
use crate::problem::Problem;

use super::{ApiAccess, Destination, LeftReason, MailboxCount, Mode, Pass, PlannedMigration, Side, Strategy, Task, Witness};

/// Format of the journal that this version writes and the newest that it reads: what `SessionOpened` carries.
/// Raised only when an older reader would misunderstand, never for an event that is merely new.
pub const JOURNAL_FORMAT: u32 = 1;

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Event {
    /// The session began.
    SessionOpened {
        /// Its id.
        id: SessionId,
        /// Version of the program.
        version: String,
        /// Format of the journal: a reader refuses what is newer than it knows.
        format: u32,
    },
    /// A program took the session up again. Troubles that may mend themselves are forgotten.
    SessionResumed {
        /// Version of the program.
        version: String,
    },
    /// The person chose who does the clicks.
    ModeChosen {
        /// Who.
        mode: Mode,
        /// In which order.
        strategy: Strategy,
    },
    /// The person chose another order of acts. Possible until the plan is accepted.
    StrategyChosen {
        /// Which.
        strategy: Strategy,
    },
    /// The API account is usable: its rights were checked.
    ApiConnected {
        /// Where and with what.
        access: ApiAccess,
    },
    /// The accounts to be moved were chosen and each login was proven. Replaces an earlier choice; numbers them from 1.
    SourcesChosen {
        /// The accounts.
        accounts: Vec<SourceAccount>,
    },
    /// The destination was chosen. Replaces an earlier choice.
    DestinationChosen {
        /// Where to.
        destination: Destination,
        /// Domains that the service must hold (automatic mode).
        domains: Vec<DomainName>,
    },
    /// About to attach a domain.
    DomainAttachIntended {
        /// To this service.
        service: ServiceId,
        /// This domain, non-authoritative.
        domain: DomainName,
    },
    /// The domain can be used on the target service.
    DomainReady {
        /// The domain.
        domain: DomainName,
        /// Whether this program attached it.
        attached_by_us: bool,
    },
    /// An account was looked at.
    InventoryTaken {
        /// Which one.
        migration: MigrationId,
        /// What was found.
        inventory: Inventory,
    },
    /// What belongs to an account besides mail was looked at; numbered on from the highest number so far.
    FeaturesSeen {
        /// Of which account.
        migration: MigrationId,
        /// What.
        features: Vec<Feature>,
    },
    /// What belongs to a domain of a source service was looked at; numbered on from the highest number so far.
    SharedFeaturesSeen {
        /// Service.
        service: ServiceId,
        /// Domain.
        domain: DomainName,
        /// What.
        features: Vec<Feature>,
    },
    /// The person went back to change sources or destination: inventories and plan are void. Possible until the first rename.
    AnswersReopened {
        /// From this step on.
        step: super::Step,
    },
    /// The person decided what is decided once for all mailboxes. Replaces an earlier decision.
    ChoicesMade {
        /// What.
        choices: CopyChoices,
    },
    /// The plan was accepted.
    PlanAccepted {
        /// Its migrations.
        migrations: Vec<PlannedMigration>,
        /// Whether each account is created as soon as its source is renamed.
        create_at_once: bool,
    },
    /// The person confirmed the renames.
    RenameConfirmed,
    /// About to rename.
    RenameIntended {
        /// Which one.
        migration: MigrationId,
        /// From this address.
        from: EmailAddress,
        /// To this one.
        to: EmailAddress,
    },
    /// The source has its temporary name.
    SourceRenamed {
        /// Which one.
        migration: MigrationId,
        /// Who did it.
        witness: Witness,
    },
    /// The person asked to give the source its name back.
    RenameUndoRequested {
        /// Which one.
        migration: MigrationId,
    },
    /// About to rename back.
    RenameUndoIntended {
        /// Which one.
        migration: MigrationId,
        /// From this address.
        from: EmailAddress,
        /// To this one.
        to: EmailAddress,
    },
    /// The source has its own name again.
    RenameUndone {
        /// Which one.
        migration: MigrationId,
    },
    /// The person confirmed the creations.
    CreateConfirmed,
    /// About to create the target; its password is kept already.
    CreateIntended {
        /// Which one.
        migration: MigrationId,
        /// Under this address.
        address: EmailAddress,
        /// From this placeholder.
        seat: Option<EmailAddress>,
    },
    /// The target account is there and takes a login.
    TargetCreated {
        /// Which one.
        migration: MigrationId,
        /// The placeholder that it was.
        seat: Option<EmailAddress>,
        /// Who did it.
        witness: Witness,
        /// Milliseconds during which the address had no mailbox, when both ends of that time were seen.
        gap_millis: Option<u64>,
    },
    /// The password that the program had made for the target was lost (no keyring, and the program ended): it was replaced.
    TargetPasswordRenewed {
        /// Which one.
        migration: MigrationId,
    },
    /// The person asked to remove the target account.
    CreateUndoRequested {
        /// Which one.
        migration: MigrationId,
    },
    /// About to turn the target back into a placeholder.
    CreateUndoIntended {
        /// Which one.
        migration: MigrationId,
        /// Its address.
        address: EmailAddress,
    },
    /// Mail has arrived at the target, and would be lost with it: it stays, and so does all that waited for its removal.
    CreateUndoGivenUp {
        /// Which one.
        migration: MigrationId,
        /// Messages in it.
        messages: u64,
    },
    /// The target is a placeholder again.
    CreateUndone {
        /// Which one.
        migration: MigrationId,
    },
    /// The source gave its own name up: about to give it to the target (copy first, replace).
    TargetRenameIntended {
        /// Which one.
        migration: MigrationId,
        /// From this address.
        from: EmailAddress,
        /// To this one.
        to: EmailAddress,
    },
    /// The target has the real address, and takes a login under it. From here on nothing of this account can be undone. Where the source is
    /// still there, another pass is due: for what arrived while names changed hands.
    TargetRenamed {
        /// Which one.
        migration: MigrationId,
        /// Who did it.
        witness: Witness,
        /// Milliseconds during which the address had no mailbox.
        gap_millis: Option<u64>,
    },
    /// About to take the real address from the target again.
    TargetRenameUndoIntended {
        /// Which one.
        migration: MigrationId,
        /// From this address.
        from: EmailAddress,
        /// To this one.
        to: EmailAddress,
    },
    /// The target has its temporary name (again).
    TargetRenameUndone {
        /// Which one.
        migration: MigrationId,
    },
    /// The person typed the address of a source: once everything is verified again, it is removed (replace).
    RemovalConfirmed {
        /// Which one.
        migration: MigrationId,
    },
    /// About to remove the source account: everything of it is at the target, verified. From here on nothing of this account can be undone.
    RemovalIntended {
        /// Which one.
        migration: MigrationId,
        /// Its address.
        address: EmailAddress,
    },
    /// The source account is gone.
    SourceRemoved {
        /// Which one.
        migration: MigrationId,
        /// Who did it.
        witness: Witness,
    },
    /// The person typed the address of a source: the platform itself may migrate it (server side).
    ServerMigrationConfirmed {
        /// Which one.
        migration: MigrationId,
    },
    /// About to let the platform migrate. From here on it cannot be cancelled, and the old mailbox cannot be opened any more.
    ServerMigrationIntended {
        /// Which one.
        migration: MigrationId,
        /// Into this free seat.
        seat: EmailAddress,
    },
    /// The platform has migrated the account, and it takes a login.
    ServerMigrated {
        /// Which one.
        migration: MigrationId,
        /// The placeholder that it was.
        seat: Option<EmailAddress>,
        /// Messages by mailbox at the target, where it was looked at.
        found: Vec<MailboxCount>,
    },
    /// About to make a feature of the source at the target; one whose address is occupied leaves the source first.
    FeatureIntended {
        /// Which.
        feature: FeatureId,
    },
    /// A feature is at the target.
    FeatureCarried {
        /// Which.
        feature: FeatureId,
        /// Whether it had to leave the source.
        left_source: bool,
    },
    /// A feature cannot be made at the target: it is on the person's list.
    FeatureLeft {
        /// Which.
        feature: FeatureId,
        /// Why.
        reason: LeftReason,
        /// The platform's words, if it said something.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said: Option<String>,
    },
    /// The person asked to take a domain from the service again to which this program had attached it.
    DomainDetachRequested {
        /// The domain.
        domain: DomainName,
    },
    /// About to detach it.
    DomainDetachIntended {
        /// The domain.
        domain: DomainName,
    },
    /// The domain is not attached any more; the destination is open again.
    DomainDetached {
        /// The domain.
        domain: DomainName,
    },
    /// The person started the copy. From here on rename and create cannot be undone by a key.
    CopyConfirmed,
    /// The target mailbox is there.
    MailboxPrepared {
        /// Migration.
        migration: MigrationId,
        /// Mailbox.
        mailbox: MailboxId,
        /// The target server's spelling.
        to: WireName,
        /// Its name for people, where it is another one than planned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<MailboxName>,
        /// UIDVALIDITY of the source mailbox.
        source_validity: UidValidity,
        /// UIDVALIDITY of the target mailbox.
        target_validity: UidValidity,
        /// Messages in the source mailbox.
        messages: u64,
        /// HIGHESTMODSEQ of the source mailbox (RFC 7162), where the server keeps it: flags read from here on are at least as new.
        #[serde(default)]
        source_modseq: Option<u64>,
    },
    /// About to append a batch; the ledger holds its messages as intended.
    BatchIntended {
        /// Migration.
        migration: MigrationId,
        /// Mailbox.
        mailbox: MailboxId,
        /// Its number.
        batch: BatchId,
        /// UIDVALIDITY of the source mailbox.
        source_validity: UidValidity,
        /// UIDVALIDITY of the target mailbox.
        target_validity: UidValidity,
        /// UIDNEXT of the target mailbox at that moment: only messages from here on can be ours.
        target_uid_next: Uid,
        /// Messages.
        messages: u32,
        /// Bytes.
        bytes: ByteSize,
    },
    /// The batch's outcome is known.
    BatchCopied {
        /// Migration.
        migration: MigrationId,
        /// Mailbox.
        mailbox: MailboxId,
        /// Its number.
        batch: BatchId,
        /// Messages stored.
        copied: u32,
        /// Their bytes.
        bytes: ByteSize,
    },
    /// A doubt was settled by looking at the target.
    BatchSettled {
        /// Migration.
        migration: MigrationId,
        /// Mailbox.
        mailbox: MailboxId,
        /// Its number.
        batch: BatchId,
        /// Messages found at the target.
        found: u32,
        /// Their bytes.
        bytes: ByteSize,
        /// Messages not there: they will be copied again.
        again: u32,
    },
    /// A message was refused as it is and is sent with these repairs: its row in the ledger holds what is sent. Recorded before it is
    /// sent; the last one for a message counts. Without repairs: it is sent as it is again.
    MessageRepaired {
        /// Migration.
        migration: MigrationId,
        /// Mailbox.
        mailbox: MailboxId,
        /// UID at the source.
        uid: Uid,
        /// What was changed.
        repairs: Vec<Repair>,
    },
    /// Marks of messages (keywords and unknown flags) that the target does not keep: how many messages of a batch had each.
    MarksDropped {
        /// Migration.
        migration: MigrationId,
        /// Mailbox.
        mailbox: MailboxId,
        /// Messages by mark.
        marks: BTreeMap<String, u64>,
    },
    /// The first messages came back from the target in another form than they were sent, and say the same: it is compared by content.
    RebuildsSeen {
        /// Migration.
        migration: MigrationId,
    },
    /// The person lets the copy go on although the target alters dates or flags.
    AlteredAccepted {
        /// Migration.
        migration: MigrationId,
    },
    /// A message was refused for good; it is saved as `.eml`.
    MessageRefused {
        /// Migration.
        migration: MigrationId,
        /// Mailbox.
        mailbox: MailboxId,
        /// UID at the source.
        uid: Uid,
        /// Size.
        bytes: ByteSize,
        /// The server's words.
        reason: String,
        /// Where it is saved, relative to the session's folder.
        saved: String,
    },
    /// The person asked to try the refused messages again. Their rows leave the ledger in the same transaction: they are missing now.
    RefusedRetried {
        /// Migration.
        migration: MigrationId,
    },
    /// A server gave a mailbox new UIDs; messages were recognised by what they are.
    ValidityChanged {
        /// Migration.
        migration: MigrationId,
        /// Mailbox.
        mailbox: MailboxId,
        /// On this side.
        side: Side,
        /// Before.
        from: UidValidity,
        /// Now.
        to: UidValidity,
        /// Copied messages that were recognised: what counts as copied from now on.
        recognised: u64,
    },
    /// Everything in the mailbox is at the target, or refused.
    MailboxCopied {
        /// Migration.
        migration: MigrationId,
        /// Mailbox.
        mailbox: MailboxId,
        /// Messages of the source mailbox at that moment.
        messages: u64,
    },
    /// The target mailbox was read again and compared.
    MailboxVerified {
        /// Migration.
        migration: MigrationId,
        /// Mailbox.
        mailbox: MailboxId,
        /// Messages found equal.
        verified: u64,
        /// Messages that were not there, or not equal: they go through the copy again.
        missing: u64,
        /// Messages at the source that nobody had seen before: they go through the copy.
        #[serde(default)]
        unaccounted: u64,
        /// Messages that are there under the UID that we know and differ in content: a person must look.
        #[serde(default)]
        altered: u64,
        /// Messages whose flags differ in what the target can store.
        flags_differ: u64,
        /// Messages whose date differs.
        dates_differ: u64,
        /// Whether bytes were compared (else content: the target rebuilds messages).
        by_bytes: bool,
        /// Messages whose header, flags and date were found equal and whose body was not part of the sample.
        #[serde(default)]
        sampled: u64,
        /// How thorough it was.
        #[serde(default)]
        thoroughness: Thoroughness,
        /// What the pass came to; none in journals of versions that did not look.
        #[serde(default)]
        pass: Option<Pass>,
    },
    /// Part of a mailbox was read again and found equal; the ledger knows which messages.
    MessagesVerified {
        /// Migration.
        migration: MigrationId,
        /// Mailbox.
        mailbox: MailboxId,
        /// How many.
        messages: u64,
    },
    /// The mailbox is copied, and by the person's choice not read again.
    VerificationSkipped {
        /// Migration.
        migration: MigrationId,
        /// Mailbox.
        mailbox: MailboxId,
        /// What the pass came to.
        pass: Pass,
    },
    /// Flags that changed at the source since they were copied were changed at the target as well.
    FlagsCarried {
        /// Migration.
        migration: MigrationId,
        /// Mailbox.
        mailbox: MailboxId,
        /// Messages whose flags changed at the source.
        messages: u64,
        /// Mod-sequence of the source up to which flags are carried, where the server keeps it.
        #[serde(default)]
        as_of: Option<u64>,
    },
    /// The person asked for another pass over an account.
    DeltaRequested {
        /// Migration.
        migration: MigrationId,
    },
    /// Both accounts were looked at from outside before another pass. Mailboxes that are not named here are gone over again.
    AccountSurveyed {
        /// Migration.
        migration: MigrationId,
        /// Mailboxes in which nothing happened since their last pass.
        unchanged: Vec<MailboxId>,
        /// Mailboxes that the source does not have any more. Nothing is deleted at the target.
        vanished: Vec<MailboxId>,
        /// Mailboxes that came since the plan: mapped by the same rules, and copied.
        found: Vec<MailboxMapping>,
    },
    /// DNS of a domain was looked at. The latest counts; recorded when it differs from the one before.
    DnsChecked {
        /// Domain.
        domain: DomainName,
        /// Records.
        records: Vec<CheckedRecord>,
    },
    /// The person asked to change a record.
    DnsFixRequested {
        /// Domain.
        domain: DomainName,
        /// Which.
        purpose: RecordPurpose,
        /// What to change.
        change: Change,
    },
    /// About to change the zone; a backup is saved.
    DnsFixIntended {
        /// Domain.
        domain: DomainName,
        /// Which.
        purpose: RecordPurpose,
        /// Where the zone's backup lies, relative to the session's folder.
        backup: String,
    },
    /// The zone is changed and published.
    DnsFixed {
        /// Domain.
        domain: DomainName,
        /// Which.
        purpose: RecordPurpose,
    },
    /// The person left the DNS step.
    DnsAccepted,
    /// A task stopped with a problem that it cannot mend by itself.
    TaskStopped {
        /// Which.
        task: Task,
        /// Why.
        problem: Problem,
    },
    /// The person asked to try again.
    TaskRetried {
        /// Which.
        task: Task,
    },
    /// The person paused.
    Paused,
    /// The person let it go on.
    Unpaused,
    /// The person confirmed the end.
    FinishConfirmed {
        /// Whether passwords and keys shall be forgotten.
        forget_secrets: bool,
    },
    /// The report is written.
    ReportSaved {
        /// Files, relative to the session's folder.
        files: Vec<String>,
    },
    /// The secrets of this session are out of the keyring.
    SecretsForgotten,
    /// All is done.
    SessionFinished,
}

/// An event as it lies on disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredEvent {
    /// Position in the journal, from 1, without gaps.
    pub seq: u64,
    /// When it happened.
    pub at: Moment,
    /// What happened.
    pub event: Event,
}
