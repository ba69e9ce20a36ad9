//! A server's talk, cut into reads of any size: frames, responses by both readers, FETCH values, status texts.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mailferry::adapters::imap::fuzzing::replies(bytes));
