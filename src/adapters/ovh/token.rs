//! Access tokens of a service account (OAuth2 client credentials): fetched, kept until shortly before they end.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::HeaderMap;
use reqwest::{Method, Url};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::errors::NO_QUERY;
use super::transport::{Question, Transport};
use crate::domain::{ApiEndpoint, Moment, Secret};
use crate::ports::ApiError;

/// A token is renewed so long before it ends, so that none ends on its way.
const SPARE_SECONDS: i64 = 60;

/// For this long a token is kept whose end the server does not say.
const USUAL_SECONDS: i64 = 3599;

const FORM: &str = "application/x-www-form-urlencoded";

/// The answer of the token's URL. No `Debug`: it holds a token.
#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    expires_in: Option<i64>,
}

struct Kept {
    token: Secret,
    until: Moment,
}

/// The token in force.
#[derive(Default)]
pub(super) struct Tokens(Mutex<Option<Kept>>);

impl Tokens {
    /// The token, fetched when there is none or it is about to end. Whoever else needs one waits for the same.
    pub(super) async fn token(
        &self,
        transport: &Transport,
        endpoint: &ApiEndpoint,
        pair: [&Secret; 2],
        now: Moment,
    ) -> Result<Secret, ApiError> {
        let mut kept = self.0.lock().await;
        if let Some(known) = kept.as_ref().filter(|known| known.until > now) {
            return Ok(known.token.clone());
        }
        let (token, seconds) = fetch(transport, endpoint, pair).await?;
        let until = Moment(now.0.saturating_add((seconds - SPARE_SECONDS).max(0).saturating_mul(1000)));
        *kept = Some(Kept { token: token.clone(), until });
        Ok(token)
    }

    /// Forgets the token; whether there was one.
    pub(super) async fn forget(&self) -> bool {
        self.0.lock().await.take().is_some()
    }
}

async fn fetch(transport: &Transport, endpoint: &ApiEndpoint, [client_id, client_secret]: [&Secret; 2]) -> Result<(Secret, i64), ApiError> {
    let encoded = |secret: &Secret| utf8_percent_encode(secret.expose(), NON_ALPHANUMERIC).to_string();
    let form = format!("grant_type=client_credentials&client_id={}&client_secret={}&scope=all", encoded(client_id), encoded(client_secret));
    let question = Question {
        method: Method::POST,
        url: token_url(endpoint)?,
        path: "/auth/oauth2/token",
        body: Some((FORM, form)),
        headers: HeaderMap::new(),
        hidden: vec![client_id.expose(), client_secret.expose()],
        carries_password: false,
        key_has_worked: false,
    };
    let reply = transport.send(question).await.map_err(|refused| match refused.error {
        // RFC 6749 §5.2: an unknown client is a 400 or a 401.
        ApiError::Refused { message, query_id } | ApiError::NotFound { message, query_id } => ApiError::KeysRefused { message, query_id },
        other => other,
    })?;
    let answer: TokenAnswer = serde_json::from_slice(&reply.body)
        .map_err(|_| ApiError::NotUnderstood { message: "the answer holds no access token".to_owned(), query_id: reply.query_id })?;
    Ok((Secret::new(answer.access_token), answer.expires_in.unwrap_or(USUAL_SECONDS)))
}

/// Where tokens come from: as the official clients know it for the known end points (a guide prints another host for Canada), on the
/// same origin for any other.
fn token_url(endpoint: &ApiEndpoint) -> Result<Url, ApiError> {
    let fixed = match endpoint.base_url() {
        base if base.starts_with("https://eu.api.ovh.com/") => Some("https://www.ovh.com/auth/oauth2/token"),
        base if base.starts_with("https://ca.api.ovh.com/") => Some("https://ca.ovh.com/auth/oauth2/token"),
        base if base.starts_with("https://api.us.ovhcloud.com/") => Some("https://us.ovhcloud.com/auth/oauth2/token"),
        _ => None,
    };
    let url = match fixed {
        Some(fixed) => Url::parse(fixed),
        None => Url::parse(endpoint.base_url()).and_then(|base| base.join("/auth/oauth2/token")),
    };
    url.map_err(|error| ApiError::KeysRefused {
        message: format!("{endpoint} has no place for tokens: {error}"),
        query_id: NO_QUERY.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_point_has_its_place_for_tokens() {
        let table = [
            ("ovh-eu", "https://www.ovh.com/auth/oauth2/token"),
            ("ovh-ca", "https://ca.ovh.com/auth/oauth2/token"),
            ("ovh-us", "https://us.ovhcloud.com/auth/oauth2/token"),
            ("http://127.0.0.1:8080/1.0", "http://127.0.0.1:8080/auth/oauth2/token"),
        ];
        for (endpoint, expected) in table {
            let endpoint = endpoint.parse().expect("an end point");
            assert_eq!(token_url(&endpoint).expect("a URL").as_str(), expected);
        }
    }
}
