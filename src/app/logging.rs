//! The log: a rolling file in a session's folder, never the terminal.

use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

/// Crates that would write down what must not be written: `async_imap` prints every byte that it sends, passwords included.
const SILENCED: [&str; 6] = ["async_imap=off", "imap_proto=off", "hyper=warn", "rustls=warn", "reqwest=warn", "hickory_proto=warn"];

/// Writes to `folder/log/`. The log is written as long as the guard lives.
///
/// # Errors
/// When the folder cannot be written, or a log is being written already.
pub(crate) fn start(folder: &Path, filter: &str) -> anyhow::Result<WorkerGuard> {
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("mailferry")
        .filename_suffix("log")
        .max_log_files(7)
        .build(folder.join("log"))?;
    let (writer, guard) = tracing_appender::non_blocking::NonBlockingBuilder::default().lossy(false).finish(appender);
    let mut filter = EnvFilter::try_new(filter)?;
    for directive in SILENCED {
        filter = filter.add_directive(directive.parse()?);
    }
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(false).finish();
    tracing::subscriber::set_global_default(subscriber)?;
    Ok(guard)
}
