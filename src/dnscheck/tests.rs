//! Every case as a table: what is live, what is in the zone, what is said, and that the change makes it right.

use proptest::prelude::*;

use crate::domain::{AttachedDomain, DkimState, DnsRecord, DomainName, DomainType, ObjectState, Platform, RecordType, ZoneRecord};
use crate::settings::Platforms;

use super::values::zone_values;
use super::{Change, CheckedRecord, EXPLANATIONS, Expected, Facts, LiveAnswers, RecordPurpose, Verdict, judge, questions};

fn domain() -> DomainName {
    "mydomain.ovh".parse().expect("a domain")
}

fn attached() -> AttachedDomain {
    let dkim = |n: u8| DkimState {
        name: format!("ovhex1-selector{n}._domainkey"),
        target: format!("ovhex1-selector{n}._domainkey.1234.ab.dkim.mail.ovh.net"),
        is_valid: false,
    };
    AttachedDomain {
        name: domain(),
        domain_type: DomainType::NonAuthoritative,
        state: ObjectState::Ok,
        is_validated: false,
        ownership_cname: Some("abcd1234-check".to_owned()),
        expected_mx: ["1 mx0", "5 mx1", "50 mx2", "100 mx3"].map(|mx| format!("IN MX {mx}.mail.ovh.net.")).to_vec(),
        expected_srv: Some("_autodiscover._tcp IN SRV 0 0 443 ex3.mail.ovh.net.".to_owned()),
        expected_spf: Some("IN TXT v=spf1 include:mx.ovh.com ~all".to_owned()),
        is_mx_valid: true,
        is_srv_valid: false,
        is_spf_valid: false,
        dkim: vec![dkim(1), dkim(2)],
    }
}

fn expected() -> Expected {
    Expected::from_api(&attached(), Platform::Exchange, Some("ex3.mail.ovh.net"), &Platforms::embedded())
}

/// `MX  1 mx0.mail.ovh.net.`, `TXT _dmarc v=DMARC1…`: type, owner (`@` is the domain), the rest as the API writes it.
fn zone(lines: &[&str]) -> Vec<ZoneRecord> {
    lines
        .iter()
        .zip(1..)
        .map(|(line, id)| {
            let mut parts = line.splitn(3, ' ');
            let mut next = || parts.next().expect("three parts").to_owned();
            let (field_type, owner, target) = (next(), next(), next());
            ZoneRecord { id, field_type, sub_domain: if owner == "@" { String::new() } else { owner }, target, ttl: 60 }
        })
        .collect()
}

/// What live DNS says once this zone is published.
fn published(expected: &Expected, zone: &[ZoneRecord]) -> LiveAnswers {
    let mut live = LiveAnswers::default();
    for (name, record_type) in questions(expected) {
        let mut values = zone_values(zone, &domain(), &name, record_type);
        values.sort();
        values.dedup();
        live.insert(&name, record_type, values.into_iter().map(|value| DnsRecord { value, ttl: 60 }).collect());
    }
    live
}

fn applied(zone: &[ZoneRecord], change: &Change) -> Vec<ZoneRecord> {
    let mut after: Vec<ZoneRecord> = zone.iter().filter(|r| !change.remove.iter().any(|gone| gone.id == r.id)).cloned().collect();
    assert_eq!(zone.len() - after.len(), change.remove.len(), "what is removed was there");
    for new in &change.update {
        let old = after.iter_mut().find(|r| r.id == new.id).expect("what is updated was there");
        assert_eq!((&old.field_type, &old.sub_domain), (&new.field_type, &new.sub_domain), "an update changes the target alone");
        *old = new.clone();
    }
    for (new, id) in change.add.iter().zip(1000..) {
        assert_eq!(new.id, 0);
        after.push(ZoneRecord { id, ..new.clone() });
    }
    after
}

