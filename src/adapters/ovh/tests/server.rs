//! The small API: scripted answers, every signature checked, calls written down.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::super::{OvhGate, OvhOptions};
use crate::domain::{DomainName, EmailAddress, Moment, Platform, Secret, ServiceId};
use crate::ports::{ApiKeys, Clock, PlatformApi, PlatformGate};

pub(super) const SERVER_SECONDS: i64 = 1_700_000_000;

/// A clock that is five minutes ahead of the server.
pub(super) struct FastClock;

#[async_trait]
impl Clock for FastClock {
    fn now(&self) -> Moment {
        Moment((SERVER_SECONDS + 300) * 1000)
    }

    async fn sleep(&self, _: u64) {}
}

/// One scripted answer.
#[derive(Clone)]
pub(super) struct Canned {
    pub(super) status: u16,
    pub(super) body: String,
    pub(super) headers: Vec<(&'static str, &'static str)>,
    pub(super) delay: Duration,
}

#[derive(Default)]
pub(super) struct Script {
    answers: Mutex<BTreeMap<String, Canned>>,
    calls: Mutex<Vec<(String, String)>>,
    complaints: Mutex<Vec<String>>,
    now: AtomicUsize,
    pub(super) most_at_once: AtomicUsize,
}

pub(super) struct Server {
    pub(super) script: Arc<Script>,
    pub(super) address: std::net::SocketAddr,
    _running: JoinSet<()>,
}

impl Server {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let script = Arc::new(Script::default());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&script));
        let mut running = JoinSet::new();
        running.spawn(async move { axum::serve(listener, router).await.expect("served") });
        let server = Self { script, address, _running: running };
        server.on("GET /1.0/auth/time", 200, json!(SERVER_SECONDS));
        server
    }

    #[expect(clippy::needless_pass_by_value, reason = "the tables read better with json! in place")]
    pub(super) fn on(&self, call: &str, status: u16, body: Value) {
        self.on_with(call, Canned { status, body: body.to_string(), headers: Vec::new(), delay: Duration::ZERO });
    }

    pub(super) fn on_with(&self, call: &str, canned: Canned) {
        self.script.answers.lock().expect("lock").insert(call.to_owned(), canned);
    }

    pub(super) fn calls(&self) -> Vec<(String, String)> {
        let complaints = self.script.complaints.lock().expect("lock");
        assert!(complaints.is_empty(), "{complaints:?}");
        self.script.calls.lock().expect("lock").clone()
    }

    pub(super) fn body_of(&self, call: &str) -> Value {
        let calls = self.calls();
        let found = calls.iter().rev().find(|(c, _)| c == call).unwrap_or_else(|| panic!("{call} not in {calls:?}"));
        serde_json::from_str(&found.1).expect("a JSON body")
    }

    pub(super) fn gate(&self) -> OvhGate {
        OvhGate::new(OvhOptions {
            resolve: vec![("localhost".to_owned(), self.address)],
            timeout: Duration::from_secs(2),
            clock: Arc::new(FastClock),
            ..OvhOptions::default()
        })
    }

    /// Many answers at once, each a success.
    #[expect(clippy::needless_pass_by_value, reason = "the tables read better with json! in place")]
    pub(super) fn answers(&self, base: &str, answers: Value) {
        for (call, body) in answers.as_object().expect("answers by call") {
            let (method, path) = call.split_once(' ').expect("a method and a path");
            self.on(&format!("{method} {base}{path}"), 200, body.clone());
        }
    }

    pub(super) async fn open(&self) -> Box<dyn PlatformApi> {
        self.gate().open(&endpoint(), &keys()).await.expect("opened")
    }
}

pub(super) fn endpoint() -> crate::domain::ApiEndpoint {
    // No port: the fixed address brings its own, as in the demo.
    "http://localhost/1.0".parse().expect("an end point")
}

pub(super) fn keys() -> ApiKeys {
    ApiKeys::Application {
        application_key: Secret::new("app-key"),
        application_secret: Secret::new("app-secret-S3"),
        consumer_key: Some(Secret::new("consumer-C4")),
    }
}

