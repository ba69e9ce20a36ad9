//! Puts the answers to an append together: one outcome per message, with UIDs where the server's count is right.

use super::code::Code;
use crate::domain::{Uid, UidValidity};
use crate::ports::{AppendReport, Appended, Refusal, RefusalKind};

/// Outcomes in the order of the messages.
#[derive(Debug)]
pub(super) struct Outcomes {
    each: Vec<Option<Appended>>,
    validity: Option<UidValidity>,
    /// Two answers named different UIDVALIDITYs: no UID of this append means anything.
    is_contradictory: bool,
}

impl Outcomes {
    pub(super) fn new(count: usize) -> Self {
        Self { each: vec![None; count], validity: None, is_contradictory: false }
    }

    pub(super) fn set(&mut self, place: usize, appended: Appended) {
        if let Some(slot) = self.each.get_mut(place) {
            *slot = Some(appended);
        }
    }

    pub(super) fn is_stored(&self, place: usize) -> bool {
        matches!(self.each.get(place), Some(Some(Appended::Stored(_))))
    }

    /// `count` messages from `first` on are stored; UIDs are taken from APPENDUID only when there is one for each.
    pub(super) fn stored(&mut self, first: usize, count: usize, code: Option<&Code>) {
        let given = given_uids(code, count);
        if let Some((validity, _)) = &given {
            self.is_contradictory |= self.validity.is_some_and(|before| before != *validity);
            self.validity = Some(*validity);
        }
        let uids = given.map(|(_, uids)| uids);
        for at in 0..count {
            let uid = uids.as_ref().and_then(|uids| uids.get(at)).copied();
            self.set(first + at, Appended::Stored(uid));
        }
    }

    pub(super) fn into_report(self) -> AppendReport {
        let Self { each, validity, is_contradictory } = self;
        let outcome = |appended| match appended {
            Some(Appended::Stored(_)) if is_contradictory => Appended::Stored(None),
            Some(appended) => appended,
            None => Appended::Refused(Refusal { kind: RefusalKind::Unsaid, text: "never sent".to_owned() }),
        };
        AppendReport::Each { uid_validity: validity.filter(|_| !is_contradictory), outcomes: each.into_iter().map(outcome).collect() }
    }
}

/// The UIDs of an APPENDUID for so many messages; zero or a wrong count is as good as none.
pub(super) fn given_uids(code: Option<&Code>, count: usize) -> Option<(UidValidity, Vec<Uid>)> {
    let Some(Code::AppendUid(validity, ranges)) = code else { return None };
    let named: u64 = ranges.iter().map(|(first, last)| u64::from(last - first) + 1).sum();
    if *validity == 0 || named != count as u64 || ranges.iter().any(|(first, _)| *first == 0) {
        return None;
    }
    Some((UidValidity(*validity), ranges.iter().flat_map(|(first, last)| *first..=*last).map(Uid).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(ranges: &[(u32, u32)]) -> Code {
        Code::AppendUid(7, ranges.to_vec())
    }

    #[test]
    fn uids_count_only_when_there_is_one_for_each_message() {
        let uids = |ranges: &[(u32, u32)], count| given_uids(Some(&code(ranges)), count).map(|(_, uids)| uids);
        assert_eq!(uids(&[(3, 4), (9, 9)], 3), Some(vec![Uid(3), Uid(4), Uid(9)]));
        assert_eq!(uids(&[(3, 4)], 3), None);
        assert_eq!(uids(&[(1, u32::MAX)], 3), None);
        assert_eq!(uids(&[(0, 0)], 1), None);
        assert_eq!(given_uids(Some(&Code::AppendUid(0, vec![(3, 3)])), 1), None);
        assert_eq!(given_uids(None, 1), None);
    }

    #[test]
    fn uids_of_two_validities_mean_nothing() {
        let mut outcomes = Outcomes::new(2);
        outcomes.stored(0, 1, Some(&Code::AppendUid(7, vec![(1, 1)])));
        outcomes.stored(1, 1, Some(&Code::AppendUid(8, vec![(1, 1)])));
        let expected = AppendReport::Each { uid_validity: None, outcomes: vec![Appended::Stored(None), Appended::Stored(None)] };
        assert_eq!(outcomes.into_report(), expected);
    }
}
