//! What is known of the platforms before anything is asked: `config/platforms.toml`, parsed.
//!
//! The file is part of the program. What a server or the API says at run time wins over it; that is for the callers.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::domain::{FeatureKind, Platform};

/// The file, as it is part of the program.
const EMBEDDED: &str = include_str!("../../config/platforms.toml");

/// The file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct PlatformsError {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// Which keywords a server stores.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum KeywordSupport {
    /// `"any"`: the server's PERMANENTFLAGS decides.
    Word(Any),
    /// These and no others.
    Only(Vec<String>),
}

/// The word `any`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Any {
    /// All.
    Any,
}

/// One platform.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is one habit of a platform")]
pub struct PlatformFacts {
    /// Hosts of its IMAP servers, TLS on port 993, most usual first; a proposal that the person can change.
    pub hosts: Vec<String>,
    /// Storage of one account, in GB.
    pub storage_gb: Option<u32>,
    /// IMAP connections to one account that it bears.
    pub connections: usize,
    /// Of those, connections that read messages of one account; none: all of them.
    pub source_readers: Option<usize>,
    /// Keywords that it stores.
    pub keywords: KeywordSupport,
    /// Longest line of a message that it takes, in bytes.
    pub longest_line: Option<usize>,
    /// Largest message that APPEND takes, in MB; none: not known.
    pub append_limit_mb: Option<u32>,
    /// Whether `Sent` and `SENT` are one mailbox.
    pub case_insensitive_names: bool,
    /// Characters that names of mailboxes cannot hold.
    pub illegal_characters: String,
    /// Names that cannot be used at the top.
    #[serde(default)]
    pub reserved_names: Vec<String>,
    /// Whether calendars and contacts are listed among the mailboxes.
    pub lists_other_folders: bool,
    /// Whether messages come back in another form than they were given.
    pub rebuilds_messages: bool,
    /// What belongs to accounts besides mail and can be made there through the API.
    #[serde(default)]
    pub features: Vec<FeatureKind>,
    /// Seconds after which an address that an account gave up may be used again; none: as soon as the platform takes it.
    pub name_release_seconds: Option<u32>,
    /// Shortest and longest password, where the service does not say it.
    pub password_length: Option<(u32, u32)>,
    /// Whether a password needs an upper-case letter and a special character.
    #[serde(default)]
    pub password_needs_special: bool,
    /// Characters beside letters and digits that the local part of an account may hold.
    #[serde(default)]
    pub name_characters: Option<String>,
    /// Names of data above that were inferred or are contradicted.
    #[serde(default)]
    pub uncertain: Vec<String>,
    /// Expected DNS; none for a server without a platform.
    pub dns: Option<DnsFacts>,
}

/// The DNS that a platform expects, where the API is not there to say it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DnsFacts {
    /// Where mail arrives.
    pub mx: Inbound,
    /// Host of the autodiscover SRV record.
    pub srv_host: SrvHost,
    /// What the SPF record includes.
    pub spf_include: String,
    /// How DKIM selectors look, for people.
    pub dkim_selectors: String,
}

/// Where mail arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Inbound {
    /// The inbound servers that the platforms share.
    Inbound,
}

/// Host of the autodiscover SRV record.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum SrvHost {
    /// `"service"`: the host of the service.
    OfService,
    /// `"none"`: no such record is expected.
    NotExpected,
    /// This host.
    Fixed(String),
}

impl From<String> for SrvHost {
    fn from(text: String) -> Self {
        match text.as_str() {
            "service" => Self::OfService,
            "none" => Self::NotExpected,
            _ => Self::Fixed(text),
        }
    }
}

/// The inbound servers of a region.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct InboundServers {
    /// MX records, `1 mx0.mail.ovh.net`.
    pub mx: Vec<String>,
    /// MX records that do no harm beside them.
    pub also_accepted: Vec<String>,
    /// Names of data above that are not certain.
    #[serde(default)]
    pub uncertain: Vec<String>,
}

/// Where a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Region {
    /// Europe.
    Eu,
    /// The Americas and Asia-Pacific.
    Ca,
}

impl Region {
    /// The region of a mail host: `*.ovh.ca` or the rest.
    pub fn of_host(host: &str) -> Self {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        if host.ends_with(".ovh.ca") { Self::Ca } else { Self::Eu }
    }
}

