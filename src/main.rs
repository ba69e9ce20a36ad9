//! The program. Everything is in the library; `app` puts it together.

use std::process::ExitCode;

fn main() -> ExitCode {
    mailferry::app::main()
}
