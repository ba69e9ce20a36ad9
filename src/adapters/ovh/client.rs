//! Signed calls: one request, one answer, its error by meaning. Nothing is repeated here.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;

use super::errors::{NO_QUERY, Refusal, classify};
use super::sign::signature;
use crate::domain::{ApiEndpoint, Moment, Secret};
use crate::ports::{ApiError, ApiKeys, Clock};

/// Calls at the same time, over all clients of a gate: the API has no published limit, its maintainers ask for restraint.
pub(super) const PARALLEL_CALLS: usize = 4;

/// Wall clock and monotonic clock may drift apart by this much before the server's time is asked again (suspend, clock set).
const TOLERATED_JUMP_MILLIS: u64 = 20_000;

/// A success.
struct Reply {
    query_id: String,
    body: Vec<u8>,
}

/// The server's time, agreed upon at one moment.
#[derive(Clone, Copy)]
struct Agreed {
    /// Local time minus server time.
    delta_millis: i64,
    /// Local time then.
    at: Moment,
    /// The same moment on the clock that nobody sets.
    monotonic: Instant,
}

impl Agreed {
    fn is_stale(&self, now: Moment) -> bool {
        let wall = now.0.saturating_sub(self.at.0);
        let monotonic = i64::try_from(self.monotonic.elapsed().as_millis()).unwrap_or(i64::MAX);
        wall.abs_diff(monotonic) > TOLERATED_JUMP_MILLIS
    }
}

/// One set of keys at one end point.
pub(super) struct Client {
    http: reqwest::Client,
    endpoint: ApiEndpoint,
    keys: ApiKeys,
    clock: Arc<dyn Clock>,
    turns: Arc<Semaphore>,
    agreed: Mutex<Option<Agreed>>,
    key_has_worked: AtomicBool,
}

impl Client {
    pub(super) fn new(http: reqwest::Client, endpoint: ApiEndpoint, keys: ApiKeys, clock: Arc<dyn Clock>, turns: Arc<Semaphore>) -> Self {
        Self { http, endpoint, keys, clock, turns, agreed: Mutex::new(None), key_has_worked: AtomicBool::new(false) }
    }

    pub(super) fn endpoint(&self) -> &ApiEndpoint {
        &self.endpoint
    }

    /// Agrees with the server on the time (`GET /auth/time`, not signed).
    pub(super) async fn agree_on_time(&self) -> Result<(), ApiError> {
        let reply = self.send(Method::GET, "/auth/time", None, HeaderMap::new(), &[]).await?;
        let seconds: i64 = parse(&reply)?;
        let at = self.clock.now();
        let agreed = Agreed { delta_millis: at.0 - seconds.saturating_mul(1000), at, monotonic: Instant::now() };
        *self.agreed.lock().unwrap_or_else(PoisonError::into_inner) = Some(agreed);
        Ok(())
    }

