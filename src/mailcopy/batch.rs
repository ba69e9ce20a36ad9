//! Cuts a stream of messages into batches by count and bytes, so that what is in doubt after a cut stays small.

use crate::domain::ByteSize;

/// How large a batch may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchLimit {
    /// Messages; at least one is always taken.
    pub messages: usize,
    /// Bytes; a message larger than that makes a batch of its own.
    pub bytes: ByteSize,
}

/// Messages that are appended, doubted and settled together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch<T> {
    /// The messages in the order in which they came.
    pub items: Vec<T>,
    /// Their bytes.
    pub bytes: ByteSize,
}

/// Fills batches, one message after the other.
#[derive(Debug)]
pub struct Batcher<T> {
    limit: BatchLimit,
    filling: Batch<T>,
}

impl<T> Batcher<T> {
    /// An empty one.
    pub const fn new(limit: BatchLimit) -> Self {
        Self { limit, filling: Batch { items: Vec::new(), bytes: ByteSize(0) } }
    }

    /// Takes one message of this size. Answers a batch when one is ready: the one before it, or the one that it fills.
    pub fn push(&mut self, item: T, size: ByteSize) -> Option<Batch<T>> {
        let before = if self.filling.bytes + size > self.limit.bytes { self.take() } else { None };
        self.filling.items.push(item);
        self.filling.bytes += size;
        before.or_else(|| if self.is_full() { self.take() } else { None })
    }

    /// What is left, when no more messages come or when nobody wants to wait for them.
    pub fn take(&mut self) -> Option<Batch<T>> {
        let empty = Batch { items: Vec::new(), bytes: ByteSize(0) };
        Some(std::mem::replace(&mut self.filling, empty)).filter(|batch| !batch.items.is_empty())
    }

    fn is_full(&self) -> bool {
        self.filling.items.len() >= self.limit.messages || self.filling.bytes >= self.limit.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(limit: BatchLimit, sizes: &[u64]) -> Vec<Vec<u64>> {
        let mut cutter = Batcher::new(limit);
        let mut batches: Vec<Batch<u64>> = sizes.iter().filter_map(|size| cutter.push(*size, ByteSize(*size))).collect();
        batches.extend(cutter.take());
        assert!(batches.iter().all(|b| b.bytes == b.items.iter().copied().map(ByteSize).sum()));
        batches.into_iter().map(|b| b.items).collect()
    }

    #[test]
    fn a_message_larger_than_the_limit_goes_alone() {
        let limit = BatchLimit { messages: 3, bytes: ByteSize(10) };
        assert_eq!(cut(limit, &[1, 2, 50, 3, 4]), [vec![1, 2], vec![50], vec![3, 4]]);
        assert_eq!(cut(limit, &[1, 1, 1, 1, 9, 1]), [vec![1, 1, 1], vec![1, 9], vec![1]]);
        assert_eq!(cut(limit, &[50, 60]), [[50], [60]]);
        assert!(cut(limit, &[]).is_empty());
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_limits_hold(sizes in proptest::collection::vec(0u64..30, 0..60), messages in 1usize..7, bytes in 1u64..40) {
            let batches = cut(BatchLimit { messages, bytes: ByteSize(bytes) }, &sizes);
            prop_assert!(batches.iter().all(|b| b.len() <= messages && !b.is_empty()));
            prop_assert!(batches.iter().all(|b| b.len() == 1 || b.iter().sum::<u64>() <= bytes));
            prop_assert_eq!(batches.concat(), sizes);
        }
    }
}
