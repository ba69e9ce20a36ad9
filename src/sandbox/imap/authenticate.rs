//! Greeting, capabilities, TLS and logins.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::mail::{Dialect, Oddity, Visit, login_text};
use super::args::Args;
use super::door::Protection;
use super::outcome::{Closed, Fail, Outcome, bad, no};
use super::session::Session;
use super::wire::Line;

impl Session<'_> {
    pub(super) fn greeting(&self) -> String {
        let manners = self.manners();
        let code = if manners.greets_with_capabilities { format!("[CAPABILITY {}] ", self.capabilities()) } else { String::new() };
        format!("* OK {code}{}", manners.greeting)
    }

    /// What is offered now.
    fn capabilities(&self) -> String {
        let manners = self.manners();
        match (&self.visit, &self.hall.protection) {
            (None, Protection::StartTls(_)) if !self.is_secured => {
                let words = manners.before_login.split(' ').filter(|word| !word.starts_with("AUTH="));
                words.chain(["STARTTLS", "LOGINDISABLED"]).collect::<Vec<_>>().join(" ")
            }
            (None, _) => manners.before_login.to_owned(),
            (Some(_), _) => manners.capabilities.to_owned(),
        }
    }

    pub(super) fn capability(&mut self) -> String {
        let line = format!("* CAPABILITY {}", self.capabilities());
        self.wire.say(&line);
        self.completed("CAPABILITY")
    }

    pub(super) fn id(&mut self) -> String {
        let software = self.manners().software;
        self.wire.say(&format!("* ID (\"name\" \"{software}\")"));
        self.completed("ID")
    }

    pub(super) fn logout(&mut self) -> Outcome {
        let text = match self.hall.dialect {
            Dialect::Exchange => "* BYE Microsoft Exchange Server IMAP4 server signing off.",
            Dialect::Zimbra => "* BYE Zimbra IMAP4rev1 server closing connection",
            _ => "* BYE Logging out",
        };
        self.wire.say(text);
        Err(Fail::Closed(Closed::Said))
    }

    pub(super) fn starttls(&mut self) -> Outcome {
        let hall = self.hall;
        let Protection::StartTls(config) = &hall.protection else { return Err(bad("TLS is not available.").into()) };
        if self.is_secured {
            return Err(bad("TLS is active already.").into());
        }
        self.is_secured = true;
        self.begin_tls = Some(Arc::clone(config));
        Ok("Begin TLS negotiation now.".to_owned())
    }

    pub(super) fn login(&mut self, mut args: Args) -> Outcome {
        let (user, password) = (args.text()?, args.text()?);
        args.end()?;
        self.enter(&user, &password, "LOGIN")
    }

    pub(super) async fn authenticate(&mut self, mut args: Args) -> Outcome {
        let is_offered = self.manners().before_login.contains("AUTH=PLAIN");
        if !args.word()?.eq_ignore_ascii_case("PLAIN") || !is_offered {
            return Err(no("[CANNOT] Unsupported authentication mechanism.").into());
        }
        self.may_log_in()?;
        let response = if args.peek().is_some() {
            args.text()?
        } else {
            self.wire.say("+ ");
            self.wire.flush().await?;
            match self.wire.line(self.line_limit()).await? {
                Line::Whole(line) => String::from_utf8_lossy(&line).into_owned(),
                Line::TooLong(_) => return Err(bad("Too long argument.").into()),
            }
        };
        if response == "*" {
            return Err(bad("Authentication aborted by client.").into());
        }
        let decoded = STANDARD.decode(response.trim()).map_err(|_| no("Invalid base64 data in continued response"))?;
        let decoded = String::from_utf8(decoded).map_err(|_| no("[AUTHENTICATIONFAILED] Authentication failed."))?;
        // authorisation identity NUL user NUL password (RFC 4616 §2)
        match decoded.split('\0').collect::<Vec<_>>().as_slice() {
            [as_whom, user, password] if as_whom.is_empty() || as_whom == user => self.enter(user, password, "AUTHENTICATE"),
            _ => Err(no("[AUTHENTICATIONFAILED] Authentication failed.").into()),
        }
    }

    fn may_log_in(&self) -> Result<(), Fail> {
        if self.visit.is_some() {
            return Err(bad("Already logged in.").into());
        }
        if !self.is_secured {
            return Err(no("[PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.").into());
        }
        Ok(())
    }

    fn enter(&mut self, user: &str, password: &str, command: &str) -> Outcome {
        self.may_log_in()?;
        let hall = self.hall;
        let key = hall.directory.authenticate(&hall.host, user, password).map_err(|refusal| no(login_text(hall.dialect, refusal)))?;
        self.visit = Some(Visit::begin(&hall.world, &key, hall.dialect)?);
        self.wire.gate.enter(&key);
        self.is_not_connected = self.wire.gate.is_odd(Oddity::NotConnected);
        Ok(if self.manners().greets_with_capabilities {
            format!("[CAPABILITY {}] Logged in", self.capabilities())
        } else {
            self.completed(command)
        })
    }
}
