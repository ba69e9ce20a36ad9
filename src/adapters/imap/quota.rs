//! GETQUOTAROOT (RFC 9208): how much the account holds.

use super::command::Command;
use super::connection::ImapConnection;
use super::reply::{Reply, Status};
use super::value::Value;
use crate::domain::{ByteSize, Quota, WireName};
use crate::ports::MailError;

impl ImapConnection {
    /// The tightest STORAGE of the inbox's roots; none where the server does not say.
    pub(super) async fn storage(&mut self) -> Result<Option<Quota>, MailError> {
        if !self.capabilities.has_quota {
            return Ok(None);
        }
        let mut found: Option<Quota> = None;
        let command = Command::new("GETQUOTAROOT").mailbox(&WireName("INBOX".to_owned()));
        let learn = |reply| {
            if let Reply::Data(name, values) = reply
                && name == "QUOTA"
                && let Some(quota) = values.last().and_then(Value::list).and_then(storage_in)
            {
                let room = |quota: &Quota| quota.limit.0.saturating_sub(quota.used.0);
                found = Some(found.filter(|before| room(before) <= room(&quota)).unwrap_or(quota));
            }
        };
        let outcome = self.conversation.ask(&command, learn).await?;
        if outcome.status == Status::Ok { Ok(found) } else { Ok(None) }
    }
}

/// `(STORAGE used limit …)` in units of 1024 bytes; an unlimited account (`-1`, `0`) has no quota.
fn storage_in(resources: &[Value]) -> Option<Quota> {
    let triple = resources.chunks(3).find(|triple| triple[0].is_atom("STORAGE"))?;
    let bytes = |at: usize| triple.get(at).and_then(Value::number).map(|kib| ByteSize(kib.saturating_mul(1024)));
    let quota = Quota { used: bytes(1)?, limit: bytes(2)? };
    (quota.limit.0 > 0).then_some(quota)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::super::value::read_values;
    use super::*;

    #[test]
    fn storage_is_counted_in_kibibytes_and_unlimited_is_none() {
        let read = |text: &'static str| storage_in(&read_values(&Bytes::from_static(text.as_bytes())).expect("values"));
        assert_eq!(read("MESSAGE 1 10 STORAGE 10 512 "), Some(Quota { used: ByteSize(10_240), limit: ByteSize(524_288) }));
        assert_eq!(read("STORAGE 10 -1"), None);
        assert_eq!(read("STORAGE 10 0"), None);
        assert_eq!(read(""), None);
    }
}
