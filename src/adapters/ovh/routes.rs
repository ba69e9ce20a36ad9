//! Paths of the API: one family for Exchange and its kin (Email Pro, the new MX Plan), one for the legacy MX Plan, one for Zimbra.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::errors::refused;
use super::route_table::ROUTES;
use crate::domain::{DomainName, EmailAddress, Platform, ServiceId};
use crate::ports::ApiError;

/// Everything but RFC 3986 unreserved characters and `@`. The official clients leave `@` as it is, so the signature is
/// computed over the form that the API sees most; `+` is encoded because some servers read it as a blank.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@');

/// Services that share their routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// Exchange, Email Pro, MX Plan on the new infrastructure.
    Exchange,
    /// MX Plan on the legacy infrastructure.
    Legacy,
    /// Zimbra (version 2).
    Zimbra,
}

/// The family of a service.
pub(super) fn family(id: &ServiceId) -> Result<Family, ApiError> {
    match id.platform {
        Platform::Exchange | Platform::EmailPro | Platform::MxPlan | Platform::MxPlanZimbra => Ok(Family::Exchange),
        Platform::MxPlanLegacy => Ok(Family::Legacy),
        Platform::Zimbra => Ok(Family::Zimbra),
        Platform::Imap => Err(refused("an IMAP server has no platform behind it")),
    }
}

/// One segment of a path, or a value of a query.
pub(super) fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// A service of any family: `/email/exchange/{organizationName}/service/{exchangeService}`, `/v2/zimbra/platform/{platformId}`, …
pub(super) fn service(id: &ServiceId) -> Result<String, ApiError> {
    let name = segment(&id.name);
    match id.platform {
        Platform::Exchange => {
            let organization = id.organization.as_deref().unwrap_or(&id.name);
            Ok(format!("/email/exchange/{}/service/{name}", segment(organization)))
        }
        Platform::EmailPro => Ok(format!("/email/pro/{name}")),
        Platform::MxPlan | Platform::MxPlanZimbra => Ok(format!("/email/mxplan/{name}")),
        Platform::MxPlanLegacy => Ok(format!("/email/domain/{name}")),
        Platform::Zimbra => Ok(format!("/v2/zimbra/platform/{name}")),
        Platform::Imap => Err(refused("an IMAP server has no platform behind it")),
    }
}

/// `…/account/{primaryEmailAddress}`; on a legacy MX Plan the account is named by its local part alone.
pub(super) fn account(id: &ServiceId, address: &EmailAddress) -> Result<String, ApiError> {
    let name = if id.platform == Platform::MxPlanLegacy { address.local().to_owned() } else { address.to_string() };
    Ok(format!("{}/account/{}", service(id)?, segment(&name)))
}

/// `…/domain/{domainName}`.
pub(super) fn domain(id: &ServiceId, name: &DomainName) -> Result<String, ApiError> {
    Ok(format!("{}/domain/{}", service(id)?, segment(name.as_str())))
}

/// `/email/domain/{domain}`: a legacy MX Plan, and what an MX Plan on the new infrastructure keeps there.
pub(super) fn mail_domain(name: &DomainName) -> String {
    format!("/email/domain/{}", segment(name.as_str()))
}

/// `/domain/zone/{zoneName}`.
pub(super) fn zone(name: &DomainName) -> String {
    format!("/domain/zone/{}", segment(name.as_str()))
}

/// Whether a call is one of the table.
pub(super) fn is_known(method: &str, path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    ROUTES.iter().any(|(known, template)| *known == method && fits(template, path))
}

fn fits(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted == given || (wanted.starts_with('{') && !given.is_empty()) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(platform: Platform, organization: Option<&str>, name: &str) -> ServiceId {
        ServiceId { platform, organization: organization.map(str::to_owned), name: name.to_owned() }
    }

    #[test]
    fn addresses_are_encoded_as_one_segment() {
        let address = "john+list@mydomain.ovh".parse().expect("valid");
        let path = |platform, name| account(&id(platform, None, name), &address).expect("a route");
        assert_eq!(path(Platform::EmailPro, "emailpro-zz1-1"), "/email/pro/emailpro-zz1-1/account/john%2Blist@mydomain.ovh");
        assert_eq!(path(Platform::MxPlanLegacy, "mydomain.ovh"), "/email/domain/mydomain.ovh/account/john%2Blist");
        assert_eq!(segment("a/b?c#d%e é"), "a%2Fb%3Fc%23d%25e%20%C3%A9");
        assert_eq!(segment("John-1.a_b~c@mydomain.ovh"), "John-1.a_b~c@mydomain.ovh");
    }

    #[test]
    fn exchange_names_its_organisation() {
        let hosted = id(Platform::Exchange, Some("org-zz1"), "hosted-zz1-1");
        assert_eq!(service(&hosted).expect("a route"), "/email/exchange/org-zz1/service/hosted-zz1-1");
        let plain = id(Platform::Exchange, None, "hosted-zz1-1");
        assert_eq!(service(&plain).expect("a route"), "/email/exchange/hosted-zz1-1/service/hosted-zz1-1");
        assert_eq!(service(&id(Platform::Zimbra, None, "x")).expect("a route"), "/v2/zimbra/platform/x");
        assert!(service(&id(Platform::Imap, None, "x")).is_err());
    }

    #[test]
    fn only_calls_of_the_table_are_known() {
        assert!(is_known("GET", "/email/pro/emailpro-zz1-1/account/john@mydomain.ovh"));
        assert!(is_known("GET", "/v2/zimbra/platform/1/account?email=john@mydomain.ovh"));
        assert!(!is_known("POST", "/email/mxplan/mxplan-zz1-1/domain"), "an MX Plan has one domain");
        assert!(!is_known("PUT", "/email/domain/mydomain.ovh/account/john"), "an account of a legacy MX Plan is never renamed");
        assert!(!is_known("GET", "/email/pro//account"));
    }
}
