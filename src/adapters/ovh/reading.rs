//! Many reads of the same kind, a few at a time, in order. What vanished while a list was read is left out.

use futures::{StreamExt, TryStreamExt, stream};

use super::client::PARALLEL_CALLS;
use crate::ports::ApiError;

/// What the reads found, in the order in which they are given.
pub(super) async fn in_turn<T, F>(reads: Vec<F>) -> Result<Vec<T>, ApiError>
where
    F: Future<Output = Result<Option<T>, ApiError>>,
{
    stream::iter(reads).buffered(PARALLEL_CALLS).try_filter_map(async |found| Ok(found)).try_collect().await
}
