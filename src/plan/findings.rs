//! The report *will it fit and will it work*: facts about an account in, findings out.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{ByteSize, Flags, InternalDate, Platform, SystemFlag};

use crate::settings::{KeywordSupport, Platforms};

use super::{Finding, FindingCode, Weight};

/// What is known of the target before the start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetLimits {
    /// Storage that is still free there.
    pub free: Option<ByteSize>,
    /// Largest message that it takes.
    pub largest_message: Option<ByteSize>,
    /// Keywords that it stores; `None`: any.
    pub keywords: Option<Vec<String>>,
}

impl TargetLimits {
    /// What is known of every account of a platform (`config/platforms.toml`).
    pub fn of(platform: Platform, free: Option<ByteSize>, largest_message: Option<ByteSize>) -> Self {
        let keywords = match &Platforms::built_in().facts(platform).keywords {
            KeywordSupport::Word(_) => None,
            KeywordSupport::Only(names) => Some(names.clone()),
        };
        Self { free, largest_message, keywords }
    }
}

/// Facts about the messages of one account, gathered while its mailboxes are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    limits: TargetLimits,
    /// Messages.
    pub messages: u64,
    /// Their bytes, as the source claims them.
    pub bytes: ByteSize,
    /// The largest message.
    pub largest: ByteSize,
    /// Messages larger than the target takes.
    pub too_big: u64,
    /// Messages whose date the target cannot keep.
    pub odd_dates: u64,
    /// Keywords that the target does not store.
    pub dropped_keywords: BTreeSet<String>,
    /// Flags that cannot be sent at all.
    pub foreign_flags: BTreeSet<String>,
    /// Messages that are marked as deleted.
    pub marked: u64,
}

impl Facts {
    /// Nothing seen yet.
    pub const fn new(limits: TargetLimits) -> Self {
        Self {
            limits,
            messages: 0,
            bytes: ByteSize(0),
            largest: ByteSize(0),
            too_big: 0,
            odd_dates: 0,
            dropped_keywords: BTreeSet::new(),
            foreign_flags: BTreeSet::new(),
            marked: 0,
        }
    }

    /// Takes one message of a mailbox that will be copied.
    pub fn see(&mut self, size: ByteSize, flags: &Flags, internal_date: Option<InternalDate>) {
        self.messages += 1;
        self.bytes += size;
        self.largest = self.largest.max(size);
        self.too_big += u64::from(self.limits.largest_message.is_some_and(|limit| size > limit));
        self.marked += u64::from(flags.has(SystemFlag::Deleted));
        self.odd_dates += u64::from(internal_date.is_some_and(|date| date.nearest_kept() != date));
        let is_stored = |name: &str| self.limits.keywords.as_ref().is_none_or(|all| all.iter().any(|k| k.eq_ignore_ascii_case(name)));
        for keyword in flags.keywords().map(crate::domain::Keyword::as_str).filter(|name| !is_stored(name)) {
            if !self.dropped_keywords.contains(keyword) {
                self.dropped_keywords.insert(keyword.to_owned());
            }
        }
        self.foreign_flags.extend(flags.foreign().map(str::to_owned));
    }

    /// What the person should know, heaviest first. `aliases` of the source account; `platform` of the target.
    pub fn findings(&self, platform: Platform, aliases: u32) -> Vec<Finding> {
        let mut all = Vec::new();
        let mut add = |when: bool, code: FindingCode, weight: Weight, params: &[(&str, String)]| {
            let params: BTreeMap<String, String> = params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            all.extend(when.then_some(Finding { code, weight, params }));
        };
        let list = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
        let free = self.limits.free.unwrap_or(ByteSize(u64::MAX));
        let size_and_quota = [("size", self.bytes.to_string()), ("quota", free.to_string())];
        add(self.bytes > free, FindingCode::DoesNotFit, Weight::Blocker, &size_and_quota);
        let limit = self.limits.largest_message.unwrap_or_default().to_string();
        add(self.too_big > 0, FindingCode::TooBig, Weight::Warning, &[("count", self.too_big.to_string()), ("limit", limit)]);
        let keywords = [("keywords", list(&self.dropped_keywords))];
        add(!self.dropped_keywords.is_empty(), FindingCode::KeywordsDropped, Weight::Warning, &keywords);
        add(aliases > 0, FindingCode::Aliases, Weight::Warning, &[("count", aliases.to_string())]);
        add(self.marked > 0, FindingCode::DeletedMail, Weight::Note, &[("count", self.marked.to_string())]);
        add(self.odd_dates > 0, FindingCode::Dates, Weight::Note, &[("count", self.odd_dates.to_string())]);
        let flags = [("flags", list(&self.foreign_flags))];
        add(!self.foreign_flags.is_empty(), FindingCode::ForeignFlags, Weight::Note, &flags);
        add(platform.rebuilds_messages(), FindingCode::TargetRebuilds, Weight::Note, &[]);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(findings: &[Finding]) -> Vec<(FindingCode, Weight)> {
        findings.iter().map(|f| (f.code, f.weight)).collect()
    }

    #[test]
    fn an_account_that_fits_is_not_talked_about() {
        let mut facts = Facts::new(TargetLimits { free: Some(ByteSize(2000)), largest_message: Some(ByteSize(2000)), keywords: None });
        facts.see(ByteSize(2000), &Flags::from_wire(["\\Seen", "Work"]), "02-Feb-2026 10:00:00 +0100".parse().ok());
        assert_eq!(codes(&facts.findings(Platform::Imap, 0)), []);
    }

    #[test]
    fn everything_that_will_differ_is_said_before_the_start() {
        let mut facts = Facts::new(TargetLimits::of(Platform::Exchange, Some(ByteSize(5000)), Some(ByteSize(4000))));
        facts.see(ByteSize(4500), &Flags::from_wire(["$mdnsent", "Work", "\\Odd"]), "02-Feb-2044 10:00:00 +0100".parse().ok());
        facts.see(ByteSize(1000), &Flags::from_wire(["Work"]), None);
        let findings = facts.findings(Platform::Exchange, 2);
        assert_eq!(
            codes(&findings),
            [
                (FindingCode::DoesNotFit, Weight::Blocker),
                (FindingCode::TooBig, Weight::Warning),
                (FindingCode::KeywordsDropped, Weight::Warning),
                (FindingCode::Aliases, Weight::Warning),
                (FindingCode::Dates, Weight::Note),
                (FindingCode::ForeignFlags, Weight::Note),
                (FindingCode::TargetRebuilds, Weight::Note),
            ]
        );
        assert_eq!(findings[0].params["size"], "5.5 kB");
        assert_eq!(findings[2].params["keywords"], "Work");
        assert_eq!((facts.messages, facts.largest), (2, ByteSize(4500)));
    }
}
