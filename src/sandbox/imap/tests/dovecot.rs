//! The Dovecot-like dialect.

use super::super::super::mail::Dialect;
use super::stage;

const MESSAGE: &str = "From: a@example.com\r\nSubject: caf\u{e9}\r\n\r\nHello\r\n";

#[tokio::test]
async fn a_session_from_login_to_logout() {
    let stage = stage(Dialect::Dovecot).await;
    let mut client = stage.client().await;
    assert!(client.ask("CAPABILITY").await.before.contains("AUTH=PLAIN"));
    assert!(client.ask("SELECT INBOX").await.end.starts_with("BAD"));
    assert!(client.ask("LOGIN john wrong").await.end.starts_with("NO [AUTHENTICATIONFAILED]"));
    assert!(client.ask("LOGIN late x").await.end.contains("password must be changed"));
    let login = client.ask("LOGIN {4+}\r\njohn {9+}\r\npass word").await;
    assert!(login.is_ok() && login.end.contains("MULTIAPPEND"), "{login:?}");
    assert_eq!(client.ask("NAMESPACE").await.before, "* NAMESPACE ((\"\" \".\")) NIL NIL\r\n");
    let listed = client.ask("LIST \"\" \"*\"").await.before;
    assert!(listed.contains("* LIST (\\HasNoChildren \\Sent) \".\" Sent\r\n"), "{listed}");
    let logout = client.ask("LOGOUT").await;
    assert!(logout.is_ok() && logout.before.starts_with("* BYE"));
    assert!(client.line().await.is_none());
}

#[tokio::test]
async fn authenticate_plain_with_and_without_an_initial_response() {
    let stage = stage(Dialect::Dovecot).await;
    let plain = "AGpvaG4AcGFzcyB3b3Jk";
    assert!(stage.client().await.ask(&format!("AUTHENTICATE PLAIN {plain}")).await.is_ok());
    let mut client = stage.client().await;
    client.send("a AUTHENTICATE PLAIN\r\n").await;
    assert_eq!(client.line().await.as_deref(), Some("+ \r\n"));
    client.send(format!("{plain}\r\n")).await;
    assert!(client.answer("a").await.is_some_and(|a| a.is_ok()));
    assert!(stage.client().await.ask("AUTHENTICATE PLAIN AGpvaG4AeA==").await.end.starts_with("NO"));
}

#[tokio::test]
async fn what_is_appended_is_fetched_byte_by_byte() {
    let stage = stage(Dialect::Dovecot).await;
    let mut client = stage.logged_in().await;
    let first = client.append("INBOX", MESSAGE).await;
    assert!(first.end.contains("[APPENDUID ") && first.end.contains(" 1] Append completed"), "{first:?}");
    let size = MESSAGE.len();
    let more = format!("APPEND INBOX ($Forwarded) \" 2-Feb-2026 10:00:00 +0100\" {{{size}+}}\r\n{MESSAGE} {{{size}+}}\r\n{MESSAGE}");
    assert!(client.ask(&more).await.end.contains(" 2:3] Append completed"));
    let select = client.ask("SELECT INBOX").await;
    assert!(select.before.contains("* 3 EXISTS") && select.before.contains("$Forwarded \\*)]"), "{select:?}");
    assert!(select.before.contains("[UNSEEN 2]") && select.end.starts_with("OK [READ-WRITE]"));
    let fetched = client.ask("UID FETCH 1:* (FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])").await.before;
    let expected = format!(
        "* 1 FETCH (UID 1 FLAGS (\\Seen) INTERNALDATE \"02-Feb-2026 10:00:00 +0100\" RFC822.SIZE {size} BODY[] {{{size}}}\r\n{MESSAGE})\r\n"
    );
    assert!(fetched.starts_with(&expected), "{fetched}");
    let partial = client.ask("FETCH 2 BODY[TEXT]<1.3>").await.before;
    assert_eq!(partial, "* 2 FETCH (BODY[TEXT]<1> {3}\r\nell FLAGS (\\Seen $Forwarded))\r\n");
}

