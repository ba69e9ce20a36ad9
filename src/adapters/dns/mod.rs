//! Live DNS: authoritative servers asked directly, the system resolver as a fallback.
