//! The steps. Each file has the draft state of its step, what it does with news (`update`), its page (`view`) and what is possible (`hints`).
//!
//! All steps hear the same news, [`StepMsg`]; answers reach the step that asked, whatever step is shown.

mod besides;
mod connect;
mod create;
mod destination;
mod dns;
mod finish;
mod migrate;
mod past;
mod rename;
mod review;
mod source;
mod undoing;

use crossterm::event::KeyEvent;

use crate::dnscheck::RecordPurpose;
use crate::ports::Keeping;
use crate::problem::Problem;
use crate::session::{Answer, Session, Step, Strategy};

use super::hint::Hint;
use super::ink::Ink;
use super::model::Asked;
use super::sheet::Sheet;
use super::update::look_around;
use super::{Action, Effect, Model, Prefill};
pub(super) use besides::target as target_platform;

/// Drafts of all steps: kept when the person goes back and forth.
#[derive(Debug)]
pub(super) struct Steps {
    pub(super) connect: connect::State,
    pub(super) source: source::State,
    pub(super) destination: destination::State,
    pub(super) review: review::State,
    pub(super) rename: rename::State,
    pub(super) create: create::State,
    pub(super) migrate: migrate::State,
    pub(super) dns: dns::State,
    pub(super) finish: finish::State,
}

impl Steps {
    /// Drafts at the start.
    pub(super) fn new(prefill: &Prefill, session: &Session) -> Self {
        Self {
            connect: connect::State::new(prefill, session),
            source: source::State::new(prefill),
            destination: destination::State::new(prefill),
            review: review::State::default(),
            rename: rename::State::default(),
            create: create::State::default(),
            migrate: migrate::State::default(),
            dns: dns::State::default(),
            finish: finish::State::default(),
        }
    }
}

/// News for a step.
#[derive(Debug, Clone)]
pub(super) enum StepMsg {
    /// The session reached the step, or the program started in it.
    Entered,
    /// An action that is possible.
    Act(Action),
    /// A key typed into the focused field.
    Type(KeyEvent),
    /// Text pasted into it.
    Paste(String),
    /// An answer.
    Answered(Asked, Result<Answer, Problem>),
    /// Secrets are kept, or not.
    Kept(Asked, Result<Keeping, Problem>),
    /// The person accepted a certificate by hand.
    Pinned {
        /// Position of the account in the step's list.
        account: usize,
        /// SHA-256 of the certificate.
        fingerprint: String,
    },
    /// An event was folded.
    Happened,
    /// Time passed.
    Tick,
}

/// The session reached its step.
pub(super) fn enter(model: &mut Model) -> Vec<Effect> {
    let step = model.session.step();
    update(model, step, StepMsg::Entered)
}

/// Hands news to the step that it concerns.
pub(super) fn hear(model: &mut Model, msg: StepMsg) -> Vec<Effect> {
    let now = model.session.step();
    match &msg {
        StepMsg::Act(action) if model.looking_at.is_some() => past::act(model, *action),
        StepMsg::Act(Action::Back) if !hints_of(model, now).iter().any(|hint| hint.action == Action::Back) => {
            look_around(model, true);
            Vec::new()
        }
        StepMsg::Act(action) if undoing::is_going_on(model) => undoing::act(model, *action),
        StepMsg::Answered(asked, _) | StepMsg::Kept(asked, _) => {
            let step = asker(asked, now);
            update(model, step, msg)
        }
        _ => update(model, now, msg),
    }
}

const fn asker(asked: &Asked, now: Step) -> Step {
    match asked {
        Asked::KeysKept | Asked::ConsumerKey | Asked::Credential => Step::Connect,
        Asked::Accounts(_) | Asked::SourceKept(_) | Asked::SourceLogin(_) => Step::Source,
        Asked::Services => match now {
            Step::Connect | Step::Source => Step::Source,
            _ => Step::Destination,
        },
        Asked::PlanKept => Step::Review,
        Asked::RenameKept => Step::Rename,
        Asked::CreateKept | Asked::TargetKept(_) | Asked::TargetLogin(_) => Step::Create,
        Asked::Missing | Asked::MissingKept | Asked::Refused(_) | Asked::Password(_) => now,
    }
}

