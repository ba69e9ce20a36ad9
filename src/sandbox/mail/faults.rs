//! Trouble on request, set and cleared while the world runs: the words for it. What it does to a connection is in `gate`.
//!
//! Everything is counted, nothing is thrown: the same commands meet the same faults.

use std::time::Duration;

use super::access::AccountKey;
use crate::domain::{ByteSize, InternalDate};

/// Whom a fault hits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Every connection.
    Everywhere,
    /// Connections to this host.
    Host(String),
    /// Connections that are logged in to this store.
    Account(AccountKey),
    /// The n-th connection to this host, counted from 1 since the world began.
    Connection(String, u64),
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
    /// After n bytes received from the client; sockets only.
    Received(u64),
    /// Around the n-th command of this name (`"UID FETCH"`; `""`: any), counted from 1.
    Command(&'static str, u32, Side),
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

/// When something strikes: the first chances pass, then so many are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occasion {
    /// Chances that pass first.
    pub after: u32,
    /// How often it strikes.
    pub times: u32,
}

impl Occasion {
    /// Every time.
    pub const ALWAYS: Self = Self { after: 0, times: u32::MAX };
    /// The next time only.
    pub const ONCE: Self = Self { after: 0, times: 1 };

    /// The n-th time only, counted from 1.
    pub const fn nth(n: u32) -> Self {
        Self { after: n.saturating_sub(1), times: 1 }
    }

    /// The next so many times.
    pub const fn times(times: u32) -> Self {
        Self { after: 0, times }
    }
}

/// What a server does that it should not. Each says what its chances are; both doors know it unless it says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oddity {
    /// APPEND: stored, and no APPENDUID is said.
    NoAppendUid,
    /// APPEND: APPENDUID names UID 0; sockets only.
    ZeroAppendUid,
    /// APPEND: APPENDUID names UIDs that nobody has.
    WrongAppendUid,
    /// APPEND: `OK`, and nothing was stored.
    PretendsStored,
    /// APPEND: `NO`, and it was stored: the reply is lost on the server's way.
    PretendsRefused,
    /// APPEND: bytes with the high bit become `X`.
    LosesHighBytes,
    /// APPEND: a message without a line end at its end gets one.
    AddsNewline,
    /// APPEND: NUL becomes 0x80.
    ReplacesNul,
    /// APPEND: header lines and MIME are written anew.
    RebuildsHeaders,
    /// APPEND: INTERNALDATE is the present, whatever was said.
    DatesToday,
    /// APPEND: INTERNALDATE is so many minutes later.
    ShiftsDate(i32),
    /// APPEND: flags are not stored.
    DropsFlags,
    /// SELECT, EXAMINE: three messages more than there are.
    WrongExists,
    /// SELECT, EXAMINE: EXISTS is said several times, the last time right; sockets only.
    SeveralExists,
    /// SELECT, EXAMINE, STATUS: no UIDNEXT; sockets only.
    NoUidNext,
    /// SELECT, EXAMINE, STATUS: UIDNEXT is 1.
    WrongUidNext,
    /// A message listed or delivered: RFC822.SIZE is half of what it is.
    WrongSize,
    /// A message listed: RFC822.SIZE is so many MiB.
    ClaimsMebibytes(u32),
    /// A message delivered: nothing of it comes.
    EmptyBody,
    /// A message delivered: only its first half comes, and is announced so.
    ShortBody,
    /// FETCH: messages come in the opposite order.
    Unordered,
    /// FETCH: before each message another one's flags are told; sockets only.
    ForeignFetch,
    /// FETCH: a message is said to be expunged that is there; sockets only.
    ForeignExpunge,
    /// Any command while a mailbox is open: before it the mailbox gets another UIDVALIDITY and its messages other UIDs.
    Renumbers,
    /// Login: accepted, and every command after it is answered with `BAD User is authenticated but not connected.`
    NotConnected,
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
    /// The same without saying how long.
    Busy {
        /// Commands that pass first.
        after_commands: u32,
        /// How often.
        times: u32,
    },
    /// The effect happens, then nothing is heard for a time. For ever: a cut that freezes.
    Stall {
        /// The name of the command; `""`: any.
        command: &'static str,
        /// How long.
        pause: Duration,
        /// When.
        occasion: Occasion,
    },
    /// A command is answered with this and not carried out.
    Answer {
        /// The name of the command; `""`: any; `"LOGIN"`: AUTHENTICATE too.
        command: &'static str,
        /// `NO …` or `BAD …`.
        line: String,
        /// When.
        occasion: Occasion,
    },
    /// Bodies take their time, in both directions.
    Slow {
        /// For each message.
        per_message: Duration,
        /// For each 1024 bytes.
        per_kilobyte: Duration,
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
    /// Messages with this flag or keyword are refused.
    RefuseFlag(String),
    /// Messages of this date or later are refused.
    RefuseDatesFrom(InternalDate),
    /// Mailboxes in whose name this occurs cannot be made.
    RefuseName(String),
    /// Messages with a NUL byte are refused, as Cyrus does.
    RefuseNul,
    /// Messages with a bare LF are refused, as Cyrus does.
    RefuseBareNewline,
    /// Something odd.
    Odd(Oddity, Occasion),
    /// This line (without `* ` and line end) is sent before each answer; sockets only.
    Untagged(String),
}

impl Fault {
    /// Whether this takes the place of another one in the same scope.
    pub(super) fn replaces(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::RefuseContaining(_)
                | Self::RefuseFlag(_)
                | Self::RefuseName(_)
                | Self::Untagged(_)
                | Self::Answer { .. }
                | Self::Stall { .. },
                _,
            ) => false,
            (Self::Odd(one, _), Self::Odd(other, _)) => one == other,
            (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
        }
    }
}
