//! P1 to P6: where mail is lost in the platforms' own procedures, and what this program does there.

use mailferry::app::next;
use mailferry::domain::{DomainType, EmailAddress, Feature, MailboxName, MigrationId, Secret};
use mailferry::engine::Limits;
use mailferry::plan::{FindingCode, Weight};
use mailferry::ports::{ApiKeys, PlatformGate};
use mailferry::sandbox::mail::{AccountKey, Dialect, Fault, Occasion, Oddity, Scope};
use mailferry::sandbox::world::{APPLICATION_KEY, APPLICATION_SECRET};
use mailferry::session::{Command, Event};

use crate::stage::{Trap, real_time};
use crate::support::cutting::Knife;
use crate::support::following::Run;
use crate::support::guided::{SOURCE, Stage, TARGET, message, name, paused, put};
use crate::support::platform::{self, Memory, Next, Way};

const ONE: MigrationId = MigrationId(1);

#[test]
fn p1_mail_that_arrives_after_the_copy_is_fetched_by_another_pass_and_nothing_is_deleted_meanwhile() {
    for dialect in [Dialect::Dovecot, Dialect::Exchange, Dialect::Zimbra, Dialect::Minimal] {
        paused().block_on(async {
            let stage = Stage::new(dialect).await;
            let mut run = Run::start(&stage, Limits::small()).await;
            run.until_verified().await;
            for number in [70, 71] {
                stage.deliver(number);
                let before = stage.world.snapshot(&AccountKey::new(SOURCE));
                run.submit(Command::RequestDelta { migration: ONE }).await;
                run.until_verified().await;
                stage.check("after another pass").expect("equal");
                assert_eq!(stage.world.snapshot(&AccountKey::new(SOURCE)), before, "the source is only read");
            }
        });
    }
}

fn follow(stage: &platform::Stage) -> impl Fn(&mailferry::session::Session) -> Next {
    let answers = stage.answers();
    move |session| if session.is_finished { Next::Over } else { next(session, &answers).into() }
}

#[test]
fn p2_between_rename_and_creation_nothing_else_is_done_and_the_gap_is_told() {
    paused().block_on(async {
        let stage = platform::Stage::new(Way::ExchangeToEmailPro, Memory::Keyring).await;
        assert!(stage.run(&Knife::at(usize::MAX), follow(&stage)).await);
        let events: Vec<Event> = stage.journal.recorded().into_iter().map(|stored| stored.event).collect();
        let at = |is_meant: fn(&Event) -> bool| events.iter().position(is_meant).expect("it happened");
        let renamed = at(|event| matches!(event, Event::SourceRenamed { .. }));
        let created = at(|event| matches!(event, Event::TargetCreated { .. }));
        let is_of_the_creation = |event: &Event| matches!(event, Event::CreateIntended { .. } | Event::CreateConfirmed);
        assert!(events[renamed + 1..created].iter().all(is_of_the_creation), "{:?}", &events[renamed..created]);
        assert!(matches!(events[created], Event::TargetCreated { gap_millis: Some(_), .. }));
    });
}

#[test]
fn p3_an_account_that_does_not_fit_is_known_before_anything_is_changed() {
    paused().block_on(async {
        let stage = platform::Stage::new(Way::ExchangeToEmailPro, Memory::Keyring).await;
        // Nine messages of two gibibytes each: more than an Email Pro account holds.
        stage.world.mail().faults().set(Scope::Everywhere, Fault::Odd(Oddity::ClaimsMebibytes(2048), Occasion::ALWAYS));
        let answers = stage.answers();
        let looks = move |session: &mailferry::session::Session| {
            let is_seen = session.migrations.iter().any(|m| m.inventory.is_some());
            if is_seen { Next::Over } else { next(session, &answers).into() }
        };
        assert!(stage.run(&Knife::at(usize::MAX), looks).await);
        let findings = stage.session().migrations[0].inventory.clone().expect("seen").findings;
        assert!(findings.iter().any(|f| f.code == FindingCode::DoesNotFit && f.weight == Weight::Blocker), "{findings:?}");
        assert_eq!(stage.happened(|event| matches!(event, Event::RenameIntended { .. } | Event::CreateIntended { .. })), 0);
    });
}

#[test]
fn p4_what_the_platform_keeps_beside_the_mail_is_counted_and_said_before_the_rename() {
    paused().block_on(async {
        let stage = platform::Stage::new(Way::ExchangeToEmailPro, Memory::Keyring).await;
        let alias: EmailAddress = "team@mydomain.ovh".parse().expect("an address");
        stage.world.add_alias(&stage.way.from().service, &stage.way.address(), &alias).expect("accepted");
        stage.world.wait_idle().await;
        let answers = stage.answers();
        let looks = move |session: &mailferry::session::Session| {
            let is_seen = session.migrations.iter().any(|m| m.are_features_seen);
            if is_seen { Next::Over } else { next(session, &answers).into() }
        };
        assert!(stage.run(&Knife::at(usize::MAX), looks).await);
        let session = stage.session();
        let is_it = |feature: &Feature| matches!(feature, Feature::Alias { alias: seen } if *seen == alias);
        assert!(session.features_of(MigrationId(1)).any(|(_, progress)| is_it(&progress.feature)), "{:?}", session.features);
        assert_eq!(stage.happened(|event| matches!(event, Event::RenameIntended { .. })), 0);
    });
}

#[test]
fn p5_folders_that_lay_below_the_inbox_stand_beside_it_and_are_seen() {
    real_time().block_on(async {
        let trap = Trap::with(Dialect::Courier, Dialect::DovecotSlash, "right").await;
        put(&trap.stage.world, &AccountKey::new(SOURCE), &name(&["Sent"]), "\\Seen", message(80));
        trap.copies_all().await;
        let target = trap.stage.world.snapshot(&AccountKey::new(TARGET));
        let below_inbox = |name: &MailboxName| name.segments().len() > 1 && name.segments()[0].eq_ignore_ascii_case("INBOX");
        assert!(!target.mailboxes.keys().any(below_inbox), "{:?}", target.mailboxes.keys());
        let summer = &target.mailboxes[&name(&["Projets", "Été 2019"])];
        assert_eq!((summer.messages.len(), summer.is_subscribed), (4, true));
        assert_eq!(target.mailboxes[&name(&["Sent"])].messages.len(), 2);
    });
}

#[test]
fn p6_a_domain_that_both_platforms_serve_is_attached_as_not_authoritative() {
    paused().block_on(async {
        let stage = platform::Stage::new(Way::ExchangeToEmailPro, Memory::Keyring).await;
        assert!(stage.run(&Knife::at(usize::MAX), follow(&stage)).await);
        assert_eq!(stage.happened(|event| matches!(event, Event::DomainReady { attached_by_us: true, .. })), 1);
        let keys = ApiKeys::Application {
            application_key: Secret::new(APPLICATION_KEY),
            application_secret: Secret::new(APPLICATION_SECRET),
            consumer_key: Some(stage.world.first_consumer_key()),
        };
        let api = stage.world.open(&"ovh-eu".parse().expect("known"), &keys).await.expect("known keys");
        let attached = api.domain(&stage.way.to().service, &stage.way.domain()).await.expect("answered").expect("attached");
        assert_eq!(attached.domain_type, DomainType::NonAuthoritative);
    });
}