/// Hosts that old default zones still name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Leftovers {
    /// As MX.
    pub mx: Vec<String>,
    /// As autodiscover, SRV or CNAME.
    pub autodiscover: Vec<String>,
}

/// An order of acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Rename the source, create the target, copy.
    RenameFirst,
    /// Create the target under a temporary name, copy, then rename both.
    CopyFirst,
    /// OVHcloud's own migration.
    ServerSide,
    /// Copy under a temporary name, delete the source, rename the target.
    Replace,
}

impl Strategy {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::RenameFirst, Self::CopyFirst, Self::ServerSide, Self::Replace];
}

/// Why an order of acts is refused; words under `strategy-refused-<reason>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalReason {
    /// OVHcloud does not offer it for this pair.
    NotOffered,
    /// The source can be renamed, so nothing has to be deleted first.
    SourceRenames,
    /// There is no platform behind the server.
    NoPlatform,
    /// The source cannot be renamed: a legacy MX Plan knows no other name for an account.
    SourceKeepsName,
    /// The target cannot be renamed afterwards, for the same reason.
    TargetKeepsName,
    /// A domain has one MX Plan at most: there is no second one to go to.
    OneMxPlan,
}

impl RefusalReason {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::NotOffered, Self::SourceRenames, Self::NoPlatform, Self::SourceKeepsName, Self::TargetKeepsName, Self::OneMxPlan];

    /// The name in files and phrases.
    pub const fn key(self) -> &'static str {
        match self {
            Self::NotOffered => "not-offered",
            Self::SourceRenames => "source-renames",
            Self::NoPlatform => "no-platform",
            Self::SourceKeepsName => "source-keeps-name",
            Self::TargetKeepsName => "target-keeps-name",
            Self::OneMxPlan => "one-mx-plan",
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Pair {
    from: Vec<String>,
    to: Vec<String>,
    allowed: Vec<Strategy>,
    #[serde(default)]
    refused: BTreeMap<Strategy, RefusalReason>,
}

impl Pair {
    fn fits(&self, from: Platform, to: Platform) -> bool {
        let is = |pattern: &str, platform: Platform| pattern == "*" || pattern == platform.key();
        self.from.iter().any(|pattern| is(pattern, from)) && self.to.iter().any(|pattern| is(pattern, to))
    }
}

/// What a pair of platforms allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strategies {
    /// Allowed, best known first.
    pub allowed: Vec<Strategy>,
    /// Refused, each with its reason.
    pub refused: BTreeMap<Strategy, RefusalReason>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    exchange: PlatformFacts,
    email_pro: PlatformFacts,
    mx_plan: PlatformFacts,
    mx_plan_zimbra: PlatformFacts,
    mx_plan_legacy: PlatformFacts,
    zimbra: PlatformFacts,
    imap: PlatformFacts,
    inbound: BTreeMap<Region, InboundServers>,
    leftovers: Leftovers,
    pair: Vec<Pair>,
}

static BUILT_IN: LazyLock<Platforms> = LazyLock::new(Platforms::embedded);

/// Everything that the file says.
pub struct Platforms {
    file: File,
}

impl Platforms {
    /// The file that is part of the program, parsed once.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// The file that is part of the program.
    pub fn embedded() -> Self {
        Self::parse(EMBEDDED).expect("a test parses the same text")
    }

