//! The listening side: reads a request, lets the right room answer, cuts where a fault says so.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Response, header};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::answer::Answer;
use super::dispatch::{self, Scene, Way};
use super::listener::{Cutter, CuttingListener};
use super::{auth_routes, pages, panel};
use crate::sandbox::world::World;

/// The largest body that is read.
const LARGEST_BODY: usize = 1 << 20;

/// A running API. It stops, and cuts its connections, when this is dropped.
pub struct HttpDoor {
    address: SocketAddr,
    _end: DropGuard,
    _running: JoinSet<()>,
}

#[derive(Clone)]
struct Shared {
    world: World,
    skew_seconds: i64,
    page_base: Arc<str>,
}

impl HttpDoor {
    /// Serves a world on a free loopback port. `skew_seconds`: how far its clock is ahead of the world's, which clients must find out.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn open(world: World, skew_seconds: i64) -> io::Result<Self> {
        let inner = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = inner.local_addr()?;
        let end = CancellationToken::new();
        let shared = Shared { world, skew_seconds, page_base: format!("http://{address}").into() };
        let router = Router::new().fallback(answer).with_state(shared);
        let listener = CuttingListener { inner, end: end.clone() };
        let mut running = JoinSet::new();
        running.spawn(async move {
            let served = axum::serve(listener, router.into_make_service_with_connect_info::<Cutter>());
            // Accepting never ends by itself; the task is aborted with the door.
            let _ = served.await;
        });
        Ok(Self { address, _end: end.drop_guard(), _running: running })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn answer(State(shared): State<Shared>, ConnectInfo(connection): ConnectInfo<Cutter>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let query_id = shared.world.query_id();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else { return Answer::bad("body").response(&query_id) };
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    let path = head.uri.path();
    let method = head.method.as_str();
    // Routes of the second generation keep their version: access rules and faults are written with it.
    let second = path.starts_with("/v2/").then_some(path);
    if (method, path) == ("POST", "/auth/oauth2/token") {
        return auth_routes::token(&shared.world, &body).map_or_else(|refused| refused, Answer::fine).response(&query_id);
    }
    let Some(route) = path.strip_prefix("/1.0").or_else(|| path.strip_prefix("/v1")).or(second) else {
        return page(&shared, (method, path), head.uri.query().unwrap_or_default(), &body)
            .unwrap_or_else(|| Answer::no_route().response(&query_id));
    };
    let host = head.headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let scene = Scene { world: &shared.world, skew_seconds: shared.skew_seconds, page_base: &shared.page_base };
    let request = dispatch::Request { method, host, target, headers: &head.headers, body: &body };
    let (answer, way) = dispatch::answer(&scene, &request, route);
    match way {
        Way::Back(delay) if delay.is_zero() => {}
        Way::Back(delay) => tokio::time::sleep(delay).await,
        Way::Lost => connection.cut(),
    }
    answer.response(&query_id)
}

/// What a browser asks for.
fn page(shared: &Shared, call: (&str, &str), query: &str, body: &[u8]) -> Option<Response<Body>> {
    match call {
        ("GET", "/auth/" | "/auth") => Some(pages::question(&shared.world, query)),
        ("POST", "/auth/" | "/auth") => Some(pages::answered(&shared.world, body)),
        ("GET", "/panel" | "/panel/" | "/") => Some(panel::shown(&shared.world, query)),
        ("POST", path) if path.starts_with("/panel/") => Some(panel::done(&shared.world, &path["/panel/".len()..], body)),
        _ => None,
    }
}
