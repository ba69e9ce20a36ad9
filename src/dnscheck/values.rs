//! Right-hand sides of records: as live DNS shows them, and as the zone's API writes them.

use crate::domain::{DomainName, RecordType, ZoneRecord};

/// An MX record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MxLine {
    pub(super) preference: u16,
    pub(super) host: String,
}

/// An SRV record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SrvLine {
    pub(super) priority: u16,
    pub(super) weight: u16,
    pub(super) port: u16,
    pub(super) target: String,
}

impl MxLine {
    /// `1 mx1.mail.ovh.net`
    pub(super) fn parse(value: &str) -> Option<Self> {
        let mut words = value.split_whitespace();
        let line = Self { preference: words.next()?.parse().ok()?, host: host(words.next()?) };
        words.next().is_none().then_some(line)
    }

    pub(super) fn text(&self) -> String {
        format!("{} {}", self.preference, self.host)
    }

    pub(super) fn zone_text(&self) -> String {
        format!("{} {}.", self.preference, self.host)
    }
}

impl SrvLine {
    /// `0 0 443 ex3.mail.ovh.net`
    pub(super) fn parse(value: &str) -> Option<Self> {
        let mut words = value.split_whitespace();
        let mut number = || words.next()?.parse().ok();
        let (priority, weight, port) = (number()?, number()?, number()?);
        let line = Self { priority, weight, port, target: host(words.next()?) };
        words.next().is_none().then_some(line)
    }

    pub(super) fn text(&self) -> String {
        format!("{} {} {} {}", self.priority, self.weight, self.port, self.target)
    }

    pub(super) fn zone_text(&self) -> String {
        format!("{} {} {} {}.", self.priority, self.weight, self.port, self.target)
    }
}

/// A host name in lower case without final dot; the root stays a dot.
pub(super) fn host(text: &str) -> String {
    let text = text.to_ascii_lowercase();
    if text == "." { text } else { text.trim_end_matches('.').to_owned() }
}

/// Whether a record of the zone is seen under this name and type. The API has own names for texts of a purpose.
pub(super) fn is_at(record: &ZoneRecord, name: &str, record_type: RecordType) -> bool {
    let field = record.field_type.to_ascii_uppercase();
    let is_type = match record_type {
        RecordType::Txt => matches!(field.as_str(), "TXT" | "SPF" | "DMARC" | "DKIM"),
        other => field == other.as_str(),
    };
    is_type && record.sub_domain.trim_end_matches('.').eq_ignore_ascii_case(name)
}

/// A zone record's right-hand side as live DNS would show it.
pub(super) fn seen(record: &ZoneRecord, zone: &DomainName) -> String {
    match record.field_type.to_ascii_uppercase().as_str() {
        "TXT" | "SPF" | "DMARC" | "DKIM" => unquoted(&record.target),
        _ => {
            let (before, name) = record.target.trim().rsplit_once(char::is_whitespace).unwrap_or(("", record.target.trim()));
            let before: Vec<&str> = before.split_whitespace().collect();
            let name = if name.ends_with('.') { host(name) } else { format!("{}.{zone}", name.to_ascii_lowercase()) };
            if before.is_empty() { name } else { format!("{} {name}", before.join(" ")) }
        }
    }
}

/// What the zone would show for this name and type.
pub(super) fn zone_values(records: &[ZoneRecord], zone: &DomainName, name: &str, record_type: RecordType) -> Vec<String> {
    records.iter().filter(|record| is_at(record, name, record_type)).map(|record| seen(record, zone)).collect()
}

/// The text of a TXT record: `"a" "b"` is `ab`; without quotes it is what it is.
pub(super) fn unquoted(target: &str) -> String {
    let target = target.trim();
    if !target.starts_with('"') {
        return target.to_owned();
    }
    let mut text = String::new();
    let mut is_inside = false;
    let mut characters = target.chars();
    while let Some(c) = characters.next() {
        match c {
            '"' => is_inside = !is_inside,
            '\\' if is_inside => text.extend(characters.next()),
            c if is_inside => text.push(c),
            _ => {}
        }
    }
    text
}

/// A text as the zone's API writes it: in quotes, in strings of at most 255 bytes (RFC 1035 §3.3.14).
pub(super) fn quoted(text: &str) -> String {
    let mut strings = vec![String::new()];
    let mut length = 0;
    for c in text.chars() {
        if length + c.len_utf8() > 255 {
            strings.push(String::new());
            length = 0;
        }
        length += c.len_utf8();
        if let Some(last) = strings.last_mut() {
            if matches!(c, '"' | '\\') {
                last.push('\\');
            }
            last.push(c);
        }
    }
    strings.iter().map(|s| format!("\"{s}\"")).collect::<Vec<_>>().join(" ")
}

/// A record that does not exist yet.
pub(super) fn new_record(field_type: &str, sub_domain: &str, target: String) -> ZoneRecord {
    ZoneRecord { id: 0, field_type: field_type.to_owned(), sub_domain: sub_domain.to_owned(), target, ttl: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_without_a_final_dot_are_below_the_zone() {
        let zone = "mydomain.ovh".parse().expect("a domain");
        let record = |field_type: &str, target: &str| new_record(field_type, "", target.to_owned());
        assert_eq!(seen(&record("MX", "1  MX1.mail.ovh.net."), &zone), "1 mx1.mail.ovh.net");
        assert_eq!(seen(&record("MX", "10 mail"), &zone), "10 mail.mydomain.ovh");
        assert_eq!(seen(&record("CNAME", "mailconfig.ovh.net."), &zone), "mailconfig.ovh.net");
        assert_eq!(seen(&record("TXT", "\"v=spf1 \" \"~all\""), &zone), "v=spf1 ~all");
        assert_eq!(seen(&record("SPF", "v=spf1 ~all"), &zone), "v=spf1 ~all");
    }

    #[test]
    fn long_texts_are_cut_into_strings() {
        let text = "x".repeat(300);
        let target = quoted(&text);
        assert_eq!(target.matches("\" \"").count(), 1);
        assert_eq!(unquoted(&target), text);
    }

    proptest! {
        #[test]
        fn quoting_loses_nothing(text in "\\PC{0,400}") {
            prop_assert_eq!(unquoted(&quoted(&text)), text);
        }
    }
}
