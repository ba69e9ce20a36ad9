//! Servers that `.ci/servers` unpacked into a folder (`MAILFERRY_SERVERS`, else `target/servers`), and who answers their questions about
//! passwords: a thread of the test. Any user exists, with the password `secret`.
#![allow(dead_code, reason = "each test program uses its own part of it")]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use super::dovecot::OWNER;

/// The password of everybody.
const PASSWORD: &str = "secret";

/// The folder of the unpacked packages.
pub(crate) fn root() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "where the servers lie is the environment's to say")]
    let named = std::env::var_os("MAILFERRY_SERVERS").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/servers"));
    assert!(folder.join("edition").exists(), "there is no Cyrus and no Courier in {}: run .ci/servers (Debian 12)", folder.display());
    folder.join("root")
}

/// A program of the unpacked packages, with its libraries and nothing of the caller's environment.
pub(crate) fn program(path: &str) -> Command {
    let root = root();
    let libraries = fs::read_to_string(root.with_file_name("library-path")).expect("written by .ci/servers");
    let mut command = Command::new(root.join(path));
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").env("LD_LIBRARY_PATH", libraries);
    command
}

/// A folder that the mail's owner may write to.
pub(crate) fn own_folder(path: &Path) {
    fs::create_dir_all(path).expect("a folder");
    chown(path, Some(OWNER), Some(OWNER)).expect("root");
}

/// Waits until the server answers at its port.
pub(crate) fn wait(name: &str, child: &mut Child, port: u16) {
    let start = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(start.elapsed() < Duration::from_secs(20), "{name} does not start");
        assert!(child.try_wait().expect("ours").is_none(), "{name} ended");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Asks a process to end and waits for it.
pub(crate) fn stop(child: &mut Child) {
    if let Some(pid) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
    let _ = child.wait();
}

/// Listens at a socket and answers each question by `answer`, for as long as the test runs.
fn listen(path: &Path, answer: impl Fn(&mut UnixStream) -> std::io::Result<()> + Send + 'static) {
    let listener = UnixListener::bind(path).expect("bound");
    fs::set_permissions(path, fs::Permissions::from_mode(0o777)).expect("permissions");
    std::thread::spawn(move || {
        for question in listener.incoming() {
            // A server that asks and does not wait for the answer has its own reasons.
            let _ = question.and_then(|mut question| answer(&mut question));
        }
    });
}

/// In the place of `saslauthd`: four counted texts (user, password, service, realm), one counted answer.
pub(crate) fn answer_as_saslauthd(path: &Path) {
    fn counted(stream: &mut UnixStream) -> std::io::Result<Vec<u8>> {
        let mut length = [0; 2];
        stream.read_exact(&mut length)?;
        let mut text = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut text)?;
        Ok(text)
    }
    listen(path, |stream| {
        let (_user, password, _service, _realm) = (counted(stream)?, counted(stream)?, counted(stream)?, counted(stream)?);
        let verdict: &[u8] = if password == PASSWORD.as_bytes() { b"\0\x02OK" } else { b"\0\x02NO" };
        stream.write_all(verdict)
    });
}

/// In the place of Courier's `authdaemond`: lines (`AUTH n`, service, kind, user, password), answered by the user's folder,
/// which is made when it is asked for first.
pub(crate) fn answer_as_authdaemond(path: &Path, mail: PathBuf) {
    listen(path, move |stream| {
        let mut asked = vec![0; 4096];
        let length = stream.read(&mut asked)?;
        let text = String::from_utf8_lossy(&asked[..length]).into_owned();
        let mut lines = text.lines().skip_while(|line| !line.starts_with("AUTH "));
        let (user, password) = (lines.nth(3).unwrap_or_default(), lines.next().unwrap_or_default());
        if password != PASSWORD || user.contains('/') {
            return stream.write_all(b"FAIL\n");
        }
        let home = mail.join(user);
        for folder in ["", "cur", "new", "tmp"] {
            own_folder(&home.join(folder));
        }
        let home = home.display();
        stream.write_all(format!("UID={OWNER}\nGID={OWNER}\nHOME={home}\nADDRESS={user}\nMAILDIR={home}\n.\n").as_bytes())
    });
}
