//! The sentences of the command line, all in one place.

use serde::Serialize;

use crate::dnscheck::Verdict;
use crate::domain::{ByteSize, InternalDate, MailboxId, MigrationId, Moment, SessionId};
use crate::problem::Problem;
use crate::session::{CopyState, CreateState, Event, Migration, Progress, RenameState, Session, Witness};

use super::sessions::SessionLine;

/// How to take a session up again in the wizard.
pub fn how_to_go_on(id: &SessionId) -> String {
    format!("Go on with: mailferry resume {id}")
}

/// How to take up again what `copy` began, said later and elsewhere.
pub(super) fn how_to_copy_on() -> &'static str {
    "Go on with: the same 'mailferry copy' command again"
}

/// How to take a copy up again.
pub fn how_to_repeat() -> &'static str {
    "Stopped. Nothing is lost: give the same command again and it goes on where it was."
}

/// A problem in plain words, for where no phrases are at hand: its code, its nouns, what the other side said.
pub fn plain_problem(problem: &Problem) -> String {
    let nouns: Vec<String> = problem.params.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let nouns = if nouns.is_empty() { String::new() } else { format!(" ({})", nouns.join(", ")) };
    let cause = problem.cause.as_deref().map(|cause| format!(": {}", one_line(cause))).unwrap_or_default();
    format!("{}{nouns}{cause}", problem.code.as_str().replace('-', " "))
}

/// One line of JSON.
pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| format!("{{\"error\":{:?}}}", error.to_string()))
}

/// Foreign text on one line, without what a terminal would obey.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn date(moment: Moment, offset: i16) -> String {
    InternalDate::from_unix(moment.0.div_euclid(1000), offset).map(|date| date.to_string()).unwrap_or_default()
}

/// `10:42:07`
pub(super) fn time_of_day(moment: Moment, offset: i16) -> String {
    date(moment, offset).get(12..20).unwrap_or_default().to_owned()
}

/// `20-Nov-2026 10:42`
fn day_and_time(moment: Moment, offset: i16) -> String {
    date(moment, offset).get(..17).unwrap_or_default().to_owned()
}

/// `12,904`
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let group = |(index, digit): (usize, char)| {
        let comma = (index > 0 && (digits.len() - index).is_multiple_of(3)).then_some(',');
        comma.into_iter().chain([digit])
    };
    digits.chars().enumerate().flat_map(group).collect()
}

/// `1 message`, `12,904 messages`
pub(super) fn messages(number: u64) -> String {
    if number == 1 { "1 message".to_owned() } else { format!("{} messages", count(number)) }
}

fn step_name(step: crate::session::Step) -> &'static str {
    use crate::session::Step;
    match step {
        Step::Connect => "Connect",
        Step::Source => "Source",
        Step::Destination => "Destination",
        Step::Review => "Review",
        Step::Rename => "Rename",
        Step::Create => "Create",
        Step::Migrate => "Migrate",
        Step::Dns => "DNS",
        Step::Finish => "Finish",
    }
}

/// `7F3K-QX  20-Nov-2026 10:42  at Migrate, 41,208 of 58,900 messages  anna@mydomain.ovh and 4 more`
pub(super) fn session_line(line: &SessionLine, offset: i16) -> String {
    let state = match (&line.problem, line.step) {
        (Some(problem), _) => plain_problem(problem),
        (None, None) => format!("finished, {}", messages(line.copied)),
        (None, Some(step)) if line.messages > 0 => {
            format!("at {}, {} of {}", step_name(step), count(line.copied), messages(line.messages))
        }
        (None, Some(step)) => format!("at {}", step_name(step)),
    };
    let accounts = match line.accounts.as_slice() {
        [] => String::new(),
        [one] => format!("  {one}"),
        [first, rest @ ..] => format!("  {first} and {} more", rest.len()),
    };
    let held = line.held_by.map(|pid| format!("  (running, process {pid})")).unwrap_or_default();
    format!("{}  {}  {state}{accounts}{held}", line.id, day_and_time(line.touched, offset))
}

/// How far one account is.
pub(super) fn migration_line(migration: &Migration) -> String {
    let address = &migration.source.address;
    let copied = || format!("{} of {} copied", count(migration.copied()), messages(migration.messages()));
    let state = match (&migration.rename, &migration.create, migration.copy_state()) {
        (RenameState::Pending, _, _) => "not begun".to_owned(),
        (RenameState::Intended | RenameState::Undoing(_), _, _) => "rename under way".to_owned(),
        (RenameState::Done, CreateState::Pending, _) => "renamed, new account not created yet".to_owned(),
        (RenameState::Done, CreateState::Intended { .. } | CreateState::Undoing(_), _) => "creation under way".to_owned(),
        (RenameState::Done, CreateState::Done, CopyState::Pending) => copied(),
        (RenameState::Done, CreateState::Done, CopyState::Copied) => format!("{}, not verified yet", copied()),
        (RenameState::Done, CreateState::Done, CopyState::Unverified) => format!("{}, not verified, as asked", copied()),
        (RenameState::Done, CreateState::Done, CopyState::Verified) if migration.sampled() > 0 => {
            let (whole, sampled) = (messages(migration.verified()), count(migration.sampled()));
            format!("done, {whole} verified in full, {sampled} by header, flags and date")
        }
        (RenameState::Done, CreateState::Done, CopyState::Verified) => format!("done, {} verified", messages(migration.verified())),
    };
    let refused = migration.refused();
    let refused = if refused > 0 { format!(", {refused} refused") } else { String::new() };
    format!("{address}  {state}{refused}")
}

