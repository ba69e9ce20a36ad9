//! Refusals of the API, sorted by what they mean.

use reqwest::StatusCode;
use serde::Deserialize;

use crate::ports::ApiError;

/// Stands for a missing `X-OVH-QUERYID`.
pub(super) const NO_QUERY: &str = "-";

/// The longest message of the API that is passed on.
const LONGEST_MESSAGE: usize = 300;

/// An answer that is not a success.
pub(super) struct Refusal<'a> {
    /// HTTP status.
    pub(super) status: StatusCode,
    /// `X-OVH-QUERYID`.
    pub(super) query_id: &'a str,
    /// `Retry-After` in seconds.
    pub(super) retry_after: Option<u64>,
    /// The body as it came.
    pub(super) body: &'a [u8],
    /// Method of the call.
    pub(super) method: &'a str,
    /// Path of the call, without the base URL.
    pub(super) path: &'a str,
    /// Whether the same keys were accepted before.
    pub(super) key_has_worked: bool,
    /// Whether the call carried the password of an account.
    pub(super) carries_password: bool,
}

/// A refusal that is made here, because the platform has no call for what was asked.
pub(super) fn refused(message: impl Into<String>) -> ApiError {
    ApiError::Refused { message: message.into(), query_id: NO_QUERY.to_owned() }
}

/// Whether the object has changed since it was read: a checksum of version 2 that is not the current one. The status is inferred.
pub(super) fn is_stale(refusal: &Refusal<'_>) -> bool {
    let body: Body = serde_json::from_slice(refusal.body).unwrap_or_default();
    refusal.status == StatusCode::PRECONDITION_FAILED || body.last_word() == "InvalidChecksum"
}

/// Error bodies of v1 (`errorCode`, `httpCode`) and of the newer style (`class`, `details`).
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Body {
    message: Option<String>,
    class: Option<String>,
    error_code: Option<String>,
    details: Option<serde_json::Value>,
}

impl Body {
    /// The last part of a class of version 2: `NoSlotAvailable` of `Client::BadRequest::NoSlotAvailable`.
    fn last_word(&self) -> &str {
        self.class.as_deref().unwrap_or_default().rsplit("::").next().unwrap_or_default()
    }

    fn is_iam_refusal(&self) -> bool {
        let names_actions = |key: &str| {
            let value = self.details.as_ref().and_then(|d| d.get(key));
            value.is_some_and(|v| v.as_str().map_or(v.is_array(), |text| !text.is_empty()))
        };
        names_actions("unauthorizedActionsByIAM")
            || names_actions("unauthorizedActionsByAuthentication")
            || self.message.as_deref().is_some_and(|m| m.to_lowercase().contains("not granted"))
    }
}

/// Sorts a refusal. `hidden` are texts that must not be repeated, such as the password that the call carried.
pub(super) fn classify(refusal: &Refusal<'_>, hidden: &[&str]) -> ApiError {
    let body: Body = serde_json::from_slice(refusal.body).unwrap_or_default();
    let fallback = || refusal.status.canonical_reason().unwrap_or("no explanation").to_owned();
    let message = clean(&body.message.clone().unwrap_or_else(fallback), hidden);
    let lower = message.to_lowercase();
    let class = body.class.as_deref().unwrap_or_default();
    let code = body.error_code.as_deref().unwrap_or_default();
    let query_id = refusal.query_id.to_owned();
    let status = refusal.status.as_u16();
    let wait_millis = refusal.retry_after.unwrap_or(0).saturating_mul(1000);
    let is_refusal = refusal.status.is_client_error();

    if is_refusal && lower.contains("email address is already used") {
        return ApiError::AddressTaken { query_id };
    }
    if is_refusal && let Some(error) = by_class(body.last_word(), &message, &query_id) {
        return error;
    }
    if is_refusal && (class.contains("ActionInProgress") || lower.contains("actioninprogress") || lower.contains("already being processed"))
    {
        return ApiError::InProgress { message, query_id };
    }
    match status {
        401 if refusal.key_has_worked => ApiError::KeyExpired { query_id },
        401 => ApiError::KeysRefused { message, query_id },
        403 => forbidden(refusal, &body, code, message),
        404 => ApiError::NotFound { message, query_id },
        // Something runs on the object, or somebody else changed it meanwhile: whoever asks again reads it anew.
        409 | 412 => ApiError::InProgress { message, query_id },
        429 => ApiError::TooMany { wait_millis, query_id },
        503 if refusal.retry_after.is_some() => ApiError::TooMany { wait_millis, query_id },
        460 => ApiError::Expired { query_id },
        408 | 500.. => ApiError::Failed { status, message, query_id },
        // Version 1 has no code for it, only a sentence.
        400..=499 if refusal.carries_password && lower.contains("password") => ApiError::PasswordRefused { message, query_id },
        400..=499 => ApiError::Refused { message, query_id },
        _ => ApiError::NotUnderstood { message: format!("HTTP status {status}"), query_id },
    }
}

