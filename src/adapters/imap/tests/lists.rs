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
    let server = Server::start(&[logged_in("", "C: A4 LIST \"\" \"*\"\nS: * LIST (\\X \"/\" \"Lost\nS: A4 OK")]).await;
    let mut connection = server.connect().await.expect("logged in");
    assert!(connection.list().await.is_err());
    drop(connection);
    server.finish().await;
}
