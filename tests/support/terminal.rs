//! The real binary in a pseudo-terminal, and a person in front of it who reads the screen before pressing a key.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).expect("a screen has some")
}

/// A running program with its screen.
pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    parser: Arc<Mutex<vt100::Parser>>,
    master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    /// Starts `mailferry` with these arguments, on 80 columns and 24 rows, in a home of its own.
    pub(crate) fn start(home: &Path, arguments: &[&str]) -> Self {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_mailferry"));
        command.args(arguments);
        command.env_clear();
        for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("PATH", "/usr/bin:/bin")] {
            command.env(name, value);
        }
        command.env("HOME", home);
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let parser = Arc::new(Mutex::new(vt100::Parser::new(cells(24), cells(80), 0)));
        let (mut reader, screen) = (pair.master.try_clone_reader().expect("a reader"), Arc::clone(&parser));
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                screen.lock().expect("no panic holds it").process(&buffer[..count]);
            }
        });
        let writer = pair.master.take_writer().expect("a writer");
        Self { child, writer, parser, master: pair.master }
    }

    /// What the screen shows.
    pub(crate) fn screen(&self) -> String {
        self.parser.lock().expect("no panic holds it").screen().contents()
    }

    /// Whether the program shows its own screen, not the shell's.
    pub(crate) fn is_on_alternate_screen(&self) -> bool {
        self.parser.lock().expect("no panic holds it").screen().alternate_screen()
    }

    /// Whether the cursor can be seen.
    pub(crate) fn shows_cursor(&self) -> bool {
        !self.parser.lock().expect("no panic holds it").screen().hide_cursor()
    }

    /// Presses keys. A program that is gone does not hear them.
    pub(crate) fn press(&mut self, keys: &str) {
        let _ = self.writer.write_all(keys.as_bytes()).and_then(|()| self.writer.flush());
    }

    /// Another size of the window.
    pub(crate) fn set_size(&self, rows: u16, cols: u16) {
        self.parser.lock().expect("no panic holds it").screen_mut().set_size(cells(rows), cells(cols));
        self.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).expect("resized");
    }

    /// The same; returns once the program has drawn it.
    pub(crate) fn resize(&self, rows: u16, cols: u16, patience: Duration) {
        self.set_size(rows, cols);
        self.wait_for(&"─".repeat(usize::from(cols)), patience);
    }

    /// Waits until the screen shows this.
    pub(crate) fn wait_for(&self, text: &str, patience: Duration) {
        let until = Instant::now() + patience;
        while !self.screen().contains(text) {
            assert!(Instant::now() < until, "{text:?} did not appear:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// `kill -9`, and waits for the end.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("killed");
        let _ = self.child.wait();
    }

    /// The exit status, once the program has ended.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("it is our child")
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.child.process_id().expect("it runs")
    }
}

/// What a person who accepts the demo's answers presses on this screen; `None`: waits.
pub(crate) fn next_keys(screen: &str) -> Option<&'static str> {
    let shows = |text: &str| screen.contains(text);
    if shows("Keep and go on") {
        return Some("\r");
    }
    if shows("Which accounts shall move?") {
        return Some(if shows("of 4 accounts chosen yet") || shows("None of") { "a" } else { "\r" });
    }
    let ready = [
        ("How shall we reach", "Use the API"),
        ("The keys of your OVHcloud account", "Connect"),
        ("Prove that we can read them", "⏎"),
        ("Where shall they go?", "⏎"),
        ("This is what will happen", "Accept the plan"),
        ("Rename the old accounts", "Rename these"),
        ("Create the new accounts", "⏎"),
        ("Copy the mail", "Start the copy"),
        ("DNS of mydomain.ovh", "go on"),
        ("Finish", "Write the report and finish"),
        ("Finished", "Leave"),
    ];
    ready.iter().any(|(title, button)| shows(title) && shows(button)).then_some("\r")
}
