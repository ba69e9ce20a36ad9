//! One test for each cell: all accounts move, nothing is lost, features are carried or left with a reason, and the matrix of the README is
//! what the table of `config/platforms.toml` says.

use std::fmt::Write;

use mailferry::domain::Platform;
use mailferry::session::{Event, Strategy};
use mailferry::settings::Platforms;

use crate::support::cutting::Knife;
use crate::support::guided::paused;
use crate::support::pair::{PLATFORMS, PairStage, Wish};

/// The platform migrates what has no redirection and no automatic reply: the first account of the cast.
fn movers(order: Strategy) -> usize {
    if order == Strategy::ServerSide { 1 } else { 3 }
}

fn moves((from, to): (Platform, Platform), order: Strategy) {
    paused().block_on(async {
        let stage = PairStage::new((from, to), order, movers(order)).await;
        assert!(stage.run(&Knife::at(usize::MAX), |_| Wish::GoOn).await);
        stage.check().await.unwrap_or_else(|what| panic!("{from} → {to}, {order:?}: {what}"));
        let gaps = stage.session().migrations.iter().filter(|m| m.gap_millis.is_some()).count();
        let has_gap = order != Strategy::ServerSide;
        assert_eq!(gaps, if has_gap { movers(order) } else { 0 }, "the time without a mailbox is measured");
    });
}

fn check_row(from: Platform) {
    let mut cells = 0;
    for to in PLATFORMS {
        for order in Platforms::built_in().strategies(from, to).allowed {
            moves((from, to), order);
            cells += 1;
        }
    }
    assert!(cells > 3, "only {cells} ways lead away from {from}");
}

#[test]
fn from_exchange_everything_arrives_everywhere() {
    check_row(Platform::Exchange);
}

#[test]
fn from_email_pro_everything_arrives_everywhere() {
    check_row(Platform::EmailPro);
}

#[test]
fn from_an_mx_plan_with_owa_everything_arrives_where_it_may_go() {
    check_row(Platform::MxPlan);
}

#[test]
fn from_an_mx_plan_on_zimbra_everything_arrives_where_it_may_go() {
    check_row(Platform::MxPlanZimbra);
}

#[test]
fn from_a_legacy_mx_plan_everything_arrives_where_it_may_go() {
    check_row(Platform::MxPlanLegacy);
}

#[test]
fn from_zimbra_everything_arrives_everywhere() {
    check_row(Platform::Zimbra);
}

/// The matrix as the README shows it.
fn matrix() -> String {
    let mut text = String::from("| from \\ to |");
    let line = |text: &mut String, cells: Vec<String>| {
        let _ = writeln!(text, " {} |", cells.join(" | "));
    };
    line(&mut text, PLATFORMS.iter().map(ToString::to_string).collect());
    let _ = writeln!(text, "|---|{}", "---|".repeat(PLATFORMS.len()));
    for from in PLATFORMS {
        let _ = write!(text, "| {from} |");
        let cell = |to: Platform| {
            let allowed = Platforms::built_in().strategies(from, to).allowed;
            let names = allowed.iter().map(|order| match order {
                Strategy::RenameFirst => "rename",
                Strategy::CopyFirst => "copy",
                Strategy::ServerSide => "server",
                Strategy::Replace => "replace",
            });
            let names: Vec<&str> = names.collect();
            if names.is_empty() { "–".to_owned() } else { names.join(", ") }
        };
        line(&mut text, PLATFORMS.into_iter().map(cell).collect());
    }
    text
}

#[test]
fn the_matrix_of_the_readme_is_the_table_that_is_tested() {
    println!("{}", matrix());
    let readme = include_str!("../../README.md");
    assert!(readme.contains(&matrix()), "the README needs this table:\n{}", matrix());
}

#[test]
fn a_finished_crossing_did_each_act_once() {
    paused().block_on(async {
        let stage = PairStage::new((Platform::Exchange, Platform::Zimbra), Strategy::CopyFirst, 3).await;
        assert!(stage.run(&Knife::at(usize::MAX), |_| Wish::GoOn).await);
        for (what, count) in [
            ("created", stage.happened(|e| matches!(e, Event::TargetCreated { .. }))),
            ("renamed", stage.happened(|e| matches!(e, Event::SourceRenamed { .. }))),
            ("named", stage.happened(|e| matches!(e, Event::TargetRenamed { .. }))),
        ] {
            assert_eq!(count, 3, "{what}");
        }
    });
}
