//! The page on which a person accepts a consumer key, and what all pages share. HTML without scripts.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use percent_encoding::percent_decode_str;

use crate::domain::CredentialStatus;
use crate::sandbox::world::{ConsumerKey, World};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1c2733;background:#f6f8fa}\
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}main,section{background:#fff;border:1px solid #d8dee4;border-radius:8px;padding:1rem 1.5rem}\
section{margin:1rem 0}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid #eaeef2}\
code{background:#eef1f4;padding:.1rem .3rem;border-radius:4px}input,select{font:inherit;padding:.25rem .4rem}button{font:inherit;padding:.35rem .9rem;\
border-radius:6px;border:1px solid #1f6feb;background:#1f6feb;color:#fff}button.plain{background:#fff;color:#1c2733;border-color:#b6c0ca}\
.said{border-left:4px solid #1f6feb;padding:.4rem .8rem;background:#eaf2fe}.no{border-color:#c62828;background:#fdecec}form{margin:.4rem 0}";

/// A whole page.
pub(super) fn html(status: StatusCode, title: &str, body: &str) -> Response<Body> {
    let text = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><style>{STYLE}</style></head><body>{body}</body></html>"
    );
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

/// Text that cannot become markup.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A field of a form or a query.
pub(super) fn field(form: &str, name: &str) -> Option<String> {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    form.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| decoded(key) == name).map(|(_, value)| decoded(value))
}

/// `GET /auth/?credentialToken=…`.
pub(super) fn question(world: &World, query: &str) -> Response<Body> {
    let token = field(query, "credentialToken").unwrap_or_default();
    let found = world.look(|state, turn| state.key_of_token(&token).map(|key| (key.clone(), key.status(turn))));
    match found {
        Ok((key, CredentialStatus::PendingValidation)) => html(StatusCode::OK, "Grant access", &asking(&key, &token)),
        Ok((_, status)) => html(StatusCode::OK, "Grant access", &settled(status)),
        Err(_) => html(StatusCode::NOT_FOUND, "Grant access", "<main><h1>Unknown request</h1><p>This link is not known here.</p></main>"),
    }
}

fn asking(key: &ConsumerKey, token: &str) -> String {
    let mut rules = String::new();
    for rule in &key.rules {
        // Writing to a `String` cannot fail.
        let _ = write!(rules, "<tr><td><code>{}</code></td><td><code>{}</code></td></tr>", escaped(&rule.method), escaped(&rule.path));
    }
    format!(
        "<main><h1>Grant Mailferry access to this account?</h1>\
         <p>This is the demo's own platform: nothing outside this computer is touched.</p>\
         <p>The application asks for these rights, for one day:</p><table><tr><th>Method</th><th>Path</th></tr>{rules}</table>\
         <form method=\"post\" action=\"/auth/\"><input type=\"hidden\" name=\"credentialToken\" value=\"{}\">\
         <p><button name=\"answer\" value=\"accept\">Accept</button> \
         <button class=\"plain\" name=\"answer\" value=\"refuse\">Refuse</button></p></form></main>",
        escaped(token)
    )
}

fn settled(status: CredentialStatus) -> String {
    let words = match status {
        CredentialStatus::Validated => "Access is granted. You can close this page and go back to the terminal.",
        CredentialStatus::Refused => "Access was refused. You can close this page.",
        CredentialStatus::Expired => "This access has ended. Ask for a new one in the terminal.",
        CredentialStatus::PendingValidation => "Nobody has answered yet.",
    };
    format!("<main><h1>{words}</h1></main>")
}

/// `POST /auth/`.
pub(super) fn answered(world: &World, body: &[u8]) -> Response<Body> {
    let form = String::from_utf8_lossy(body);
    let token = field(&form, "credentialToken").unwrap_or_default();
    let status = match field(&form, "answer").as_deref() {
        Some("accept") => CredentialStatus::Validated,
        Some("refuse") => CredentialStatus::Refused,
        _ => return html(StatusCode::BAD_REQUEST, "Grant access", "<main><h1>No answer was given</h1></main>"),
    };
    match world.change(|state, turn| state.answer_key(&token, status, turn)) {
        Ok(key) => match key.redirection.as_deref().and_then(|to| HeaderValue::from_str(to).ok()) {
            Some(to) => elsewhere(to),
            None => html(StatusCode::OK, "Grant access", &settled(key.status)),
        },
        Err(refusal) => html(StatusCode::NOT_FOUND, "Grant access", &format!("<main><h1>{}</h1></main>", escaped(&refusal.to_string()))),
    }
}

/// 303.
pub(super) fn elsewhere(to: HeaderValue) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(header::LOCATION, to);
    response
}
