//! `--endpoint` and `--credentials-from`: where the keys of the API are. They name places; a key itself is never an argument.

use std::path::PathBuf;
use std::str::FromStr;

use crate::domain::ApiEndpoint;

/// A place that may have keys of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialsFrom {
    /// `OVH_…` of the environment.
    Environment,
    /// The first `ovh.conf` that the official clients would find.
    Files,
    /// This file.
    File(PathBuf),
    /// What another session left in the keyring.
    Keyring,
    /// Nowhere: they are typed.
    Nowhere,
}

/// A text that names no such place. It is not repeated: it may be a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("use env, file, file:PATH, keyring or none; a key itself never stands on the command line")]
pub struct PlaceError;

impl FromStr for CredentialsFrom {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "env" => Ok(Self::Environment),
            None if text == "file" => Ok(Self::Files),
            None if text == "keyring" => Ok(Self::Keyring),
            None if text == "none" => Ok(Self::Nowhere),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(PathBuf::from(path))),
            _ => Err(PlaceError),
        }
    }
}

/// An end point by its name or URL, as it was written.
pub(super) fn endpoint(text: &str) -> Result<String, crate::domain::EndpointError> {
    text.parse::<ApiEndpoint>().map(|_| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named_and_a_key_is_not_a_place() {
        assert_eq!("env".parse(), Ok(CredentialsFrom::Environment));
        assert_eq!("file".parse(), Ok(CredentialsFrom::Files));
        assert_eq!("file:/etc/ovh.conf".parse(), Ok(CredentialsFrom::File("/etc/ovh.conf".into())));
        assert_eq!("keyring".parse(), Ok(CredentialsFrom::Keyring));
        assert_eq!("none".parse(), Ok(CredentialsFrom::Nowhere));
        for text in ["", "7kbG7Bk7S9Nt7ZSV", "file:", "environment", "Env"] {
            assert_eq!(text.parse::<CredentialsFrom>(), Err(PlaceError), "{text}");
        }
    }
}
