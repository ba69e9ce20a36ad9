//! Runs foreign parsers so that a panic inside them is a value, and keeps such panics off the terminal.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::pin::pin;
use std::task::Poll;

thread_local! {
    static IS_PARSING: Cell<bool> = const { Cell::new(false) };
}

/// Makes panics of the IMAP parser silent: they are caught and become an error. Every other panic is reported as before.
///
/// Call it once, early, in the composition root: a panic hook belongs to the whole process.
pub fn quiet_parser_panics() {
    let before = take_hook();
    set_hook(Box::new(move |info| {
        if !IS_PARSING.get() {
            before(info);
        }
    }));
}

/// What `parse` returns, or `None` when it panicked.
pub(super) fn guarded<T>(parse: impl FnOnce() -> T) -> Option<T> {
    IS_PARSING.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(parse));
    IS_PARSING.set(false);
    outcome.ok()
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_value() {
        assert_eq!(guarded(|| 1), Some(1));
        assert_eq!(guarded(|| -> u8 { panic!("on purpose") }), None);
    }
}
