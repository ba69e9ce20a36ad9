//! Memory of long messages, used again: allocators give large blocks back to the system and have to ask for them anew, page by page.
//!
//! What was read is kept here once more, which costs nothing. As soon as nobody else holds it, it is room for the next one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};

/// Blocks that nobody uses, together.
const MOST_IDLE: usize = 6 << 20;
/// Blocks that are remembered.
const MOST: usize = 128;

/// A block: the only response in it, and how many bytes have room.
type Block = (Bytes, usize);

/// Blocks in use and blocks that wait for their next use. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Shelf(Arc<Mutex<VecDeque<Block>>>);

impl Shelf {
    fn blocks(&self) -> MutexGuard<'_, VecDeque<Block>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a block.
    pub(super) fn put(&self, response: &Bytes, room: usize) {
        let mut blocks = self.blocks();
        if blocks.len() == MOST {
            blocks.pop_front();
        }
        blocks.push_back((response.clone(), room));
        drop_idle(&mut blocks, MOST_IDLE);
    }

    /// An empty block for so many bytes, where nobody uses one that is not more than twice as large.
    pub(super) fn take(&self, bytes: usize) -> Option<BytesMut> {
        let mut blocks = self.blocks();
        let fits = |(held, room): &Block| (bytes..=bytes * 2).contains(room) && held.is_unique();
        let fitting = blocks.iter().enumerate().filter(|(_, block)| fits(block));
        let at = fitting.min_by_key(|(_, (_, room))| *room).map(|(at, _)| at)?;
        let mut block = blocks.remove(at)?.0.try_into_mut().ok()?;
        block.clear();
        Some(block)
    }

    /// Gives back what nobody uses.
    pub(super) fn tidy_up(&self) {
        drop_idle(&mut self.blocks(), 0);
    }
}

/// Drops what nobody uses, the oldest first, until no more than so many bytes of it are left.
fn drop_idle(blocks: &mut VecDeque<Block>, most: usize) {
    let mut idle: usize = blocks.iter().filter(|(held, _)| held.is_unique()).map(|(_, room)| room).sum();
    blocks.retain(|(held, room)| {
        let is_dropped = idle > most && held.is_unique();
        if is_dropped {
            idle -= room;
        }
        !is_dropped
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Half full.
    fn put(shelf: &Shelf, room: usize) -> Bytes {
        let mut block = BytesMut::with_capacity(room);
        block.resize(room / 2, 7);
        let room = block.capacity();
        let response = block.freeze();
        shelf.put(&response, room);
        response
    }

    #[test]
    fn a_block_is_used_again_when_nobody_holds_it() {
        let shelf = Shelf::default();
        let first = put(&shelf, 1000);
        let place = first.as_ptr();
        let share = first.slice(10..20);
        drop(first);
        assert_eq!(shelf.take(1000), None, "a part of it is held");
        drop(share);
        assert_eq!((shelf.take(400), shelf.take(1001)), (None, None), "much too large, too small");
        let taken = shelf.take(600).expect("room");
        assert_eq!((taken.len(), taken.capacity(), taken.as_ptr()), (0, 1000, place));
        assert_eq!(shelf.take(600), None, "it is in use");
    }

    #[test]
    fn the_smallest_that_fits_is_taken() {
        let shelf = Shelf::default();
        for room in [1900, 1100, 1500] {
            drop(put(&shelf, room));
        }
        assert_eq!(shelf.take(1000).expect("room").capacity(), 1100);
        assert_eq!(shelf.take(1000).expect("room").capacity(), 1500);
    }

    #[test]
    fn only_so_much_lies_idle() {
        let shelf = Shelf::default();
        let held: Vec<Bytes> = (0..5).map(|_| put(&shelf, 2 << 20)).collect();
        assert_eq!(shelf.blocks().len(), 5);
        drop(held);
        let small = put(&shelf, 10);
        assert_eq!(shelf.blocks().len(), 4, "three of two megabytes, and the small one");
        shelf.tidy_up();
        assert_eq!(shelf.blocks().len(), 1, "what is in use");
        drop(small);
        (0..2 * MOST).for_each(|_| drop(put(&shelf, 1)));
        assert!(shelf.blocks().len() <= MOST);
    }
}
