//! The one domain of a legacy MX Plan, and what an MX Plan on the new infrastructure keeps at `/email/domain`.

use super::super::client::Client;
use super::super::routes;
use super::super::words::{below, filled, host, state};
use super::wire::{DkimBody, DomainServiceBody, RecordBody, SET, VALID};
use crate::domain::{AttachedDomain, DkimState, DomainName, DomainType, ServiceId};
use crate::ports::ApiError;

/// The domain of the service, or `None` for every other.
pub(in super::super) async fn read(client: &Client, service: &ServiceId, name: &DomainName) -> Result<Option<AttachedDomain>, ApiError> {
    if name.as_str() != service.name {
        return Ok(None);
    }
    let path = routes::mail_domain(name);
    let Some(body) = client.find::<DomainServiceBody>(&path).await? else {
        return Ok(None);
    };
    let records: Option<Vec<RecordBody>> = client.find(&format!("{path}/recommendedDNSRecords")).await?;
    let records = records.unwrap_or_default();
    let at_apex = |record: &&RecordBody| filled(record.sub_domain.clone()).is_none();
    let mx = records.iter().filter(at_apex).filter(|record| record.field_type == "MX");
    let is_spf = |record: &&RecordBody| record.target.to_ascii_lowercase().contains("v=spf1");
    let spf = records.iter().filter(at_apex).find(is_spf);
    Ok(Some(AttachedDomain {
        name: name.clone(),
        // The platform knows no types. This is the one that no check stumbles over.
        domain_type: DomainType::NonAuthoritative,
        state: state(&body.status),
        is_validated: true,
        ownership_cname: None,
        expected_mx: mx.map(|record| format!("IN MX {}", record.target)).collect(),
        expected_srv: None,
        expected_spf: spf.map(|record| format!("IN {} {}", record.field_type, record.target.trim_matches('"'))),
        is_mx_valid: body.is_mx_valid.as_deref() == Some(VALID),
        is_srv_valid: false,
        is_spf_valid: body.is_spf_valid.as_deref() == Some(VALID),
        dkim: dkim(client, name).await?,
    }))
}

/// `GET /email/domain/{domain}/dkim`, for every MX Plan. That `cname` is the target of the record is inferred.
pub(in super::super) async fn dkim(client: &Client, name: &DomainName) -> Result<Vec<DkimState>, ApiError> {
    let body: Option<DkimBody> = client.find(&format!("{}/dkim", routes::mail_domain(name))).await?;
    let selectors = body.and_then(|body| body.selectors).unwrap_or_default().into_iter();
    let shown = selectors.filter(|selector| !selector.cname.trim().is_empty());
    Ok(shown
        .map(|selector| {
            let owner = below(&selector.selector_name, name);
            DkimState {
                name: if owner.contains("._domainkey") { owner } else { format!("{owner}._domainkey") },
                target: host(&selector.cname),
                is_valid: selector.status == SET,
            }
        })
        .collect())
}

/// Badge SPF, for every MX Plan: the new infrastructure has none of its own.
pub(in super::super) async fn is_spf_valid(client: &Client, name: &DomainName) -> Result<bool, ApiError> {
    let body: Option<DomainServiceBody> = client.find(&routes::mail_domain(name)).await?;
    Ok(body.and_then(|body| body.is_spf_valid).as_deref() == Some(VALID))
}