fn line(facts: &Facts, purpose: RecordPurpose) -> CheckedRecord {
    let mut lines = judge(facts).into_iter().filter(|record| record.purpose == purpose);
    let line = lines.next().expect("a line for the purpose");
    assert!(lines.next().is_none(), "one line per purpose");
    assert!(EXPLANATIONS.contains(&line.explanation.as_str()), "{}", line.explanation);
    line
}

/// Judges a published zone; then, with the change in the zone, live DNS is waited for, and once it is published all is good.
fn check(purpose: RecordPurpose, lines: &[&str]) -> (Verdict, String, Option<Change>) {
    let expected = expected();
    let before = zone(lines);
    let live = published(&expected, &before);
    let found = line(&Facts { expected: expected.clone(), live: live.clone(), zone: Some(before.clone()) }, purpose);
    let by_hand = line(&Facts { expected: expected.clone(), live: live.clone(), zone: None }, purpose);
    assert_eq!((by_hand.verdict, by_hand.change), (found.verdict, None), "without the zone there is nothing to press: {lines:?}");
    if let Some(change) = &found.change {
        let after = applied(&before, change);
        let waiting = line(&Facts { expected: expected.clone(), live, zone: Some(after.clone()) }, purpose);
        assert_eq!((waiting.verdict, waiting.explanation.as_str()), (Verdict::Waiting, "waiting"), "{lines:?}");
        assert_eq!(waiting.change, None, "{lines:?}");
        let live = published(&expected, &after);
        let good = line(&Facts { expected, live, zone: Some(after) }, purpose);
        assert_eq!((good.verdict, good.change), (Verdict::Good, None), "{lines:?}: {}", good.explanation);
    }
    (found.verdict, found.explanation, found.change)
}

fn table(purpose: RecordPurpose, cases: &[(&[&str], Verdict, &str, bool)]) {
    for (lines, verdict, explanation, has_change) in cases {
        let found = check(purpose, lines);
        assert_eq!((found.0, found.1.as_str(), found.2.is_some()), (*verdict, *explanation, *has_change), "{lines:?}");
    }
}

const OURS: [&str; 4] = ["MX @ 1 mx0.mail.ovh.net.", "MX @ 5 mx1.mail.ovh.net.", "MX @ 50 mx2.mail.ovh.net.", "MX @ 100 mx3.mail.ovh.net."];

#[test]
fn mx_leads_to_the_inbound_servers() {
    let with = |extra: &'static str| OURS.into_iter().chain([extra]).collect::<Vec<_>>();
    table(
        RecordPurpose::Mx,
        &[
            (&OURS, Verdict::Good, "as-expected", false),
            (&with("MX @ 200 mx4.mail.ovh.net."), Verdict::Good, "as-expected", false),
            (&["MX @ 10 mx0.mail.ovh.net.", OURS[1], OURS[2], OURS[3]], Verdict::Good, "as-expected", false),
            (&[], Verdict::Wrong, "mx-missing", true),
            (&["MX @ 10 mail.example.com."], Verdict::Wrong, "mx-elsewhere", true),
            (&["MX @ 10 mail"], Verdict::Wrong, "mx-elsewhere", true),
            (&["MX @ 0 ."], Verdict::Wrong, "mx-elsewhere", true),
            (&with("MX @ 10 mail.example.com."), Verdict::Wrong, "mx-mixed", true),
            (&with("MX @ 1 redirect.ovh.net."), Verdict::Wrong, "mx-leftover", true),
            (&OURS[..2], Verdict::Advice, "mx-incomplete", true),
        ],
    );
}

#[test]
fn mx_of_others_are_updated_in_place_before_any_is_added_or_removed() {
    let lines = ["MX @ 10 a.example.com.", "MX @ 20 b.example.com.", OURS[0], OURS[1], OURS[2], "MX www 1 c.example.com."];
    let change = check(RecordPurpose::Mx, &lines).2.expect("a change");
    assert_eq!(change.update.iter().map(|r| (r.id, r.target.as_str(), r.ttl)).collect::<Vec<_>>(), [(1, "100 mx3.mail.ovh.net.", 60)]);
    assert_eq!(change.remove.iter().map(|r| r.id).collect::<Vec<_>>(), [2]);
    assert!(change.add.is_empty());
}

