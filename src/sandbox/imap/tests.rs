//! Dialogues over real sockets.
