//! Trouble on request: latency, cuts, throttling, full accounts, refusals, unknown lines; set and cleared while the world runs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::access::AccountKey;
use super::refused::Refused;
use crate::domain::ByteSize;

/// Whom a fault hits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Every connection.
    Everywhere,
    /// Connections to this host.
    Host(String),
    /// Connections that are logged in to this store.
    Account(AccountKey),
}

/// Where a connection is cut. Counting begins when the fault is set, and again after each cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutPoint {
    /// At the n-th half-effect, counted from 0: before a command, after its effect and before its answer, before and after each
    /// message stored, before each message delivered. Going through all n is exhaustive.
    Step(u64),
    /// Around the n-th message stored, counted from 1 (a MULTIAPPEND is stored as one).
    Append(u32, Side),
    /// After the n-th message delivered by FETCH, counted from 0.
    Fetch(u32),
    /// After n bytes sent to the client; sockets only.
    Sent(u64),
}

/// On which side of an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Nothing has happened.
    Before,
    /// It has happened; the answer is lost.
    After,
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutStyle {
    /// Without a word.
    Reset,
    /// With `* BYE`.
    Bye,
    /// It does not end: nothing is ever answered again. For tests that drop the client at this very point.
    Freeze,
}

/// A cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Where.
    pub point: CutPoint,
    /// How.
    pub style: CutStyle,
    /// How often.
    pub times: u32,
}

/// One kind of trouble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Everything takes longer.
    Latency {
        /// Before each command.
        per_command: Duration,
        /// For each message stored.
        per_stored: Duration,
    },
    /// Connections are cut.
    Cut(Cut),
    /// After some commands the next is answered with the Exchange throttling text, and the connection is closed.
    Throttle {
        /// Commands that pass first.
        after_commands: u32,
        /// What the text asks for.
        wait_millis: u64,
        /// How often.
        times: u32,
    },
    /// The account is full after this much more.
    Full {
        /// What still fits.
        room: ByteSize,
    },
    /// Messages that contain this text are refused.
    RefuseContaining(String),
    /// Messages larger than this are refused.
    RefuseLarger(ByteSize),
    /// This line (without `* ` and line end) is sent before each answer; sockets only.
    Untagged(String),
}

/// A fault with its counters.
#[derive(Debug)]
struct Live {
    scope: Scope,
    fault: Fault,
    counted: u64,
    fired: u32,
}

/// What a door does before a command.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Omen {
    /// Waits so long.
    pub(in crate::sandbox) delay: Duration,
    /// Answers with the throttling text and closes.
    pub(in crate::sandbox) throttle_millis: Option<u64>,
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
}

/// The faults of a world; cloning gives another handle to the same.
#[derive(Debug, Clone)]
pub struct Faults {
    live: Arc<Mutex<Vec<Live>>>,
    cuts: Arc<watch::Sender<u64>>,
}

impl Default for Faults {
    fn default() -> Self {
        Self { live: Arc::default(), cuts: Arc::new(watch::Sender::new(0)) }
    }
}

impl Faults {
    /// Adds a fault; one of the same kind and scope is replaced (refusals by content add up).
    pub fn set(&self, scope: Scope, fault: Fault) {
        let mut live = self.live();
        if !matches!(fault, Fault::RefuseContaining(_) | Fault::Untagged(_)) {
            live.retain(|l| l.scope != scope || std::mem::discriminant(&l.fault) != std::mem::discriminant(&fault));
        }
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

    fn live(&self) -> MutexGuard<'_, Vec<Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The faults as they hit one connection.
    pub(in crate::sandbox) fn gate(&self, host: &str) -> Gate {
        Gate { faults: self.clone(), host: host.to_owned(), account: None }
    }
}

/// The faults as one connection sees them.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Gate {
    faults: Faults,
    host: String,
    account: Option<AccountKey>,
}

impl Gate {
    /// From now on the connection belongs to an account.
    pub(in crate::sandbox) fn enter(&mut self, account: &AccountKey) {
        self.account = Some(account.clone());
    }

    fn hits(&self, scope: &Scope) -> bool {
        match scope {
            Scope::Everywhere => true,
            Scope::Host(host) => host.eq_ignore_ascii_case(&self.host),
            Scope::Account(key) => self.account.as_ref() == Some(key),
        }
    }

    /// What happens before a command.
    pub(in crate::sandbox) fn omen(&self) -> Omen {
        let mut omen = Omen::default();
        for live in self.faults.live().iter_mut().filter(|l| self.hits(&l.scope)) {
            match &live.fault {
                Fault::Latency { per_command, .. } => omen.delay += *per_command,
                Fault::Untagged(line) => omen.untagged.push(line.clone()),
                Fault::Throttle { after_commands, wait_millis, times } if live.fired < *times => {
                    if live.counted >= u64::from(*after_commands) {
                        live.fired += 1;
                        live.counted = 0;
                        omen.throttle_millis = Some(*wait_millis);
                    } else {
                        live.counted += 1;
                    }
                }
                _ => {}
            }
        }
        omen
    }

    /// How long storing so many messages takes.
    pub(in crate::sandbox) fn storing_takes(&self, messages: u32) -> Duration {
        let live = self.faults.live();
        let each = live
            .iter()
            .filter(|l| self.hits(&l.scope))
            .filter_map(|l| if let Fault::Latency { per_stored, .. } = &l.fault { Some(*per_stored * messages) } else { None });
        each.sum()
    }

    /// Whether the connection is cut here.
    pub(in crate::sandbox) fn at(&self, point: Point) -> Option<CutStyle> {
        let mut style = None;
        for live in self.faults.live().iter_mut().filter(|l| self.hits(&l.scope)) {
            let Fault::Cut(cut) = live.fault else { continue };
            if live.fired < cut.times && strikes(&mut live.counted, cut.point, point) {
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

    /// How many bytes may still be sent before a cut, if one waits.
    pub(in crate::sandbox) fn may_send(&self) -> Option<u64> {
        let live = self.faults.live();
        let rest = live.iter().filter(|l| self.hits(&l.scope)).filter_map(|l| match l.fault {
            Fault::Cut(Cut { point: CutPoint::Sent(n), times, .. }) if l.fired < times => Some(n.saturating_sub(l.counted)),
            _ => None,
        });
        rest.min()
    }

    /// Whether a message is refused by a fault.
    pub(in crate::sandbox) fn refuses(&self, bytes: &[u8]) -> Option<Refused> {
        self.faults.live().iter().filter(|l| self.hits(&l.scope)).find_map(|live| match &live.fault {
            Fault::RefuseContaining(text) if contains(bytes, text.as_bytes()) => Some(Refused::content("Message is not accepted here")),
            Fault::RefuseLarger(most) if bytes.len() as u64 > most.0 => Some(Refused::too_big()),
            _ => None,
        })
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
}

/// Counts a point and says whether the cut is here.
fn strikes(counted: &mut u64, cut: CutPoint, point: Point) -> bool {
    match (cut, point) {
        (CutPoint::Step(n), point) if !matches!(point, Point::Sent(_)) => {
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
        (CutPoint::Sent(n), Point::Sent(bytes)) => {
            *counted += bytes;
            *counted > n
        }
        _ => false,
    }
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    !text.is_empty() && bytes.windows(text.len()).any(|w| w == text)
}
