//! Messages that the source refuses to give whole, again and again: read in pieces and sent alone, marked as such.
//!
//! What does not come in pieces either is asked for on the usual way again, until a person decides.

use crate::ports::Weighed;

use super::super::budget::Budget;
use super::super::context::{Failure, TaskContext};
use super::outbound::{Incoming, Look, look_at};
use super::prepare::Prepared;
use super::sending::Sender;

/// Copies those of the missing messages that are to be read in pieces; answers what is left to be copied.
pub(super) async fn copy_in_pieces(context: &TaskContext, prepared: &mut Prepared, missing: Vec<Weighed>) -> Result<Vec<Weighed>, Failure> {
    let sender = Sender::new(context, prepared.ends.clone());
    let (withheld, mut left): (Vec<_>, Vec<_>) =
        missing.into_iter().partition(|message| context.is_read_in_pieces(sender.key(message.uid)));
    for message in withheld {
        if context.is_stopping() {
            return Ok(left);
        }
        let Some(fetched) = prepared.source.fetch_in_pieces(message.uid).await? else {
            left.push(message);
            continue;
        };
        let batch = look_at(vec![Incoming { message: fetched, share: Budget::none() }], Look::Content).await?;
        let intended = sender.intend_pieced(batch, message.uid).await?;
        if let Some(intended) = sender.refuse_unbearable(intended).await? {
            sender.finish(prepared.target.as_mut(), intended, None).await?;
        }
    }
    left.sort_unstable_by_key(|message| message.uid);
    Ok(left)
}
