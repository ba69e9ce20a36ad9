//! The right-hand sides of records: from the text of the API to what they mean, and back as live DNS shows them.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::domain::{DomainName, ZoneRecord};

/// A right-hand side that was understood. Names are absolute, in lower case, without final dot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rdata {
    A(Ipv4Addr),
    Aaaa(Ipv6Addr),
    Cname(String),
    Mx {
        preference: u16,
        exchange: String,
    },
    Ns(String),
    Srv {
        priority: u16,
        weight: u16,
        port: u16,
        target: String,
    },
    /// Also SPF, DKIM and DMARC, which are texts on the wire.
    Txt(Vec<String>),
}

impl Rdata {
    /// Understands a record of a zone, or `None`.
    pub(crate) fn of(record: &ZoneRecord, zone: &DomainName) -> Option<Self> {
        let words: Vec<&str> = record.target.split_whitespace().collect();
        Some(match (record.field_type.as_str(), words.as_slice()) {
            ("A", [address]) => Self::A(address.parse().ok()?),
            ("AAAA", [address]) => Self::Aaaa(address.parse().ok()?),
            ("CNAME", [name]) => Self::Cname(absolute(name, zone)?),
            ("NS", [name]) => Self::Ns(absolute(name, zone)?),
            ("MX", [preference, exchange]) => Self::Mx { preference: preference.parse().ok()?, exchange: absolute(exchange, zone)? },
            ("SRV", [priority, weight, port, target]) => Self::Srv {
                priority: priority.parse().ok()?,
                weight: weight.parse().ok()?,
                port: port.parse().ok()?,
                target: absolute(target, zone)?,
            },
            ("TXT" | "SPF" | "DKIM" | "DMARC", _) => Self::Txt(texts(&record.target)?),
            _ => return None,
        })
    }

    /// The type as DNS knows it.
    pub(crate) const fn wire_type(&self) -> &'static str {
        match self {
            Self::A(_) => "A",
            Self::Aaaa(_) => "AAAA",
            Self::Cname(_) => "CNAME",
            Self::Mx { .. } => "MX",
            Self::Ns(_) => "NS",
            Self::Srv { .. } => "SRV",
            Self::Txt(_) => "TXT",
        }
    }

    /// Presentation form: names without final dot, texts joined and unquoted.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::A(address) => address.to_string(),
            Self::Aaaa(address) => address.to_string(),
            Self::Cname(name) | Self::Ns(name) => name.clone(),
            Self::Mx { preference, exchange } => format!("{preference} {exchange}"),
            Self::Srv { priority, weight, port, target } => format!("{priority} {weight} {port} {target}"),
            Self::Txt(texts) => texts.concat(),
        }
    }
}

/// A name with a final dot stands for itself, one without is relative to the zone.
fn absolute(name: &str, zone: &DomainName) -> Option<String> {
    let (name, is_absolute) = match name.strip_suffix('.') {
        Some(name) => (name, true),
        None => (name, false),
    };
    let is_label = |l: &str| !l.is_empty() && l.len() <= 63 && l.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if !name.split('.').all(is_label) {
        return None;
    }
    let name = name.to_ascii_lowercase();
    Some(if is_absolute { name } else { format!("{name}.{zone}") })
}

/// The character strings of a text record: quoted ones, or the whole as one; 255 bytes each at most (RFC 1035 §3.3).
fn texts(target: &str) -> Option<Vec<String>> {
    let target = target.trim();
    if !target.starts_with('"') {
        return (!target.is_empty() && !target.contains('"')).then(|| split_long(target));
    }
    let mut found = Vec::new();
    let mut rest = target;
    while let Some(inner) = rest.strip_prefix('"') {
        let (text, after) = quoted(inner)?;
        found.extend(split_long(&text));
        rest = after.trim_start();
    }
    rest.is_empty().then_some(found)
}

fn quoted(inner: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut letters = inner.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((text, &inner[at + 1..])),
            '\\' => text.push(letters.next()?.1),
            letter => text.push(letter),
        }
    }
    None
}

fn split_long(text: &str) -> Vec<String> {
    if text.is_empty() {
        return vec![String::new()];
    }
    let mut parts = Vec::new();
    let mut part = String::new();
    for letter in text.chars() {
        if part.len() + letter.len_utf8() > 255 {
            parts.push(std::mem::take(&mut part));
        }
        part.push(letter);
    }
    parts.push(part);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(field_type: &str, target: &str) -> Option<String> {
        let zone = "mydomain.ovh".parse().expect("valid");
        let record = ZoneRecord { id: 1, field_type: field_type.to_owned(), sub_domain: String::new(), target: target.to_owned(), ttl: 0 };
        Rdata::of(&record, &zone).map(|r| r.shown())
    }

    #[test]
    fn targets_are_read_as_the_api_writes_them() {
        for (field_type, target, expected) in [
            ("MX", "1 mx0.mail.ovh.net.", Some("1 mx0.mail.ovh.net")),
            ("MX", "mx0.mail.ovh.net.", None),
            ("CNAME", "www", Some("www.mydomain.ovh")),
            ("SRV", "0 0 443 ex3.mail.ovh.net.", Some("0 0 443 ex3.mail.ovh.net")),
            ("SPF", "\"v=spf1 include:mx.ovh.com ~all\"", Some("v=spf1 include:mx.ovh.com ~all")),
            ("TXT", "\"v=DKIM1; \" \"p=abc\"", Some("v=DKIM1; p=abc")),
            ("TXT", "\"open", None),
            ("A", "203.0.113.7", Some("203.0.113.7")),
            ("A", "203.0.113.700", None),
        ] {
            assert_eq!(shown(field_type, target).as_deref(), expected, "{field_type} {target}");
        }
    }
}
