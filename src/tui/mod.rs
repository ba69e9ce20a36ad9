//! The terminal: `update` and `view` are pure, `shell` is not.
//!
//! Keys become actions through the keymap, actions and news become a changed [`Model`] and effects as data, and the model is drawn.
//! The model holds its own fold of the session's events, the latest progress and the drafts of each step; never a step number.
//! Not here: deciding what follows from a command (session), doing it (engine), and the sentences (`assets/i18n`).

mod chronicle;
mod driver;
mod effect;
mod field;
mod glyphs;
mod hint;
mod ink;
mod keymap;
mod model;
mod msg;
mod orders;
mod overlays;
mod picker;
mod safety;
mod setup;
mod sheet;
mod shell;
mod steps;
mod theme;
mod trouble;
mod update;
mod view;
mod widgets;

#[cfg(test)]
mod stories;

pub use driver::{Driver, Stop};
pub use effect::{Effect, QueryId};
pub use glyphs::Glyphs;
pub use keymap::{Action, Keymap};
pub use model::Model;
pub use msg::Msg;
pub use picker::{Choice, Found};
pub use setup::{Access, CredentialPlace, CredentialTrouble, Exit, FoundCredential, Leaving, Look, Prefill, PrefilledAccount, Setup};
pub use shell::{pick_session, run};
pub use theme::Theme;
pub use update::update;
pub use view::view;
