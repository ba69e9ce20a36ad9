//! The rows of the table: what is copied, by whom, over which distance, and what has to hold.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::Duration;

use super::measure::{self, Taken};
use super::stage::{Stage, Way};
use super::talk::Account;
use super::tools::{Copy, PROGRESS, Tool, Toolbox, Verify};
use super::workloads::{Workload, change, count};

/// A row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Row {
    /// 10,000 small messages, MULTIAPPEND offered.
    Small,
    /// The same without MULTIAPPEND.
    Single,
    /// 2,000 small messages at a round trip of 20 ms.
    Far,
    /// 407 MB.
    Mixed,
    /// The same over TLS.
    MixedTls,
    /// Nothing changed since the first copy.
    Same,
    /// The same at a round trip of 20 ms.
    SameFar,
    /// One percent changed.
    Changed,
    /// Everything is read again.
    Verify,
    /// 100,000 tiny messages, killed half way: until it goes on.
    TakenUp,
    /// 1,000,000 tiny messages in one mailbox, to a server whose own work for a message stays the same.
    Scale,
    /// The same to a Dovecot.
    ScaleDovecot,
    /// 1,000,000 tiny messages in fifty mailboxes.
    ScaleMany,
}

/// What has to hold for Mailferry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Aim {
    /// At most so many times the floor.
    Floor(Tool, f64),
    /// At most so many times mbsync.
    Mbsync(f64),
    /// At most so many seconds.
    Seconds(f64),
    /// Peak memory, megabytes.
    Peak(u64),
    /// Bytes over the wire, in both directions and on both sides.
    Wire(u64),
    /// A message costs at the end what it cost at the first tenth, and the rate falls no more than the floor's does that has the mailbox
    /// selected, both but for such a part: a server whose own work grows with the mailbox slows everybody down.
    Steady(f64),
    /// The rate at the end is at least such a part of what it was at the first tenth, and a message costs what it cost, but for such a part.
    Even(f64),
}

/// What a row took.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) runs: BTreeMap<Tool, Vec<Taken>>,
    /// Bytes and connections through the doors, of the last run.
    pub(crate) passed: BTreeMap<Tool, (u64, u64)>,
    /// How steady the last run was.
    pub(crate) steadiness: BTreeMap<Tool, Steadiness>,
}

/// The last tenth of all messages as a part of what was around the first tenth.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Steadiness {
    /// Messages a second.
    pub(crate) rate: f64,
    /// Processor time of a message.
    pub(crate) cost: f64,
}

/// Round trip of the rows at a distance.
const ROUND_TRIP: Duration = Duration::from_millis(20);

impl Row {
    /// All, in the order of the table; those of a million messages are run only when they are named.
    pub(crate) const ALL: [Self; 13] = [
        Self::Small,
        Self::Single,
        Self::Far,
        Self::Mixed,
        Self::MixedTls,
        Self::Same,
        Self::SameFar,
        Self::Changed,
        Self::Verify,
        Self::TakenUp,
        Self::Scale,
        Self::ScaleDovecot,
        Self::ScaleMany,
    ];

    /// Whether it copies a million messages.
    pub(crate) const fn is_at_scale(self) -> bool {
        matches!(self, Self::Scale | Self::ScaleDovecot | Self::ScaleMany)
    }

