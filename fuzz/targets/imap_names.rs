//! LIST, NAMESPACE, CAPABILITY and STATUS data, and mailbox names there and back.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mailferry::adapters::imap::fuzzing::names(bytes));
