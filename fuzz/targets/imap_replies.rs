//! A server's talk, cut into reads of any size: frames, responses by both readers, FETCH values, status texts.
#![no_main]

use mailferry::adapters::imap::fuzzing;
use mailferry::problem::quiet_guarded_panics;

// Panics of the foreign parser are caught on a real connection, too; every other one ends the run.
libfuzzer_sys::fuzz_target!(init: quiet_guarded_panics(), |bytes: &[u8]| fuzzing::replies(bytes));
