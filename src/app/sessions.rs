//! `mailferry sessions`: what lies on this machine.

use std::path::Path;

use crate::adapters::journal::{SqliteJournal, forget, list};
use crate::adapters::secrets;
use crate::cli::{Ending, Exit, SessionLine, SessionsRequest, Wording, print_session, print_sessions};
use crate::domain::SessionId;
use crate::ports::{FoundSession, Journal, JournalError};
use crate::problem::Troubling;
use crate::session::{ApiSecret, Session, StoredEvent, api_secret};

use super::copy::journal_ending;
use super::ports::KEYRING_PATIENCE;

/// Carries the request out.
pub(super) async fn sessions(request: SessionsRequest, root: &Path) -> Ending {
    let done = match request {
        SessionsRequest::List(wording) => print_list(root, wording).await,
        SessionsRequest::Show { id, wording } => show(root, &id, wording).await,
        SessionsRequest::Forget { id, is_agreed } => forget_one(root, &id, is_agreed).await,
    };
    done.unwrap_or_else(|error| journal_ending(&error))
}

/// The events of a session, without taking it from a program that holds it.
pub(super) async fn read(root: &Path, id: &SessionId) -> Result<Vec<StoredEvent>, JournalError> {
    SqliteJournal::watch(root, id)?.events().await
}

/// Every session with what its journal says.
pub(super) async fn read_all(root: &Path) -> Result<Vec<(FoundSession, Result<Session, JournalError>)>, JournalError> {
    let mut all = Vec::new();
    for found in list(root)? {
        let events = read(root, &found.id).await;
        all.push((found, events.map(|events| Session::replay(&events))));
    }
    Ok(all)
}

async fn print_list(root: &Path, wording: Wording) -> Result<Ending, JournalError> {
    let all = read_all(root).await?;
    let lines: Vec<SessionLine> =
        all.iter().map(|(found, read)| SessionLine::of(found, read.as_ref().map_err(Troubling::problem))).collect();
    Ok(printed(print_sessions(&mut std::io::stdout(), &lines, wording, super::local_offset())))
}

async fn show(root: &Path, id: &SessionId, wording: Wording) -> Result<Ending, JournalError> {
    let events = read(root, id).await?;
    let found = list(root)?.into_iter().find(|found| found.id == *id);
    let found = found.ok_or_else(|| JournalError::Unknown { id: id.to_string() })?;
    let line = SessionLine::of(&found, Ok(&Session::replay(&events)));
    Ok(printed(print_session(&mut std::io::stdout(), &line, &events, wording, super::local_offset())))
}

fn printed(result: std::io::Result<()>) -> Ending {
    match result {
        Ok(()) => Ending::new(Exit::Done, ""),
        Err(error) => Ending::new(Exit::Failed, format!("error: {error}")),
    }
}

async fn forget_one(root: &Path, id: &SessionId, is_agreed: bool) -> Result<Ending, JournalError> {
    let session = Session::replay(&read(root, id).await.unwrap_or_default());
    if !session.is_finished && session.id.is_some() && !is_agreed {
        let text = format!(
            "error: session {id} is not finished and could not be taken up again; to remove it all the same: mailferry sessions forget {id} --yes"
        );
        return Ok(Ending::new(Exit::Refused, text));
    }
    forget(root, id)?;
    let keyring = secrets::open("mailferry", KEYRING_PATIENCE).await;
    let mut references = session.kept_secrets();
    let parts = [ApiSecret::ApplicationKey, ApiSecret::ApplicationSecret, ApiSecret::ConsumerKey];
    let others = [ApiSecret::ClientId, ApiSecret::ClientSecret, ApiSecret::AccessToken];
    references.extend(parts.into_iter().chain(others).map(|part| api_secret(id, part)));
    for reference in references {
        if let Err(error) = keyring.delete(&reference).await {
            let text = format!("Session {id} is removed. A password stays in the keyring: {error}");
            return Ok(Ending::new(Exit::Failed, text));
        }
    }
    Ok(Ending::new(Exit::Done, format!("Session {id} is removed from this machine; accounts and mail are as they were.")))
}
