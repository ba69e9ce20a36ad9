//! Filters and delegations of an account of a legacy MX Plan (ovh-api.md §2.4). A filter is made with its first condition; others follow.

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Said};
use super::dispatch::Call;
use super::legacy_routes::see;
use crate::domain::{EmailAddress, Feature, FeatureOwner, FilterRule, ServiceId};
use crate::sandbox::world::{Operation, Refusal, World, rfc3339};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FilterBody {
    name: String,
    priority: i64,
    active: bool,
    action: String,
    #[serde(default)]
    action_param: Option<String>,
    header: String,
    operand: String,
    value: String,
}

#[derive(Deserialize)]
struct RuleBody {
    header: String,
    operand: String,
    value: String,
}

impl RuleBody {
    fn checked(self) -> Result<FilterRule, Answer> {
        let is_known = ["checkspf", "contains", "noContains"].contains(&self.operand.as_str());
        let rule = FilterRule { header: self.header, operand: self.operand, value: self.value };
        is_known.then_some(rule).ok_or_else(|| Answer::bad("operand"))
    }
}

impl FilterBody {
    fn checked(self) -> Result<Feature, Answer> {
        if !["accept", "account", "delete", "redirect"].contains(&self.action.as_str()) {
            return Err(Answer::bad("action"));
        }
        let rule = RuleBody { header: self.header, operand: self.operand, value: self.value }.checked()?;
        Ok(Feature::Filter {
            name: self.name,
            priority: self.priority,
            is_active: self.active,
            rules: vec![rule],
            action: self.action,
            parameter: self.action_param,
        })
    }
}

type Account<'a> = (&'a ServiceId, &'a EmailAddress);

fn filters(world: &World, (id, address): Account<'_>) -> Result<Vec<Feature>, Refusal> {
    let all = world.look(|state, _| state.features(id, &FeatureOwner::Account(address.clone())))?;
    Ok(all.into_iter().filter(|feature| matches!(feature, Feature::Filter { .. })).collect())
}

fn named(world: &World, account: Account<'_>, wanted: &str) -> Result<Feature, Refusal> {
    let is_it = |feature: &Feature| matches!(feature, Feature::Filter { name, .. } if name == wanted);
    filters(world, account)?.into_iter().find(is_it).ok_or_else(|| Refusal::NotFound(format!("name = {wanted}")))
}

/// `…/filter` and below.
pub(super) fn answer(world: &World, call: &Call<'_>, account: Account<'_>, rest: &[&str]) -> Said {
    let (id, address) = account;
    let owner = FeatureOwner::Account(address.clone());
    match (call.method, rest) {
        ("GET", []) => {
            let names = filters(world, account)?.into_iter().filter_map(|feature| match feature {
                Feature::Filter { name, .. } => Some(json!(name)),
                _ => None,
            });
            Ok(names.collect())
        }
        ("POST", []) => {
            let feature = call.read::<FilterBody>("name")?.checked()?;
            Ok(world.change(|state, turn| {
                let number = state.add_feature(id, &owner, feature, turn)?;
                Ok(task(state.service(id)?.operation(number)?, address, "add"))
            })?)
        }
        ("GET", [name]) => Ok(filter(&named(world, account, name)?, address)),
        ("DELETE", [name]) => {
            let known = named(world, account, name)?;
            Ok(world.change(|state, turn| {
                let number = state.remove_feature(id, &owner, &known, turn)?;
                Ok(json!([task(state.service(id)?.operation(number)?, address, "delete")]))
            })?)
        }
        (_, [name, "rule", rest @ ..]) => rules(world, call, (account, named(world, account, name)?), rest),
        _ => Err(Answer::no_route()),
    }
}

fn task(operation: &Operation, address: &EmailAddress, action: &str) -> Value {
    json!({
        "id": operation.id, "account": address.local(), "action": action, "domain": address.domain(),
        "timestamp": rfc3339(operation.asked),
    })
}

fn filter(feature: &Feature, address: &EmailAddress) -> Value {
    let Feature::Filter { name, priority, is_active, action, parameter, .. } = feature else { return Value::Null };
    json!({
        "action": action, "actionParam": parameter, "active": is_active, "domain": address.domain(), "name": name, "pop": address.local(),
        "priority": priority,
    })
}

/// Conditions are numbered by their place, from 1.
fn rules(world: &World, call: &Call<'_>, (account, known): (Account<'_>, Feature), rest: &[&str]) -> Said {
    let (id, address) = account;
    let Feature::Filter { rules, .. } = &known else { return Err(Answer::no_route()) };
    match (call.method, rest) {
        ("GET", []) => Ok((1..=rules.len()).map(|number| json!(number)).collect()),
        ("POST", []) => {
            let rule = call.read::<RuleBody>("header")?.checked()?;
            let owner = FeatureOwner::Account(address.clone());
            Ok(world.change(|state, turn| {
                let number = state.add_rule(id, &owner, (&known, rule), turn)?;
                Ok(task(state.service(id)?.operation(number)?, address, "add"))
            })?)
        }
        ("GET", [number]) => {
            let at: usize = number.parse().map_err(|_| Answer::bad("id"))?;
            let rule = at.checked_sub(1).and_then(|at| rules.get(at)).ok_or_else(|| Refusal::NotFound(format!("id = {number}")))?;
            Ok(json!({ "header": rule.header, "id": at, "operand": rule.operand, "value": rule.value }))
        }
        _ => Err(Answer::no_route()),
    }
}

/// `…/delegation`: NIC handles.
pub(super) fn delegation(world: &World, call: &Call<'_>, (id, address): Account<'_>, rest: &[&str]) -> Said {
    match (call.method, rest) {
        ("GET", ["delegation"]) => see(world, id, |_, service, _| {
            let handles = service.account(address)?.features.iter().filter_map(|feature| match feature {
                Feature::Other { kind, name } if kind == "delegation" => Some(json!(name)),
                _ => None,
            });
            Ok(handles.collect())
        }),
        _ => Err(Answer::no_route()),
    }
}
