//! The table of medians, as Markdown.

use std::fmt::Write as _;

use super::rows::{Aim, Outcome, Row, Steadiness};
use super::tools::Tool;

/// The whole table with the machine's line.
pub(crate) fn table(rows: &[(Row, Outcome)], machine: &str, rounds: usize) -> String {
    let mut text = String::from(
        "| workload | floor, s | mbsync, s | mailferry, s | to floor | to mbsync | peak MB: floor, mbsync, mailferry | has to hold |\n|---|---|---|---|---|---|---|---|\n",
    );
    for (row, outcome) in rows {
        text.push_str(&line(*row, outcome));
    }
    let _ = writeln!(text, "\nMedians of {rounds} interleaved rounds. {machine}.");
    text
}

fn line(row: Row, outcome: &Outcome) -> String {
    let floors: Vec<Tool> = row.tools().iter().copied().filter(|&tool| !matches!(tool, Tool::Mbsync | Tool::Mailferry)).collect();
    let all = |tools: &[Tool], value: &dyn Fn(Tool) -> Option<String>| {
        let values: Vec<String> = tools.iter().map(|&tool| value(tool).unwrap_or_else(|| "–".to_owned())).collect();
        if values.is_empty() { "–".to_owned() } else { values.join(" / ") }
    };
    let wall = |tool: Tool| outcome.median(tool).map(|taken| format!("{:.2}", taken.wall.as_secs_f64()));
    let ratio = |tool: Tool| outcome.ratio(tool).map(|ratio| format!("{ratio:.2}×"));
    let peak = |tool: Tool| outcome.median(tool).map(|taken| (taken.peak / 1024).to_string());
    let three: Vec<Tool> = floors.iter().copied().take(1).chain([Tool::Mbsync, Tool::Mailferry]).collect();
    let aims: Vec<String> = row.aims().iter().map(|&aim| told(aim, outcome)).collect();
    format!(
        "| {} | {} | {} | {} | {} | {} | {} | {} |\n",
        row.title(),
        all(&floors, &wall),
        all(&[Tool::Mbsync], &wall),
        all(&[Tool::Mailferry], &wall),
        all(&floors, &ratio),
        all(&[Tool::Mbsync], &ratio),
        all(&three, &peak),
        aims.join("; ")
    )
}

fn told(aim: Aim, outcome: &Outcome) -> String {
    let what = match aim {
        Aim::Floor(_, most) => format!("≤ {most}× floor"),
        Aim::Mbsync(most) => format!("≤ {most}× mbsync"),
        Aim::Seconds(most) => format!("≤ {most} s"),
        Aim::Peak(most) => format!("≤ {most} MB"),
        Aim::Even(least) | Aim::Steady(least) => {
            let seen = |tool: Tool, value: &dyn Fn(&Steadiness) -> f64| {
                outcome.steadiness.get(&tool).map_or_else(|| "?".to_owned(), |steadiness| format!("{:.2}", value(steadiness)))
            };
            let (rate, floor) = (seen(Tool::Mailferry, &|s| s.rate), seen(Tool::FloorSelected, &|s| s.rate));
            let cost = seen(Tool::Mailferry, &|s| s.cost);
            let most = 1.0 / least;
            let than =
                if matches!(aim, Aim::Even(_)) { format!("{least} (floor {floor})") } else { format!("{least} × the floor's {floor}") };
            format!("at the end, of what it was at the first tenth: processor a message {cost}, ≤ {most:.2}; rate {rate}, ≥ {than}")
        }
        Aim::Wire(most) => match outcome.passed.get(&Tool::Mailferry).filter(|(_, connections)| *connections > 0) {
            Some((bytes, connections)) => format!("{} KB on the wire over {connections} connections, ≤ {} KB", bytes / 1000, most / 1000),
            None => return String::new(),
        },
    };
    match outcome.reaches(aim) {
        Some(true) => format!("{what}: yes"),
        Some(false) => format!("{what}: **no**"),
        None => format!("{what}: not measured"),
    }
}
