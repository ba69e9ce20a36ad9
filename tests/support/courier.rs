//! A Courier of one's own, as Debian configures it: `INBOX.` before every name and `.` between levels, no roles.
//!
//! Needs `.ci/servers` and root. Include it beside `dovecot` and `unpacked`.
#![allow(dead_code, reason = "each test program uses its own part of it")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::dovecot::{free_port, write_certificate};
use super::unpacked::{answer_as_authdaemond, own_folder, program, root, stop, wait};

/// A running server; stopped when dropped.
pub(crate) struct Courier {
    folder: tempfile::TempDir,
    child: Child,
    /// IMAP over TLS.
    pub(crate) tls_port: u16,
    /// The authority of its certificate, PEM.
    pub(crate) authority_pem: String,
}

impl Courier {
    pub(crate) fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("courier").tempdir().expect("a folder");
        let path = folder.path();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("permissions");
        own_folder(&path.join("mail"));
        fs::create_dir(path.join("authdaemon")).expect("a folder");
        let (authority_pem, _) = write_certificate(path);
        let both = [path.join("key.pem"), path.join("cert.pem")].map(|file| fs::read_to_string(file).expect("written"));
        fs::write(path.join("both.pem"), both.concat()).expect("written");
        answer_as_authdaemond(&path.join("authdaemon/socket"), path.join("mail"));
        let tls_port = free_port();
        let mut child = command(path, tls_port).spawn().expect("started");
        wait("Courier", &mut child, tls_port);
        Self { folder, child, tls_port, authority_pem }
    }
}

impl Drop for Courier {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

/// What Debian's `/etc/courier/imapd` says where it matters; run from the folder, below which the library looks for `authdaemon/socket`.
fn command(folder: &Path, tls_port: u16) -> Command {
    let root = root();
    let abilities = "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE";
    let mut command = program("usr/sbin/couriertcpd");
    command
        .current_dir(folder)
        .env("IMAP_CAPABILITY", abilities)
        .env("IMAP_CAPABILITY_TLS", format!("{abilities} AUTH=PLAIN"))
        .envs([("IMAP_KEYWORDS", "1"), ("IMAP_ACL", "1"), ("IMAP_TLS", "1"), ("IMAP_TLS_REQUIRED", "0"), ("IMAP_USELOCKS", "1")])
        .envs([("IMAP_UMASK", "022"), ("IMAP_MAILBOX_SANITY_CHECK", "1"), ("IMAP_IDLE_TIMEOUT", "60"), ("IMAP_EMPTYTRASH", "")])
        .envs([("IMAP_TRASHFOLDERNAME", "Trash"), ("TLS_VERIFYPEER", "NONE"), ("MAILDIRPATH", "."), ("MAXDAEMONS", "100")])
        .env("TLS_CERTFILE", folder.join("both.pem"))
        // The locks watch folders through a helper, which serves this folder alone and ends by itself when nobody asks any more.
        .env("GAMIN_DEBUG_SERVER", root.join("usr/libexec/gam_server"))
        .env("GAM_CLIENT_ID", folder.file_name().expect("a name"))
        .args(["-address=127.0.0.1", "-maxprocs=100", "-maxperip=100", "-nodnslookup", "-noidentlookup"])
        .arg(tls_port.to_string())
        .arg(root.join("usr/bin/couriertls"))
        .args(["-server", "-tcpd"])
        .arg(root.join("usr/lib/courier/courier/imaplogin"))
        .arg(root.join("usr/bin/imapd"))
        .arg(".")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(fs::File::create(folder.join("log")).expect("a log"));
    command
}
