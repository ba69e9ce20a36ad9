//! The `$1$` signature of application-key calls.

use sha1::{Digest, Sha1};

use crate::domain::Secret;

/// The value of `X-Ovh-Signature`: SHA-1 over secret, consumer key, method, complete URL, exact body and server time in seconds.
pub(super) fn signature(application_secret: &Secret, consumer_key: &Secret, method: &str, url: &str, body: &str, timestamp: i64) -> String {
    let mut hasher = Sha1::new();
    for part in [application_secret.expose(), consumer_key.expose(), method, url, body] {
        hasher.update(part.as_bytes());
        hasher.update(b"+");
    }
    hasher.update(timestamp.to_string().as_bytes());
    hasher.finalize().iter().fold("$1$".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_test_vector_is_met() {
        let signed = signature(
            &Secret::new("EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF"),
            &Secret::new("MtSwSrPpNjqfVSmJhLbPyr2i45lSwPU1"),
            "GET",
            "https://eu.api.ovh.com/1.0/domains/",
            "",
            1_366_560_945,
        );
        assert_eq!(signed, "$1$d3705e8afb27a0d2970a322b96550abfc67bb798");
    }
}
