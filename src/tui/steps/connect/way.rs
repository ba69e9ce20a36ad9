//! The ways to reach the accounts, the form of each, and what comes of a filled one.

use crate::domain::{ApiEndpoint, Secret, SecretRef};
use crate::ports::ApiKeys;
use crate::session::{ApiAccess, ApiCredential, ApiSecret};
use crate::tui::field::{Field, Form};
use crate::tui::{FoundCredential, Model, Prefill};

/// The field of the end point, in every form.
pub(super) const ENDPOINT: usize = 0;
/// The field of the consumer key, in the form of an application.
pub(super) const CONSUMER: usize = 3;

/// A way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// With a credential that was found on this computer.
    Found(usize),
    /// With an application key; the consumer key is made here.
    Application,
    /// With a service account.
    Client,
    /// With a ready token.
    Token,
    /// The person clicks.
    Guided,
}

impl Way {
    /// All of them, in the order of the page.
    pub(super) fn all(prefill: &Prefill) -> Vec<Self> {
        let found = (0..prefill.found.len()).map(Self::Found);
        found.chain([Self::Application, Self::Client, Self::Token, Self::Guided]).collect()
    }

    /// The way that a kind of keys belongs to.
    pub(super) const fn of(keys: &ApiKeys) -> Self {
        match keys {
            ApiKeys::Application { .. } => Self::Application,
            ApiKeys::Client { .. } => Self::Client,
            ApiKeys::Token { .. } => Self::Token,
        }
    }
}

/// The form of a way, filled with what is known in advance.
pub(super) fn form(way: Way, prefill: &Prefill, found: Option<&FoundCredential>) -> Form {
    let endpoint = found.map(|found| found.endpoint_name.as_str()).or(prefill.api_endpoint.as_deref()).unwrap_or("ovh-eu");
    let mut fields = vec![Field::plain("field-endpoint", endpoint)];
    let known: Vec<Option<Secret>> = match found.map(|found| &found.keys) {
        Some(keys) => keys.secrets().into_iter().cloned().map(Some).collect(),
        None if way == Way::Application => {
            vec![prefill.application_key.clone(), prefill.application_secret.clone(), prefill.consumer_key.clone()]
        }
        None => Vec::new(),
    };
    let value = |at: usize| known.get(at).and_then(Option::as_ref);
    match way {
        Way::Application => fields.extend([
            Field::secret("field-application-key", value(0)),
            Field::secret("field-application-secret", value(1)),
            Field::secret("field-consumer-key", value(2)).remarked("field-consumer-empty"),
        ]),
        Way::Client => fields.extend([Field::secret("field-client-id", value(0)), Field::secret("field-client-secret", value(1))]),
        Way::Token => fields.push(Field::secret("field-access-token", value(0))),
        Way::Found(_) | Way::Guided => {}
    }
    Form::new(fields)
}

/// A credential that can be kept and asked about.
pub(super) struct Ready {
    /// Where and with what.
    pub(super) access: ApiAccess,
    /// What is to be kept.
    pub(super) secrets: Vec<(SecretRef, Secret)>,
    /// A consumer key has to be made first.
    pub(super) needs_consumer_key: bool,
}

/// What comes of the chosen way as it stands; none while the end point is not one.
pub(super) fn ready(model: &Model) -> Option<Ready> {
    let state = &model.steps.connect;
    if let Way::Found(at) = state.way {
        let found = model.prefill.found.get(at)?;
        let values = found.keys.secrets().into_iter().cloned().map(Some).collect();
        return Some(put_together(model, found.endpoint.clone(), Way::of(&found.keys), values));
    }
    let endpoint = state.form.fields.get(ENDPOINT)?.text().parse().ok()?;
    let values = state.form.fields.iter().skip(ENDPOINT + 1).map(Field::secret_value).collect();
    Some(put_together(model, endpoint, state.way, values))
}

fn put_together(model: &Model, endpoint: ApiEndpoint, way: Way, values: Vec<Option<Secret>>) -> Ready {
    let credential = match way {
        Way::Client => {
            ApiCredential::Client { client_id: model.api_ref(ApiSecret::ClientId), client_secret: model.api_ref(ApiSecret::ClientSecret) }
        }
        Way::Token => ApiCredential::Token { access_token: model.api_ref(ApiSecret::AccessToken) },
        Way::Application | Way::Found(_) | Way::Guided => ApiCredential::Application {
            application_key: model.api_ref(ApiSecret::ApplicationKey),
            application_secret: model.api_ref(ApiSecret::ApplicationSecret),
            consumer_key: model.api_ref(ApiSecret::ConsumerKey),
        },
    };
    let needs_consumer_key =
        matches!(credential, ApiCredential::Application { .. }) && values.get(CONSUMER - 1).is_none_or(Option::is_none);
    let secrets = credential.secrets().into_iter().zip(values).filter_map(|(reference, value)| Some((reference, value?))).collect();
    Ready { access: ApiAccess { endpoint, credential, expiration: None }, secrets, needs_consumer_key }
}
