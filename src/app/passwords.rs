//! `mailferry passwords`: from the keyring into an encrypted file, and from there to the terminal.

use std::path::Path;

use crate::adapters::secrets::{self, read_vault, seal, unseal, write_vault};
use crate::cli::{Ending, Exit, PasswordRow, PasswordsRequest, SecretSpec, new_passphrase, passphrase, passwords_as_csv, print_passwords};
use crate::domain::{EmailAddress, SessionId};
use crate::ports::{JournalError, SecretStore};
use crate::problem::Troubling;
use crate::session::{CreateState, ServerState, Session};

use super::copy::journal_ending;
use super::demo::DEMO_KEYRING_SERVICE;
use super::ports::KEYRING_PATIENCE;
use super::sessions::read;
use super::texts::problem_text;
use super::wizard::KEYRING_SERVICE;

/// Carries the request out.
pub(super) async fn passwords(request: PasswordsRequest, state: &Path) -> Ending {
    let done = match request {
        PasswordsRequest::Export { id, out, passphrase } => export(state, &id, (&out, &passphrase)).await,
        PasswordsRequest::Open { file, passphrase } => open(&file, &passphrase),
    };
    done.unwrap_or_else(|ending| ending)
}

fn failed(text: impl std::fmt::Display) -> Ending {
    Ending::new(Exit::Failed, format!("error: {text}"))
}

async fn export(state: &Path, id: &SessionId, (out, spec): (&Path, &SecretSpec)) -> Result<Ending, Ending> {
    let (session, service) = find(state, id).await.map_err(|error| journal_ending(&error))?;
    let accounts = accounts(&session)?;
    let keyring = secrets::open(service, KEYRING_PATIENCE).await;
    if let Some(trouble) = keyring.keyring_trouble() {
        return Err(failed(format!("{trouble}, so the passwords lived in the memory of the program alone.\n{}", how_to_have_them(id))));
    }
    let (rows, missing) = collected(keyring.as_ref(), &session, accounts).await?;
    if rows.is_empty() {
        return Err(failed(format!("the keyring has none of the passwords of session {id}.\n{}", how_to_have_them(id))));
    }
    if out.symlink_metadata().is_ok() {
        return Err(failed(format!("{}: there is a file of this name already; it is not replaced", out.display())));
    }
    let passphrase = new_passphrase(spec).map_err(failed)?;
    let sealed = seal(&passwords_as_csv(&rows), &passphrase).map_err(failed)?;
    write_vault(out, &sealed).map_err(|error| failed(format!("{}: {error}", out.display())))?;
    let place = out.display();
    let told = format!(
        "The passwords of {} new account{} are in {place}, encrypted. Read them with: mailferry passwords --open {place}",
        rows.len(),
        if rows.len() == 1 { "" } else { "s" }
    );
    if missing.is_empty() {
        return Ok(Ending::new(Exit::Done, told));
    }
    let names: Vec<String> = missing.iter().map(ToString::to_string).collect();
    Err(Ending::new(Exit::Failed, format!("{told}\nNot in the keyring any more: {}. {}", names.join(", "), how_to_set_new_ones())))
}

/// A session of the wizard, or of the demo, with the name under which the keyring knows its secrets.
async fn find(state: &Path, id: &SessionId) -> Result<(Session, &'static str), JournalError> {
    match read(state, id).await {
        Err(JournalError::Unknown { .. }) => match read(&state.join("demo"), id).await {
            Ok(events) => Ok((Session::replay(&events), DEMO_KEYRING_SERVICE)),
            Err(_) => Err(JournalError::Unknown { id: id.to_string() }),
        },
        events => Ok((Session::replay(&events?), KEYRING_SERVICE)),
    }
}

/// The new accounts, or why there are none to tell of.
fn accounts(session: &Session) -> Result<Vec<&crate::session::Migration>, Ending> {
    if session.are_secrets_forgotten {
        let text = format!("the passwords were forgotten when the session was finished, as was wished there.\n{}", how_to_set_new_ones());
        return Err(failed(text));
    }
    let is_there = |m: &&crate::session::Migration| m.create == CreateState::Done || matches!(m.server, ServerState::Done { .. });
    let found: Vec<_> = session.migrations.iter().filter(is_there).collect();
    if found.is_empty() { Err(failed("this session has created no account yet")) } else { Ok(found) }
}

