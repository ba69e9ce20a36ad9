//! Folder lists: names, roles, subscriptions, creation.

use super::script::{Server, logged_in};
use crate::domain::{MailboxName, Role, WireName};
use crate::ports::ListedMailbox;

async fn listed(abilities: &str, rest: &str) -> Vec<ListedMailbox> {
    let server = Server::start(&[logged_in(abilities, rest)]).await;
    let mut connection = server.connect().await.expect("logged in");
    let found = connection.list().await.expect("listed");
    drop(connection);
    server.finish().await;
    found
}

fn names(found: &[ListedMailbox]) -> Vec<String> {
    found.iter().map(|mailbox| mailbox.name.to_string()).collect()
}

#[tokio::test]
async fn roles_and_names_come_from_whatever_the_server_says() {
    let found = listed(
        "",
        "C: A4 LIST \"\" \"*\"
         S: * LIST (\\HasNoChildren) \"/\" inbox
         S: * LIST (\\HasNoChildren \\Sent) \"/\" \"&AMk-l&AOk-ments envoy&AOk-s\"
         S: * LIST (\\Spam) \"/\" {4}
         S: Spam
         S: * LIST (\\Noselect \\HasChildren) \"/\" \"Pro\\\"jets\"
         S: * LIST () \"/\" \"Pro\\\"jets/100&- %\" (\"CHILDINFO\" (\"SUBSCRIBED\"))
         S: * LIST () \"/\" \"Pro\\\"jets/100&- %\"
         S: A4 OK
         C: A5 LSUB \"\" \"*\"
         S: * LSUB () \"/\" INBOX
         S: * LSUB () \"/\" \"Pro\\\"jets/100&- %\"
         S: A5 OK",
    )
    .await;
    assert_eq!(names(&found), ["INBOX", "Éléments envoyés", "Spam", "Pro\"jets", "Pro\"jets/100& %"]);
    let roles: Vec<_> = found.iter().map(|mailbox| mailbox.role).collect();
    assert_eq!(roles, [Some(Role::Inbox), Some(Role::Sent), Some(Role::Junk), None, None]);
    assert_eq!(found.iter().map(|m| m.is_selectable).collect::<Vec<_>>(), [true, true, true, false, true]);
    assert_eq!(found.iter().map(|m| m.is_subscribed).collect::<Vec<_>>(), [true, false, false, false, true]);
    assert_eq!(found[4].wire, WireName("Pro\"jets/100&- %".to_owned()));
}

#[tokio::test]
async fn a_level_above_a_subscribed_mailbox_is_not_subscribed_because_lsub_names_it() {
    let found = listed(
        "",
        "C: A4 LIST \"\" \"*\"
         S: * LIST (\\HasChildren) \"/\" Projets
         S: * LIST (\\HasNoChildren) \"/\" Projets/2019
         S: A4 OK
         C: A5 LSUB \"\" \"*\"
         S: * LSUB (\\NoSelect) \"/\" Projets
         S: * LSUB () \"/\" Projets/2019
         S: A5 OK",
    )
    .await;
    let subscribed: Vec<_> = found.iter().map(|mailbox| (mailbox.name.to_string(), mailbox.is_subscribed)).collect();
    assert_eq!(subscribed, [("Projets".to_owned(), false), ("Projets/2019".to_owned(), true)]);
}

#[tokio::test]
async fn xlist_tells_roles_that_list_does_not() {
    let found = listed(
        "XLIST",
        "C: A4 LIST \"\" \"*\"
         S: * LIST () \"/\" INBOX
         S: * LIST () \"/\" Corbeille
         S: A4 OK
         C: A5 LSUB \"\" \"*\"
         S: A5 OK
         C: A6 XLIST \"\" \"*\"
         S: * XLIST (\\Trash) \"/\" Corbeille
         S: A6 OK",
    )
    .await;
    assert_eq!(found[1].role, Some(Role::Trash));
}