#[test]
fn spf_is_one_record_with_the_include() {
    let good = "TXT @ \"v=spf1 include:mx.ovh.com ~all\"";
    table(
        RecordPurpose::Spf,
        &[
            (&[good], Verdict::Good, "as-expected", false),
            (&["TXT @ v=spf1 include:mx.ovh.com -all", "TXT @ \"1|www\""], Verdict::Good, "as-expected", false),
            (&["SPF @ \"v=spf1 include:mx.ovh.com ~all\""], Verdict::Good, "as-expected", false),
            (&[good, "SPF @ \"v=spf1 include:mx.ovh.com ~all\""], Verdict::Good, "as-expected", false),
            (&["TXT @ \"1|www\""], Verdict::Wrong, "spf-missing", true),
            (&["TXT @ \"v=spf1 a mx -all\""], Verdict::Wrong, "spf-include-missing", true),
            (&["TXT @ \"v=spf1 a ~all include:mx.ovh.com\""], Verdict::Wrong, "spf-include-missing", true),
            (&[good, "TXT @ \"v=spf1 a -all\""], Verdict::Wrong, "spf-two-records", true),
            (&[good, "SPF @ \"v=spf1 a -all\"", "TXT @ \"v=spf1 b:x ~all\""], Verdict::Wrong, "spf-two-records", true),
            (
                &["TXT @ \"v=spf1 include:mx.ovh.com a mx ptr a:a a:b a:c a:d a:e a:f a:g ~all\""],
                Verdict::Wrong,
                "spf-too-many-lookups",
                false,
            ),
            (&["TXT @ \"v=spf1 include:mx.ovh.com +all\""], Verdict::Advice, "spf-allows-everybody", true),
            (&["TXT @ \"v=spf1 include:mx.ovh.com\""], Verdict::Advice, "spf-no-policy", true),
        ],
    );
}

#[test]
fn merging_spf_keeps_the_txt_record_and_forgets_nobody() {
    let lines = ["SPF @ \"v=spf1 ip4:192.0.2.1 ~all\"", "TXT @ \"v=spf1 include:_spf.example.com ~all\"", "TXT @ \"other\""];
    let change = check(RecordPurpose::Spf, &lines).2.expect("a change");
    assert_eq!(change.remove.iter().map(|r| r.id).collect::<Vec<_>>(), [1]);
    assert_eq!(change.update.len(), 1);
    assert_eq!(change.update[0].target, "\"v=spf1 ip4:192.0.2.1 include:_spf.example.com include:mx.ovh.com ~all\"");
    assert!(change.add.is_empty());
}

#[test]
fn a_record_of_type_spf_that_nobody_sees_becomes_a_txt_record() {
    let expected = expected();
    let before = zone(&["SPF @ \"v=spf1 include:mx.ovh.com -all\""]);
    let live = published(&expected, &[]);
    let found = line(&Facts { expected: expected.clone(), live: live.clone(), zone: Some(before.clone()) }, RecordPurpose::Spf);
    assert_eq!((found.verdict, found.explanation.as_str()), (Verdict::Wrong, "spf-wrong-type"));
    let change = found.change.expect("a change");
    assert_eq!((change.remove.len(), change.update.len()), (1, 0));
    assert_eq!((change.add[0].field_type.as_str(), change.add[0].target.as_str()), ("TXT", "\"v=spf1 include:mx.ovh.com -all\""));
    let after = applied(&before, &change);
    let waiting = line(&Facts { expected, live, zone: Some(after) }, RecordPurpose::Spf);
    assert_eq!(waiting.verdict, Verdict::Waiting);
}

