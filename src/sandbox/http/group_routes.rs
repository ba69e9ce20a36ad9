//! Groups of an Exchange (`…/mailingList`): their aliases, members, managers and rights (ovh-api.md §2.1).

use serde::Deserialize;
use serde_json::json;

use super::answer::{Answer, Said};
use super::bodies;
use super::dispatch::Call;
use super::feature_routes::{GrantBody, number, numbered, right_of};
use super::service_routes::{look, task};
use crate::domain::{EmailAddress, Feature, FeatureOwner, Right, ServiceId};
use crate::sandbox::world::{Refusal, ServiceState, World, rfc3339};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GroupBody {
    mailing_list_address: EmailAddress,
    join_restriction: String,
    depart_restriction: String,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default, rename = "hiddenFromGAL")]
    is_hidden: bool,
    #[serde(default)]
    sender_authentification: bool,
    #[serde(default)]
    max_receive_size: Option<u64>,
    #[serde(default)]
    max_send_size: Option<u64>,
}

impl From<GroupBody> for Feature {
    fn from(body: GroupBody) -> Self {
        Self::Group {
            address: body.mailing_list_address,
            display_name: body.display_name,
            is_hidden: body.is_hidden,
            join: body.join_restriction,
            depart: body.depart_restriction,
            is_internal_only: body.sender_authentification,
            largest_received_mb: body.max_receive_size,
            largest_sent_mb: body.max_send_size,
        }
    }
}

#[derive(Deserialize)]
struct AliasBody {
    alias: EmailAddress,
}

#[derive(Deserialize)]
struct MemberBody {
    #[serde(rename = "memberAccountId")]
    member: Option<i64>,
    #[serde(rename = "memberContactId")]
    contact: Option<i64>,
    #[serde(rename = "managerAccountId")]
    manager: Option<i64>,
}

fn owner(group: &EmailAddress) -> FeatureOwner {
    FeatureOwner::Domain(group.domain().clone())
}

/// `…/mailingList` and below.
pub(super) fn answer(world: &World, call: &Call<'_>, id: &ServiceId, rest: &[&str]) -> Said {
    let Some((group, rest)) = rest.split_first() else {
        return match call.method {
            "GET" => look(world, id, |_, service, _| {
                let groups = service.shared.iter().filter_map(|shared| match &shared.feature {
                    Feature::Group { address, .. } => Some(json!(address)),
                    _ => None,
                });
                Ok(groups.collect())
            }),
            "POST" => {
                let feature: Feature = call.read::<GroupBody>("mailingListAddress")?.into();
                let owner = feature.occupies().map(owner).ok_or_else(|| Answer::bad("mailingListAddress"))?;
                task(world, id, |state, turn| state.add_feature(id, &owner, feature, turn))
            }
            _ => Err(Answer::no_route()),
        };
    };
    let group: EmailAddress = group.parse().map_err(|_| Answer::bad("mailingListAddress"))?;
    let bare = world.look(|state, _| state.service(id).and_then(|service| bare(service, &group)))?;
    match (call.method, rest) {
        ("GET", []) => look(world, id, |_, service, _| Ok(bodies::group(service, &bare))),
        ("DELETE", []) => task(world, id, |state, turn| state.remove_feature(id, &owner(&group), &bare, turn)),
        (_, ["alias", rest @ ..]) => alias(world, call, id, (&group, rest)),
        (_, [kind @ ("member" | "manager"), which @ ("account" | "contact"), rest @ ..]) => {
            people(world, call, id, (&group, [kind, which], rest))
        }
        (_, [segment, rest @ ..]) => match right_of(segment).filter(|right| *right != Right::FullAccess) {
            Some(right) => rights(world, call, id, (&group, right, rest)),
            None => Err(Answer::no_route()),
        },
        _ => Err(Answer::no_route()),
    }
}

fn bare(service: &ServiceState, group: &EmailAddress) -> Result<Feature, Refusal> {
    let found = service.shared.iter().map(|shared| &shared.feature);
    let mut found = found.filter(|feature| matches!(feature, Feature::Group { address, .. } if address == group));
    found.next().cloned().ok_or_else(|| Refusal::NotFound(format!("mailingListAddress = {group}")))
}

/// What is added, what is removed: the same for every part of a group.
fn change(world: &World, call: &Call<'_>, id: &ServiceId, (group, part): (&EmailAddress, Feature)) -> Said {
    let owner = owner(group);
    task(world, id, |state, turn| match call.method {
        "POST" => state.add_feature(id, &owner, part, turn),
        _ => state.remove_feature(id, &owner, &part, turn),
    })
}

fn alias(world: &World, call: &Call<'_>, id: &ServiceId, (group, rest): (&EmailAddress, &[&str])) -> Said {
    let aliases = |service: &ServiceState| -> Vec<EmailAddress> {
        let known = service.shared.iter().filter_map(|shared| match &shared.feature {
            Feature::GroupAlias { group: of, alias } if of == group => Some(alias.clone()),
            _ => None,
        });
        known.collect()
    };
    let part = |alias| Feature::GroupAlias { group: group.clone(), alias };
    match (call.method, rest) {
        ("GET", []) => look(world, id, |_, service, _| Ok(json!(aliases(service)))),
        ("POST", []) => change(world, call, id, (group, part(call.read::<AliasBody>("alias")?.alias))),
        (method @ ("GET" | "DELETE"), [alias]) => {
            let alias: EmailAddress = alias.parse().map_err(|_| Answer::bad("alias"))?;
            if method == "DELETE" {
                return change(world, call, id, (group, part(alias)));
            }
            look(world, id, |_, service, _| {
                let missing = || Refusal::NotFound(format!("alias = {alias}"));
                let found = aliases(service).into_iter().find(|known| *known == alias).ok_or_else(missing)?;
                Ok(json!({ "alias": found, "creationDate": rfc3339(service.created), "taskPendingId": 0 }))
            })
        }
        _ => Err(Answer::no_route()),
    }
}

