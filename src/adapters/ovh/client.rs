//! Calls with the customer's keys: signed, or with a bearer token. Nothing is repeated here, but for one call whose token had ended.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::errors::NO_QUERY;
use super::routes;
use super::server_time::ServerTime;
use super::sign::signature;
use super::token::Tokens;
use super::transport::{JSON, Question, Refused, Reply, Transport, secret_header};
use crate::domain::{ApiEndpoint, Secret};
use crate::ports::{ApiError, ApiKeys, Clock};
use crate::settings::Region;

/// Calls at the same time, over all clients of a gate: the API has no published limit, its maintainers ask for restraint.
pub(super) const PARALLEL_CALLS: usize = 4;

/// Objects on one page (v2).
const PAGE_SIZE: u32 = 100;

/// A list that has more pages than this does not end.
const MOST_PAGES: usize = 1000;

/// What is asked.
struct Ask<'a> {
    method: Method,
    path: &'a str,
    body: Option<String>,
    /// A password that the body carries: no error repeats it.
    hidden: Option<&'a Secret>,
    /// Headers beyond the usual ones.
    headers: HeaderMap,
}

impl<'a> Ask<'a> {
    fn new(method: Method, path: &'a str) -> Self {
        Self { method, path, body: None, hidden: None, headers: HeaderMap::new() }
    }
}

/// What became of a change that names the version it is about (v2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Versioned {
    /// Accepted.
    Accepted,
    /// The object has changed since: nothing was done.
    Stale,
}

/// One set of keys at one end point.
pub(super) struct Client {
    transport: Transport,
    endpoint: ApiEndpoint,
    keys: ApiKeys,
    clock: Arc<dyn Clock>,
    time: ServerTime,
    tokens: Tokens,
    key_has_worked: AtomicBool,
}

impl Client {
    pub(super) fn new(transport: Transport, endpoint: ApiEndpoint, keys: ApiKeys, clock: Arc<dyn Clock>) -> Self {
        let (time, tokens) = (ServerTime::default(), Tokens::default());
        Self { transport, endpoint, keys, clock, time, tokens, key_has_worked: AtomicBool::new(false) }
    }

    /// Where the customer's services are, as far as the end point tells it.
    pub(super) fn region(&self) -> Region {
        if self.endpoint.base_url().starts_with("https://ca.api.ovh.com/") { Region::Ca } else { Region::Eu }
    }

    /// Whether the keys are those of an application; else it is a token, and what it may do is said elsewhere.
    pub(super) const fn is_application(&self) -> bool {
        matches!(self.keys, ApiKeys::Application { .. })
    }

    /// Agrees with the server on the time (`GET /auth/time`, not signed).
    pub(super) async fn agree_on_time(&self) -> Result<(), ApiError> {
        let ask = Ask::new(Method::GET, "/auth/time");
        let reply = self.send(&ask, HeaderMap::new(), Vec::new()).await?;
        self.time.agree(parse(&reply)?, self.clock.now());
        Ok(())
    }

