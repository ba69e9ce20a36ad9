//! RFC 3501 and nothing else, and the same below `INBOX.`.

use super::super::super::mail::Dialect;
use super::stage;

const MESSAGE: &str = "Subject: x\r\n\r\nHello\r\n";

#[tokio::test]
async fn what_is_not_offered_is_refused() {
    let stage = stage(Dialect::Minimal).await;
    let mut client = stage.client().await;
    assert_eq!(client.ask("CAPABILITY").await.before, "* CAPABILITY IMAP4rev1\r\n");
    assert!(client.ask("AUTHENTICATE PLAIN AGpvaG4AcGFzcyB3b3Jk").await.end.starts_with("NO"));
    assert!(client.ask("LOGIN john \"pass word\"").await.is_ok());
    for command in [
        "NAMESPACE",
        "ID NIL",
        "ENABLE CONDSTORE",
        "IDLE",
        "GETQUOTAROOT INBOX",
        "XLIST \"\" *",
        "LIST (SUBSCRIBED) \"\" *",
        "LIST \"\" * RETURN (STATUS (MESSAGES))",
        "CREATE Old (USE (\\Archive))",
        "STATUS INBOX (HIGHESTMODSEQ)",
    ] {
        assert!(client.ask(command).await.end.starts_with("BAD"), "{command}");
    }
    client.ask("SELECT INBOX").await;
    for command in ["UNSELECT", "UID MOVE 1 Trash", "UID EXPUNGE 1", "UID FETCH 1 (MODSEQ)", "UID FETCH 1 FLAGS (CHANGEDSINCE 1)"] {
        assert!(client.ask(command).await.end.starts_with("BAD"), "{command}");
    }
    assert_eq!(client.ask("LIST \"\" Sent").await.before, "* LIST () \"/\" Sent\r\n");
}

#[tokio::test]
async fn every_literal_waits_and_no_uid_is_told() {
    let stage = stage(Dialect::Minimal).await;
    let mut client = stage.logged_in().await;
    client.send(format!("a APPEND INBOX (\\Seen Work) {{{}}}\r\n", MESSAGE.len())).await;
    assert_eq!(client.line().await.as_deref(), Some("+ OK\r\n"));
    client.send(format!("{MESSAGE}\r\n")).await;
    assert!(client.answer("a").await.is_some_and(|a| a.end == "OK APPEND completed"));
    assert!(client.ask("SELECT INBOX").await.before.contains("[PERMANENTFLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft)]"));
    assert!(client.ask("FETCH 1 FLAGS").await.before.contains("FLAGS (\\Seen))"), "the keyword is dropped");
    assert!(client.ask("UID COPY 1 Sent").await.end == "OK COPY completed");
    assert_eq!(stage.in_inbox(), 1);
}

#[tokio::test]
async fn a_literal_that_does_not_wait_is_not_understood_and_runs_as_commands() {
    let stage = stage(Dialect::Minimal).await;
    let mut client = stage.logged_in().await;
    let body = "x1 CREATE INJECTED\r\n";
    client.send(format!("a APPEND INBOX {{{}+}}\r\n{body}", body.len())).await;
    assert!(client.answer("a").await.is_some_and(|a| a.end.starts_with("BAD")));
    assert!(client.answer("x1").await.is_some_and(|a| a.is_ok()));
}

#[tokio::test]
async fn courier_puts_everything_below_the_inbox() {
    let stage = stage(Dialect::Courier).await;
    let mut client = stage.logged_in().await;
    assert_eq!(client.ask("NAMESPACE").await.before, "* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\n");
    assert!(client.ask("CREATE Projets").await.end.starts_with("NO"));
    assert!(client.ask("CREATE INBOX.Projets.Lyon").await.is_ok());
    let listed = client.ask("LIST \"\" *").await.before;
    assert!(listed.contains("\"INBOX.Projets.Lyon\"") || listed.contains(" INBOX.Projets.Lyon\r\n"), "{listed}");
    assert!(client.ask("STATUS INBOX.Sent (MESSAGES)").await.is_ok());
}
