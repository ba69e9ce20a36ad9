//! The environment, read once: folders, colour, language. The only place that looks at variables.

use std::path::{Path, PathBuf};

use etcetera::{BaseStrategy, choose_base_strategy};

use crate::settings::OvhValues;

/// What the program finds around itself.
#[derive(Debug, Clone)]
pub(crate) struct Environment {
    /// `$XDG_STATE_HOME/mailferry`: sessions.
    pub(crate) state: PathBuf,
    /// `$XDG_CONFIG_HOME/mailferry`: `config.toml`.
    pub(crate) config: PathBuf,
    /// `NO_COLOR` is set.
    pub(crate) is_colourless: bool,
    /// The terminal cannot show more than ASCII.
    pub(crate) is_ascii: bool,
    /// Filter of the log, from `MAILFERRY_LOG`.
    pub(crate) log: Option<String>,
    /// Keys of the API, from `OVH_…`.
    pub(crate) ovh: OvhValues,
    home: PathBuf,
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether the person wishes for another time zone than that of the computer.
pub(crate) fn names_a_zone() -> bool {
    variable("TZ").is_some()
}

impl Environment {
    /// Reads it.
    ///
    /// # Errors
    /// When there is no home folder.
    pub(crate) fn read() -> anyhow::Result<Self> {
        let base =
            choose_base_strategy().map_err(|_| anyhow::anyhow!("no home folder: set HOME, or XDG_STATE_HOME and XDG_CONFIG_HOME"))?;
        let state = base.state_dir().unwrap_or_else(|| base.data_dir());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable).unwrap_or_default().to_ascii_lowercase();
        let is_utf8 = locale.contains("utf-8") || locale.contains("utf8");
        Ok(Self {
            state: state.join("mailferry"),
            config: base.config_dir().join("mailferry"),
            is_colourless: variable("NO_COLOR").is_some(),
            is_ascii: variable("TERM").is_some_and(|term| term == "linux") || (!locale.is_empty() && !is_utf8),
            log: variable("MAILFERRY_LOG"),
            ovh: OvhValues::from_variables(variable),
            home: base.home_dir().to_owned(),
        })
    }

    /// Where the official clients look for their file, in the order in which they count; and how a person names each.
    pub(crate) fn ovh_files(&self) -> Vec<(PathBuf, String)> {
        let at_home = (self.home.join(".ovh.conf"), "~/.ovh.conf".to_owned());
        vec![(PathBuf::from("ovh.conf"), "./ovh.conf".to_owned()), at_home, (PathBuf::from("/etc/ovh.conf"), "/etc/ovh.conf".to_owned())]
    }

    /// A configured folder: `~/` is the home folder.
    pub(crate) fn resolve(&self, folder: &Path) -> PathBuf {
        folder.strip_prefix("~").map_or_else(|_| folder.to_owned(), |below| self.home.join(below))
    }
}
