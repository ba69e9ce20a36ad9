//! The catalogue of a filled store: every message by who, when, where and how large, drawn at once; bytes are made on demand.

use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;

use super::super::access::{AccountKey, Template};
use super::super::blob::Form;
use super::super::dice::Dice;
use super::super::folders::{Folder, path_name};
use super::Fill;
use super::compose::compose;
use super::mailboxes::{Draw, Stream, archive_path, mailboxes};
use super::words::Tongue;
use crate::domain::{Flags, InternalDate, MailboxName};

/// The present of every world, 2026-11-20 09:00 UTC: a world that looked at the clock would not be the same tomorrow.
pub(in crate::sandbox::mail) const PRESENT: i64 = 1_795_165_200;
const DAY: i64 = 86_400;
/// Offsets from UTC in minutes, as senders have them.
const ZONES: [i16; 9] = [60, 60, 120, 120, 0, -300, -480, 540, 330];

/// One distinct message.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) seed: u64,
    pub(super) stream: Stream,
    pub(super) tongue: Tongue,
    pub(super) sent: InternalDate,
    /// About how many bytes.
    pub(super) size: u32,
}

/// A message in a mailbox.
#[derive(Debug, Clone)]
pub(in crate::sandbox::mail) struct Placed {
    pub(in crate::sandbox::mail) mailbox: MailboxName,
    pub(in crate::sandbox::mail) entry: u32,
    pub(in crate::sandbox::mail) flags: Flags,
    pub(in crate::sandbox::mail) date: InternalDate,
    /// UIDs skipped before this one.
    pub(in crate::sandbox::mail) gap: u32,
}

/// All messages of one filled store.
#[derive(Debug)]
pub(in crate::sandbox) struct Catalogue {
    fill: Fill,
    folders: Vec<Folder>,
    entries: Vec<Entry>,
    placed: Vec<Placed>,
    /// Sizes of both forms once known; 0 is unknown.
    sizes: Vec<[AtomicU32; 2]>,
}

impl Catalogue {
    /// Draws the catalogue of a store: the same for the same seed, key and wish.
    pub(in crate::sandbox::mail) fn draw(seed: u64, key: &AccountKey, fill: Fill) -> Self {
        let mut dice = Dice::of(seed, &["mail", &key.0]);
        let (folders, draws) = mailboxes(&fill, year_of(PRESENT));
        let mut entries = Vec::new();
        let mut placed: Vec<Placed> = Vec::new();
        while placed.len() < fill.messages as usize {
            if !placed.is_empty() && dice.percent(3) {
                let twin = twin(&mut dice, &placed, &draws);
                placed.push(twin);
                continue;
            }
            let draw = pick(&mut dice, &draws);
            let entry = entry(&mut dice, draw, fill.years);
            placed.extend(place(&mut dice, draw, &entry, entries.len(), fill.template));
            entries.push(entry);
        }
        // Mail arrives in the order of its dates, except what was moved there later.
        placed.sort_by_cached_key(|p| p.date.unix_seconds() + if dice.percent(4) { 40 * DAY } else { 0 });
        let sizes = entries.iter().map(|_| <[AtomicU32; 2]>::default()).collect();
        Self { fill, folders, entries, placed, sizes }
    }

    /// The mailboxes.
    pub(in crate::sandbox::mail) fn folders(&self) -> &[Folder] {
        &self.folders
    }

    /// The messages in the order of their arrival.
    pub(in crate::sandbox::mail) fn placed(&self) -> &[Placed] {
        &self.placed
    }

    /// The bytes of a message; the same at every call. Empty for an entry that does not exist.
    pub(in crate::sandbox::mail) fn compose(&self, entry: u32) -> Bytes {
        self.entries.get(entry as usize).map(|e| compose(e, &self.fill)).unwrap_or_default()
    }

    /// Remembers a size.
    pub(in crate::sandbox::mail) fn remember_size(&self, entry: u32, form: Form, size: usize) {
        if let Some(sizes) = self.sizes.get(entry as usize) {
            sizes[form as usize].store(u32::try_from(size).unwrap_or(u32::MAX), Ordering::Relaxed);
        }
    }

    /// A size, if it was ever made.
    pub(in crate::sandbox::mail) fn known_size(&self, entry: u32, form: Form) -> Option<u64> {
        let size = self.sizes.get(entry as usize)?[form as usize].load(Ordering::Relaxed);
        (size > 0).then_some(u64::from(size))
    }
}

fn pick<'a>(dice: &mut Dice, draws: &'a [Draw]) -> &'a Draw {
    let mut rest = dice.below(draws.iter().map(|d| d.weight).sum());
    for draw in draws {
        if rest < draw.weight {
            return draw;
        }
        rest -= draw.weight;
    }
    &draws[0]
}