/// Numbers of members or managers, and their addresses.
fn members(service: &ServiceState, group: &EmailAddress, [kind, which]: [&str; 2]) -> Vec<(i64, EmailAddress)> {
    let account = |address: &EmailAddress| Some((service.account(address).ok()?.id, address.clone()));
    let contact = |wanted: &EmailAddress| {
        let is_it = |feature: &Feature| matches!(feature, Feature::Contact { address, .. } if address == wanted);
        Some((service.shared.iter().find(|shared| is_it(&shared.feature))?.id, wanted.clone()))
    };
    let found = service.shared.iter().filter_map(|shared| match &shared.feature {
        Feature::GroupMember { group: of, member, is_contact } if of == group && kind == "member" => match (is_contact, which) {
            (false, "account") => account(member),
            (true, "contact") => contact(member),
            _ => None,
        },
        Feature::GroupManager { group: of, account: manager } if of == group && kind == "manager" => account(manager),
        _ => None,
    });
    found.collect()
}

fn contact_numbered(world: &World, id: &ServiceId, number: i64) -> Result<EmailAddress, Answer> {
    let found = world.look(|state, _| {
        let found = state.service(id)?.shared.iter().find(|shared| shared.id == number).map(|shared| shared.feature.clone());
        Ok::<_, Refusal>(found)
    })?;
    match found {
        Some(Feature::Contact { address, .. }) => Ok(address),
        _ => Err(Refusal::NotFound(format!("memberContactId = {number}")).into()),
    }
}

fn people(world: &World, call: &Call<'_>, id: &ServiceId, (group, at, rest): (&EmailAddress, [&str; 2], &[&str])) -> Said {
    let field = match at {
        ["manager", _] => "managerAccountId",
        [_, "contact"] => "memberContactId",
        _ => "memberAccountId",
    };
    let part = |number: i64| -> Result<Feature, Answer> {
        let group = group.clone();
        Ok(match field {
            "managerAccountId" => Feature::GroupManager { group, account: numbered(world, id, number)? },
            "memberContactId" => Feature::GroupMember { group, member: contact_numbered(world, id, number)?, is_contact: true },
            _ => Feature::GroupMember { group, member: numbered(world, id, number)?, is_contact: false },
        })
    };
    match (call.method, rest) {
        ("GET", []) => {
            look(world, id, |_, service, _| Ok(members(service, group, at).into_iter().map(|(number, _)| json!(number)).collect()))
        }
        ("POST", []) => {
            let body: MemberBody = call.read(field)?;
            let given = match field {
                "managerAccountId" => body.manager,
                "memberContactId" => body.contact,
                _ => body.member,
            };
            change(world, call, id, (group, part(given.ok_or_else(|| Answer::bad(field))?)?))
        }
        ("DELETE", [wanted]) => change(world, call, id, (group, part(number(wanted, field)?)?)),
        ("GET", [wanted]) => {
            let wanted = number(wanted, field)?;
            look(world, id, |_, service, _| {
                let found = members(service, group, at).into_iter().find(|(number, _)| *number == wanted);
                let (_, address) = found.ok_or_else(|| Refusal::NotFound(format!("{field} = {wanted}")))?;
                Ok(bodies::person(service, (field, wanted), &address))
            })
        }
        _ => Err(Answer::no_route()),
    }
}

fn rights(world: &World, call: &Call<'_>, id: &ServiceId, (group, right, rest): (&EmailAddress, Right, &[&str])) -> Said {
    let holders = |service: &ServiceState| -> Vec<i64> {
        let held = service.shared.iter().filter_map(|shared| match &shared.feature {
            Feature::GroupDelegation { group: of, right: known, account } if of == group && *known == right => {
                service.account(account).ok()
            }
            _ => None,
        });
        held.map(|account| account.id).collect()
    };
    let part = |number: i64| -> Result<Feature, Answer> {
        Ok(Feature::GroupDelegation { group: group.clone(), right, account: numbered(world, id, number)? })
    };
    match (call.method, rest) {
        ("GET", []) => look(world, id, |_, service, _| Ok(json!(holders(service)))),
        ("POST", []) => change(world, call, id, (group, part(call.read::<GrantBody>("allowAccountId")?.of(right)?)?)),
        ("DELETE", [holder]) => change(world, call, id, (group, part(number(holder, "allowedAccountId")?)?)),
        ("GET", [holder]) => {
            let holder = number(holder, "allowedAccountId")?;
            look(world, id, |_, service, _| {
                let missing = || Refusal::NotFound(format!("allowedAccountId = {holder}"));
                let is_there = holders(service).contains(&holder);
                let body = || json!({ "allowedAccountId": holder, "creationDate": rfc3339(service.created), "taskPendingId": 0 });
                is_there.then(body).ok_or_else(missing)
            })
        }
        _ => Err(Answer::no_route()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_read_with_what_the_route_wants_alone() {
        let body = json!({ "mailingListAddress": "team@mydomain.ovh", "joinRestriction": "open", "departRestriction": "closed" });
        let feature: Feature = serde_json::from_value::<GroupBody>(body).expect("enough").into();
        assert!(matches!(feature, Feature::Group { is_hidden: false, largest_sent_mb: None, .. }));
    }
}
