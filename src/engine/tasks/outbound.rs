//! A message between its source and its target, with what it is.

use tokio::task::spawn_blocking;

use crate::domain::{ByteSize, Flags, Uid};
use crate::mailcopy::{Fingerprint, date_from_headers};
use crate::ports::{Body, FetchedMessage, OutgoingMessage};

use super::super::budget::Share;
use super::super::context::Failure;
use super::super::handle::panicked;

/// Batches of more bytes are looked at on another thread, so that connections are not kept waiting: hashing them takes milliseconds.
const LARGE_BATCH: u64 = 4 << 20;
/// The same where their content is looked at, which takes ten times as long.
const LARGE_BATCH_OF_CONTENT: u64 = 256 * 1024;
/// How much of a message is searched for a date.
const HEADERS: usize = 64 * 1024;

/// How closely messages are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Bytes alone: both servers keep them. Content is only needed when something went wrong, and can be looked at then.
    Bytes,
    /// Content too: a server on the way builds messages anew.
    Content,
}

/// A message as it came, with its share of the memory.
pub(super) struct Incoming {
    pub(super) message: FetchedMessage,
    pub(super) share: Share,
}

/// A message on its way; its share of the memory is given back when it is dropped.
pub(super) struct Outbound {
    pub(super) message: FetchedMessage,
    pub(super) fingerprint: Fingerprint,
    /// The message as read, where it was changed before it was sent.
    pub(super) original: Option<Body>,
    _share: Share,
}

impl Outbound {
    /// A message without a date of its own gets the one that its headers tell.
    ///
    /// # Errors
    /// When its bytes lie beside memory and cannot be read.
    fn new(incoming: Incoming, look: Look) -> std::io::Result<Self> {
        let Incoming { mut message, share } = incoming;
        if message.internal_date.is_none() {
            message.internal_date = date_from_headers(&message.body.part(0, HEADERS)?);
        }
        let fingerprint = match (look, message.body.in_memory()) {
            (Look::Content, Some(bytes)) => Fingerprint::of(bytes),
            (Look::Content, None) => Fingerprint::of(&message.body.load()?),
            (Look::Bytes, _) => message.body.exact(),
        };
        Ok(Self { message, fingerprint, original: None, _share: share })
    }

    /// Puts another form of the message in its place.
    pub(super) fn becomes(&mut self, bytes: Vec<u8>) {
        self.fingerprint = Fingerprint::of(&bytes);
        self.original = Some(std::mem::replace(&mut self.message.body, Body::from(bytes)));
    }

    pub(super) fn uid(&self) -> Uid {
        self.message.uid
    }

    pub(super) fn size(&self) -> ByteSize {
        ByteSize(self.message.body.len())
    }

    /// As it is sent; `adapt` says what of its flags and its date can be.
    pub(super) fn outgoing(&self, adapt: impl FnOnce(&FetchedMessage) -> (Flags, Option<crate::domain::InternalDate>)) -> OutgoingMessage {
        let (flags, internal_date) = adapt(&self.message);
        OutgoingMessage { flags, internal_date, body: self.message.body.clone() }
    }
}

/// Looks at a batch before it is sent.
pub(super) async fn look_at(batch: Vec<Incoming>, look: Look) -> Result<Vec<Outbound>, Failure> {
    let is_seen = |incoming: &&Incoming| look == Look::Bytes && incoming.message.body.is_hashed();
    let bytes: u64 = batch.iter().filter(|incoming| !is_seen(incoming)).map(|incoming| incoming.message.body.len()).sum();
    let all = move || batch.into_iter().map(|incoming| Outbound::new(incoming, look)).collect::<std::io::Result<Vec<Outbound>>>();
    let at_once = if look == Look::Bytes { LARGE_BATCH } else { LARGE_BATCH_OF_CONTENT };
    let looked =
        if bytes <= at_once { all() } else { spawn_blocking(all).await.map_err(|error| Failure::from(panicked(&error.to_string())))? };
    looked.map_err(|error| Failure::from(crate::problem::Problem::new(crate::problem::ProblemCode::DiskFull).because(error)))
}
