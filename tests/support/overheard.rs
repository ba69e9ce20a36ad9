//! The log of this test program, as trace as it can be, and the search for secrets in it.
//!
//! Include it with `#[path = "support/overheard.rs"] mod overheard;`.
#![allow(dead_code, reason = "each test program uses its own part of it")]

use std::io::{self, Write};
use std::sync::{Mutex, Once, PoisonError};

use base64::Engine as _;

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static STARTED: Once = Once::new();

struct Ear;

impl Write for Ear {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Everything that this program itself logs is kept from now on.
pub(crate) fn listen() {
    STARTED.call_once(|| {
        let subscriber = tracing_subscriber::fmt().with_env_filter("warn,mailferry=trace").with_writer(|| Ear).with_ansi(false).finish();
        tracing::subscriber::set_global_default(subscriber).expect("the first");
    });
}

/// What was logged so far, by all tests of this program.
pub(crate) fn log() -> Vec<u8> {
    LOG.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// The secret as it is, and in the spellings in which protocols and programs carry it.
fn spellings(secret: &str, user: &str) -> Vec<String> {
    let base64 = base64::engine::general_purpose::STANDARD;
    // Inside a longer base64 text the same bytes look different at each of three offsets; the inner part is the same.
    let shifted = (0..3).map(|shift| {
        let text = base64.encode(format!("{}{secret}", "x".repeat(shift)));
        text.trim_end_matches('=').chars().skip(4).take(12).collect::<String>()
    });
    let percent = |b: u8| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") };
    let mut all = vec![secret.to_owned(), base64.encode(format!("\0{user}\0{secret}")), secret.bytes().map(percent).collect()];
    all.push(format!("{:?}", secret.as_bytes()));
    all.extend(shifted.filter(|part| part.len() == 12));
    all
}

/// The spelling in which these bytes hold the secret of a user, if they do.
pub(crate) fn found(bytes: &[u8], secret: &str, user: &str) -> Option<String> {
    spellings(secret, user).into_iter().find(|spelling| bytes.windows(spelling.len()).any(|window| window == spelling.as_bytes()))
}
