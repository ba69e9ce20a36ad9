//! Starting and stopping.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::TcpListener;

use super::authority::Authority;
use super::cast::{MailSize, fill};
use super::compare::{Difference, compare};
use super::summary::{ApiSummary, DemoSummary, DnsSummary, HostSummary, LoginSummary};
use crate::domain::{ApiEndpoint, MailboxName, Moment, Secret};
use crate::ports::ApiKeys;
use crate::sandbox::dns::DnsDoor;
use crate::sandbox::http::HttpDoor;
use crate::sandbox::imap::ImapDoor;
use crate::sandbox::mail::{AccountKey, Fault, MailWorld, Scope};
use crate::sandbox::world::{
    APPLICATION_KEY, APPLICATION_SECRET, ApiFault, EMAIL_PRO_HOST, EXCHANGE_HOST, FOREIGN_HOST, MX_PLAN_HOST, MX_PLAN_ZIMBRA_HOST,
    PLAIN_HOST, Pace, World, WorldLogin, WorldOptions,
};

/// The port of IMAP over TLS, under which the demo's hosts are known.
const IMAPS: u16 = 993;

/// How far the API's clock is ahead of the world's: more than it forgives, so that a client must ask for the time.
const CLOCK_SKEW_SECONDS: i64 = 47;

/// The hosts of the world, and under which name the summary tells them. One of them leads to a legacy MX Plan, to a Zimbra, and to an
/// account that a person administers by hand.
const HOSTS: [(&str, &str); 6] = [
    (EXCHANGE_HOST, "exchange"),
    (EMAIL_PRO_HOST, "email-pro"),
    (PLAIN_HOST, "mx-plan"),
    (MX_PLAN_HOST, "mx-plan-owa"),
    (MX_PLAN_ZIMBRA_HOST, "mx-plan-zimbra"),
    (FOREIGN_HOST, "imap"),
];

/// What goes wrong in the demo.
#[derive(Debug, Clone, Default)]
pub struct DemoFaults {
    /// With the API.
    pub api: Vec<ApiFault>,
    /// With the mail servers.
    pub mail: Vec<(Scope, Fault)>,
}

/// How a demo begins.
#[derive(Debug, Clone)]
pub struct DemoOptions {
    /// From which everything that looks random follows, passwords and mail included.
    pub seed: u64,
    /// The folder in which the world lives, and goes on after a `kill -9`; none: in memory only.
    pub folder: Option<PathBuf>,
    /// How long operations take.
    pub pace: Pace,
    /// What time it is.
    pub now: Moment,
    /// How much mail there is.
    pub size: MailSize,
    /// What goes wrong.
    pub faults: DemoFaults,
}

impl Default for DemoOptions {
    /// Seed 1, in memory, at a person's pace, on 2026-10-01 at noon, all the mail, nothing wrong.
    fn default() -> Self {
        let now = Moment(1_790_856_000_000);
        Self { seed: 1, folder: None, pace: Pace::Human, now, size: MailSize::Full, faults: DemoFaults::default() }
    }
}

/// A running demo. Everything stops when it is dropped.
pub struct Demo {
    world: World,
    http: HttpDoor,
    dns: DnsDoor,
    imap: Vec<(&'static str, &'static str, ImapDoor)>,
    authority: Authority,
}

impl Demo {
    /// Starts the world and opens all its doors, each on a free loopback port.
    ///
    /// # Errors
    /// When the folder cannot be used or a port cannot be had.
    pub async fn start(options: DemoOptions) -> io::Result<Self> {
        let mail = match &options.folder {
            Some(folder) => MailWorld::open(&made(folder.join("mail"))?, options.seed)?,
            None => MailWorld::in_memory(options.seed),
        };
        let settings = WorldOptions { seed: options.seed, folder: options.folder, pace: options.pace, now: options.now };
        let world = World::open(&settings, mail)?;
        world.own_all_platforms().map_err(io::Error::other)?;
        fill(&world, options.size)?;
        options.faults.api.into_iter().for_each(|fault| world.ask_for(fault));
        options.faults.mail.into_iter().for_each(|(scope, fault)| world.mail().faults().set(scope, fault));
        let authority = Authority::new()?;
        let mut imap = Vec::new();
        for (host, title) in HOSTS {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let tls = Some(authority.server(host)?);
            let directory = Arc::new(world.clone());
            let door = ImapDoor::start(world.mail().clone(), directory, listener, tls, host.to_owned(), world.dialect(host))?;
            imap.push((host, title, door));
        }
        let http = HttpDoor::open(world.clone(), CLOCK_SKEW_SECONDS).await?;
        let dns = DnsDoor::open(world.clone()).await?;
        Ok(Self { world, http, dns, imap, authority })
    }

