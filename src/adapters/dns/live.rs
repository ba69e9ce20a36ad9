//! Whom to ask, and what to make of the answers.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures::future::join_all;
use hickory_resolver::config::{ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError as WireError, NetError};
use hickory_resolver::proto::rr::{RData, RecordType as WireType};
use hickory_resolver::{Resolver as Hickory, TokioResolver};

use super::present::{records, wire_type};
use crate::domain::{DnsRecord, DomainName, RecordType};
use crate::ports::{DnsAnswer, DnsError, Resolver};

/// Name servers of a zone that are asked at most.
const MOST_SERVERS: usize = 4;
/// How long one server may take for one answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long the addresses of a zone's name servers are remembered.
const SERVERS_LIVE: Duration = Duration::from_mins(1);

/// Which servers know the truth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Servers {
    /// The zone's own, found through the system's resolver.
    System,
    /// These, for every zone: they are asked as authoritative.
    Fixed(Vec<SocketAddr>),
}

/// Asks DNS.
#[derive(Debug)]
pub struct LiveDns {
    servers: Servers,
    patience: Duration,
    known: Mutex<BTreeMap<DomainName, (Instant, Vec<SocketAddr>)>>,
}

/// What one question came to.
enum Outcome {
    /// An answer, possibly that there is nothing.
    Said(DnsAnswer),
    /// The name is an alias that leads out of the zone.
    Elsewhere,
    /// A server answered that it will not or cannot.
    Refused(String),
    /// Nobody answered.
    Silence(String),
}

impl LiveDns {
    /// Asks these servers. Nothing is sent before the first question.
    pub fn new(servers: Servers) -> Self {
        Self { servers, patience: PATIENCE, known: Mutex::new(BTreeMap::new()) }
    }

    /// Waits this long for one answer of one server.
    #[cfg(test)]
    pub(super) fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Addresses of the name servers of the zone that holds `domain`: the nearest label upwards that has any.
    async fn zone_servers(&self, domain: &DomainName) -> Vec<SocketAddr> {
        let remembered = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(domain).cloned();
        if let Some((_, servers)) = remembered.filter(|(at, _)| at.elapsed() < SERVERS_LIVE) {
            return servers;
        }
        let servers = match system_resolver(self.patience) {
            Ok(system) => find_zone_servers(&system, domain).await,
            Err(_) => Vec::new(),
        };
        if !servers.is_empty() {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.insert(domain.clone(), (Instant::now(), servers.clone()));
        }
        servers
    }

    fn forget(&self, domain: &DomainName) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(domain);
    }
}

#[async_trait]
impl Resolver for LiveDns {
    async fn lookup(&self, domain: &DomainName, name: &str, record_type: RecordType) -> Result<DnsAnswer, DnsError> {
        let full = if name.is_empty() { format!("{domain}.") } else { format!("{name}.{domain}.") };
        if let Servers::Fixed(servers) = &self.servers {
            return match ask_directly(servers, self.patience, &full, record_type).await {
                Outcome::Said(answer) => Ok(answer),
                Outcome::Elsewhere => Ok(DnsAnswer { records: Vec::new(), is_authoritative: true }),
                Outcome::Refused(cause) | Outcome::Silence(cause) => Err(DnsError::NoAnswer(cause)),
            };
        }
        let servers = self.zone_servers(domain).await;
        if !servers.is_empty() {
            match ask_directly(&servers, self.patience, &full, record_type).await {
                Outcome::Said(answer) if answer.is_authoritative => return Ok(answer),
                Outcome::Elsewhere => {}
                Outcome::Said(_) | Outcome::Refused(_) | Outcome::Silence(_) => self.forget(domain),
            }
        }
        let system = system_resolver(self.patience).map_err(|error| DnsError::NoAnswer(error.to_string()))?;
        match ask(&system, &full, record_type).await {
            Outcome::Said(answer) => Ok(DnsAnswer { is_authoritative: false, ..answer }),
            Outcome::Elsewhere => Ok(DnsAnswer { records: Vec::new(), is_authoritative: false }),
            Outcome::Refused(cause) | Outcome::Silence(cause) => Err(DnsError::NoAnswer(cause)),
        }
    }
}

