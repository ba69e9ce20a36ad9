//! The sentences of the report, all in one place. English only: a report is handed to people whose language is not known here.

use crate::dnscheck::{RecordPurpose, Verdict};
use crate::domain::{Altered, Collisions, CopyChoices, DeletedMail, Receipts};
use crate::domain::{EmailAddress, InternalDate, Moment};
use crate::mailcopy::Repair;
use crate::plan::{Finding, FindingCode, MailPart, SkipReason};
use crate::problem::Problem;
use crate::session::{Side, Witness};

use super::facts::{AccountReport, Comparison, DroppedMark, Outcome};

pub(super) mod features;
pub(super) mod orders;

pub(super) use features::{feature_line, features_title, shared_title, to_do_line, to_do_title};
pub(super) use orders::gap;

/// `2026-11-20T08:39:31Z`.
pub(super) fn rfc3339(moment: Moment) -> String {
    let Some(date) = InternalDate::from_unix(moment.0.div_euclid(1000), 0) else { return String::new() };
    let text = date.to_string();
    let (day, month, year, time) = (&text[..2], &text[3..6], &text[7..11], &text[12..20]);
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let number = months.iter().position(|name| *name == month).map_or(0, |index| index + 1);
    format!("{year}-{number:02}-{day}T{time}Z")
}

/// `2026-11-20 08:39:31 UTC`, from RFC 3339.
pub(super) fn moment(text: &str) -> String {
    text.replace('T', " ").replace('Z', " UTC")
}

/// `12,904`.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// `1 message`, `12,904 messages`.
pub(super) fn messages(number: u64) -> String {
    counted(number, "message", "messages")
}

/// `38 seconds`, `2 minutes 10 seconds`.
pub(super) fn duration(millis: u64) -> String {
    match millis.div_ceil(1000) {
        seconds @ 0..60 => counted(seconds, "second", "seconds"),
        seconds @ 60..3600 => format!("{} {}", counted(seconds / 60, "minute", "minutes"), counted(seconds % 60, "second", "seconds")),
        seconds => format!("{} {}", counted(seconds / 3600, "hour", "hours"), counted(seconds / 60 % 60, "minute", "minutes")),
    }
}

pub(super) const fn title() -> &'static str {
    "Mail migration report"
}

/// The first sentence about an account: what everybody looks for.
pub(super) fn outcome(account: &AccountReport) -> String {
    let (all, verified) = (account.total(|m| if m.to.is_some() { m.messages } else { 0 }), account.total(|m| m.verified));
    let refused = account.total(|m| m.refused);
    match account.outcome {
        Outcome::Complete if account.total(|m| m.sampled) > 0 => format!(
            "Complete: {} at the new account. {} read again in full and found equal, {} by header, flags and date.",
            messages(account.total(|m| m.copied)),
            count(verified),
            count(account.total(|m| m.sampled))
        ),
        Outcome::Complete => {
            format!("Complete: {} at the new account, all read again and found equal.", messages(account.total(|m| m.copied)))
        }
        Outcome::WithRefusals => format!(
            "Complete but for {}: {} at the new account, {}. What the new account refused is listed below and saved.",
            messages(refused),
            messages(account.total(|m| m.copied)),
            if account.total(|m| m.sampled) > 0 { "read again in part and found equal" } else { "read again and found equal" }
        ),
        Outcome::Unverified => format!(
            "Copied, not verified: {} at the new account. Not all of it was read again, because that was asked for.",
            messages(account.total(|m| m.copied))
        ),
        Outcome::MovedByPlatform => orders::moved_outcome(account),
        Outcome::Unfinished => {
            format!("Not finished: {} of {} copied, {} verified.", count(account.total(|m| m.copied)), messages(all), count(verified))
        }
    }
}

pub(super) fn comparison(how: Comparison) -> &'static str {
    match how {
        Comparison::Bytes => "Every message was read again from the new account and compared byte by byte with the old one.",
        Comparison::Content => {
            "Every message was read again from the new account and compared by what it says: normalised headers and the decoded \
             parts with all attachments. Its bytes are not compared because this platform stores mail in a form of its own."
        }
        Comparison::Both => {
            "Every message was read again from the new account; some folders were compared byte by byte, some by what the messages say."
        }
        Comparison::Skipped => "Not verified: what is at the new account was not read again, because that was asked for.",
        Comparison::NotYet => "The new account was not read again yet.",
        Comparison::Counted => "Messages were counted in each folder, before and after; none was read.",
    }
}

