//! The API over real sockets, asked as any client would.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::HttpDoor;
use super::signature::{Signed, signature};
use crate::domain::Moment;
use crate::sandbox::mail::MailWorld;
use crate::sandbox::world::{
    APPLICATION_KEY, APPLICATION_SECRET, ApiFault, ApiFaultKind, Condition, Pace, World, WorldOptions, email_pro_service, exchange_service,
};

const SKEW: i64 = 47;
const EXCHANGE: &str = "/email/exchange/hosted-zz111111-1/service/hosted-zz111111-1";
const PRO: &str = "/email/pro/emailpro-zz111111-1";

struct Stage {
    world: World,
    door: HttpDoor,
    http: reqwest::Client,
    key: String,
}

struct Reply {
    status: u16,
    body: Value,
    query_id: String,
}

impl Stage {
    async fn new() -> Self {
        // Lost when another test is faster: then there is one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let options = WorldOptions { seed: 7, folder: None, pace: Pace::Quick, now: Moment(1_790_000_000_000) };
        let world = World::open(&options, MailWorld::in_memory(7)).expect("in memory");
        let door = HttpDoor::open(world.clone(), SKEW).await.expect("a free port");
        let key = world.first_consumer_key().expose().to_owned();
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Self { world, door, http, key }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.door.address())
    }

    /// The API's clock, as a client finds it out.
    async fn server_time(&self) -> i64 {
        self.http.get(self.url("/1.0/auth/time")).send().await.expect("answered").json().await.expect("a number")
    }

    async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Result<Reply, reqwest::Error> {
        let url = self.url(&format!("/1.0{path}"));
        let body = body.map(|b| b.to_string()).unwrap_or_default();
        let timestamp = self.server_time().await.to_string();
        let signed = Signed {
            application_secret: APPLICATION_SECRET,
            consumer_key: &self.key,
            method,
            url: &url,
            body: &body,
            timestamp: &timestamp,
        };
        let request = self.http.request(method.parse().expect("a method"), &url);
        let request = request
            .header("X-Ovh-Application", APPLICATION_KEY)
            .header("X-Ovh-Consumer", &self.key)
            .header("X-Ovh-Timestamp", &timestamp)
            .header("X-Ovh-Signature", signature(signed));
        let response = request.body(body).send().await?;
        let query_id = response.headers().get("x-ovh-queryid").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        Ok(Reply { status: response.status().as_u16(), query_id, body: response.json().await? })
    }

    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        let reply = self.send(method, path, body).await.expect("answered");
        assert!(reply.query_id.starts_with("EU."), "every answer has a query id");
        reply
    }

    async fn get(&self, path: &str) -> Value {
        let reply = self.call("GET", path, None).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        reply.body
    }
}

#[tokio::test]
async fn a_signed_call_is_answered_and_a_forged_or_late_one_is_not() {
    let stage = Stage::new().await;
    assert_eq!(stage.get("/me").await["country"], "FR");
    let url = stage.url("/1.0/me");
    let now = stage.server_time().await;
    for (secret, at, code) in
        [(APPLICATION_SECRET, now - SKEW, "QUERY_TIME_OUT"), ("wrong", now, "INVALID_SIGNATURE"), (APPLICATION_SECRET, now, "")]
    {
        let timestamp = at.to_string();
        let signed =
            Signed { application_secret: secret, consumer_key: &stage.key, method: "GET", url: &url, body: "", timestamp: &timestamp };
        let request = stage.http.get(&url).header("X-Ovh-Application", APPLICATION_KEY).header("X-Ovh-Consumer", &stage.key);
        let request = request.header("X-Ovh-Timestamp", &timestamp).header("X-Ovh-Signature", signature(signed));
        let body: Value = request.send().await.expect("answered").json().await.expect("json");
        assert_eq!(body["errorCode"].as_str().unwrap_or_default(), code, "{body}");
    }
    let unknown = stage.http.get(&url).header("X-Ovh-Application", "nobody").send().await.expect("answered");
    assert_eq!(unknown.json::<Value>().await.expect("json")["errorCode"], "INVALID_KEY");
}