    /// A GET.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ApiError> {
        parse(&self.call(&Ask::new(Method::GET, path)).await?)
    }

    /// A GET where "not found" is an answer.
    pub(super) async fn find<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, ApiError> {
        match self.get(path).await {
            Ok(found) => Ok(Some(found)),
            Err(ApiError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All pages of a list (v2).
    pub(super) async fn pages<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, ApiError> {
        let mut all = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut ask = Ask::new(Method::GET, path);
            ask.headers.insert("X-Pagination-Size", HeaderValue::from(PAGE_SIZE));
            if let Some(cursor) = &cursor {
                let value = HeaderValue::from_str(cursor).map_err(|_| not_understood("the cursor of the next page cannot be sent back"))?;
                ask.headers.insert("X-Pagination-Cursor", value);
            }
            let reply = self.call(&ask).await?;
            all.extend(parse::<Vec<T>>(&reply)?);
            match reply.next {
                Some(next) if cursor.as_ref() != Some(&next) => cursor = Some(next),
                _ => return Ok(all),
            }
        }
        Err(not_understood("the list has no end"))
    }

    /// A PUT, whose answer is of no interest.
    pub(super) async fn put(&self, path: &str, body: &impl Serialize) -> Result<(), ApiError> {
        self.call(&Ask { body: Some(text_of(body)?), ..Ask::new(Method::PUT, path) }).await?;
        Ok(())
    }

    /// A PUT that names the version it is about (v2). `hidden` is a secret that the body carries.
    pub(super) async fn put_version(&self, path: &str, body: &impl Serialize, hidden: Option<&Secret>) -> Result<Versioned, ApiError> {
        let ask = Ask { body: Some(text_of(body)?), hidden, ..Ask::new(Method::PUT, path) };
        match self.call(&ask).await {
            Ok(_) => Ok(Versioned::Accepted),
            Err(refused) if refused.is_stale => Ok(Versioned::Stale),
            Err(refused) => Err(refused.error),
        }
    }

    /// A POST whose answer may be `null` or empty. `hidden` is a secret that the body carries: no error repeats it.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: Option<&(impl Serialize + Sync)>,
        hidden: Option<&Secret>,
    ) -> Result<Option<T>, ApiError> {
        let body = body.map(text_of).transpose()?;
        parse_nullable(&self.call(&Ask { body, hidden, ..Ask::new(Method::POST, path) }).await?)
    }

    /// A DELETE whose answer may be `null` or empty.
    pub(super) async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, ApiError> {
        parse_nullable(&self.call(&Ask::new(Method::DELETE, path)).await?)
    }

    /// A DELETE where "not found" is as good as done.
    pub(super) async fn remove(&self, path: &str) -> Result<(), ApiError> {
        match self.call(&Ask::new(Method::DELETE, path)).await {
            Ok(_) | Err(Refused { error: ApiError::NotFound { .. }, .. }) => Ok(()),
            Err(refused) => Err(refused.error),
        }
    }

    /// `POST /auth/credential`: names the application, is not signed.
    pub(super) async fn post_as_application<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, ApiError> {
        let ApiKeys::Application { application_key, application_secret, .. } = &self.keys else {
            return Err(not_an_application());
        };
        let mut headers = HeaderMap::new();
        secret_header(&mut headers, "x-ovh-application", application_key.expose())?;
        let ask = Ask { body: Some(text_of(body)?), ..Ask::new(Method::POST, path) };
        parse(&self.send(&ask, headers, vec![application_secret.expose()]).await?)
    }

    async fn call(&self, ask: &Ask<'_>) -> Result<Reply, Refused> {
        match self.attempt(ask).await {
            // Whatever was asked was not carried out: the token had ended before its time.
            Err(refused) if refused.status == Some(StatusCode::UNAUTHORIZED) && self.tokens.forget().await => self.attempt(ask).await,
            outcome => outcome,
        }
    }

    async fn attempt(&self, ask: &Ask<'_>) -> Result<Reply, Refused> {
        let mut headers = ask.headers.clone();
        let token = match &self.keys {
            ApiKeys::Application { application_key, application_secret, consumer_key } => {
                self.sign(ask, &mut headers, [Some(application_key), Some(application_secret), consumer_key.as_ref()]).await?;
                None
            }
            ApiKeys::Client { client_id, client_secret } => {
                let pair = [client_id, client_secret];
                Some(self.tokens.token(&self.transport, &self.endpoint, pair, self.clock.now()).await?)
            }
            ApiKeys::Token { access_token } => Some(access_token.clone()),
        };
        let mut hidden: Vec<&str> = self.keys.secrets().into_iter().skip(usize::from(self.is_application())).map(Secret::expose).collect();
        if let Some(token) = &token {
            secret_header(&mut headers, "authorization", &format!("Bearer {}", token.expose()))?;
            hidden.push(token.expose());
        }
        hidden.extend(ask.hidden.map(Secret::expose));
        let reply = self.send(ask, headers, hidden).await?;
        self.key_has_worked.store(true, Ordering::Relaxed);
        Ok(reply)
    }

    async fn sign(&self, ask: &Ask<'_>, headers: &mut HeaderMap, keys: [Option<&Secret>; 3]) -> Result<(), ApiError> {
        let [Some(application_key), Some(application_secret), Some(consumer_key)] = keys else {
            return Err(ApiError::KeysRefused { message: "there is no consumer key yet".to_owned(), query_id: NO_QUERY.to_owned() });
        };
        let timestamp = self.server_seconds().await?;
        let url = self.url(ask.path)?;
        let text = ask.body.as_deref().unwrap_or_default();
        let signed = signature(application_secret, consumer_key, ask.method.as_str(), url.as_str(), text, timestamp);
        secret_header(headers, "x-ovh-application", application_key.expose())?;
        secret_header(headers, "x-ovh-consumer", consumer_key.expose())?;
        secret_header(headers, "x-ovh-signature", &signed)?;
        headers.insert("X-Ovh-Timestamp", HeaderValue::from(timestamp));
        Ok(())
    }

    /// Now, on the server's clock.
    async fn server_seconds(&self) -> Result<i64, ApiError> {
        if let Some(seconds) = self.time.seconds(self.clock.now()) {
            return Ok(seconds);
        }
        self.agree_on_time().await?;
        self.time.seconds(self.clock.now()).ok_or_else(|| not_understood("the clock of this machine jumps"))
    }

    /// Version 1 lies below the end point, version 2 beside it (`…/1.0`, `…/v2`), as in the official clients.
    fn url(&self, path: &str) -> Result<Url, ApiError> {
        let base = self.endpoint.base_url();
        let root = || base.strip_suffix("/1.0").or_else(|| base.strip_suffix("/v1")).unwrap_or(base);
        let text = if path.starts_with("/v2/") { format!("{}{path}", root()) } else { format!("{base}{path}") };
        Url::parse(&text).map_err(|error| ApiError::Unreachable(format!("{} is not a URL: {error}", self.endpoint)))
    }

    async fn send<'a>(&self, ask: &Ask<'a>, headers: HeaderMap, hidden: Vec<&'a str>) -> Result<Reply, Refused> {
        debug_assert!(routes::is_known(ask.method.as_str(), ask.path), "{} {} is not in the table of routes", ask.method, ask.path);
        let question = Question {
            method: ask.method.clone(),
            url: self.url(ask.path)?,
            path: ask.path,
            body: ask.body.clone().map(|text| (JSON, text)),
            headers,
            hidden,
            carries_password: ask.hidden.is_some(),
            key_has_worked: self.key_has_worked.load(Ordering::Relaxed),
        };
        self.transport.send(question).await
    }
}

fn not_an_application() -> ApiError {
    ApiError::KeysRefused { message: "these are not the keys of an application".to_owned(), query_id: NO_QUERY.to_owned() }
}

fn not_understood(message: &str) -> ApiError {
    ApiError::NotUnderstood { message: message.to_owned(), query_id: NO_QUERY.to_owned() }
}

fn text_of(body: &(impl Serialize + ?Sized)) -> Result<String, ApiError> {
    serde_json::to_string(body).map_err(|error| not_understood(&format!("the question cannot be written: {error}")))
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
