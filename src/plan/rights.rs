//! Which rights a consumer key needs for a migration, and which of them it lacks.
//!
//! A rule is a method and a path in which `*` stands for any text, slashes included (`POST /auth/credential`). Asking the API
//! what a key may do is the adapter's; this is only the comparison.

use crate::domain::{AccessRule, Platform};
use crate::settings::Strategy;

/// What everybody needs: to read the key itself.
const KEY: &[(&str, &str)] = &[("GET", "/auth/currentCredential")];

/// The DNS zone: read, and its records changed.
const ZONE: &[(&str, &str)] = &[
    ("GET", "/domain/zone/*"),
    ("POST", "/domain/zone/*/record"),
    ("PUT", "/domain/zone/*/record/*"),
    ("DELETE", "/domain/zone/*/record/*"),
    ("POST", "/domain/zone/*/refresh"),
];

/// Exchange: read all of it, write accounts and what belongs to them, attached domains, groups, contacts and footers. A private Exchange
/// makes accounts on demand.
const EXCHANGE: &[(&str, &str)] = &[
    ("GET", "/email/exchange"),
    ("GET", "/email/exchange/*"),
    ("PUT", "/email/exchange/*/service/*/account/*"),
    ("POST", "/email/exchange/*/service/*/account"),
    ("POST", "/email/exchange/*/service/*/account/*"),
    ("DELETE", "/email/exchange/*/service/*/account/*"),
    ("POST", "/email/exchange/*/service/*/domain"),
    ("PUT", "/email/exchange/*/service/*/domain/*"),
    ("POST", "/email/exchange/*/service/*/domain/*/disclaimer"),
    ("DELETE", "/email/exchange/*/service/*/domain/*"),
    ("POST", "/email/exchange/*/service/*/mailingList"),
    ("POST", "/email/exchange/*/service/*/mailingList/*"),
    ("DELETE", "/email/exchange/*/service/*/mailingList/*"),
    ("POST", "/email/exchange/*/service/*/externalContact"),
    ("DELETE", "/email/exchange/*/service/*/externalContact/*"),
];

/// Email Pro, the same as far as it has it.
const EMAIL_PRO: &[(&str, &str)] = &[
    ("GET", "/email/pro"),
    ("GET", "/email/pro/*"),
    ("PUT", "/email/pro/*/account/*"),
    ("POST", "/email/pro/*/account/*"),
    ("DELETE", "/email/pro/*/account/*"),
    ("POST", "/email/pro/*/domain"),
    ("PUT", "/email/pro/*/domain/*"),
    ("POST", "/email/pro/*/domain/*/disclaimer"),
    ("DELETE", "/email/pro/*/domain/*"),
    ("POST", "/email/pro/*/externalContact"),
    ("DELETE", "/email/pro/*/externalContact/*"),
];

/// MX Plan on the new infrastructure; lists, redirections and DKIM of its domain are still under `/email/domain`.
const MX_PLAN: &[(&str, &str)] = &[
    ("GET", "/email/mxplan"),
    ("GET", "/email/mxplan/*"),
    ("PUT", "/email/mxplan/*/account/*"),
    ("POST", "/email/mxplan/*/account/*"),
    ("DELETE", "/email/mxplan/*/account/*"),
    ("PUT", "/email/mxplan/*/domain/*"),
    ("POST", "/email/mxplan/*/domain/*/disclaimer"),
    ("DELETE", "/email/mxplan/*/domain/*"),
    ("POST", "/email/mxplan/*/externalContact"),
    ("DELETE", "/email/mxplan/*/externalContact/*"),
    ("GET", "/email/domain"),
    ("GET", "/email/domain/*"),
];

/// MX Plan on the legacy infrastructure; `POST …/account/*` covers the migration by the platform itself.
const LEGACY: &[(&str, &str)] = &[
    ("GET", "/email/domain"),
    ("GET", "/email/domain/*"),
    ("POST", "/email/domain/*/account"),
    ("POST", "/email/domain/*/account/*"),
    ("DELETE", "/email/domain/*/account/*"),
    ("POST", "/email/domain/*/redirection"),
    ("DELETE", "/email/domain/*/redirection/*"),
    ("POST", "/email/domain/*/responder"),
    ("DELETE", "/email/domain/*/responder/*"),
];

