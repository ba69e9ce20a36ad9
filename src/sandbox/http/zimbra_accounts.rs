//! Accounts of a Zimbra: made in a slot, changed as a whole, deleted (ovh-api.md §2.5).

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Said};
use super::dispatch::Call;
use super::zimbra_bodies as bodies;
use super::zimbra_routes::{Wanted, see};
use crate::domain::{EmailAddress, ServiceId};
use crate::sandbox::world::{AccountChange, AccountRequest, Names, Offer, Refusal, State, Turn, Wish, World};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewAccount {
    email: EmailAddress,
    offer: Offer,
    password: String,
    #[serde(default)]
    slot_id: Option<String>,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    first_name: Option<String>,
    #[serde(default)]
    last_name: Option<String>,
    #[serde(default)]
    hide_in_gal: bool,
}

/// What is absent stays.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Change {
    email: Option<EmailAddress>,
    password: Option<String>,
    display_name: Wish,
    first_name: Wish,
    last_name: Wish,
    hide_in_gal: Option<bool>,
}

/// Below `account`.
pub(super) fn answer(world: &World, call: &Call<'_>, id: &ServiceId, rest: &[&str]) -> Said {
    match (call.method, rest) {
        ("POST", []) => create(world, call, id),
        (method, [wanted]) => {
            let address = see(world, id, |state, service, _| {
                let found = service.accounts.iter().find(|a| bodies::uuid(state.seed, "account", a.id) == *wanted);
                found.map(|account| account.address.clone()).ok_or_else(|| Refusal::NotFound(format!("accountId = {wanted}")))
            })?;
            match method {
                "GET" => see(world, id, |state, _, turn| shown(world, state, (id, &address), turn)),
                "PUT" => put(world, call, (id, &address)),
                "DELETE" => Ok(world.change(|state, turn| state.reset_account(id, &address, turn)).map(|_| Value::Null)?),
                _ => Err(Answer::no_route()),
            }
        }
        _ => Err(Answer::no_route()),
    }
}

fn shown(world: &World, state: &State, (id, address): (&ServiceId, &EmailAddress), turn: Turn) -> Result<Value, Refusal> {
    let service = state.service(id)?;
    Ok(bodies::account(world, (state.seed, service), service.account(address)?, turn))
}

fn create(world: &World, call: &Call<'_>, id: &ServiceId) -> Said {
    let wanted: NewAccount = call.read::<Wanted<NewAccount>>("targetSpec")?.target_spec;
    let slot = match &wanted.slot_id {
        Some(text) => Some(see(world, id, |state, service, _| {
            let found = service.slots.iter().find(|slot| bodies::uuid(state.seed, "slot", slot.id) == *text);
            found.map(|slot| slot.id).ok_or_else(|| Refusal::NoSeat("No slot available".to_owned()))
        })?),
        None => None,
    };
    let names = Names {
        display: wanted.display_name,
        first: wanted.first_name,
        last: wanted.last_name,
        is_hidden: wanted.hide_in_gal,
        ..Names::default()
    };
    let address = wanted.email.clone();
    let request = AccountRequest { address: wanted.email, password: wanted.password, names, offer: Some(wanted.offer), slot };
    Ok(world.change(|state, turn| {
        state.create_account(id, request, turn)?;
        shown(world, state, (id, &address), turn)
    })?)
}

fn put(world: &World, call: &Call<'_>, (id, address): (&ServiceId, &EmailAddress)) -> Said {
    let Wanted { target_spec, checksum } = call.read::<Wanted<Change>>("targetSpec")?;
    let now = see(world, id, |state, _, turn| shown(world, state, (id, address), turn))?;
    if checksum.is_some_and(|checksum| json!(checksum) != now["checksum"]) {
        return Err(Refusal::Stale.into());
    }
    let change = AccountChange {
        login: target_spec.email.as_ref().map(|email| email.local().to_owned()),
        domain: target_spec.email.as_ref().map(|email| email.domain().to_string()),
        display: target_spec.display_name,
        first: target_spec.first_name,
        last: target_spec.last_name,
        initial: Wish::Stay,
        is_hidden: target_spec.hide_in_gal,
        password: target_spec.password,
    };
    Ok(world.change(|state, turn| {
        state.put_account(id, address, change, turn)?;
        shown(world, state, (id, address), turn)
    })?)
}
