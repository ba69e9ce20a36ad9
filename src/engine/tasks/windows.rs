//! What is read in one go: windows of messages, in the order in which people miss them.
//!
//! The newest come first; inside a window UIDs ascend. Large messages have windows of their own, so that they never keep small ones
//! waiting. A mailbox that fits one window stays in one, and keeps its order.

use std::collections::VecDeque;

use crate::domain::{ByteSize, Uid, UidSet};
use crate::ports::Weighed;

/// Bytes of a mailbox that is not cut at all.
const ONE_WINDOW_BYTES: u64 = 16 << 20;
/// Messages and bytes in a window of large ones.
const LARGE_WINDOW: usize = 16;
const LARGE_WINDOW_BYTES: u64 = 64 << 20;
/// Windows that are asked for in one go, one behind the other.
const LONGEST_RUN: usize = 8;

/// How a window is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// As it comes.
    Usual,
    /// It has large messages: one lane at a time.
    Large,
    /// One message that the source was lost over: by itself, and last.
    Alone,
}

/// Messages that are read together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) uids: UidSet,
    pub(super) kind: Kind,
}

/// Cuts what is missing (ascending) into windows of at most so many messages, in the order in which they are read. Large is what fills a
/// batch by itself.
pub(super) fn cut(missing: &[Weighed], most: usize, batch: ByteSize) -> VecDeque<Window> {
    let bytes: u64 = missing.iter().map(|m| u64::from(m.size)).sum();
    let is_large = |m: &Weighed| u64::from(m.size) >= batch.0;
    if missing.is_empty() {
        return VecDeque::new();
    }
    if missing.len() <= most && bytes <= ONE_WINDOW_BYTES {
        let kind = if missing.iter().any(is_large) { Kind::Large } else { Kind::Usual };
        return [window(missing.iter().map(|m| m.uid), kind)].into();
    }
    let small: Vec<Uid> = missing.iter().filter(|m| !is_large(m)).map(|m| m.uid).collect();
    let mut windows: VecDeque<Window> = small.rchunks(most.max(1)).map(|chunk| window(chunk.iter().copied(), Kind::Usual)).collect();
    let mut filling: Vec<Uid> = Vec::new();
    let mut weight = 0;
    for large in missing.iter().rev().filter(|m| is_large(m)) {
        if filling.len() >= LARGE_WINDOW || (!filling.is_empty() && weight + u64::from(large.size) > LARGE_WINDOW_BYTES) {
            windows.push_back(window(filling.drain(..), Kind::Large));
            weight = 0;
        }
        filling.push(large.uid);
        weight += u64::from(large.size);
    }
    if !filling.is_empty() {
        windows.push_back(window(filling.into_iter(), Kind::Large));
    }
    windows
}

/// Takes the next windows for a reader that is one of so many: some behind one another, so that no time is lost between them, but not
/// all, so that others find work too.
pub(super) fn next_run(windows: &mut VecDeque<Window>, readers: usize) -> Vec<Window> {
    let Some(kind) = windows.front().map(|window| window.kind) else { return Vec::new() };
    let alike = windows.iter().take_while(|window| window.kind == kind).count();
    let share = match kind {
        Kind::Usual if readers <= 1 => alike,
        Kind::Usual => alike / (2 * readers),
        Kind::Large | Kind::Alone => 1,
    };
    windows.drain(..share.clamp(1, LONGEST_RUN).min(alike)).collect()
}

/// A single message that must be read by itself.
pub(super) fn alone(uid: Uid) -> Window {
    window(std::iter::once(uid), Kind::Alone)
}

fn window(uids: impl Iterator<Item = Uid>, kind: Kind) -> Window {
    Window { uids: uids.collect(), kind }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BATCH: ByteSize = ByteSize(8 << 20);

    fn weighed(uid: u32, size: u32) -> Weighed {
        Weighed { uid: Uid(uid), size }
    }

    #[test]
    fn the_newest_window_comes_first_and_is_full() {
        let missing: Vec<Weighed> = (1..=2500).map(|uid| weighed(uid, 5_000)).collect();
        let windows: Vec<String> = cut(&missing, 1000, BATCH).iter().map(|window| window.uids.to_string()).collect();
        assert_eq!(windows, ["1501:2500", "501:1500", "1:500"]);
    }

    #[test]
    fn large_messages_keep_nobody_waiting() {
        let missing: Vec<Weighed> = (1..=1200).map(|uid| weighed(uid, if uid % 400 == 0 { 30 << 20 } else { 5_000 })).collect();
        let windows = cut(&missing, 1000, BATCH);
        let kinds: Vec<Kind> = windows.iter().map(|window| window.kind).collect();
        assert_eq!(kinds, [Kind::Usual, Kind::Usual, Kind::Large, Kind::Large]);
        assert_eq!((windows[2].uids.to_string(), windows[3].uids.to_string()), ("800,1200".to_owned(), "400".to_owned()));
    }

    #[test]
    fn a_mailbox_that_fits_one_window_keeps_its_order() {
        let missing = [weighed(1, 100), weighed(2, 9 << 20), weighed(9, 100)];
        assert_eq!(cut(&missing, 1000, BATCH).iter().map(|w| w.uids.to_string()).collect::<Vec<_>>(), ["1:2,9"]);
        assert_eq!(cut(&missing, 1000, BATCH)[0].kind, Kind::Large);
    }

    #[test]
    fn one_reader_takes_many_windows_and_several_share_them() {
        let missing: Vec<Weighed> = (1..=20_000).map(|uid| weighed(uid, 5_000)).collect();
        let mut windows = cut(&missing, 1000, BATCH);
        assert_eq!(next_run(&mut windows.clone(), 1).len(), 8);
        assert_eq!(next_run(&mut windows, 3).len(), 3);
        assert_eq!(next_run(&mut VecDeque::from([alone(Uid(1)), alone(Uid(2))]), 1).len(), 1);
    }

    proptest! {
        #[test]
        fn every_message_is_in_one_window(sizes in proptest::collection::vec(0u32..17 << 20, 0..3000), readers in 1usize..5) {
            let missing: Vec<Weighed> = sizes.iter().zip(1..).map(|(size, uid)| weighed(uid, *size)).collect();
            let mut windows = cut(&missing, 1000, BATCH);
            let mut seen = Vec::new();
            while !windows.is_empty() {
                let run = next_run(&mut windows, readers);
                prop_assert!(!run.is_empty());
                seen.extend(run.iter().flat_map(|window| window.uids.iter()));
            }
            seen.sort_unstable();
            prop_assert_eq!(seen, missing.iter().map(|m| m.uid).collect::<Vec<_>>());
        }
    }
}
