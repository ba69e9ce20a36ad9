//! One request, one answer, its error by meaning. Nothing is repeated here, and nothing is known of keys.

use std::sync::Arc;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode, Url};
use tokio::sync::Semaphore;

use super::errors::{NO_QUERY, Refusal, classify, is_stale};
use crate::ports::ApiError;

/// JSON, as the official clients announce it.
pub(super) const JSON: &str = "application/json;charset=utf-8";

/// A request that is ready to be sent.
pub(super) struct Question<'a> {
    pub(super) method: Method,
    pub(super) url: Url,
    /// Path below the end point, for errors and the log.
    pub(super) path: &'a str,
    /// `Content-Type` and bytes.
    pub(super) body: Option<(&'static str, String)>,
    pub(super) headers: HeaderMap,
    /// Texts that no error repeats.
    pub(super) hidden: Vec<&'a str>,
    /// Whether a password of an account is among them.
    pub(super) carries_password: bool,
    /// Whether the same keys were accepted before.
    pub(super) key_has_worked: bool,
}

/// A success.
pub(super) struct Reply {
    pub(super) query_id: String,
    pub(super) body: Vec<u8>,
    /// `X-Pagination-Cursor-Next` (v2): there is another page.
    pub(super) next: Option<String>,
}

/// A call that was refused or not answered, with what those few need who act on it.
pub(super) struct Refused {
    /// HTTP status, where there was an answer.
    pub(super) status: Option<StatusCode>,
    /// The object has changed since it was read (v2, checksum).
    pub(super) is_stale: bool,
    pub(super) error: ApiError,
}

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        Self { status: None, is_stale: false, error }
    }
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        refused.error
    }
}

/// The HTTP client, and whose turn it is.
pub(super) struct Transport {
    http: reqwest::Client,
    turns: Arc<Semaphore>,
}

impl Transport {
    pub(super) fn new(http: reqwest::Client, turns: Arc<Semaphore>) -> Self {
        Self { http, turns }
    }

    /// Sends it when it is its turn.
    pub(super) async fn send(&self, question: Question<'_>) -> Result<Reply, Refused> {
        let Question { method, url, path, body, headers, hidden, carries_password, key_has_worked } = question;
        let mut request = self.http.request(method.clone(), url).headers(headers).header("Accept", "application/json");
        if let Some((content_type, text)) = body {
            request = request.header("Content-Type", content_type).body(text);
        }
        let _turn = self.turns.acquire().await.map_err(|_| ApiError::Unreachable("the program is ending".to_owned()))?;
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let query_id = header_text(&response, "X-OVH-QUERYID").unwrap_or(NO_QUERY).to_owned();
        let retry_after = header_text(&response, RETRY_AFTER.as_str()).and_then(|text| text.trim().parse().ok());
        let next = header_text(&response, "X-Pagination-Cursor-Next").filter(|text| !text.is_empty()).map(str::to_owned);
        let body = response.bytes().await.map_err(unreachable)?.to_vec();
        tracing::debug!(%method, path, status = status.as_u16(), query_id, "API call");
        if status.is_success() {
            return Ok(Reply { query_id, body, next });
        }
        let method = method.as_str();
        let refusal = Refusal { status, query_id: &query_id, retry_after, body: &body, method, path, key_has_worked, carries_password };
        Err(Refused { status: Some(status), is_stale: is_stale(&refusal), error: classify(&refusal, &hidden) })
    }
}

fn header_text<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

/// A header whose value is kept out of every log.
pub(super) fn secret_header(headers: &mut HeaderMap, name: &'static str, value: &str) -> Result<(), ApiError> {
    let mut value = HeaderValue::from_str(value).map_err(|_| ApiError::KeysRefused {
        message: "a key holds characters that no key has".to_owned(),
        query_id: NO_QUERY.to_owned(),
    })?;
    value.set_sensitive(true);
    headers.insert(HeaderName::from_static(name), value);
    Ok(())
}

/// What went wrong, innermost cause last, without the URL.
fn unreachable(error: reqwest::Error) -> ApiError {
    if error.is_timeout() {
        return ApiError::Unreachable("no answer in time".to_owned());
    }
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        source = inner.source();
    }
    ApiError::Unreachable(text)
}

/// How the HTTP client behaves, for every end point.
pub(super) fn http_builder(timeout: std::time::Duration, user_agent: &str) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(user_agent)
        .timeout(timeout)
        .connect_timeout(timeout.min(std::time::Duration::from_secs(10)))
        // A signature is valid for one URL: following a redirect would only hide that something stands between.
        .redirect(reqwest::redirect::Policy::none())
        .https_only(false)
}
