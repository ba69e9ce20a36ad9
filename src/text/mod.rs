//! Words: a phrase and its parameters become a sentence in a language.
//!
//! The sentences live in `assets/i18n/<language>/*.ftl`; nothing here knows what they are about. A missing phrase shows its key,
//! which a test forbids. Not here: which phrase fits a trouble or an event; that is the front end's.

mod english;
mod units;
mod words;

pub use units::{clock_time, count, date_time, duration, duration_range, short_duration};
pub use words::{Value, Words};

/// Says a phrase: `say!(words, "source-chosen", count = 3, size = size.to_string())`.
#[macro_export]
macro_rules! say {
    ($words:expr, $key:expr $(, $name:ident = $value:expr)* $(,)?) => {
        $words.say($key, &[$((stringify!($name), $crate::text::Value::from($value))),*])
    };
}
