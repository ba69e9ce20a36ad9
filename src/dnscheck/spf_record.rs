//! One SPF record (RFC 7208): what it allows, and how several become one.

/// Questions to DNS that a record may cause (RFC 7208 §4.6.4).
pub(super) const MOST_LOOKUPS: usize = 10;

/// The terms of a record, in order, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SpfRecord {
    terms: Vec<String>,
}

/// Who may send besides those named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Policy {
    /// `-all`, `~all` or `?all`, or another record decides (`redirect=`).
    Set,
    /// `+all`: everybody.
    Everybody,
    /// Nothing is said.
    Missing,
}

impl SpfRecord {
    /// `None` when the text is another kind of TXT record.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        words.next().filter(|version| version.eq_ignore_ascii_case("v=spf1"))?;
        Some(Self { terms: words.map(str::to_owned).collect() })
    }

    pub(super) fn text(&self) -> String {
        std::iter::once("v=spf1").chain(self.terms.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
    }

    /// Whether all these mechanisms pass, before anything decides otherwise for all.
    pub(super) fn passes(&self, mechanisms: &[String]) -> bool {
        mechanisms.iter().all(|mechanism| self.effective().iter().any(|term| is_pass(term, mechanism)))
    }

    pub(super) fn policy(&self) -> Policy {
        match self.all() {
            Some(all) if all.starts_with(['-', '~', '?']) => Policy::Set,
            Some(_) => Policy::Everybody,
            None if self.terms.iter().any(|term| is_redirect(term)) => Policy::Set,
            None => Policy::Missing,
        }
    }

    /// Terms of this record that cause questions; those of included records come on top and are not known here.
    pub(super) fn lookups(&self) -> usize {
        let causes_lookup = |term: &String| {
            let bare = bare(term);
            let name = bare.split([':', '/', '=']).next().unwrap_or_default();
            matches!(name, "include" | "a" | "mx" | "ptr" | "exists" | "redirect")
        };
        self.effective().iter().filter(|term| causes_lookup(term)).count()
    }

    /// One record that says what all of them said, and passes these mechanisms. Order is kept; who may not send is decided by the
    /// records' common policy, softly (`~all`) where they disagree, say nothing or allow everybody.
    pub(super) fn merged(records: &[Self], mechanisms: &[String]) -> Self {
        let mut terms: Vec<String> = Vec::new();
        let mut redirects: Vec<String> = Vec::new();
        for term in records.iter().flat_map(Self::effective) {
            let is_replaced = mechanisms.iter().any(|m| bare(term) == bare(m) && !is_pass(term, m));
            let is_known = terms.iter().any(|t| t.eq_ignore_ascii_case(term));
            if is_redirect(term) {
                redirects.push(term.clone());
            } else if !is_replaced && !is_known {
                terms.push(term.clone());
            }
        }
        let policies: Vec<&str> = records.iter().filter_map(Self::all).collect();
        let ends_in_redirect = policies.is_empty() && redirects.len() == 1;
        if !ends_in_redirect {
            // Beside an `all` a redirect is not followed; as an include it keeps what it allowed.
            terms.extend(redirects.iter().filter_map(|r| r.split_once('=')).map(|(_, domain)| format!("include:{domain}")));
        }
        // Modifiers such as `exp=` may stand anywhere; mechanisms must come before the end.
        terms.extend(mechanisms.iter().filter(|m| !terms.iter().any(|t| is_pass(t, m))).cloned().collect::<Vec<_>>());
        terms.push(if ends_in_redirect { redirects.remove(0) } else { common(&policies) });
        Self { terms }
    }

    /// Terms up to the first `all`: what follows is never looked at (RFC 7208 §5.1).
    fn effective(&self) -> &[String] {
        let end = self.terms.iter().position(|term| bare(term) == "all").unwrap_or(self.terms.len());
        &self.terms[..end]
    }

    fn all(&self) -> Option<&str> {
        self.terms.iter().find(|term| bare(term) == "all").map(String::as_str)
    }
}

