//! The units of the platforms. Exchange and its kin: `quota` in GB (a fraction on an MX Plan), `currentUsage` in KiB, message sizes in
//! MB, all counted by 1024 (the control panel computes percent as `(currentUsage / 1024²) × 100 / quota`). Legacy MX Plan and Zimbra:
//! bytes; of Zimbra that is inferred.

use crate::domain::ByteSize;

const KIB: f64 = 1024.0;

/// `quota`: gigabytes. Zero and nonsense are unknown.
pub(super) fn gigabytes(value: Option<f64>) -> Option<ByteSize> {
    bytes(value?, KIB * KIB * KIB)
}

/// `maxReceiveSize`: megabytes. Zero and nonsense are unknown.
pub(super) fn megabytes(value: Option<f64>) -> Option<ByteSize> {
    bytes(value?, KIB * KIB)
}

/// `currentUsage`: KiB; null until the first statistics run. Zero is an empty account.
pub(super) fn kibibytes(value: Option<f64>) -> Option<ByteSize> {
    let value = value?;
    if value == 0.0 { Some(ByteSize(0)) } else { bytes(value, KIB) }
}

/// `size`, `quota.available`: bytes. Zero and nonsense are unknown.
pub(super) fn plain_bytes(value: f64) -> Option<ByteSize> {
    bytes(value, 1.0)
}

/// `usage.quota`, `quota.used`: bytes. Zero is an empty account.
pub(super) fn bytes_in_use(value: f64) -> Option<ByteSize> {
    if value == 0.0 { Some(ByteSize(0)) } else { bytes(value, 1.0) }
}

fn bytes(value: f64, unit: f64) -> Option<ByteSize> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be positive; the cast saturates")]
    (value.is_finite() && value > 0.0).then_some(ByteSize((value * unit) as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_unit_is_its_own() {
        assert_eq!(gigabytes(Some(10.0)), Some(ByteSize(10_737_418_240)));
        assert_eq!(gigabytes(Some(2.5)), Some(ByteSize(2_684_354_560)));
        assert_eq!(megabytes(Some(35.0)), Some(ByteSize(36_700_160)));
        assert_eq!(kibibytes(Some(2_874_112.0)), Some(ByteSize(2_943_090_688)));
        assert_eq!(kibibytes(Some(0.0)), Some(ByteSize(0)), "an empty account is known to be empty");
        for nothing in [None, Some(0.0), Some(-1.0), Some(f64::NAN)] {
            assert_eq!(gigabytes(nothing), None);
            assert_eq!(megabytes(nothing), None);
        }
    }

    #[test]
    fn percent_comes_out_as_in_the_control_panel() {
        let used = kibibytes(Some(5_242_880.0)).expect("used").0;
        let quota = gigabytes(Some(10.0)).expect("quota").0;
        assert_eq!(used * 100 / quota, 50);
    }
}
