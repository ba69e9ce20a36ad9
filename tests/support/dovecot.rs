//! A Dovecot of one's own: private folder, free ports, its own certificate authority, any user with the password `secret`.
//!
//! Needs `dovecot-imapd` and root (Dovecot changes users). Include it with `#[path = "support/dovecot.rs"] mod dovecot;`.
#![allow(dead_code, reason = "each test program uses its own part of it")]

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mailferry::adapters::Trust;
use mailferry::domain::{ImapEndpoint, Secret, Security};
use mailferry::ports::Login;

/// The user that owns the mail (nobody).
pub(crate) const OWNER: u32 = 65_534;

/// A running server; stopped when dropped.
pub(crate) struct Dovecot {
    folder: tempfile::TempDir,
    child: Child,
    /// IMAP over TLS.
    pub(crate) tls_port: u16,
    /// IMAP with STARTTLS, or clear text.
    pub(crate) clear_port: u16,
    /// The authority of its certificate, PEM.
    pub(crate) authority_pem: String,
    /// SHA-256 of its certificate, lower-case hex.
    pub(crate) certificate_sha256: String,
}

/// The folders of a usual installation: `/` between levels, no prefix, four roles.
pub(crate) const USUAL: &str = "
namespace inbox {
  inbox = yes
  separator = /
  prefix =
  mailbox Drafts {
    special_use = \\Drafts
    auto = create
  }
  mailbox Sent {
    special_use = \\Sent
    auto = create
  }
  mailbox Junk {
    special_use = \\Junk
    auto = create
  }
  mailbox Trash {
    special_use = \\Trash
    auto = create
  }
}
";

impl Dovecot {
    /// A usual server.
    pub(crate) fn start() -> Self {
        Self::start_with(USUAL)
    }

    /// A server with these further settings: namespaces, capabilities, quota.
    pub(crate) fn start_with(settings: &str) -> Self {
        Self::start_below(&std::env::temp_dir(), settings)
    }

    /// A server that keeps its mail below this folder, with these further settings.
    pub(crate) fn start_below(parent: &Path, settings: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("dovecot").tempdir_in(parent).expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("permissions");
        fs::create_dir(folder.path().join("mail")).expect("a mail folder");
        chown(folder.path().join("mail"), Some(OWNER), Some(OWNER)).expect("root");
        let (tls_port, clear_port) = (free_port(), free_port());
        let (authority_pem, certificate_sha256) = write_certificate(folder.path());
        fs::write(folder.path().join("dovecot.conf"), configuration(folder.path(), tls_port, clear_port, settings)).expect("written");
        let child = spawn(folder.path());
        let mut dovecot = Self { folder, child, tls_port, clear_port, authority_pem, certificate_sha256 };
        dovecot.wait();
        dovecot
    }

    /// IMAP over TLS at `localhost`.
    pub(crate) fn endpoint(&self) -> ImapEndpoint {
        ImapEndpoint { host: "localhost".to_owned(), port: self.tls_port, security: Security::Tls, pin: None }
    }

    /// Trust in its authority.
    pub(crate) fn trust(&self) -> Trust {
        Trust { extra_ca_pem: vec![self.authority_pem.clone()] }
    }

    /// Any user exists.
    pub(crate) fn login(user: &str) -> Login {
        Login { user: user.to_owned(), password: Secret::new("secret") }
    }

    /// Where the mail of a user is.
    pub(crate) fn mail_folder(&self, user: &str) -> PathBuf {
        self.folder.path().join("mail").join(user)
    }

    /// What it logged, for a failing test.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Starts it again with other settings; mail, ports and certificate stay.
    pub(crate) fn reconfigure(&mut self, settings: &str) {
        self.stop();
        fs::write(self.folder.path().join("dovecot.conf"), configuration(self.folder.path(), self.tls_port, self.clear_port, settings))
            .expect("written");
        self.child = spawn(self.folder.path());
        self.wait();
    }

    fn stop(&mut self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(pid) = pid {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let _ = self.child.wait();
    }

    fn wait(&mut self) {
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.tls_port)).is_err() || TcpStream::connect(("127.0.0.1", self.clear_port)).is_err() {
            assert!(start.elapsed() < Duration::from_secs(20), "dovecot does not start: {}", self.log());
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("dovecot ended with {status}: {}", self.log());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.stop();
    }
}

fn spawn(folder: &Path) -> Child {
    Command::new("dovecot")
        .arg("-F")
        .arg("-c")
        .arg(folder.join("dovecot.conf"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("dovecot-imapd is installed")
}

/// A port of loopback that nobody listens on.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

/// `cert.pem` and `key.pem` for `localhost`; answers their authority (PEM) and the certificate's SHA-256.
pub(crate) fn write_certificate(folder: &Path) -> (String, String) {
    let mut authority = rcgen::CertificateParams::new(Vec::<String>::new()).expect("parameters");
    // A name of its own: OpenSSL looks an authority up by its name, and takes a certificate whose issuer has its own name for signed
    // by itself.
    authority.distinguished_name.push(rcgen::DnType::CommonName, folder.display().to_string());
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority_key = rcgen::KeyPair::generate().expect("a key");
    let authority_pem = authority.self_signed(&authority_key).expect("a certificate").pem();
    let issuer = rcgen::Issuer::new(authority, authority_key);
    let key = rcgen::KeyPair::generate().expect("a key");
    let leaf = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
    let certificate = leaf.signed_by(&key, &issuer).expect("a certificate");
    fs::write(folder.join("cert.pem"), certificate.pem()).expect("written");
    fs::write(folder.join("key.pem"), key.serialize_pem()).expect("written");
    (authority_pem, mailferry::adapters::certificate_sha256(certificate.der()))
}

fn configuration(folder: &Path, tls_port: u16, clear_port: u16, settings: &str) -> String {
    let folder = folder.display();
    format!(
        "base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
mail_max_userip_connections = 100
mail_fsync = never
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={OWNER} gid={OWNER} home={folder}/mail/%u
}}
service imap-login {{
  service_count = 0
  inet_listener imap {{
    port = {clear_port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
{settings}"
    )
}