fn update(model: &mut Model, step: Step, msg: StepMsg) -> Vec<Effect> {
    match step {
        Step::Connect => connect::update(model, msg),
        Step::Source => source::update(model, msg),
        Step::Destination => destination::update(model, msg),
        Step::Review => review::update(model, msg),
        Step::Rename => rename::update(model, msg),
        Step::Create => create::update(model, msg),
        Step::Migrate => migrate::update(model, &msg),
        Step::Dns => dns::update(model, &msg),
        Step::Finish => finish::update(model, &msg),
    }
}

/// The page of the shown step.
pub(super) fn view(model: &Model, ink: Ink<'_>) -> Sheet {
    if let Some(step) = model.looking_at {
        return past::view(model, step, ink);
    }
    if undoing::is_going_on(model) {
        return undoing::view(model, ink);
    }
    match model.session.step() {
        Step::Connect => connect::view(model, ink),
        Step::Source => source::view(model, ink),
        Step::Destination => destination::view(model, ink),
        Step::Review => review::view(model, ink),
        Step::Rename => rename::view(model, ink),
        Step::Create => create::view(model, ink),
        Step::Migrate => migrate::view(model, ink),
        Step::Dns => dns::view(model, ink),
        Step::Finish => finish::view(model, ink),
    }
}

/// What is possible on the shown step.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    if let Some(step) = model.looking_at {
        return past::hints(model, step);
    }
    let step = model.session.step();
    let mut hints = hints_of(model, step);
    if step > Step::Connect && !hints.iter().any(|hint| hint.action == Action::Back) {
        hints.push(Hint::look(Action::Back, "key-look-back"));
    }
    hints
}

fn hints_of(model: &Model, step: Step) -> Vec<Hint> {
    if undoing::is_going_on(model) {
        return undoing::hints(model);
    }
    match step {
        Step::Connect => connect::hints(model),
        Step::Source => source::hints(model),
        Step::Destination => destination::hints(model),
        Step::Review => review::hints(model),
        Step::Rename => rename::hints(model),
        Step::Create => create::hints(model),
        Step::Migrate => migrate::hints(model),
        Step::Dns => dns::hints(model),
        Step::Finish => finish::hints(model),
    }
}

/// Whether a field of the session's step has the focus.
pub(super) fn is_typing(model: &Model) -> bool {
    match model.session.step() {
        _ if undoing::is_going_on(model) => false,
        Step::Connect => connect::is_typing(&model.steps.connect),
        Step::Source => source::is_typing(model),
        Step::Destination => destination::is_typing(model),
        Step::Review => model.steps.review.is_typing(),
        Step::Create => model.steps.create.is_typing(),
        Step::Rename | Step::Migrate | Step::Dns | Step::Finish => false,
    }
}

/// The phrase that explains the shown step in the help.
pub(super) fn help_key(model: &Model) -> &'static str {
    match model.shown() {
        Step::Connect => "help-connect",
        Step::Source => "help-source",
        Step::Destination => "help-destination",
        Step::Review => "help-review",
        Step::Rename => match model.session.order() {
            Strategy::CopyFirst => "help-switch",
            Strategy::Replace => "help-replace",
            Strategy::RenameFirst | Strategy::ServerSide => "help-rename",
        },
        Step::Create if model.session.order() != Strategy::RenameFirst => "help-create-temporary",
        Step::Create => "help-create",
        Step::Migrate if model.session.order() == Strategy::ServerSide => "help-server",
        Step::Migrate => "help-migrate",
        Step::Dns => "help-dns",
        Step::Finish => "help-finish",
    }
}

/// The phrase of a record's name.
pub(super) const fn purpose_key(purpose: RecordPurpose) -> &'static str {
    match purpose {
        RecordPurpose::Mx => "record-mx",
        RecordPurpose::Spf => "record-spf",
        RecordPurpose::Dkim => "record-dkim",
        RecordPurpose::Dmarc => "record-dmarc",
        RecordPurpose::Autodiscover => "record-autodiscover",
        RecordPurpose::Ownership => "record-ownership",
    }
}