/// `anna@mydomain.ovh: `, or nothing.
pub(super) fn account_of(session: &Session, id: Option<MigrationId>) -> String {
    id.and_then(|id| session.migration(id)).map(|m| format!("{}: ", m.source.address)).unwrap_or_default()
}

fn mailbox_of(session: &Session, id: MigrationId, mailbox: MailboxId) -> String {
    let name = session.migration(id).and_then(|m| m.mailboxes.get(&mailbox)).map(|m| m.mapping.name.to_string());
    format!("{}{}", account_of(session, Some(id)), name.unwrap_or_default())
}

/// What a person would want to read about an event; `None` for what only the machine needs. `session` knows the event already.
pub(super) fn event(session: &Session, event: &Event) -> Option<String> {
    let account = |id: &MigrationId| account_of(session, Some(*id));
    Some(match event {
        Event::SessionOpened { id, .. } => format!("session {id} begun"),
        Event::SessionResumed { .. } => "session taken up again".to_owned(),
        Event::ApiConnected { .. } => "connected to the OVHcloud API".to_owned(),
        Event::SourcesChosen { accounts } => {
            let names: Vec<String> = accounts.iter().map(|a| a.address.to_string()).collect();
            format!("to be moved: {}", names.join(", "))
        }
        Event::DestinationChosen { destination, .. } => match &destination.service {
            Some(service) => format!("destination: {} {service}", service.platform),
            None => format!("destination: {}", destination.endpoint),
        },
        Event::DomainAttachIntended { domain, .. } => format!("attaching {domain} to the destination"),
        Event::DomainReady { domain, .. } => format!("{domain} can be used at the destination"),
        Event::InventoryTaken { migration, inventory } => {
            let folders = inventory.mailboxes.len();
            format!("{}{} in {folders} folders, {}", account(migration), messages(inventory.messages), inventory.bytes)
        }
        Event::PlanAccepted { .. } => "plan accepted".to_owned(),
        Event::RenameIntended { migration, to, .. } => format!("{}renaming to {to}", account(migration)),
        Event::SourceRenamed { migration, witness } => match witness {
            Witness::NotNeeded => format!("{}keeps its name", account(migration)),
            Witness::Platform | Witness::Login => format!("{}renamed", account(migration)),
        },
        Event::RenameUndone { migration } => format!("{}has its own name again", account(migration)),
        Event::CreateIntended { migration, .. } => format!("{}creating the new account", account(migration)),
        Event::TargetCreated { migration, witness: Witness::Login | Witness::NotNeeded, .. } => {
            format!("{}the login at the new place works", account(migration))
        }
        Event::TargetCreated { migration, gap_millis, .. } => {
            let gap = gap_millis.map(|millis| format!(", the address was without a mailbox for {} s", millis.div_ceil(1000)));
            format!("{}new account created{}", account(migration), gap.unwrap_or_default())
        }
        Event::CreateUndone { migration } => format!("{}new account removed", account(migration)),
        Event::CopyConfirmed => "copy begun".to_owned(),
        Event::DeltaRequested { migration } => format!("{}another pass", account(migration)),
        Event::RefusedRetried { migration } => format!("{}refused messages are tried again", account(migration)),
        Event::RebuildsSeen { migration } => format!("{}the target gives messages another form: compared by content", account(migration)),
        Event::AlteredAccepted { migration } => format!("{}goes on although the target alters mail", account(migration)),
        Event::Paused => "paused".to_owned(),
        Event::Unpaused => "going on".to_owned(),
        Event::ReportSaved { files } => format!("report saved: {}", files.join(", ")),
        Event::SecretsForgotten => "passwords and keys forgotten".to_owned(),
        Event::SessionFinished => "finished".to_owned(),
        other => return mailbox_event(session, other).or_else(|| dns_event(other)),
    })
}

