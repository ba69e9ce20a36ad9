//! One call: who asks, may they, what goes wrong on request, and which route answers.

use axum::http::HeaderMap;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::answer::Answer;
use super::signature::{Signed, signature};
use super::{auth_routes, legacy_routes, service_routes, zimbra_routes, zone_routes};
use crate::domain::{Platform, ServiceId};
use crate::sandbox::world::{APPLICATION_KEY, APPLICATION_SECRET, ApiFaultKind, Caller, Refusal, World};

/// How far a timestamp may be from the API's clock, in seconds.
const TIMESTAMP_WINDOW: i64 = 30;

/// A request as it came.
pub(super) struct Request<'a> {
    pub(super) method: &'a str,
    /// Host header.
    pub(super) host: &'a str,
    /// Path and query as sent.
    pub(super) target: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

/// What the API knows besides the world.
pub(super) struct Scene<'a> {
    pub(super) world: &'a World,
    /// Seconds by which the API's clock is ahead of the world's.
    pub(super) skew_seconds: i64,
    /// Base of the addresses of pages for a browser.
    pub(super) page_base: &'a str,
}

/// What happens on the way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// The answer arrives, after this long.
    Back(std::time::Duration),
    /// The connection is cut.
    Lost,
}

/// A call that was let in.
pub(super) struct Call<'a> {
    pub(super) method: &'a str,
    pub(super) segments: Vec<&'a str>,
    pub(super) query: &'a str,
    pub(super) body: &'a [u8],
    pub(super) headers: &'a HeaderMap,
    pub(super) caller: &'a Caller,
}

impl Call<'_> {
    /// A parameter of the query.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        self.query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| decoded(key) == name).map(|(_, value)| decoded(value))
    }

    /// The body as JSON.
    pub(super) fn read<T: DeserializeOwned>(&self, parameter: &str) -> Result<T, Answer> {
        serde_json::from_slice(self.body).map_err(|_| Answer::bad(parameter))
    }
}

/// A part of a query or form.
pub(super) fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Answers a request to the API. `path` is without the version.
pub(super) fn answer(scene: &Scene<'_>, request: &Request<'_>, path: &str) -> (Answer, Way) {
    let fault = scene.world.faults().strike(request.method, path);
    let way = match fault {
        Some(ApiFaultKind::AnswerLost | ApiFaultKind::RequestLost) => Way::Lost,
        Some(ApiFaultKind::Slow(time)) => Way::Back(time),
        _ => Way::Back(std::time::Duration::ZERO),
    };
    let struck = fault.and_then(struck);
    let answer = struck.unwrap_or_else(|| carried_out(scene, request, (path, fault)).unwrap_or_else(|refused| refused));
    (answer, way)
}

/// What a fault says instead of an answer.
fn struck(fault: ApiFaultKind) -> Option<Answer> {
    let too_many = || Answer::classed(429, "Client::TooManyRequests", "Too many requests");
    match fault {
        ApiFaultKind::Fails(status) => Some(Answer::classed(status, "Server::InternalServerError", "Internal server error")),
        ApiFaultKind::KeyExpired => Some(Answer::coded(403, "NOT_CREDENTIAL", "This credential has expired")),
        ApiFaultKind::RuleMissing => Some(Answer::coded(403, "NOT_GRANTED_CALL", "This call has not been granted")),
        ApiFaultKind::TooMany => Some(too_many()),
        ApiFaultKind::TooManyFor(time) => {
            Some(too_many().with("retry-after", (time.as_secs() + u64::from(time.subsec_nanos() > 0)).to_string()))
        }
        ApiFaultKind::InProgress => Some(Refusal::InProgress("object".to_owned()).into()),
        ApiFaultKind::NotReleased => Some(Refusal::AddressTaken.into()),
        ApiFaultKind::RequestLost => Some(Answer::no_route()),
        ApiFaultKind::AnswerLost | ApiFaultKind::Slow(_) | ApiFaultKind::OperationFails | ApiFaultKind::SeatVanishes => None,
    }
}

