//! A foreign parser that is a future: a panic in one of its steps is a value.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use crate::problem::guarded;

/// What the future returns, or `None` when it panicked in one of its steps.
pub(super) async fn guarded_future<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|context| match guarded(|| future.as_mut().poll(context)) {
        Some(Poll::Ready(value)) => Poll::Ready(Some(value)),
        Some(Poll::Pending) => Poll::Pending,
        None => Poll::Ready(None),
    })
    .await
}
