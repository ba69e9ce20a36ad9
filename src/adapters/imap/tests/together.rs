//! Commands that leave together with the opening of a mailbox, and what becomes of them when something is refused.

use std::fmt::Write as _;

use super::script::{Server, logged_in};
use crate::domain::{Role, Uid, WireName};
use crate::ports::{Access, MailConnection, MailError, NewMailbox, Weighed};

async fn connected(abilities: &str, rest: &str) -> (Server, Box<dyn MailConnection>) {
    let server = Server::start(&[logged_in(abilities, rest)]).await;
    let connection = server.connect().await.expect("logged in");
    (server, connection)
}

fn named(name: &str) -> WireName {
    WireName(name.to_owned())
}

fn weighed(uid: u32, size: u32) -> Weighed {
    Weighed { uid: Uid(uid), size }
}

#[tokio::test]
async fn a_mailbox_is_opened_and_listed_in_one_round_trip() {
    let (server, mut connection) = connected(
        "CONDSTORE",
        "C: A4 EXAMINE \"Work\" (CONDSTORE)
         C: A5 UID FETCH 3:* (UID RFC822.SIZE)
         S: * 4 EXISTS
         S: * OK [UIDVALIDITY 9] ok
         S: * OK [UIDNEXT 8] ok
         S: * OK [HIGHESTMODSEQ 60] ok
         S: A4 OK [READ-ONLY] done
         S: * 3 FETCH (UID 5 RFC822.SIZE 120)
         S: * 4 FETCH (UID 7 RFC822.SIZE 90)
         S: A5 OK done",
    )
    .await;
    let (state, listed) = connection.open_weighed((&named("Work"), Access::Examine), Uid(3)).await.expect("opened");
    assert_eq!((state.exists, state.uid_next, state.highest_modseq), (4, Uid(8), Some(60)));
    assert_eq!(listed, [weighed(5, 120), weighed(7, 90)]);
    assert!(!connection.has_selected(&named("Work")), "it is open to be read only");
    drop(connection);
    server.finish().await;
}

#[tokio::test]
async fn where_nothing_is_listed_with_the_opening_it_is_asked_for_again() {
    let (server, mut connection) = connected(
        "",
        "C: A4 SELECT \"Work\"
         C: A5 UID FETCH 1:* (UID RFC822.SIZE)
         S: * 1 EXISTS
         S: * OK [UIDVALIDITY 9] ok
         S: * OK [UIDNEXT 8] ok
         S: A4 OK done
         S: A5 BAD one thing after the other
         C: A6 UID FETCH 1:* (UID RFC822.SIZE)
         S: * 1 FETCH (UID 7 RFC822.SIZE 90)
         S: A6 OK done",
    )
    .await;
    let (_, listed) = connection.open_weighed((&named("Work"), Access::Select), Uid(1)).await.expect("opened");
    assert_eq!(listed, [weighed(7, 90)]);
    assert!(connection.has_selected(&named("Work")));
    drop(connection);
    server.finish().await;
}

#[tokio::test]
async fn an_empty_mailbox_may_refuse_to_be_looked_into() {
    let (server, mut connection) = connected(
        "",
        "C: A4 EXAMINE \"Work\"
         C: A5 UID FETCH 1:* (UID RFC822.SIZE)
         S: * 0 EXISTS
         S: * OK [UIDVALIDITY 9] ok
         S: * OK [UIDNEXT 1] ok
         S: A4 OK done
         S: A5 NO nothing there",
    )
    .await;
    let (state, listed) = connection.open_weighed((&named("Work"), Access::Examine), Uid(1)).await.expect("opened");
    assert_eq!((state.exists, listed), (0, Vec::new()));
    drop(connection);
    server.finish().await;
}

#[tokio::test]
async fn a_listing_with_too_few_messages_is_no_listing() {
    let (server, mut connection) = connected(
        "",
        "C: A4 EXAMINE \"Work\"
         C: A5 UID FETCH 1:* (UID RFC822.SIZE)
         S: * 2 EXISTS
         S: * OK [UIDVALIDITY 9] ok
         S: * OK [UIDNEXT 8] ok
         S: A4 OK done
         S: * 1 FETCH (UID 3 RFC822.SIZE 90)
         S: A5 OK done
         C: A6 NOOP
         S: A6 OK done",
    )
    .await;
    let opened = connection.open_weighed((&named("Work"), Access::Examine), Uid(1)).await;
    assert!(matches!(opened, Err(MailError::Protocol(_))), "{opened:?}");
    drop(connection);
    server.finish().await;
}

