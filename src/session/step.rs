//! The nine steps, derived from the state and never stored.

use serde::{Deserialize, Serialize};

use super::{CreateState, Migration, RemovalState, RenameState, ServerState, Session, Strategy};

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

/// Orders of the steps: the copy comes before names change hands, or the platform does it all.
const COPY_BEFORE_NAMES: [Step; 9] =
    [Step::Connect, Step::Source, Step::Destination, Step::Review, Step::Create, Step::Migrate, Step::Rename, Step::Dns, Step::Finish];
const BY_THE_PLATFORM: [Step; 7] = [Step::Connect, Step::Source, Step::Destination, Step::Review, Step::Migrate, Step::Dns, Step::Finish];

impl Session {
    /// The steps in the order in which this session takes them.
    pub fn steps(&self) -> &'static [Step] {
        match self.order() {
            Strategy::RenameFirst => &Step::ALL,
            Strategy::CopyFirst | Strategy::Replace => &COPY_BEFORE_NAMES,
            Strategy::ServerSide => &BY_THE_PLATFORM,
        }
    }

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
        } else if let Some(step) = self.acting() {
            step
        } else if !self.is_dns_accepted {
            Step::Dns
        } else {
            Step::Finish
        }
    }

    /// The step between the accepted plan and DNS, if something of it is left.
    fn acting(&self) -> Option<Step> {
        let any = |is_left: fn(&Migration) -> bool| self.migrations.iter().any(is_left);
        let is_uncreated = any(|m| m.create != CreateState::Done);
        let is_uncopied = !self.is_copy_confirmed || any(|m| !m.copy_state().is_final());
        match self.order() {
            Strategy::RenameFirst => {
                let is_unnamed = any(|m| m.rename != RenameState::Done).then_some(Step::Rename);
                is_unnamed.or(is_uncreated.then_some(Step::Create)).or(is_uncopied.then_some(Step::Migrate))
            }
            Strategy::CopyFirst => {
                let is_unnamed = any(|m| m.rename != RenameState::Done || m.target_rename != RenameState::Done);
                let is_switching = self.is_rename_confirmed && is_unnamed;
                let in_order =
                    [(is_uncreated, Step::Create), (is_switching, Step::Rename), (is_uncopied, Step::Migrate), (is_unnamed, Step::Rename)];
                in_order.into_iter().find_map(|(is_left, step)| is_left.then_some(step))
            }
            Strategy::Replace => {
                let is_unnamed = any(|m| m.removal != RemovalState::Done || m.target_rename != RenameState::Done);
                // Once an address was typed, the last look at the source is part of replacing it.
                let is_switching = any(|m| m.removal != RemovalState::Pending && m.target_rename != RenameState::Done);
                let in_order =
                    [(is_uncreated, Step::Create), (is_switching, Step::Rename), (is_uncopied, Step::Migrate), (is_unnamed, Step::Rename)];
                in_order.into_iter().find_map(|(is_left, step)| is_left.then_some(step))
            }
            Strategy::ServerSide => any(|m| !matches!(m.server, ServerState::Done { .. })).then_some(Step::Migrate),
        }
    }

    /// How far a step is.
    pub fn step_state(&self, step: Step) -> StepState {
        let now = self.step();
        let place = |step: Step| self.steps().iter().position(|known| *known == step);
        if self.is_finished || place(step) < place(now) || self.is_rename_over(step) {
            StepState::Done
        } else if step == now {
            StepState::Current
        } else {
            StepState::Ahead
        }
    }

    /// The last copy follows the change of names, where that comes after the first one.
    fn is_rename_over(&self, step: Step) -> bool {
        let is_after_copy = matches!(self.order(), Strategy::CopyFirst | Strategy::Replace);
        step == Step::Rename
            && is_after_copy
            && self.is_plan_accepted
            && self.migrations.iter().all(|m| m.target_rename == RenameState::Done && m.create == CreateState::Done)
    }
}