#[test]
fn autodiscover_leads_to_the_service() {
    let good = "SRV _autodiscover._tcp 0 0 443 ex3.mail.ovh.net.";
    let leftover = "SRV _autodiscover._tcp 0 0 443 mailconfig.ovh.net.";
    let alias = "CNAME autodiscover mailconfig.ovh.net.";
    table(
        RecordPurpose::Autodiscover,
        &[
            (&[good], Verdict::Good, "as-expected", false),
            (&["SRV _autodiscover._tcp 5 10 443 EX3.mail.ovh.net."], Verdict::Good, "as-expected", false),
            (&[good, "CNAME autodiscover mine.example.com."], Verdict::Good, "as-expected", false),
            (&[], Verdict::Wrong, "srv-missing", true),
            (&[alias], Verdict::Wrong, "srv-missing", true),
            (&[leftover], Verdict::Wrong, "srv-leftover", true),
            (&[leftover, alias], Verdict::Wrong, "srv-leftover", true),
            (&[good, leftover], Verdict::Wrong, "srv-leftover", true),
            (&[good, "SRV _autodiscover._tcp 0 0 443 pro1.mail.ovh.net."], Verdict::Wrong, "srv-several", true),
            (&["SRV _autodiscover._tcp 0 0 8443 ex3.mail.ovh.net."], Verdict::Wrong, "srv-other", true),
            (&["SRV _autodiscover._tcp nonsense"], Verdict::Wrong, "srv-other", true),
            (&[good, alias], Verdict::Advice, "autodiscover-leftover", true),
        ],
    );
    let change = check(RecordPurpose::Autodiscover, &[leftover]).2.expect("a change");
    assert_eq!((change.update[0].id, change.update[0].target.as_str()), (1, "0 0 443 ex3.mail.ovh.net."));
}

#[test]
fn dkim_needs_an_alias_per_selector() {
    let one = "CNAME ovhex1-selector1._domainkey ovhex1-selector1._domainkey.1234.ab.dkim.mail.ovh.net.";
    let two = "CNAME ovhex1-selector2._domainkey ovhex1-selector2._domainkey.1234.ab.dkim.mail.ovh.net.";
    table(
        RecordPurpose::Dkim,
        &[
            (&[one, two], Verdict::Good, "as-expected", false),
            (&[one], Verdict::Wrong, "dkim-missing", true),
            (&[], Verdict::Wrong, "dkim-missing", true),
            (&[one, "CNAME ovhex1-selector2._domainkey old.dkim.mail.ovh.net."], Verdict::Wrong, "dkim-other", true),
            (&[one, "TXT ovhex1-selector2._domainkey \"v=DKIM1; p=x\""], Verdict::Wrong, "dkim-missing", true),
        ],
    );
    let found = line(&Facts { expected: expected(), live: published(&expected(), &zone(&[one])), zone: None }, RecordPurpose::Dkim);
    assert_eq!((found.expected.len(), found.live.len(), found.badge), (2, 1, Some(false)));
}

#[test]
fn dkim_that_is_off_is_advice_and_unknown_selectors_are_no_line() {
    let off = Expected::from_api(&AttachedDomain { dkim: Vec::new(), ..attached() }, Platform::Exchange, None, &Platforms::embedded());
    let found = line(&Facts { live: published(&off, &[]), expected: off, zone: Some(Vec::new()) }, RecordPurpose::Dkim);
    assert_eq!((found.verdict, found.explanation.as_str(), found.change), (Verdict::Advice, "dkim-off", None));
    let unknown = Expected::from_platform(&domain(), Platform::Exchange, None, &Platforms::embedded());
    let facts = Facts { live: published(&unknown, &[]), expected: unknown, zone: None };
    assert!(judge(&facts).iter().all(|record| record.purpose != RecordPurpose::Dkim));
}

