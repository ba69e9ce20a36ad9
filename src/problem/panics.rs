//! Runs foreign parsers so that a panic inside them is a value, and keeps such panics off the terminal.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Makes panics inside of [`guarded`] silent: they are caught and become a value. Every other panic is reported as before.
///
/// Call it once, early, in the composition root: a panic hook belongs to the whole process.
pub fn quiet_guarded_panics() {
    let before = take_hook();
    set_hook(Box::new(move |info| {
        if !IS_GUARDED.get() {
            before(info);
        }
    }));
}

/// What `parse` returns, or `None` when it panicked.
pub fn guarded<T>(parse: impl FnOnce() -> T) -> Option<T> {
    let before = IS_GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(parse));
    IS_GUARDED.set(before);
    outcome.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_value() {
        assert_eq!(guarded(|| 1), Some(1));
        assert_eq!(guarded(|| (guarded(|| -> u8 { panic!("on purpose") }), IS_GUARDED.get())), Some((None, true)));
        assert!(!IS_GUARDED.get());
    }
}
