//! A later pass, cut everywhere: the look at both accounts, new mail, a new folder, flags that changed.

use mailferry::domain::{Flags, ImapEndpoint, MailboxName, MigrationId, Secret, Uid, UidSet, WireName};
use mailferry::engine::Limits;
use mailferry::ports::{Login, MailConnection};
use mailferry::sandbox::mail::{AccountKey, Dialect};
use mailferry::session::Command;

use crate::support::cutting::{Knife, cut};
use crate::support::following::Run;
use crate::support::guided::{SOURCE, Stage, answers, fill, message, name, paused, put};

const ONE: MigrationId = MigrationId(1);

/// Mail arrives, a folder is made, flags change.
async fn live(stage: &Stage) {
    let key = AccountKey::new(SOURCE);
    for number in 50..57 {
        put(&stage.world, &key, &MailboxName::inbox(), "", message(number));
    }
    stage.world.add_mailbox(&key, &name(&["Voyages"]), None).expect("new");
    put(&stage.world, &key, &name(&["Voyages"]), "", message(60));
    let login = Login { user: "john.smith".to_owned(), password: Secret::new("right") };
    let mut here: Box<dyn MailConnection> =
        stage.ports().mail.connect(&ImapEndpoint::tls(SOURCE), &login).await.expect("open to everybody");
    here.select(&WireName("INBOX".to_owned())).await.expect("there");
    let set = |uids: std::ops::RangeInclusive<u32>| uids.map(Uid).collect::<UidSet>();
    here.add_flags(&set(1..=4), &Flags::from("\\Flagged".to_owned())).await.expect("stored");
    here.remove_flags(&set(3..=5), &Flags::from("\\Seen".to_owned())).await.expect("stored");
}

/// Cuts a pass at a half-effect, resumes; `false` when the pass was over before.
async fn cut_at(source: Dialect, at: usize) -> bool {
    let stage = Stage::filled(source, Dialect::Dovecot, fill).await;
    let quiet = || mailferry::app::Answers { finish: None, ..answers() };
    let mut run = Run::start(&stage, Limits::small()).await;
    run.until_verified().await;
    run.stop(mailferry::engine::Stop::Soft).await;
    live(&stage).await;
    let knife = Knife::at(at);
    let disturbed = async {
        let mut run = Run::with(&stage, cut(&stage.ports(), &knife), Limits::small(), quiet()).await;
        run.submit(Command::RequestDelta { migration: ONE }).await;
        run.until_verified().await;
    };
    let was_cut = tokio::select! {
        biased;
        () = knife.fallen() => true,
        () = disturbed => false,
    };
    let mut run = Run::start(&stage, Limits::small()).await;
    run.until_verified().await;
    run.submit(Command::RequestDelta { migration: ONE }).await;
    run.until_verified().await;
    stage.check(&format!("{source:?}, cut at {at}")).expect("nothing lost, nothing doubled, flags as at the source");
    stage.check_totals().await.expect("truthful");
    was_cut
}

#[test]
fn a_pass_that_is_cut_anywhere_is_taken_up_again() {
    for source in [Dialect::Dovecot, Dialect::Minimal] {
        let cuts = (0..10_000).take_while(|at| paused().block_on(cut_at(source, *at))).count();
        assert!(cuts > 25, "{source:?}: only {cuts} cuts");
    }
}