pub(super) const fn compared(how: Comparison) -> &'static str {
    match how {
        Comparison::Bytes => "bytes",
        Comparison::Content => "content",
        Comparison::Both => "both",
        Comparison::Skipped => "not verified",
        Comparison::NotYet => "not yet",
        Comparison::Counted => "counted",
    }
}

/// Flags and dates are not what the message says, so they are told apart from it.
pub(super) fn differences(account: &AccountReport) -> Option<String> {
    let (flags, dates) = (account.total(|m| m.flags_differ), account.total(|m| m.dates_differ));
    let parts: Vec<String> = [(flags, "flags"), (dates, "date")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{} with a different {what}", messages(number)).replace("a different flags", "different flags"))
        .collect();
    (!parts.is_empty()).then(|| format!("At the new account there are {}.", parts.join(" and ")))
}

/// Dates that no server keeps.
pub(super) fn moved_dates(account: &AccountReport) -> Option<String> {
    let moved = account.total(|m| m.dates_moved);
    let told = |number: u64| if number == 1 { "1 message has a date".to_owned() } else { format!("{} have dates", messages(number)) };
    (moved > 0).then(|| format!("Dates moved: {} that no mail server keeps, and got the nearest one from 1970 to 2037.", told(moved)))
}

/// How many messages were compared in which way, where not all were read in full.
pub(super) fn sampled(account: &AccountReport) -> Option<String> {
    let (whole, sampled) = (account.total(|m| m.verified), account.total(|m| m.sampled));
    (sampled > 0).then(|| {
        format!(
            "A sample was verified, as asked: {} in full, {} by header, flags and date. The sample is one message in twenty, chosen by \
             its digest, at least 200 of a folder, and every message of 8 MiB and more.",
            messages(whole),
            messages(sampled)
        )
    })
}

/// What happened on both sides since the first copy.
pub(super) fn since(account: &AccountReport) -> Vec<String> {
    let vanished = account.mailboxes.iter().filter(|m| m.is_vanished).count() as u64;
    let told = [
        (account.total(|m| m.flags_carried), "whose flags changed at the old account: changed at the new one as well"),
        (account.total(|m| m.disappeared), "not at the old account any more: still at the new one, nothing is deleted"),
        (account.total(|m| m.removed), "deleted at the destination since: not copied again"),
    ];
    let sentences = told.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{} {what}.", messages(*number)));
    let gone = (vanished > 0).then(|| format!("{} not at the old account any more.", counted(vanished, "folder is", "folders are")));
    sentences.chain(gone).collect()
}

pub(super) fn surveyed(unchanged: usize, vanished: usize, found: usize) -> String {
    let more = [(found, "new"), (vanished, "gone at the old account")];
    let mut parts = vec![format!("Both accounts looked at: nothing changed in {}", counted(unchanged as u64, "folder", "folders"))];
    parts.extend(more.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")));
    parts.join(", ")
}

pub(super) fn flags_carried(folder: &str, number: u64) -> String {
    format!("{folder}: flags of {} changed at the old account, and at the new one as well", messages(number))
}

pub(super) fn not_verified(folder: &str) -> String {
    format!("{folder}: not verified, because that was asked for")
}

pub(super) fn old_account(address: &EmailAddress) -> String {
    format!("The old account is still there, complete and unchanged, as {address}.")
}

pub(super) fn renamed(to: Option<&EmailAddress>, witness: Witness) -> String {
    match (witness, to) {
        (Witness::NotNeeded, _) | (_, None) => "The old account kept its name".to_owned(),
        (Witness::Platform, Some(to)) => format!("Old account renamed to {to}"),
        (Witness::Login, Some(to)) => format!("Old account renamed to {to} by hand, proven by a login"),
    }
}

pub(super) fn created(witness: Witness) -> String {
    match witness {
        Witness::Platform => "New account created".to_owned(),
        Witness::Login => "New account created by hand, proven by a login".to_owned(),
        Witness::NotNeeded => "The new account was there already".to_owned(),
    }
}

pub(super) fn rename_undone() -> String {
    "Rename undone: the old account has its own name again".to_owned()
}

pub(super) fn create_undone() -> String {
    "Creation undone: the new account is free again".to_owned()
}

pub(super) fn create_undo_given_up(messages: u64) -> String {
    format!("Creation not undone: {} had arrived at the new account, and would have been lost", self::messages(messages))
}

pub(super) fn delta() -> String {
    "Another pass over the account asked for".to_owned()
}

pub(super) fn altered_accepted() -> String {
    "The new account alters dates or flags; accepted by hand".to_owned()
}

pub(super) fn rebuilds_seen() -> String {
    "The new account gives messages another form than they were sent in: compared by what they say".to_owned()
}

/// `INBOX`, or the part of it that is meant.
pub(super) fn mailbox(name: &str, part: MailPart) -> String {
    if part == MailPart::Marked { format!("{name} (marked as deleted)") } else { name.to_owned() }
}

/// What was decided, where it is worth a line.
pub(super) fn choices(choices: CopyChoices, is_altered_accepted: bool) -> Vec<String> {
    let deleted = match choices.deleted {
        DeletedMail::Keep => "Mail marked as deleted was copied where it was, with its mark.",
        DeletedMail::Trash => "Mail marked as deleted goes into the folder for deleted mail, without the mark.",
        DeletedMail::Skip => "Mail marked as deleted was left at the old account.",
    };
    let merged = (choices.collisions == Collisions::Merge).then_some("Folders whose names are one name at the new account became one.");
    let receipts = (choices.receipts == Receipts::Disarm)
        .then_some("Requests for read receipts were renamed, so that the new server does not answer them for old mail.");
    let altered = (is_altered_accepted || choices.altered == Altered::Accept)
        .then_some("Dates or flags that the new server alters were accepted beforehand.");
    [Some(deleted), merged, receipts, altered].into_iter().flatten().map(str::to_owned).collect()
}

/// What a repair did to a message.
pub(super) const fn repair(repair: Repair) -> &'static str {
    match repair {
        Repair::TrailingNulsDropped => "NUL bytes behind the end dropped",
        Repair::NulsReplaced => "NUL bytes replaced by blanks",
        Repair::LineEndsMended => "line ends mended",
        Repair::MboxLineKept => "first line of an mbox file kept as X-From-Line",
        Repair::LongLinesEncoded => "overlong lines encoded",
        Repair::SignedLinesEncoded => "overlong lines of a signed part encoded, its signature does not fit any more",
        Repair::HeadersRefolded => "overlong headers folded",
        Repair::HeadersEncoded => "8-bit characters in headers encoded",
        Repair::SenderFilledIn => "empty sender filled in",
        Repair::HeaderAdded => "missing header added",
        Repair::ReceiptRequestDisarmed => "request for a read receipt renamed",
        Repair::ReadInPieces => "put together from pieces, because the old server did not give it whole",
    }
}

/// All repairs of a message.
pub(super) fn repairs(all: &[Repair]) -> String {
    all.iter().map(|one| repair(*one)).collect::<Vec<_>>().join(", ")
}

/// `Work (12 messages), Later (1 message)`.
pub(super) fn marks(all: &[DroppedMark]) -> Option<String> {
    let named: Vec<String> = all.iter().map(|dropped| format!("{} ({})", dropped.mark, messages(dropped.messages))).collect();
    (!named.is_empty()).then(|| format!("Marks that the new account does not keep: {}.", named.join(", ")))
}

pub(super) fn renumbered(mailbox: &str, side: Side, recognised: u64) -> String {
    let side = if side == Side::Source { "old" } else { "new" };
    format!("The {side} server numbered {mailbox} anew: {} recognised by what they are", messages(recognised))
}

pub(super) fn settled(mailbox: &str, found: u32, again: u32) -> String {
    let (found, again) = (messages(u64::from(found)), count(u64::from(again)));
    format!("After an interruption in {mailbox}: {found} found at the new account, {again} copied again")
}

pub(super) fn verified(mailbox: &str, verified: u64, copied_next: (u64, u64), altered: u64) -> String {
    let (missing, unaccounted) = copied_next;
    let told: Vec<String> = [(missing, "to be copied again"), (unaccounted, "arrived since"), (altered, "not what was copied")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{} {what}", count(number)))
        .collect();
    if told.is_empty() {
        return format!("{mailbox} verified: {}", messages(verified));
    }
    format!("{mailbox} read again: {} equal, {}", messages(verified), told.join(", "))
}

pub(super) fn trouble(problem: &Problem) -> String {
    let said = problem.cause.as_deref().map(|cause| format!(": {cause}")).unwrap_or_default();
    let nouns: Vec<String> = problem.params.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let nouns = if nouns.is_empty() { String::new() } else { format!(" ({})", nouns.join(", ")) };
    format!("{}{nouns}{said}", problem.code.as_str().replace('-', " "))
}

pub(super) const fn left(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::NotMail => "left: it holds no mail",
        SkipReason::NotSelectable => "left: it holds folders only",
        SkipReason::ByChoice => "left by choice",
    }
}

pub(super) fn finding(finding: &Finding) -> String {
    let noun = |name: &str| finding.params.get(name).map_or("?", String::as_str);
    match finding.code {
        FindingCode::TargetRebuilds => "The new platform stores mail in a form of its own; nothing a message says is lost.".to_owned(),
        FindingCode::KeywordsDropped => format!("Keywords that the new platform does not store: {}.", noun("keywords")),
        FindingCode::TooBig => format!("{} larger than the new platform takes ({}).", plural(noun("count"), "message"), noun("limit")),
        FindingCode::DoesNotFit => format!("{} of mail for an account of {}.", noun("size"), noun("quota")),
        FindingCode::Renamed => format!("The folder {} is called {} now.", noun("from"), noun("to")),
        FindingCode::Merged => format!("The folders {} are one now: {}.", noun("names"), noun("to")),
        FindingCode::NotMail => {
            format!("Not mail, so not copied: {}. Calendars and contacts are exported and imported by hand.", noun("names"))
        }
        FindingCode::Aliases => format!("{} to be created again by hand.", plural(noun("count"), "alias")),
        FindingCode::Dates => format!("{} whose date the new platform cannot keep.", plural(noun("count"), "message")),
        FindingCode::DeletedMail => format!("{} marked as deleted and never removed.", plural(noun("count"), "message")),
        FindingCode::ForeignFlags => format!("Flags that only the old server knows: {}.", noun("flags")),
        _ => before_the_start(finding, &noun),
    }
}

/// What the platforms said before anything was changed.
fn before_the_start<'a>(finding: &Finding, noun: &impl Fn(&str) -> &'a str) -> String {
    match finding.code {
        FindingCode::MayBeBilled => format!("{} makes accounts on demand; OVHcloud may bill them.", noun("service")),
        FindingCode::NetworksLimited => format!("Only these networks may connect to {}: {}.", noun("service"), noun("networks")),
        FindingCode::DomainNotValidated => format!("OVHcloud had not seen yet who owns {}.", noun("domain")),
        FindingCode::DomainAuthoritative => format!("{} refused mail for addresses of {} elsewhere.", noun("service"), noun("domain")),
        FindingCode::MigrationWarns => format!("OVHcloud's own migration left behind: {}.", noun("codes")),
        FindingCode::ContactsDiffer => format!("Contacts of the services: {}; {}.", noun("from"), noun("to")),
        FindingCode::KeyEndsSoon => format!("The API key was to end at {}.", noun("at")),
        _ => format!("Before the start: {}.", finding.params.values().cloned().collect::<Vec<_>>().join(", ")),
    }
}