async fn answer(State(script): State<Arc<Script>>, request: Request) -> Response<Body> {
    let at_once = script.now.fetch_add(1, Ordering::SeqCst) + 1;
    script.most_at_once.fetch_max(at_once, Ordering::SeqCst);
    let (parts, body) = request.into_parts();
    let body = String::from_utf8(to_bytes(body, 1 << 20).await.expect("a body").to_vec()).expect("text");
    let target = parts.uri.path_and_query().expect("a path").to_string();
    // Another page of the same list is another answer.
    let cursor = parts.headers.get("X-Pagination-Cursor").and_then(|cursor| cursor.to_str().ok());
    let call = format!("{} {target}{}", parts.method, cursor.map(|cursor| format!(" @{cursor}")).unwrap_or_default());
    if let Some(complaint) = complaint(&parts.headers, parts.method.as_str(), &target, &body) {
        script.complaints.lock().expect("lock").push(format!("{call}: {complaint}"));
    }
    script.calls.lock().expect("lock").push((call.clone(), body));
    let canned = script.answers.lock().expect("lock").get(&call).cloned().unwrap_or_else(|| Canned {
        status: 404,
        body: json!({"message": format!("nothing scripted for {call}")}).to_string(),
        headers: Vec::new(),
        delay: Duration::ZERO,
    });
    tokio::time::sleep(canned.delay).await;
    script.now.fetch_sub(1, Ordering::SeqCst);
    let mut response = Response::builder().status(canned.status).header("X-OVH-QUERYID", "EU.ext-7");
    for (name, value) in canned.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(canned.body)).expect("a response")
}

fn complaint(headers: &HeaderMap, method: &str, target: &str, body: &str) -> Option<String> {
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    if target == "/1.0/auth/time" {
        return None;
    }
    if target == "/auth/oauth2/token" {
        let is_form = header("Content-Type") == "application/x-www-form-urlencoded" && !headers.contains_key("X-Ovh-Application");
        return (!is_form).then(|| "not the form of a token".to_owned());
    }
    if headers.contains_key("Authorization") {
        let is_known = header("Authorization").starts_with("Bearer token-") && !headers.contains_key("X-Ovh-Signature");
        return (!is_known).then(|| format!("authorization {}", header("Authorization")));
    }
    if header("X-Ovh-Application") != "app-key" {
        return Some("application key".to_owned());
    }
    if !body.is_empty() && header("Content-Type") != "application/json;charset=utf-8" {
        return Some("content type".to_owned());
    }
    if target == "/1.0/auth/credential" {
        return headers.contains_key("X-Ovh-Signature").then(|| "signed".to_owned());
    }
    if header("X-Ovh-Timestamp") != SERVER_SECONDS.to_string() {
        return Some(format!("timestamp {}", header("X-Ovh-Timestamp")));
    }
    let text = format!("app-secret-S3+consumer-C4+{method}+http://localhost{target}+{body}+{SERVER_SECONDS}");
    let expected: String = Sha1::digest(&text).iter().fold(String::new(), |hex, b| hex + &format!("{b:02x}"));
    let given = header("X-Ovh-Signature");
    (given != format!("$1${expected}") || header("X-Ovh-Consumer") != "consumer-C4").then(|| format!("signature {given} over {text}"))
}

pub(super) fn pro() -> ServiceId {
    ServiceId { platform: Platform::EmailPro, organization: None, name: "emailpro-zz1-1".to_owned() }
}

pub(super) fn service(platform: Platform, name: &str) -> ServiceId {
    ServiceId { platform, organization: None, name: name.to_owned() }
}

pub(super) fn hosted() -> ServiceId {
    ServiceId { platform: Platform::Exchange, organization: Some("org-zz1".to_owned()), name: "hosted-zz1-1".to_owned() }
}

pub(super) fn address(text: &str) -> EmailAddress {
    text.parse().expect("an address")
}

pub(super) fn domain() -> DomainName {
    "mydomain.ovh".parse().expect("a domain")
}

pub(super) fn account_body(address: &str) -> Value {
    let (login, domain) = address.split_once('@').expect("an address");
    json!({"primaryEmailAddress": address, "login": login, "domain": domain, "configured": domain != "configureme.me",
        "displayName": "John Smith", "firstName": "", "lastName": null, "state": "ok", "taskPendingId": 0, "quota": 10,
        "currentUsage": 812_340, "lastLogonDate": "2024-05-30T17:02:44+02:00"})
}