    /// Parses a file of this form.
    ///
    /// # Errors
    /// [`PlatformsError`] with the line.
    pub fn parse(text: &str) -> Result<Self, PlatformsError> {
        let file: File = toml::from_str(text).map_err(|error| PlatformsError {
            line: error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1),
            message: error.message().to_owned(),
        })?;
        for region in [Region::Eu, Region::Ca] {
            if !file.inbound.contains_key(&region) {
                return Err(PlatformsError { line: 1, message: format!("no inbound servers for {region:?}") });
            }
        }
        Ok(Self { file })
    }

    /// One platform.
    pub const fn facts(&self, platform: Platform) -> &PlatformFacts {
        match platform {
            Platform::Exchange => &self.file.exchange,
            Platform::EmailPro => &self.file.email_pro,
            Platform::MxPlan => &self.file.mx_plan,
            Platform::MxPlanZimbra => &self.file.mx_plan_zimbra,
            Platform::MxPlanLegacy => &self.file.mx_plan_legacy,
            Platform::Zimbra => &self.file.zimbra,
            Platform::Imap => &self.file.imap,
        }
    }

    /// The inbound servers of a region.
    pub fn inbound(&self, region: Region) -> &InboundServers {
        &self.file.inbound[&region]
    }

    /// Hosts that old default zones still name.
    pub const fn leftovers(&self) -> &Leftovers {
        &self.file.leftovers
    }

    /// What a pair allows; a pair that no entry fits allows nothing.
    pub fn strategies(&self, from: Platform, to: Platform) -> Strategies {
        let pair = self.file.pair.iter().find(|pair| pair.fits(from, to));
        let nothing = || Strategies { allowed: Vec::new(), refused: BTreeMap::new() };
        pair.map_or_else(nothing, |pair| Strategies { allowed: pair.allowed.clone(), refused: pair.refused.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_file_is_in_order() {
        let platforms = Platforms::parse(EMBEDDED).unwrap_or_else(|error| panic!("config/platforms.toml {error}"));
        assert_eq!(platforms.facts(Platform::EmailPro).storage_gb, Some(10));
        assert_eq!(platforms.facts(Platform::Exchange).keywords, KeywordSupport::Only(vec!["$MDNSent".to_owned()]));
        assert_eq!(platforms.facts(Platform::Zimbra).keywords, KeywordSupport::Word(Any::Any));
        assert_eq!(platforms.facts(Platform::MxPlan).dns.as_ref().map(|d| d.srv_host.clone()), Some(SrvHost::NotExpected));
        assert_eq!(platforms.inbound(Region::Ca).mx[0], "1 mx1.mail.ovh.ca");
        for platform in Platform::ALL {
            assert_eq!(platforms.facts(platform).rebuilds_messages, platform.rebuilds_messages(), "{platform}");
        }
    }

    #[test]
    fn every_uncertain_datum_is_a_datum() {
        let value: toml::Table = EMBEDDED.parse().expect("TOML");
        for (section, table) in value.iter().filter_map(|(key, value)| Some((key, value.as_table()?))) {
            for name in table.get("uncertain").and_then(|u| u.as_array()).into_iter().flatten().filter_map(|n| n.as_str()) {
                assert!(table.contains_key(name), "{section}: {name}");
            }
        }
    }

    #[test]
    fn every_pair_knows_every_order_or_the_reason_against_it() {
        let platforms = Platforms::embedded();
        for from in Platform::ALL {
            for to in Platform::ALL {
                let strategies = platforms.strategies(from, to);
                for name in Strategy::ALL {
                    let is_allowed = strategies.allowed.contains(&name);
                    assert_ne!(is_allowed, strategies.refused.contains_key(&name), "{from} → {to}: {name:?}");
                }
                let is_hopeless = from.is_mx_plan() && to.is_mx_plan();
                assert_eq!(strategies.allowed.is_empty(), is_hopeless, "{from} → {to}");
            }
        }
        let refused = platforms.strategies(Platform::Exchange, Platform::EmailPro).refused;
        assert_eq!(refused[&Strategy::ServerSide], RefusalReason::NotOffered);
        assert_eq!(platforms.strategies(Platform::MxPlanLegacy, Platform::EmailPro).allowed, [Strategy::ServerSide, Strategy::Replace]);
    }

    #[test]
    fn a_malformed_file_names_the_line() {
        let text = EMBEDDED.replacen("connections = 8 ", "connections = \"many\" ", 1);
        let line = text.lines().position(|l| l.contains("\"many\"")).expect("replaced") + 1;
        let error = Platforms::parse(&text).err().expect("refused");
        assert_eq!(error.line, line, "{error}");
        assert!(Platforms::parse("[exchange]\nnonsense = 1\n").is_err());
    }

    #[test]
    fn hosts_tell_their_region() {
        assert_eq!(Region::of_host("ex.mail.ovh.ca."), Region::Ca);
        assert_eq!(Region::of_host("pro1.mail.ovh.net"), Region::Eu);
    }
}
