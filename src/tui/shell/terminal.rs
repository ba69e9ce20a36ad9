//! The terminal, prepared and given back: on leaving, on an error, on a panic of the screen's own code.
//!
//! A panic elsewhere (a parser in a task) must not touch the screen: while it is ours, panics go to the log, and only a panic that
//! unwinds through this guard is written out, after the normal screen is back.

use std::io::{self, Stdout, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use crossterm::terminal::{Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

type Hook = Box<dyn Fn(&std::panic::PanicHookInfo<'_>) + Sync + Send + 'static>;

/// The terminal while it is ours.
pub(super) struct Screen {
    /// What is drawn on.
    pub(super) terminal: Terminal<CrosstermBackend<Stdout>>,
    last_panic: Arc<Mutex<Option<String>>>,
    hook_before: Option<Hook>,
}

impl Screen {
    /// Takes the terminal.
    pub(super) fn open() -> io::Result<Self> {
        enable_raw_mode()?;
        let mut stdout = io::stdout();
        // Cleared by hand: `Terminal::clear` asks where the cursor is, and not every terminal answers.
        if let Err(error) = execute!(stdout, EnterAlternateScreen, EnableBracketedPaste, Clear(ClearType::All)) {
            // What was begun is taken back; the first error is the one to report.
            drop(disable_raw_mode());
            return Err(error);
        }
        let terminal = Terminal::new(CrosstermBackend::new(stdout))?;
        let last_panic = Arc::new(Mutex::new(None));
        let hook_before = std::panic::take_hook();
        let remembered = Arc::clone(&last_panic);
        std::panic::set_hook(Box::new(move |info| {
            let text = info.to_string();
            tracing::error!(panic = %text, "a panic while the screen is in use");
            *remembered.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
        }));
        Ok(Self { terminal, last_panic, hook_before: Some(hook_before) })
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // The terminal may be gone: then nothing of this works, and nothing of it matters.
        drop(execute!(io::stdout(), DisableBracketedPaste, LeaveAlternateScreen, crossterm::cursor::Show));
        drop(disable_raw_mode());
        if std::thread::panicking() {
            // The hook cannot be replaced during a panic; its text is written here because the hook only remembered it.
            let text = self.last_panic.lock().unwrap_or_else(PoisonError::into_inner).take();
            drop(writeln!(io::stderr(), "{}", text.unwrap_or_default()));
        } else if let Some(hook) = self.hook_before.take() {
            std::panic::set_hook(hook);
        }
    }
}
