//! The facts of a report, as its JSON shows them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::dnscheck::{RecordPurpose, Verdict};
use crate::domain::{ByteSize, DomainName, EmailAddress, FeatureKind, MailboxId, MigrationId, Moment, Uid};
use crate::mailcopy::Repair;
use crate::plan::{Finding, SkipReason};
use crate::session::{Session, StoredEvent, Strategy};

use super::FeatureInventory;

/// Totals of one mailbox in the ledger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MailboxTotals {
    /// Messages at the target through us.
    pub copied: u64,
    /// Their bytes.
    pub bytes: ByteSize,
    /// Messages read back and found equal.
    pub verified: u64,
    /// Messages found equal by header, flags and date.
    pub sampled: u64,
    /// Messages refused.
    pub refused: u64,
    /// Messages whose date no server keeps.
    pub dates_moved: u64,
}

/// One refused message in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRow {
    /// Migration.
    pub migration: MigrationId,
    /// Mailbox.
    pub mailbox: MailboxId,
    /// UID at the source.
    pub uid: Uid,
    /// Size.
    pub bytes: ByteSize,
    /// The server's words.
    pub reason: String,
}

/// What the ledger adds to the journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerSummary {
    /// Totals per mailbox.
    pub totals: BTreeMap<(MigrationId, MailboxId), MailboxTotals>,
    /// Refused messages.
    pub refused: Vec<RefusedRow>,
}

/// What a report is made from.
#[derive(Debug, Clone, Copy)]
pub struct ReportInput<'a> {
    /// The session.
    pub session: &'a Session,
    /// Its whole journal.
    pub events: &'a [StoredEvent],
    /// What the ledger says.
    pub ledger: &'a LedgerSummary,
    /// Version of the program.
    pub version: &'a str,
    /// When the report is written.
    pub at: Moment,
}

/// How an account came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every message is at the target, read again and found equal.
    Complete,
    /// As complete, but for the messages listed as refused.
    WithRefusals,
    /// Every message is at the target or refused, and by the person's choice not everything was read again.
    Unverified,
    /// The platform itself moved it: messages were counted, not compared.
    MovedByPlatform,
    /// Not everything is copied and verified.
    Unfinished,
}

/// How both sides were compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// Byte by byte.
    Bytes,
    /// By what the messages say: the target rebuilds their form.
    Content,
    /// Some mailboxes by bytes, some by content.
    Both,
    /// Not at all, by the person's choice.
    Skipped,
    /// Not yet.
    NotYet,
    /// By the number of messages in each folder: the platform itself moved the mail.
    Counted,
}

/// Something that was done, and when (RFC 3339, UTC).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Done {
    /// When.
    pub at: String,
    /// What, as a sentence.
    pub what: String,
}

/// What a mail program needs to know now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// User name.
    pub user: String,
    /// IMAP server.
    pub imap_host: String,
    /// Its port.
    pub imap_port: u16,
    /// Webmail.
    pub webmail: Option<String>,
}

/// One mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MailboxReport {
    /// Name at the source.
    pub name: String,
    /// Name at the target; none when it was left at the source.
    pub to: Option<String>,
    /// Why it was left.
    pub left: Option<SkipReason>,
    /// Messages at the source.
    pub messages: u64,
    /// Messages at the target through us.
    pub copied: u64,
    /// Their bytes.
    pub bytes: ByteSize,
    /// Messages read back and found equal.
    pub verified: u64,
    /// Messages whose header, flags and date were found equal and whose body was not part of the sample.
    pub sampled: u64,
    /// Messages refused.
    pub refused: u64,
    /// Messages whose flags changed at the source after they were copied, and were changed at the target as well.
    pub flags_carried: u64,
    /// Messages that are not at the source any more. They are still at the target.
    pub disappeared: u64,
    /// Messages deleted at the target by somebody after they had been seen there. They are not copied again.
    pub removed: u64,
    /// Whether the source does not have this mailbox any more.
    pub is_vanished: bool,
    /// Messages whose flags differ in what the target can store.
    pub flags_differ: u64,
    /// Messages whose date differs.
    pub dates_differ: u64,
    /// Messages whose date no server keeps: they got the nearest one that is kept, from 1970 to 2037.
    pub dates_moved: u64,
    /// How it was compared.
    pub comparison: Comparison,
}

/// A message that is not at the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedReport {
    /// Its mailbox at the source.
    pub mailbox: String,
    /// Its UID at the source.
    pub uid: Uid,
    /// Its size.
    pub bytes: ByteSize,
    /// The server's words.
    pub reason: String,
    /// Where it is saved, relative to the session's folder.
    pub saved: Option<String>,
}

/// A message that is at the target in a repaired form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RepairedReport {
    /// Its mailbox at the source.
    pub mailbox: String,
    /// Its UID at the source.
    pub uid: Uid,
    /// What was changed, as sentences.
    pub repairs: Vec<Repair>,
}

/// A mark (keyword or unknown flag) that the target does not keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DroppedMark {
    /// The mark.
    pub mark: String,
    /// Messages that had it.
    pub messages: u64,
}

