//! The machine room: keeps the due tasks running and writes down what they did.
//!
//! *Disk first, then memory, then screen*: one actor that owns the session. It appends events to the
//! journal, applies them, publishes them, and compares what is [due](crate::session::due) with what runs. Tasks see the
//! world through [ports](crate::ports) only; they report events (kept, acknowledged) and progress (lossy).
//! Nothing here knows a protocol, a file or a terminal.

mod budget;
mod context;
mod core;
mod handle;
mod lanes;
mod limits;
mod listing;
mod lookups;
mod meter;
mod password;
mod pool;
mod questions;
mod reporting;
mod retry;
mod tasks;
mod tuning;

pub use handle::{Engine, Handle, Opening, Stop};
pub use limits::{Ceiling, Limits};
pub use reporting::report;
