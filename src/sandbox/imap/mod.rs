//! The IMAP door: TLS sockets that speak like each platform.