    /// A signed GET.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ApiError> {
        parse(&self.signed(Method::GET, path, None, None).await?)
    }

    /// A signed GET where "not found" is an answer.
    pub(super) async fn find<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, ApiError> {
        match self.signed(Method::GET, path, None, None).await {
            Ok(reply) => parse(&reply).map(Some),
            Err(ApiError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A signed PUT, which answers nothing.
    pub(super) async fn put(&self, path: &str, body: &impl Serialize) -> Result<(), ApiError> {
        self.signed(Method::PUT, path, Some(text_of(body)?), None).await.map(drop)
    }

    /// A signed POST whose answer may be `null` or empty. `hidden` is a secret that the body carries: no error repeats it.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: Option<&(impl Serialize + Sync)>,
        hidden: Option<&Secret>,
    ) -> Result<Option<T>, ApiError> {
        let body = body.map(text_of).transpose()?;
        parse_nullable(&self.signed(Method::POST, path, body, hidden).await?)
    }

    /// A signed DELETE whose answer may be `null` or empty.
    pub(super) async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, ApiError> {
        parse_nullable(&self.signed(Method::DELETE, path, None, None).await?)
    }

    /// `POST /auth/credential`: names the application, is not signed.
    pub(super) async fn post_as_application<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, ApiError> {
        let ApiKeys::Application { application_key, application_secret, .. } = &self.keys else {
            return Err(not_an_application());
        };
        let mut headers = HeaderMap::new();
        headers.insert("X-Ovh-Application", header(application_key)?);
        let hidden = [application_secret.expose()];
        parse(&self.send(Method::POST, path, Some(text_of(body)?), headers, &hidden).await?)
    }

    async fn signed(&self, method: Method, path: &str, body: Option<String>, hidden: Option<&Secret>) -> Result<Reply, ApiError> {
        let ApiKeys::Application { application_key, application_secret, consumer_key } = &self.keys else {
            return Err(not_an_application());
        };
        let Some(consumer_key) = consumer_key else {
            return Err(ApiError::KeysRefused { message: "there is no consumer key yet".to_owned(), query_id: NO_QUERY.to_owned() });
        };
        let timestamp = self.server_seconds().await?;
        let url = self.url(path)?;
        let text = body.as_deref().unwrap_or_default();
        let signed = signature(application_secret, consumer_key, method.as_str(), url.as_str(), text, timestamp);
        let mut headers = HeaderMap::new();
        headers.insert("X-Ovh-Application", header(application_key)?);
        headers.insert("X-Ovh-Consumer", header(consumer_key)?);
        headers.insert("X-Ovh-Timestamp", HeaderValue::from(timestamp));
        headers.insert("X-Ovh-Signature", header(&Secret::new(signed))?);
        let mut secrets = vec![application_secret.expose(), consumer_key.expose()];
        secrets.extend(hidden.map(Secret::expose));
        let reply = self.send(method, path, body, headers, &secrets).await?;
        self.key_has_worked.store(true, Ordering::Relaxed);
        Ok(reply)
    }

    /// Now, on the server's clock.
    async fn server_seconds(&self) -> Result<i64, ApiError> {
        let known = *self.agreed.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_none_or(|agreed| agreed.is_stale(self.clock.now())) {
            self.agree_on_time().await?;
        }
        let delta = self.agreed.lock().unwrap_or_else(PoisonError::into_inner).map_or(0, |agreed| agreed.delta_millis);
        Ok(self.clock.now().0.saturating_sub(delta).div_euclid(1000))
    }

    fn url(&self, path: &str) -> Result<Url, ApiError> {
        let text = format!("{}{path}", self.endpoint.base_url());
        Url::parse(&text).map_err(|error| ApiError::Unreachable(format!("{} is not a URL: {error}", self.endpoint)))
    }

    async fn send(&self, method: Method, path: &str, body: Option<String>, headers: HeaderMap, hidden: &[&str]) -> Result<Reply, ApiError> {
        let url = self.url(path)?;
        let mut request = self.http.request(method.clone(), url).headers(headers).header("Accept", "application/json");
        if let Some(body) = body {
            request = request.header("Content-Type", "application/json;charset=utf-8").body(body);
        }
        let _turn = self.turns.acquire().await.map_err(|_| ApiError::Unreachable("the program is ending".to_owned()))?;
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let query_id = header_text(&response, "X-OVH-QUERYID").unwrap_or(NO_QUERY).to_owned();
        let retry_after = header_text(&response, RETRY_AFTER.as_str()).and_then(|text| text.trim().parse().ok());
        let body = response.bytes().await.map_err(unreachable)?.to_vec();
        tracing::debug!(%method, path, status = status.as_u16(), query_id, "API call");
        if is_success(status) {
            return Ok(Reply { query_id, body });
        }
        let key_has_worked = self.key_has_worked.load(Ordering::Relaxed);
        let method = method.as_str();
        let refusal = Refusal { status, query_id: &query_id, retry_after, body: &body, method, path, key_has_worked };
        Err(classify(&refusal, hidden))
    }
}

fn not_an_application() -> ApiError {
    ApiError::KeysRefused { message: "these are not the keys of an application".to_owned(), query_id: NO_QUERY.to_owned() }
}

fn is_success(status: StatusCode) -> bool {
    status.is_success()
}

fn header_text<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

fn header(secret: &Secret) -> Result<HeaderValue, ApiError> {
    let mut value = HeaderValue::from_str(secret.expose()).map_err(|_| ApiError::KeysRefused {
        message: "a key holds characters that no key has".to_owned(),
        query_id: NO_QUERY.to_owned(),
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn text_of(body: &(impl Serialize + ?Sized)) -> Result<String, ApiError> {
    serde_json::to_string(body).map_err(|error| ApiError::NotUnderstood {
        message: format!("the question cannot be written: {error}"),
        query_id: NO_QUERY.to_owned(),
    })
}

fn parse<T: DeserializeOwned>(reply: &Reply) -> Result<T, ApiError> {
    // The parser's own message may quote the answer, and the answer may be a key.
    serde_json::from_slice(&reply.body).map_err(|error| ApiError::NotUnderstood {
        message: format!("{:?} error at line {} column {}", error.classify(), error.line(), error.column()),
        query_id: reply.query_id.clone(),
    })
}

fn parse_nullable<T: DeserializeOwned>(reply: &Reply) -> Result<Option<T>, ApiError> {
    if reply.body.trim_ascii().is_empty() { Ok(None) } else { parse(reply) }
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
pub(super) fn http_builder(timeout: Duration, user_agent: &str) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(user_agent)
        .timeout(timeout)
        .connect_timeout(timeout.min(Duration::from_secs(10)))
        // A signature is valid for one URL: following a redirect would only hide that something stands between.
        .redirect(reqwest::redirect::Policy::none())
        .https_only(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_jumped_asks_for_the_time_again() {
        let agreed = Agreed { delta_millis: 0, at: Moment(1_000_000), monotonic: Instant::now() };
        assert!(!agreed.is_stale(Moment(1_000_500)));
        assert!(agreed.is_stale(Moment(1_000_000 + 3_600_000)), "an hour asleep");
        assert!(agreed.is_stale(Moment(500_000)), "set back");
    }
}