#[tokio::test]
async fn a_refused_flag_lets_the_message_be_taken_for_commands() {
    let stage = stage(Dialect::Dovecot).await;
    let mut client = stage.logged_in().await;
    let body = "Subject: x\r\nx1 CREATE INJECTED\r\n";
    client.send(format!("a APPEND INBOX (\\Foo) {{{}+}}\r\n{body}", body.len())).await;
    assert!(client.answer("a").await.is_some_and(|a| a.end.starts_with("BAD Invalid system flag")));
    assert!(client.answer("x1").await.is_some_and(|a| a.is_ok()));
    assert!(client.ask("LIST \"\" INJECTED").await.before.contains("INJECTED"));
    assert!(client.ask("APPEND INBOX (\\Recent) {3}").await.end.starts_with("BAD"));
    assert!(client.ask("APPEND INBOX \"99-Foo-2026 10:00:00 +0000\" {3}").await.end.starts_with("BAD"));
}

#[tokio::test]
async fn a_no_takes_the_message_and_stores_nothing() {
    let stage = stage(Dialect::Dovecot).await;
    let mut client = stage.logged_in().await;
    let missing = client.append("Nowhere", "x1 CREATE INJECTED\r\n").await;
    assert!(missing.end.starts_with("NO [TRYCREATE]"), "{missing:?}");
    assert!(client.ask("APPEND Nowhere {5}").await.end.starts_with("NO [TRYCREATE]"));
    assert!(client.ask("APPEND INBOX {0+}\r\n").await.end.starts_with("NO Can't save a zero byte message"));
    // All or nothing.
    assert!(client.ask("APPEND INBOX {5+}\r\nhello {0+}\r\n").await.end.starts_with("NO"));
    assert!(client.ask("LIST \"\" INJECTED").await.before.is_empty());
    assert_eq!(stage.in_inbox(), 0);
}

#[tokio::test]
async fn pipelined_appends_are_answered_in_order() {
    let stage = stage(Dialect::Dovecot).await;
    let mut client = stage.logged_in().await;
    let commands: Vec<String> = (0..300).map(|n| format!("p{n} APPEND INBOX {{{}+}}\r\n{MESSAGE}\r\n", MESSAGE.len())).collect();
    client.send(commands.concat()).await;
    for n in 0..300 {
        let answer = client.answer(&format!("p{n}")).await.expect("answered");
        assert!(answer.is_ok() && answer.before.is_empty(), "{answer:?}");
    }
    assert_eq!(stage.in_inbox(), 300);
}

#[tokio::test]
async fn a_waiting_literal_is_asked_for() {
    let stage = stage(Dialect::Dovecot).await;
    let mut client = stage.logged_in().await;
    client.send("a APPEND {5}\r\n").await;
    assert_eq!(client.line().await.as_deref(), Some("+ OK\r\n"));
    client.send("INBOX (\\Seen) {5}\r\n").await;
    assert_eq!(client.line().await.as_deref(), Some("+ OK\r\n"));
    client.send("hello\r\n").await;
    assert!(client.answer("a").await.is_some_and(|a| a.is_ok()));
}

#[tokio::test]
async fn mailboxes_are_made_renamed_subscribed_and_removed() {
    let stage = stage(Dialect::Dovecot).await;
    let mut client = stage.logged_in().await;
    assert!(client.ask("CREATE \"Projets.&AMk-t&AOk- 2019\"").await.is_ok());
    assert!(client.ask("CREATE Old (USE (\\Archive))").await.is_ok());
    assert!(client.ask("CREATE Old").await.end.starts_with("NO [ALREADYEXISTS]"));
    assert!(client.ask("CREATE \"\u{c9}t\u{e9}\"").await.end.starts_with("NO [CANNOT]"));
    let listed = client.ask("LIST \"\" \"*\" RETURN (SUBSCRIBED STATUS (MESSAGES))").await.before;
    assert!(listed.contains("* LIST (\\Noselect \\HasChildren) \".\" Projets\r\n"), "{listed}");
    assert!(
        listed
            .contains("* LIST (\\HasNoChildren) \".\" \"Projets.&AMk-t&AOk- 2019\"\r\n* STATUS \"Projets.&AMk-t&AOk- 2019\" (MESSAGES 0)")
    );
    assert!(client.ask("LIST (SPECIAL-USE) \"\" \"*\"").await.before.contains("\\Archive) \".\" Old"));
    assert!(client.ask("SUBSCRIBE Old").await.is_ok());
    assert!(client.ask("RENAME Projets Travaux").await.end.starts_with("NO"));
    assert!(client.ask("RENAME Old New").await.is_ok());
    assert!(client.ask("LSUB \"\" \"*\"").await.before.contains("* LSUB () \".\" Old\r\n"));
    assert!(client.ask("DELETE New").await.is_ok());
    assert!(client.ask("DELETE INBOX").await.end.starts_with("NO"));
    assert!(client.ask("STATUS New (MESSAGES)").await.end.starts_with("NO [NONEXISTENT]"));
    assert!(client.ask("GETQUOTAROOT INBOX").await.before.contains("* QUOTA \"User quota\" (STORAGE 0 "));
}

