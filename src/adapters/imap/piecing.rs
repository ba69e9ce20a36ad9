//! Reading one message in pieces, where a server does not give it whole: header and text apart, then stretches of bytes.
//!
//! A server that stumbles over a message does so while it builds `BODY[]`; parts of it may still come. Header and text put together
//! can differ from the message as the server would give it whole, so nothing here happens unasked.

use super::command::Command;
use super::connection::ImapConnection;
use super::fetched::Fetched;
use super::reply::{Reply, Status};
use crate::domain::Uid;
use crate::ports::{Body, FetchedMessage, MailError};

/// Bytes of one stretch.
const STRETCH: usize = 65_536;
/// Longer messages are not put together: it is done in memory.
const LONGEST: usize = 64 << 20;

impl ImapConnection {
    pub(super) async fn in_pieces(&mut self, uid: Uid) -> Result<Option<FetchedMessage>, MailError> {
        let Some(marks) = self.piece(uid, "(UID FLAGS INTERNALDATE RFC822.SIZE)").await? else { return Ok(None) };
        let is_whole = |bytes: &Vec<u8>| marks.size.is_none_or(|size| bytes.len() as u64 == size);
        let mut bytes = self.header_and_text(uid).await?;
        if !bytes.as_ref().is_some_and(is_whole) {
            // A part may have come short. Of a server that counts wrong the longer one is taken.
            let stretches = self.stretches(uid).await?;
            bytes = bytes.into_iter().chain(stretches).max_by_key(|bytes| (is_whole(bytes), bytes.len()));
        }
        Ok(bytes.filter(|bytes| !bytes.is_empty()).map(|bytes| FetchedMessage {
            uid,
            flags: marks.flags.unwrap_or_default(),
            internal_date: marks.internal_date,
            body: Body::from(bytes),
        }))
    }

    async fn header_and_text(&mut self, uid: Uid) -> Result<Option<Vec<u8>>, MailError> {
        let Some(mut bytes) = self.bytes(uid, "(UID BODY.PEEK[HEADER])").await? else { return Ok(None) };
        let Some(text) = self.bytes(uid, "(UID BODY.PEEK[TEXT])").await? else { return Ok(None) };
        bytes.extend_from_slice(&text);
        Ok(Some(bytes))
    }

    async fn stretches(&mut self, uid: Uid) -> Result<Option<Vec<u8>>, MailError> {
        let mut bytes: Vec<u8> = Vec::new();
        while bytes.len() < LONGEST {
            let Some(stretch) = self.bytes(uid, &format!("(UID BODY.PEEK[]<{}.{STRETCH}>)", bytes.len())).await? else { return Ok(None) };
            // A server that gives more than it was asked for does not know stretches.
            if stretch.len() > STRETCH {
                return Ok(None);
            }
            bytes.extend_from_slice(&stretch);
            if stretch.len() < STRETCH {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    async fn bytes(&mut self, uid: Uid, items: &str) -> Result<Option<Vec<u8>>, MailError> {
        let Some(body) = self.piece(uid, items).await?.and_then(|fetched| fetched.body) else { return Ok(None) };
        let bytes = body.load().map_err(|error| MailError::unread(&error))?;
        Ok(Some(bytes.to_vec()))
    }

    /// What the server says of one message; `None` when it refuses or says nothing.
    async fn piece(&mut self, uid: Uid, items: &str) -> Result<Option<Fetched>, MailError> {
        let mut found: Option<Fetched> = None;
        let learn = |reply| {
            if let Reply::Fetch(fetched) = reply
                && fetched.uid == Some(uid)
                && (fetched.body.is_some() || found.is_none())
            {
                found = Some(*fetched);
            }
        };
        let outcome = self.conversation.ask(&Command::new(format!("UID FETCH {uid} {items}")), learn).await?;
        if outcome.status == Status::Ok {
            return Ok(found);
        }
        // A command that works: servers drop connections after a few errors in a row.
        self.conversation.run(&Command::new("NOOP"), |_| {}).await?;
        Ok(None)
    }
}