#[tokio::test]
async fn what_cannot_be_opened_is_refused_and_nothing_is_open() {
    let (server, mut connection) = connected(
        "",
        "C: A4 SELECT \"Work\"
         C: A5 UID FETCH 1:* (UID RFC822.SIZE)
         S: A4 NO [NONEXISTENT] not there
         S: A5 BAD nothing is open",
    )
    .await;
    let opened = connection.open_weighed((&named("Work"), Access::Select), Uid(1)).await;
    assert!(matches!(&opened, Err(MailError::Refused(refusal)) if refusal.text.contains("not there")), "{opened:?}");
    assert!(!connection.has_selected(&named("Work")));
    drop(connection);
    server.finish().await;
}

#[tokio::test]
async fn mailboxes_are_looked_into_together_and_what_is_odd_is_left_out() {
    let opening = |tag: u32, exists: u32| format!("S: * {exists} EXISTS\nS: * OK [UIDVALIDITY 9] ok\nS: A{tag} OK done\n");
    let message =
        |uid: u32| format!("S: * {uid} FETCH (UID {uid} FLAGS () INTERNALDATE \"01-Jan-2020 00:00:00 +0000\" RFC822.SIZE {uid}0)\n");
    let mut rest = String::new();
    for (place, name) in ["One", "Two", "Three", "Four"].iter().enumerate() {
        let (tag, items) = (4 + 2 * place, "(UID FLAGS INTERNALDATE RFC822.SIZE)");
        let _ = write!(rest, "C: A{tag} EXAMINE \"{name}\"\nC: A{} UID FETCH 1:* {items}\n", tag + 1);
    }
    rest += &(opening(4, 2) + &message(1) + &message(2) + "S: A5 OK done\n");
    rest += "S: A6 NO not you\nS: A7 BAD nothing is open\n";
    rest += &(opening(8, 2) + &message(1) + "S: A9 OK done\n");
    rest += &(opening(10, 1) + &message(1) + "S: A11 OK done\n");
    let (server, mut connection) = connected("", &rest).await;
    let listed = connection.enumerate_each(&["One", "Two", "Three", "Four"].map(named)).await.expect("told");
    let counts: Vec<Option<usize>> = listed.iter().map(|listed| listed.as_ref().map(Vec::len)).collect();
    assert_eq!(counts, [Some(2), None, None, Some(1)], "one is refused, one lists fewer than it has");
    drop(connection);
    server.finish().await;
}

#[tokio::test]
async fn a_new_mailbox_is_created_subscribed_and_selected_in_one_round_trip() {
    let (server, mut connection) = connected(
        "CREATE-SPECIAL-USE",
        "C: A4 CREATE \"Sent\" (USE (\\Sent))
         C: A5 SUBSCRIBE \"Sent\"
         C: A6 SELECT \"Sent\"
         S: A4 OK done
         S: A5 OK done
         S: * 0 EXISTS
         S: * OK [UIDVALIDITY 11] ok
         S: * OK [UIDNEXT 1] ok
         S: A6 OK [READ-WRITE] done",
    )
    .await;
    let wire = named("Sent");
    let new = NewMailbox { wire: &wire, role: Some(Role::Sent), is_subscribed: true };
    assert_eq!(connection.create_selected(new).await.expect("made").uid_validity.0, 11);
    assert!(connection.has_selected(&wire));
    drop(connection);
    server.finish().await;
}

#[tokio::test]
async fn a_new_mailbox_that_is_refused_is_not_open_whatever_came_after() {
    let (server, mut connection) = connected(
        "",
        "C: A4 CREATE \"A/B\"
         C: A5 SELECT \"A/B\"
         S: A4 NO no such parent
         S: A5 NO not there",
    )
    .await;
    let wire = named("A/B");
    let made = connection.create_selected(NewMailbox { wire: &wire, role: None, is_subscribed: false }).await;
    assert!(matches!(&made, Err(MailError::Refused(refusal)) if refusal.text.contains("parent")), "{made:?}");
    assert!(!connection.has_selected(&wire));
    drop(connection);
    server.finish().await;
}

#[tokio::test]
async fn where_errors_are_counted_one_thing_is_tried_after_the_other() {
    let (server, mut connection) = connected(
        "XLIST WITHIN SEARCHRES I18NLEVEL=1",
        "C: A4 EXAMINE \"Work\"
         S: * 0 EXISTS
         S: * OK [UIDVALIDITY 9] ok
         S: * OK [UIDNEXT 1] ok
         S: A4 OK done",
    )
    .await;
    assert_eq!(connection.enumerate_each(&["One", "Two"].map(named)).await, Ok(vec![None, None]), "each by itself");
    connection.open_weighed((&named("Work"), Access::Examine), Uid(1)).await.expect("opened");
    drop(connection);
    server.finish().await;
}
