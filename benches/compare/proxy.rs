//! A distance: bytes pass at once or after a while, in both directions, and are counted. Bandwidth is not limited.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Chunks on their way in one direction: the path is long, not endless (64 KiB each).
const ON_THE_WAY: usize = 1024;

/// A door before a server.
pub(crate) struct Proxy {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    _task: JoinSet<()>,
}

#[derive(Default)]
struct Shared {
    /// Milliseconds in each direction.
    delay: AtomicU64,
    bytes: AtomicU64,
    connections: AtomicU64,
}

impl Proxy {
    /// Opens a door to this server; no delay yet.
    pub(crate) async fn open(server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let mut task = JoinSet::new();
        let own = Arc::clone(&shared);
        task.spawn(async move {
            let mut pairs = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                own.connections.fetch_add(1, Ordering::Relaxed);
                let shared = Arc::clone(&own);
                pairs.spawn(async move {
                    let _ = carry(client, server, shared).await;
                });
            }
        });
        Ok(Self { address, shared, _task: task })
    }

    /// From now on each direction takes so long.
    pub(crate) fn delay(&self, each_way: Duration) {
        self.shared.delay.store(u64::try_from(each_way.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Bytes and connections since the last call.
    pub(crate) fn taken(&self) -> (u64, u64) {
        (self.shared.bytes.swap(0, Ordering::Relaxed), self.shared.connections.swap(0, Ordering::Relaxed))
    }
}

async fn carry(client: TcpStream, server: SocketAddr, shared: Arc<Shared>) -> io::Result<()> {
    // The handshake crosses the distance, too.
    tokio::time::sleep(2 * Duration::from_millis(shared.delay.load(Ordering::Relaxed))).await;
    let server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (client_in, client_out) = client.into_split();
    let (server_in, server_out) = server.into_split();
    let (there, back) = (one_way(client_in, server_out, &shared), one_way(server_in, client_out, &shared));
    futures::future::join(there, back).await;
    Ok(())
}

async fn one_way(mut from: tokio::net::tcp::OwnedReadHalf, mut to: tokio::net::tcp::OwnedWriteHalf, shared: &Shared) {
    let (feed, mut chunks) = mpsc::channel::<(Instant, Vec<u8>)>(ON_THE_WAY);
    let reading = async move {
        loop {
            let mut chunk = Vec::with_capacity(64 << 10);
            match from.read_buf(&mut chunk).await {
                Ok(0) | Err(_) => return,
                Ok(read) => shared.bytes.fetch_add(read as u64, Ordering::Relaxed),
            };
            let due = Instant::now() + Duration::from_millis(shared.delay.load(Ordering::Relaxed));
            if feed.send((due, chunk)).await.is_err() {
                return;
            }
        }
    };
    let writing = async move {
        while let Some((due, chunk)) = chunks.recv().await {
            if due > Instant::now() {
                tokio::time::sleep_until(due).await;
            }
            if to.write_all(&chunk).await.is_err() {
                return;
            }
        }
        let _ = to.shutdown().await;
    };
    futures::future::join(reading, writing).await;
}
