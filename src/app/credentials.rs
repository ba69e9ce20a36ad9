//! Keys of the API that lie on this computer: the environment, the official clients' files, what another session left in the keyring.
//!
//! One place gives a whole credential or none: nothing is put together from two. What is found is offered by its place's name; whether
//! it is used is for the person to say.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::adapters::secrets;
use crate::cli::CredentialsFrom;
use crate::domain::{ApiEndpoint, Secret};
use crate::ports::{ApiKeys, JournalError};
use crate::session::{ApiCredential, Session};
use crate::settings::{OvhConf, OvhFault, OvhMethod, OvhValues};
use crate::tui::{CredentialPlace, CredentialTrouble, FoundCredential};

use super::ports::KEYRING_PATIENCE;

/// The end point where nobody names one.
const USUAL_ENDPOINT: &str = "ovh-eu";
/// More than any file of this kind.
const LONGEST_FILE: u64 = 1 << 20;

/// Where to look.
pub(super) struct Places {
    /// The environment.
    pub(super) environment: OvhValues,
    /// Files with their names for people, in the order in which they count.
    pub(super) files: Vec<(PathBuf, String)>,
    /// The end point that was named as an argument.
    pub(super) endpoint: Option<String>,
    /// The only place to look at; none: all.
    pub(super) only: Option<CredentialsFrom>,
}

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Search {
    /// The end point, when somebody named one.
    pub(super) endpoint: Option<String>,
    /// Whole credentials, in the order in which they count.
    pub(super) found: Vec<FoundCredential>,
    /// What is wrong with others.
    pub(super) troubles: Vec<CredentialTrouble>,
}

impl Search {
    fn trouble(&mut self, place: &CredentialPlace, fault: OvhFault) {
        self.troubles.push(CredentialTrouble { place: place.clone(), fault });
    }

    /// Takes what a place says of an end point, if it makes sense.
    fn take(&mut self, place: &CredentialPlace, endpoint_name: &str, values: &OvhValues) {
        let judged = values.method().and_then(|method| {
            let unknown = |_| OvhFault::UnknownEndpoint { endpoint: endpoint_name.to_owned() };
            let Some(keys) = method.and_then(|method| keys(method, values)) else { return Ok(None) };
            Ok(Some((endpoint_name.parse::<ApiEndpoint>().map_err(unknown)?, keys)))
        });
        match judged {
            Ok(None) => {}
            Ok(Some((endpoint, keys))) => {
                self.found.push(FoundCredential { place: place.clone(), endpoint_name: endpoint_name.to_owned(), endpoint, keys });
            }
            Err(fault) => self.trouble(place, fault),
        }
    }
}

fn keys(method: OvhMethod, values: &OvhValues) -> Option<ApiKeys> {
    Some(match method {
        OvhMethod::Application => ApiKeys::Application {
            application_key: values.application_key.clone()?,
            application_secret: values.application_secret.clone()?,
            consumer_key: values.consumer_key.clone(),
        },
        OvhMethod::Client => ApiKeys::Client { client_id: values.client_id.clone()?, client_secret: values.client_secret.clone()? },
        OvhMethod::Token => ApiKeys::Token { access_token: values.access_token.clone()? },
    })
}

impl Places {
    fn looks_at(&self, wanted: &[CredentialsFrom]) -> bool {
        self.only.as_ref().is_none_or(|only| wanted.contains(only))
    }

    /// Whether the keyring is looked at.
    pub(super) fn wants_keyring(&self) -> bool {
        self.looks_at(&[CredentialsFrom::Keyring])
    }

    /// Looks at the environment and the files.
    pub(super) fn search(&self) -> Search {
        let named = self.endpoint.clone().or_else(|| self.environment.endpoint.clone());
        let mut search = Search { endpoint: named.clone(), ..Search::default() };
        if self.looks_at(&[CredentialsFrom::Environment]) {
            let endpoint = named.as_deref().unwrap_or(USUAL_ENDPOINT);
            let place = CredentialPlace::Environment;
            // Without keys an end point alone may be wrong, too: it would be used with keys from elsewhere.
            if self.environment.has_keys() {
                search.take(&place, endpoint, &self.environment);
            } else if endpoint.parse::<ApiEndpoint>().is_err() {
                search.trouble(&place, OvhFault::UnknownEndpoint { endpoint: endpoint.to_owned() });
            }
        }
        if let Some(CredentialsFrom::File(path)) = &self.only {
            read_file(&mut search, path, &path.display().to_string(), named.as_deref(), Expected::Keys);
        } else if self.looks_at(&[CredentialsFrom::Files]) {
            for (path, name) in &self.files {
                read_file(&mut search, path, name, named.as_deref(), Expected::Perhaps);
            }
        }
        let is_explicit = matches!(self.only, Some(CredentialsFrom::Environment | CredentialsFrom::Files));
        if is_explicit && search.found.is_empty() && search.troubles.is_empty() {
            let files = || self.files.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", ");
            let is_file = self.only == Some(CredentialsFrom::Files);
            let place = if is_file { CredentialPlace::File(files()) } else { CredentialPlace::Environment };
            search.trouble(&place, OvhFault::Nothing);
        }
        search
    }
}

