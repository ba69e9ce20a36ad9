//! The official descriptions of the API, and the extract of them that the project keeps: routes, models, words.
//!
//! The folder is named by `MAILFERRY_API_SPECS` (`v1/*.json`, `v2/zimbra.json`). Names of models carry the file in front
//! (`email/email.pro.Account`): two files describe models of the same name, and not always alike.

#![allow(dead_code, reason = "each test that shares this file uses a part of it")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The variable that names the folder of the official descriptions.
pub(crate) const FOLDER: &str = "MAILFERRY_API_SPECS";

/// With this one set, the extract is written anew before it is compared.
pub(crate) const WRITE: &str = "MAILFERRY_WRITE_API_FACTS";

/// What is kept in the project.
pub(crate) const EXTRACT: &str = "tests/fixtures/api-facts.json";

/// The extract's first line.
const SOURCE: &str = "Extract of the public API descriptions of OVHcloud (/v1/*.json, /v2/zimbra.json): what Mailferry calls, sends and reads. \
                      Written by `cargo test --test api_contract` with MAILFERRY_API_SPECS and MAILFERRY_WRITE_API_FACTS set.";

/// A field of a model, or a parameter of a body; kept as `string null read-only required`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub(crate) struct Field {
    /// `string`, `long[]`, `email/email.pro.ObjectStateEnum`.
    pub(crate) kind: String,
    /// It may be null.
    pub(crate) null: bool,
    /// It may not be written.
    pub(crate) read_only: bool,
    /// It has to be written.
    pub(crate) required: bool,
}

impl From<String> for Field {
    fn from(text: String) -> Self {
        // The type comes first; no type has one of these words at its end.
        let has = |word: &str| text.split(' ').skip(1).any(|known| known == word);
        let kind =
            text.split(" null").next().and_then(|rest| rest.split(" read-only").next()).and_then(|rest| rest.split(" required").next());
        let kind = kind.unwrap_or_default().to_owned();
        Self { kind, null: has("null"), read_only: has("read-only"), required: has("required") }
    }
}

impl From<Field> for String {
    fn from(field: Field) -> Self {
        let words = [(field.null, " null"), (field.read_only, " read-only"), (field.required, " required")];
        words.iter().filter(|(is_so, _)| *is_so).fold(field.kind, |text, (_, word)| text + word)
    }
}

/// Fields by name.
pub(crate) type Fields = BTreeMap<String, Field>;

/// One call; kept as `answers`, `answers | model` or `answers | field: type required, field: type`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub(crate) struct Route {
    /// Type of the answer: `void`, `string[]`, a model.
    pub(crate) answers: String,
    /// The model that is sent.
    pub(crate) model: Option<String>,
    /// What is sent, where it is no model.
    pub(crate) fields: Fields,
}

impl From<String> for Route {
    fn from(text: String) -> Self {
        let (answers, sent) = text.split_once(" | ").unwrap_or((&text, ""));
        let fields = sent.split(", ").filter_map(|field| field.split_once(": "));
        let fields: Fields = fields.map(|(name, field)| (name.to_owned(), Field::from(field.to_owned()))).collect();
        let model = (fields.is_empty() && !sent.is_empty()).then(|| sent.to_owned());
        Self { answers: answers.to_owned(), model, fields }
    }
}

impl From<Route> for String {
    fn from(route: Route) -> Self {
        let fields = route.fields.into_iter().map(|(name, field)| format!("{name}: {}", Self::from(field)));
        let sent = route.model.unwrap_or_else(|| fields.collect::<Vec<_>>().join(", "));
        if sent.is_empty() { route.answers } else { format!("{} | {sent}", route.answers) }
    }
}

/// Routes, models, words.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Facts {
    /// Where they come from.
    pub(crate) source: String,
    /// By `GET /email/pro`.
    pub(crate) routes: BTreeMap<String, Route>,
    /// By `email/email.pro.Account`.
    pub(crate) models: BTreeMap<String, Fields>,
    /// By `email/email.pro.ObjectStateEnum`.
    pub(crate) words: BTreeMap<String, BTreeSet<String>>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The official descriptions, where their folder is named.