    /// On the command line.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Single => "single",
            Self::Far => "far",
            Self::Mixed => "mixed",
            Self::MixedTls => "mixed-tls",
            Self::Same => "same",
            Self::SameFar => "same-far",
            Self::Changed => "changed",
            Self::Verify => "verify",
            Self::TakenUp => "taken-up",
            Self::Scale => "scale",
            Self::ScaleDovecot => "scale-dovecot",
            Self::ScaleMany => "scale-many",
        }
    }

    /// In the table.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Small => "10,000 small messages, MULTIAPPEND",
            Self::Single => "the same, no MULTIAPPEND",
            Self::Far => "2,000 small at 20 ms round trip",
            Self::Mixed => "407 MB mixed, up to 30 MB each",
            Self::MixedTls => "the same over TLS",
            Self::Same => "nothing changed, 10,000 messages",
            Self::SameFar => "nothing changed at 20 ms",
            Self::Changed => "1 % changed",
            Self::TakenUp => "100,000 tiny messages, killed half way: from start to the first new batch",
            Self::Scale => "1,000,000 tiny messages in one mailbox, to a server whose own work for a message stays the same",
            Self::ScaleDovecot => "the same to a Dovecot",
            Self::ScaleMany => "1,000,000 tiny messages in 50 mailboxes, to a Dovecot",
            Self::Verify => "verification alone (floor: one streamed FETCH)",
        }
    }

    const fn workload(self) -> Workload {
        match self {
            Self::Small | Self::Single | Self::Same | Self::SameFar | Self::Changed | Self::Verify => Workload::Small(10_000),
            Self::Far => Workload::Small(2000),
            Self::TakenUp => Workload::Tiny(100_000),
            Self::Scale | Self::ScaleDovecot => Workload::Tiny(1_000_000),
            Self::ScaleMany => Workload::Spread(1_000_000, 50),
            Self::Mixed | Self::MixedTls => Workload::Mixed,
        }
    }

    const fn way(self) -> Way {
        match self {
            Self::Far | Self::SameFar => Way::Door,
            Self::MixedTls => Way::Tls,
            _ => Way::Plain,
        }
    }

    /// Who runs.
    pub(crate) const fn tools(self) -> &'static [Tool] {
        match self {
            Self::Small | Self::Mixed | Self::MixedTls => &[Tool::Floor, Tool::Mbsync, Tool::Mailferry],
            Self::Single => &[Tool::FloorSingle, Tool::Mbsync, Tool::Mailferry],
            Self::Far => &[Tool::Floor, Tool::FloorOfFour, Tool::Mbsync, Tool::Mailferry],
            Self::Same | Self::SameFar | Self::Changed => &[Tool::Mbsync, Tool::Mailferry],
            Self::Verify => &[Tool::Fetch, Tool::Mailferry],
            Self::TakenUp => &[Tool::Mailferry],
            Self::Scale => &[Tool::FloorSelected, Tool::Mailferry],
            Self::ScaleDovecot | Self::ScaleMany => &[Tool::Floor, Tool::FloorSelected, Tool::Mailferry],
        }
    }

    /// What has to hold.
    pub(crate) const fn aims(self) -> &'static [Aim] {
        match self {
            Self::Small => &[Aim::Floor(Tool::Floor, 1.6), Aim::Peak(32)],
            Self::Single => &[Aim::Floor(Tool::FloorSingle, 1.2), Aim::Peak(32)],
            Self::Far => &[Aim::Mbsync(0.5)],
            Self::Mixed | Self::MixedTls => &[Aim::Floor(Tool::Floor, 1.2), Aim::Peak(64)],
            Self::Same => &[Aim::Seconds(0.1), Aim::Wire(1_000_000)],
            Self::SameFar => &[Aim::Mbsync(1.0), Aim::Wire(1_000_000)],
            Self::Changed => &[Aim::Seconds(0.2)],
            Self::TakenUp => &[Aim::Seconds(1.0)],
            Self::Verify => &[Aim::Floor(Tool::Fetch, 1.2)],
            Self::Scale => &[Aim::Even(0.9), Aim::Peak(100)],
            Self::ScaleDovecot | Self::ScaleMany => &[Aim::Steady(0.9), Aim::Peak(100)],
        }
    }

    /// Runs it so many times, all tools in turn.
    pub(crate) async fn run(self, stage: &mut Stage, tools: &Toolbox, rounds: usize, say: &mut dyn FnMut(&str)) -> io::Result<Outcome> {
        let mut run = Run { row: self, stage, tools, say, outcome: Outcome::default() };
        let present: Vec<Tool> = self.tools().iter().copied().filter(|&tool| tool != Tool::Mbsync || tools.has_mbsync).collect();
        match self {
            Self::Same | Self::SameFar | Self::Changed => run.again(&present, rounds).await?,
            Self::Verify => run.verification(rounds).await?,
            Self::TakenUp => run.taken_up(rounds).await?,
            _ => run.first(&present, rounds).await?,
        }
        Ok(run.outcome)
    }
}

/// When, since 1970, how many messages had been stored.
type Point = (Duration, u64);

struct Run<'s> {
    row: Row,
    stage: &'s mut Stage,
    tools: &'s Toolbox,
    say: &'s mut dyn FnMut(&str),
    outcome: Outcome,
}

