//! Filters of an account of a legacy MX Plan: rules that sort mail, made with their first condition and completed one by one.

use serde::de::IgnoredAny;

use super::super::client::Client;
use super::super::reading::in_turn;
use super::super::routes;
use super::legacy_wire::{FilterAddition, FilterBody, RuleBody};
use crate::domain::{Feature, FilterRule};
use crate::ports::ApiError;

/// What a filter without an action does.
const NO_ACTION: &str = "accept";

/// All filters of an account (`…/account/{accountName}`), lower priority first.
pub(super) async fn list(client: &Client, account: &str) -> Result<Vec<Feature>, ApiError> {
    let names: Option<Vec<String>> = client.find(&format!("{account}/filter")).await?;
    let mut all: Vec<(i64, Feature)> =
        in_turn(names.unwrap_or_default().into_iter().map(|name| read(client, account, name)).collect()).await?;
    all.sort_by_key(|(priority, _)| *priority);
    Ok(all.into_iter().map(|(_, filter)| filter).collect())
}

async fn read(client: &Client, account: &str, name: String) -> Result<Option<(i64, Feature)>, ApiError> {
    let path = format!("{account}/filter/{}", routes::segment(&name));
    let Some(body) = client.find::<FilterBody>(&path).await? else {
        return Ok(None);
    };
    let filter = Feature::Filter {
        name,
        priority: body.priority,
        is_active: body.active,
        rules: rules(client, &path).await?,
        action: body.action.unwrap_or_else(|| NO_ACTION.to_owned()),
        parameter: body.action_param.filter(|parameter| !parameter.is_empty()),
    };
    Ok(Some((body.priority, filter)))
}

async fn rules(client: &Client, filter: &str) -> Result<Vec<FilterRule>, ApiError> {
    let ids: Option<Vec<i64>> = client.find(&format!("{filter}/rule")).await?;
    in_turn(ids.unwrap_or_default().into_iter().map(|id| rule(client, filter, id)).collect()).await
}

async fn rule(client: &Client, filter: &str, id: i64) -> Result<Option<FilterRule>, ApiError> {
    let body: Option<RuleBody> = client.find(&format!("{filter}/rule/{id}")).await?;
    Ok(body.map(|body| FilterRule { header: body.header, operand: body.operand, value: body.value }))
}

/// Makes the filter with its first condition, then whatever condition it still lacks: what was cut off can be done again.
pub(super) async fn add(client: &Client, account: &str, feature: &Feature) -> Result<(), ApiError> {
    let Feature::Filter { name, priority, is_active, rules: wanted, action, parameter } = feature else {
        return Ok(());
    };
    let Some(first) = wanted.first() else {
        return Err(super::refused(format!("the filter {name} has no condition")));
    };
    let path = format!("{account}/filter/{}", routes::segment(name));
    let mut there = Vec::new();
    if client.find::<FilterBody>(&path).await?.is_some() {
        there = rules(client, &path).await?;
    } else {
        let addition =
            FilterAddition { name, priority: *priority, active: *is_active, action, action_param: parameter.as_deref(), rule: body(first) };
        client.post::<IgnoredAny>(&format!("{account}/filter"), Some(&addition), None).await?;
        there.push(first.clone());
    }
    for rule in wanted.iter().filter(|rule| !there.contains(rule)) {
        client.post::<IgnoredAny>(&format!("{path}/rule"), Some(&body(rule)), None).await?;
    }
    Ok(())
}

fn body(rule: &FilterRule) -> RuleBody {
    RuleBody { header: rule.header.clone(), operand: rule.operand.clone(), value: rule.value.clone() }
}