/// Whether it is a fault when there is nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    Keys,
    Perhaps,
}

fn read_file(search: &mut Search, path: &Path, name: &str, endpoint: Option<&str>, expected: Expected) {
    let place = CredentialPlace::File(name.to_owned());
    let text = match read_text(path) {
        Ok((text, mode)) => {
            if mode & 0o077 != 0 {
                search.trouble(&place, OvhFault::Exposed { mode: format!("{mode:o}") });
            }
            text
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && expected == Expected::Perhaps => return,
        Err(error) => return search.trouble(&place, OvhFault::Unreadable { cause: error.to_string() }),
    };
    let conf = match OvhConf::parse(text.expose()) {
        Ok(conf) => conf,
        Err(fault) => return search.trouble(&place, fault),
    };
    let only = || Some(conf.endpoints().next()?).filter(|_| conf.endpoints().count() == 1);
    let wanted = endpoint.or(conf.endpoint()).or_else(only).unwrap_or(USUAL_ENDPOINT);
    match conf.keys_of(wanted) {
        Some(values) => search.take(&place, wanted, values),
        None if conf.endpoints().next().is_some() => {
            let others = conf.endpoints().collect::<Vec<_>>().join(", ");
            search.trouble(&place, OvhFault::OtherEndpoint { endpoint: wanted.to_owned(), others });
        }
        None if expected == Expected::Keys => search.trouble(&place, OvhFault::Nothing),
        None => {}
    }
    if search.endpoint.is_none() {
        search.endpoint = conf.endpoint().map(str::to_owned);
    }
}

/// The text of a file and its mode, asked of the open file.
fn read_text(path: &Path) -> std::io::Result<(Secret, u32)> {
    use std::os::unix::fs::PermissionsExt;
    let file = std::fs::File::open(path)?;
    let mode = file.metadata()?.permissions().mode() & 0o777;
    let mut text = String::with_capacity(8 * 1024);
    file.take(LONGEST_FILE).read_to_string(&mut text)?;
    Ok((Secret::new(text), mode))
}

/// The latest credential that another session left in the keyring, if all of it is still there.
pub(super) async fn kept_by_sessions(
    sessions: &[(crate::ports::FoundSession, Result<Session, JournalError>)],
    service: &str,
) -> Option<FoundCredential> {
    let mut connected: Vec<_> = sessions.iter().filter_map(|(found, read)| Some((found, read.as_ref().ok()?))).collect();
    connected.retain(|(_, session)| session.api.is_some() && !session.are_secrets_forgotten);
    connected.sort_by_key(|(found, _)| std::cmp::Reverse(found.touched));
    if connected.is_empty() {
        return None;
    }
    let keyring = secrets::open(service, KEYRING_PATIENCE).await;
    for (found, session) in connected.into_iter().take(5) {
        let Some(access) = &session.api else { continue };
        let mut values = Vec::new();
        for reference in access.credential.secrets() {
            values.extend(keyring.get(&reference).await.ok().flatten());
        }
        if let Some(keys) = put_together(&access.credential, &values) {
            let (place, endpoint) = (CredentialPlace::Session(found.id.clone()), access.endpoint.clone());
            return Some(FoundCredential { place, endpoint_name: endpoint.to_string(), endpoint, keys });
        }
    }
    None
}

fn put_together(credential: &ApiCredential, values: &[Secret]) -> Option<ApiKeys> {
    match (credential, values) {
        (ApiCredential::Application { .. }, [key, secret, consumer]) => Some(ApiKeys::Application {
            application_key: key.clone(),
            application_secret: secret.clone(),
            consumer_key: Some(consumer.clone()),
        }),
        (ApiCredential::Client { .. }, [id, secret]) => Some(ApiKeys::Client { client_id: id.clone(), client_secret: secret.clone() }),
        (ApiCredential::Token { .. }, [token]) => Some(ApiKeys::Token { access_token: token.clone() }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    const PAIR: &str = "[default]\nendpoint=ovh-ca\n[ovh-ca]\napplication_key=a\napplication_secret=b\n";

    struct Home {
        folder: tempfile::TempDir,
        places: Places,
    }

    impl Home {
        fn new(variables: &[(&str, &str)]) -> Self {
            let get = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            let environment = OvhValues::from_variables(get);
            let folder = tempfile::tempdir().expect("a folder");
            let files = ["one", "two"].map(|name| (folder.path().join(name), format!("~/{name}"))).to_vec();
            Self { folder, places: Places { environment, files, endpoint: None, only: None } }
        }

        fn file(self, name: &str, text: &str, mode: u32) -> Self {
            let path = self.folder.path().join(name);
            fs::write(&path, text).expect("written");
            fs::set_permissions(&path, Permissions::from_mode(mode)).expect("mode");
            self
        }

        fn search(&self) -> Search {
            self.places.search()
        }
    }

    fn told(search: &Search) -> Vec<String> {
        let words = crate::text::Words::english();
        search.troubles.iter().map(|trouble| trouble.sentence(&words)).collect()
    }

    fn places(search: &Search) -> Vec<(&CredentialPlace, &str)> {
        search.found.iter().map(|found| (&found.place, found.endpoint_name.as_str())).collect()
    }

    #[test]
    fn the_environment_counts_before_files_and_each_file_before_the_next() {
        let home = Home::new(&[("OVH_ENDPOINT", "ovh-ca"), ("OVH_ACCESS_TOKEN", "t")]).file("one", PAIR, 0o600).file("two", PAIR, 0o600);
        let search = home.search();
        let file = |name: &str| CredentialPlace::File(name.to_owned());
        assert_eq!(places(&search), [(&CredentialPlace::Environment, "ovh-ca"), (&file("~/one"), "ovh-ca"), (&file("~/two"), "ovh-ca")]);
        assert_eq!((search.endpoint.as_deref(), told(&search).len()), (Some("ovh-ca"), 0));
        assert!(matches!(search.found[0].keys, ApiKeys::Token { .. }) && matches!(search.found[1].keys, ApiKeys::Application { .. }));
        assert_eq!(Home::new(&[]).search(), Search::default(), "nothing there is nothing wrong");
    }

    #[test]
    fn one_place_can_be_named() {
        let mut home = Home::new(&[("OVH_ACCESS_TOKEN", "t")]).file("two", PAIR, 0o600);
        home.places.only = Some(CredentialsFrom::Environment);
        assert_eq!(places(&home.search()), [(&CredentialPlace::Environment, "ovh-eu")]);
        home.places.only = Some(CredentialsFrom::Files);
        assert_eq!(home.search().found.len(), 1);
        home.places.only = Some(CredentialsFrom::Nowhere);
        assert_eq!(home.search(), Search::default());
        home.places.only = Some(CredentialsFrom::File(home.folder.path().join("none")));
        assert!(told(&home.search())[0].contains("cannot be read"), "{:?}", told(&home.search()));
        let mut bare = Home::new(&[]);
        bare.places.only = Some(CredentialsFrom::Environment);
        assert_eq!(told(&bare.search()), ["the environment (OVH_…): there are no keys."]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_never_with_a_value() {
        let half = Home::new(&[("OVH_APPLICATION_KEY", "7kbG7Bk7S9Nt7ZSV")]);
        let mixed = Home::new(&[("OVH_CLIENT_ID", "x"), ("OVH_CLIENT_SECRET", "y"), ("OVH_ACCESS_TOKEN", "z")]);
        let unknown = Home::new(&[("OVH_ENDPOINT", "kimsufi-eu")]);
        let malformed = Home::new(&[]).file("one", "[ovh-eu]\napplication_key 7kbG7Bk7S9Nt7ZSV\n", 0o600);
        let elsewhere = Home::new(&[("OVH_ENDPOINT", "ovh-eu")]).file("one", PAIR, 0o600);
        let lines: Vec<String> = [half, mixed, unknown, malformed, elsewhere].iter().flat_map(|home| told(&home.search())).collect();
        assert!(!lines.iter().any(|line| line.contains("7kbG")), "{lines:#?}");
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn a_file_that_others_can_read_is_used_and_told() {
        let home = Home::new(&[]).file("one", PAIR, 0o644);
        let search = home.search();
        assert_eq!(search.found.len(), 1);
        assert_eq!(told(&search), ["~/one: others can read this file (mode 644). Change that: chmod 600 ~/one"]);
    }

    #[test]
    fn an_end_point_that_was_named_wins_over_what_a_file_says() {
        let text = format!("{PAIR}[ovh-eu]\nclient_id=c\nclient_secret=d\n");
        let mut home = Home::new(&[]).file("one", &text, 0o600);
        home.places.endpoint = Some("ovh-eu".to_owned());
        let search = home.search();
        assert_eq!(places(&search)[0].1, "ovh-eu");
        assert!(matches!(search.found[0].keys, ApiKeys::Client { .. }));
    }
}
