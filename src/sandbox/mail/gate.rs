//! The faults of a world, and what they do to one connection.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::access::{AccountKey, Dialect};
use super::faults::{Cut, CutPoint, CutStyle, Fault, Occasion, Oddity, Scope, Side};
use super::refused::Refused;
use super::rules;
use super::visit::Incoming;
use crate::domain::MailboxName;
use crate::ports::RefusalKind;

/// A fault with its counters.
#[derive(Debug)]
struct Live {
    scope: Scope,
    fault: Fault,
    counted: u64,
    fired: u32,
}

impl Live {
    /// Takes a chance: whether it is this one.
    fn strikes(&mut self, occasion: Occasion) -> bool {
        let is_now = self.counted >= u64::from(occasion.after) && self.fired < occasion.times;
        self.counted += 1;
        self.fired += u32::from(is_now);
        is_now
    }
}

/// A command as a server heard it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The server.
    pub host: String,
    /// The store, once logged in.
    pub account: Option<AccountKey>,
    /// The number of the connection to this host, from 1.
    pub connection: u64,
    /// The command without tag and literals; of a login only its name.
    pub command: String,
}

/// What a throttled server asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Patience {
    /// This many milliseconds.
    Millis(u64),
    /// It does not say how much.
    Some,
}

/// What a door does before a command.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Omen {
    /// Waits so long.
    pub(in crate::sandbox) delay: Duration,
    /// Answers with the throttling text and closes.
    pub(in crate::sandbox) throttle: Option<Patience>,
    /// Sends these lines.
    pub(in crate::sandbox) untagged: Vec<String>,
}

/// A half-effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Point {
    Command(Side),
    Stored(Side, u32),
    Delivering,
    Sent(u64),
    Received(u64),
}

/// The faults of a world; cloning gives another handle to the same.
#[derive(Debug, Clone)]
pub struct Faults {
    live: Arc<Mutex<Vec<Live>>>,
    cuts: Arc<watch::Sender<u64>>,
    connections: Arc<Mutex<HashMap<String, u64>>>,
    /// What is heard, once somebody wants to know.
    heard: Arc<Mutex<Option<Vec<Heard>>>>,
}

impl Default for Faults {
    fn default() -> Self {
        let cuts = Arc::new(watch::Sender::new(0));
        Self { live: Arc::default(), cuts, connections: Arc::default(), heard: Arc::default() }
    }
}

impl Faults {
    /// Adds a fault; one of the same kind and scope is replaced (refusals by content, flag or name, answers and stalls add up).
    pub fn set(&self, scope: Scope, fault: Fault) {
        let mut live = self.live();
        live.retain(|l| l.scope != scope || !fault.replaces(&l.fault));
        live.push(Live { scope, fault, counted: 0, fired: 0 });
    }

    /// Takes the faults of a scope away.
    pub fn clear(&self, scope: &Scope) {
        self.live().retain(|l| l.scope != *scope);
    }

    /// Takes all faults away.
    pub fn clear_all(&self) {
        self.live().clear();
    }

    /// How many connections were cut so far.
    pub fn cuts(&self) -> u64 {
        *self.cuts.borrow()
    }

    /// Returns once more than `seen` connections were cut.
    pub async fn cut_after(&self, seen: u64) {
        let mut cuts = self.cuts.subscribe();
        // The sender lives as long as `self`.
        let _ = cuts.wait_for(|count| *count > seen).await;
    }

    /// From now on every command is kept for [`Self::heard`].
    pub fn listen(&self) {
        locked(&self.heard).get_or_insert_default();
    }

    /// What the servers heard since [`Self::listen`], in order.
    pub fn heard(&self) -> Vec<Heard> {
        locked(&self.heard).clone().unwrap_or_default()
    }