/// Zimbra. Whether rules for version 2 of the API are written with its prefix is not certain: [`is_granted`] takes both.
const ZIMBRA: &[(&str, &str)] = &[
    ("GET", "/v2/zimbra/platform"),
    ("GET", "/v2/zimbra/platform/*"),
    ("POST", "/v2/zimbra/platform/*/account"),
    ("PUT", "/v2/zimbra/platform/*/account/*"),
    ("DELETE", "/v2/zimbra/platform/*/account/*"),
    ("POST", "/v2/zimbra/platform/*/alias"),
    ("DELETE", "/v2/zimbra/platform/*/alias/*"),
    ("POST", "/v2/zimbra/platform/*/redirection"),
    ("DELETE", "/v2/zimbra/platform/*/redirection/*"),
    ("POST", "/v2/zimbra/platform/*/organization"),
    ("POST", "/v2/zimbra/platform/*/domain"),
    ("DELETE", "/v2/zimbra/platform/*/domain/*"),
    ("POST", "/v2/zimbra/platform/*/diagnostic/domain"),
];

const fn of_platform(platform: Platform) -> &'static [(&'static str, &'static str)] {
    match platform {
        Platform::Exchange => EXCHANGE,
        Platform::EmailPro => EMAIL_PRO,
        Platform::MxPlan | Platform::MxPlanZimbra => MX_PLAN,
        Platform::MxPlanLegacy => LEGACY,
        Platform::Zimbra => ZIMBRA,
        Platform::Imap => &[],
    }
}

