//! Every repair of a refused message changes it or says that there is nothing to do, and does not find the same fault again for ever.
#![no_main]

use mailferry::mailcopy::{repair_attempts, repaired};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((&first, message)) = bytes.split_first() else { return };
    let longest_line = 70 + usize::from(first);
    for repairs in repair_attempts(message, "BAD bare newlines, 8-bit header", longest_line) {
        let mended = repaired(message, &repairs, longest_line).expect("an attempt changes something");
        assert_ne!(mended, message, "{repairs:?}");
    }
});