#[test]
fn dmarc_is_advised_and_never_decided() {
    table(
        RecordPurpose::Dmarc,
        &[
            (&["TXT _dmarc \"v=DMARC1; p=reject\""], Verdict::Good, "as-expected", false),
            (&["DMARC _dmarc \"v=DMARC1;p=none\""], Verdict::Good, "as-expected", false),
            (&[], Verdict::Advice, "dmarc-missing", true),
            (&["TXT _dmarc \"something else\""], Verdict::Advice, "dmarc-missing", true),
            (&["CNAME _dmarc reports.example.com."], Verdict::Advice, "dmarc-missing", false),
            (&["TXT _dmarc \"v=DMARC1; p=none\"", "TXT _dmarc \"v=DMARC1; p=reject\""], Verdict::Advice, "dmarc-two-records", false),
        ],
    );
    let change = check(RecordPurpose::Dmarc, &[]).2.expect("a change");
    assert_eq!((change.add[0].sub_domain.as_str(), change.add[0].target.as_str()), ("_dmarc", "\"v=DMARC1; p=none\""));
}

#[test]
fn ownership_is_proven_by_an_alias() {
    table(
        RecordPurpose::Ownership,
        &[
            (&["CNAME abcd1234-check ovh.com."], Verdict::Good, "as-expected", false),
            (&[], Verdict::Wrong, "ownership-missing", true),
            (&["CNAME abcd1234-check example.com."], Verdict::Wrong, "ownership-other", true),
        ],
    );
    let proven = AttachedDomain { ownership_cname: None, is_validated: true, ..attached() };
    let proven = Expected::from_api(&proven, Platform::Exchange, None, &Platforms::embedded());
    let facts = Facts { live: published(&proven, &[]), expected: proven, zone: None };
    assert!(judge(&facts).iter().all(|record| record.purpose != RecordPurpose::Ownership));
}

#[test]
fn unreachable_dns_says_nothing_about_the_records() {
    let facts = Facts { expected: expected(), live: LiveAnswers::default(), zone: Some(Vec::new()) };
    let lines = judge(&facts);
    assert_eq!(lines.len(), 6);
    for line in lines {
        assert_eq!(
            (line.verdict, line.explanation.as_str(), line.change),
            (Verdict::Unknown, "dns-unreachable", None),
            "{:?}",
            line.purpose
        );
        assert!(!line.expected.is_empty());
    }
}

#[test]
fn badges_are_passed_on() {
    let facts = Facts { expected: expected(), live: LiveAnswers::default(), zone: None };
    let badges: Vec<_> = judge(&facts).iter().map(|line| (line.purpose, line.badge)).collect();
    assert_eq!(
        badges,
        [
            (RecordPurpose::Ownership, Some(false)),
            (RecordPurpose::Mx, Some(true)),
            (RecordPurpose::Spf, Some(false)),
            (RecordPurpose::Autodiscover, Some(false)),
            (RecordPurpose::Dkim, Some(false)),
            (RecordPurpose::Dmarc, None),
        ]
    );
}

#[test]
fn without_an_api_the_platform_is_known_well_enough() {
    let platforms = Platforms::embedded();
    let pro = Expected::from_platform(&domain(), Platform::EmailPro, Some("PRO1.mail.ovh.net"), &platforms);
    assert_eq!(
        questions(&pro),
        [
            (String::new(), RecordType::Mx),
            (String::new(), RecordType::Txt),
            ("_autodiscover._tcp".to_owned(), RecordType::Srv),
            ("autodiscover".to_owned(), RecordType::Cname),
            ("_dmarc".to_owned(), RecordType::Txt)
        ]
    );
    let facts = |expected: &Expected| Facts { expected: expected.clone(), live: LiveAnswers::default(), zone: None };
    assert_eq!(line(&facts(&pro), RecordPurpose::Autodiscover).expected, ["0 0 443 pro1.mail.ovh.net"]);
    let canadian = Expected::from_platform(&domain(), Platform::Exchange, Some("ex.mail.ovh.ca"), &platforms);
    assert_eq!(line(&facts(&canadian), RecordPurpose::Mx).expected[0], "1 mx1.mail.ovh.ca");
    let zimbra = Expected::from_platform(&domain(), Platform::Zimbra, None, &platforms);
    assert_eq!(line(&facts(&zimbra), RecordPurpose::Autodiscover).expected, ["0 0 443 zimbra1.mail.ovh.net"]);
    let imap = Expected::from_platform(&domain(), Platform::Imap, Some("imap.example.com"), &platforms);
    assert_eq!(judge(&facts(&imap)).iter().map(|l| l.purpose).collect::<Vec<_>>(), [RecordPurpose::Dmarc]);
}