fn rules_of<'a>(sets: impl IntoIterator<Item = &'a [(&'a str, &'a str)]>) -> Vec<AccessRule> {
    let mut rules: Vec<AccessRule> = Vec::new();
    for (method, path) in sets.into_iter().flatten() {
        let rule = AccessRule { method: (*method).to_owned(), path: (*path).to_owned() };
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    rules
}

/// The rules to ask for before it is known what moves where: the mail products and the DNS zones, nothing that orders or pays.
pub fn needed_rules() -> Vec<AccessRule> {
    let platforms = Platform::ALL.into_iter().map(of_platform);
    rules_of(std::iter::once(KEY).chain(platforms).chain([ZONE]))
}

/// The narrowest rules with which accounts move between these platforms in this order.
pub fn needed_rules_between(from: Platform, to: Platform, order: Strategy) -> Vec<AccessRule> {
    let all = rules_of([KEY, of_platform(from), of_platform(to), ZONE]);
    // A source that keeps its name and its place is only read, but for what has to leave it.
    let is_kept = |rule: &AccessRule| order != Strategy::ServerSide || rule.method != "PUT" || rule.path.starts_with("/domain/");
    all.into_iter().filter(is_kept).collect()
}

/// What a key lacks for every platform: the first rule of the one for which it lacks least. None when at least one platform can be worked
/// with; what moves between others is looked at again when it is known.
pub fn lacking_everywhere(granted: &[AccessRule]) -> Option<AccessRule> {
    let key = missing_rules(granted, &rules_of([KEY]));
    let lacking = Platform::ALL.into_iter().filter(|platform| *platform != Platform::Imap);
    let least = lacking.map(|platform| missing_rules(granted, &rules_of([of_platform(platform)]))).min_by_key(Vec::len);
    key.into_iter().next().or_else(|| least.and_then(|rules| rules.into_iter().next()))
}

/// Those of `needed` that no granted rule covers. A granted rule covers another when everything the other allows is allowed by it.
pub fn missing_rules(granted: &[AccessRule], needed: &[AccessRule]) -> Vec<AccessRule> {
    needed.iter().filter(|rule| !is_granted(granted, &rule.method, &rule.path)).cloned().collect()
}

/// Whether one of the rules allows this call. `path` may itself hold `*`: only a `*` of the rule covers it.
pub fn is_granted(granted: &[AccessRule], method: &str, path: &str) -> bool {
    let bare = |text: &str| text.strip_prefix("/v2").unwrap_or(text).to_owned();
    let (path, is_method) = (bare(path), |rule: &AccessRule| rule.method.eq_ignore_ascii_case(method));
    granted.iter().any(|rule| is_method(rule) && matches_pattern(bare(&rule.path).as_bytes(), path.as_bytes()))
}

/// `*` stands for any bytes, none included. Goes back to the last `*` on a mismatch, so it is at worst quadratic.
fn matches_pattern(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if pattern.get(p) == Some(&b'*') {
            star = Some((p, t));
            p += 1;
        } else if pattern.get(p) == Some(&text[t]) {
            p += 1;
            t += 1;
        } else if let Some((star_at, covered)) = star {
            star = Some((star_at, covered + 1));
            p = star_at + 1;
            t = covered + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|b| *b == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Strategy;
    use proptest::prelude::*;

    fn rule(method: &str, path: &str) -> AccessRule {
        AccessRule { method: method.to_owned(), path: path.to_owned() }
    }

    #[test]
    fn wildcards_cover_what_lies_below() {
        for (pattern, path, covers) in [
            ("/email/pro/*", "/email/pro/emailpro-zz1-1/account/a@b.ovh", true),
            ("/email/pro/*", "/email/pro", false),
            ("/email/pro*", "/email/pro", true),
            ("/email/*/account/*", "/email/pro/x/account/y", true),
            ("/email/*/account/*", "/email/pro/x/domain/y", false),
            ("/*", "/domain/zone/*", true),
            ("/domain/zone/mydomain.ovh/*", "/domain/zone/*", false),
            ("/domain/zone/*", "/domain/zone/*/record/*", true),
            ("/a/*/b/*/b", "/a/b/b/b/b", true),
            ("", "", true),
            ("", "/x", false),
        ] {
            assert_eq!(is_granted(&[rule("GET", pattern)], "GET", path), covers, "{pattern} {path}");
        }
    }

    #[test]
    fn methods_are_not_interchangeable() {
        assert!(!is_granted(&[rule("GET", "/*")], "PUT", "/email/pro/x"));
        assert!(is_granted(&[rule("get", "/*")], "GET", "/email/pro/x"));
    }

    #[test]
    fn broad_rights_suffice_and_gaps_are_named() {
        let everything: Vec<_> = ["GET", "POST", "PUT", "DELETE"].into_iter().map(|m| rule(m, "/*")).collect();
        assert_eq!(missing_rules(&everything, &needed_rules()), []);
        assert_eq!(missing_rules(&needed_rules(), &needed_rules()), []);
        let without_zone: Vec<_> = needed_rules().into_iter().filter(|r| !r.path.ends_with("/refresh")).collect();
        assert_eq!(missing_rules(&without_zone, &needed_rules()), [rule("POST", "/domain/zone/*/refresh")]);
        assert_eq!(missing_rules(&[], &needed_rules()).len(), needed_rules().len());
    }

    #[test]
    fn nothing_is_asked_for_that_orders_or_pays() {
        let needed = needed_rules();
        for (method, path) in [
            ("POST", "/order/cart"),
            ("PUT", "/email/pro/emailpro-zz1-1"),
            ("PUT", "/email/exchange/o/service/s"),
            ("POST", "/email/domain/mydomain.ovh/changeDnsMXFilter"),
            ("DELETE", "/v2/zimbra/platform/p/organization/o"),
            ("POST", "/domain/zone/mydomain.ovh/reset"),
            ("POST", "/domain/zone/mydomain.ovh/import"),
            ("GET", "/me"),
        ] {
            assert!(!is_granted(&needed, method, path), "{method} {path}");
        }
    }

    #[test]
    fn a_key_for_one_pair_of_platforms_is_enough_for_it() {
        let between = needed_rules_between(Platform::Exchange, Platform::Zimbra, Strategy::RenameFirst);
        assert!(between.iter().all(|rule| !rule.path.starts_with("/email/pro") && !rule.path.starts_with("/email/domain")));
        assert_eq!(missing_rules(&needed_rules(), &between), []);
        assert_eq!(lacking_everywhere(&between), None);
        let without_prefix: Vec<_> = between.iter().map(|r| rule(&r.method, r.path.strip_prefix("/v2").unwrap_or(&r.path))).collect();
        assert_eq!(missing_rules(&without_prefix, &between), [], "both spellings of version 2 are taken");
        assert!(lacking_everywhere(&[rule("GET", "/*")]).is_some_and(|rule| rule.method != "GET"), "who only reads moves nothing");
        assert_eq!(lacking_everywhere(&[]), Some(rule("GET", "/auth/currentCredential")));
    }

    proptest! {
        #[test]
        fn a_pattern_covers_itself_and_its_fillings(parts in prop::collection::vec("[a-z/]{0,4}", 1..4), filling in "[a-z/]{0,5}") {
            let pattern = parts.join("*");
            prop_assert!(matches_pattern(pattern.as_bytes(), pattern.as_bytes()));
            prop_assert!(matches_pattern(pattern.as_bytes(), parts.join(&filling).as_bytes()));
        }
    }
}
