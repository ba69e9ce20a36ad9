//! Answers of the REST API: every body that the client reads, and refusals.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mailferry::adapters::ovh::fuzzing::bodies(bytes));