    /// The world behind the doors.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Its mail.
    pub fn mail(&self) -> &MailWorld {
        self.world.mail()
    }

    /// The API for our own client, which leads `localhost` to [`Self::api_address`].
    pub fn api_endpoint(&self) -> ApiEndpoint {
        "http://localhost/1.0".parse().expect("a constant that is an end point")
    }

    /// Where the API listens.
    pub fn api_address(&self) -> SocketAddr {
        self.http.address()
    }

    /// The API for any client.
    pub fn api_url(&self) -> String {
        format!("http://{}/1.0", self.http.address())
    }

    /// The control panel for the guided way.
    pub fn panel_url(&self) -> String {
        format!("http://{}/panel", self.http.address())
    }

    /// Application key and secret, and a consumer key that is accepted and has all rights.
    pub fn api_keys(&self) -> ApiKeys {
        ApiKeys::Application {
            application_key: Secret::new(APPLICATION_KEY),
            application_secret: Secret::new(APPLICATION_SECRET),
            consumer_key: Some(self.world.first_consumer_key()),
        }
    }

    /// Where the world's host names lead: host, port, and the address at which a server really listens.
    pub fn address_book(&self) -> Vec<(String, u16, SocketAddr)> {
        self.imap.iter().map(|(host, _, door)| ((*host).to_owned(), IMAPS, door.address())).collect()
    }

    /// Everybody who can log in, host by host.
    pub fn logins(&self) -> Vec<WorldLogin> {
        self.world.logins()
    }

    /// Everything in which the mail of one account falls short of another's; empty when all of it arrived, once.
    pub fn check(&self, source: &AccountKey, target: &AccountKey) -> Vec<Difference> {
        compare(&self.mail().snapshot(source), &self.mail().snapshot(target))
    }

    /// The same where mailboxes have other names at the target: `places` says where each went. A mailbox that is not in it was to stay.
    pub fn check_placed(&self, source: &AccountKey, target: &AccountKey, places: &BTreeMap<MailboxName, MailboxName>) -> Vec<Difference> {
        let mut source = self.mail().snapshot(source);
        let moved = std::mem::take(&mut source.mailboxes).into_iter().filter_map(|(name, mut mailbox)| {
            mailbox.role = None;
            places.get(&name).map(|place| (place.clone(), mailbox))
        });
        source.mailboxes = moved.collect();
        compare(&source, &self.mail().snapshot(target))
    }

    /// Where the name servers listen, for UDP and TCP.
    pub fn dns_address(&self) -> SocketAddr {
        self.dns.address()
    }

    /// The zones that they serve.
    pub fn dns_zones(&self) -> Vec<String> {
        self.world.look(|state, _| state.zones.iter().map(|z| z.name.to_string()).collect())
    }

    /// The certificate of the authority that all servers of this demo are certified by.
    pub fn ca_pem(&self) -> &str {
        self.authority.pem()
    }

    /// What any other client needs; `ca` is the file into which somebody wrote [`Self::ca_pem`].
    pub fn summary(&self, ca: &Path) -> DemoSummary {
        let logins = self.logins();
        let hosts = self.imap.iter().map(|(host, title, door)| {
            let accounts = logins.iter().filter(|l| l.host == *host).map(|login| LoginSummary {
                address: login.address.to_string(),
                password: login.password.as_ref().map(|p| p.expose().to_owned()),
            });
            let address = door.address();
            let host = HostSummary {
                host: address.ip().to_string(),
                port: address.port(),
                name: (*host).to_owned(),
                accounts: accounts.collect(),
            };
            ((*title).to_owned(), host)
        });
        let dns = self.dns.address();
        DemoSummary {
            api: ApiSummary {
                url: self.api_url(),
                application_key: APPLICATION_KEY.to_owned(),
                application_secret: APPLICATION_SECRET.to_owned(),
                consumer_key: self.world.first_consumer_key().expose().to_owned(),
            },
            imap: hosts.collect(),
            dns: DnsSummary { host: dns.ip().to_string(), port: dns.port(), zones: self.dns_zones() },
            panel: self.panel_url(),
            ca: ca.display().to_string(),
        }
    }
}

fn made(folder: PathBuf) -> io::Result<PathBuf> {
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