#[tokio::test]
async fn a_consumer_key_is_asked_for_accepted_on_a_page_and_limited_to_its_rules() {
    let mut stage = Stage::new().await;
    let question = json!({ "accessRules": [{ "method": "GET", "path": "/email/pro/*" }, { "method": "GET", "path": "/email/pro" }] });
    let asked = stage.http.post(stage.url("/1.0/auth/credential")).header("X-Ovh-Application", APPLICATION_KEY);
    let asked: Value = asked.body(question.to_string()).send().await.expect("answered").json().await.expect("json");
    assert_eq!(asked["state"], "pendingValidation");
    stage.key = asked["consumerKey"].as_str().expect("a key").to_owned();
    let early = stage.call("GET", "/auth/currentCredential", None).await;
    assert_eq!((early.status, early.body["errorCode"].as_str()), (403, Some("NOT_CREDENTIAL")));
    let page_url = asked["validationUrl"].as_str().expect("a page");
    let page = stage.http.get(page_url).send().await.expect("answered").text().await.expect("html");
    assert!(page.contains("/email/pro/*") && page.contains("value=\"accept\"") && !page.contains("<script"));
    let token = page_url.split_once("credentialToken=").expect("a token").1;
    let accept = stage.http.request(Method::POST, stage.url("/auth/")).body(format!("credentialToken={token}&answer=accept"));
    assert_eq!(accept.send().await.expect("answered").status(), 200);
    let credential = stage.get("/auth/currentCredential").await;
    assert_eq!((credential["status"].as_str(), credential["rules"].as_array().map(Vec::len)), (Some("validated"), Some(2)));
    assert_eq!(stage.get("/email/pro").await, json!(["emailpro-zz111111-1"]));
    let refused = stage.call("GET", "/email/exchange", None).await;
    assert_eq!((refused.status, refused.body["errorCode"].as_str()), (403, Some("NOT_GRANTED_CALL")));
    let refused = stage.call("DELETE", &format!("{PRO}/account/sales@example.com"), None).await;
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn services_and_accounts_have_the_fields_and_units_of_the_api() {
    let stage = Stage::new().await;
    assert_eq!(stage.get("/email/exchange").await, json!(["hosted-zz111111-1"]));
    assert_eq!(stage.get("/email/exchange/hosted-zz111111-1/service").await, json!(["hosted-zz111111-1"]));
    let service = stage.get(EXCHANGE).await;
    assert_eq!(
        (service["hostname"].as_str(), service["offer"].as_str(), service["state"].as_str()),
        (Some("ex3.mail.ovh.net"), Some("hosted"), Some("ok"))
    );
    let seats = stage.get(&format!("{EXCHANGE}/account?primaryEmailAddress=%25configureme.me%25")).await;
    assert_eq!(seats.as_array().map(Vec::len), Some(3));
    let john = stage.get(&format!("{EXCHANGE}/account/john.smith@mydomain.ovh")).await;
    for (field, value) in [("login", json!("john.smith")), ("quota", json!(50)), ("configured", json!(true)), ("taskPendingId", json!(0))] {
        assert_eq!(john[field], value, "{field}");
    }
    let seat = stage.get(&format!("{EXCHANGE}/account/{}", seats[0].as_str().expect("an address"))).await;
    assert_eq!((&seat["configured"], &seat["currentUsage"], &seat["domain"]), (&json!(false), &Value::Null, &json!("configureme.me")));
    assert_eq!(stage.get(&format!("{EXCHANGE}/protocol")).await["IMAP"], true);
    assert_eq!(stage.call("GET", &format!("{PRO}/protocol"), None).await.status, 404, "Email Pro has no such route");
    assert_eq!(stage.get(&format!("{PRO}/server")).await["version"], "15");
}

#[tokio::test]
async fn a_put_answers_nothing_and_its_operation_is_404_once_done() {
    let stage = Stage::new().await;
    let path = format!("{EXCHANGE}/account/john.smith@mydomain.ovh");
    let rename = json!({ "login": "john.smith01", "domain": "mydomain.ovh" });
    let put = stage.call("PUT", &path, Some(rename.clone())).await;
    assert_eq!((put.status, put.body), (200, Value::Null));
    let again = stage.call("PUT", &path, Some(rename)).await;
    if again.status == 409 {
        assert_eq!(again.body["class"], "Client::Conflict::ActionInProgress");
    }
    stage.world.wait_idle().await;
    assert_eq!(stage.get(&format!("{EXCHANGE}/task")).await, json!([]));
    assert_eq!(stage.call("GET", &path, None).await.status, 404);
    assert_eq!(stage.get(&format!("{EXCHANGE}/account/john.smith01@mydomain.ovh")).await["displayName"], "John Smith");
    let taken = stage.call("PUT", &format!("{EXCHANGE}/account/info@mydomain.ovh"), Some(json!({ "login": "anna.keller" }))).await;
    assert_eq!((taken.status, taken.body["message"].as_str()), (409, Some("Email address is already used.")));
    let reset = stage.call("DELETE", &format!("{EXCHANGE}/account/info@mydomain.ovh"), None).await.body;
    assert_eq!((reset["function"].as_str(), reset["finishDate"].is_null()), (Some("deleteAccount"), true));
    stage.world.wait_idle().await;
    assert_eq!(stage.call("GET", &format!("{EXCHANGE}/task/{}", reset["id"]), None).await.status, 404);
}

#[tokio::test]
async fn a_domain_is_attached_with_its_diagnostics_and_selectors() {
    let stage = Stage::new().await;
    let wish = json!({ "name": "mydomain.ovh", "type": "nonAuthoritative", "mxRelay": "mx1.mail.ovh.net", "configureMx": false });
    let task = stage.call("POST", &format!("{PRO}/domain"), Some(wish)).await.body;
    assert_eq!(task["function"], "addDomain");
    stage.world.wait_idle().await;
    let domain = stage.get(&format!("{PRO}/domain/mydomain.ovh")).await;
    assert_eq!(
        (domain["state"].as_str(), domain["srvIsValid"].as_bool(), domain["mxIsValid"].as_bool()),
        (Some("ok"), Some(false), Some(true))
    );
    assert_eq!(domain["expectedAutodiscoverSRV"], "_autodiscover._tcp IN SRV 0 0 443 pro1.mail.ovh.net.");
    assert_eq!(domain["dkimDiagnostics"]["state"], "toConfigure");
    let selectors = stage.get(&format!("{PRO}/domain/mydomain.ovh/dkimSelector")).await;
    let dkim = stage.get(&format!("{PRO}/domain/mydomain.ovh/dkim/{}", selectors[0].as_str().expect("a name"))).await;
    assert_eq!((dkim["status"].as_str(), dkim["cnameIsValid"].as_bool()), (Some("waitingRecord"), Some(false)));
    let early =
        stage.call("POST", &format!("{PRO}/domain/mydomain.ovh/dkim/{}/enable", selectors[0].as_str().expect("a name")), None).await;
    assert_eq!(early.status, 400, "the CNAME is not there");
}

#[tokio::test]
async fn a_zone_is_read_filtered_edited_and_exported() {
    let stage = Stage::new().await;
    let zone = "/domain/zone/mydomain.ovh";
    assert_eq!(stage.get("/domain/zone").await, json!(["mydomain.ovh", "example.com"]));
    let mx = stage.get(&format!("{zone}/record?fieldType=MX")).await;
    assert_eq!(mx.as_array().map(Vec::len), Some(4));
    let added = json!({ "fieldType": "TXT", "subDomain": "_dmarc", "target": "\"v=DMARC1; p=none\"", "ttl": 600 });
    let record = stage.call("POST", &format!("{zone}/record"), Some(added)).await.body;
    let path = format!("{zone}/record/{}", record["id"]);
    let changed = json!({ "subDomain": "_dmarc", "target": "\"v=DMARC1; p=reject\"", "ttl": 0 });
    assert_eq!(stage.call("PUT", &path, Some(changed)).await.status, 200);
    assert_eq!(stage.get(&path).await["target"], "\"v=DMARC1; p=reject\"");
    assert!(stage.get(&format!("{zone}/export")).await.as_str().expect("text").contains("_dmarc\tIN TXT \"v=DMARC1; p=reject\""));
    assert_eq!(stage.call("DELETE", &path, None).await.status, 200);
    assert_eq!(stage.call("GET", &path, None).await.status, 404);
    assert_eq!(stage.call("GET", "/domain/zone/example.org", None).await.status, 404);
    let bad = stage.call("POST", &format!("{zone}/record"), Some(json!({ "fieldType": "MX", "target": "nonsense" }))).await;
    assert_eq!(bad.status, 400);
}

#[tokio::test]
async fn faults_and_expired_services_are_seen_as_the_api_shows_them() {
    let stage = Stage::new().await;
    stage.world.ask_for(ApiFault::once("GET", "/me", ApiFaultKind::Fails(502)));
    assert_eq!(stage.call("GET", "/me", None).await.status, 502);
    stage.world.ask_for(ApiFault::once("PUT", "*", ApiFaultKind::AnswerLost));
    let lost = stage.send("PUT", &format!("{EXCHANGE}/account/info@mydomain.ovh"), Some(json!({ "login": "info01" }))).await;
    assert!(lost.is_err(), "the connection was cut");
    stage.world.wait_idle().await;
    assert_eq!(stage.call("GET", &format!("{EXCHANGE}/account/info01@mydomain.ovh"), None).await.status, 200, "it was carried out");
    stage.world.ask_for(ApiFault::once("GET", "/me", ApiFaultKind::Slow(Duration::from_millis(30))));
    let start = std::time::Instant::now();
    stage.get("/me").await;
    assert!(start.elapsed() >= Duration::from_millis(30));
    stage.world.set_condition(&email_pro_service(), Condition::Expired).expect("known");
    assert_eq!(stage.call("GET", PRO, None).await.status, 460);
    stage.world.set_condition(&exchange_service(), Condition::Suspended).expect("known");
    assert_eq!(stage.get(EXCHANGE).await["state"], "suspended");
}

#[tokio::test]
async fn the_panel_renames_and_creates_on_plain_hosts() {
    let stage = Stage::new().await;
    let post = async |act: &str, form: &str| {
        let sent = stage.http.post(stage.url(&format!("/panel/{act}"))).body(form.to_owned()).send().await.expect("answered");
        assert_eq!(sent.status(), 303);
        let to = sent.headers()["location"].to_str().expect("text").to_owned();
        stage.http.get(stage.url(&to)).send().await.expect("answered").text().await.expect("html")
    };
    let page = post("rename", "host=imap.example.org&from=marie.duval%40example.org&to=marie.duval01%40example.org").await;
    assert!(page.contains("marie.duval@example.org is now marie.duval01@example.org."));
    let page = post("create", "host=imap.mail.ovh.net&address=marie.duval%40example.org&password=short").await;
    assert!(page.contains("at least 9 characters"));
    let page = post("create", "host=imap.mail.ovh.net&address=marie.duval%40example.org&password=Long-Enough-1").await;
    assert!(page.contains("marie.duval@example.org was created.") && !page.contains("<script"));
    assert!(stage.world.mail_of("imap.mail.ovh.net", &"marie.duval@example.org".parse().expect("valid")).is_some());
    let page = post("rename", "host=%3Cb%3E&from=a%40example.org&to=b%40example.org").await;
    assert!(page.contains("&lt;b&gt;") && !page.contains("<b>"), "what people type does not become markup");
}

#[tokio::test]
async fn nothing_answers_when_the_door_is_gone() {
    let stage = Stage::new().await;
    stage.get("/me").await;
    let (http, url) = (stage.http.clone(), stage.url("/1.0/auth/time"));
    drop(stage);
    assert!(http.get(url).send().await.is_err(), "neither on the open connection nor on a new one");
}