impl Run<'_> {
    async fn copy(&mut self, verify: Verify) -> io::Result<Copy> {
        let workload = self.row.workload();
        let from = self.stage.source(workload, self.row.way()).await?;
        let to = match self.row {
            Row::Single => self.stage.target_without_multiappend(),
            Row::Scale => self.stage.flat_target()?,
            row => self.stage.target(row.way()),
        };
        Ok(Copy { from, to, mailboxes: workload.mailboxes(), state: self.stage.fresh_folder()?, verify })
    }

    /// Runs and keeps what it took.
    fn measured(&mut self, tool: Tool, copy: &Copy) -> io::Result<Taken> {
        self.stage.passed();
        let taken = self.tools.run(tool, copy, self.stage)?;
        let passed = self.stage.passed();
        self.tell(tool.name(), &taken, passed);
        self.outcome.passed.insert(tool, passed);
        self.outcome.runs.entry(tool).or_default().push(taken.clone());
        Ok(taken)
    }

    fn tell(&mut self, name: &str, taken: &Taken, (bytes, connections): (u64, u64)) {
        let (wall, cpu, peak) = (taken.wall.as_secs_f64(), taken.cpu.as_secs_f64(), taken.peak / 1024);
        let wire = if connections == 0 { String::new() } else { format!(", {bytes} bytes over {connections} connections") };
        (self.say)(&format!("{:>9}  {name}: {wall:.3} s, {cpu:.2} s of processor, {peak} MB{wire}", self.row.key()));
    }

    /// First copies into empty accounts.
    async fn first(&mut self, tools: &[Tool], rounds: usize) -> io::Result<()> {
        for _ in 0..rounds {
            for &tool in tools {
                let copy = self.copy(Verify::No).await?;
                self.set_off();
                let taken = self.measured(tool, &copy)?;
                self.arrived(tool, &copy.to, &copy.from, &copy.mailboxes).await?;
                self.stage.forget(&copy.to);
                if self.row.is_at_scale() {
                    let points = if tool == Tool::Mailferry { stored(&copy.state)? } else { stored_by_floor(&copy.state)? };
                    self.steady(tool, &points, &taken.spent);
                }
            }
        }
        Ok(())
    }

    /// Copies that were made before, with or without changes since.
    async fn again(&mut self, tools: &[Tool], rounds: usize) -> io::Result<()> {
        let mut copies = Vec::new();
        for &tool in tools {
            let copy = self.copy(Verify::No).await?;
            self.stage.distance(Duration::ZERO);
            self.tools.run(tool, &copy, self.stage)?;
            copies.push((tool, copy));
        }
        for round in 0..rounds {
            if let (Row::Changed, Some((_, copy))) = (self.row, copies.first()) {
                change(&copy.from, self.row.workload(), round).await?;
            }
            self.set_off();
            for (tool, copy) in &copies {
                self.measured(*tool, copy)?;
                self.arrived(*tool, &copy.to, &copy.from, &copy.mailboxes).await?;
            }
        }
        for (_, copy) in &copies {
            self.stage.forget(&copy.to);
        }
        Ok(())
    }

    /// The same nothing-changed run with and without reading everything again: the difference is the verification.
    async fn verification(&mut self, rounds: usize) -> io::Result<()> {
        for _ in 0..rounds {
            // What was verified once is not read again: each round begins with a copy of its own.
            let mut copy = self.copy(Verify::No).await?;
            self.tools.run(Tool::Mailferry, &copy, self.stage)?;
            let fetch = Copy { from: copy.to.clone(), ..self.copy(Verify::No).await? };
            self.measured(Tool::Fetch, &fetch)?;
            copy.verify = Verify::No;
            let without = self.tools.run(Tool::Mailferry, &copy, self.stage)?;
            copy.verify = Verify::Full;
            let with = self.tools.run(Tool::Mailferry, &copy, self.stage)?;
            let alone = Taken { wall: with.wall.saturating_sub(without.wall), cpu: with.cpu.saturating_sub(without.cpu), ..with };
            self.tell("mailferry, verification alone", &alone, (0, 0));
            self.outcome.runs.entry(Tool::Mailferry).or_default().push(alone);
            self.stage.forget(&copy.to);
        }
        Ok(())
    }

    /// Killed when half of it is copied, and started again: until a new batch is announced in the journal.
    async fn taken_up(&mut self, rounds: usize) -> io::Result<()> {
        for _ in 0..rounds {
            let copy = self.copy(Verify::No).await?;
            let half = i64::try_from(self.row.workload().messages() / 2).unwrap_or(i64::MAX);
            self.tools.kill(&copy, self.stage, || copied(&copy.state).is_some_and(|(copied, _)| copied >= half))?;
            let (_, before) = copied(&copy.state).ok_or_else(|| io::Error::other("no journal"))?;
            let began = measure::since_1970();
            let taken = self.tools.run(Tool::Mailferry, &copy, self.stage)?;
            let went_on = first_intent(&copy.state, before).ok_or_else(|| io::Error::other("nothing was left to do"))?;
            let alone = Taken { wall: went_on.saturating_sub(began), ..taken };
            self.tell("mailferry, until it goes on", &alone, (0, 0));
            self.outcome.runs.entry(Tool::Mailferry).or_default().push(alone);
            self.arrived(Tool::Mailferry, &copy.to, &copy.from, &copy.mailboxes).await?;
            self.stage.forget(&copy.to);
        }
        Ok(())
    }

    /// Tells rate and processor time of every tenth, and keeps how steady they were.
    fn steady(&mut self, tool: Tool, points: &[Point], spent: &[(Duration, Duration)]) {
        let tenths = |value: &dyn Fn(u64) -> Option<f64>| {
            let all: Vec<String> =
                (0..10).map(|tenth| value(tenth * 10).map_or_else(|| "?".to_owned(), |value| format!("{value:.0}"))).collect();
            all.join(", ")
        };
        let rates = tenths(&|from| rate(points, from, from + 10));
        let costs = tenths(&|from| cost(points, spent, from, from + 10));
        (self.say)(&format!("{:>9}  {}: messages a second, by tenths: {rates}", self.row.key(), tool.name()));
        (self.say)(&format!("{:>9}  {}: processor, microseconds a message, by tenths: {costs}", self.row.key(), tool.name()));
        let rates = rate(points, 5, 15).zip(rate(points, 90, 100));
        let costs = cost(points, spent, 5, 15).zip(cost(points, spent, 90, 100));
        if let Some(((early, end), (early_cost, end_cost))) = rates.zip(costs) {
            self.outcome.steadiness.insert(tool, Steadiness { rate: end / early, cost: end_cost / early_cost });
        }
    }

    fn set_off(&self) {
        let distance = if self.row.way() == Way::Door { ROUND_TRIP } else { Duration::ZERO };
        self.stage.distance(distance);
    }

    /// A tool that leaves messages behind is not fast.
    async fn arrived(&mut self, tool: Tool, to: &Account, from: &Account, mailboxes: &[String]) -> io::Result<()> {
        self.stage.distance(Duration::ZERO);
        let (wanted, found) = (count(from, mailboxes).await?, count(to, mailboxes).await?);
        self.set_off();
        if wanted == found { Ok(()) } else { Err(io::Error::other(format!("{}: {found} of {wanted} messages arrived", tool.name()))) }
    }
}