/// A term in lower case without its qualifier.
fn bare(term: &str) -> String {
    term.trim_start_matches(['+', '-', '~', '?']).to_ascii_lowercase()
}

fn is_pass(term: &str, mechanism: &str) -> bool {
    !term.starts_with(['-', '~', '?']) && bare(term) == bare(mechanism)
}

fn is_redirect(term: &str) -> bool {
    term.to_ascii_lowercase().starts_with("redirect=")
}

fn common(policies: &[&str]) -> String {
    match policies {
        [first, rest @ ..] if first.starts_with(['-', '~', '?']) && rest.iter().all(|p| p.eq_ignore_ascii_case(first)) => {
            (*first).to_owned()
        }
        _ => "~all".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(texts: &[&str]) -> String {
        let records: Vec<_> = texts.iter().map(|text| SpfRecord::parse(text).expect("an SPF record")).collect();
        SpfRecord::merged(&records, &["include:mx.ovh.com".to_owned()]).text()
    }

    #[test]
    fn the_include_goes_before_the_end_and_the_rest_stays() {
        for (before, after) in [
            ("v=spf1 ~all", "v=spf1 include:mx.ovh.com ~all"),
            ("v=spf1 a mx ip4:192.0.2.1 -all", "v=spf1 a mx ip4:192.0.2.1 include:mx.ovh.com -all"),
            ("V=SPF1 Include:MX.ovh.com ?all", "v=spf1 Include:MX.ovh.com ?all"),
            ("v=spf1 -include:mx.ovh.com a -all", "v=spf1 a include:mx.ovh.com -all"),
            ("v=spf1 a -all include:mx.ovh.com", "v=spf1 a include:mx.ovh.com -all"),
            ("v=spf1 redirect=_spf.example.com", "v=spf1 include:mx.ovh.com redirect=_spf.example.com"),
            ("v=spf1 include:mx.ovh.com", "v=spf1 include:mx.ovh.com ~all"),
            ("v=spf1 include:mx.ovh.com +all", "v=spf1 include:mx.ovh.com ~all"),
            ("v=spf1 exp=why.example.com a -all", "v=spf1 exp=why.example.com a include:mx.ovh.com -all"),
        ] {
            assert_eq!(merged(&[before]), after, "{before}");
            assert_eq!(merged(&[after]), after, "again: {after}");
        }
    }

    #[test]
    fn two_records_become_one_that_forgets_nobody() {
        for (texts, after) in [
            (
                ["v=spf1 include:mx.ovh.com ~all", "v=spf1 include:_spf.example.com ~all"],
                "v=spf1 include:mx.ovh.com include:_spf.example.com ~all",
            ),
            (["v=spf1 a -all", "v=spf1 mx ~all"], "v=spf1 a mx include:mx.ovh.com ~all"),
            (["v=spf1 a -all", "v=spf1 A -all"], "v=spf1 a include:mx.ovh.com -all"),
            (["v=spf1 a -all", "v=spf1 redirect=x.example.com"], "v=spf1 a include:x.example.com include:mx.ovh.com -all"),
            (["v=spf1 +all", "v=spf1 -all"], "v=spf1 include:mx.ovh.com ~all"),
        ] {
            assert_eq!(merged(&texts), after, "{texts:?}");
        }
    }

    #[test]
    fn lookups_of_the_record_itself_are_counted() {
        let record =
            SpfRecord::parse("v=spf1 a mx/24 a:x.example.com include:y ip4:192.0.2.0/24 exists:%{i} ptr exp=z -all mx").expect("SPF");
        assert_eq!(record.lookups(), 6);
        assert_eq!(SpfRecord::parse("v=spf10 a"), None);
        assert_eq!(SpfRecord::parse("google-site-verification=x"), None);
    }
}