    fn live(&self) -> MutexGuard<'_, Vec<Live>> {
        locked(&self.live)
    }

    /// The faults as they hit one new connection.
    pub(in crate::sandbox) fn gate(&self, host: &str, dialect: Dialect) -> Gate {
        let mut connections = locked(&self.connections);
        let number = connections.entry(host.to_ascii_lowercase()).or_insert(0);
        *number += 1;
        let (host, command) = (host.to_owned(), String::new());
        Gate { faults: self.clone(), host, dialect, number: *number, account: None, command }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The faults as one connection sees them.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Gate {
    faults: Faults,
    host: String,
    dialect: Dialect,
    number: u64,
    account: Option<AccountKey>,
    command: String,
}

impl Gate {
    /// From now on the connection belongs to an account.
    pub(in crate::sandbox) fn enter(&mut self, account: &AccountKey) {
        self.account = Some(account.clone());
    }

    /// A command begins.
    pub(in crate::sandbox) fn begin(&mut self, command: &str) {
        command.clone_into(&mut self.command);
    }

    /// The command that runs.
    pub(in crate::sandbox) fn command(&self) -> &str {
        &self.command
    }

    /// Keeps what was said, if somebody listens.
    pub(in crate::sandbox) fn hear(&self, said: &str) {
        if let Some(heard) = locked(&self.faults.heard).as_mut() {
            let (host, account) = (self.host.clone(), self.account.clone());
            heard.push(Heard { host, account, connection: self.number, command: said.to_owned() });
        }
    }

    fn hits(&self, scope: &Scope) -> bool {
        match scope {
            Scope::Everywhere => true,
            Scope::Host(host) => host.eq_ignore_ascii_case(&self.host),
            Scope::Account(key) => self.account.as_ref() == Some(key),
            Scope::Connection(host, number) => host.eq_ignore_ascii_case(&self.host) && *number == self.number,
        }
    }

    fn is_now(&self, command: &str) -> bool {
        command.is_empty() || command == self.command || command == "LOGIN" && self.command == "AUTHENTICATE"
    }

    /// What happens before a command.
    pub(in crate::sandbox) fn omen(&self) -> Omen {
        let mut omen = Omen::default();
        for live in self.faults.live().iter_mut().filter(|l| self.hits(&l.scope)) {
            match live.fault.clone() {
                Fault::Latency { per_command, .. } => omen.delay += per_command,
                Fault::Untagged(line) => omen.untagged.push(line),
                Fault::Throttle { after_commands, wait_millis, times } if live.throttles(after_commands, times) => {
                    omen.throttle = Some(Patience::Millis(wait_millis));
                }
                Fault::Busy { after_commands, times } if live.throttles(after_commands, times) => omen.throttle = Some(Patience::Some),
                _ => {}
            }
        }
        omen
    }

    /// What is answered instead of carrying the command out.
    pub(in crate::sandbox) fn answers(&self) -> Option<Refused> {
        let mut found = None;
        for live in self.faults.live().iter_mut().filter(|l| self.hits(&l.scope)) {
            if let Fault::Answer { command, line, occasion } = live.fault.clone()
                && self.is_now(command)
                && live.strikes(occasion)
            {
                found = Some(answer(&line));
            }
        }
        found
    }

    /// How long nothing is heard between effect and answer.
    pub(in crate::sandbox) fn stall(&self) -> Duration {
        let mut long = Duration::ZERO;
        for live in self.faults.live().iter_mut().filter(|l| self.hits(&l.scope)) {
            if let Fault::Stall { command, pause, occasion } = live.fault
                && self.is_now(command)
                && live.strikes(occasion)
            {
                long += pause;
            }
        }
        long
    }

    /// How long storing so many messages of together so many bytes takes.
    pub(in crate::sandbox) fn storing_takes(&self, messages: u32, bytes: u64) -> Duration {
        let live = self.faults.live();
        let each = live.iter().filter(|l| self.hits(&l.scope)).map(|l| match &l.fault {
            Fault::Latency { per_stored, .. } => *per_stored * messages,
            Fault::Slow { per_message, per_kilobyte } => *per_message * messages + slow(*per_kilobyte, bytes),
            _ => Duration::ZERO,
        });
        each.sum()
    }

    /// How long delivering one message of so many bytes takes.
    pub(in crate::sandbox) fn delivering_takes(&self, bytes: u64) -> Duration {
        let live = self.faults.live();
        let each = live.iter().filter(|l| self.hits(&l.scope)).map(|l| match &l.fault {
            Fault::Slow { per_message, per_kilobyte } => *per_message + slow(*per_kilobyte, bytes),
            _ => Duration::ZERO,
        });
        each.sum()
    }

    /// Whether the connection is cut here.
    pub(in crate::sandbox) fn at(&self, point: Point) -> Option<CutStyle> {
        let mut style = None;
        for live in self.faults.live().iter_mut().filter(|l| self.hits(&l.scope)) {
            let Fault::Cut(cut) = live.fault else { continue };
            if live.fired < cut.times && self.is_cut(&mut live.counted, cut.point, point) {
                live.fired += 1;
                live.counted = 0;
                style = Some(cut.style);
            }
        }
        if style.is_some() {
            self.faults.cuts.send_modify(|cuts| *cuts += 1);
        }
        style
    }

    /// Counts a point and says whether the cut is here.
    fn is_cut(&self, counted: &mut u64, cut: CutPoint, point: Point) -> bool {
        match (cut, point) {
            (CutPoint::Step(n), point) if !matches!(point, Point::Sent(_) | Point::Received(_)) => {
                *counted += 1;
                *counted == n + 1
            }
            (CutPoint::Append(n, side), Point::Stored(now, messages)) => {
                let reaches = *counted + u64::from(messages) >= u64::from(n);
                if now == Side::After {
                    *counted += u64::from(messages);
                }
                side == now && reaches
            }
            (CutPoint::Fetch(n), Point::Delivering) => {
                *counted += 1;
                *counted == u64::from(n) + 1
            }
            (CutPoint::Sent(n), Point::Sent(bytes)) | (CutPoint::Received(n), Point::Received(bytes)) => {
                *counted += bytes;
                *counted > n
            }
            (CutPoint::Command(name, n, side), Point::Command(now)) if side == now && self.is_now(name) => {
                *counted += 1;
                *counted == u64::from(n)
            }
            _ => false,
        }
    }

    /// How many bytes may still be sent before a cut, if one waits.
    pub(in crate::sandbox) fn may_send(&self) -> Option<u64> {
        let live = self.faults.live();
        let rest = live.iter().filter(|l| self.hits(&l.scope)).filter_map(|l| match l.fault {
            Fault::Cut(Cut { point: CutPoint::Sent(n), times, .. }) if l.fired < times => Some(n.saturating_sub(l.counted)),
            _ => None,
        });
        rest.min()
    }

    /// Takes the chance of an oddity.
    pub(in crate::sandbox) fn is_odd(&self, oddity: Oddity) -> bool {
        self.odd(|odd| (odd == oddity).then_some(())).is_some()
    }

    /// Takes the chance of an oddity with a value.
    pub(in crate::sandbox) fn odd<T>(&self, wanted: impl Fn(Oddity) -> Option<T>) -> Option<T> {
        let mut found = None;
        for live in self.faults.live().iter_mut().filter(|l| self.hits(&l.scope)) {
            if let Fault::Odd(odd, occasion) = live.fault
                && let Some(value) = wanted(odd)
                && live.strikes(occasion)
            {
                found = Some(value);
            }
        }
        found
    }

    /// Whether a message is refused by a fault.
    pub(in crate::sandbox) fn refuses(&self, message: &Incoming) -> Option<Refused> {
        let content = || Some(Refused::content("Message is not accepted here"));
        let bytes = &message.bytes;
        self.faults.live().iter().filter(|l| self.hits(&l.scope)).find_map(|live| match &live.fault {
            Fault::RefuseContaining(text) if contains(bytes, text.as_bytes()) => content(),
            Fault::RefuseFlag(flag) if message.flags.wire_names().iter().any(|name| name.eq_ignore_ascii_case(flag)) => content(),
            Fault::RefuseDatesFrom(first) if message.date.is_some_and(|d| d.unix_seconds() >= first.unix_seconds()) => content(),
            Fault::RefuseNul if bytes.contains(&0) => Some(Refused::content("Message contains NUL characters")),
            Fault::RefuseBareNewline if has_bare_newline(bytes) => Some(Refused::content("Message contains bare newlines")),
            _ => None,
        })
    }

    /// Whether a message of this size is refused by a fault.
    pub(in crate::sandbox) fn refuses_size(&self, size: u64) -> Option<Refused> {
        let is_too_large = |live: &Live| matches!(live.fault, Fault::RefuseLarger(most) if size > most.0);
        let live = self.faults.live();
        let hit = live.iter().filter(|l| self.hits(&l.scope)).any(is_too_large);
        hit.then(|| if self.dialect.is_zimbra() { rules::too_big(self.dialect) } else { Refused::too_big() })
    }

    /// Whether a mailbox of this name cannot be made because of a fault.
    pub(in crate::sandbox) fn refuses_name(&self, name: &MailboxName) -> Option<Refused> {
        let live = self.faults.live();
        let mut names = live.iter().filter(|l| self.hits(&l.scope)).filter_map(|l| match &l.fault {
            Fault::RefuseName(text) => Some(text),
            _ => None,
        });
        names.any(|text| name.to_string().contains(text)).then(|| Refused::no(RefusalKind::Unsaid, "Invalid mailbox name"))
    }

    /// Takes room for a message; `false` when the account is full.
    pub(in crate::sandbox) fn takes_room(&self, bytes: u64) -> bool {
        let mut live = self.faults.live();
        let mut full: Vec<&mut Live> = live.iter_mut().filter(|l| self.hits(&l.scope) && matches!(l.fault, Fault::Full { .. })).collect();
        let fits = full.iter().all(|l| matches!(l.fault, Fault::Full { room } if l.counted + bytes <= room.0));
        if fits {
            for live in &mut full {
                live.counted += bytes;
            }
        }
        fits
    }

    /// How much still fits, where a fault limits it.
    pub(in crate::sandbox) fn room(&self) -> Option<u64> {
        let live = self.faults.live();
        let rooms = live.iter().filter(|l| self.hits(&l.scope)).filter_map(|l| match l.fault {
            Fault::Full { room } => Some(room.0.saturating_sub(l.counted)),
            _ => None,
        });
        rooms.min()
    }
}

impl Live {
    /// Counts a command of a throttled server.
    fn throttles(&mut self, after_commands: u32, times: u32) -> bool {
        if self.fired >= times {
            return false;
        }
        let is_now = self.counted >= u64::from(after_commands);
        self.counted = if is_now { 0 } else { self.counted + 1 };
        self.fired += u32::from(is_now);
        is_now
    }
}

fn answer(line: &str) -> Refused {
    match line.split_once(' ') {
        Some(("BAD", text)) => Refused::bad(RefusalKind::Content, text),
        Some(("NO", text)) => Refused::no(RefusalKind::Unsaid, text),
        _ => Refused::no(RefusalKind::Unsaid, line),
    }
}

fn slow(per_kilobyte: Duration, bytes: u64) -> Duration {
    per_kilobyte * u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX)
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    !text.is_empty() && bytes.windows(text.len()).any(|w| w == text)
}

fn has_bare_newline(bytes: &[u8]) -> bool {
    (0..bytes.len()).any(|at| bytes[at] == b'\n' && (at == 0 || bytes[at - 1] != b'\r'))
}