fn plural(number: &str, noun: &str) -> String {
    match (number, noun) {
        ("1", noun) => format!("1 {noun}"),
        (number, "alias") => format!("{number} aliases"),
        (number, noun) => format!("{number} {noun}s"),
    }
}

pub(super) const fn purpose(purpose: RecordPurpose) -> &'static str {
    match purpose {
        RecordPurpose::Mx => "MX (where mail arrives)",
        RecordPurpose::Spf => "SPF (who may send)",
        RecordPurpose::Dkim => "DKIM (signatures)",
        RecordPurpose::Dmarc => "DMARC (what receivers do)",
        RecordPurpose::Autodiscover => "Autodiscover (how programs find the server)",
        RecordPurpose::Ownership => "Ownership",
    }
}

pub(super) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Good => "good",
        Verdict::Waiting => "changed, not seen everywhere yet",
        Verdict::Advice => "advised",
        Verdict::Wrong => "wrong",
        Verdict::Unknown => "no answer",
    }
}

pub(super) fn about(session: &str, resumed: u32) -> String {
    let interrupted = match resumed {
        0 => "without interruption".to_owned(),
        1 => "interrupted once and taken up again".to_owned(),
        times => format!("interrupted {times} times and taken up again each time"),
    };
    format!("Session {session}, {interrupted}.")
}

pub(super) const fn nothing_refused() -> &'static str {
    "No message was refused."
}

pub(super) const fn dns_not_checked() -> &'static str {
    "Not checked."
}