fn carried_out(scene: &Scene<'_>, request: &Request<'_>, (path, fault): (&str, Option<ApiFaultKind>)) -> Result<Answer, Answer> {
    let clock = scene.world.now().0.div_euclid(1000) + scene.skew_seconds;
    if (request.method, path) == ("GET", "/auth/time") {
        return Ok(Answer::fine(json!(clock)));
    }
    let caller = if let Some(token) = header(request, "authorization").and_then(|value| value.strip_prefix("Bearer ")) {
        Caller::Bearer(token.to_owned())
    } else {
        if header(request, "x-ovh-application") != Some(APPLICATION_KEY) {
            return Err(Answer::coded(403, "INVALID_KEY", "This application key is invalid"));
        }
        if (request.method, path) == ("POST", "/auth/credential") {
            return auth_routes::ask(scene.world, request.body, scene.page_base).map(Answer::fine);
        }
        let consumer_key = header(request, "x-ovh-consumer").unwrap_or_default();
        check_signature(request, consumer_key, clock)?;
        Caller::Key(consumer_key.to_owned())
    };
    let plain: String = decoded_path(path);
    let admitted = scene.world.look(|state, turn| state.admit(&caller, (request.method, &plain), turn));
    admitted.map_err(|denial| match caller {
        Caller::Bearer(_) => Answer::classed(401, "Client::Unauthorized", "The access token is invalid or has expired"),
        Caller::Key(_) => denial.into(),
    })?;
    let segments: Vec<String> = path.split('/').skip(1).map(decoded_path).collect();
    let mut segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    segments.pop_if(|last| last.is_empty());
    let query = request.target.split_once('?').map_or("", |(_, query)| query);
    let call = Call { method: request.method, segments, query, body: request.body, headers: request.headers, caller: &caller };
    scene.world.struck_by(fault, &plain, |world| route(world, &call))
}

fn decoded_path(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn header<'a>(request: &Request<'a>, name: &str) -> Option<&'a str> {
    request.headers.get(name).and_then(|value| value.to_str().ok())
}

fn check_signature(request: &Request<'_>, consumer_key: &str, clock: i64) -> Result<(), Answer> {
    let timestamp = header(request, "x-ovh-timestamp").unwrap_or_default();
    let is_near = timestamp.parse::<i64>().is_ok_and(|at| (at - clock).abs() <= TIMESTAMP_WINDOW);
    if !is_near {
        return Err(Answer::coded(400, "QUERY_TIME_OUT", "Query out of time"));
    }
    let url = format!("http://{}{}", request.host, request.target);
    let body = String::from_utf8_lossy(request.body);
    let signed = Signed { application_secret: APPLICATION_SECRET, consumer_key, method: request.method, url: &url, body: &body, timestamp };
    if header(request, "x-ovh-signature") == Some(signature(signed).as_str()) {
        Ok(())
    } else {
        Err(Answer::coded(400, "INVALID_SIGNATURE", "Invalid signature"))
    }
}

fn route(world: &World, call: &Call<'_>) -> Result<Answer, Answer> {
    let service = |platform, organization: Option<&str>, name: &str| ServiceId {
        platform,
        organization: organization.map(str::to_owned),
        name: name.to_owned(),
    };
    let said = match call.segments.as_slice() {
        ["auth", ..] | ["me"] => auth_routes::answer(world, call),
        ["email", "exchange"] => service_routes::roots(world, call, Platform::Exchange),
        ["email", "exchange", organization, "service"] => service_routes::of_organization(world, call, organization),
        ["email", "exchange", organization, "service", name, rest @ ..] => {
            service_routes::answer(world, call, &service(Platform::Exchange, Some(organization), name), rest)
        }
        ["email", "pro"] => service_routes::roots(world, call, Platform::EmailPro),
        ["email", "pro", name, rest @ ..] => service_routes::answer(world, call, &service(Platform::EmailPro, None, name), rest),
        ["email", "mxplan"] => service_routes::roots(world, call, Platform::MxPlan),
        ["email", "mxplan", name, rest @ ..] => {
            let id = world.look(|state, _| {
                let known = state.services.iter().find(|s| s.id.platform.is_mx_plan() && s.id.name == **name);
                known.map_or_else(|| service(Platform::MxPlan, None, name), |found| found.id.clone())
            });
            service_routes::answer(world, call, &id, rest)
        }
        ["email", "domain"] => legacy_routes::roots(world, call),
        ["email", "domain", domain, rest @ ..] => legacy_routes::answer(world, call, domain, rest),
        ["v2", "zimbra", rest @ ..] => return zimbra_routes::answer(world, call, rest),
        ["domain", "zone", rest @ ..] => zone_routes::answer(world, call, rest),
        _ => Err(Answer::no_route()),
    };
    said.map(Answer::fine)
}