/// The journal of the only session; none before it is there.
fn journal(state: &Path) -> Option<rusqlite::Connection> {
    let session = std::fs::read_dir(state.join("sessions")).ok()?.flatten().next()?;
    rusqlite::Connection::open_with_flags(session.path().join("session.db"), rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).ok()
}

/// Messages copied so far, and the last event's number.
fn copied(state: &Path) -> Option<(i64, i64)> {
    let question = "SELECT coalesce(sum(json_extract(event, '$.copied')) FILTER (WHERE json_extract(event, '$.event') = 'batch-copied'), 0), \
                    coalesce(max(seq), 0) FROM events";
    journal(state)?.query_row(question, [], |row| Ok((row.get(0)?, row.get(1)?))).ok()
}

/// When the first batch after this event was announced, since 1970.
fn first_intent(state: &Path, after: i64) -> Option<Duration> {
    let question = "SELECT at FROM events WHERE seq > ? AND json_extract(event, '$.event') = 'batch-intended' ORDER BY seq LIMIT 1";
    let at: i64 = journal(state)?.query_row(question, [after], |row| row.get(0)).ok()?;
    u64::try_from(at).ok().map(Duration::from_millis)
}

/// When how many messages had been stored, from the journal.
fn stored(state: &Path) -> io::Result<Vec<Point>> {
    let told = |error: rusqlite::Error| io::Error::other(error.to_string());
    let Some(journal) = journal(state) else { return Ok(Vec::new()) };
    let question =
        "SELECT at, json_extract(event, '$.copied') FROM events WHERE json_extract(event, '$.event') = 'batch-copied' ORDER BY seq";
    let mut asked = journal.prepare(question).map_err(told)?;
    let rows = asked.query_map([], |row| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(1)?.unsigned_abs()))).map_err(told)?;
    Ok(summed(rows.collect::<Result<Vec<_>, _>>().map_err(told)?))
}

