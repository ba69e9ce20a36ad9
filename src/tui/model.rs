//! The state of the screen: the session as folded here, the latest progress, drafts, and what lies on top.

use std::collections::{BTreeMap, VecDeque};

use crate::domain::{EmailAddress, MigrationId, Moment, Secret, SecretRef, ServiceId, SessionId};
use crate::ports::Keeping;
use crate::problem::Problem;
use crate::session::{ApiSecret, Progress, Query, Session, Step, api_secret, source_secret, target_secret};

use super::chronicle::{self, Entry};
use super::hint::Hint;
use super::ink::Ink;
use super::overlays::Overlay;
use super::steps::{self, Steps};
use super::{Access, Action, Effect, Exit, Leaving, Look, Prefill, QueryId, Setup};

/// What was asked, so that the answer finds its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// Connect: the API keys are being kept.
    KeysKept,
    /// Connect: a consumer key.
    ConsumerKey,
    /// Connect: its state.
    Credential,
    /// Services of the API account.
    Services,
    /// Accounts of a service.
    Accounts(ServiceId),
    /// Source: a password is being kept.
    SourceKept(usize),
    /// Source: a login is being tried.
    SourceLogin(usize),
    /// Review: passwords of new accounts are being kept.
    PlanKept,
    /// Rename: passwords of the accounts that are created right after it are being kept.
    RenameKept,
    /// Create: passwords of the accounts are being kept.
    CreateKept,
    /// Create: a password is being kept.
    TargetKept(MigrationId),
    /// Create: a login is being tried.
    TargetLogin(MigrationId),
    /// Which secrets are missing.
    Missing,
    /// Missing secrets are being kept.
    MissingKept,
    /// Refused messages.
    Refused(MigrationId),
    /// Finish: the password of a new account, to be shown.
    Password(MigrationId),
}

/// A word that passes: a refusal, a confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Toast {
    /// The sentence.
    pub(super) text: String,
    /// Whether something did not work.
    pub(super) is_trouble: bool,
    /// When it appeared.
    pub(super) at: Moment,
}

/// Everything that is drawn.
#[derive(Debug)]
pub struct Model {
    pub(super) look: Look,
    pub(super) session: Session,
    pub(super) progress: Progress,
    pub(super) now: Moment,
    pub(super) prefill: Prefill,
    pub(super) is_demo: bool,
    pub(super) access: Access,
    pub(super) keeping: Keeping,
    pub(super) keyring_trouble: Option<String>,
    pub(super) state_folder: String,
    /// An earlier step that the person looks at.
    pub(super) looking_at: Option<Step>,
    pub(super) steps: Steps,
    pub(super) overlay: Option<Overlay>,
    pub(super) toast: Option<Toast>,
    pub(super) chronicle: VecDeque<Entry>,
    /// The engine has stopped because the journal cannot be written.
    pub(super) fatal: Option<Problem>,
    pub(super) leaving: Option<Leaving>,
    asked: BTreeMap<QueryId, Asked>,
    last_query: u64,
}

impl Model {
    /// The state at the start.
    pub fn new(setup: Setup) -> Self {
        let mut chronicle = VecDeque::new();
        let mut past = Session::default();
        for stored in &setup.history {
            crate::session::apply(&mut past, stored);
            chronicle::push(&mut chronicle, &setup.look.words, &setup.session, stored);
        }
        let steps = Steps::new(&setup.prefill, &setup.session);
        Self {
            look: setup.look,
            session: setup.session,
            progress: Progress::default(),
            now: setup.now,
            prefill: setup.prefill,
            is_demo: setup.is_demo,
            access: setup.access,
            keeping: setup.keeping,
            keyring_trouble: setup.keyring_trouble,
            state_folder: setup.state_folder,
            looking_at: None,
            steps,
            overlay: None,
            toast: None,
            chronicle,
            fatal: None,
            leaving: None,
            asked: BTreeMap::new(),
            last_query: 0,
        }
    }

    /// The step that is shown.
    pub fn shown(&self) -> Step {
        self.looking_at.unwrap_or_else(|| self.session.step())
    }

