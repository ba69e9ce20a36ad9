//! The keys of all explanations, in one place, so that their phrases can be tested.

pub(super) const AS_EXPECTED: &str = "as-expected";
pub(super) const WAITING: &str = "waiting";
pub(super) const DNS_UNREACHABLE: &str = "dns-unreachable";
pub(super) const MX_MISSING: &str = "mx-missing";
pub(super) const MX_ELSEWHERE: &str = "mx-elsewhere";
pub(super) const MX_MIXED: &str = "mx-mixed";
pub(super) const MX_LEFTOVER: &str = "mx-leftover";
pub(super) const MX_INCOMPLETE: &str = "mx-incomplete";
pub(super) const SPF_MISSING: &str = "spf-missing";
pub(super) const SPF_INCLUDE_MISSING: &str = "spf-include-missing";
pub(super) const SPF_TWO_RECORDS: &str = "spf-two-records";
pub(super) const SPF_WRONG_TYPE: &str = "spf-wrong-type";
pub(super) const SPF_TOO_MANY_LOOKUPS: &str = "spf-too-many-lookups";
pub(super) const SPF_ALLOWS_EVERYBODY: &str = "spf-allows-everybody";
pub(super) const SPF_NO_POLICY: &str = "spf-no-policy";
pub(super) const SRV_MISSING: &str = "srv-missing";
pub(super) const SRV_LEFTOVER: &str = "srv-leftover";
pub(super) const SRV_SEVERAL: &str = "srv-several";
pub(super) const SRV_OTHER: &str = "srv-other";
pub(super) const AUTODISCOVER_LEFTOVER: &str = "autodiscover-leftover";
pub(super) const DKIM_MISSING: &str = "dkim-missing";
pub(super) const DKIM_OTHER: &str = "dkim-other";
pub(super) const DKIM_OFF: &str = "dkim-off";
pub(super) const DMARC_MISSING: &str = "dmarc-missing";
pub(super) const DMARC_TWO_RECORDS: &str = "dmarc-two-records";
pub(super) const OWNERSHIP_MISSING: &str = "ownership-missing";
pub(super) const OWNERSHIP_OTHER: &str = "ownership-other";

/// Every key that [`super::CheckedRecord::explanation`] can hold; words under `dns-<key>`.
pub const EXPLANATIONS: &[&str] = &[
    AS_EXPECTED,
    WAITING,
    DNS_UNREACHABLE,
    MX_MISSING,
    MX_ELSEWHERE,
    MX_MIXED,
    MX_LEFTOVER,
    MX_INCOMPLETE,
    SPF_MISSING,
    SPF_INCLUDE_MISSING,
    SPF_TWO_RECORDS,
    SPF_WRONG_TYPE,
    SPF_TOO_MANY_LOOKUPS,
    SPF_ALLOWS_EVERYBODY,
    SPF_NO_POLICY,
    SRV_MISSING,
    SRV_LEFTOVER,
    SRV_SEVERAL,
    SRV_OTHER,
    AUTODISCOVER_LEFTOVER,
    DKIM_MISSING,
    DKIM_OTHER,
    DKIM_OFF,
    DMARC_MISSING,
    DMARC_TWO_RECORDS,
    OWNERSHIP_MISSING,
    OWNERSHIP_OTHER,
];
