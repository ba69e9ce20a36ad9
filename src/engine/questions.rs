//! Answers questions of front ends by looking at the world. Nothing is recorded and nothing is changed.

use std::sync::Arc;

use tokio::sync::watch;

use crate::domain::{ApiEndpoint, CredentialStatus, MigrationId, SecretRef, ServiceId};
use crate::plan::{lacking_everywhere, needed_rules};
use crate::ports::{ApiKeys, EntryState, PlatformApi, Ports};
use crate::problem::{Problem, ProblemCode, Troubling};
use crate::session::{AccountFound, Answer, ApiAccess, ApiCredential, LoginProof, Query, RefusedMessage, Session};

use super::pool::{Door, Held, Pool, Purpose, Wanted};

/// Answers one question.
pub(super) async fn answer(ports: &Ports, session: &watch::Receiver<Session>, pool: &Arc<Pool>, query: Query) -> Result<Answer, Problem> {
    match query {
        Query::RequestConsumerKey { endpoint, application_key, application_secret, consumer_key } => {
            request_consumer_key(ports, &endpoint, (&application_key, &application_secret), &consumer_key).await
        }
        Query::CheckCredential { access } => check_credential(ports, &access).await,
        Query::Services => {
            let services = api(ports, session).await?.services().await.map_err(|e| e.problem())?;
            Ok(Answer::Services(services))
        }
        Query::Accounts { service } => accounts(ports, session, service).await,
        Query::Domain { service, domain } => {
            let found = api(ports, session).await?.domain(&service, &domain).await.map_err(|e| e.problem())?;
            Ok(Answer::Domain(found))
        }
        Query::TestLogin { endpoint, user, secret } => test_login(ports, pool, Door { endpoint, user }, &secret).await,
        Query::ProveLogin { endpoint, user, secret } => {
            let connection = logged_in(ports, pool, Door { endpoint, user }, &secret).await?;
            connection.give_back(ports.clock.now());
            Ok(Answer::LoginProven)
        }
        Query::MissingSecrets => {
            let needed = session.borrow().needed_secrets();
            let mut missing = Vec::new();
            for reference in needed {
                if ports.secrets.get(&reference).await.map_err(|e| e.problem())?.is_none() {
                    missing.push(reference);
                }
            }
            Ok(Answer::MissingSecrets(missing))
        }
        Query::TargetPassword { migration } => {
            let reference = session.borrow().migration(migration).and_then(|m| m.target.as_ref()).map(|target| target.secret.clone());
            let Some(reference) = reference else { return Ok(Answer::Password(None)) };
            Ok(Answer::Password(ports.secrets.get(&reference).await.map_err(|e| e.problem())?))
        }
        Query::Refused { migration } => refused(ports, session, migration).await,
    }
}

async fn secret(ports: &Ports, reference: &SecretRef) -> Result<crate::domain::Secret, Problem> {
    let found = ports.secrets.get(reference).await.map_err(|e| e.problem())?;
    found.ok_or_else(|| Problem::new(ProblemCode::SecretMissing).with("secret", reference))
}

async fn open(ports: &Ports, access: &ApiAccess) -> Result<Box<dyn PlatformApi>, Problem> {
    let keys = match &access.credential {
        ApiCredential::Application { application_key, application_secret, consumer_key } => ApiKeys::Application {
            application_key: secret(ports, application_key).await?,
            application_secret: secret(ports, application_secret).await?,
            consumer_key: Some(secret(ports, consumer_key).await?),
        },
        ApiCredential::Client { client_id, client_secret } => {
            ApiKeys::Client { client_id: secret(ports, client_id).await?, client_secret: secret(ports, client_secret).await? }
        }
        ApiCredential::Token { access_token } => ApiKeys::Token { access_token: secret(ports, access_token).await? },
    };
    ports.platforms.open(&access.endpoint, &keys).await.map_err(|e| e.problem())
}

async fn api(ports: &Ports, session: &watch::Receiver<Session>) -> Result<Box<dyn PlatformApi>, Problem> {
    let access = session.borrow().api.clone().ok_or_else(|| Problem::new(ProblemCode::ApiKeysRefused))?;
    open(ports, &access).await
}

