//! The door without sockets: rules, faults and half-effects, without real time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use super::super::{
    AccountKey, Cut, CutPoint, CutStyle, Dialect, Directory, Fault, InProcessMail, LoginRefusal, MailWorld, Occasion, Oddity, Scope, Side,
    Template, rebuilt,
};
use super::{date, filled, name};
use crate::domain::{ByteSize, Flags, ImapEndpoint, Secret, Uid, UidSet, WireName};
use crate::ports::{
    AppendReport, Appended, FetchedMessage, Login, MailConnection, MailError, MailStore, MessageSink, OutgoingMessage, RefusalKind,
    SinkClosed,
};

/// User names are keys; the password is `secret`.
struct Open;

impl Directory for Open {
    fn authenticate(&self, _host: &str, user: &str, password: &str) -> Result<AccountKey, LoginRefusal> {
        match (user, password) {
            ("off", _) => Err(LoginRefusal::ImapDisabled),
            (_, "secret") => Ok(AccountKey::new(user)),
            _ => Err(LoginRefusal::WrongPassword),
        }
    }
}

struct Collect(Vec<FetchedMessage>);

#[async_trait]
impl MessageSink for Collect {
    async fn take(&mut self, message: FetchedMessage) -> Result<(), SinkClosed> {
        self.0.push(message);
        Ok(())
    }
}

fn store(world: &MailWorld) -> InProcessMail {
    let hosts =
        [("dovecot", Dialect::Dovecot), ("exchange", Dialect::Exchange), ("zimbra", Dialect::Zimbra), ("minimal", Dialect::Minimal)];
    let hosts: HashMap<String, Dialect> = hosts.into_iter().map(|(host, dialect)| (host.to_owned(), dialect)).collect();
    InProcessMail::new(world.clone(), Arc::new(Open), hosts)
}

async fn connect(world: &MailWorld, host: &str, user: &str) -> Result<Box<dyn MailConnection>, MailError> {
    let login = Login { user: user.to_owned(), password: Secret::new("secret") };
    store(world).connect(&ImapEndpoint::tls(host), &login).await
}

fn outgoing(text: &str) -> OutgoingMessage {
    let bytes = Bytes::from(format!("Subject: {text}\r\n\r\n{text}\r\n"));
    OutgoingMessage { flags: Flags::from_wire(["\\Seen"]), internal_date: Some(date()), body: bytes.into() }
}

fn inbox() -> WireName {
    WireName("INBOX".to_owned())
}

fn empty(key: &str) -> (MailWorld, AccountKey) {
    let world = MailWorld::in_memory(7);
    let key = AccountKey::new(key);
    world.create_empty(&key, Template::Dovecot).expect("created");
    (world, key)
}

fn in_inbox(world: &MailWorld, key: &AccountKey) -> usize {
    world.snapshot(key).mailboxes[&name(&["INBOX"])].messages.len()
}

