//! Gives each mailbox a name at the target, segment by segment: legal there, and never the name of another one.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;

use crate::domain::{MailboxId, MailboxName, encode_utf7};

use super::TargetTraits;
use super::roles::is_reserved;
use crate::domain::Collisions;

/// Stands in for what a name cannot have.
const STAND_IN: char = '_';

/// Hands out names at one target.
pub(super) struct Namer<'a> {
    target: &'a TargetTraits,
    /// Source path → path at the target.
    given: BTreeMap<Vec<String>, Vec<String>>,
    /// Folded paths at the target that are given.
    taken: BTreeMap<Vec<String>, Vec<String>>,
    /// Folded paths that are given → how their last part is spelled.
    spelled: BTreeMap<Vec<String>, String>,
    /// Folded paths that are there → their spelling.
    existing: BTreeMap<Vec<String>, Vec<String>>,
}

impl<'a> Namer<'a> {
    pub(super) fn new(target: &'a TargetTraits) -> Self {
        let mut namer =
            Self { target, given: BTreeMap::new(), taken: BTreeMap::new(), spelled: BTreeMap::new(), existing: BTreeMap::new() };
        for mailbox in &target.existing {
            let path = mailbox.name.segments();
            for depth in 1..=path.len() {
                namer.existing.entry(namer.fold(&path[..depth])).or_insert_with(|| path[..depth].to_vec());
            }
        }
        namer
    }

    /// Reserves a name for a source mailbox that plays a role. Answers `false` when another one has it already.
    pub(super) fn reserve(&mut self, source: &MailboxName, to: &MailboxName) -> bool {
        let key = self.fold(to.segments());
        if self.taken.contains_key(&key) {
            return false;
        }
        self.spelled.insert(key.clone(), to.leaf().to_owned());
        self.taken.insert(key, source.segments().to_vec());
        self.given.insert(source.segments().to_vec(), to.segments().to_vec());
        true
    }

    /// Sends a further name of the same mailbox to where that one went.
    pub(super) fn lead(&mut self, source: &MailboxName, to: &MailboxName) {
        if !self.reserve(source, to) {
            self.given.entry(source.segments().to_vec()).or_insert_with(|| to.segments().to_vec());
        }
    }

    /// The name of a source mailbox at the target: the parent's name there, and a part of its own.
    pub(super) fn name(&mut self, source: &MailboxName) -> MailboxName {
        let path = if self.target.delimiter.is_none() && source.segments().len() > 1 {
            vec![self.part(&[], &source.segments().join(&STAND_IN.to_string()), source.segments())]
        } else {
            self.path(source.segments())
        };
        // Parts are never empty and never hold control characters; the name as it was is right in any case.
        MailboxName::from_segments(path).unwrap_or_else(|_| source.clone())
    }

    fn path(&mut self, source: &[String]) -> Vec<String> {
        if let Some(path) = self.given.get(source) {
            return path.clone();
        }
        let Some((own, above)) = source.split_last() else { return Vec::new() };
        let mut path = self.path(above);
        let part = self.part(&path, own, source);
        path.push(part);
        self.given.insert(source.to_vec(), path.clone());
        path
    }

    /// A legal part below `above` that no other source mailbox has; what exists there under another spelling keeps that.
    fn part(&mut self, above: &[String], own: &str, source: &[String]) -> String {
        for number in 1u32.. {
            let is_reserved = above.is_empty() && is_reserved(own, self.target.platform);
            let own = if is_reserved { format!("{own} (mail)") } else { own.to_owned() };
            let part = legal_part(&own, number, self.target);
            let path = [above, std::slice::from_ref(&part)].concat();
            let key = self.fold(&path);
            let may_share = self.target.collisions == Collisions::Merge && !is_inbox(&path);
            if self.taken.get(&key).is_none_or(|other| may_share || other.as_slice() == source) {
                self.taken.entry(key.clone()).or_insert_with(|| source.to_vec());
                let first = self.spelled.entry(key.clone()).or_insert_with(|| part.clone());
                let part = first.clone();
                return self.existing.get(&key).and_then(|spelling| spelling.last().cloned()).unwrap_or(part);
            }
        }
        own.to_owned()
    }

    fn fold(&self, path: &[String]) -> Vec<String> {
        path.iter().map(|part| fold_part(part, self.target)).collect()
    }
}

/// Nothing is merged into the inbox by its name alone.
fn is_inbox(path: &[String]) -> bool {
    matches!(path, [only] if only.eq_ignore_ascii_case("INBOX"))
}

/// Two parts that fold equally are one mailbox at the target.
pub(super) fn fold_part(part: &str, target: &TargetTraits) -> String {
    let composed: String = part.nfc().collect();
    if target.is_case_insensitive { composed.to_lowercase() } else { composed }
}

/// Whether the target takes this name as it is.
pub(super) fn is_legal(name: &MailboxName, target: &TargetTraits) -> bool {
    let parts = name.segments();
    let is_flat = target.delimiter.is_none() && parts.len() > 1;
    !is_flat && !is_reserved(&parts[0], target.platform) && parts.iter().all(|part| legal_part(part, 1, target) == *part)
}