#[test]
fn words_of_the_api_that_cannot_be_read_are_replaced_by_what_is_known() {
    let odd = AttachedDomain {
        expected_mx: vec!["?".to_owned()],
        expected_srv: Some("nothing".to_owned()),
        expected_spf: Some("IN SPF \"V=SPF1 ip4:192.0.2.7 include:firewall -all\"".to_owned()),
        ..attached()
    };
    let expected = Expected::from_api(&odd, Platform::Exchange, Some("ex3.mail.ovh.net"), &Platforms::embedded());
    let facts = Facts { expected, live: LiveAnswers::default(), zone: None };
    assert_eq!(line(&facts, RecordPurpose::Mx).expected.len(), 4);
    assert_eq!(line(&facts, RecordPurpose::Autodiscover).expected, ["0 0 443 ex3.mail.ovh.net"]);
    assert_eq!(
        line(&facts, RecordPurpose::Spf).expected,
        ["v=spf1 ip4:192.0.2.7 include:firewall ~all"],
        "a private Exchange has its own addresses"
    );
}

/// Lines of which any selection may be found in somebody's zone.
const POOL: [&str; 24] = [
    OURS[0],
    OURS[1],
    OURS[2],
    OURS[3],
    "MX @ 200 mx4.mail.ovh.net.",
    "MX @ 1 redirect.ovh.net.",
    "MX @ 10 mail.example.com.",
    "MX @ 10 mail",
    "TXT @ \"v=spf1 include:mx.ovh.com ~all\"",
    "TXT @ \"v=spf1 a -all\"",
    "SPF @ \"v=spf1 redirect=_spf.example.com\"",
    "SPF @ v=spf1",
    "TXT @ \"1|www.mydomain.ovh\"",
    "SRV _autodiscover._tcp 0 0 443 ex3.mail.ovh.net.",
    "SRV _autodiscover._tcp 0 0 443 mailconfig.ovh.net.",
    "SRV _autodiscover._tcp 0 0 443 pro1.mail.ovh.net.",
    "CNAME autodiscover mailconfig.ovh.net.",
    "CNAME ovhex1-selector1._domainkey ovhex1-selector1._domainkey.1234.ab.dkim.mail.ovh.net.",
    "CNAME ovhex1-selector1._domainkey old.example.com.",
    "TXT ovhex1-selector2._domainkey \"v=DKIM1; p=x\"",
    "CNAME ovhex1-selector2._domainkey elsewhere.example.com.",
    "TXT _dmarc \"v=DMARC1; p=none\"",
    "CNAME abcd1234-check ovh.com.",
    "CNAME abcd1234-check ovh.net.",
];

proptest! {
    /// `check` asserts it: a change makes its purpose right, is waited for, and is not proposed twice.
    #[test]
    fn a_change_is_enough_and_happens_once(lines in prop::sample::subsequence(&POOL[..], 0..=POOL.len())) {
        for purpose in [RecordPurpose::Mx, RecordPurpose::Spf, RecordPurpose::Autodiscover, RecordPurpose::Dkim, RecordPurpose::Dmarc, RecordPurpose::Ownership] {
            check(purpose, &lines);
        }
    }
}
