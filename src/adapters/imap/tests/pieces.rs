//! Messages that a server does not give whole.

use super::script::{Server, examined};
use crate::domain::{Flags, Uid, WireName};
use crate::ports::Body;

#[tokio::test]
async fn a_message_in_pieces_is_as_long_as_the_server_says_or_as_long_as_it_can_be_had() {
    let begin = "C: A5 UID FETCH 1 (UID FLAGS INTERNALDATE RFC822.SIZE)
         S: * 1 FETCH (UID 1 FLAGS (\\Seen) RFC822.SIZE SIZE)
         S: A5 OK
         C: A6 UID FETCH 1 (UID BODY.PEEK[HEADER])
         S: * 1 FETCH (UID 1 BODY[HEADER] {7}
         S: A: bc
         S: )
         S: A6 OK
         C: A7 UID FETCH 1 (UID BODY.PEEK[TEXT])
         S: * 1 FETCH (UID 1 BODY[TEXT] \"xy\")
         S: A7 OK";
    let stretch = "C: A8 UID FETCH 1 (UID BODY.PEEK[]<0.65536>)
         S: * 1 FETCH (UID 1 BODY[]<0> {12}
         S: A: bc
         S: xyz
         S: )
         S: A8 OK";
    let refused = "C: A8 UID FETCH 1 (UID BODY.PEEK[]<0.65536>)
         S: A8 NO no
         C: A9 NOOP
         S: A9 OK";
    for (size, then, came) in [
        ("9", None, "A: bc\r\nxy"),
        ("12", Some(stretch), "A: bc\r\nxyz\r\n"),
        ("12", Some(refused), "A: bc\r\nxy"),
        ("99", Some(stretch), "A: bc\r\nxyz\r\n"),
    ] {
        let script = [&begin.replace("SIZE SIZE", &format!("SIZE {size}")), then.unwrap_or_default()].join("\n");
        let server = Server::start(&[examined(1, 2, &script)]).await;
        let mut connection = server.connect().await.expect("logged in");
        connection.examine(&WireName("INBOX".to_owned())).await.expect("opened");
        let message = connection.fetch_in_pieces(Uid(1)).await.expect("asked").expect("it came");
        assert_eq!((message.body, message.flags), (Body::from(came.as_bytes().to_vec()), Flags::from("\\Seen".to_owned())), "{size}");
        drop(connection);
        server.finish().await;
    }
}
