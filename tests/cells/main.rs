//! Every ordered pair of platforms in every order of acts that `config/platforms.toml` allows, end to end on the imaginary OVHcloud: one
//! test for each cell of that table and each way to go through it. `cargo test --test cells -- --list` prints them.
//!
//! - `moves`: all accounts arrive, with what belongs to them ([`moves`]);
//! - `cut`: the program is cut before and after every act that it asks of the platform, and cut again while that is settled ([`cut`]);
//! - `undone`: everything is taken back, and the platforms are as they were ([`undone`]); `undone and cut`: the same, cut at every act.

#[path = "../support/mod.rs"]
mod support;

mod cut;
mod moves;
mod undone;

use std::fmt;

use libtest_mimic::{Arguments, Failed, Trial};
use mailferry::domain::Platform;
use mailferry::session::Strategy;

/// One cell of the table.
#[derive(Debug, Clone, Copy)]
struct Cell {
    from: Platform,
    to: Platform,
    order: Strategy,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} → {}, {}", self.from, self.to, self.order_name())
    }
}

impl Cell {
    fn pair(self) -> (Platform, Platform) {
        (self.from, self.to)
    }

    fn order_name(self) -> &'static str {
        match self.order {
            Strategy::RenameFirst => "rename",
            Strategy::CopyFirst => "copy",
            Strategy::ServerSide => "server",
            Strategy::Replace => "replace",
        }
    }
}

fn cells() -> Vec<Cell> {
    support::pair::cells().into_iter().map(|((from, to), order)| Cell { from, to, order }).collect()
}

fn trial(way: &str, cell: Cell, run: fn(Cell) -> Result<(), String>) -> Trial {
    Trial::test(format!("{way}: {cell}"), move || run(cell).map_err(Failed::from))
}

fn main() -> std::process::ExitCode {
    let cells = cells();
    let mut trials = vec![Trial::test("the README shows this table", move || moves::is_in_readme().map_err(Failed::from))];
    for cell in cells {
        trials.push(trial("moves", cell, moves::arrives));
        trials.push(trial("cut", cell, cut::survives));
        if !undone::turns(cell.order).is_empty() {
            trials.push(trial("undone", cell, undone::is_as_before));
            trials.push(trial("undone and cut", cell, undone::survives));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
