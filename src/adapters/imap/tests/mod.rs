//! Transcripts: one quirk of a server, one test. The server is a script on loopback; the client is the whole adapter.

mod appends;
mod certificates;
mod injection;
mod lists;
mod logins;
mod pieces;
mod reads;
mod script;
mod speed;
mod streams;
mod together;
