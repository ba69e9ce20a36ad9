//! The official clients' `ovh.conf`, parsed: an INI file with an end point and, per end point, its keys.
//!
//! Strict where a slip would send the wrong key: what is no section, comment or `key=value` is a fault with its line. Keys that other
//! clients know and we do not are passed over. Which file is read, and whether others can read it too, is for the callers.

use std::collections::BTreeMap;

use crate::domain::Secret;

use super::{OvhFault, OvhValues};

/// A file of this kind.
#[derive(Debug, Default)]
pub struct OvhConf {
    sections: BTreeMap<String, OvhValues>,
}

impl OvhConf {
    /// Parses the text of a file.
    ///
    /// # Errors
    /// [`OvhFault::Malformed`] with the line.
    pub fn parse(text: &str) -> Result<Self, OvhFault> {
        let mut conf = Self::default();
        let mut section: Option<String> = None;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (line, number) in text.lines().map(str::trim).zip(1..) {
            if line.is_empty() || line.starts_with([';', '#']) {
                continue;
            }
            let fault = |wrong| OvhFault::Malformed { line: number, wrong };
            if let Some(rest) = line.strip_prefix('[') {
                let name = rest.strip_suffix(']').map(str::trim).filter(|name| !name.is_empty() && !name.contains(['[', ']']));
                section = Some(name.ok_or_else(|| fault(MalformedLine::Section))?.to_owned());
                continue;
            }
            let (key, value) = line.split_once('=').ok_or_else(|| fault(MalformedLine::NoKey))?;
            let section = section.as_ref().ok_or_else(|| fault(MalformedLine::NoSection))?;
            let values = conf.sections.entry(section.clone()).or_default();
            values.read(key.trim(), value.trim()).map_err(fault)?;
        }
        Ok(conf)
    }

    /// The end point of the section `default`.
    pub fn endpoint(&self) -> Option<&str> {
        self.sections.get("default").and_then(|values| values.endpoint.as_deref())
    }

    /// The keys of an end point.
    pub fn keys_of(&self, endpoint: &str) -> Option<&OvhValues> {
        self.sections.get(endpoint).filter(|values| values.has_keys())
    }

    /// End points that have keys.
    pub fn endpoints(&self) -> impl Iterator<Item = &str> {
        self.sections.iter().filter(|(_, values)| values.has_keys()).map(|(name, _)| name.as_str())
    }
}

/// What is wrong with a line; words under `credential-line-<name>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MalformedLine {
    /// A section without its brackets or its name.
    Section,
    /// Neither section nor comment nor `key=value`.
    NoKey,
    /// A key before the first section.
    NoSection,
    /// The same key twice in one section.
    Twice,
    /// A value with blanks in it: a comment behind it, most often.
    Blanks,
}

impl MalformedLine {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Section, Self::NoKey, Self::NoSection, Self::Twice, Self::Blanks];

    /// The name in phrases.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Section => "section",
            Self::NoKey => "no-key",
            Self::NoSection => "no-section",
            Self::Twice => "twice",
            Self::Blanks => "blanks",
        }
    }
}

impl OvhValues {
    /// Takes one line; an empty value is none.
    fn read(&mut self, key: &str, value: &str) -> Result<(), MalformedLine> {
        let value = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
        let key = key.to_ascii_lowercase();
        let is_known = key == "endpoint" || self.slot(&key).is_some();
        if !is_known || value.is_empty() {
            return if key.is_empty() { Err(MalformedLine::NoKey) } else { Ok(()) };
        }
        if value.contains(char::is_whitespace) {
            return Err(MalformedLine::Blanks);
        }
        let was_there = match self.slot(&key) {
            Some(slot) => slot.replace(Secret::new(value)).is_some(),
            None => self.endpoint.replace(value.to_owned()).is_some(),
        };
        if was_there { Err(MalformedLine::Twice) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::OvhMethod;
    use super::*;
    use proptest::prelude::*;

    const USUAL: &str = "\
[default]
; which one
endpoint=ovh-ca

[ovh-eu]
application_key = 7kbG7Bk7S9Nt7ZSV
application_secret=\"EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF\"
consumer_key=

# another
[ovh-ca]
client_id=abc
client_secret=def
region=QC
";

    fn malformed(text: &str) -> (usize, MalformedLine) {
        match OvhConf::parse(text) {
            Err(OvhFault::Malformed { line, wrong }) => (line, wrong),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_usual_file_is_read_and_its_values_are_not_printed() {
        let conf = OvhConf::parse(USUAL).expect("well formed");
        assert_eq!(conf.endpoint(), Some("ovh-ca"));
        assert_eq!(conf.endpoints().collect::<Vec<_>>(), ["ovh-ca", "ovh-eu"]);
        let keys = conf.keys_of("ovh-eu").expect("there");
        assert_eq!(keys.application_secret, Some(Secret::new("EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF")));
        assert_eq!((keys.consumer_key.as_ref(), keys.method()), (None, Ok(Some(OvhMethod::Application))));
        assert_eq!(conf.keys_of("ovh-ca").map(OvhValues::method), Some(Ok(Some(OvhMethod::Client))));
        assert!(conf.keys_of("ovh-us").is_none() && conf.keys_of("default").is_none());
        assert!(!format!("{conf:?}").contains("7kbG7Bk7S9Nt7ZSV"));
    }

    #[test]
    fn a_malformed_line_is_named_by_its_number() {
        for (text, expected) in [
            ("[default]\nendpoint", (2, MalformedLine::NoKey)),
            ("\n\n[ovh-eu\n", (3, MalformedLine::Section)),
            ("[]\n", (1, MalformedLine::Section)),
            ("endpoint=ovh-eu\n", (1, MalformedLine::NoSection)),
            ("[ovh-eu]\n=x\n", (2, MalformedLine::NoKey)),
            ("[ovh-eu]\napplication_key=a\nApplication_Key=b\n", (3, MalformedLine::Twice)),
            ("[ovh-eu]\napplication_key=a ; mine\n", (2, MalformedLine::Blanks)),
            ("[ovh-eu]\nkey: value\n", (2, MalformedLine::NoKey)),
        ] {
            assert_eq!(malformed(text), expected, "{text:?}");
        }
    }

    #[test]
    fn files_from_other_systems_are_read_too() {
        let conf = OvhConf::parse("\u{feff}[default]\r\nendpoint=ovh-eu\r\n[ovh-eu]\r\naccess_token=x\r\n").expect("well formed");
        assert_eq!(conf.keys_of("ovh-eu").map(OvhValues::method), Some(Ok(Some(OvhMethod::Token))));
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange_to_be_read_or_refused(text in "[\\[\\]=;#a-z_ \n\"\u{e4}]{0,120}") {
            match OvhConf::parse(&text) {
                Ok(_) => {}
                Err(OvhFault::Malformed { line, .. }) => prop_assert!((1..=text.lines().count()).contains(&line)),
                Err(other) => prop_assert!(false, "{other:?}"),
            }
        }
    }
}
