//! A message: its fingerprint, whole and in pieces, and the date that its headers say.
#![no_main]

use mailferry::mailcopy::{Fingerprint, date_from_headers};
use mailferry::problem::quiet_guarded_panics;

libfuzzer_sys::fuzz_target!(init: quiet_guarded_panics(), |bytes: &[u8]| {
    let whole = Fingerprint::of(bytes);
    let mut pieces = Fingerprint::of_pieces();
    bytes.chunks(7).for_each(|piece| pieces.take(piece));
    assert_eq!(pieces.finish().exact, whole.exact);
    assert_eq!(Fingerprint::of(bytes), whole);
    if let Some(date) = date_from_headers(bytes) {
        assert!((1970..2038).contains(&year(&date.nearest_kept().to_string())));
    }
});

fn year(date: &str) -> u32 {
    date[7..11].parse().expect("dd-Mon-yyyy")
}
