//! Compares what the client believes with what the API is described to be, and notes which facts it needed.

use std::cell::RefCell;
use std::collections::BTreeSet;

use mailferry::adapters::ovh::contract::{Read, Sent, Shape};
use serde_json::Value;

use super::api_specs::{Facts, Field, Fields};

/// Fields that we read although the descriptions do not have them: field, reason.
const UNDESCRIBED: &[(&str, &str)] =
    &[("zimbra/zimbra.Quota.maximum", "the control panel's own samples spell the quota `maximum` and `used`; both are read")];

/// Models of which every field is called read-only, in one file, while it is sent: model, reason.
const WRITABLE_ALL_THE_SAME: &[(&str, &str)] = &[(
    "email/email.pro.spamAndVirusConfiguration",
    "the account's field that holds it is writable, and the description of MX Plan calls the same model writable",
)];

/// A judge who remembers what it looked at.
pub(crate) struct Judge<'a> {
    facts: &'a Facts,
    /// Fields that were needed: `email/email.pro.Account`, `displayName`.
    pub(crate) fields: RefCell<BTreeSet<(String, String)>>,
    /// Enums that were needed.
    pub(crate) words: RefCell<BTreeSet<String>>,
    complaints: RefCell<Vec<String>>,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(facts: &'a Facts) -> Self {
        Self { facts, fields: RefCell::default(), words: RefCell::default(), complaints: RefCell::default() }
    }

    /// What was wrong.
    pub(crate) fn complaints(self) -> Vec<String> {
        self.complaints.into_inner()
    }

    pub(crate) fn complain(&self, text: String) {
        self.complaints.borrow_mut().push(text);
    }

    /// The words of an enum; `None` when there is no such enum.
    pub(crate) fn enumerated(&self, model: &str) -> Option<&BTreeSet<String>> {
        self.words.borrow_mut().insert(model.to_owned());
        self.facts.words.get(model)
    }

    fn field(&self, model: &str, name: &str) -> Option<&Field> {
        self.fields.borrow_mut().insert((model.to_owned(), name.to_owned()));
        self.facts.models.get(model)?.get(name)
    }

    /// Every field that is read exists with a compatible type.
    pub(crate) fn read(&self, read: &Read) {
        let mut types = Vec::new();
        for template in &read.routes {
            let call = format!("{} {template}", read.method);
            match self.facts.routes.get(&call) {
                Some(route) => types.push(route.answers.clone()),
                None => self.complain(format!("{call}: there is no such route")),
            }
        }
        self.shape(&read.shape, &types, &format!("{} {}", read.method, read.routes.join(", ")));
    }

    fn shape(&self, shape: &Shape, types: &[String], place: &str) {
        let wrong = |what: &str| self.complain(format!("{place}: {what} is read from {types:?}"));
        let all = |test: &dyn Fn(&str) -> bool| types.iter().all(|kind| test(kind));
        match shape {
            Shape::Optional(inner) => self.shape(inner, types, place),
            Shape::Text if !all(&|kind| self.is_text(kind)) => wrong("a text"),
            Shape::Integer if !all(&|kind| kind == "long") => wrong("a whole number"),
            Shape::Number if !all(&|kind| kind == "long" || kind == "double") => wrong("a number"),
            Shape::Switch if !all(&|kind| kind == "boolean") => wrong("true or false"),
            Shape::Anything | Shape::Text | Shape::Integer | Shape::Number | Shape::Switch => {}
            Shape::List(inner) => {
                let elements: Option<Vec<String>> = types.iter().map(|kind| kind.strip_suffix("[]").map(str::to_owned)).collect();
                match elements {
                    Some(elements) => self.shape(inner, &elements, place),
                    None => wrong("a list"),
                }
            }
            Shape::OneOf(words) => {
                for kind in types {
                    let unknown =
                        self.enumerated(kind).map(|all| all.iter().filter(|word| !words.contains(&word.as_str())).collect::<Vec<_>>());
                    match unknown {
                        Some(unknown) if unknown.is_empty() => {}
                        Some(unknown) => self.complain(format!("{place}: {kind} has {unknown:?}, too")),
                        None => wrong("a word"),
                    }
                }
            }
            Shape::Object(fields) => fields.iter().for_each(|(name, shape)| self.read_field((name, shape), types, place)),
        }
    }

    fn is_text(&self, kind: &str) -> bool {
        let plain = ["string", "text", "datetime", "date", "password", "uuid", "ipv4Block", "phoneNumber"];
        plain.contains(&kind) || self.enumerated(kind).is_some()
    }

    /// Of several models one has to have the field; where another one lacks it, or it may be null, it has to be optional.
    fn read_field(&self, (name, shape): (&str, &Shape), models: &[String], place: &str) {
        let is_excused = |model: &String| UNDESCRIBED.iter().any(|(field, _)| *field == format!("{model}.{name}"));
        let found: Vec<&Field> = models.iter().filter_map(|model| self.field(model, name)).collect();
        if found.is_empty() {
            if !models.iter().any(is_excused) {
                self.complain(format!("{place}: none of {models:?} has a field {name}"));
            }
            return;
        }
        let may_miss = found.len() < models.len() || found.iter().any(|field| field.null);
        if may_miss && !matches!(shape, Shape::Optional(_) | Shape::Anything) {
            self.complain(format!("{place}: {name} may be null or absent"));
        }
        let types: Vec<String> = found.iter().map(|field| field.kind.clone()).collect();
        self.shape(shape, &types, &format!("{place} {name}"));
    }

    /// Every field that is sent is writable with that type, and every field that is required is sent.
    pub(crate) fn sent(&self, sent: &Sent) {
        let place = format!("{} {}", sent.method, sent.route);
        match self.facts.routes.get(&place) {
            None => self.complain(format!("{place}: there is no such route")),
            Some(route) => match &route.model {
                Some(model) => self.value(&sent.body, model, &place),
                None => self.object(&sent.body, &route.fields, &place),
            },
        }
    }

    fn value(&self, value: &Value, kind: &str, place: &str) {
        let is_fitting = match value {
            Value::Bool(_) => kind == "boolean",
            Value::Number(_) => kind == "long" || kind == "double",
            Value::String(word) => match self.enumerated(kind) {
                Some(words) => words.contains(word),
                None => self.is_text(kind),
            },
            Value::Array(values) => match kind.strip_suffix("[]") {
                Some(kind) => return values.iter().for_each(|value| self.value(value, kind, place)),
                None => false,
            },
            Value::Object(fields) => {
                // Seen here, so that the extract holds what is needed: what is sent, and what is required.
                let Some(model) = self.facts.models.get(kind) else { return self.complain(format!("{place}: {kind} is not known")) };
                let required = model.iter().filter(|(_, field)| field.required).map(|(name, _)| name);
                for name in fields.keys().chain(required) {
                    self.field(kind, name);
                }
                let mut model = model.clone();
                if WRITABLE_ALL_THE_SAME.iter().any(|(name, _)| *name == kind) {
                    for field in model.values_mut() {
                        field.read_only = false;
                    }
                }
                return self.object(value, &model, place);
            }
            Value::Null => false,
        };
        if !is_fitting {
            self.complain(format!("{place}: {value} is sent where {kind} is expected"));
        }
    }

    fn object(&self, value: &Value, known: &Fields, place: &str) {
        let Some(fields) = value.as_object() else { return self.complain(format!("{place}: an object is expected")) };
        for (name, value) in fields {
            match known.get(name) {
                None => self.complain(format!("{place}: there is no field {name}")),
                Some(field) if field.read_only => self.complain(format!("{place}: {name} is read-only")),
                Some(field) if value.is_null() && field.null => {}
                Some(field) => self.value(value, &field.kind, &format!("{place} {name}")),
            }
        }
        for (name, _) in known.iter().filter(|(name, field)| field.required && !fields.contains_key(*name)) {
            self.complain(format!("{place}: {name} is required"));
        }
    }
}