    /// Whether the program may leave at once, and how it was left.
    pub fn exit(&self) -> Exit {
        let leaving = if self.session.is_finished { Leaving::Finished } else { self.leaving.unwrap_or(Leaving::Hangup) };
        Exit { id: self.session.id.clone(), leaving }
    }

    /// Whether a field has the focus.
    pub(super) fn is_typing(&self) -> bool {
        match &self.overlay {
            Some(overlay) => overlay.is_typing(),
            None => self.looking_at.is_none() && steps::is_typing(self),
        }
    }

    /// What is possible now, in the order of the footer.
    pub(super) fn hints(&self) -> Vec<Hint> {
        let mut hints = match (&self.fatal, &self.overlay) {
            (Some(_), _) => Vec::new(),
            (None, Some(overlay)) => return overlay.hints(self),
            (None, None) => steps::hints(self),
        };
        if self.access == Access::WatchOnly {
            hints.retain(|hint| !hint.acts);
        }
        if self.fatal.is_none() {
            hints.extend([
                Hint::look(Action::Tasks, "key-tasks"),
                Hint::look(Action::Log, "key-log"),
                Hint::look(Action::Help, "key-help"),
            ]);
        }
        let leave = if self.session.is_finished || self.access == Access::WatchOnly { "key-leave" } else { "key-stop" };
        hints.push(Hint::look(if self.is_typing() { Action::Interrupt } else { Action::Quit }, leave));
        hints
    }

    /// A pen for a place.
    pub(super) fn ink(&self, width: u16, height: u16) -> Ink<'_> {
        Ink {
            look: &self.look,
            width: usize::from(width),
            height: usize::from(height),
            is_typing: self.is_typing(),
            is_untouched: !self.session.has_acted(),
        }
    }

    /// Asks a question.
    pub(super) fn ask(&mut self, asked: Asked, query: Query) -> Effect {
        Effect::Ask(self.expect_answer(asked), query)
    }

    /// Has secrets kept.
    pub(super) fn keep(&mut self, asked: Asked, secrets: Vec<(SecretRef, Secret)>) -> Effect {
        Effect::KeepSecrets(self.expect_answer(asked), secrets)
    }

    /// Whether an answer of this kind is awaited.
    pub(super) fn is_awaiting(&self, asked: &Asked) -> bool {
        self.asked.values().any(|waiting| waiting == asked)
    }

    /// Takes what an answer belongs to.
    pub(super) fn take_asked(&mut self, id: QueryId) -> Option<Asked> {
        self.asked.remove(&id)
    }

    /// Drops a question: its answer will be ignored.
    pub(super) fn forget_asked(&mut self, asked: &Asked) {
        self.asked.retain(|_, waiting| waiting != asked);
    }

    fn expect_answer(&mut self, asked: Asked) -> QueryId {
        self.forget_asked(&asked);
        self.last_query += 1;
        let id = QueryId(self.last_query);
        self.asked.insert(id, asked);
        id
    }

    /// Says something in passing.
    pub(super) fn say_in_passing(&mut self, text: String, is_trouble: bool) {
        self.toast = Some(Toast { text, is_trouble, at: self.now });
    }

    /// The session's name; every session has one from its first event on.
    fn id(&self) -> SessionId {
        self.session.id.clone().unwrap_or_else(|| SessionId::from_bits(0))
    }

    /// Where a part of the API credential is kept.
    pub(super) fn api_ref(&self, part: ApiSecret) -> SecretRef {
        api_secret(&self.id(), part)
    }

    /// Where the password of an account at the source is kept.
    pub(super) fn source_ref(&self, address: &EmailAddress) -> SecretRef {
        source_secret(&self.id(), address)
    }

    /// Where the password of an account at the destination is kept.
    pub(super) fn target_ref(&self, address: &EmailAddress) -> SecretRef {
        target_secret(&self.id(), address)
    }

    /// Seconds since a moment.
    pub(super) fn age(&self, since: Moment) -> u64 {
        self.now.millis_since(since) / 1000
    }
}
