//! The server itself: sockets, and a handler that follows the world.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use hickory_server::net::runtime::Time;
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo, Server};
use hickory_server::zone_handler::Catalog;
use tokio::net::{TcpListener, UdpSocket};

use super::catalog::{Edition, catalog, edition};
use crate::sandbox::world::World;

/// How long a silent TCP connection is kept.
const PATIENCE: Duration = Duration::from_secs(10);
/// Answers that may wait on a TCP connection.
const WAITING_ANSWERS: usize = 64;

/// A running name server. It stops when this is dropped.
pub struct DnsDoor {
    address: SocketAddr,
    _server: Server<Following>,
}

impl DnsDoor {
    /// Serves the zones of a world on a free loopback port, the same for UDP and TCP.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn open(world: World) -> io::Result<Self> {
        let (udp, tcp) = sockets().await?;
        let address = udp.local_addr()?;
        let mut server = Server::new(Following { world, served: Mutex::default() });
        server.register_socket(udp);
        server.register_listener(tcp, PATIENCE, WAITING_ANSWERS);
        Ok(Self { address, _server: server })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// A port that is free for both: the system is asked for one of UDP, and asked again when TCP's is taken.
async fn sockets() -> io::Result<(UdpSocket, TcpListener)> {
    let mut tries = 0;
    loop {
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        match TcpListener::bind(udp.local_addr()?).await {
            Ok(tcp) => return Ok((udp, tcp)),
            Err(error) if tries >= 20 => return Err(error),
            Err(_) => tries += 1,
        }
    }
}

/// Answers from the zones as they are served at the moment of the question.
struct Following {
    world: World,
    served: Mutex<Option<(Edition, Arc<Catalog>)>>,
}

impl Following {
    fn catalog(&self) -> Arc<Catalog> {
        let wanted = edition(&self.world);
        let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        match &*served {
            Some((edition, catalog)) if *edition == wanted => Arc::clone(catalog),
            _ => {
                let fresh = Arc::new(catalog(&self.world));
                *served = Some((wanted, Arc::clone(&fresh)));
                fresh
            }
        }
    }
}

#[async_trait]
impl RequestHandler for Following {
    async fn handle_request<R: ResponseHandler, T: Time>(&self, request: &Request, response_handle: R) -> ResponseInfo {
        self.catalog().handle_request::<R, T>(request, response_handle).await
    }
}