#[tokio::test(start_paused = true)]
async fn logins_are_refused_by_meaning() {
    let (world, _) = empty("john");
    let connect = |host: &str, user: &str, password: &str| {
        let login = Login { user: user.to_owned(), password: Secret::new(password) };
        let (store, endpoint) = (store(&world), ImapEndpoint::tls(host));
        async move { store.connect(&endpoint, &login).await.map(|_| ()) }
    };
    assert!(matches!(connect("dovecot", "john", "wrong").await, Err(MailError::Login { .. })));
    assert!(matches!(connect("dovecot", "off", "secret").await, Err(MailError::NotAllowed { .. })));
    assert!(matches!(connect("nowhere", "john", "secret").await, Err(MailError::UnknownHost(_))));
    assert!(connect("dovecot", "john", "secret").await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_exchange_like_user_has_sixteen_connections() {
    let (world, _) = empty("john");
    let mut open = Vec::new();
    for _ in 0..16 {
        open.push(connect(&world, "exchange", "john").await.expect("connected"));
    }
    assert!(connect(&world, "exchange", "john").await.is_err());
    open.pop();
    assert!(connect(&world, "exchange", "john").await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_is_fetched_and_appended_is_the_same_and_kept_by_reference() {
    let world = MailWorld::in_memory(7);
    let source = filled(&world, "source", Template::Exchange, 120);
    world.create_empty(&AccountKey::new("target"), Template::Dovecot).expect("created");
    let mut from = connect(&world, "exchange", "source").await.expect("connected");
    let mut to = connect(&world, "dovecot", "target").await.expect("connected");
    let state = from.examine(&inbox()).await.expect("opened");
    let listed = from.enumerate(Uid(1)).await.expect("listed");
    assert_eq!(listed.len(), state.exists as usize);
    let mut read = Collect(Vec::new());
    from.fetch(&listed.iter().map(|m| m.uid).collect(), &mut read).await.expect("read");
    let messages: Vec<OutgoingMessage> =
        read.0.into_iter().map(|m| OutgoingMessage { flags: m.flags, internal_date: m.internal_date, body: m.body }).collect();
    let report = to.append(&inbox(), &messages).await.expect("appended");
    assert!(matches!(report, AppendReport::Each { outcomes, .. } if outcomes.len() == messages.len()));
    let (before, after) = (world.snapshot(&source), world.snapshot(&AccountKey::new("target")));
    let pairs = before.mailboxes[&name(&["INBOX"])].messages.iter().zip(&after.mailboxes[&name(&["INBOX"])].messages);
    for (old, new) in pairs {
        assert_eq!((rebuilt(&old.bytes), &old.flags, old.internal_date), (new.bytes.clone(), &new.flags, new.internal_date));
    }
    assert_eq!(world.kept_bytes(&AccountKey::new("target")), 0);
}

#[tokio::test(start_paused = true)]
async fn multiappend_is_all_or_nothing_and_single_appends_are_not() {
    let (world, key) = empty("john");
    world.faults().set(Scope::Everywhere, Fault::RefuseContaining("bad".to_owned()));
    let messages = [outgoing("a"), outgoing("bad"), outgoing("c")];
    let mut dovecot = connect(&world, "dovecot", "john").await.expect("connected");
    let report = dovecot.append(&inbox(), &messages).await.expect("answered");
    assert!(matches!(report, AppendReport::RefusedTogether(refusal) if refusal.kind == RefusalKind::Content));
    assert_eq!(in_inbox(&world, &key), 0);
    let mut exchange = connect(&world, "exchange", "john").await.expect("connected");
    let AppendReport::Each { outcomes, .. } = exchange.append(&inbox(), &messages).await.expect("answered") else { panic!("each") };
    assert!(matches!(outcomes.as_slice(), [Appended::Stored(Some(Uid(1))), Appended::Refused(_), Appended::Stored(Some(Uid(2)))]));
}

#[tokio::test(start_paused = true)]
async fn a_full_account_takes_what_still_fits() {
    let (world, key) = empty("john");
    world.faults().set(Scope::Account(key.clone()), Fault::Full { room: ByteSize(40) });
    let mut connection = connect(&world, "exchange", "john").await.expect("connected");
    let AppendReport::Each { outcomes, .. } =
        connection.append(&inbox(), &[outgoing("a"), outgoing("b"), outgoing("c")]).await.expect("answered")
    else {
        panic!("each")
    };
    assert!(matches!(&outcomes[2], Appended::Refused(refusal) if refusal.kind == RefusalKind::Quota));
    assert_eq!(in_inbox(&world, &key), 2);
}

#[tokio::test(start_paused = true)]
async fn a_cut_before_stores_nothing_and_a_cut_after_stores_without_an_answer() {
    for (side, stored) in [(Side::Before, 1), (Side::After, 2)] {
        let (world, key) = empty("john");
        let cut = Cut { point: CutPoint::Append(2, side), style: CutStyle::Reset, times: 1 };
        world.faults().set(Scope::Host("exchange".to_owned()), Fault::Cut(cut));
        let mut connection = connect(&world, "exchange", "john").await.expect("connected");
        let lost = connection.append(&inbox(), &[outgoing("a"), outgoing("b"), outgoing("c")]).await;
        assert!(matches!(lost, Err(MailError::Lost(_))));
        assert!(connection.status(&inbox()).await.is_err(), "a lost connection stays lost");
        assert_eq!(in_inbox(&world, &key), stored, "{side:?}");
        let mut again = connect(&world, "exchange", "john").await.expect("connected");
        assert!(again.append(&inbox(), &[outgoing("d")]).await.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn every_step_can_be_cut_and_the_last_one_is_found() {
    let mut seen = Vec::new();
    for step in 0..50 {
        let (world, key) = empty("john");
        world.faults().set(Scope::Everywhere, Fault::Cut(Cut { point: CutPoint::Step(step), style: CutStyle::Bye, times: 1 }));
        let run = async {
            let mut connection = connect(&world, "exchange", "john").await?;
            connection.append(&inbox(), &[outgoing("a"), outgoing("b")]).await
        };
        let ended_well = run.await.is_ok();
        assert_eq!(ended_well, world.faults().cuts() == 0);
        seen.push(in_inbox(&world, &key));
        if ended_well {
            break;
        }
    }
    // Login twice, command, (before, after) × 2, answer, and the run without a cut.
    assert_eq!(seen, [0, 0, 0, 0, 1, 1, 2, 2, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_frozen_connection_lets_a_test_stop_there() {
    let (world, key) = empty("john");
    let faults = world.faults();
    faults.set(Scope::Everywhere, Fault::Cut(Cut { point: CutPoint::Append(1, Side::After), style: CutStyle::Freeze, times: 1 }));
    let mut connection = connect(&world, "exchange", "john").await.expect("connected");
    let (mailbox, messages) = (inbox(), [outgoing("a"), outgoing("b")]);
    tokio::select! {
        () = faults.cut_after(0) => {}
        _ = connection.append(&mailbox, &messages) => panic!("it never answers"),
    }
    assert_eq!(in_inbox(&world, &key), 1);
}

#[tokio::test(start_paused = true)]
async fn throttling_and_latency_need_no_real_time() {
    let (world, key) = empty("john");
    let faults = world.faults();
    faults.set(Scope::Everywhere, Fault::Throttle { after_commands: 2, wait_millis: 300_000, times: 1 });
    let hour = Duration::from_hours(1);
    faults.set(Scope::Everywhere, Fault::Latency { per_command: hour, per_stored: hour });
    let began = tokio::time::Instant::now();
    let mut connection = connect(&world, "exchange", "john").await.expect("connected");
    connection.append(&inbox(), &[outgoing("a")]).await.expect("appended");
    assert_eq!(began.elapsed(), hour * 3);
    assert!(matches!(connection.append(&inbox(), &[outgoing("b")]).await, Err(MailError::Throttled { wait_millis: 300_000 })));
    faults.clear_all();
    assert_eq!(in_inbox(&world, &key), 1);
}

#[tokio::test(start_paused = true)]
async fn a_calendar_gives_placeholders() {
    let world = MailWorld::in_memory(7);
    let key = AccountKey::new("john");
    world.create_empty(&key, Template::Exchange).expect("created");
    let (flags, date, bytes) = super::message("appointment");
    world.put(&key, &name(&["Calendar"]), flags, date, bytes).expect("put");
    let mut connection = connect(&world, "exchange", "john").await.expect("connected");
    connection.examine(&WireName("calendar".to_owned())).await.expect("case does not count");
    let mut read = Collect(Vec::new());
    connection.fetch(&UidSet::range(Uid(1), Uid(9)), &mut read).await.expect("read");
    assert!(String::from_utf8_lossy(&read.0[0].body.load().expect("bytes")).contains("Retrieval using the IMAP4 protocol failed"));
}

#[tokio::test(start_paused = true)]
async fn each_dialect_offers_what_it_takes() {
    let (world, _) = empty("john");
    for (host, multi, free, uids, modseq) in [
        ("dovecot", true, true, true, true),
        ("exchange", false, true, true, false),
        ("zimbra", true, true, true, true),
        ("minimal", false, false, false, false),
    ] {
        let mut connection = connect(&world, host, "john").await.expect("connected");
        let can = connection.capabilities();
        assert_eq!((can.has_multiappend, can.has_literal_plus, can.has_uidplus, can.has_condstore), (multi, free, uids, modseq), "{host}");
        let report = connection.append(&inbox(), &[outgoing("one")]).await.expect("answered");
        let AppendReport::Each { uid_validity, outcomes } = report else { panic!("{host} refuses") };
        let is_told = matches!(outcomes.as_slice(), [Appended::Stored(Some(_))]);
        assert_eq!((uid_validity.is_some(), is_told), (uids, uids), "{host}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_look_shows_all_mailboxes_and_what_changed_since() {
    let (world, key) = empty("john");
    let mut connection = connect(&world, "dovecot", "john").await.expect("connected");
    connection.append(&inbox(), &[outgoing("one"), outgoing("two")]).await.expect("stored");
    let all = connection.overview().await.expect("seen");
    assert_eq!(all.len(), world.snapshot(&key).mailboxes.len());
    let state = all.iter().find(|(m, _)| m.name.is_inbox()).and_then(|(_, state)| state.clone()).expect("an inbox");
    assert_eq!((state.exists, state.uid_next), (2, Uid(3)));
    connection.select(&inbox()).await.expect("opened");
    let both: UidSet = [Uid(1), Uid(2)].into_iter().collect();
    let second: UidSet = [Uid(2)].into_iter().collect();
    assert_eq!(connection.weigh(Uid(2)).await.expect("weighed").len(), 1);
    assert!(connection.flags_of(&both, state.highest_modseq).await.expect("told").is_empty());
    connection.add_flags(&second, &Flags::from_wire(["\\Flagged"])).await.expect("stored");
    let changed = connection.flags_of(&both, state.highest_modseq).await.expect("told");
    assert_eq!(changed, [(Uid(2), Flags::from_wire(["\\Seen", "\\Flagged"]))]);
    assert_eq!(connection.flags_of(&both, None).await.expect("told").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_flag_that_came_with_a_message_is_seen_elsewhere_only_once_it_is_stored() {
    let (world, key) = empty("john");
    let mut connection = connect(&world, "exchange", "john").await.expect("connected");
    let flagged = OutgoingMessage { flags: Flags::from_wire(["\\Flagged"]), ..outgoing("one") };
    connection.append(&inbox(), &[flagged, outgoing("two")]).await.expect("stored");
    connection.select(&inbox()).await.expect("opened");
    let both: UidSet = [Uid(1), Uid(2)].into_iter().collect();
    connection.add_flags(&both, &Flags::from_wire(["\\Flagged"])).await.expect("stored");
    let messages = &world.snapshot(&key).mailboxes[&name(&["INBOX"])].messages;
    assert!(messages.iter().all(|m| m.flags.has(crate::domain::SystemFlag::Flagged)));
    let elsewhere: Vec<bool> = messages.iter().map(|m| m.elsewhere.has(crate::domain::SystemFlag::Flagged)).collect();
    assert_eq!(elsewhere, [false, true]);
}

#[tokio::test(start_paused = true)]
async fn ten_errors_close_an_exchange_like_connection_here_too() {
    let (world, _) = empty("john");
    let mut connection = connect(&world, "exchange", "john").await.expect("connected");
    let nowhere = WireName("Nowhere".to_owned());
    for _ in 0..10 {
        assert!(matches!(connection.examine(&nowhere).await, Err(MailError::Refused(_))));
    }
    assert!(matches!(connection.examine(&inbox()).await, Err(MailError::Lost(_))));
    let mut forgiving = connect(&world, "zimbra", "john").await.expect("connected");
    for _ in 0..20 {
        assert!(matches!(forgiving.examine(&nowhere).await, Err(MailError::Refused(r)) if r.text == "EXAMINE failed"));
    }
}

#[tokio::test(start_paused = true)]
async fn oddities_strike_without_sockets_too() {
    let (world, key) = empty("john");
    let does = |oddity| world.faults().set(Scope::Everywhere, Fault::Odd(oddity, Occasion::ONCE));
    let mut connection = connect(&world, "dovecot", "john").await.expect("connected");
    does(Oddity::PretendsStored);
    let report = connection.append(&inbox(), &[outgoing("one")]).await.expect("answered");
    assert!(matches!(report, AppendReport::Each { outcomes, .. } if matches!(outcomes[0], Appended::Stored(Some(_)))));
    assert_eq!(in_inbox(&world, &key), 0);
    does(Oddity::PretendsRefused);
    let report = connection.append(&inbox(), &[outgoing("one")]).await.expect("answered");
    assert!(matches!(report, AppendReport::Each { outcomes, .. } if matches!(outcomes[0], Appended::Refused(_))));
    assert_eq!(in_inbox(&world, &key), 1);
    connection.append(&inbox(), &[outgoing("two")]).await.expect("answered");
    connection.examine(&inbox()).await.expect("opened");
    does(Oddity::Unordered);
    does(Oddity::EmptyBody);
    let mut read = Collect(Vec::new());
    connection.fetch(&[Uid(1), Uid(2)].into_iter().collect(), &mut read).await.expect("read");
    let seen: Vec<(u32, bool)> = read.0.iter().map(|m| (m.uid.0, m.body.is_empty())).collect();
    assert_eq!(seen, [(2, true), (1, false)]);
    does(Oddity::Renumbers);
    assert!(matches!(connection.weigh(Uid(1)).await, Err(MailError::Lost(_))));
    does(Oddity::NotConnected);
    assert!(matches!(connect(&world, "dovecot", "john").await.map(|_| ()), Err(MailError::NotAllowed { .. })));
    let answer = Fault::Answer { command: "APPEND", line: "NO not now".to_owned(), occasion: Occasion::nth(2) };
    world.faults().set(Scope::Everywhere, answer);
    let mut connection = connect(&world, "exchange", "john").await.expect("connected");
    let report = connection.append(&inbox(), &[outgoing("one"), outgoing("two"), outgoing("three")]).await.expect("answered");
    let AppendReport::Each { outcomes, .. } = report else { panic!("each has an outcome") };
    assert_eq!(outcomes.iter().map(|o| matches!(o, Appended::Stored(_))).collect::<Vec<_>>(), [true, false, true]);
}