async fn collected(
    keyring: &dyn SecretStore,
    session: &Session,
    accounts: Vec<&crate::session::Migration>,
) -> Result<(Vec<PasswordRow>, Vec<EmailAddress>), Ending> {
    let (mut rows, mut missing) = (Vec::new(), Vec::new());
    for migration in accounts {
        let Some(target) = &migration.target else { continue };
        // An account that the platform has migrated keeps the password that it had.
        let is_kept = matches!(migration.server, ServerState::Done { .. });
        let reference = if is_kept { &migration.source.secret } else { &target.secret };
        let found = keyring.get(reference).await.map_err(|error| Ending::new(Exit::Failed, problem_text(&error.problem())))?;
        let host = session.destination.as_ref().map_or(&target.endpoint.host, |place| &place.endpoint.host);
        match found {
            Some(password) => {
                let address = migration.source.address.clone();
                rows.push(PasswordRow { address, user: target.user.clone(), host: host.clone(), password });
            }
            None => missing.push(migration.source.address.clone()),
        }
    }
    Ok((rows, missing))
}

fn how_to_have_them(id: &SessionId) -> String {
    format!(
        "While the wizard runs, its last step shows each password (key p). A session that is not finished makes new ones when it is taken \
         up again: mailferry resume {id}. Else: {}",
        how_to_set_new_ones()
    )
}

fn how_to_set_new_ones() -> &'static str {
    "Set new ones in the control panel: Email accounts, the … of the account, Edit."
}

fn open(file: &Path, spec: &SecretSpec) -> Result<Ending, Ending> {
    let told = |error: secrets::VaultError| failed(format!("{}: {error}", file.display()));
    let bytes = read_vault(file).map_err(told)?;
    let passphrase = passphrase(spec).map_err(failed)?;
    let csv = unseal(&bytes, &passphrase).map_err(told)?;
    print_passwords(&mut std::io::stdout(), &csv).map_err(failed)?;
    Ok(Ending::new(Exit::Done, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::secrets::MemorySecrets;
    use crate::domain::{ImapEndpoint, MigrationId, Moment, Secret, SecretRef};
    use crate::plan::{SourceAccount, TargetAccount};
    use crate::session::{Event, PlannedMigration, StoredEvent, Witness};

    fn session(more: Vec<Event>) -> Session {
        let source = |local: &str| SourceAccount {
            address: format!("{local}@mydomain.ovh").parse().expect("an address"),
            service: None,
            endpoint: ImapEndpoint::tls("ex3.mail.ovh.net"),
            user: format!("{local}@mydomain.ovh"),
            secret: SecretRef(format!("old {local}")),
            display_name: None,
            first_name: None,
            last_name: None,
        };
        let planned = |id: u32, local: &str| PlannedMigration {
            id: MigrationId(id),
            temporary: format!("{local}01@mydomain.ovh").parse().expect("an address"),
            source_user: format!("{local}01@mydomain.ovh"),
            target: TargetAccount {
                service: None,
                endpoint: ImapEndpoint::tls("pro1.mail.ovh.net"),
                user: format!("{local}@mydomain.ovh"),
                secret: SecretRef(format!("new {local}")),
            },
            target_temporary: None,
            mailboxes: Vec::new(),
        };
        let mut events = vec![
            Event::SourcesChosen { accounts: vec![source("anna"), source("john")] },
            Event::PlanAccepted { migrations: vec![planned(1, "anna"), planned(2, "john")], create_at_once: true },
        ];
        events.extend(more);
        let stored: Vec<StoredEvent> = events.into_iter().zip(1..).map(|(event, seq)| StoredEvent { seq, at: Moment(0), event }).collect();
        Session::replay(&stored)
    }

    fn created(id: u32) -> Event {
        Event::TargetCreated { migration: MigrationId(id), seat: None, witness: Witness::Platform, gap_millis: None }
    }

    #[tokio::test]
    async fn passwords_of_created_accounts_are_collected_and_missing_ones_are_named() {
        let session = session(vec![created(1), created(2)]);
        let kept = MemorySecrets::new();
        kept.set(&SecretRef("new anna".to_owned()), &Secret::new("hunter2")).await.expect("kept");
        let (rows, missing) = collected(&kept, &session, accounts(&session).expect("two")).await.expect("collected");
        assert_eq!((rows.len(), rows[0].address.to_string(), rows[0].password.expose()), (1, "anna@mydomain.ovh".to_owned(), "hunter2"));
        assert_eq!(missing.iter().map(ToString::to_string).collect::<Vec<_>>(), ["john@mydomain.ovh"]);
    }

    #[test]
    fn without_passwords_it_is_said_why_and_what_to_do() {
        let none = accounts(&session(Vec::new())).expect_err("none").text;
        assert!(none.contains("no account yet"), "{none}");
        let forgotten = accounts(&session(vec![created(1), Event::SecretsForgotten])).expect_err("none").text;
        assert!(forgotten.contains("were forgotten") && forgotten.contains("control panel"), "{forgotten}");
    }
}
