//! The DNS zone: records, backup, publication.

use std::collections::BTreeSet;

use futures::{StreamExt, TryStreamExt, stream};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::client::{Client, PARALLEL_CALLS};
use super::reading::in_turn;
use super::routes;
use crate::domain::{DomainName, ZoneRecord};
use crate::ports::ApiError;

/// Types that matter for mail. A zone may hold hundreds of others, and each record is a call.
const MAIL_TYPES: [&str; 7] = ["MX", "TXT", "SPF", "DKIM", "DMARC", "SRV", "CNAME"];

/// `domain.zone.Record`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RecordBody {
    id: i64,
    field_type: String,
    sub_domain: Option<String>,
    target: String,
    ttl: Option<i64>,
}

impl From<RecordBody> for ZoneRecord {
    fn from(body: RecordBody) -> Self {
        Self {
            id: body.id,
            field_type: body.field_type,
            sub_domain: body.sub_domain.unwrap_or_default(),
            target: body.target,
            ttl: body.ttl.and_then(|ttl| u32::try_from(ttl).ok()).unwrap_or(0),
        }
    }
}

/// `domain.zone.RecordCreate` and, without the type, `RecordUpdate`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RecordChange<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) field_type: Option<&'a str>,
    pub(super) sub_domain: &'a str,
    pub(super) target: &'a str,
    pub(super) ttl: u32,
}

/// Records of the types that matter for mail, by id, or `None` when the zone is not in this account.
pub(super) async fn records(client: &Client, zone: &DomainName) -> Result<Option<Vec<ZoneRecord>>, ApiError> {
    let path = routes::zone(zone);
    let lists: Vec<_> = MAIL_TYPES.into_iter().map(|field_type| ids(client, &path, field_type)).collect();
    let lists: Vec<Option<Vec<i64>>> = stream::iter(lists).buffered(PARALLEL_CALLS).try_collect().await?;
    let Some(lists) = lists.into_iter().collect::<Option<Vec<_>>>() else {
        return Ok(None);
    };
    let ids: BTreeSet<i64> = lists.into_iter().flatten().collect();
    let records: Vec<ZoneRecord> = in_turn(ids.into_iter().map(|id| record(client, &path, id)).collect()).await?;
    Ok(Some(records.into_iter().filter(|r| MAIL_TYPES.contains(&r.field_type.as_str())).collect()))
}

async fn ids(client: &Client, path: &str, field_type: &str) -> Result<Option<Vec<i64>>, ApiError> {
    client.find(&format!("{path}/record?fieldType={field_type}")).await
}

async fn record(client: &Client, path: &str, id: i64) -> Result<Option<ZoneRecord>, ApiError> {
    Ok(client.find::<RecordBody>(&format!("{path}/record/{id}")).await?.map(ZoneRecord::from))
}

/// The zone as text.
pub(super) async fn export(client: &Client, zone: &DomainName) -> Result<String, ApiError> {
    client.get(&format!("{}/export", routes::zone(zone))).await
}

/// Adds a record.
pub(super) async fn add(client: &Client, zone: &DomainName, record: &ZoneRecord) -> Result<(), ApiError> {
    let body = change(record, Some(&record.field_type));
    let _: Option<IgnoredAny> = client.post(&format!("{}/record", routes::zone(zone)), Some(&body), None).await?;
    Ok(())
}

/// Replaces owner, target and TTL; the type cannot be changed.
pub(super) async fn update(client: &Client, zone: &DomainName, record: &ZoneRecord) -> Result<(), ApiError> {
    client.put(&format!("{}/record/{}", routes::zone(zone), record.id), &change(record, None)).await
}

/// Removes a record; none there is fine.
pub(super) async fn remove(client: &Client, zone: &DomainName, id: i64) -> Result<(), ApiError> {
    client.remove(&format!("{}/record/{id}", routes::zone(zone))).await
}

/// Publishes.
pub(super) async fn refresh(client: &Client, zone: &DomainName) -> Result<(), ApiError> {
    let _: Option<IgnoredAny> = client.post(&format!("{}/refresh", routes::zone(zone)), None::<&()>, None).await?;
    Ok(())
}

fn change<'a>(record: &'a ZoneRecord, field_type: Option<&'a str>) -> RecordChange<'a> {
    RecordChange { field_type, sub_domain: &record.sub_domain, target: &record.target, ttl: record.ttl }
}
