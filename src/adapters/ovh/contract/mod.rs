//! What this client believes of the API, as data, for a test that compares it with the official descriptions. Not part of the program.
//!
//! Which calls are made, what each body that we read is made of, an example of each body that we send with all of its fields, and the
//! words that are matched on.

mod read;
mod sent;
mod shape;
mod words;

pub use read::reads;
pub use sent::sends;
pub use shape::Shape;
pub use words::{complete_words, known_words};

pub use super::route_table::ROUTES;

/// Routes that answer the same body. A field that some of their models lack, or that may be null in one of them, has to be optional.
#[derive(Debug)]
pub struct Read {
    /// Templates of [`ROUTES`].
    pub routes: Vec<String>,
    /// `GET` mostly.
    pub method: &'static str,
    /// The body.
    pub shape: Shape,
}

/// A body that is sent, with every field that it may have.
#[derive(Debug)]
pub struct Sent {
    /// Template of [`ROUTES`].
    pub route: String,
    /// `POST` or `PUT`.
    pub method: &'static str,
    /// The body, as it travels.
    pub body: serde_json::Value,
}

const EXCHANGE: &str = "/email/exchange/{organizationName}/service/{exchangeService}";
const EMAIL_PRO: &str = "/email/pro/{service}";
const MX_PLAN: &str = "/email/mxplan/{service}";
const LEGACY: &str = "/email/domain/{domain}";
const ZIMBRA: &str = "/v2/zimbra/platform/{platformId}";
const ZONE: &str = "/domain/zone/{zoneName}";

/// The services of Exchange and its kin, each followed by the same path.
fn kin(path: &str) -> Vec<String> {
    [EXCHANGE, EMAIL_PRO, MX_PLAN].iter().map(|service| format!("{service}{path}")).collect()
}

/// The accounts of Exchange and its kin, each followed by the same path.
fn accounts(path: &str) -> Vec<String> {
    let exchange = format!("{EXCHANGE}/account/{{primaryEmailAddress}}{path}");
    [EMAIL_PRO, MX_PLAN].iter().fold(vec![exchange], |mut all, service| {
        all.push(format!("{service}/account/{{email}}{path}"));
        all
    })
}
