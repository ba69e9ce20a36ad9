//! Consumer keys: asked for, accepted or refused by a person, limited to their rules, ending (ovh-api.md §1.3).

use super::Refusal;
use super::credential_text::{ACCESS_TOKEN, derived};
use super::state::{AccessToken, ConsumerKey, State};
use super::time::Turn;
use crate::domain::{AccessRule, CredentialStatus};

/// How long an accepted key lives: a day, as the real page preselects.
const LIFE_MILLIS: u64 = 24 * 3_600_000;

/// Why a consumer key does not open a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denial {
    /// Nobody knows it.
    Unknown,
    /// It waits for a person, or was refused by one.
    NotAccepted,
    /// It is over.
    Expired,
    /// It has no rule for the call.
    NotGranted,
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Caller {
    /// An application with a consumer key.
    Key(String),
    /// Somebody with an access token.
    Bearer(String),
}

/// Seconds for which an access token is good (`expires_in`).
pub(crate) const TOKEN_SECONDS: u64 = 3_599;

impl ConsumerKey {
    /// The key itself.
    pub(crate) fn text(&self, seed: u64) -> String {
        derived(seed, "consumer-key", &self.number.to_string(), 32)
    }

    /// The token in the address of the page on which it is accepted.
    pub(crate) fn token(&self, seed: u64) -> String {
        derived(seed, "credential-token", &self.number.to_string(), 48)
    }

    /// Its state now.
    pub(crate) fn status(&self, turn: Turn) -> CredentialStatus {
        let is_over = self.expires.is_some_and(|end| end <= turn.now);
        if is_over && self.status == CredentialStatus::Validated { CredentialStatus::Expired } else { self.status }
    }

    /// Whether its rules allow a call. The path is without the version: `/email/pro`.
    pub(crate) fn allows(&self, method: &str, path: &str) -> bool {
        self.rules.iter().any(|rule| rule.method.eq_ignore_ascii_case(method) && matches_pattern(&rule.path, path))
    }
}

/// Whether a path matches a pattern in which `*` stands for anything, slashes too.
pub(crate) fn matches_pattern(pattern: &str, path: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| path.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

impl State {
    /// `POST /auth/credential`: a key that is of no use until somebody accepts it.
    pub(crate) fn ask_for_key(&mut self, rules: Vec<AccessRule>, redirection: Option<String>, turn: Turn) -> ConsumerKey {
        let key = ConsumerKey {
            number: self.number(),
            status: CredentialStatus::PendingValidation,
            rules,
            redirection,
            created: turn.now,
            expires: None,
        };
        self.consumer_keys.push(key.clone());
        key
    }

    /// The key of this text.
    pub(crate) fn consumer_key(&self, text: &str) -> Option<&ConsumerKey> {
        self.consumer_keys.iter().find(|k| k.text(self.seed) == text)
    }

    /// A new access token for the service account.
    pub(crate) fn give_token(&mut self, turn: Turn) -> String {
        let number = self.number();
        self.tokens.retain(|token| token.expires > turn.now);
        self.tokens.push(AccessToken { number, expires: turn.now.plus_millis(TOKEN_SECONDS * 1_000) });
        self.token_text(number)
    }

    fn token_text(&self, number: i64) -> String {
        derived(self.seed, "access-token", &number.to_string(), 64)
    }

    /// Whether somebody may make a call. The path is without the version, but for `/v2`.
    pub(crate) fn admit(&self, caller: &Caller, call: (&str, &str), turn: Turn) -> Result<(), Denial> {
        match caller {
            Caller::Key(text) => self.admit_key(text, call, turn),
            Caller::Bearer(text) if text == ACCESS_TOKEN => Ok(()),
            Caller::Bearer(text) => match self.tokens.iter().find(|token| self.token_text(token.number) == *text) {
                Some(token) if token.expires > turn.now => Ok(()),
                Some(_) => Err(Denial::Expired),
                None => Err(Denial::Unknown),
            },
        }
    }

    fn admit_key(&self, text: &str, call: (&str, &str), turn: Turn) -> Result<(), Denial> {
        let key = self.consumer_key(text).ok_or(Denial::Unknown)?;
        match key.status(turn) {
            CredentialStatus::PendingValidation | CredentialStatus::Refused => Err(Denial::NotAccepted),
            CredentialStatus::Expired => Err(Denial::Expired),
            // A key may always ask about itself.
            CredentialStatus::Validated if call.1 == "/auth/currentCredential" || key.allows(call.0, call.1) => Ok(()),
            CredentialStatus::Validated => Err(Denial::NotGranted),
        }
    }

    /// The key that is accepted under this token.
    pub(crate) fn key_of_token(&self, token: &str) -> Result<&ConsumerKey, Refusal> {
        let missing = || Refusal::NotFound("credentialToken".to_owned());
        self.consumer_keys.iter().find(|k| k.token(self.seed) == token).ok_or_else(missing)
    }

    /// A person's answer on the page: only the first one counts.
    pub(crate) fn answer_key(&mut self, token: &str, status: CredentialStatus, turn: Turn) -> Result<ConsumerKey, Refusal> {
        let number = self.key_of_token(token)?.number;
        let key = self.key_mut(number)?;
        if key.status == CredentialStatus::PendingValidation {
            key.status = status;
            key.expires = Some(turn.now.plus_millis(LIFE_MILLIS));
        }
        Ok(key.clone())
    }

    /// `POST /auth/logout` and keys that a test lets expire.
    pub(crate) fn end_key(&mut self, number: i64) -> Result<(), Refusal> {
        self.key_mut(number)?.status = CredentialStatus::Expired;
        Ok(())
    }

    fn key_mut(&mut self, number: i64) -> Result<&mut ConsumerKey, Refusal> {
        self.consumer_keys.iter_mut().find(|k| k.number == number).ok_or_else(|| Refusal::NotFound(format!("credentialId = {number}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, path, expected) in [
            ("/email/exchange/*", "/email/exchange/a/service/b", true),
            ("/email/exchange/*", "/email/exchange", false),
            ("/email/exchange*", "/email/exchange", true),
            ("/me", "/me", true),
            ("/me", "/me/bill", false),
            ("/*", "/me", true),
            ("/email/*/account/*/alias", "/email/pro/x/account/y/alias", true),
            ("/email/*/account/*/alias", "/email/pro/x/account/y/alias/z", false),
            ("*", "/anything", true),
        ] {
            assert_eq!(matches_pattern(pattern, path), expected, "{pattern} {path}");
        }
    }
}
