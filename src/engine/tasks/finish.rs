//! Writes the report, forgets the secrets if the person wishes so, and closes the session.

use crate::session::{Activity, Event};

use super::super::context::{Failure, TaskContext};
use super::super::reporting::report;

pub(super) async fn run(context: &TaskContext) -> Result<(), Failure> {
    context.doing(Activity::Writing);
    let (wants_forgotten, are_forgotten, secrets) = {
        let session = context.session.borrow();
        (session.finish == Some(true), session.are_secrets_forgotten, session.kept_secrets())
    };
    if wants_forgotten && !are_forgotten {
        for reference in secrets {
            context.ports.secrets.delete(&reference).await?;
        }
        context.record(Event::SecretsForgotten).await?;
    }
    let files = write_report(context).await?;
    context.record(Event::ReportSaved { files }).await?;
    context.record(Event::SessionFinished).await
}

/// Writes the report of the session as it is; answers the files, relative to the session's folder.
async fn write_report(context: &TaskContext) -> Result<Vec<String>, Failure> {
    let session = context.session.borrow().clone();
    let journal = context.ports.journal.as_ref();
    let mut saved = Vec::new();
    for (name, bytes) in report(journal, &session, context.ports.clock.now()).await?.files() {
        journal.save_file(&name, &bytes).await?;
        saved.push(name);
    }
    Ok(saved)
}
