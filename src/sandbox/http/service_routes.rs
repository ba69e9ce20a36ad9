//! Routes of an Exchange, Email Pro or new MX Plan service: nearly the same below their roots (ovh-api.md §2.1, §2.2, §2.3).

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Said};
use super::dispatch::Call;
use super::{account_bodies, bodies, feature_routes, group_routes, shared_routes};
use crate::domain::{DomainName, DomainType, EmailAddress, OperationId, Platform, ServiceId};
use crate::sandbox::world::{DomainRequest, Effect, Refusal, ServiceState, State, Subject, Turn, World, selector_names};

/// Where `/email/exchange` and `/email/pro` begin.
pub(super) fn roots(world: &World, call: &Call<'_>, platform: Platform) -> Said {
    let names = world.look(|state, _| {
        state
            .services
            .iter()
            .filter(|s| s.id.platform == platform || (platform == Platform::MxPlan && s.id.platform == Platform::MxPlanZimbra))
            .map(|s| json!(s.id.organization.as_ref().unwrap_or(&s.id.name)))
            .collect()
    });
    if call.method == "GET" { Ok(Value::Array(names)) } else { Err(Answer::no_route()) }
}

/// `GET /email/exchange/{organization}/service`.
pub(super) fn of_organization(world: &World, call: &Call<'_>, organization: &str) -> Said {
    let names: Vec<Value> = world.look(|state, _| {
        let of_it = state.services.iter().filter(|s| s.id.organization.as_deref() == Some(organization));
        of_it.map(|s| json!(s.id.name)).collect()
    });
    match (call.method, names.is_empty()) {
        ("GET", false) => Ok(Value::Array(names)),
        ("GET", true) => Err(Refusal::NotFound(format!("organizationName = {organization}")).into()),
        _ => Err(Answer::no_route()),
    }
}

/// Routes below a service.
pub(super) fn answer(world: &World, call: &Call<'_>, id: &ServiceId, rest: &[&str]) -> Said {
    let is_exchange = id.platform == Platform::Exchange;
    match (call.method, rest) {
        ("GET", []) => look(world, id, |_, service, _| Ok(bodies::service(service))),
        ("GET", ["server"]) => look(world, id, |_, service, _| Ok(bodies::server(service))),
        ("GET", ["protocol"]) if is_exchange => look(world, id, |_, service, _| Ok(bodies::protocol(service))),
        ("PUT", ["protocol"]) if is_exchange => {
            let body: ProtocolBody = call.read("IMAP")?;
            let Some(is_enabled) = body.imap else { return Ok(Value::Null) };
            void(world.change(|state, turn| state.set_imap(id, is_enabled, turn)))
        }
        ("GET", ["task"]) => look(world, id, |_, service, _| Ok(service.operations.iter().map(|o| json!(o.id)).collect())),
        ("GET", ["task", number]) => one_task(world, id, number),
        (_, ["serviceInfos"]) if !id.platform.is_mx_plan() => shared_routes::infos(world, call, id),
        (_, ["externalContact", rest @ ..]) => shared_routes::contacts(world, call, id, rest),
        (_, ["mailingList", rest @ ..]) if is_exchange => group_routes::answer(world, call, id, rest),
        (_, ["authenticationPolicy" | "authorizedIp" | "sharedAccount" | "resourceAccount" | "publicFolder", ..]) => {
            shared_routes::of_exchange(world, call, id, rest)
        }
        (_, ["account", rest @ ..]) => account(world, call, id, rest),
        (_, ["domain", rest @ ..]) => domain(world, call, id, rest),
        _ => Err(Answer::no_route()),
    }
}

fn one_task(world: &World, id: &ServiceId, number: &str) -> Said {
    let number = OperationId(number.parse().map_err(|_| Answer::bad("id"))?);
    look(world, id, |_, service, turn| Ok(bodies::task(service, service.operation(number)?, turn)))
}

/// Looks at a service.
pub(super) fn look(world: &World, id: &ServiceId, look: impl FnOnce(&State, &ServiceState, Turn) -> Result<Value, Refusal>) -> Said {
    Ok(world.look(|state, turn| state.service(id).and_then(|service| look(state, service, turn)))?)
}