#[tokio::test]
async fn messages_are_marked_searched_copied_and_expunged() {
    let stage = stage(Dialect::DovecotSlash).await;
    let mut client = stage.logged_in().await;
    for subject in ["one", "two", "three"] {
        client.append("INBOX", &format!("Subject: {subject}\r\n\r\n{subject}\r\n")).await;
    }
    client.ask("SELECT INBOX").await;
    let stored = client.ask("UID STORE 2:3 +FLAGS (\\Deleted $Label1)").await.before;
    assert!(stored.contains("* 2 FETCH (UID 2 FLAGS (\\Seen \\Deleted $Label1))"), "{stored}");
    assert_eq!(client.ask("SEARCH HEADER Subject TWO").await.before, "* SEARCH 2\r\n");
    assert_eq!(client.ask("UID SEARCH SINCE 2-Feb-2026 NOT DELETED").await.before, "* SEARCH 1\r\n");
    assert_eq!(client.ask("UID SEARCH BEFORE 2-Feb-2026").await.before, "* SEARCH\r\n");
    let copied = client.ask("UID COPY 1,3 Sent").await;
    assert!(copied.end.contains(" 1,3 1:2] Copy completed"), "{copied:?}");
    assert!(client.ask("UID COPY 1 Nowhere").await.end.starts_with("NO [TRYCREATE]"));
    assert_eq!(client.ask("UID EXPUNGE 3").await.before, "* 3 EXPUNGE\r\n");
    assert_eq!(client.ask("EXPUNGE").await.before, "* 2 EXPUNGE\r\n");
    assert!(client.ask("FETCH 2 FLAGS").await.end.starts_with("BAD"));
    assert!(client.ask("UID FETCH 1:* ENVELOPE").await.end.starts_with("BAD"));
    let moved = client.ask("UID MOVE 1 Trash").await.before;
    assert!(moved.contains("[COPYUID ") && moved.ends_with("* 1 EXPUNGE\r\n"), "{moved}");
    assert!(client.ask("EXAMINE Sent").await.before.contains("* 2 EXISTS"));
    assert!(client.ask("STORE 1 FLAGS (\\Seen)").await.end.starts_with("NO [READ-ONLY]"));
    assert!(client.ask("FETCH 1 BODY[]").await.is_ok());
    assert!(client.ask("UNSELECT").await.is_ok());
    assert!(client.ask("FETCH 1 FLAGS").await.end.starts_with("BAD No mailbox selected"));
}

#[tokio::test]
async fn idle_tells_what_another_connection_appends() {
    let stage = stage(Dialect::Dovecot).await;
    let (mut watching, mut writing) = (stage.logged_in().await, stage.logged_in().await);
    watching.ask("SELECT INBOX").await;
    watching.send("i IDLE\r\n").await;
    assert_eq!(watching.line().await.as_deref(), Some("+ idling\r\n"));
    writing.append("INBOX", MESSAGE).await;
    assert_eq!(watching.line().await.as_deref(), Some("* 1 EXISTS\r\n"));
    watching.send("DONE\r\n").await;
    assert!(watching.answer("i").await.is_some_and(|a| a.is_ok()));
}

#[tokio::test]
async fn renumbered_uids_end_the_session() {
    let stage = stage(Dialect::Dovecot).await;
    let mut client = stage.logged_in().await;
    client.ask("SELECT INBOX").await;
    stage.world.renumber(&stage.key, &crate::domain::MailboxName::inbox()).expect("renumbered");
    client.send("n NOOP\r\n").await;
    assert!(client.line().await.is_some_and(|line| line.starts_with("* BYE")));
}