#[tokio::test]
async fn the_personal_namespace_has_a_prefix_and_an_end() {
    let script = "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready
         C: A1 AUTHENTICATE PLAIN AGFubmEAc2VjcmV0
         S: A1 OK
         C: A2 CAPABILITY
         S: * CAPABILITY IMAP4rev1 NAMESPACE
         S: A2 OK
         C: A3 NAMESPACE
         S: * NAMESPACE ((\"INBOX.\" \".\")) NIL ((\"shared.\" \".\"))
         S: A3 OK
         C: A4 LIST \"\" \"*\"
         S: * LIST () \".\" INBOX
         S: * LIST () \".\" INBOX.Sent.2019
         S: * LIST (\\Noselect) \".\" shared
         S: * LIST () \".\" shared.team
         S: A4 OK
         C: A5 LSUB \"\" \"*\"
         S: A5 OK
         C: A6 CREATE \"INBOX.Envoy&AOk-s.2020\"
         S: A6 NO [ALREADYEXISTS] there
         C: A7 SUBSCRIBE \"INBOX.Envoy&AOk-s.2020\"
         S: A7 OK";
    let server = Server::start(&[script.to_owned()]).await;
    let mut connection = server.connect().await.expect("logged in");
    assert_eq!(names(&connection.list().await.expect("listed")), ["INBOX", "Sent/2019"]);
    let name = MailboxName::from_segments(["Envoyés".to_owned(), "2020".to_owned()]).expect("a name");
    let wire = connection.wire_name(&name).expect("spelled");
    assert_eq!(connection.create(&wire, Some(Role::Sent)).await, Ok(()));
    assert_eq!(connection.subscribe(&wire).await, Ok(()));
    drop(connection);
    server.finish().await;
}

#[tokio::test]
async fn a_mailbox_gets_its_role_where_the_server_can_and_exists_in_any_case() {
    let rest = "C: A4 CREATE \"Sent\" (USE (\\Sent))
         S: A4 NO [USEATTR] another one is
         C: A5 CREATE \"Sent\"
         S: A5 OK
         C: A6 CREATE \"No\"
         S: A6 NO CREATE failed
         C: A7 LIST \"\" \"No\"
         S: A7 OK";
    let server = Server::start(&[logged_in("CREATE-SPECIAL-USE", rest)]).await;
    let mut connection = server.connect().await.expect("logged in");
    assert_eq!(connection.create(&WireName("Sent".to_owned()), Some(Role::Sent)).await, Ok(()));
    assert!(connection.create(&WireName("No".to_owned()), None).await.is_err());
    drop(connection);
    server.finish().await;
}

#[tokio::test]
async fn a_folder_list_with_a_line_that_cannot_be_read_is_an_error() {
    let server =
        Server::start(&[logged_in("", "C: A4 LIST \"\" \"*\"\nC: A5 LSUB \"\" \"*\"\nS: * LIST (\\X \"/\" \"Lost\nS: A4 OK\nS: A5 OK")])
            .await;
    let mut connection = server.connect().await.expect("logged in");
    assert!(connection.list().await.is_err());
    drop(connection);
    server.finish().await;
}

#[tokio::test]
async fn all_states_come_in_one_command_where_the_server_can() {
    let rest = "C: A4 LIST \"\" \"*\" RETURN (SUBSCRIBED SPECIAL-USE STATUS (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ))
         S: * LIST (\\Subscribed) \"/\" inbox
         S: * STATUS Inbox (MESSAGES 3 UIDNEXT 7 UIDVALIDITY 9 HIGHESTMODSEQ 40)
         S: * LIST (\\Sent) \"/\" \"a b\"
         S: * STATUS \"a b\" (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 10 HIGHESTMODSEQ 0)
         S: * LIST (\\Noselect) \"/\" closed
         S: * LIST () \"/\" silent
         S: A4 OK
         C: A5 STATUS \"silent\" (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)
         S: * STATUS silent (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 3)
         S: A5 OK";
    let server = Server::start(&[logged_in("LIST-EXTENDED LIST-STATUS SPECIAL-USE CONDSTORE", rest)]).await;
    let mut connection = server.connect().await.expect("logged in");
    let found = connection.overview().await.expect("answered");
    let seen: Vec<_> = found
        .iter()
        .map(|(mailbox, state)| {
            let state = state.as_ref().map(|state| (state.exists, state.uid_next.0, state.uid_validity.0, state.highest_modseq));
            (mailbox.name.to_string(), mailbox.is_subscribed, state)
        })
        .collect();
    let named = |name: &str, is_subscribed, state| (name.to_owned(), is_subscribed, state);
    assert_eq!(
        seen,
        [
            named("INBOX", true, Some((3, 7, 9, Some(40)))),
            named("a b", false, Some((0, 1, 10, None))),
            named("closed", false, None),
            named("silent", false, Some((1, 2, 3, None))),
        ]
    );
    drop(connection);
    server.finish().await;
}

#[tokio::test]
async fn elsewhere_the_states_are_asked_for_all_at_once() {
    let rest = "C: A4 LIST \"\" \"*\"
         C: A5 LSUB \"\" \"*\"
         S: * LIST () \"/\" INBOX
         S: * LIST () \"/\" gone
         S: * LIST () \"/\" {4}
         S: last
         S: A4 OK
         S: * LSUB () \"/\" last
         S: A5 OK
         C: A6 STATUS \"INBOX\" (MESSAGES UIDNEXT UIDVALIDITY)
         C: A7 STATUS \"gone\" (MESSAGES UIDNEXT UIDVALIDITY)
         C: A8 STATUS \"last\" (MESSAGES UIDNEXT UIDVALIDITY)
         S: * STATUS INBOX (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 3)
         S: A6 OK
         S: A7 NO [NONEXISTENT] gone
         S: * STATUS last (MESSAGES 4 UIDNEXT 5 UIDVALIDITY 6)
         S: A8 OK
         C: A9 STATUS \"gone\" (MESSAGES UIDNEXT UIDVALIDITY)
         S: A9 NO [NONEXISTENT] gone";
    let server = Server::start(&[logged_in("", rest)]).await;
    let mut connection = server.connect().await.expect("logged in");
    let found = connection.overview().await.expect("answered");
    let counts: Vec<_> = found.iter().map(|(mailbox, state)| (mailbox.is_subscribed, state.as_ref().map(|state| state.exists))).collect();
    assert_eq!(counts, [(false, Some(1)), (false, None), (true, Some(4))]);
    drop(connection);
    server.finish().await;
}