/// When how many messages had been stored, as the floor says it.
fn stored_by_floor(state: &Path) -> io::Result<Vec<Point>> {
    let text = std::fs::read_to_string(state.join(PROGRESS))?;
    Ok(summed(text.lines().filter_map(|line| line.split_once(' ')).filter_map(|(at, more)| Some((at.parse().ok()?, more.parse().ok()?)))))
}

fn summed(rows: impl IntoIterator<Item = (u64, u64)>) -> Vec<Point> {
    let mut sum = 0;
    rows.into_iter()
        .map(|(at, more)| {
            sum += more;
            (Duration::from_millis(at), sum)
        })
        .collect()
}

/// The first and the last point between two percentages of the whole.
fn ends(points: &[Point], from: u64, to: u64) -> Option<(Point, Point)> {
    let (_, all) = points.last()?;
    let mut within = points.iter().filter(|(_, stored)| (from * all / 100..=to * all / 100).contains(stored));
    Some((*within.next()?, *within.next_back()?))
}

fn messages((first, last): (Point, Point)) -> Option<f64> {
    u32::try_from(last.1 - first.1).ok().filter(|messages| *messages > 0).map(f64::from)
}

/// Messages per second between two percentages of the whole.
fn rate(points: &[Point], from: u64, to: u64) -> Option<f64> {
    let ends = ends(points, from, to)?;
    let time = ends.1.0.saturating_sub(ends.0.0);
    messages(ends).filter(|_| !time.is_zero()).map(|messages| messages / time.as_secs_f64())
}

/// Microseconds of processor time per message between two percentages of the whole.
fn cost(points: &[Point], spent: &[(Duration, Duration)], from: u64, to: u64) -> Option<f64> {
    let ends = ends(points, from, to)?;
    let until = |moment: Duration| spent.iter().find(|(at, _)| *at >= moment).or(spent.last()).map(|(_, spent)| *spent);
    let time = until(ends.1.0)?.saturating_sub(until(ends.0.0)?);
    messages(ends).map(|messages| time.as_secs_f64() * 1e6 / messages)
}

impl Outcome {
    /// The middle run of a tool.
    pub(crate) fn median(&self, tool: Tool) -> Option<Taken> {
        measure::median(self.runs.get(&tool)?.clone())
    }

    /// Mailferry's time as a multiple of another's.
    pub(crate) fn ratio(&self, other: Tool) -> Option<f64> {
        let (ours, theirs) = (self.median(Tool::Mailferry)?, self.median(other)?);
        Some(ours.wall.as_secs_f64() / theirs.wall.as_secs_f64().max(0.001))
    }

    /// Whether an aim is reached, where that can be said.
    pub(crate) fn reaches(&self, aim: Aim) -> Option<bool> {
        let ours = self.median(Tool::Mailferry)?;
        match aim {
            Aim::Floor(tool, most) => Some(self.ratio(tool)? <= most),
            Aim::Mbsync(most) => Some(self.ratio(Tool::Mbsync)? <= most),
            Aim::Seconds(most) => Some(ours.wall.as_secs_f64() <= most),
            Aim::Steady(least) => {
                let (ours, floor) = (self.steadiness.get(&Tool::Mailferry)?, self.steadiness.get(&Tool::FloorSelected)?);
                Some(ours.rate >= least * floor.rate.min(1.0) && ours.cost <= 1.0 / least)
            }
            Aim::Even(least) => {
                let ours = self.steadiness.get(&Tool::Mailferry)?;
                Some(ours.rate >= least && ours.cost <= 1.0 / least)
            }
            Aim::Peak(most) => Some(ours.peak <= most * 1024),
            Aim::Wire(most) => {
                self.passed.get(&Tool::Mailferry).filter(|(_, connections)| *connections > 0).map(|(bytes, _)| *bytes <= most)
            }
        }
    }
}