/// Nothing is answered.
pub(super) fn void(done: Result<(), Refusal>) -> Said {
    Ok(done.map(|()| Value::Null)?)
}

/// Starts an operation and answers with its task.
pub(super) fn task(world: &World, id: &ServiceId, start: impl FnOnce(&mut State, Turn) -> Result<OperationId, Refusal>) -> Said {
    let body = world.change(|state, turn| {
        let number = start(state, turn)?;
        let service = state.service(id)?;
        Ok(bodies::task(service, service.operation(number)?, turn))
    })?;
    Ok(body)
}

#[derive(Deserialize)]
struct ProtocolBody {
    #[serde(rename = "IMAP")]
    imap: Option<bool>,
}

#[derive(Deserialize)]
struct PasswordBody {
    password: String,
}

fn account(world: &World, call: &Call<'_>, id: &ServiceId, rest: &[&str]) -> Said {
    let Some((address, rest)) = rest.split_first() else {
        return match call.method {
            "GET" => accounts(world, call, id),
            "POST" if id.platform == Platform::Exchange => account_bodies::create(world, call, id),
            _ => Err(Answer::no_route()),
        };
    };
    let address: EmailAddress = address.parse().map_err(|_| Answer::bad("primaryEmailAddress"))?;
    match (call.method, rest) {
        ("GET", []) => look(world, id, |_, service, _| Ok(bodies::account(world, service, service.account(&address)?))),
        ("PUT", []) => account_bodies::put(world, call, id, &address),
        ("DELETE", []) => task(world, id, |state, turn| state.reset_account(id, &address, turn)),
        ("POST", ["changePassword"]) => {
            let body: PasswordBody = call.read("password")?;
            task(world, id, |state, turn| state.change_password(id, &address, &body.password, turn))
        }
        ("GET", [list]) if *list == account_tasks(id) => look(world, id, |_, service, _| {
            let account = service.account(&address)?;
            let running = service.operations.iter().filter(|o| o.subject == Subject::Account(account.id));
            Ok(running.map(|o| json!(o.id)).collect())
        }),
        ("GET", [list, number]) if *list == account_tasks(id) => one_task(world, id, number),
        _ => feature_routes::of_account(world, call, id, (address, rest)),
    }
}

/// Below an account of an MX Plan the list is called otherwise.
fn account_tasks(id: &ServiceId) -> &'static str {
    if id.platform.is_mx_plan() { "task" } else { "tasks" }
}

fn accounts(world: &World, call: &Call<'_>, id: &ServiceId) -> Said {
    look(world, id, |_, service, _| {
        let wanted = call.parameter("primaryEmailAddress");
        let number = call.parameter("id");
        let found = service.accounts.iter().filter(|account| {
            wanted.as_deref().is_none_or(|pattern| is_like(pattern, &account.address.to_string()))
                && number.as_deref().is_none_or(|number| number == account.id.to_string())
        });
        Ok(found.map(|account| json!(account.address)).collect())
    })
}

/// SQL's LIKE: `%` for anything, `_` for one character; without regard to case.
pub(super) fn is_like(pattern: &str, text: &str) -> bool {
    fn go(pattern: &[u8], text: &[u8]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some((b'%', rest)) => (0..=text.len()).any(|skip| go(rest, &text[skip..])),
            Some((b'_', rest)) => !text.is_empty() && go(rest, &text[1..]),
            Some((letter, rest)) => text.first() == Some(letter) && go(rest, &text[1..]),
        }
    }
    go(pattern.to_ascii_lowercase().as_bytes(), text.to_ascii_lowercase().as_bytes())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DomainBody {
    name: Option<DomainName>,
    #[serde(rename = "type")]
    domain_type: Option<DomainType>,
    #[serde(default)]
    mx_relay: Option<String>,
    #[serde(default)]
    configure_mx: bool,
    #[serde(default)]
    configure_autodiscover: bool,
    #[serde(default, rename = "configureSPF")]
    configure_spf: bool,
}

