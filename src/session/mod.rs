//! What has happened and what may happen next: events, commands, tasks as data.
//!
//! A session is the fold of its events. [`decide`] turns a command into events or refuses in words; [`apply`] folds
//! an event into the state; [`due`] says which tasks must be running *now*, from the state alone. Nothing else starts a
//! task, which is why starting a session and resuming one are the same thing. No IO, no clock, no randomness.

mod act_state;
mod apply;
mod command;
mod decide;
mod due;
mod event;
mod features;
mod names;
mod nouns;
#[cfg(test)]
mod orders_tests;
mod progress;
mod query;
pub mod report;
mod secrets;
mod state;
mod step;
#[cfg(test)]
mod story;
mod task;
#[cfg(test)]
mod tests;

pub use act_state::{FeatureProgress, FeatureState, RemovalState, ServerState};
pub use apply::apply;
pub use command::{Command, Refusal};
pub use decide::decide;
pub use due::{MOST_FAILED_VERIFICATIONS, actor, due, wanted};
pub use event::{Event, JOURNAL_FORMAT, StoredEvent};
pub use nouns::{
    ApiAccess, ApiCredential, Destination, LeftReason, MailboxCount, Mode, Pass, PlannedMigration, Side, Standing, SyncPoint, Witness,
};
pub use progress::{Activity, Limit, Notice, Progress, Rate, TaskProgress, Waiting};
pub use query::{AccountFound, Answer, LoginProof, Query, RefusedMessage};
pub use secrets::{ApiSecret, api_secret, source_secret, target_secret};
pub use state::{CopyState, CreateState, DnsState, DomainState, Doubt, MailboxProgress, Migration, RenameState, Session, Undo};
pub use step::{Step, StepState};
pub use task::Task;

pub use crate::settings::Strategy;
