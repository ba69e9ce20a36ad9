//! Paths of the API. Everything below a service is the same on Exchange and Email Pro.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::{DomainName, EmailAddress, Platform, ServiceId};
use crate::ports::ApiError;

/// Everything but RFC 3986 unreserved characters and `@`. The official clients leave `@` as it is, so the signature is
/// computed over the form that the API sees most; `+` is encoded because some servers read it as a blank.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@');

/// One segment of a path.
pub(super) fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// `/email/exchange/{organizationName}/service/{exchangeService}` or `/email/pro/{service}`.
pub(super) fn service(id: &ServiceId) -> Result<String, ApiError> {
    match id.platform {
        Platform::Exchange => {
            let organization = id.organization.as_deref().unwrap_or(&id.name);
            Ok(format!("/email/exchange/{}/service/{}", segment(organization), segment(&id.name)))
        }
        Platform::EmailPro => Ok(format!("/email/pro/{}", segment(&id.name))),
        other => Err(ApiError::Refused {
            message: format!("{other} services are not reached through these routes"),
            query_id: super::errors::NO_QUERY.to_owned(),
        }),
    }
}

/// `…/account/{primaryEmailAddress}`.
pub(super) fn account(id: &ServiceId, address: &EmailAddress) -> Result<String, ApiError> {
    Ok(format!("{}/account/{}", service(id)?, segment(&address.to_string())))
}

/// `…/domain/{domainName}`.
pub(super) fn domain(id: &ServiceId, name: &DomainName) -> Result<String, ApiError> {
    Ok(format!("{}/domain/{}", service(id)?, segment(name.as_str())))
}

/// `/domain/zone/{zoneName}`.
pub(super) fn zone(name: &DomainName) -> String {
    format!("/domain/zone/{}", segment(name.as_str()))
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
        assert_eq!(
            account(&id(Platform::EmailPro, None, "emailpro-zz1-1"), &address).expect("a route"),
            "/email/pro/emailpro-zz1-1/account/john%2Blist@mydomain.ovh"
        );
        assert_eq!(segment("a/b?c#d%e é"), "a%2Fb%3Fc%23d%25e%20%C3%A9");
        assert_eq!(segment("John-1.a_b~c@mydomain.ovh"), "John-1.a_b~c@mydomain.ovh");
    }

    #[test]
    fn exchange_names_its_organisation() {
        let hosted = id(Platform::Exchange, Some("org-zz1"), "hosted-zz1-1");
        assert_eq!(service(&hosted).expect("a route"), "/email/exchange/org-zz1/service/hosted-zz1-1");
        let plain = id(Platform::Exchange, None, "hosted-zz1-1");
        assert_eq!(service(&plain).expect("a route"), "/email/exchange/hosted-zz1-1/service/hosted-zz1-1");
        assert!(service(&id(Platform::Zimbra, None, "x")).is_err());
    }
}
