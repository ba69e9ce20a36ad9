//! The bytes of a message: kept as they came, or named by what makes them again.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::generate::Catalogue;
use super::rebuild::rebuilt;

/// In which form a generated message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Form {
    /// As generated.
    Plain,
    /// As an Exchange-like server gives it back.
    Rebuilt,
}

/// Names a generated message: catalogue of the world, entry in it, form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(in crate::sandbox) struct Recalled {
    /// Number of the catalogue, in the order of fills.
    pub(super) catalogue: u32,
    /// Entry in the catalogue.
    pub(super) entry: u32,
    /// Form.
    pub(super) form: Form,
}

/// Bytes of one message. Cloning is cheap.
#[derive(Debug, Clone)]
pub(in crate::sandbox) enum Blob {
    /// Made again whenever they are wanted.
    Generated(Arc<Catalogue>, Recalled),
    /// Kept.
    Kept(Bytes),
}

impl Blob {
    /// The bytes as stored.
    pub(in crate::sandbox) fn bytes(&self) -> Bytes {
        match self {
            Self::Kept(bytes) => bytes.clone(),
            Self::Generated(catalogue, recalled) => {
                let plain = catalogue.compose(recalled.entry);
                let bytes = if recalled.form == Form::Rebuilt { rebuilt(&plain) } else { plain };
                catalogue.remember_size(recalled.entry, recalled.form, bytes.len());
                bytes
            }
        }
    }

    /// How many bytes are stored.
    pub(in crate::sandbox) fn size(&self) -> u64 {
        match self {
            Self::Kept(bytes) => bytes.len() as u64,
            Self::Generated(catalogue, recalled) => {
                catalogue.known_size(recalled.entry, recalled.form).unwrap_or_else(|| self.bytes().len() as u64)
            }
        }
    }
}