/// What servers are known to refuse in names, here or there, whatever they say.
const REFUSED_SOMEWHERE: &str = "\"'`%*:;<>?\\|/~#&@^!$={}[]";
/// A part of this length is refused by none that is known, in bytes as spelled on the wire.
const NEVER_TOO_LONG: usize = 60;

/// Names for when a target refuses one although nothing that is known of it speaks against it: each mailbox of the plan under a name
/// without what any server is known to refuse, and never that of another one. What is there already keeps its spelling.
pub fn mended(planned: &BTreeMap<MailboxId, MailboxName>, target: &TargetTraits) -> BTreeMap<MailboxId, MailboxName> {
    let mut careful = target.clone();
    careful.illegal.push_str(REFUSED_SOMEWHERE);
    careful.longest_segment = NEVER_TOO_LONG;
    let mut mender = Mender { target, careful, given: BTreeMap::new(), taken: BTreeSet::new() };
    let (sound, odd): (Vec<_>, Vec<_>) = planned.iter().partition(|(_, name)| mender.is_sound(name.segments()));
    for (_, name) in &sound {
        mender.taken.insert(mender.fold(name.segments()));
        mender.given.insert(name.segments().to_vec(), name.segments().to_vec());
    }
    let named = |(id, name): (&MailboxId, &MailboxName), mender: &mut Mender<'_>| {
        (*id, MailboxName::from_segments(mender.path(name.segments())).unwrap_or_else(|_| name.clone()))
    };
    sound.into_iter().chain(odd).map(|of| named(of, &mut mender)).collect()
}

/// Gives out careful names.
struct Mender<'a> {
    target: &'a TargetTraits,
    careful: TargetTraits,
    /// Planned path → mended path.
    given: BTreeMap<Vec<String>, Vec<String>>,
    /// Folded paths that are given.
    taken: BTreeSet<Vec<String>>,
}

impl Mender<'_> {
    fn fold(&self, path: &[String]) -> Vec<String> {
        path.iter().map(|part| fold_part(part, self.target)).collect()
    }

    fn is_there(&self, path: &[String]) -> bool {
        self.target.existing.iter().any(|there| there.name.segments().starts_with(path))
    }

    fn is_sound(&self, path: &[String]) -> bool {
        self.is_there(path) || path.iter().all(|part| careful_part(part, 1, &self.careful) == *part)
    }

    fn path(&mut self, planned: &[String]) -> Vec<String> {
        if let Some(path) = self.given.get(planned) {
            return path.clone();
        }
        let Some((own, above)) = planned.split_last() else { return Vec::new() };
        let mut path = planned.to_vec();
        if !self.is_there(planned) {
            let above = self.path(above);
            for number in 1..1000u32 {
                path = [above.as_slice(), &[careful_part(own, number, &self.careful)]].concat();
                if !self.taken.contains(&self.fold(&path)) {
                    break;
                }
            }
        }
        self.taken.insert(self.fold(&path));
        self.given.insert(planned.to_vec(), path.clone());
        path
    }
}

/// Blanks and dots at the ends are refused by some, too.
fn careful_part(own: &str, number: u32, careful: &TargetTraits) -> String {
    let bare = own.trim_matches(|c: char| c.is_whitespace() || c == '.');
    legal_part(if bare.is_empty() { own } else { bare }, number, careful)
}

/// The part in NFC without what the target cannot have, short enough, with ` (2)`, ` (3)`… from the second on.
fn legal_part(own: &str, number: u32, target: &TargetTraits) -> String {
    let is_illegal = |c: char| c.is_control() || target.delimiter == Some(c) || target.illegal.contains(c);
    let mut part: String = own.nfc().map(|c| if is_illegal(c) { STAND_IN } else { c }).collect();
    // The case-insensitive platforms trim, or stumble over, white space at the ends.
    let trim = |part: &mut String| {
        if target.is_case_insensitive {
            *part = part.trim().to_owned();
        }
    };
    trim(&mut part);
    let suffix = if number > 1 { format!(" ({number})") } else { String::new() };
    let room = target.longest_segment.saturating_sub(suffix.len()).max(1);
    while encode_utf7(&part).len() > room && part.chars().count() > 1 {
        part.pop();
    }
    trim(&mut part);
    if part.chars().all(|c| c == '.') {
        part = STAND_IN.to_string();
    }
    part + &suffix
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Platform;

    fn name(path: &str) -> MailboxName {
        MailboxName::from_segments(path.split('/').map(str::to_owned)).expect("a name")
    }

    #[test]
    fn mended_names_are_careful_and_nobody_else_s() {
        let planned = ["INBOX", "Q&A", "Q_A", "Q%A", "Q&A/below", "a/~b./c", "Plain/Q&A"];
        let planned = (1..).map(MailboxId).zip(planned.map(name)).collect();
        let target = TargetTraits::of(Platform::Imap, Some('.'), Vec::new());
        let made: Vec<String> = mended(&planned, &target).into_values().map(|name| name.to_string()).collect();
        assert_eq!(made, ["INBOX", "Q_A (2)", "Q_A", "Q_A (3)", "Q_A (2)/below", "a/_b/c", "Plain/Q_A"]);
        let short = mended(&[(MailboxId(1), name(&"é".repeat(80)))].into(), &target);
        assert!(encode_utf7(short[&MailboxId(1)].leaf()).len() <= NEVER_TOO_LONG);
    }
}
