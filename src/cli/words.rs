//! The sentences of the command line, all in one place.

use serde::Serialize;

use crate::domain::{ByteSize, InternalDate, MigrationId, Moment, SessionId};
use crate::problem::Problem;
use crate::session::{CopyState, CreateState, Migration, Progress, RemovalState, RenameState, ServerState, Session, Strategy};

use super::sessions::SessionLine;

mod events;

pub(super) use events::event;

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
pub(super) fn migration_line(session: &Session, migration: &Migration) -> String {
    let address = &migration.source.address;
    let state = match session.order() {
        Strategy::RenameFirst => renamed_first(migration),
        Strategy::CopyFirst => copied_first(migration),
        Strategy::Replace => replaced(migration),
        Strategy::ServerSide => match &migration.server {
            ServerState::Pending => "not begun".to_owned(),
            ServerState::Confirmed => "confirmed, OVHcloud has not begun to move it".to_owned(),
            ServerState::Intended { .. } => "OVHcloud is moving it".to_owned(),
            ServerState::Done { .. } => "moved by OVHcloud".to_owned(),
        },
    };
    let refused = migration.refused();
    let refused = if refused > 0 { format!(", {refused} refused") } else { String::new() };
    let left =
        session.features_of(migration.id).filter(|(_, feature)| matches!(feature.state, crate::session::FeatureState::Left { .. })).count();
    let left = if left > 0 { format!(", {left} left to you") } else { String::new() };
    format!("{address}  {state}{refused}{left}")
}

fn renamed_first(migration: &Migration) -> String {
    match (&migration.rename, &migration.create) {
        (RenameState::Pending, _) => "not begun".to_owned(),
        (RenameState::Intended | RenameState::Undoing(_), _) => "rename under way".to_owned(),
        (RenameState::Done, CreateState::Pending) => "renamed, new account not created yet".to_owned(),
        (RenameState::Done, CreateState::Intended { .. } | CreateState::Undoing(_)) => "creation under way".to_owned(),
        (RenameState::Done, CreateState::Done) => copied(migration),
    }
}

fn copied_first(migration: &Migration) -> String {
    match (&migration.create, &migration.rename, &migration.target_rename) {
        (CreateState::Pending, ..) => "not begun".to_owned(),
        (CreateState::Intended { .. } | CreateState::Undoing(_), ..) => "creation under way".to_owned(),
        (CreateState::Done, RenameState::Pending, _) => format!("{}, names not changed yet", copied(migration)),
        (CreateState::Done, RenameState::Done, RenameState::Done) => copied(migration),
        (CreateState::Done, ..) => "names are changing hands".to_owned(),
    }
}

fn replaced(migration: &Migration) -> String {
    match (&migration.create, migration.removal, &migration.target_rename) {
        (CreateState::Pending, ..) => "not begun".to_owned(),
        (CreateState::Intended { .. } | CreateState::Undoing(_), ..) => "creation under way".to_owned(),
        (CreateState::Done, RemovalState::Pending, _) => format!("{}, old account still there", copied(migration)),
        (CreateState::Done, RemovalState::Confirmed, _) => format!("{}, removal of the old account confirmed", copied(migration)),
        (CreateState::Done, RemovalState::Intended, _) => "old account is being removed".to_owned(),
        (CreateState::Done, RemovalState::Done, RenameState::Done) => copied(migration),
        (CreateState::Done, RemovalState::Done, _) => "old account removed, new one gets its address".to_owned(),
    }
}

fn copied(migration: &Migration) -> String {
    let copied = || format!("{} of {} copied", count(migration.copied()), messages(migration.messages()));
    match migration.copy_state() {
        CopyState::Pending => copied(),
        CopyState::Copied => format!("{}, not verified yet", copied()),
        CopyState::Unverified => format!("{}, not verified, as asked", copied()),
        CopyState::Verified if migration.sampled() > 0 => {
            let (whole, sampled) = (messages(migration.verified()), count(migration.sampled()));
            format!("done, {whole} verified in full, {sampled} by header, flags and date")
        }
        CopyState::Verified => format!("done, {} verified", messages(migration.verified())),
    }
}

/// `anna@mydomain.ovh: `, or nothing.
pub(super) fn account_of(session: &Session, id: Option<MigrationId>) -> String {
    id.and_then(|id| session.migration(id)).map(|m| format!("{}: ", m.source.address)).unwrap_or_default()
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
