//! So many accounts at once, so many lanes of each, and no more.

use std::sync::Arc;
use std::time::Duration;

use mailferry::app::Answers;
use mailferry::domain::{EmailAddress, Secret};
use mailferry::plan::SourceAccount;
use mailferry::ports::{Ports, SecretStore};
use mailferry::sandbox::mail::{Dialect, Fault, Scope, Template};
use mailferry::session::{source_secret, target_secret};

use crate::support::following::{Run, small_but};
use crate::support::guided::{SOURCE, Stage, TARGET, answers, message, name, paused, put, session_id, store_of};
use crate::support::tricks::TrickMail;

/// Six accounts with five mailboxes each.
async fn six_accounts(stage: &Stage) -> Answers {
    let mut all = answers();
    all.sources.clear();
    for local in ["anna", "berta", "clara", "dora", "emma", "frida"] {
        let address: EmailAddress = format!("{local}@mydomain.ovh").parse().expect("valid");
        let key = store_of(SOURCE, local);
        stage.world.create_empty(&key, Template::Dovecot).expect("in memory");
        stage.world.create_empty(&store_of(TARGET, local), Template::Dovecot).expect("in memory");
        for folder in ["One", "Two", "Three", "Four"] {
            stage.world.add_mailbox(&key, &name(&[folder]), None).expect("new");
            (1..6).for_each(|number| put(&stage.world, &key, &name(&[folder]), "", message(number)));
        }
        for reference in [source_secret(&session_id(), &address), target_secret(&session_id(), &address)] {
            stage.secrets.set(&reference, &Secret::new("right")).await.expect("memory");
        }
        let account = SourceAccount {
            secret: source_secret(&session_id(), &address),
            user: local.to_owned(),
            address,
            ..answers().sources[0].clone()
        };
        all.sources.push(account);
    }
    Answers { finish: None, ..all }
}

#[test]
fn limits_are_used_and_kept() {
    for (accounts, lanes) in [(1, 1), (2, 3), (3, 2), (6, 4)] {
        paused().block_on(async {
            let stage = Stage::new(Dialect::Dovecot).await;
            let answers = six_accounts(&stage).await;
            let latency = Fault::Latency { per_command: Duration::from_millis(50), per_stored: Duration::from_millis(400) };
            stage.world.faults().set(Scope::Everywhere, latency);
            let mail = TrickMail::around(stage.ports().mail);
            let limits = small_but(|limits| (limits.accounts, limits.lanes_per_account, limits.first_lanes) = (accounts, lanes, lanes));
            let ports = Ports { mail: Arc::new(mail.clone()), ..stage.ports() };
            let mut run = Run::with(&stage, ports, limits, answers).await;
            run.until_verified().await;
            let most = {
                let tricks = mail.tricks();
                (tricks.most_accounts, tricks.most_for_one)
            };
            assert_eq!(most, (accounts, lanes));
            assert_eq!(run.session().migrations.iter().map(mailferry::session::Migration::verified).sum::<u64>(), 6 * 20);
        });
    }
}