fn mailbox_event(session: &Session, event: &Event) -> Option<String> {
    let folder = |id: &MigrationId, mailbox: &MailboxId| mailbox_of(session, *id, *mailbox);
    Some(match event {
        Event::BatchSettled { migration, mailbox, found, again, .. } => format!(
            "{}: after the interruption {} found at the target, {again} to be copied again",
            folder(migration, mailbox),
            messages(u64::from(*found))
        ),
        Event::MessageRepaired { migration, mailbox, repairs, .. } if !repairs.is_empty() => {
            let named: Vec<String> = repairs.iter().map(|repair| repair.key().replace('-', " ")).collect();
            format!("{}: a message is sent with a repair: {}", folder(migration, mailbox), named.join(", "))
        }
        Event::MessageRefused { migration, mailbox, reason, saved, bytes, .. } => {
            format!("{}: a message of {bytes} refused, saved as {saved}: {}", folder(migration, mailbox), one_line(reason))
        }
        Event::ValidityChanged { migration, mailbox, recognised, .. } => {
            format!("{}: numbered anew by its server, {} recognised", folder(migration, mailbox), messages(*recognised))
        }
        Event::MailboxCopied { migration, mailbox, messages: number } => {
            format!("{} copied, {}", folder(migration, mailbox), messages(*number))
        }
        Event::MailboxVerified { migration, mailbox, verified, missing: 0, unaccounted: 0, altered: 0, sampled, .. } => {
            let sampled = if *sampled > 0 { format!(", {} by header, flags and date", messages(*sampled)) } else { String::new() };
            format!(
                "{} verified, {} equal{sampled}{}",
                folder(migration, mailbox),
                messages(*verified),
                pass_of(session, *migration, *mailbox)
            )
        }
        Event::VerificationSkipped { migration, mailbox, .. } => {
            format!("{} not verified, as asked{}", folder(migration, mailbox), pass_of(session, *migration, *mailbox))
        }
        Event::FlagsCarried { migration, mailbox, messages: number, .. } if *number > 0 => {
            format!("{}: flags of {} changed at the source since, and carried", folder(migration, mailbox), messages(*number))
        }
        Event::AccountSurveyed { migration, unchanged, vanished, found } => {
            let account = account_of(session, Some(*migration));
            let extra = [(found.len(), "new"), (vanished.len(), "not at the source any more")];
            let extra: Vec<String> = extra.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!(", {n} {what}")).collect();
            format!("{account}nothing changed in {} folders{}", unchanged.len(), extra.concat())
        }
        Event::MailboxVerified { migration, mailbox, missing, unaccounted, altered, .. } => {
            let again = messages(missing + unaccounted);
            let altered = if *altered > 0 { format!(", {altered} not what was copied") } else { String::new() };
            format!("{}: {again} missing or new, to be copied{altered}", folder(migration, mailbox))
        }
        _ => return None,
    })
}

/// What a pass found gone, on either side.
fn pass_of(session: &Session, migration: MigrationId, mailbox: MailboxId) -> String {
    let Some(progress) = session.migration(migration).and_then(|m| m.mailboxes.get(&mailbox)) else { return String::new() };
    let gone = [(progress.disappeared, "not at the source any more"), (progress.removed, "deleted at the destination since")];
    let told: Vec<String> =
        gone.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!(", {} {what}", count(*number))).collect();
    told.concat()
}

fn dns_event(event: &Event) -> Option<String> {
    Some(match event {
        Event::DnsChecked { domain, records } => {
            let good = records.iter().filter(|r| r.verdict == Verdict::Good).count();
            let rest: Vec<String> = records
                .iter()
                .filter(|r| r.verdict != Verdict::Good)
                .map(|r| format!("{} {}", json(&r.purpose).trim_matches('"'), json(&r.verdict).trim_matches('"')))
                .collect();
            let rest = if rest.is_empty() { String::new() } else { format!(", {}", rest.join(", ")) };
            format!("DNS of {domain}: {good} of {} records good{rest}", records.len())
        }
        Event::DnsFixIntended { domain, backup, .. } => format!("DNS of {domain}: zone saved as {backup}, changing it"),
        Event::DnsFixed { domain, purpose } => format!("DNS of {domain}: {} changed", json(purpose).trim_matches('"')),
        _ => return None,
    })
}

/// One line about what is going on, while messages are being copied; `None` otherwise.
pub(super) fn progress(session: &Session, progress: &Progress) -> Option<String> {
    let copied: u64 = session.migrations.iter().map(Migration::copied).sum();
    let all: u64 = session.migrations.iter().map(Migration::messages).sum();
    if progress.rate.messages <= 0.0 || all == 0 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate for people, checked to be positive")]
    let (rate, bytes) = (progress.rate.messages.round() as u64, ByteSize(progress.rate.bytes.max(0.0) as u64));
    let left = match progress.rate.seconds_left {
        Some((from, to)) if to >= 60 => format!(", {}–{} min left", from / 60, to.div_ceil(60)),
        Some((_, to)) => format!(", less than {to} s left"),
        None => String::new(),
    };
    Some(format!("{} of {}, {} per second, {bytes}/s{left}", count(copied), messages(all), messages(rate)))
}
