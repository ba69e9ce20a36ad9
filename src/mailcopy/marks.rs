//! Which flags and keywords a target gets: mapped to what it keeps, the rest counted.
//!
//! Servers differ: some keep a few keywords, some refuse what they do not know and the message with it, Exchange forgets a `\Flagged` that
//! came with APPEND and shows `$MDNSent` as a category, Zimbra makes tags of keywords and keeps some for one session only.

use crate::domain::{Flags, Keyword, Platform, SystemFlag};

/// Keywords of one meaning, best known first: where a target keeps another of them, that one is used.
const SAME: [&[&str]; 3] =
    [&["$Forwarded", "Forwarded", "X-Forwarded", "Forward"], &["$NotJunk", "NonJunk", "NotJunk", "$NonJunk"], &["$Junk", "Junk"]];

/// Keywords that Zimbra keeps for one session: not stored, and not missed.
const OF_A_ZIMBRA_SESSION: [&str; 6] = ["$Junk", "$NotJunk", "Junk", "NonJunk", "NotJunk", "JunkRecorded"];

/// What a target keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkRules {
    /// The platform; the Exchange family also where only its habits tell.
    pub platform: Platform,
    /// Keywords that the mailbox keeps (PERMANENTFLAGS); none: any.
    pub keywords: Option<Vec<String>>,
    /// Whether `\Deleted` is taken off: deleted mail goes into the mailbox for it.
    pub drops_deleted: bool,
}

/// The flags of one message at a target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// What goes with APPEND.
    pub now: Flags,
    /// What is set by STORE afterwards.
    pub later: Flags,
    /// What the target does not keep, as the source writes it.
    pub dropped: Vec<String>,
}

impl MarkRules {
    /// Sorts the flags of a message.
    pub fn of(&self, flags: &Flags) -> Marks {
        let (mut now, mut later, mut dropped) = (Vec::new(), Vec::new(), Vec::new());
        for flag in flags.system() {
            match flag {
                SystemFlag::Deleted if self.drops_deleted => {}
                SystemFlag::Flagged if self.platform.rebuilds_messages() => later.push(flag.wire().to_owned()),
                flag => now.push(flag.wire().to_owned()),
            }
        }
        let unknown = flags.foreign().filter_map(|name| Some((name, Keyword::new(name.strip_prefix('\\')?)?)));
        let unknown: Vec<(&str, Keyword)> = unknown.filter(|(_, keyword)| same_as(keyword.as_str()).is_some()).collect();
        for name in flags.foreign() {
            if !unknown.iter().any(|(known, _)| *known == name) {
                dropped.push(name.to_owned());
            }
        }
        let keywords = flags.keywords().map(|keyword| (keyword.as_str(), keyword.clone()));
        for (name, keyword) in keywords.chain(unknown) {
            if self.is_of_a_session(&keyword) {
                continue;
            }
            match self.kept_as(&keyword) {
                Some(kept) => now.push(kept),
                None => dropped.push(name.to_owned()),
            }
        }
        let flags = |names: &[String]| Flags::from_wire(names.iter().map(String::as_str));
        Marks { now: flags(&now), later: flags(&later), dropped }
    }

    /// All flags that the message shall have there.
    pub fn wanted(&self, flags: &Flags) -> Flags {
        let marks = self.of(flags);
        marks.later.system().fold(marks.now, Flags::with)
    }

    fn is_of_a_session(&self, keyword: &Keyword) -> bool {
        self.platform == Platform::Zimbra && OF_A_ZIMBRA_SESSION.iter().any(|name| name.eq_ignore_ascii_case(keyword.as_str()))
    }

    /// How the target writes this keyword, or one of the same meaning.
    fn kept_as(&self, keyword: &Keyword) -> Option<String> {
        if self.platform.rebuilds_messages() && keyword.as_str().eq_ignore_ascii_case("$MDNSent") {
            return None;
        }
        let spelled = if self.platform == Platform::Zimbra { keyword.as_str().replace(':', "-") } else { keyword.as_str().to_owned() };
        let Some(kept) = &self.keywords else { return Some(spelled) };
        let listed = |name: &str| kept.iter().find(|known| known.eq_ignore_ascii_case(name)).cloned();
        let same = || same_as(&spelled)?.iter().find_map(|other| listed(other));
        listed(&spelled).or_else(same)
    }
}

