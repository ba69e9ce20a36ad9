//! Runs the engine for commands without a screen: prints what happens, listens for Ctrl-C, tells how it ended.

use std::io::Write;

use tokio::sync::mpsc;

use crate::cli::{Exit, Printer};
use crate::engine::{Engine, Stop};
use crate::session::Notice;

use super::autopilot::{Answers, End, drive};

/// How a run without a screen ended.
pub(super) enum Ran {
    /// The autopilot came to an end; the engine is given back.
    Ended(End, Box<Engine>),
    /// Somebody stopped it: softly or hard.
    Stopped(Exit),
}

/// Drives until the end. The first Ctrl-C (or SIGTERM) lets what is in flight be finished and recorded; the second drops it.
pub(super) async fn run<W: Write>(
    engine: Engine,
    notices: &mut mpsc::Receiver<Notice>,
    answers: &Answers,
    printer: &mut Printer<W>,
    mut watch: impl FnMut(&Notice),
) -> Ran {
    let handle = engine.handle();
    let end = {
        let mut hear = |notice: &Notice| {
            // A closed pipe does not stop the work: the journal is what counts.
            let _ = printer.notice(notice);
            watch(notice);
        };
        let driving = drive(&handle, notices, answers, &mut hear);
        tokio::select! {
            end = driving => Some(end),
            () = interrupted() => None,
        }
    };
    if let Some(end) = end {
        return Ran::Ended(end, Box::new(engine));
    }
    let _ = printer.remark("Stopping: what is on its way is finished and written down. Press Ctrl-C again to stop at once.");
    handle.request_stop().await;
    let draining = async {
        while let Some(notice) = notices.recv().await {
            let _ = printer.notice(&notice);
        }
    };
    tokio::select! {
        () = draining => Ran::Stopped(Exit::Stopped),
        () = interrupted() => {
            engine.stop(Stop::Hard).await;
            Ran::Stopped(Exit::HardStop)
        }
    }
}

/// Returns at Ctrl-C, SIGTERM or SIGHUP.
pub(super) async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut terminate), Ok(mut hang_up)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup())) else {
            let _ = tokio::signal::ctrl_c().await;
            return;
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = tokio::signal::ctrl_c().await;
}