/// Refusals of version 2 that the control panel knows by name.
fn by_class(word: &str, message: &str, query_id: &str) -> Option<ApiError> {
    let (message, query_id) = (message.to_owned(), query_id.to_owned());
    match word {
        "AccountEmailAddressAlreadyUsed" => Some(ApiError::AddressTaken { query_id }),
        "NoSlotAvailable" => Some(ApiError::NoSeat { message, query_id }),
        "InvalidPasswordNotMatchingPolicy" => Some(ApiError::PasswordRefused { message, query_id }),
        // A domain that is being made ready passes by itself; the others say that the object changed meanwhile.
        "DomainNotReady" | "InvalidChecksum" => Some(ApiError::InProgress { message, query_id }),
        _ => None,
    }
}

fn forbidden(refusal: &Refusal<'_>, body: &Body, code: &str, message: String) -> ApiError {
    let query_id = refusal.query_id.to_owned();
    let lower = message.to_lowercase();
    match code {
        "NOT_GRANTED_CALL" => rule_missing(refusal),
        "INVALID_CREDENTIAL" | "NOT_CREDENTIAL" if refusal.key_has_worked || lower.contains("expired") || lower.contains("revoked") => {
            ApiError::KeyExpired { query_id }
        }
        "INVALID_CREDENTIAL" | "NOT_CREDENTIAL" | "INVALID_KEY" | "INVALID_SIGNATURE" => ApiError::KeysRefused { message, query_id },
        _ if body.is_iam_refusal() => rule_missing(refusal),
        _ if lower.contains("signature") => ApiError::KeysRefused { message, query_id },
        _ if lower.contains("service") && lower.contains("expired") => ApiError::Expired { query_id },
        _ => ApiError::Refused { message, query_id },
    }
}

fn rule_missing(refusal: &Refusal<'_>) -> ApiError {
    ApiError::RuleMissing { method: refusal.method.to_owned(), path: refusal.path.to_owned(), query_id: refusal.query_id.to_owned() }
}

