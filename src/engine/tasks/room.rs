//! Whether a refusal means that the account is full: some servers say so, others refuse and say nothing.

use crate::domain::ByteSize;
use crate::ports::{MailConnection, MailError, Refusal, RefusalKind};

/// Whether there is no room for a message of this size. A server that does not say why (`NO APPEND failed`) is asked for its quota:
/// else a full account would cost every message that is left.
pub(super) async fn is_full(target: &mut dyn MailConnection, refusal: &Refusal, size: ByteSize) -> Result<bool, MailError> {
    match refusal.kind {
        RefusalKind::Quota => return Ok(true),
        RefusalKind::Unsaid if target.capabilities().has_quota => {}
        _ => return Ok(false),
    }
    match target.quota().await {
        Ok(quota) => Ok(quota.is_some_and(|quota| quota.used.0.saturating_add(size.0) > quota.limit.0)),
        Err(MailError::Refused(_)) => Ok(false),
        Err(error) => Err(error),
    }
}
