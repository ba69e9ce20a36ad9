//! The nine steps, derived from the state and never stored.

use serde::{Deserialize, Serialize};

use super::{CreateState, RenameState, Session};

/// A step of the wizard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Choose who does the clicks; reach the API.
    Connect,
    /// Choose the accounts.
    Source,
    /// Choose where they go.
    Destination,
    /// See what will happen.
    Review,
    /// Rename the sources.
    Rename,
    /// Create the targets.
    Create,
    /// Copy and verify.
    Migrate,
    /// Check DNS.
    Dns,
    /// Report and close.
    Finish,
}

/// How far a step is, for the list at the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Behind us.
    Done,
    /// Now.
    Current,
    /// To come.
    Ahead,
}

impl Step {
    /// All nine, in order.
    pub const ALL: [Self; 9] =
        [Self::Connect, Self::Source, Self::Destination, Self::Review, Self::Rename, Self::Create, Self::Migrate, Self::Dns, Self::Finish];

    /// The key of its phrases.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Source => "source",
            Self::Destination => "destination",
            Self::Review => "review",
            Self::Rename => "rename",
            Self::Create => "create",
            Self::Migrate => "migrate",
            Self::Dns => "dns",
            Self::Finish => "finish",
        }
    }
}

impl Session {
    /// The step at which the session is.
    pub fn step(&self) -> Step {
        let is_connected = match self.mode {
            None => false,
            Some(super::Mode::Automatic) => self.api.is_some(),
            Some(super::Mode::Guided) => true,
        };
        if !is_connected {
            Step::Connect
        } else if self.migrations.is_empty() {
            Step::Source
        } else if self.destination.is_none() || self.domains.values().any(|d| !d.is_ready) {
            Step::Destination
        } else if !self.is_plan_accepted {
            Step::Review
        } else if self.migrations.iter().any(|m| m.rename != RenameState::Done) {
            Step::Rename
        } else if self.migrations.iter().any(|m| m.create != CreateState::Done) {
            Step::Create
        } else if !self.is_copy_confirmed || self.migrations.iter().any(|m| !m.copy_state().is_final()) {
            Step::Migrate
        } else if !self.is_dns_accepted {
            Step::Dns
        } else {
            Step::Finish
        }
    }

    /// How far a step is.
    pub fn step_state(&self, step: Step) -> StepState {
        let now = self.step();
        if self.is_finished || step < now {
            StepState::Done
        } else if step == now {
            StepState::Current
        } else {
            StepState::Ahead
        }
    }
}