#[expect(clippy::disallowed_methods, reason = "where the descriptions lie is the environment's to say")]
pub(crate) fn official() -> Option<Facts> {
    let folder = std::env::var(FOLDER).ok().filter(|folder| !folder.is_empty())?;
    // Relative to the project: that is where whoever sets it stands.
    let folder = root().join(folder);
    let mut facts = Facts { source: SOURCE.to_owned(), ..Facts::default() };
    for file in ["auth", "domain", "email", "emailDomain", "emailExchange", "emailMxplan"] {
        facts.read(&folder.join("v1").join(format!("{file}.json")), file, "");
    }
    facts.read(&folder.join("v2/zimbra.json"), "zimbra", "/v2");
    Some(facts)
}

/// The extract of the project.
pub(crate) fn kept() -> Facts {
    let path = root().join(EXTRACT);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{EXTRACT}: {error}"))
}

/// Whether somebody asked for a new extract.
#[expect(clippy::disallowed_methods, reason = "a new extract is asked for by the environment")]
pub(crate) fn is_to_be_written() -> bool {
    std::env::var_os(WRITE).is_some()
}

/// Writes the extract.
pub(crate) fn write(facts: &Facts) {
    let text = serde_json::to_string_pretty(facts).expect("JSON");
    std::fs::write(root().join(EXTRACT), text + "\n").unwrap_or_else(|error| panic!("{EXTRACT}: {error}"));
}

/// The official descriptions, else the extract.
pub(crate) fn known() -> Facts {
    official().unwrap_or_else(kept)
}

/// Routes of this list that the API does not have: method and template, version 2 with `/v2` in front.
pub(crate) fn check_routes(facts: &Facts, routes: &[(&str, &str)]) -> Vec<String> {
    let calls = routes.iter().map(|(method, template)| format!("{method} {template}"));
    calls.filter(|call| !facts.routes.contains_key(call)).map(|call| format!("{call}: there is no such route")).collect()
}

impl Facts {
    fn read(&mut self, path: &Path, file: &str, prefix: &str) {
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let description: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let models = description["models"].as_object().expect("models");
        let name = |kind: &str| named(kind, file, models);
        for api in list(&description["apis"]) {
            for operation in list(&api["operations"]) {
                let call = format!("{} {prefix}{}", text_of(&operation["httpMethod"]), text_of(&api["path"]));
                let mut route = Route { answers: name(text_of(&operation["responseType"])), model: None, fields: Fields::new() };
                for parameter in list(&operation["parameters"]).iter().filter(|parameter| parameter["paramType"] == "body") {
                    let kind = name(text_of(&parameter["dataType"]));
                    match parameter["name"].as_str() {
                        None => route.model = Some(kind),
                        Some(field) => {
                            let required = parameter["required"] == true;
                            route.fields.insert(field.to_owned(), Field { kind, null: false, read_only: false, required });
                        }
                    }
                }
                self.routes.insert(call, route);
            }
        }
        for (model, body) in models {
            if let Some(words) = body["enum"].as_array() {
                self.words.insert(name(model), words.iter().map(|word| text_of(word).to_owned()).collect());
            } else {
                let fields = body["properties"].as_object().into_iter().flatten();
                let fields = fields.map(|(field, body)| (field.clone(), field_of(body, &name)));
                self.models.insert(name(model), fields.collect());
            }
        }
    }
}

/// A type of the descriptions with its file in front, if it is one of their models.
fn named(kind: &str, file: &str, models: &serde_json::Map<String, Value>) -> String {
    let bare = kind.trim_end_matches("[]");
    if models.contains_key(bare) { format!("{file}/{kind}") } else { kind.to_owned() }
}

fn field_of(body: &Value, name: &impl Fn(&str) -> String) -> Field {
    Field {
        kind: name(text_of(&body["type"])),
        null: body["canBeNull"] == true,
        read_only: body["readOnly"] == true,
        required: body["required"] == true,
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
