//! The English sentences, embedded.

/// Every file of the language, with its name for error messages.
pub(super) const FILES: &[(&str, &str)] = &[
    ("wizard.ftl", include_str!("../../assets/i18n/en/wizard.ftl")),
    ("steps.ftl", include_str!("../../assets/i18n/en/steps.ftl")),
    ("connect.ftl", include_str!("../../assets/i18n/en/connect.ftl")),
    ("keys.ftl", include_str!("../../assets/i18n/en/keys.ftl")),
    ("problems.ftl", include_str!("../../assets/i18n/en/problems.ftl")),
    ("events.ftl", include_str!("../../assets/i18n/en/events.ftl")),
    ("plan.ftl", include_str!("../../assets/i18n/en/plan.ftl")),
    ("dns.ftl", include_str!("../../assets/i18n/en/dns.ftl")),
];
