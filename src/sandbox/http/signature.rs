//! The `$1$` signature of a call (ovh-api.md §1.2).

use std::fmt::Write as _;

use sha1::{Digest, Sha1};

/// What is signed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signed<'a> {
    pub(super) application_secret: &'a str,
    pub(super) consumer_key: &'a str,
    pub(super) method: &'a str,
    /// The whole URL as it was sent, query included.
    pub(super) url: &'a str,
    pub(super) body: &'a str,
    pub(super) timestamp: &'a str,
}

/// `$1$` and the lower-case hex of SHA-1.
pub(super) fn signature(signed: Signed<'_>) -> String {
    let Signed { application_secret, consumer_key, method, url, body, timestamp } = signed;
    let text = [application_secret, consumer_key, method, url, body, timestamp].join("+");
    let digest = Sha1::digest(text.as_bytes());
    digest.iter().fold("$1$".to_owned(), |mut text, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_example_is_signed_as_published() {
        let signed = Signed {
            application_secret: "EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF",
            consumer_key: "MtSwSrPpNjqfVSmJhLbPyr2i45lSwPU1",
            method: "GET",
            url: "https://eu.api.ovh.com/1.0/domains/",
            body: "",
            timestamp: "1366560945",
        };
        assert_eq!(signature(signed), "$1$d3705e8afb27a0d2970a322b96550abfc67bb798");
    }
}
