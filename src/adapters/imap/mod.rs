//! IMAP: checked command loops and a tolerant transport over async-imap.