async fn request_consumer_key(
    ports: &Ports,
    endpoint: &ApiEndpoint,
    (application_key, application_secret): (&SecretRef, &SecretRef),
    consumer_key: &SecretRef,
) -> Result<Answer, Problem> {
    let keys = ApiKeys::Application {
        application_key: secret(ports, application_key).await?,
        application_secret: secret(ports, application_secret).await?,
        consumer_key: None,
    };
    let made = ports.platforms.request_consumer_key(endpoint, &keys, &needed_rules()).await.map_err(|e| e.problem())?;
    ports.secrets.set(consumer_key, &made.consumer_key).await.map_err(|e| e.problem())?;
    Ok(Answer::ValidationUrl(made.validation_url))
}

/// A key that is not accepted yet is an answer; one that lacks a right is a problem that names it. Rights that are nowhere listed are
/// decided by the customer's IAM policy, call by call: nothing can be said to be missing then.
async fn check_credential(ports: &Ports, access: &ApiAccess) -> Result<Answer, Problem> {
    let credential = open(ports, access).await?.credential().await.map_err(|e| e.problem())?;
    match credential.status {
        CredentialStatus::Expired => return Err(Problem::new(ProblemCode::ConsumerKeyExpired)),
        CredentialStatus::Refused => return Err(Problem::new(ProblemCode::ApiKeysRefused)),
        CredentialStatus::PendingValidation => return Ok(Answer::Credential(credential)),
        CredentialStatus::Validated => {}
    }
    // Without any rule the rights are kept elsewhere (IAM), and are learnt with each call.
    match lacking_everywhere(&credential.rules).filter(|_| !credential.rules.is_empty()) {
        Some(rule) => Err(Problem::new(ProblemCode::AccessRuleMissing).with("rule", format!("{} {}", rule.method, rule.path))),
        None => Ok(Answer::Credential(credential)),
    }
}

async fn accounts(ports: &Ports, session: &watch::Receiver<Session>, service: ServiceId) -> Result<Answer, Problem> {
    let found = api(ports, session).await?.accounts(&service).await.map_err(|e| e.problem())?;
    Ok(Answer::Accounts(found.into_iter().map(|account| AccountFound { service: service.clone(), account }).collect()))
}

/// Logs in anew, so that it is seen; the connection is kept for what follows.
async fn logged_in(ports: &Ports, pool: &Arc<Pool>, door: Door, reference: &SecretRef) -> Result<Held, Problem> {
    let wanted = Wanted { door, password: secret(ports, reference).await?, purpose: Purpose::Copy, most: usize::MAX };
    pool.connect(ports.mail.as_ref(), &wanted).await.map_err(|e| e.problem())
}

async fn test_login(ports: &Ports, pool: &Arc<Pool>, door: Door, reference: &SecretRef) -> Result<Answer, Problem> {
    let mut connection = logged_in(ports, pool, door, reference).await?;
    let mailboxes = connection.list().await.map_err(|e| e.problem())?;
    let inbox = mailboxes.iter().find(|m| m.name.is_inbox()).map(|m| m.wire.clone());
    let inbox_messages = match inbox {
        Some(wire) => connection.examine(&wire).await.map_err(|e| e.problem())?.exists,
        None => 0,
    };
    let quota = connection.quota().await.map_err(|e| e.problem())?;
    let capabilities = connection.capabilities().clone();
    connection.give_back(ports.clock.now());
    Ok(Answer::Login(LoginProof { capabilities, mailboxes: mailboxes.len(), inbox_messages, quota }))
}

async fn refused(ports: &Ports, session: &watch::Receiver<Session>, id: MigrationId) -> Result<Answer, Problem> {
    let mailboxes: Vec<_> = session
        .borrow()
        .migration(id)
        .map(|m| m.mailboxes.values().filter(|b| b.refused > 0).map(|b| b.mapping.id).collect())
        .unwrap_or_default();
    let mut all = Vec::new();
    for mailbox in mailboxes {
        let rows = ports.journal.entries(id, mailbox, Some(EntryState::Refused)).await.map_err(|e| e.problem())?;
        all.extend(rows.into_iter().map(|row| RefusedMessage {
            mailbox,
            uid: row.source_uid,
            size: row.size,
            reason: row.reason.unwrap_or_default(),
        }));
    }
    Ok(Answer::Refused(all))
}
