//! A Cyrus of one's own, as Debian configures it: `INBOX.` before every name and `.` between levels; four roles, made with the account.
//!
//! Needs `.ci/servers` and root. Include it beside `dovecot` and `unpacked`.
#![allow(dead_code, reason = "each test program uses its own part of it")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Stdio};

use super::dovecot::{free_port, write_certificate};
use super::unpacked::{answer_as_saslauthd, own_folder, program, root, stop, wait};

/// A running server; stopped when dropped.
pub(crate) struct Cyrus {
    folder: tempfile::TempDir,
    child: Child,
    /// IMAP over TLS.
    pub(crate) tls_port: u16,
    /// The authority of its certificate, PEM.
    pub(crate) authority_pem: String,
}

impl Cyrus {
    pub(crate) fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("cyrus").tempdir().expect("a folder");
        let path = folder.path();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("permissions");
        for part in ["conf", "mail", "run"] {
            own_folder(&path.join(part));
        }
        let (authority_pem, _) = write_certificate(path);
        let tls_port = free_port();
        fs::write(path.join("imapd.conf"), configuration(path)).expect("written");
        fs::write(path.join("cyrus.conf"), services(path, tls_port)).expect("written");
        answer_as_saslauthd(&path.join("run/passwords"));
        let mut child = program("usr/lib/cyrus/bin/master")
            .arg("-C")
            .arg(path.join("imapd.conf"))
            .arg("-M")
            .arg(path.join("cyrus.conf"))
            .arg("-p")
            .arg(path.join("run/pid"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("started");
        wait("Cyrus", &mut child, tls_port);
        Self { folder, child, tls_port, authority_pem }
    }
}

impl Drop for Cyrus {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

fn configuration(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "configdirectory: {folder}/conf
proc_path: {folder}/run/proc
mboxname_lockpath: {folder}/run/lock
defaultpartition: default
partition-default: {folder}/mail
cyrus_user: nobody
cyrus_group: nogroup
servername: localhost
virtdomains: userid
admins: cyrus
allowplaintext: yes
altnamespace: no
unixhierarchysep: no
skiplist_unsafe: yes
autocreate_quota: 0
autocreate_inbox_folders: Drafts | Sent | Junk | Trash
autocreate_subscribe_folders: Drafts | Sent | Junk | Trash
xlist-drafts: Drafts
xlist-sent: Sent
xlist-junk: Junk
xlist-trash: Trash
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: {folder}/run/passwords
sasl_mech_list: PLAIN LOGIN
tls_server_cert: {folder}/cert.pem
tls_server_key: {folder}/key.pem
"
    )
}

fn services(folder: &Path, tls_port: u16) -> String {
    let (folder, bin) = (folder.display(), root().join("usr/lib/cyrus/bin"));
    let bin = bin.display();
    format!(
        "START {{
  recover cmd=\"{bin}/ctl_cyrusdb -C {folder}/imapd.conf -r\"
}}
SERVICES {{
  imaps cmd=\"{bin}/imapd -C {folder}/imapd.conf -s\" listen=\"127.0.0.1:{tls_port}\" prefork=0 maxchild=100
}}
EVENTS {{
}}
"
    )
}
