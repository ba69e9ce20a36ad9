//! Credentials of the OVHcloud API as the environment and `ovh.conf` give them, and whether they make sense together.
//!
//! One place gives one credential: a key from here and a secret from there are not put together, because nobody could tell then
//! which of them is wrong.

use crate::domain::Secret;

use super::MalformedLine;

/// How the API is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OvhMethod {
    /// Application key and secret, with a consumer key or without one yet.
    Application,
    /// Service account (`OAuth2`).
    Client,
    /// Ready access token.
    Token,
}

/// What one place says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OvhValues {
    /// End point: `ovh-eu`, `ovh-ca`, `ovh-us` or a URL.
    pub endpoint: Option<String>,
    /// Application key.
    pub application_key: Option<Secret>,
    /// Application secret.
    pub application_secret: Option<Secret>,
    /// Consumer key.
    pub consumer_key: Option<Secret>,
    /// Id of a service account.
    pub client_id: Option<Secret>,
    /// Its secret.
    pub client_secret: Option<Secret>,
    /// Access token.
    pub access_token: Option<Secret>,
}

/// Why a credential that was found is not used, or is used with a warning; words under `credential-<key>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OvhFault {
    /// A line of the file.
    Malformed {
        /// From 1.
        line: usize,
        /// What is wrong with it.
        wrong: MalformedLine,
    },
    /// Half a pair.
    Half {
        /// The name of what is there.
        has: &'static str,
        /// The name of what is missing.
        lacks: &'static str,
    },
    /// Values of several methods.
    Mixed,
    /// No such end point, or one without e-mail.
    UnknownEndpoint {
        /// What was said.
        endpoint: String,
    },
    /// There are keys, and they are for another end point.
    OtherEndpoint {
        /// The end point that was asked for.
        endpoint: String,
        /// Those that have keys.
        others: String,
    },
    /// The file cannot be read.
    Unreadable {
        /// What the system said.
        cause: String,
    },
    /// Others can read the file: it is used all the same.
    Exposed {
        /// Its mode, in octal digits.
        mode: String,
    },
    /// The place that was named has no keys.
    Nothing,
}

impl OvhFault {
    /// The name in phrases.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "malformed",
            Self::Half { .. } => "half",
            Self::Mixed => "mixed",
            Self::UnknownEndpoint { .. } => "unknown-endpoint",
            Self::OtherEndpoint { .. } => "other-endpoint",
            Self::Unreadable { .. } => "unreadable",
            Self::Exposed { .. } => "exposed",
            Self::Nothing => "nothing",
        }
    }

    /// The nouns of its phrase. What is wrong with a line is a phrase of its own: `credential-line-<name>`.
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Malformed { line, .. } => vec![("line", line.to_string())],
            Self::Half { has, lacks } => vec![("has", (*has).to_owned()), ("lacks", (*lacks).to_owned())],
            Self::UnknownEndpoint { endpoint } => vec![("endpoint", endpoint.clone())],
            Self::OtherEndpoint { endpoint, others } => vec![("endpoint", endpoint.clone()), ("others", others.clone())],
            Self::Unreadable { cause } => vec![("cause", cause.clone())],
            Self::Exposed { mode } => vec![("mode", mode.clone())],
            Self::Mixed | Self::Nothing => Vec::new(),
        }
    }

    /// Whether the credential is used all the same.
    pub const fn is_warning(&self) -> bool {
        matches!(self, Self::Exposed { .. })
    }
}

impl OvhValues {
    /// The slot of a key as `ovh.conf` spells it.
    pub(super) fn slot(&mut self, key: &str) -> Option<&mut Option<Secret>> {
        Some(match key {
            "application_key" => &mut self.application_key,
            "application_secret" => &mut self.application_secret,
            "consumer_key" => &mut self.consumer_key,
            "client_id" => &mut self.client_id,
            "client_secret" => &mut self.client_secret,
            "access_token" => &mut self.access_token,
            _ => return None,
        })
    }

