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

/// Logs in and reads what the account's connection can do. `known`: where an earlier connection found the account's mailboxes.
pub(super) async fn log_in(
    conversation: &mut Conversation,
    endpoint: &ImapEndpoint,
    login: &Login,
    greeting: &Greeting,
    known: Option<Namespace>,
) -> Result<Welcome, MailError> {
    let before = match &greeting.abilities {
        Some(abilities) => abilities.clone(),
        None => capabilities(conversation).await?,
    };
    let after = authenticate(conversation, endpoint, login, &before).await?;
    settle_in(conversation, after, known).await.map_err(|error| match error {
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

/// What a server says of itself while somebody logs in: beside the answer, or in it.
#[derive(Debug, Default)]
struct Overheard(Option<Abilities>);

impl Overheard {
    fn learn(&mut self, reply: &Reply) {
        if let Reply::Data(name, values) = reply
            && name == "CAPABILITY"
        {
            self.0 = Some(Abilities::new(values.iter().filter_map(Value::text).collect()));
        }
    }
}

/// Logs in; the capabilities of the account's connection if the server says them in passing.
async fn authenticate(
    conversation: &mut Conversation,
    endpoint: &ImapEndpoint,
    login: &Login,
    abilities: &Abilities,
) -> Result<Option<Abilities>, MailError> {
    let host = endpoint.to_string();
    let can_log_in = !abilities.has("LOGINDISABLED");
    if login.password.expose().contains('\0') || login.user.contains('\0') {
        let text = "a password with a NUL byte cannot be sent".to_owned();
        return Err(MailError::Login { host, user: login.user.clone(), text });
    }
    let mut overheard = Overheard::default();
    if abilities.has("AUTH=PLAIN") {
        let outcome = authenticate_plain(conversation, login, abilities, &mut overheard).await?;
        match outcome.status {
            Status::Ok => return Ok(told(&outcome).or(overheard.0)),
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
    let outcome = conversation.ask(&command, |reply| overheard.learn(&reply)).await?;
    if outcome.status == Status::Ok {
        Ok(told(&outcome).or(overheard.0))
    } else {
        Err(conversation.fail(login_refused(&host, &login.user, &outcome)))
    }
}

async fn authenticate_plain(
    conversation: &mut Conversation,
    login: &Login,
    abilities: &Abilities,
    overheard: &mut Overheard,
) -> Result<Outcome, MailError> {
    let plain = Zeroizing::new(format!("\0{}\0{}", login.user, login.password.expose()));
    let response = Zeroizing::new(STANDARD.encode(plain.as_bytes()));
    if abilities.has("SASL-IR") {
        return conversation.ask(&Command::new("AUTHENTICATE PLAIN").secret_word(&response), |reply| overheard.learn(&reply)).await;
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
    conversation.finish(&tag, |reply| overheard.learn(&reply)).await
}

/// Capabilities again unless they were said (they change with login); then, unless an earlier connection did it, our name for the
/// server's log and the namespace, in one round trip.
async fn settle_in(conversation: &mut Conversation, after: Option<Abilities>, known: Option<Namespace>) -> Result<Welcome, MailError> {
    let abilities = match after {
        Some(abilities) => abilities,
        None => capabilities(conversation).await?,
    };
    if let Some(namespace) = known {
        return Ok(Welcome { abilities, namespace });
    }
    let mut commands = Vec::new();
    if abilities.has("ID") {
        commands.push(Command::new(format!("ID (\"name\" \"mailferry\" \"version\" \"{}\")", env!("CARGO_PKG_VERSION"))));
    }
    if abilities.has("NAMESPACE") {
        commands.push(Command::new("NAMESPACE"));
    }
    let mut namespace = None;
    let learn = |_, reply| {
        if let Reply::Data(name, values) = reply
            && name == "NAMESPACE"
        {
            namespace = Namespace::from_values(&values);
        }
    };
    for outcome in conversation.ask_all(&commands, commands.len(), learn).await? {
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
