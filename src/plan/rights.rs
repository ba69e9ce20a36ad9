//! Which rights a consumer key needs for a migration, and which of them it lacks.
//!
//! A rule is a method and a path in which `*` stands for any text, slashes included (`POST /auth/credential`). Asking the API
//! what a key may do is the adapter's; this is only the comparison.

use crate::domain::AccessRule;

/// The narrowest rules with which a migration between Exchange and Email Pro can be done: it reads both platforms and the DNS
/// zones, and writes accounts, attached domains and zone records, nothing else.
const NEEDED: &[(&str, &str)] = &[
    ("GET", "/auth/currentCredential"),
    ("GET", "/email/exchange"),
    ("GET", "/email/exchange/*"),
    ("PUT", "/email/exchange/*/service/*/account/*"),
    ("POST", "/email/exchange/*/service/*/account/*/changePassword"),
    ("DELETE", "/email/exchange/*/service/*/account/*"),
    ("POST", "/email/exchange/*/service/*/domain"),
    ("DELETE", "/email/exchange/*/service/*/domain/*"),
    ("GET", "/email/pro"),
    ("GET", "/email/pro/*"),
    ("PUT", "/email/pro/*/account/*"),
    ("POST", "/email/pro/*/account/*/changePassword"),
    ("DELETE", "/email/pro/*/account/*"),
    ("POST", "/email/pro/*/domain"),
    ("DELETE", "/email/pro/*/domain/*"),
    ("GET", "/domain/zone/*"),
    ("POST", "/domain/zone/*/record"),
    ("PUT", "/domain/zone/*/record/*"),
    ("DELETE", "/domain/zone/*/record/*"),
    ("POST", "/domain/zone/*/refresh"),
];

/// The rules to ask for.
pub fn needed_rules() -> Vec<AccessRule> {
    NEEDED.iter().map(|(method, path)| AccessRule { method: (*method).to_owned(), path: (*path).to_owned() }).collect()
}

/// Those of `needed` that no granted rule covers. A granted rule covers another when everything the other allows is allowed by it.
pub fn missing_rules(granted: &[AccessRule], needed: &[AccessRule]) -> Vec<AccessRule> {
    needed.iter().filter(|rule| !is_granted(granted, &rule.method, &rule.path)).cloned().collect()
}

/// Whether one of the rules allows this call. `path` may itself hold `*`: only a `*` of the rule covers it.
pub fn is_granted(granted: &[AccessRule], method: &str, path: &str) -> bool {
    granted.iter().any(|rule| rule.method.eq_ignore_ascii_case(method) && matches_pattern(rule.path.as_bytes(), path.as_bytes()))
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
        assert_eq!(missing_rules(&[], &needed_rules()).len(), NEEDED.len());
    }

    #[test]
    fn nothing_is_asked_for_that_orders_or_pays() {
        let needed = needed_rules();
        for (method, path) in [
            ("POST", "/order/cart"),
            ("PUT", "/email/pro/emailpro-zz1-1"),
            ("POST", "/email/exchange/o/service/s/account"),
            ("POST", "/domain/zone/mydomain.ovh/reset"),
            ("POST", "/domain/zone/mydomain.ovh/import"),
            ("GET", "/me"),
        ] {
            assert!(!is_granted(&needed, method, path), "{method} {path}");
        }
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