    /// Reads values of this kind from anywhere that gives them by the names of the environment: `OVH_APPLICATION_KEY`.
    pub fn from_variables(get: impl Fn(&str) -> Option<String>) -> Self {
        let secret = |name: &str| get(name).filter(|value| !value.is_empty()).map(Secret::new);
        Self {
            endpoint: get("OVH_ENDPOINT").filter(|value| !value.is_empty()),
            application_key: secret("OVH_APPLICATION_KEY"),
            application_secret: secret("OVH_APPLICATION_SECRET"),
            consumer_key: secret("OVH_CONSUMER_KEY"),
            client_id: secret("OVH_CLIENT_ID"),
            client_secret: secret("OVH_CLIENT_SECRET"),
            access_token: secret("OVH_ACCESS_TOKEN"),
        }
    }

    /// Whether there is any key.
    pub fn has_keys(&self) -> bool {
        let all = [&self.application_key, &self.application_secret, &self.consumer_key, &self.client_id, &self.client_secret];
        all.into_iter().chain([&self.access_token]).any(Option::is_some)
    }

    /// The method that the values stand for; none when there are none.
    ///
    /// # Errors
    /// [`OvhFault::Half`] and [`OvhFault::Mixed`].
    pub fn method(&self) -> Result<Option<OvhMethod>, OvhFault> {
        let is_application = self.application_key.is_some() || self.application_secret.is_some() || self.consumer_key.is_some();
        let is_client = self.client_id.is_some() || self.client_secret.is_some();
        match (is_application, is_client, self.access_token.is_some()) {
            (false, false, false) => Ok(None),
            (true, false, false) => {
                both(("application_key", &self.application_key), ("application_secret", &self.application_secret), "consumer_key")?;
                Ok(Some(OvhMethod::Application))
            }
            (false, true, false) => {
                both(("client_id", &self.client_id), ("client_secret", &self.client_secret), "client_id")?;
                Ok(Some(OvhMethod::Client))
            }
            (false, false, true) => Ok(Some(OvhMethod::Token)),
            _ => Err(OvhFault::Mixed),
        }
    }
}

type Named<'a> = (&'static str, &'a Option<Secret>);

fn both(one: Named<'_>, two: Named<'_>, instead: &'static str) -> Result<(), OvhFault> {
    match (one.1.is_some(), two.1.is_some()) {
        (true, true) => Ok(()),
        (true, false) => Err(OvhFault::Half { has: one.0, lacks: two.0 }),
        (false, true) => Err(OvhFault::Half { has: two.0, lacks: one.0 }),
        (false, false) => Err(OvhFault::Half { has: instead, lacks: one.0 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(names: &[&str]) -> OvhValues {
        OvhValues::from_variables(|name| names.contains(&name).then(|| "x".to_owned()))
    }

    #[test]
    fn whole_credentials_are_told_apart() {
        assert_eq!(values(&[]).method(), Ok(None));
        assert_eq!(values(&["OVH_ENDPOINT"]).method(), Ok(None));
        let pair = ["OVH_APPLICATION_KEY", "OVH_APPLICATION_SECRET"];
        assert_eq!(values(&pair).method(), Ok(Some(OvhMethod::Application)));
        assert_eq!(values(&["OVH_CLIENT_ID", "OVH_CLIENT_SECRET"]).method(), Ok(Some(OvhMethod::Client)));
        assert_eq!(values(&["OVH_ACCESS_TOKEN"]).method(), Ok(Some(OvhMethod::Token)));
    }

    #[test]
    fn half_a_pair_is_refused_by_what_is_missing() {
        for (names, has, lacks) in [
            (&["OVH_APPLICATION_KEY"][..], "application_key", "application_secret"),
            (&["OVH_APPLICATION_SECRET", "OVH_CONSUMER_KEY"], "application_secret", "application_key"),
            (&["OVH_CONSUMER_KEY"], "consumer_key", "application_key"),
            (&["OVH_CLIENT_ID"], "client_id", "client_secret"),
            (&["OVH_CLIENT_SECRET"], "client_secret", "client_id"),
        ] {
            assert_eq!(values(names).method(), Err(OvhFault::Half { has, lacks }), "{names:?}");
        }
    }

    #[test]
    fn methods_are_not_mixed() {
        for names in [
            &["OVH_APPLICATION_KEY", "OVH_APPLICATION_SECRET", "OVH_ACCESS_TOKEN"][..],
            &["OVH_CLIENT_ID", "OVH_CONSUMER_KEY"],
            &["OVH_CLIENT_ID", "OVH_CLIENT_SECRET", "OVH_ACCESS_TOKEN"],
        ] {
            assert_eq!(values(names).method(), Err(OvhFault::Mixed), "{names:?}");
        }
    }
}
