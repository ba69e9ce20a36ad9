//! Source: which accounts move, each proven by a login.
//!
//! Automatic: one table of the accounts of all services, from the API, then the passwords of the chosen accounts. Guided: a form per account.

mod accounts;
mod guided;
mod logins;
mod table;

use std::collections::BTreeMap;

use crate::domain::{Account, CertificatePin, EmailAddress, Secret, Service, ServiceId};
use crate::plan::SourceAccount;
use crate::problem::Problem;
use crate::session::{Answer, Command, Mode, Query};
use crate::tui::field::Field;
use crate::tui::hint::Hint;
use crate::tui::ink::Ink;
use crate::tui::model::Asked;
use crate::tui::sheet::Sheet;
use crate::tui::{Effect, Model, Prefill};

use super::StepMsg;
use logins::{Login, LoginState};
pub(super) use table::short_name;

/// Which part of the step is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Part {
    /// The table of accounts.
    #[default]
    Accounts,
    /// The passwords of the chosen ones.
    Passwords,
}

/// Draft of this step.
#[derive(Debug, Default)]
pub(in crate::tui) struct State {
    part: Part,
    /// Services that have accounts; none before the API answered.
    pub(super) services: Option<Vec<Service>>,
    /// Accounts by service.
    pub(super) accounts: BTreeMap<ServiceId, Vec<Account>>,
    selected: usize,
    filter: Option<Field>,
    is_filtering: bool,
    chosen: BTreeMap<EmailAddress, ServiceId>,
    problem: Option<Problem>,
    logins: Vec<Login>,
    focus: usize,
    form: guided::Draft,
}

impl State {
    /// With the answers that are known in advance.
    pub(super) fn new(prefill: &Prefill) -> Self {
        Self { form: guided::Draft::new(prefill), ..Self::default() }
    }

    /// The password with which an account's login was proven here; none after a restart.
    pub(super) fn password(&self, address: &EmailAddress) -> Option<Secret> {
        let proven = |login: &&Login| login.address == *address && matches!(login.state, LoginState::Proven(_));
        self.logins.iter().find(proven)?.field.secret_value()
    }

    /// Storage of an account as the platform says it.
    pub(super) fn account(&self, address: &EmailAddress) -> Option<&Account> {
        self.accounts.values().flatten().find(|account| account.address == *address)
    }
}

fn is_guided(model: &Model) -> bool {
    model.session.mode == Some(Mode::Guided)
}

/// Whether a field has the focus.
pub(super) fn is_typing(model: &Model) -> bool {
    let state = &model.steps.source;
    is_guided(model) || state.part == Part::Passwords || state.is_filtering
}

/// What is possible.
pub(super) fn hints(model: &Model) -> Vec<Hint> {
    match (is_guided(model), model.steps.source.part) {
        (true, _) => guided::hints(model),
        (false, Part::Accounts) => accounts::hints(model),
        (false, Part::Passwords) => logins::hints(model),
    }
}

/// The page.
pub(super) fn view(model: &Model, ink: Ink<'_>) -> Sheet {
    match (is_guided(model), model.steps.source.part) {
        (true, _) => guided::view(model, ink),
        (false, Part::Accounts) => accounts::view(model, ink),
        (false, Part::Passwords) => logins::view(model, ink),
    }
}

/// What news does.
pub(super) fn update(model: &mut Model, msg: StepMsg) -> Vec<Effect> {
    let is_guided = is_guided(model);
    match msg {
        StepMsg::Entered if !is_guided => ask_services(model),
        StepMsg::Answered(Asked::Services, answer) => services_known(model, answer),
        StepMsg::Answered(Asked::Accounts(service), answer) => {
            match answer {
                Ok(Answer::Accounts(found)) => {
                    let mut accounts: Vec<Account> = found.into_iter().map(|found| found.account).filter(|a| a.is_configured).collect();
                    accounts.sort_by(|a, b| a.address.cmp(&b.address));
                    model.steps.source.accounts.insert(service, accounts);
                }
                Ok(_) => {}
                Err(problem) => model.steps.source.problem = Some(problem),
            }
            Vec::new()
        }
        StepMsg::Kept(Asked::SourceKept(i), Ok(_)) => logins::try_login(model, i),
        StepMsg::Answered(Asked::SourceLogin(i), Ok(Answer::Login(proof))) => logins::proven(model, i, proof),
        StepMsg::Kept(Asked::SourceKept(i), Err(problem)) | StepMsg::Answered(Asked::SourceLogin(i), Err(problem)) => {
            logins::failed(model, i, problem)
        }
        StepMsg::Pinned { account, fingerprint } => {
            let Some(login) = model.steps.source.logins.get_mut(account) else {
                return Vec::new();
            };
            login.endpoint.pin = Some(CertificatePin(fingerprint));
            model.steps.source.form.try_again();
            logins::start(model, account)
        }
        StepMsg::Act(action) if is_guided => guided::act(model, action),
        StepMsg::Act(action) if model.steps.source.part == Part::Accounts => accounts::act(model, action),
        StepMsg::Act(action) => logins::act(model, action),
        StepMsg::Type(key) => {
            if let Some(field) = focused_field(model, is_guided) {
                field.type_key(key);
            }
            after_typing(model);
            Vec::new()
        }
        StepMsg::Paste(text) => {
            if let Some(field) = focused_field(model, is_guided) {
                field.paste(&text);
            }
            after_typing(model);
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn focused_field(model: &mut Model, is_guided: bool) -> Option<&mut Field> {
    let state = &mut model.steps.source;
    if is_guided {
        state.form.focused()
    } else if state.part == Part::Passwords {
        let login = state.logins.get_mut(state.focus)?;
        login.state = LoginState::Open;
        Some(&mut login.field)
    } else {
        state.filter.as_mut()
    }
}

fn after_typing(model: &mut Model) {
    if model.steps.source.is_filtering {
        model.steps.source.selected = 0;
    }
}

fn ask_services(model: &mut Model) -> Vec<Effect> {
    if model.steps.source.services.is_some() || model.is_awaiting(&Asked::Services) {
        return Vec::new();
    }
    model.steps.source.problem = None;
    vec![model.ask(Asked::Services, Query::Services)]
}

fn services_known(model: &mut Model, answer: Result<Answer, Problem>) -> Vec<Effect> {
    match answer {
        Ok(Answer::Services(services)) => {
            let with_accounts: Vec<Service> = services.into_iter().filter(|service| service.accounts > 0).collect();
            let ids: Vec<ServiceId> = with_accounts.iter().map(|service| service.id.clone()).collect();
            model.steps.source.services = Some(with_accounts);
            ids.into_iter().map(|service| model.ask(Asked::Accounts(service.clone()), Query::Accounts { service })).collect()
        }
        Ok(_) => Vec::new(),
        Err(problem) => {
            model.steps.source.problem = Some(problem);
            Vec::new()
        }
    }
}

/// All chosen accounts are proven: they are the sources.
fn choose(model: &Model) -> Vec<Effect> {
    let accounts = model.steps.source.logins.iter().map(|login| SourceAccount {
        address: login.address.clone(),
        service: login.service.clone(),
        endpoint: login.endpoint.clone(),
        user: login.user.clone(),
        secret: model.source_ref(&login.address),
        display_name: login.names[0].clone(),
        first_name: login.names[1].clone(),
        last_name: login.names[2].clone(),
    });
    vec![Effect::Submit(Command::ChooseSources { accounts: accounts.collect() })]
}
