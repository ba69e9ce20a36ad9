//! The log: a rolling file in a session's folder, never the terminal.

use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

/// Crates that would write down what must not be written: `async_imap` prints every byte that it sends, passwords included.
const SILENCED: [&str; 2] = ["async_imap=off", "imap_proto=off"];

/// Lines that may wait for the disk. Room for them is taken at the start: the usual 128,000 would be 5 MB of memory.
const WAITING_LINES: usize = 4096;

/// What is written of this program, from a level (`debug`) or from directives about its own rooms (`mailferry::engine=trace`).
/// Other people's crates only warn, whatever is asked for: what they say in detail is theirs, and may be a password.
fn filter(wish: &str) -> anyhow::Result<EnvFilter> {
    let mut filter = EnvFilter::try_new("warn,mailferry=info")?;
    for part in wish.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let is_ours = part == "mailferry" || part.starts_with("mailferry=") || part.starts_with("mailferry::");
        if is_ours {
            filter = filter.add_directive(part.parse()?);
        } else if let Ok(level) = part.parse::<tracing::level_filters::LevelFilter>() {
            filter = filter.add_directive(format!("mailferry={level}").parse()?);
        }
    }
    for directive in SILENCED {
        filter = filter.add_directive(directive.parse()?);
    }
    Ok(filter)
}

/// Writes to `folder/log/`. The log is written as long as the guard lives.
///
/// # Errors
/// When the folder cannot be written, or a log is being written already.
pub(crate) fn start(folder: &Path, wish: &str) -> anyhow::Result<WorkerGuard> {
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("mailferry")
        .filename_suffix("log")
        .max_log_files(7)
        .build(folder.join("log"))?;
    let builder = tracing_appender::non_blocking::NonBlockingBuilder::default().lossy(false).buffered_lines_limit(WAITING_LINES);
    let (writer, guard) = builder.finish(appender);
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter(wish)?).with_writer(writer).with_ansi(false).finish();
    tracing::subscriber::set_global_default(subscriber)?;
    Ok(guard)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_peoples_crates_only_warn_whatever_is_asked_for() {
        for wish in ["trace", "hyper=trace,async_imap=trace,trace", "zbus=debug, mailferry=trace"] {
            let text = filter(wish).expect("a filter").to_string();
            let mut directives: Vec<&str> = text.split(',').collect();
            directives.sort_unstable();
            assert_eq!(directives, ["async_imap=off", "imap_proto=off", "mailferry=trace", "warn"], "{wish}");
        }
        assert!(filter("mailferry::engine=debug").expect("a filter").to_string().contains("mailferry::engine=debug"));
        assert!(filter("nonsense").is_ok());
    }
}
