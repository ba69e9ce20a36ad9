//! A small control panel for the guided way: what a person would click at a provider without an API. Accounts of the plain hosts can be
//! renamed and created, records of their zones added and removed.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::pages::{elsewhere, escaped, field, html};
use crate::domain::{DomainName, EmailAddress, ZoneRecord};
use crate::sandbox::world::{PlainHost, Refusal, World, Zone};

/// `GET /panel`: all hosts and zones, and what became of the last click.
pub(super) fn shown(world: &World, query: &str) -> Response<Body> {
    let mut page =
        String::from("<h1>Control panel of the demo</h1><p>For the guided way: hosts that Mailferry cannot administer itself.</p>");
    for (name, class) in [("done", "said"), ("refused", "said no")] {
        if let Some(words) = field(query, name) {
            // Writing to a `String` cannot fail.
            let _ = write!(page, "<p class=\"{class}\">{}</p>", escaped(&words));
        }
    }
    world.look(|state, _| {
        state.hosts.iter().for_each(|host| host_section(&mut page, host));
        state.zones.iter().filter(|z| !z.is_managed).for_each(|zone| zone_section(&mut page, zone));
    });
    html(StatusCode::OK, "Control panel", &page)
}

fn host_section(page: &mut String, host: &PlainHost) {
    let name = escaped(&host.hostname);
    let _ = write!(page, "<section><h2>{} <code>{name}</code></h2><table>", escaped(&host.title));
    for account in &host.accounts {
        let address = escaped(&account.address.to_string());
        let _ = write!(
            page,
            "<tr><td>{address}</td><td><form method=\"post\" action=\"/panel/rename\"><input type=\"hidden\" name=\"host\" value=\"{name}\">\
             <input type=\"hidden\" name=\"from\" value=\"{address}\"><input name=\"to\" value=\"{address}\" size=\"28\" aria-label=\"New address\"> \
             <button class=\"plain\">Rename</button></form></td></tr>"
        );
    }
    let _ = write!(
        page,
        "</table><form method=\"post\" action=\"/panel/create\"><input type=\"hidden\" name=\"host\" value=\"{name}\">\
         <input name=\"address\" placeholder=\"address\" size=\"28\" aria-label=\"Address\"> \
         <input type=\"password\" name=\"password\" placeholder=\"password\" aria-label=\"Password\"> <button>Create account</button></form></section>"
    );
}

fn zone_section(page: &mut String, zone: &Zone) {
    let name = escaped(zone.name.as_str());
    let _ = write!(page, "<section><h2>DNS zone <code>{name}</code></h2><table>");
    for record in &zone.records {
        let _ = write!(
            page,
            "<tr><td>{}</td><td>{}</td><td><code>{}</code></td><td><form method=\"post\" action=\"/panel/remove-record\">\
             <input type=\"hidden\" name=\"zone\" value=\"{name}\"><input type=\"hidden\" name=\"id\" value=\"{}\">\
             <button class=\"plain\">Remove</button></form></td></tr>",
            if record.sub_domain.is_empty() { "@".to_owned() } else { escaped(&record.sub_domain) },
            escaped(&record.field_type),
            escaped(&record.target),
            record.id
        );
    }
    let _ = write!(
        page,
        "</table><form method=\"post\" action=\"/panel/add-record\"><input type=\"hidden\" name=\"zone\" value=\"{name}\">\
         <input name=\"name\" placeholder=\"name, empty for the domain\" aria-label=\"Name\"> <select name=\"type\" aria-label=\"Type\">\
         <option>TXT<option>MX<option>SRV<option>CNAME</select> <input name=\"target\" placeholder=\"target\" size=\"32\" aria-label=\"Target\"> \
         <button>Add record</button></form></section>"
    );
}

/// `POST /panel/…`: does it at once, and shows the panel again.
pub(super) fn done(world: &World, act: &str, body: &[u8]) -> Response<Body> {
    let form = String::from_utf8_lossy(body);
    let words = match carried_out(world, act, &form) {
        Ok(words) => format!("/panel?done={}", utf8_percent_encode(&words, NON_ALPHANUMERIC)),
        Err(refusal) => format!("/panel?refused={}", utf8_percent_encode(&refusal.to_string(), NON_ALPHANUMERIC)),
    };
    elsewhere(HeaderValue::from_str(&words).unwrap_or(HeaderValue::from_static("/panel")))
}

fn carried_out(world: &World, act: &str, form: &str) -> Result<String, Refusal> {
    let text = |name: &str| field(form, name).unwrap_or_default();
    let address = |name: &str| text(name).parse::<EmailAddress>().map_err(|error| Refusal::Invalid(error.to_string()));
    let zone = || text("zone").parse::<DomainName>().map_err(|error| Refusal::Invalid(error.to_string()));
    match act {
        "rename" => {
            let (from, to) = (address("from")?, address("to")?);
            let words = format!("{from} is now {to}.");
            world.change(|state, _| state.rename_on_host(&text("host"), &from, to))?;
            Ok(words)
        }
        "create" => {
            let address = address("address")?;
            let words = format!("{address} was created.");
            world.change(|state, _| state.create_on_host(&text("host"), address, &text("password")))?;
            Ok(words)
        }
        "add-record" => {
            let zone = zone()?;
            let (sub_domain, field_type, target) = (text("name"), text("type"), text("target"));
            world.change(|state, turn| {
                let id = state.number();
                let zone = state.any_zone_mut(&zone)?;
                zone.add(ZoneRecord { id, field_type, sub_domain, target, ttl: 0 }, turn)?;
                zone.publish(turn);
                Ok(())
            })?;
            Ok("The record was added; the name servers follow in a moment.".to_owned())
        }
        "remove-record" => {
            let (zone, id) = (zone()?, text("id").parse().unwrap_or(0));
            world.change(|state, turn| {
                let zone = state.any_zone_mut(&zone)?;
                zone.record(id)?;
                zone.records.retain(|r| r.id != id);
                zone.publish(turn);
                Ok(())
            })?;
            Ok("The record was removed; the name servers follow in a moment.".to_owned())
        }
        other => Err(Refusal::NotFound(other.to_owned())),
    }
}
