//! Where a password comes from when nobody types it: the keyring, an open file descriptor, a private file, or the terminal.
//!
//! The password itself is never an argument and never in the environment: both can be read by others.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::domain::Secret;

/// Longer than any password; what is longer is the wrong file.
const LONGEST: usize = 4096;

/// Where a password comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSpec {
    /// The system's keyring, under the account's server and user name.
    Keyring,
    /// What can be read from this open file descriptor, until its end.
    FileDescriptor(u32),
    /// The content of a file that only its owner can read.
    File(PathBuf),
    /// Typed without echo.
    Prompt,
}

/// A text that names no such place. It is not repeated: it may be the password itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("use keyring, fd:N, file:PATH or prompt; the password itself never stands on the command line")]
pub struct SpecError;

/// Why a password could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// It cannot be opened or read.
    #[error("the password cannot be read from {place}: {cause}")]
    Unreadable {
        /// From where.
        place: String,
        /// What the system said.
        cause: io::Error,
    },
    /// Others can read the file.
    #[error("{path} can be read by others (mode {mode:o}): change that password's file with chmod 600, and use it then")]
    Exposed {
        /// The file.
        path: String,
        /// Its mode.
        mode: u32,
    },
    /// Empty, too long, several lines, or not UTF-8.
    #[error("{0} holds no password: one line of text is expected")]
    NotAPassword(String),
}

impl FromStr for SecretSpec {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "keyring" => Ok(Self::Keyring),
            None if text == "prompt" => Ok(Self::Prompt),
            Some(("fd", number)) if number.bytes().all(|b| b.is_ascii_digit()) => {
                number.parse().map(Self::FileDescriptor).map_err(|_| SpecError)
            }
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(PathBuf::from(path))),
            _ => Err(SpecError),
        }
    }
}

impl SecretSpec {
    /// Reads the password; `None` for the keyring, which the composition root asks.
    ///
    /// # Errors
    /// [`SecretError`].
    pub fn read(&self, question: &str) -> Result<Option<Secret>, SecretError> {
        match self {
            Self::Keyring => Ok(None),
            Self::FileDescriptor(number) => from_descriptor(*number).map(Some),
            Self::File(path) => from_file(path).map(Some),
            Self::Prompt => {
                let unreadable = |cause| SecretError::Unreadable { place: "the terminal".to_owned(), cause };
                let typed = rpassword::prompt_password(question).map_err(unreadable)?;
                if typed.is_empty() { Err(SecretError::NotAPassword("the terminal".to_owned())) } else { Ok(Some(Secret::new(typed))) }
            }
        }
    }
}

/// The kernel's own names of open files: taking over the number itself would need `unsafe`.
fn from_descriptor(number: u32) -> Result<Secret, SecretError> {
    let place = format!("file descriptor {number}");
    let opened = File::open(format!("/dev/fd/{number}")).or_else(|_| File::open(format!("/proc/self/fd/{number}")));
    let file = opened.map_err(|cause| SecretError::Unreadable { place: place.clone(), cause })?;
    read_line(file, &place)
}

fn from_file(path: &Path) -> Result<Secret, SecretError> {
    let place = path.display().to_string();
    let unreadable = |cause| SecretError::Unreadable { place: place.clone(), cause };
    let file = File::open(path).map_err(unreadable)?;
    // Asked of the open file: its name could point elsewhere a moment later.
    let data = file.metadata().map_err(unreadable)?;
    let mode = data.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(SecretError::Exposed { path: place, mode });
    }
    if !data.is_file() {
        return Err(SecretError::NotAPassword(place));
    }
    read_line(file, &place)
}

fn read_line(file: File, place: &str) -> Result<Secret, SecretError> {
    // Room for everything at once, so that no copy stays behind where a smaller buffer was.
    let mut bytes = Vec::with_capacity(LONGEST + 64);
    let read = file.take(LONGEST as u64 + 1).read_to_end(&mut bytes);
    let is_too_long = bytes.len() > LONGEST;
    let text = String::from_utf8(bytes);
    read.map_err(|cause| SecretError::Unreadable { place: place.to_owned(), cause })?;
    let not_a_password = || SecretError::NotAPassword(place.to_owned());
    let mut text = text.map_err(|_| not_a_password())?;
    for end in ['\n', '\r'] {
        if text.ends_with(end) {
            text.pop();
        }
    }
    let secret = Secret::new(text);
    let is_one_line = !secret.expose().contains(['\n', '\r', '\0']);
    if secret.is_empty() || is_too_long || !is_one_line { Err(not_a_password()) } else { Ok(secret) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::fd::AsRawFd;

    #[test]
    fn places_are_named_and_a_password_is_not_a_place() {
        assert_eq!("keyring".parse(), Ok(SecretSpec::Keyring));
        assert_eq!("prompt".parse(), Ok(SecretSpec::Prompt));
        assert_eq!("fd:3".parse(), Ok(SecretSpec::FileDescriptor(3)));
        assert_eq!("file:/a:b".parse(), Ok(SecretSpec::File("/a:b".into())));
        for text in ["", "hunter2", "fd:", "fd:-1", "fd:x", "file:", "Keyring", "env:PASSWORD"] {
            assert_eq!(text.parse::<SecretSpec>(), Err(SpecError), "{text}");
        }
    }

    fn written(folder: &Path, content: &[u8], mode: u32) -> SecretSpec {
        let path = folder.join("secret");
        fs::write(&path, content).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("mode");
        SecretSpec::File(path)
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        for mode in [0o644, 0o640, 0o604, 0o620, 0o777] {
            let refused = written(folder.path(), b"hunter2", mode).read("");
            assert!(matches!(refused, Err(SecretError::Exposed { mode: seen, .. }) if seen == mode), "{mode:o}");
        }
        for content in [&b"hunter2"[..], b"hunter2\n", b"hunter2\r\n"] {
            let read = written(folder.path(), content, 0o600).read("").expect("read");
            assert_eq!(read, Some(Secret::new("hunter2")));
        }
        let spaces = written(folder.path(), " p\u{e4}ss ".as_bytes(), 0o400).read("").expect("read");
        assert_eq!(spaces, Some(Secret::new(" p\u{e4}ss ")), "blanks belong to the password");
    }

    #[test]
    fn what_is_not_one_line_of_text_is_no_password() {
        let folder = tempfile::tempdir().expect("a folder");
        for content in [&b""[..], b"\n", b"a\nb", b"\xff\xfe", &[b'x'; LONGEST + 1]] {
            let refused = written(folder.path(), content, 0o600).read("");
            assert!(matches!(refused, Err(SecretError::NotAPassword(_))), "{refused:?}");
        }
        let missing = SecretSpec::File(folder.path().join("nothing")).read("");
        assert!(matches!(missing, Err(SecretError::Unreadable { .. })));
    }

    #[test]
    fn a_password_comes_from_an_open_descriptor() {
        let mut file = tempfile::tempfile().expect("a file without a name");
        io::Write::write_all(&mut file, b"hunter2\n").expect("written");
        let number = u32::try_from(file.as_raw_fd()).expect("a number");
        assert_eq!(SecretSpec::FileDescriptor(number).read("").expect("read"), Some(Secret::new("hunter2")));
        let refused = SecretSpec::FileDescriptor(9_999).read("");
        assert!(matches!(refused, Err(SecretError::Unreadable { place, .. }) if place == "file descriptor 9999"));
    }
}
