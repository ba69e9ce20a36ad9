//! Status texts: response codes, the wait that a throttled server asks for, what a refusal means.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mailferry::adapters::imap::fuzzing::codes(bytes));