/// Something that a copy by IMAP cannot carry, or that is different afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotCarried {
    /// As found before the start.
    #[serde(flatten)]
    pub finding: Finding,
    /// As a sentence.
    pub sentence: String,
}

/// How a feature came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeatureOutcome {
    /// It is at the target.
    Carried,
    /// It is on the person's list.
    Left,
    /// It stays at the source, and goes on working there.
    Stays,
    /// Nothing was done yet.
    NotYet,
}

/// Something that belongs to an account or a domain besides mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeatureReport {
    /// What kind.
    pub kind: FeatureKind,
    /// What, as words.
    pub what: String,
    /// How it came out.
    pub state: FeatureOutcome,
    /// Whether it had to leave the source, because an address is in one place only.
    pub left_source: bool,
    /// Why it was left, as words.
    pub why: Option<String>,
}

/// Something that is left to the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToDo {
    /// What, as words.
    pub what: String,
    /// Why nobody else did it, as words.
    pub why: String,
    /// Where it is done: the clicks.
    pub clicks: String,
}

/// What the accounts of a domain share on a source service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SharedReport {
    /// The domain.
    pub domain: DomainName,
    /// The service, as words.
    pub service: String,
    /// The features.
    pub features: Vec<FeatureReport>,
    /// What is left to do.
    pub to_do: Vec<ToDo>,
}

/// A mailbox that the platform itself moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MovedMailbox {
    /// Its name.
    pub name: String,
    /// Messages before; none where it was not there.
    pub before: Option<u32>,
    /// Messages now; none where it is not there, or was not counted.
    pub after: Option<u32>,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountReport {
    /// Its address, before and after.
    pub address: EmailAddress,
    /// How it came out.
    pub outcome: Outcome,
    /// In which order it was done.
    pub order: Strategy,
    /// What happened with both accounts, what was verified and what was not, as sentences.
    pub story: Vec<String>,
    /// Where it was: service or host.
    pub from: String,
    /// Where it is: service or host.
    pub to: String,
    /// The address under which the old account is still there; none when it kept its name.
    pub old_account: Option<EmailAddress>,
    /// Whether the new account is there.
    pub is_created: bool,
    /// Whether the new account has the address.
    pub has_address: bool,
    /// What was done, in order.
    pub done: Vec<Done>,
    /// Milliseconds during which the address had no mailbox, when both ends of that time were seen.
    pub gap_millis: Option<u64>,
    /// How both sides were compared.
    pub comparison: Comparison,
    /// The mailboxes.
    pub mailboxes: Vec<MailboxReport>,
    /// The mailboxes, where the platform itself moved them.
    pub moved: Vec<MovedMailbox>,
    /// Messages that are not at the target.
    pub refused: Vec<RefusedReport>,
    /// Messages that are at the target in a repaired form.
    pub repaired: Vec<RepairedReport>,
    /// Marks that the target does not keep.
    pub dropped_marks: Vec<DroppedMark>,
    /// What was decided about the mail before the start, as sentences.
    pub choices: Vec<String>,
    /// What was not carried.
    pub not_carried: Vec<NotCarried>,
    /// What belongs to it besides mail.
    pub features: Vec<FeatureReport>,
    /// What is left to the person.
    pub to_do: Vec<ToDo>,
    /// What still stands in the way.
    pub open: Vec<String>,
    /// What a mail program needs to know now.
    pub settings: Option<Settings>,
}

/// One line of a domain's DNS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordReport {
    /// What it is for.
    pub purpose: RecordPurpose,
    /// Owner name relative to the domain.
    pub name: String,
    /// Judgement.
    pub verdict: Verdict,
    /// Key of the explanation.
    pub explanation: String,
    /// What is expected.
    pub expected: Vec<String>,
    /// What was seen.
    pub live: Vec<String>,
    /// Whether it was changed in this session.
    pub changed_here: bool,
}

/// DNS of one domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DomainReport {
    /// The domain.
    pub domain: DomainName,
    /// When it was looked at last (RFC 3339, UTC); none: never.
    pub checked: Option<String>,
    /// The records.
    pub records: Vec<RecordReport>,
}

/// The whole report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The session's name.
    pub session: String,
    /// Version of the program.
    pub version: String,
    /// When it was begun (RFC 3339, UTC).
    pub begun: Option<String>,
    /// When the report was written (RFC 3339, UTC).
    pub written: String,
    /// How often it was interrupted and taken up again.
    pub resumed: u32,
    /// The accounts.
    pub accounts: Vec<AccountReport>,
    /// The domains.
    pub domains: Vec<DomainReport>,
    /// What the accounts of a domain share besides mail.
    pub shared: Vec<SharedReport>,
    /// Everything that was seen besides mail; a file of its own.
    #[serde(skip)]
    pub inventory: Option<FeatureInventory>,
}

impl AccountReport {
    /// A total over all mailboxes.
    pub fn total(&self, of: impl Fn(&MailboxReport) -> u64) -> u64 {
        self.mailboxes.iter().map(of).sum()
    }

    /// Bytes at the target through us.
    pub fn bytes(&self) -> ByteSize {
        self.mailboxes.iter().map(|mailbox| mailbox.bytes).sum()
    }
}
