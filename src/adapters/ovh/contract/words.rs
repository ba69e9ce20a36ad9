//! Words of the API that are matched on, and the enums to which they belong: `file/model` of the descriptions.

use super::super::exchange_family::services::HOSTED;
use super::super::features::wire::MAILING_FILTER;
use super::super::legacy::migration::TYPES;
use super::super::legacy::wire::{SET, VALID};
use super::super::words::{OPERATION_STATES, STATES};
use super::super::zimbra::domain_wire::{GOOD, NOT_VALIDATED};
use super::super::zimbra::slots::{OFFERS, PAID};
use super::super::zimbra::wire::{FAILED, RESOURCE_STATES};
use crate::domain::ObjectState;

/// Enums of which every word is known here.
pub fn complete_words() -> Vec<(&'static [&'static str], Vec<&'static str>)> {
    let names = |words: &[(&'static str, ObjectState)]| words.iter().map(|(word, _)| *word).collect();
    vec![
        (
            &[
                "emailExchange/email.exchange.ObjectStateEnum",
                "emailExchange/email.exchange.ServiceStateEnum",
                "email/email.pro.ObjectStateEnum",
                "email/email.pro.ServiceStateEnum",
                "emailMxplan/email.pro.ObjectStateEnum",
                "emailMxplan/email.pro.ServiceStateEnum",
                "emailDomain/domain.DomainStatusEnum",
            ],
            names(STATES),
        ),
        (
            &["emailExchange/email.exchange.TaskStatusEnum", "email/email.pro.TaskStatusEnum", "emailMxplan/email.pro.TaskStatusEnum"],
            names(OPERATION_STATES),
        ),
        (&["emailDomain/email.domain.MigrationServiceType"], TYPES.iter().map(|(name, _)| *name).collect()),
        (
            &[
                "emailExchange/email.exchange.MailingFilterEnum",
                "email/email.pro.MailingFilterEnum",
                "emailMxplan/email.pro.MailingFilterEnum",
            ],
            vec![MAILING_FILTER.1],
        ),
        (&["zimbra/common.ResourceStatusEnum"], names(RESOURCE_STATES)),
        (&["zimbra/zimbra.OfferEnum"], OFFERS.to_vec()),
    ]
}

/// Enums of which some words matter; every other one is the other case.
pub fn known_words() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        ("emailExchange/email.exchange.ServiceOfferEnum", vec![HOSTED]),
        ("emailDomain/email.domain.DiagnoseEnum", vec![VALID]),
        ("emailDomain/email.domain.DKIMSelectorStatusEnum", vec![SET]),
        ("emailDomain/email.domain.MigrationCheckCodeEnum", vec!["MAILPROXY_RESERVATION", "ACCOUNT_INPROGRESS"]),
        ("emailDomain/domain.DomainFilterActionEnum", vec!["accept"]),
        ("zimbra/zimbra.BillingStatusEnum", vec![PAID]),
        ("zimbra/common.CurrentTaskStatusEnum", vec![FAILED]),
        ("zimbra/zimbra.DomainDiagnosisTestStatusEnum", vec![GOOD]),
        ("zimbra/zimbra.DomainDiagnosisErrorCodeEnum", vec![NOT_VALIDATED]),
    ]
}