impl DomainBody {
    fn request(self, name: DomainName, was: Option<DomainType>) -> Result<DomainRequest, Answer> {
        if self.configure_mx || self.configure_autodiscover || self.configure_spf {
            return Err(Answer::classed(400, "Client::BadRequest", "The demo does not configure DNS by itself: edit the zone"));
        }
        let domain_type = self.domain_type.or(was).ok_or_else(|| Answer::bad("type"))?;
        let relay = self.mx_relay.filter(|_| domain_type == DomainType::NonAuthoritative);
        Ok(DomainRequest { name, domain_type, relay, organization: None })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DkimBody {
    selector_name: String,
}

fn domain(world: &World, call: &Call<'_>, id: &ServiceId, rest: &[&str]) -> Said {
    let Some((name, rest)) = rest.split_first() else {
        return match call.method {
            "GET" => look(world, id, |_, service, _| {
                let wanted = call.parameter("state");
                let found = service.domains.iter().filter(|d| wanted.as_deref().is_none_or(|w| service.domain_state(&d.name) == w));
                Ok(found.map(|d| json!(d.name)).collect())
            }),
            "POST" if !id.platform.is_mx_plan() => {
                let mut body: DomainBody = call.read("type")?;
                let name = body.name.take().ok_or_else(|| Answer::bad("name"))?;
                let request = body.request(name, None)?;
                task(world, id, |state, turn| state.attach_domain(id, request, turn))
            }
            _ => Err(Answer::no_route()),
        };
    };
    let name: DomainName = name.parse().map_err(|_| Answer::bad("domainName"))?;
    let has_dkim = !id.platform.is_mx_plan();
    match (call.method, rest) {
        ("GET", []) => look(world, id, |state, service, _| Ok(bodies::domain(state, service, service.domain(&name)?))),
        ("PUT", []) => {
            let was = world.look(|state, _| state.service(id).and_then(|s| s.domain(&name)).map(|d| d.domain_type))?;
            let request = call.read::<DomainBody>("type")?.request(name, Some(was))?;
            void(world.change(|state, turn| state.put_domain(id, request, turn)))
        }
        ("DELETE", []) if has_dkim => task(world, id, |state, turn| state.detach_domain(id, &name, turn)),
        ("GET", ["dkimSelector"]) if has_dkim => look(world, id, |_, service, _| {
            service.domain(&name)?;
            Ok(json!(selector_names(service.id.platform)))
        }),
        (_, ["disclaimer"]) => shared_routes::footer(world, call, id, &name),
        (_, ["dkim", rest @ ..]) if has_dkim => dkim(world, call, id, (&name, rest)),
        _ => Err(Answer::no_route()),
    }
}

fn dkim(world: &World, call: &Call<'_>, id: &ServiceId, (name, rest): (&DomainName, &[&str])) -> Said {
    let change = |effect| task(world, id, |state, turn| state.change_dkim(id, name, effect, turn));
    match (call.method, rest) {
        ("GET", []) => look(world, id, |_, service, _| Ok(service.domain(name)?.dkim.iter().map(|s| json!(s.name)).collect())),
        ("POST", []) => {
            let body: DkimBody = call.read("selectorName")?;
            task(world, id, |state, turn| state.add_dkim(id, name, &body.selector_name, turn))
        }
        ("GET", [selector]) => look(world, id, |state, service, _| {
            let domain = service.domain(name)?;
            Ok(bodies::dkim(state, service, domain, domain.selector(selector)?))
        }),
        ("DELETE", [selector]) => change(Effect::RemoveDkim { selector: (*selector).to_owned() }),
        ("POST", [selector, "enable"]) => change(Effect::SignWith { selector: (*selector).to_owned() }),
        ("POST", [selector, "disable"]) => change(Effect::StopSigning { selector: (*selector).to_owned() }),
        _ => Err(Answer::no_route()),
    }
}

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn lists_are_filtered_as_sql_does() {
        assert!(is_like("%configureme.me%", "zz111111-abcde@configureme.me"));
        assert!(is_like("John.Smith@mydomain.ovh", "john.smith@mydomain.ovh"));
        assert!(is_like("j_hn%", "john.smith@mydomain.ovh"));
        assert!(!is_like("smith", "john.smith@mydomain.ovh"));
    }
}