fn same_as(name: &str) -> Option<&'static [&'static str]> {
    SAME.into_iter().find(|names| names.iter().any(|known| known.eq_ignore_ascii_case(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(platform: Platform, keywords: Option<&[&str]>) -> MarkRules {
        let keywords = keywords.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        MarkRules { platform, keywords, drops_deleted: false }
    }

    fn sorted(rules: &MarkRules, flags: &[&str]) -> (String, String, String) {
        let marks = rules.of(&Flags::from_wire(flags.iter().copied()));
        (marks.now.to_string(), marks.later.to_string(), marks.dropped.join(" "))
    }

    #[test]
    fn g20_only_listed_keywords_are_sent_and_the_rest_is_named() {
        let odd = ["\\Seen", "\\Recent", "RECEIPTCHECKED", "Indexed", "$Forwarded", "\\XYZ", "work"];
        let (now, _, dropped) = sorted(&rules(Platform::Imap, Some(&["Work", "Forwarded"])), &odd);
        assert_eq!((now.as_str(), dropped.as_str()), ("\\Seen Forwarded Work", "\\XYZ Indexed RECEIPTCHECKED"));
        let (now, _, dropped) = sorted(&rules(Platform::Imap, None), &odd);
        assert_eq!((now.as_str(), dropped.as_str()), ("\\Seen $Forwarded Indexed RECEIPTCHECKED work", "\\XYZ"));
        let (now, _, dropped) = sorted(&rules(Platform::Imap, Some(&[])), &["\\Draft", "a"]);
        assert_eq!((now.as_str(), dropped.as_str()), ("\\Draft", "a"));
    }

    #[test]
    fn g20_a_keyword_behind_a_backslash_is_known_when_its_meaning_is() {
        let (now, _, dropped) = sorted(&rules(Platform::Imap, None), &["\\$NOTJUNK", "\\Forwarded", "\\Odd"]);
        assert_eq!((now.as_str(), dropped.as_str()), ("$NOTJUNK Forwarded", "\\Odd"));
    }

    #[test]
    fn g21_letter_case_is_no_difference() {
        let rules = rules(Platform::Imap, Some(&["$MDNSent"]));
        assert_eq!(rules.wanted(&Flags::from_wire(["$MdnSent"])), Flags::from_wire(["$MDNSENT"]));
    }

    #[test]
    fn z10_z11_z12_zimbra_gets_tags_without_colons_and_no_marks_of_a_session() {
        let (now, _, dropped) =
            sorted(&rules(Platform::Zimbra, None), &["EmailswithStickyNotes:FLAG51135", "$Junk", "NonJunk", "$MDNSent", "Forwarded"]);
        assert_eq!((now.as_str(), dropped.as_str()), ("$MDNSent EmailswithStickyNotes-FLAG51135 Forwarded", ""));
    }

    #[test]
    fn e3_e5_exchange_gets_flagged_afterwards_and_no_mdnsent() {
        let (now, later, dropped) = sorted(&rules(Platform::Exchange, Some(&["$MDNSent"])), &["\\Seen", "\\Flagged", "$MDNSent", "Work"]);
        assert_eq!((now.as_str(), later.as_str(), dropped.as_str()), ("\\Seen", "\\Flagged", "$MDNSent Work"));
        let wanted = rules(Platform::Exchange, None).wanted(&Flags::from_wire(["\\Flagged", "\\Seen"]));
        assert_eq!(wanted, Flags::from_wire(["\\Seen", "\\Flagged"]));
    }

    #[test]
    fn g22_deleted_is_taken_off_only_on_the_way_into_the_trash() {
        let kept = rules(Platform::Imap, None);
        assert_eq!(kept.wanted(&Flags::from_wire(["\\Deleted"])), Flags::from_wire(["\\Deleted"]));
        let trash = MarkRules { drops_deleted: true, ..kept };
        assert_eq!(trash.wanted(&Flags::from_wire(["\\Deleted", "\\Seen"])), Flags::from_wire(["\\Seen"]));
    }
}
