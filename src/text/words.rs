//! The phrase book of one language.

use std::borrow::Cow;
use std::collections::BTreeMap;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use super::{english, units};

/// A parameter of a sentence: a text, or a number (which decides the plural and gets thousands separators).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// Taken as it is.
    Text(Cow<'a, str>),
    /// A count.
    Number(u64),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Number(u64::from(number))
    }
}

impl From<usize> for Value<'_> {
    fn from(number: usize) -> Self {
        Self::Number(number as u64)
    }
}

/// All sentences of a language.
pub struct Words {
    bundle: FluentBundle<FluentResource>,
    defaults: Vec<String>,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Words")
    }
}

/// Phrases with this prefix say what stands in for a parameter that was not given: `default-host = the server`.
const DEFAULT: &str = "default-";

/// The parameter that lists codes of the platform's.
const CODES: &str = "codes";

/// Parameters that name something, although they look like numbers: never `process 17,230`.
const NAMES: [&str; 3] = ["pid", "line", "query-id"];

impl Words {
    /// English. Broken phrases are left out; a test forbids them.
    pub fn english() -> Self {
        Self::from_files(english::FILES).0
    }

    fn from_files(files: &[(&str, &str)]) -> (Self, Vec<String>) {
        let mut bundle = FluentBundle::new_concurrent(vec![unic_langid::LanguageIdentifier::default()]);
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(with_thousands));
        let (mut troubles, mut defaults) = (Vec::new(), Vec::new());
        for (name, text) in files {
            let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(resource, errors)| {
                troubles.extend(errors.into_iter().map(|error| format!("{name}: {error:?}")));
                resource
            });
            defaults.extend(text.lines().filter_map(|line| Some(line.strip_prefix(DEFAULT)?.split_once(" =")?.0.to_owned())));
            if let Err(errors) = bundle.add_resource(resource) {
                troubles.extend(errors.into_iter().map(|error| format!("{name}: {error:?}")));
            }
        }
        (Self { bundle, defaults }, troubles)
    }

    /// Whether there is such a phrase.
    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }

    /// The sentence of a phrase; the key itself when there is none.
    pub fn say(&self, key: &str, params: &[(&str, Value<'_>)]) -> String {
        let mut args = FluentArgs::with_capacity(params.len());
        for (name, value) in params {
            match value {
                Value::Text(text) => args.set(*name, text.as_ref()),
                Value::Number(number) => args.set(*name, *number),
            }
        }
        self.format(key, &args)
    }

    /// The sentence of a phrase about nouns that may be missing: those are replaced by `default-<name>`; texts that are numbers count as numbers;
    /// codes of the platform's own get their words.
    pub fn say_about(&self, key: &str, params: &BTreeMap<String, String>) -> String {
        let mut args = FluentArgs::with_capacity(params.len() + self.defaults.len());
        for name in self.defaults.iter().filter(|name| !params.contains_key(*name)) {
            args.set(name.clone(), self.say(&format!("{DEFAULT}{name}"), &[]));
        }
        for (name, value) in params {
            match value.parse::<u64>() {
                Ok(number) if !NAMES.contains(&name.as_str()) => args.set(name.clone(), number),
                _ if name == CODES => args.set(name.clone(), self.say_codes(value)),
                _ => args.set(name.clone(), value.as_str()),
            }
        }
        self.format(key, &args)
    }

    /// `FILTER_EXIST, MAILPROXY_EMPTY` as `filters (FILTER_EXIST), MAILPROXY_EMPTY`: what has a phrase `code-filter-exist` is said by it.
    fn say_codes(&self, codes: &str) -> String {
        let said = codes.split(", ").map(|code| {
            let key = format!("code-{}", code.to_lowercase().replace('_', "-"));
            if self.bundle.has_message(&key) { format!("{} ({code})", self.say(&key, &[])) } else { code.to_owned() }
        });
        said.collect::<Vec<_>>().join(", ")
    }

    fn format(&self, key: &str, args: &FluentArgs<'_>) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let mut errors = Vec::new();
        self.bundle.format_pattern(pattern, Some(args), &mut errors).into_owned()
    }
}

/// Numbers are shown with thousands separators, whatever the phrase.
fn with_thousands<M>(value: &FluentValue<'_>, _memoizer: &M) -> Option<String> {
    let FluentValue::Number(number) = value else {
        return None;
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts come in as u64 and are far below 2^53")]
    Some(units::count(number.value as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_can_be_read() {
        let (_, troubles) = Words::from_files(english::FILES);
        assert!(troubles.is_empty(), "{troubles:#?}");
    }

    #[test]
    fn a_sentence_counts_and_separates_thousands() {
        let (words, _) =
            Words::from_files(&[("t", "gone = { $n ->\n  [one] { $n } message of { $who }\n *[other] { $n } messages of { $who }\n }\n")]);
        assert_eq!(words.say("gone", &[("n", 1u64.into()), ("who", "anna".into())]), "1 message of anna");
        assert_eq!(words.say("gone", &[("n", 12_904u64.into()), ("who", "anna".into())]), "12,904 messages of anna");
        assert_eq!(words.say("nothing", &[]), "nothing");
    }

    #[test]
    fn codes_of_the_platform_get_their_words_and_are_still_named() {
        let (words, _) = Words::from_files(&[("t", "stays = left: { $codes }\ncode-filter-exist = filters\n")]);
        let params = BTreeMap::from([("codes".to_owned(), "FILTER_EXIST, SOMETHING_NEW".to_owned())]);
        assert_eq!(words.say_about("stays", &params), "left: filters (FILTER_EXIST), SOMETHING_NEW");
    }

    #[test]
    fn a_name_that_looks_like_a_number_is_left_as_it_is() {
        let (words, _) = Words::from_files(&[("t", "held = process { $pid }, { $n } times\n")]);
        let params = BTreeMap::from([("pid".to_owned(), "17230".to_owned()), ("n".to_owned(), "17230".to_owned())]);
        assert_eq!(words.say_about("held", &params), "process 17230, 17,230 times");
    }

    #[test]
    fn a_noun_that_is_missing_has_a_default() {
        let (words, _) = Words::from_files(&[("t", "default-host = the server\nlost = { $host } does not answer\n")]);
        assert_eq!(words.say_about("lost", &BTreeMap::new()), "the server does not answer");
        let params = BTreeMap::from([("host".to_owned(), "ex3.mail.ovh.net".to_owned())]);
        assert_eq!(words.say_about("lost", &params), "ex3.mail.ovh.net does not answer");
    }
}
