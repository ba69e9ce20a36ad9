//! `mailferry passwords`: the passwords of new accounts, handed over in an encrypted file, and read from one again.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use crate::domain::{EmailAddress, Secret, SessionId};

use super::args::Terminal;
use super::ending::Ending;
use super::secret_spec::{SecretError, SecretSpec};

/// Shorter passphrases are found by trying.
const SHORTEST_PASSPHRASE: usize = 10;

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordsRequest {
    /// Put the passwords of a session's new accounts into an encrypted file.
    Export {
        /// The session.
        id: SessionId,
        /// The file, which is not there yet.
        out: PathBuf,
        /// Where the passphrase comes from.
        passphrase: SecretSpec,
    },
    /// Print what such a file holds.
    Open {
        /// The file.
        file: PathBuf,
        /// Where the passphrase comes from.
        passphrase: SecretSpec,
    },
}

/// Hand the passwords of new accounts over, in an encrypted file
///
/// Mailferry makes a password for every account that it creates and keeps it in this system's keyring, until the session is finished
/// and forgets it. This puts the addresses and passwords of a session into a file that is encrypted with a passphrase (argon2id,
/// XChaCha20-Poly1305) and readable by its owner only. Nothing is ever written in clear: --open prints to the terminal.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mailferry passwords 7F3K-QX --out new-accounts.vault
  mailferry passwords --open new-accounts.vault")]
pub(super) struct PasswordsArgs {
    /// The session, such as 7F3K-QX
    #[arg(value_name = "ID", requires = "out", conflicts_with = "open", required_unless_present = "open")]
    id: Option<SessionId>,
    /// Write the encrypted file here; what is there already is not replaced
    #[arg(long, value_name = "FILE", requires = "id")]
    out: Option<PathBuf>,
    /// Print what such a file holds, as CSV, to the terminal
    #[arg(long, value_name = "FILE")]
    open: Option<PathBuf>,
    #[arg(long, value_name = "SPEC", default_value = "prompt")]
    #[arg(help = "Where the passphrase comes from: fd:N, file:PATH (mode 0600) or prompt")]
    passphrase_from: SecretSpec,
}

impl PasswordsArgs {
    /// What is asked for.
    pub(super) fn request(self, terminal: Terminal) -> Result<PasswordsRequest, Ending> {
        let passphrase = self.passphrase_from;
        match (&passphrase, terminal) {
            (SecretSpec::Keyring, _) => {
                return Err(Ending::usage("a passphrase does not come from the keyring: use prompt, fd:N or file:PATH"));
            }
            (SecretSpec::Prompt, Terminal::Absent) => {
                return Err(Ending::usage("the passphrase is asked for in a terminal, and there is none here: use --passphrase-from"));
            }
            _ => {}
        }
        match (self.open, self.id, self.out) {
            (Some(_), ..) if terminal == Terminal::Absent => {
                Err(Ending::usage("passwords are printed to a terminal only, and there is none here: nothing is written in clear"))
            }
            (Some(file), ..) => Ok(PasswordsRequest::Open { file, passphrase }),
            (None, Some(id), Some(out)) => Ok(PasswordsRequest::Export { id, out, passphrase }),
            _ => Err(Ending::usage("name a session and --out FILE, or --open FILE")),
        }
    }
}

/// A new account and its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordRow {
    /// Its address.
    pub address: EmailAddress,
    /// User name of its mail programs.
    pub user: String,
    /// IMAP server.
    pub host: String,
    /// The password.
    pub password: Secret,
}

/// All rows as CSV (RFC 4180) with a heading; the text itself is a secret.
pub fn passwords_as_csv(rows: &[PasswordRow]) -> Secret {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let line = |row: &PasswordRow| {
        let cells = [&row.address.to_string(), row.password.expose(), &row.user, &row.host].map(quoted);
        cells.join(",") + "\r\n"
    };
    // Room for everything at once, so that no copy stays behind where a smaller buffer was.
    let mut text = String::with_capacity(64 + rows.len() * 512);
    text.push_str("address,password,user,imap server\r\n");
    for row in rows {
        text.push_str(&line(row));
    }
    Secret::new(text)
}

/// Prints what was in the file.
///
/// # Errors
/// As the stream.
pub fn print_passwords(out: &mut dyn Write, csv: &Secret) -> io::Result<()> {
    out.write_all(csv.expose().replace("\r\n", "\n").as_bytes())?;
    out.flush()
}

/// Why there is no passphrase.
#[derive(Debug, thiserror::Error)]
pub enum PassphraseError {
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(#[from] SecretError),
    /// It was typed in two ways.
    #[error("the two passphrases are not the same: nothing was written")]
    Different,
    /// It is found by trying.
    #[error("the passphrase is too short: use {SHORTEST_PASSPHRASE} characters or more, several words for example")]
    Short,
}

/// Reads the passphrase of a file that is there.
///
/// # Errors
/// [`PassphraseError::Unreadable`].
pub fn passphrase(spec: &SecretSpec) -> Result<Secret, PassphraseError> {
    Ok(spec.read("Passphrase of the file: ")?.unwrap_or_else(|| Secret::new(String::new())))
}

/// Reads the passphrase of a file that is to be written: typed twice.
///
/// # Errors
/// [`PassphraseError`].
pub fn new_passphrase(spec: &SecretSpec) -> Result<Secret, PassphraseError> {
    let first = spec.read("New passphrase for the file: ")?.unwrap_or_else(|| Secret::new(String::new()));
    if first.expose().chars().count() < SHORTEST_PASSPHRASE {
        return Err(PassphraseError::Short);
    }
    if *spec == SecretSpec::Prompt && spec.read("The same passphrase again: ")?.as_ref() != Some(&first) {
        return Err(PassphraseError::Different);
    }
    Ok(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_quoted_so_that_no_sign_ends_a_cell() {
        let row = |password: &str| PasswordRow {
            address: "anna@mydomain.ovh".parse().expect("an address"),
            user: "anna@mydomain.ovh".to_owned(),
            host: "pro1.mail.ovh.net".to_owned(),
            password: Secret::new(password),
        };
        let csv = passwords_as_csv(&[row("a,b\"c"), row("=1+1")]);
        let mut printed = Vec::new();
        print_passwords(&mut printed, &csv).expect("printed");
        insta::assert_snapshot!(String::from_utf8(printed).expect("text"), @r#"
        address,password,user,imap server
        "anna@mydomain.ovh","a,b""c","anna@mydomain.ovh","pro1.mail.ovh.net"
        "anna@mydomain.ovh","=1+1","anna@mydomain.ovh","pro1.mail.ovh.net"
        "#);
        assert!(!format!("{csv:?}").contains("a,b"));
    }

    #[test]
    fn a_short_passphrase_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("passphrase");
        let written = |text: &str| {
            std::fs::write(&path, text).expect("written");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("mode");
            new_passphrase(&SecretSpec::File(path.clone()))
        };
        assert!(matches!(written("short\n"), Err(PassphraseError::Short)));
        assert_eq!(written("three good words\n").expect("long enough"), Secret::new("three good words"));
    }
}
