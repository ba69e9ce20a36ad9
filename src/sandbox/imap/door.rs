//! Accepts connections and gives each a session of its own; stops when it is dropped.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use super::super::mail::{Dialect, Directory, MailWorld};
use super::session::Session;
use super::wire::Wire;

/// What every session of a door knows.
pub(super) struct Hall {
    pub(super) world: MailWorld,
    pub(super) directory: Arc<dyn Directory>,
    pub(super) host: String,
    pub(super) dialect: Dialect,
    pub(super) protection: Protection,
}

/// How connections are protected.
pub(super) enum Protection {
    /// Not at all: for loopback tests.
    None,
    /// From the first byte.
    Tls(Arc<rustls::ServerConfig>),
    /// After `STARTTLS`; nobody logs in before.
    StartTls(Arc<rustls::ServerConfig>),
}

/// An IMAP server on a listening socket. Dropping it closes the listener and every connection.
pub struct ImapDoor {
    address: SocketAddr,
    _closes: DropGuard,
}

impl ImapDoor {
    /// Starts to accept: TLS from the first byte when a configuration is given, else clear text. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn start(
        world: MailWorld,
        directory: Arc<dyn Directory>,
        listener: TcpListener,
        tls: Option<Arc<rustls::ServerConfig>>,
        host: String,
        dialect: Dialect,
    ) -> io::Result<Self> {
        let protection = tls.map_or(Protection::None, Protection::Tls);
        Self::open(Hall { world, directory, host, dialect, protection }, listener)
    }

    /// The same with clear text until `STARTTLS`; logins before it are refused.
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn start_with_starttls(
        world: MailWorld,
        directory: Arc<dyn Directory>,
        listener: TcpListener,
        tls: Arc<rustls::ServerConfig>,
        host: String,
        dialect: Dialect,
    ) -> io::Result<Self> {
        Self::open(Hall { world, directory, host, dialect, protection: Protection::StartTls(tls) }, listener)
    }

    fn open(hall: Hall, listener: TcpListener) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let closing = CancellationToken::new();
        let sessions = TaskTracker::new();
        let (stop, tracker) = (closing.clone(), sessions.clone());
        sessions.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = accept(Arc::new(hall), listener, tracker, stop.clone()) => {}
            }
        });
        Ok(Self { address, _closes: closing.drop_guard() })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn accept(hall: Arc<Hall>, listener: TcpListener, sessions: TaskTracker, stop: CancellationToken) {
    loop {
        // A failed accept (no more descriptors, a client that went again) concerns one connection, not the door.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            continue;
        };
        let (hall, stop) = (Arc::clone(&hall), stop.clone());
        sessions.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = serve(&hall, stream) => {}
            }
        });
    }
}

async fn serve(hall: &Hall, stream: TcpStream) {
    // Answers are written in one piece, waiting for more would only delay them.
    let _ = stream.set_nodelay(true);
    let mut wire = Wire::new(stream, hall.world.faults().gate(&hall.host, hall.dialect));
    if let Protection::Tls(config) = &hall.protection
        && wire.secure(config).await.is_err()
    {
        return;
    }
    Session::new(hall, wire).run().await;
}
