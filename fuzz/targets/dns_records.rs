//! Records as live DNS and the zone say them: MX, SPF, DKIM, DMARC, SRV. One line per purpose at most, whatever they are.
#![no_main]

use std::sync::LazyLock;

use mailferry::dnscheck::{Expected, Facts, LiveAnswers, judge, questions};
use mailferry::domain::{DnsRecord, Platform, RecordType, ZoneRecord};
use mailferry::settings::Platforms;

static PLATFORMS: LazyLock<Platforms> = LazyLock::new(Platforms::embedded);

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((&first, rest)) = bytes.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    let platform = if first & 1 == 0 { Platform::Exchange } else { Platform::EmailPro };
    let domain = "mydomain.ovh".parse().expect("a domain");
    let expected = Expected::from_platform(&domain, platform, Some("ex5.mail.ovh.net"), &PLATFORMS);
    let values: Vec<&str> = text.split('\n').collect();
    let mut live = LiveAnswers::default();
    for (name, record_type) in questions(&expected) {
        live.insert(&name, record_type, values.iter().map(|value| DnsRecord { value: (*value).to_owned(), ttl: 60 }).collect());
    }
    let zone = (first & 2 == 0).then(|| values.iter().zip(1..).map(|(value, id)| record(id, value)).collect());
    let lines = judge(&Facts { expected, live, zone });
    for (at, line) in lines.iter().enumerate() {
        assert!(lines[..at].iter().all(|other| other.purpose != line.purpose), "two lines for {:?}", line.purpose);
    }
});

/// `TXT name value`, as far as there is so much.
fn record(id: i64, line: &str) -> ZoneRecord {
    let mut words = line.splitn(3, ' ');
    let mut word = || words.next().unwrap_or_default().to_owned();
    let types = [RecordType::Mx, RecordType::Txt, RecordType::Srv, RecordType::Cname];
    let field_type = word();
    let field_type = types.iter().map(|t| t.as_str()).find(|t| *t == field_type).unwrap_or("TXT").to_owned();
    ZoneRecord { id, field_type, sub_domain: word(), target: word(), ttl: 60 }
}