fn entry(dice: &mut Dice, draw: &Draw, years: u32) -> Entry {
    // The closer to the present, the more mail there is.
    let oldest = f64::from(years.max(1)) * 365.0;
    let newest = match draw.stream {
        Stream::Archive => 365.0,
        _ => 0.0,
    };
    let span = match draw.stream {
        Stream::Junk => 30.0,
        Stream::Trash => 120.0,
        _ => oldest - newest,
    };
    let days_back = newest + dice.fraction().powf(1.6) * span;
    #[expect(clippy::cast_possible_truncation, reason = "some thousand days")]
    let moment = PRESENT - 3600 - (days_back * 86_400.0) as i64;
    let tongue = draw.tongue.unwrap_or(match dice.below(100) {
        0..55 => Tongue::English,
        55..85 => Tongue::French,
        85..97 => Tongue::German,
        _ => Tongue::Japanese,
    });
    let zone = if tongue == Tongue::Japanese { 540 } else { *dice.pick(&ZONES) };
    Entry { seed: dice.bits(), stream: draw.stream, tongue, sent: date(moment, zone), size: size(dice) }
}

/// Log-normal around 6 kB; one in a thousand has some megabytes.
fn size(dice: &mut Dice) -> u32 {
    if dice.below(1000) == 0 {
        return 1_000_000 + dice.below(3_000_000);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a range of positive integers")]
    let size = (6000.0 * dice.bell().exp()).clamp(700.0, 4_000_000.0) as u32;
    size
}

fn place(dice: &mut Dice, draw: &Draw, entry: &Entry, number: usize, template: Template) -> Option<Placed> {
    let is_fresh = entry.sent.unix_seconds() > PRESENT - 45 * DAY;
    let mailbox = if draw.stream == Stream::Archive {
        path_name(&archive_path(year_of(entry.sent.unix_seconds()).min(year_of(PRESENT) - 1)))?
    } else {
        draw.name.clone()
    };
    // Received a little later, and filed by a server with a zone of its own.
    let delay = if matches!(draw.stream, Stream::Sent | Stream::Drafts) { 0 } else { 1 + i64::from(dice.below(90)) };
    let zone = if dice.percent(60) { entry.sent.offset_minutes() } else { 60 };
    Some(Placed {
        mailbox,
        entry: u32::try_from(number).ok()?,
        flags: flags(dice, draw.stream, is_fresh, template),
        date: date(entry.sent.unix_seconds() + delay, zone),
        gap: if dice.percent(15) { 1 + dice.below(6) } else { 0 },
    })
}

/// A copy of a message that is there already: in the same mailbox, or in another.
fn twin(dice: &mut Dice, placed: &[Placed], draws: &[Draw]) -> Placed {
    let mut twin = dice.pick(placed).clone();
    if dice.percent(50) {
        let is_received = |d: &&Draw| d.stream == Stream::Received;
        let others: Vec<&Draw> = draws.iter().filter(is_received).collect();
        twin.mailbox = dice.pick(&others).name.clone();
    }
    twin.gap = 0;
    twin
}

fn flags(dice: &mut Dice, stream: Stream, is_fresh: bool, template: Template) -> Flags {
    let mut names = Vec::new();
    let unread = match (stream, is_fresh) {
        (Stream::Sent | Stream::Drafts, _) => 0,
        (Stream::Junk, _) => 70,
        (_, true) => 45,
        (_, false) => 4,
    };
    if !dice.percent(unread) {
        names.push("\\Seen");
    }
    if stream == Stream::Drafts {
        names.push("\\Draft");
    }
    for (name, percent) in [("\\Answered", 15), ("\\Flagged", 4)] {
        if stream == Stream::Received && dice.percent(percent) {
            names.push(name);
        }
    }
    if stream == Stream::Trash && dice.percent(3) {
        names.push("\\Deleted");
    }
    for (name, percent) in [("$Forwarded", 4), ("$Label1", 2), ("$Label3", 1), ("NonJunk", 9), ("$MDNSent", 2), ("Projet-Lyon", 1)] {
        // An Exchange-like server never stored keywords of mail programs.
        let is_kept = template == Template::Dovecot || name == "$MDNSent";
        if dice.percent(percent) && is_kept {
            names.push(name);
        }
    }
    if stream == Stream::Junk && template == Template::Dovecot {
        names.push("$Junk");
    }
    Flags::from_wire(names)
}

fn date(seconds: i64, zone: i16) -> InternalDate {
    InternalDate::from_unix(seconds, zone).expect("a moment of the last decades with a zone of the table")
}

/// The year in UTC.
fn year_of(seconds: i64) -> u32 {
    date(seconds, 0).to_string().get(7..11).and_then(|y| y.parse().ok()).unwrap_or(2026)
}
