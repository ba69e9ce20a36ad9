//! What a server remembers of one connection's behaviour: errors, and like commands in a row.

use std::time::Duration;

use tokio::time::Instant;

use super::access::Dialect;
use super::manners::Manners;

/// After this long a like command is not like any more (zm-mailbox, `ImapHandler`).
const ALIKE_WITHIN: Duration = Duration::from_mins(5);

/// Commands that are compared; any other one starts the count anew.
const COMPARED: &[&str] =
    &["APPEND", "COPY", "CREATE", "EXAMINE", "FETCH", "LIST", "LSUB", "UID", "SEARCH", "SELECT", "SORT", "STORE", "XLIST"];

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Ended {
    Ok,
    No,
    Bad,
}

/// What is remembered.
#[derive(Debug)]
pub(in crate::sandbox) struct Conduct {
    manners: &'static Manners,
    errors: u32,
    last: Option<(String, Instant)>,
    alike: u32,
}

impl Conduct {
    pub(in crate::sandbox) const fn new(dialect: Dialect) -> Self {
        Self { manners: dialect.manners(), errors: 0, last: None, alike: 0 }
    }

    /// A command came, as it was said, without its tag and its literals.
    ///
    /// # Errors
    /// The server's last words.
    pub(in crate::sandbox) fn heard(&mut self, command: &str) -> Result<(), &'static str> {
        let Some(most) = self.manners.alike else { return Ok(()) };
        let verb = command.split(' ').next().unwrap_or_default();
        if !COMPARED.iter().any(|known| known.eq_ignore_ascii_case(verb)) {
            self.last = None;
            self.alike = 0;
            return Ok(());
        }
        let is_alike = self.last.take().is_some_and(|(last, when)| last == command && when.elapsed() < ALIKE_WITHIN);
        self.alike = if is_alike { self.alike + 1 } else { 1 };
        self.last = Some((command.to_owned(), Instant::now()));
        if self.alike > most { Err(self.manners.patience.bye) } else { Ok(()) }
    }

    /// A command ended.
    ///
    /// # Errors
    /// The server's last words.
    pub(in crate::sandbox) fn ended(&mut self, how: Ended) -> Result<(), &'static str> {
        let patience = self.manners.patience;
        let is_error = how == Ended::Bad || how == Ended::No && patience.counts_no;
        if is_error {
            self.errors += 1;
        } else if how == Ended::Ok && patience.ok_forgives {
            self.errors = 0;
        }
        if is_error && self.errors >= patience.most { Err(patience.bye) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_twenty_sixth_like_command_in_a_row_is_the_last() {
        let mut conduct = Conduct::new(Dialect::Zimbra);
        for round in 0..3 {
            for _ in 0..25 {
                assert!(conduct.heard("APPEND INBOX () {100+}").is_ok(), "{round}");
            }
            match round {
                0 => assert!(conduct.heard("NOOP").is_ok()),
                1 => tokio::time::advance(ALIKE_WITHIN).await,
                _ => assert!(conduct.heard("APPEND INBOX () {101+}").is_ok()),
            }
        }
        for _ in 0..24 {
            assert!(conduct.heard("APPEND INBOX () {101+}").is_ok());
        }
        assert!(conduct.heard("APPEND INBOX () {101+}").is_err());
        let mut other = Conduct::new(Dialect::Dovecot);
        assert!((0..99).all(|_| other.heard("APPEND INBOX () {100+}").is_ok()));
    }

    #[test]
    fn five_errors_in_a_row_end_a_zimbra_like_connection_and_ten_in_all_an_exchange_like_one() {
        let errors = |dialect: Dialect, ends: &[Ended]| {
            let mut conduct = Conduct::new(dialect);
            ends.iter().cycle().take(200).position(|end| conduct.ended(*end).is_err())
        };
        assert_eq!(errors(Dialect::Zimbra, &[Ended::No]), Some(4));
        assert_eq!(errors(Dialect::Zimbra, &[Ended::No, Ended::Ok]), None);
        assert_eq!(errors(Dialect::Exchange, &[Ended::No, Ended::Ok]), Some(18));
        assert_eq!(errors(Dialect::Dovecot, &[Ended::No]), None);
        assert_eq!(errors(Dialect::Dovecot, &[Ended::Bad]), Some(19));
    }
}
