//! The command line: a second front end to the same engine.
//!
//! [`parse`] turns arguments into a [`Request`] or an [`Ending`]; the printers turn notices, sessions and reports into text
//! or JSON lines. Nothing is started here: who opens journals, starts engines and serves the demo is `app`.

mod account_url;
mod args;
mod completions;
mod copy;
mod credentials;
mod demo;
mod ending;
mod man;
mod outcome;
mod passwords;
mod printer;
mod resume;
mod secret_spec;
mod sessions;
mod words;

#[cfg(test)]
mod tests;

pub use account_url::{AccountUrl, UrlError};
pub use args::{Invocation, Options, Request, Terminal, Wording, parse};
pub use completions::{Shell, write_completions};
pub use copy::{CopyRequest, SaidChoices};
pub use credentials::{CredentialsFrom, PlaceError};
pub use demo::{Act, DemoRequest, Fault, Manner};
pub use ending::{Ending, Exit};
pub use man::write_man_pages;
pub use outcome::{exit_of, print_outcome};
pub use passwords::{PassphraseError, PasswordRow, PasswordsRequest, new_passphrase, passphrase, passwords_as_csv, print_passwords};
pub use printer::Printer;
pub use secret_spec::{SecretError, SecretSpec, SpecError};
pub use sessions::{SessionLine, SessionsRequest, print_session, print_sessions};
pub use words::{how_to_go_on, how_to_repeat, plain_problem};
