//! From a protected stream to a logged-in connection: greeting, STARTTLS, AUTHENTICATE or LOGIN, capabilities read again, namespace.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::ability::Abilities;
use super::code::Code;
use super::command::Command;
use super::conversation::Conversation;
use super::namespace::{Namespace, delimiter};
use super::refusal::{is_not_allowed, login_refused};
use super::reply::{Outcome, Reply, Status};
use super::value::Value;
use crate::domain::ImapEndpoint;
use crate::ports::{Login, MailError};

/// The first words of a server.
#[derive(Debug, Default)]
pub(super) struct Greeting {
    pub(super) text: String,
    /// Capabilities, when the greeting tells them.
    pub(super) abilities: Option<Abilities>,
}

/// What is known after login.
#[derive(Debug)]
pub(super) struct Welcome {
    pub(super) abilities: Abilities,
    pub(super) namespace: Namespace,
}

/// Reads the greeting. A server that claims we are logged in already is not talked to: nobody proved who we are.
pub(super) async fn greeting(conversation: &mut Conversation, endpoint: &ImapEndpoint) -> Result<Greeting, MailError> {
    match conversation.next().await? {
        Reply::Notice(outcome) if outcome.status == Status::Ok => Ok(Greeting { abilities: told(&outcome), text: outcome.text }),
        Reply::Notice(outcome) => Err(MailError::Unreachable { host: endpoint.to_string(), cause: outcome.text }),
        _ => Err(MailError::Protocol("no IMAP greeting".to_owned())),
    }
}

/// Asks for TLS and returns once the server agreed; the stream must then be taken out and wrapped.
pub(super) async fn start_tls(conversation: &mut Conversation, endpoint: &ImapEndpoint) -> Result<(), MailError> {
    let outcome = conversation.ask(&Command::new("STARTTLS"), |_| {}).await?;
    if outcome.status == Status::Ok {
        return Ok(());
    }
    Err(MailError::Tls { host: endpoint.to_string(), cause: format!("STARTTLS refused: {}", outcome.text) })
}

/// Logs in and reads what the account's connection can do.
pub(super) async fn log_in(
    conversation: &mut Conversation,
    endpoint: &ImapEndpoint,
    login: &Login,
    greeting: &Greeting,
) -> Result<Welcome, MailError> {
    let before = match &greeting.abilities {
        Some(abilities) => abilities.clone(),
        None => capabilities(conversation).await?,
    };
    authenticate(conversation, endpoint, login, &before).await?;
    settle_in(conversation).await.map_err(|error| match error {
        // Exchange takes a wrong password and says so at the first command (dialects.md, "Bad password sign").
        MailError::Refused(refusal) if is_not_allowed(&refusal.text) => {
            MailError::NotAllowed { host: endpoint.to_string(), user: login.user.clone(), text: refusal.text }
        }
        error => error,
    })
}

async fn capabilities(conversation: &mut Conversation) -> Result<Abilities, MailError> {
    let mut words = Vec::new();
    conversation
        .run(&Command::new("CAPABILITY"), |reply| {
            if let Reply::Data(name, values) = reply
                && name == "CAPABILITY"
            {
                words.extend(values.iter().filter_map(Value::text));
            }
        })
        .await?;
    Ok(Abilities::new(words))
}

fn told(outcome: &Outcome) -> Option<Abilities> {
    match &outcome.code {
        Some(Code::Capability(words)) => Some(Abilities::new(words.clone())),
        _ => None,
    }
}

async fn authenticate(
    conversation: &mut Conversation,
    endpoint: &ImapEndpoint,
    login: &Login,
    abilities: &Abilities,
) -> Result<(), MailError> {
    let host = endpoint.to_string();
    let can_log_in = !abilities.has("LOGINDISABLED");
    if login.password.expose().contains('\0') || login.user.contains('\0') {
        let text = "a password with a NUL byte cannot be sent".to_owned();
        return Err(MailError::Login { host, user: login.user.clone(), text });
    }
    if abilities.has("AUTH=PLAIN") {
        let outcome = authenticate_plain(conversation, login, abilities).await?;
        match outcome.status {
            Status::Ok => return Ok(()),
            // BAD is about the command, not about the password: an old server may still take LOGIN.
            Status::Bad if can_log_in && !is_not_allowed(&outcome.text) => {}
            _ => return Err(conversation.fail(login_refused(&host, &login.user, &outcome))),
        }
    }
    if !can_log_in {
        let text = "the server offers no login with a password".to_owned();
        return Err(MailError::NotAllowed { host, user: login.user.clone(), text });
    }
    let command = Command::new("LOGIN").secret_string(&login.user).secret_string(login.password.expose());
    let outcome = conversation.ask(&command, |_| {}).await?;
    if outcome.status == Status::Ok { Ok(()) } else { Err(conversation.fail(login_refused(&host, &login.user, &outcome))) }
}

async fn authenticate_plain(conversation: &mut Conversation, login: &Login, abilities: &Abilities) -> Result<Outcome, MailError> {
    let plain = Zeroizing::new(format!("\0{}\0{}", login.user, login.password.expose()));
    let response = Zeroizing::new(STANDARD.encode(plain.as_bytes()));
    if abilities.has("SASL-IR") {
        return conversation.ask(&Command::new("AUTHENTICATE PLAIN").secret_word(&response), |_| {}).await;
    }
    let (tag, ended) = conversation.start(&Command::new("AUTHENTICATE PLAIN")).await?;
    let ended = match ended {
        None => conversation.go_ahead(&tag).await?,
        ended => ended,
    };
    if let Some(outcome) = ended {
        return Ok(outcome);
    }
    let line = Zeroizing::new(format!("{}\r\n", response.as_str()));
    conversation.send(line.as_bytes()).await?;
    conversation.finish(&tag, |_| {}).await
}

/// Capabilities again (they change with login), our name for the server's log, and the namespace.
async fn settle_in(conversation: &mut Conversation) -> Result<Welcome, MailError> {
    let abilities = capabilities(conversation).await?;
    if abilities.has("ID") {
        let id = format!("ID (\"name\" \"mailferry\" \"version\" \"{}\")", env!("CARGO_PKG_VERSION"));
        conversation.ask(&Command::new(id), |_| {}).await?;
    }
    let mut namespace = None;
    if abilities.has("NAMESPACE") {
        let outcome = conversation
            .ask(&Command::new("NAMESPACE"), |reply| {
                if let Reply::Data(name, values) = reply
                    && name == "NAMESPACE"
                {
                    namespace = Namespace::from_values(&values);
                }
            })
            .await?;
        if is_not_allowed(&outcome.text) {
            conversation.checked(outcome)?;
        }
    }
    let namespace = match namespace {
        Some(namespace) => namespace,
        None => Namespace { delimiter: root_delimiter(conversation).await?, ..Namespace::default() },
    };
    Ok(Welcome { abilities, namespace })
}

/// The delimiter that `LIST "" ""` tells (RFC 9051 §6.3.9).
async fn root_delimiter(conversation: &mut Conversation) -> Result<Option<char>, MailError> {
    let mut found = None;
    conversation
        .run(&Command::new("LIST \"\" \"\""), |reply| {
            if let Reply::Data(name, values) = reply
                && name == "LIST"
            {
                found = values.get(1).and_then(delimiter);
            }
        })
        .await?;
    Ok(found)
}
