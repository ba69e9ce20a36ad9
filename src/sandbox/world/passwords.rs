//! Rules for passwords, service by service: length, classes, own names, age, history (ovh-api.md §2.5, §2.7, §5.2).

use serde::{Deserialize, Serialize};

use super::Refusal;
use super::state::{AccountState, ServiceState};
use crate::domain::{Moment, PasswordPolicy, Platform};

const DAY_MILLIS: u64 = 86_400_000;

/// Rules beside the shortest length. The usual ones are Exchange's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PasswordRules {
    pub(crate) longest: Option<u32>,
    /// Three classes of characters, no blanks, no name of its own.
    pub(crate) is_complex: bool,
    /// A capital and a special character (Zimbra).
    pub(crate) needs_special: bool,
    pub(crate) min_age_days: u32,
    pub(crate) history: u32,
}

impl Default for PasswordRules {
    fn default() -> Self {
        Self { longest: None, is_complex: true, needs_special: false, min_age_days: 0, history: 0 }
    }
}

impl ServiceState {
    /// The rules as the service tells them.
    pub(crate) fn policy(&self) -> PasswordPolicy {
        let PasswordRules { longest, is_complex, needs_special, min_age_days, history } = self.rules;
        // Only where guides say it: the services of version 1 tell a shortest length and no longest one.
        let says_longest = matches!(self.id.platform, Platform::MxPlanLegacy | Platform::Zimbra);
        PasswordPolicy {
            shortest: Some(self.shortest_password),
            longest: longest.filter(|_| says_longest),
            is_complex,
            needs_special,
            min_age_days: (min_age_days > 0).then_some(min_age_days),
            history: (history > 0).then_some(history),
        }
    }

    /// Whether the rules allow a password for an account of this login and these names.
    pub(crate) fn takes_password(&self, password: &str, own_names: &[&str]) -> Result<(), Refusal> {
        match self.trouble(password, own_names) {
            Some(trouble) => Err(Refusal::PasswordRefused(format!("Invalid password: {trouble}"))),
            None => Ok(()),
        }
    }

    fn trouble(&self, password: &str, own_names: &[&str]) -> Option<String> {
        let rules = &self.rules;
        let length = password.chars().count();
        if length < self.shortest_password as usize {
            return Some(format!("at least {} characters are needed", self.shortest_password));
        }
        if let Some(longest) = rules.longest.filter(|longest| length > *longest as usize) {
            return Some(format!("at most {longest} characters are possible"));
        }
        // Guides: no accents where the length is limited to 30.
        if rules.longest == Some(30) && !password.is_ascii() {
            return Some("no accents".to_owned());
        }
        if rules.needs_special && !(password.chars().any(char::is_uppercase) && password.chars().any(|c| !c.is_alphanumeric())) {
            return Some("a capital and a special character are needed".to_owned());
        }
        if !rules.is_complex {
            return None;
        }
        let low = password.to_lowercase();
        if classes(password) < 3 {
            Some("three of capitals, small letters, digits and others are needed".to_owned())
        } else if password.contains(char::is_whitespace) {
            Some("no spaces".to_owned())
        } else if own_names.iter().any(|name| low.contains(&name.to_lowercase())) {
            Some("it contains the login or a part of the name".to_owned())
        } else {
            None
        }
    }

    /// Whether an account may have another password now, and this one.
    pub(crate) fn may_change_password(&self, account: &AccountState, password: &str, seed: u64, now: Moment) -> Result<(), Refusal> {
        let display = account.names.display.clone().unwrap_or_default();
        // Parts of one or two letters are in nearly every password: they do not count.
        let own: Vec<&str> = display.split_whitespace().filter(|part| part.len() > 2).chain([account.address.local()]).collect();
        self.takes_password(password, &own)?;
        let age = account.password_changed.map(|at| now.millis_since(at));
        if age.is_some_and(|age| age < u64::from(self.rules.min_age_days) * DAY_MILLIS) {
            return Err(Refusal::PasswordRefused("Invalid password: the last change is too recent (minPasswordAge)".to_owned()));
        }
        let remembered = account.past_passwords.iter().rev().take(self.rules.history as usize).chain(&account.password);
        if self.rules.history > 0 && remembered.into_iter().any(|known| known.accepts(seed, password)) {
            return Err(Refusal::PasswordRefused("Invalid password: it was used before (passwordHistoryCount)".to_owned()));
        }
        Ok(())
    }
}

/// Capitals, small letters, digits, other ASCII, everything else: how many of them are used.
fn classes(password: &str) -> usize {
    let classes: [fn(&char) -> bool; 5] = [
        char::is_ascii_uppercase,
        char::is_ascii_lowercase,
        char::is_ascii_digit,
        |c| c.is_ascii() && !c.is_ascii_alphanumeric(),
        |c| !c.is_ascii(),
    ];
    classes.iter().filter(|class| password.chars().any(|c| class(&c))).count()
}