/// Asks without recursion. An alias that leads out of the zone is told apart from an empty answer.
async fn ask_directly(servers: &[SocketAddr], patience: Duration, full: &str, record_type: RecordType) -> Outcome {
    let resolver = match direct_resolver(servers, patience) {
        Ok(resolver) => resolver,
        Err(error) => return Outcome::Silence(error.to_string()),
    };
    let outcome = ask(&resolver, full, record_type).await;
    let found_something = matches!(&outcome, Outcome::Said(answer) if !answer.records.is_empty());
    if found_something || record_type == RecordType::Cname || matches!(outcome, Outcome::Silence(_)) {
        return outcome;
    }
    match ask(&resolver, full, RecordType::Cname).await {
        Outcome::Said(alias) if !alias.records.is_empty() => Outcome::Elsewhere,
        _ => outcome,
    }
}

async fn ask(resolver: &TokioResolver, full: &str, record_type: RecordType) -> Outcome {
    match resolver.lookup(full, wire_type(record_type)).await {
        Ok(lookup) => {
            let records: Vec<DnsRecord> = records(lookup.answers(), record_type);
            Outcome::Said(DnsAnswer { records, is_authoritative: lookup.message().metadata.authoritative })
        }
        // An authoritative "no" names the zone (RFC 2308 §2); a referral does not.
        Err(NetError::Dns(WireError::NoRecordsFound(no))) => {
            Outcome::Said(DnsAnswer { records: Vec::new(), is_authoritative: no.soa.is_some() })
        }
        Err(error @ NetError::Dns(_)) => Outcome::Refused(error.to_string()),
        Err(error) => Outcome::Silence(error.to_string()),
    }
}

pub(super) async fn find_zone_servers(system: &TokioResolver, domain: &DomainName) -> Vec<SocketAddr> {
    let mut zone = domain.as_str();
    loop {
        if let Ok(lookup) = system.lookup(format!("{zone}."), WireType::NS).await {
            let names: Vec<String> = lookup
                .answers()
                .iter()
                .filter_map(|record| if let RData::NS(server) = &record.data { Some(server.0.to_ascii()) } else { None })
                .take(MOST_SERVERS)
                .collect();
            if !names.is_empty() {
                return addresses(system, &names).await;
            }
        }
        match zone.split_once('.') {
            Some((_, parent)) if parent.contains('.') => zone = parent,
            _ => return Vec::new(),
        }
    }
}

/// One address per name server: another server is a better second try than another address of the same.
async fn addresses(system: &TokioResolver, names: &[String]) -> Vec<SocketAddr> {
    let lookups = names.iter().map(|name| async move {
        let found: Option<IpAddr> = system.lookup_ip(name.as_str()).await.ok()?.iter().next();
        found.map(|ip| SocketAddr::new(ip, 53))
    });
    join_all(lookups).await.into_iter().flatten().collect()
}

/// Reads the system's configuration each time: networks change under a running program.
fn system_resolver(patience: Duration) -> Result<TokioResolver, NetError> {
    let mut builder = TokioResolver::builder_tokio()?;
    patient(builder.options_mut(), patience);
    builder.build()
}

pub(super) fn direct_resolver(servers: &[SocketAddr], patience: Duration) -> Result<TokioResolver, NetError> {
    let name_servers = servers
        .iter()
        .map(|server| {
            let (mut udp, mut tcp) = (ConnectionConfig::udp(), ConnectionConfig::tcp());
            udp.port = server.port();
            tcp.port = server.port();
            NameServerConfig::new(server.ip(), true, vec![udp, tcp])
        })
        .collect();
    let config = ResolverConfig::from_name_servers(name_servers);
    let mut builder = Hickory::builder_with_config(config, TokioRuntimeProvider::default());
    patient(builder.options_mut(), patience);
    builder.options_mut().recursion_desired = false;
    builder.build()
}

fn patient(options: &mut ResolverOpts, patience: Duration) {
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Never;
    options.ip_strategy = LookupIpStrategy::Ipv4thenIpv6;
    options.attempts = 1;
    options.timeout = patience;
}
