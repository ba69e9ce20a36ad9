//! All accounts move, nothing is lost, features are carried or left with a reason, and the matrix of the README is the table.

use std::fmt::Write;

use mailferry::session::{Event, Strategy};

use crate::support::cutting::Knife;
use crate::support::guided::paused;
use crate::support::pair::{PLATFORMS, PairStage, Wish};
use crate::{Cell, cells};

/// The platform migrates what has no redirection and no automatic reply: the first account of the cast.
fn movers(order: Strategy) -> usize {
    if order == Strategy::ServerSide { 1 } else { 3 }
}

pub(crate) fn arrives(cell: Cell) -> Result<(), String> {
    paused().block_on(async {
        let stage = PairStage::new(cell.pair(), cell.order, movers(cell.order)).await;
        assert!(stage.run(&Knife::at(usize::MAX), |_| Wish::GoOn).await);
        stage.check().await?;
        let gaps = stage.session().migrations.iter().filter(|m| m.gap_millis.is_some()).count();
        let created = stage.happened(|e| matches!(e, Event::TargetCreated { .. }));
        let renamed = stage.happened(|e| matches!(e, Event::SourceRenamed { .. }));
        let named = stage.happened(|e| matches!(e, Event::TargetRenamed { .. }));
        let expected = match cell.order {
            Strategy::RenameFirst => [1, 1, 1, 0],
            Strategy::CopyFirst => [1, 1, 1, 1],
            Strategy::Replace => [1, 1, 0, 1],
            Strategy::ServerSide => [0, 0, 0, 0],
        };
        let (seen, expected) = ([gaps, created, renamed, named], expected.map(|each| each * movers(cell.order)));
        let told = "gaps measured, created, renamed, named: each once for each account";
        if seen == expected { Ok(()) } else { Err(format!("{told}: {seen:?} instead of {expected:?}")) }
    })
}

/// The table as the README shows it.
fn matrix() -> String {
    let mut text = String::from("| from \\ to |");
    let line = |text: &mut String, columns: Vec<String>| {
        let _ = writeln!(text, " {} |", columns.join(" | "));
    };
    line(&mut text, PLATFORMS.iter().map(ToString::to_string).collect());
    let _ = writeln!(text, "|---|{}", "---|".repeat(PLATFORMS.len()));
    let cells = cells();
    for from in PLATFORMS {
        let _ = write!(text, "| {from} |");
        let column = |to| {
            let names: Vec<_> = cells.iter().filter(|cell| cell.pair() == (from, to)).map(|cell| cell.order_name()).collect();
            if names.is_empty() { "–".to_owned() } else { names.join(", ") }
        };
        line(&mut text, PLATFORMS.into_iter().map(column).collect());
    }
    text
}

#[expect(clippy::print_stdout, reason = "the table is told with every run of the tests")]
pub(crate) fn is_in_readme() -> Result<(), String> {
    println!("{}", matrix());
    let cells = cells().len();
    let readme = include_str!("../../README.md");
    if cells < 50 {
        Err(format!("only {cells} cells are left"))
    } else if readme.contains(&matrix()) && readme.contains(&format!("all {cells} cells")) {
        Ok(())
    } else {
        Err(format!("the README needs this table, and the words \"all {cells} cells\":\n{}", matrix()))
    }
}
