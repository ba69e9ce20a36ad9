//! Records of the wire in the presentation form of [`DnsRecord`]: names in lower case without final dot, texts joined.

use hickory_resolver::proto::rr::{Name, RData, Record, RecordType as WireType};

use crate::domain::{DnsRecord, RecordType};

/// The type on the wire.
pub(super) const fn wire_type(record_type: RecordType) -> WireType {
    match record_type {
        RecordType::Mx => WireType::MX,
        RecordType::Txt => WireType::TXT,
        RecordType::Srv => WireType::SRV,
        RecordType::Cname => WireType::CNAME,
    }
}

/// The records of one type, in a fixed order: by priority, then by value.
pub(super) fn records(answers: &[Record], record_type: RecordType) -> Vec<DnsRecord> {
    let mut found: Vec<(u16, DnsRecord)> = answers
        .iter()
        .filter(|record| record.record_type() == wire_type(record_type))
        .filter_map(|record| {
            let (priority, value) = value(&record.data)?;
            Some((priority, DnsRecord { value, ttl: record.ttl }))
        })
        .collect();
    found.sort_by(|(p, a), (q, b)| (p, &a.value).cmp(&(q, &b.value)));
    found.into_iter().map(|(_, record)| record).collect()
}

fn value(data: &RData) -> Option<(u16, String)> {
    match data {
        RData::MX(mx) => Some((mx.preference, format!("{} {}", mx.preference, name(&mx.exchange)))),
        RData::TXT(txt) => {
            let bytes: Vec<u8> = txt.txt_data.iter().flat_map(|part| part.iter().copied()).collect();
            Some((0, String::from_utf8_lossy(&bytes).into_owned()))
        }
        RData::SRV(srv) => Some((srv.priority, format!("{} {} {} {}", srv.priority, srv.weight, srv.port, name(&srv.target)))),
        RData::CNAME(target) => Some((0, name(&target.0))),
        _ => None,
    }
}

/// A name as people write it; the root (a null MX, RFC 7505) stays a dot.
fn name(name: &Name) -> String {
    let text = name.to_ascii().to_ascii_lowercase();
    if text == "." { text } else { text.trim_end_matches('.').to_owned() }
}
