//! Bodies about domains of Zimbra: what they expect of the DNS, and what the platform sees there.

use serde::{Deserialize, Serialize};

use super::super::words::{below, filled, host};
use super::wire::Resource;
use crate::domain::{AttachedDomain, DkimState, DomainName, DomainType};

/// The word of `zimbra.DomainDiagnosisTestStatusEnum` that is a green badge; every other is a red or an orange one.
pub(in crate::adapters::ovh) const GOOD: &str = "OK";

/// The word of `zimbra.DomainDiagnosisErrorCodeEnum` for a domain whose ownership is not proven.
pub(in crate::adapters::ovh) const NOT_VALIDATED: &str = "DOMAIN_NOT_VALIDATED";

/// A domain.
pub(in crate::adapters::ovh) type DomainBody = Resource<DomainState, super::wire::Unread>;

/// `zimbra.DomainCurrentState`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct DomainState {
    pub(in crate::adapters::ovh) name: String,
    pub(in crate::adapters::ovh) organization_id: String,
    #[serde(rename = "expectedDNSConfig")]
    expected: Option<ExpectedBody>,
}

/// `zimbra.ExpectedDNSConfig`.
#[derive(Default, Deserialize)]
struct ExpectedBody {
    autodiscover: Option<String>,
    dkim: Option<SelectorsBody>,
    mx: Option<Vec<MxBody>>,
    ownership: Option<OwnershipBody>,
    spf: Option<String>,
}

#[derive(Deserialize)]
struct SelectorsBody {
    cnames: Option<Vec<CnameBody>>,
}

#[derive(Deserialize)]
struct CnameBody {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct MxBody {
    priority: i64,
    target: String,
}

#[derive(Deserialize)]
struct OwnershipBody {
    cname: Option<String>,
}

/// `zimbra.DomainDiagnosisResponse`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::adapters::ovh) struct DiagnosisBody {
    pub(in crate::adapters::ovh) domain_id: String,
    error: Option<DiagnosisErrorBody>,
    result: Option<ResultBody>,
}

#[derive(Deserialize)]
struct DiagnosisErrorBody {
    code: String,
}

#[derive(Default, Deserialize)]
struct ResultBody {
    autodiscover: Option<TestBody>,
    dkim: Option<DkimTestBody>,
    mx: Option<TestBody>,
    spf: Option<TestBody>,
}

#[derive(Deserialize)]
struct TestBody {
    status: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DkimTestBody {
    status: String,
    records_found: Option<Vec<CnameBody>>,
}

impl DkimTestBody {
    /// Whether the record of a selector is as it should be: all are, or this one was seen.
    fn has(&self, wanted: &CnameBody) -> bool {
        let is_same = |found: &CnameBody| host(&found.name) == host(&wanted.name) && host(&found.value) == host(&wanted.value);
        self.status == GOOD || self.records_found.iter().flatten().any(is_same)
    }
}

/// Body of `POST …/diagnostic/domain`.
#[derive(Serialize)]
pub(in crate::adapters::ovh) struct DiagnosisQuestion<'a> {
    pub(in crate::adapters::ovh) domains: [&'a str; 1],
}

/// `targetSpec` of `POST …/domain`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the route")]
pub(in crate::adapters::ovh) struct DomainAddition<'a> {
    pub(in crate::adapters::ovh) name: &'a str,
    pub(in crate::adapters::ovh) organization_id: &'a str,
    #[serde(rename = "autoConfigureMX")]
    pub(in crate::adapters::ovh) auto_configure_mx: bool,
    #[serde(rename = "autoConfigureSPF")]
    pub(in crate::adapters::ovh) auto_configure_spf: bool,
    #[serde(rename = "autoConfigureDKIM")]
    pub(in crate::adapters::ovh) auto_configure_dkim: bool,
    pub(in crate::adapters::ovh) auto_configure_autodiscover: bool,
}

