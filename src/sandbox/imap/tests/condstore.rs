//! Mod-sequences (RFC 7162) and everything in one answer (RFC 5819).

use super::super::super::mail::Dialect;
use super::stage;

const MESSAGE: &str = "Subject: x\r\n\r\nHello\r\n";

fn number_after(text: &str, word: &str) -> u64 {
    let (_, rest) = text.split_once(word).unwrap_or_else(|| panic!("no {word} in {text}"));
    rest.trim_start_matches([' ', '(']).split(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse().ok()).expect("a number")
}

#[tokio::test]
async fn only_what_changed_since_is_told() {
    let stage = stage(Dialect::Dovecot).await;
    let mut client = stage.logged_in().await;
    for _ in 0..3 {
        client.append("INBOX", MESSAGE).await;
    }
    let before = number_after(&client.ask("SELECT INBOX (CONDSTORE)").await.before, "HIGHESTMODSEQ");
    assert!(client.ask(&format!("UID FETCH 1:* (FLAGS) (CHANGEDSINCE {before})")).await.before.is_empty());
    client.ask("UID STORE 1:2 +FLAGS.SILENT (\\Seen)").await;
    let unchanged = client.ask(&format!("UID FETCH 1:* (FLAGS) (CHANGEDSINCE {before})")).await.before;
    assert!(unchanged.is_empty(), "they had the flag already: {unchanged}");
    let stored = client.ask("UID STORE 2 +FLAGS.SILENT (\\Flagged)").await.before;
    let now = number_after(&stored, "MODSEQ");
    assert!(now > before, "{stored}");
    let changed = client.ask(&format!("UID FETCH 1:* (FLAGS) (CHANGEDSINCE {before})")).await.before;
    assert_eq!(changed, format!("* 2 FETCH (UID 2 FLAGS (\\Seen \\Flagged) MODSEQ ({now}))\r\n"));
    client.append("INBOX", MESSAGE).await;
    let status = client.ask("STATUS INBOX (HIGHESTMODSEQ)").await.before;
    assert!(number_after(&status, "HIGHESTMODSEQ") > now, "{status}");
    assert!(client.ask("ENABLE CONDSTORE").await.before.contains("* ENABLED CONDSTORE"));
}

#[tokio::test]
async fn one_list_tells_all_states_and_one_select_after_another_says_that_the_first_is_closed() {
    let stage = stage(Dialect::Dovecot).await;
    let mut client = stage.logged_in().await;
    client.append("Sent", MESSAGE).await;
    let all = client.ask("LIST \"\" * RETURN (SUBSCRIBED STATUS (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ))").await.before;
    assert_eq!(all.matches("* STATUS ").count(), 5, "{all}");
    assert!(all.contains("* STATUS Sent (MESSAGES 1 UIDNEXT 2 UIDVALIDITY "), "{all}");
    assert!(!client.ask("SELECT INBOX").await.before.contains("[CLOSED]"));
    assert!(client.ask("EXAMINE Sent").await.before.starts_with("* OK [CLOSED]"));
}