/// One line, of bearable length, without the hidden texts.
fn clean(message: &str, hidden: &[&str]) -> String {
    let mut text = message.to_owned();
    for secret in hidden.iter().filter(|s| !s.is_empty()) {
        text = text.replace(secret, "[redacted]");
    }
    let mut line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_MESSAGE).collect();
    line.truncate(line.trim_end().len());
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(status: u16, body: &str) -> ApiError {
        sorted_with(status, body, None, false)
    }

    fn sorted_with(status: u16, body: &str, retry_after: Option<u64>, key_has_worked: bool) -> ApiError {
        let refusal = Refusal {
            status: StatusCode::from_u16(status).expect("a status"),
            query_id: "EU.ext-1",
            retry_after,
            body: body.as_bytes(),
            method: "PUT",
            path: "/email/pro/x/account/a@b.ovh",
            key_has_worked,
            carries_password: false,
        };
        classify(&refusal, &["hunter2"])
    }

    #[test]
    fn every_refusal_has_its_meaning() {
        let q = || "EU.ext-1".to_owned();
        let m = |text: &str| text.to_owned();
        let rule = ApiError::RuleMissing { method: m("PUT"), path: m("/email/pro/x/account/a@b.ovh"), query_id: q() };
        let iam = r#"{"class":"Client::Forbidden","message":"User not granted for this request",
            "details":{"unauthorizedActionsByAuthentication":"","unauthorizedActionsByIAM":"emailPro:apiovh:account/edit"}}"#;
        let table = [
            (
                403,
                r#"{"errorCode":"NOT_GRANTED_CALL","httpCode":"403 Forbidden","message":"This call has not been granted"}"#,
                rule.clone(),
            ),
            (403, iam, rule),
            (
                403,
                r#"{"errorCode":"INVALID_KEY","message":"Invalid key"}"#,
                ApiError::KeysRefused { message: m("Invalid key"), query_id: q() },
            ),
            (
                403,
                r#"{"errorCode":"NOT_CREDENTIAL","message":"This credential does not exist"}"#,
                ApiError::KeysRefused { message: m("This credential does not exist"), query_id: q() },
            ),
            (403, r#"{"errorCode":"INVALID_CREDENTIAL","message":"This credential has expired"}"#, ApiError::KeyExpired { query_id: q() }),
            (403, r#"{"errorCode":"FORBIDDEN","message":"No"}"#, ApiError::Refused { message: m("No"), query_id: q() }),
            (401, r#"{"message":"Unauthorized"}"#, ApiError::KeysRefused { message: m("Unauthorized"), query_id: q() }),
            (
                404,
                r#"{"message":"The requested object (primaryEmailAddress = a@b) does not exist"}"#,
                ApiError::NotFound { message: m("The requested object (primaryEmailAddress = a@b) does not exist"), query_id: q() },
            ),
            (409, r#"{"message":"EMAIL address is already USED."}"#, ApiError::AddressTaken { query_id: q() }),
            (400, r#"{"message":"Sorry: Email address is already used. (a@b)"}"#, ApiError::AddressTaken { query_id: q() }),
            (
                409,
                r#"{"message":"This pop is already being processed: user@example.com, please try later"}"#,
                ApiError::InProgress {
                    message: m("This pop is already being processed: user@example.com, please try later"),
                    query_id: q(),
                },
            ),
            (
                400,
                r#"{"class":"Client::Conflict::ActionInProgress","message":"wait"}"#,
                ApiError::InProgress { message: m("wait"), query_id: q() },
            ),
            (460, r#"{"message":"This service is expired"}"#, ApiError::Expired { query_id: q() }),
            (400, r#"{"message":"Invalid login parameter"}"#, ApiError::Refused { message: m("Invalid login parameter"), query_id: q() }),
            (429, "", ApiError::TooMany { wait_millis: 0, query_id: q() }),
            (500, "<html>oops</html>", ApiError::Failed { status: 500, message: m("Internal Server Error"), query_id: q() }),
            (408, "null", ApiError::Failed { status: 408, message: m("Request Timeout"), query_id: q() }),
            (302, "", ApiError::NotUnderstood { message: m("HTTP status 302"), query_id: q() }),
        ];
        for (status, body, expected) in table {
            assert_eq!(sorted(status, body), expected, "{status} {body}");
        }
    }

    #[test]
    fn refusals_of_version_2_are_known_by_the_last_word_of_their_class() {
        let q = || "EU.ext-1".to_owned();
        let m = || "no".to_owned();
        let table = [
            (409, "Client::Conflict::AccountEmailAddressAlreadyUsed", ApiError::AddressTaken { query_id: q() }),
            (400, "Client::BadRequest::NoSlotAvailable", ApiError::NoSeat { message: m(), query_id: q() }),
            (400, "Client::BadRequest::InvalidPasswordNotMatchingPolicy", ApiError::PasswordRefused { message: m(), query_id: q() }),
            (400, "Client::BadRequest::DomainNotReady", ApiError::InProgress { message: m(), query_id: q() }),
            (412, "Client::PreconditionFailed::InvalidChecksum", ApiError::InProgress { message: m(), query_id: q() }),
            (404, "Client::NotFound::AccountNotFound", ApiError::NotFound { message: m(), query_id: q() }),
        ];
        for (status, class, expected) in table {
            assert_eq!(sorted(status, &format!(r#"{{"class":"{class}","message":"no"}}"#)), expected, "{class}");
        }
    }

    #[test]
    fn a_busy_server_says_how_long() {
        assert_eq!(sorted_with(429, "", Some(7), false), ApiError::TooMany { wait_millis: 7000, query_id: "EU.ext-1".to_owned() });
        assert_eq!(sorted_with(503, "", Some(2), false), ApiError::TooMany { wait_millis: 2000, query_id: "EU.ext-1".to_owned() });
        assert!(matches!(sorted(503, ""), ApiError::Failed { status: 503, .. }));
    }

    #[test]
    fn a_key_that_worked_before_has_expired_or_was_revoked() {
        let body = r#"{"errorCode":"NOT_CREDENTIAL","message":"This credential does not exist"}"#;
        assert_eq!(sorted_with(403, body, None, true), ApiError::KeyExpired { query_id: "EU.ext-1".to_owned() });
    }

    #[test]
    fn passwords_and_line_ends_are_not_repeated() {
        let error = sorted(400, r#"{"message":"Invalid password hunter2\nfor you"}"#);
        assert_eq!(error, ApiError::Refused { message: "Invalid password [redacted] for you".to_owned(), query_id: "EU.ext-1".to_owned() });
        let long = format!(r#"{{"message":"{}"}}"#, "é".repeat(5000));
        let ApiError::Refused { message, .. } = sorted(400, &long) else { panic!("refused") };
        assert_eq!(message.chars().count(), LONGEST_MESSAGE);
    }
}