/// `zimbra.OrganizationCurrentState`.
#[derive(Deserialize)]
pub(in crate::adapters::ovh) struct OrganizationState {}

/// `targetSpec` of `POST …/organization`.
#[derive(Serialize)]
pub(in crate::adapters::ovh) struct OrganizationAddition<'a> {
    pub(in crate::adapters::ovh) name: &'a str,
    pub(in crate::adapters::ovh) label: &'a str,
}

/// The domain in our words. Without a diagnosis no badge is green.
pub(in crate::adapters::ovh) fn described(name: &DomainName, body: DomainBody, diagnosis: Option<DiagnosisBody>) -> AttachedDomain {
    let state = body.state();
    let expected = body.current_state.and_then(|state| state.expected).unwrap_or_default();
    let is_refused = diagnosis.as_ref().is_some_and(|found| found.error.as_ref().is_some_and(|error| error.code == NOT_VALIDATED));
    let found = diagnosis.and_then(|diagnosis| diagnosis.result).unwrap_or_default();
    let is_good = |test: &Option<TestBody>| test.as_ref().is_some_and(|test| test.status == GOOD);
    let is_seen = |cname: &CnameBody| found.dkim.as_ref().is_some_and(|dkim| dkim.has(cname));
    let ownership = expected.ownership.and_then(|ownership| filled(ownership.cname));
    let cnames = expected.dkim.and_then(|dkim| dkim.cnames).unwrap_or_default().into_iter();
    AttachedDomain {
        name: name.clone(),
        // The platform knows no types. This is the one that no check stumbles over.
        domain_type: DomainType::NonAuthoritative,
        state,
        is_validated: ownership.is_none() && !is_refused,
        ownership_cname: ownership.map(|cname| below(&cname, name)),
        expected_mx: expected.mx.unwrap_or_default().into_iter().map(|mx| format!("IN MX {} {}", mx.priority, mx.target)).collect(),
        expected_srv: filled(expected.autodiscover).map(|line| srv_line(&line, name)),
        expected_spf: filled(expected.spf).map(|text| format!("IN TXT {}", text.trim_matches('"'))),
        is_mx_valid: is_good(&found.mx),
        is_srv_valid: is_good(&found.autodiscover),
        is_spf_valid: is_good(&found.spf),
        dkim: cnames
            .map(|cname| DkimState { name: below(&cname.name, name), target: host(&cname.value), is_valid: is_seen(&cname) })
            .collect(),
    }
}

/// The autodiscover line in the shape of the other platforms. Its exact text is not known: what does not look like a record stays as it is.
fn srv_line(line: &str, domain: &DomainName) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let at = words.iter().position(|word| word.eq_ignore_ascii_case("SRV"));
    let Some((at, value)) = at.and_then(|at| Some((at, words.get(at + 1..)?))).filter(|(_, value)| value.len() == 4) else {
        return line.to_owned();
    };
    let owner = words.first().filter(|_| at > 0).map_or_else(|| "_autodiscover._tcp".to_owned(), |owner| below(owner, domain));
    format!("{owner} IN SRV {}", value.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_autodiscover_line_takes_the_shape_of_the_other_platforms() {
        let domain = "mydomain.ovh".parse().expect("a domain");
        let shaped = "_autodiscover._tcp IN SRV 0 0 443 zimbra1.mail.ovh.net.";
        for line in [
            "_autodiscover._tcp.mydomain.ovh. SRV 0 0 443 zimbra1.mail.ovh.net.",
            "_autodiscover._tcp IN SRV 0 0 443 zimbra1.mail.ovh.net.",
            "SRV 0 0 443 zimbra1.mail.ovh.net.",
        ] {
            assert_eq!(srv_line(line, &domain), shaped, "{line}");
        }
        assert_eq!(srv_line("zimbra1.mail.ovh.net", &domain), "zimbra1.mail.ovh.net");
    }
}
