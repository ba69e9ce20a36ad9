//! Answers of the API: status, body, and how refusals are worded (ovh-api.md §1.6).

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

use crate::sandbox::world::{Denial, Refusal};

/// What the API says to a call.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
    /// Headers beside the usual ones.
    pub(super) headers: Vec<(&'static str, String)>,
}

/// What a route says: the body of a 200, or a refusal.
pub(super) type Said = Result<Value, Answer>;

impl Answer {
    /// 200.
    pub(super) fn fine(body: Value) -> Self {
        Self { status: 200, body, headers: Vec::new() }
    }

    /// The same with a header.
    pub(super) fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// An error of the first generation: `errorCode` and `httpCode`.
    pub(super) fn coded(status: u16, code: &str, message: &str) -> Self {
        let reason = StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason()).unwrap_or("Error");
        let body = json!({ "errorCode": code, "httpCode": format!("{status} {reason}"), "message": message });
        Self { status, body, headers: Vec::new() }
    }

    /// An error with a class.
    pub(super) fn classed(status: u16, class: &str, message: &str) -> Self {
        Self { status, body: json!({ "class": class, "message": message }), headers: Vec::new() }
    }

    /// There is no such route.
    pub(super) fn no_route() -> Self {
        Self::classed(404, "Client::NotFound", "Got an invalid (or empty) URL")
    }

    /// A body or parameter that cannot be read.
    pub(super) fn bad(parameter: &str) -> Self {
        Self::classed(400, "Client::BadRequest", &format!("Invalid {parameter} parameter"))
    }

    /// As it goes over the wire.
    pub(super) fn response(self, query_id: &str) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body.to_string()));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        for (name, value) in std::iter::once(("x-ovh-queryid", query_id.to_owned())).chain(self.headers) {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
        response
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let message = refusal.to_string();
        match refusal {
            Refusal::NotFound(_) => Self::classed(404, "Client::NotFound", &message),
            Refusal::InProgress(_) => Self::classed(409, "Client::Conflict::ActionInProgress", &message),
            Refusal::AddressTaken => Self::classed(409, "Client::Conflict::AccountEmailAddressAlreadyUsed", &message),
            Refusal::NoSeat(_) => Self::classed(400, "Client::BadRequest::NoSlotAvailable", &message),
            Refusal::PasswordRefused(_) => Self::classed(400, "Client::BadRequest::InvalidPasswordNotMatchingPolicy", &message),
            Refusal::DomainNotReady(_) => Self::classed(400, "Client::BadRequest::DomainNotReady", &message),
            Refusal::Stale => Self::classed(412, "Client::PreconditionFailed::InvalidChecksum", &message),
            Refusal::Invalid(_) => Self::classed(400, "Client::BadRequest", &message),
            Refusal::Expired(_) => Self::classed(460, "Client::ResourceExpired", &message),
            Refusal::Broken(_) => Self::classed(500, "Server::InternalServerError", &message),
        }
    }
}

impl From<Denial> for Answer {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::Unknown => Self::coded(403, "INVALID_CREDENTIAL", "This credential does not exist"),
            Denial::NotAccepted => Self::coded(403, "NOT_CREDENTIAL", "This credential is not valid"),
            Denial::Expired => Self::coded(403, "NOT_CREDENTIAL", "This credential has expired"),
            Denial::NotGranted => Self::coded(403, "NOT_GRANTED_CALL", "This call has not been granted"),
        }
    }
}
