//! Connections that can be cut: one by one when an answer shall get lost, all of them when the world ends.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// Accepts connections until the world ends.
pub(super) struct CuttingListener {
    pub(super) inner: TcpListener,
    pub(super) end: CancellationToken,
}

impl Listener for CuttingListener {
    type Io = CuttableStream;
    type Addr = Cutter;

    async fn accept(&mut self) -> (CuttableStream, Cutter) {
        let (inner, _) = Listener::accept(&mut self.inner).await;
        let token = self.end.child_token();
        (CuttableStream { inner, cut: Box::pin(token.clone().cancelled_owned()) }, Cutter(token))
    }

    fn local_addr(&self) -> io::Result<Cutter> {
        Ok(Cutter(self.end.clone()))
    }
}

/// Cuts one connection.
#[derive(Debug, Clone)]
pub(super) struct Cutter(CancellationToken);

impl Cutter {
    /// Nothing more is read or written.
    pub(super) fn cut(&self) {
        self.0.cancel();
    }
}

impl Connected<IncomingStream<'_, CuttingListener>> for Cutter {
    fn connect_info(stream: IncomingStream<'_, CuttingListener>) -> Self {
        stream.remote_addr().clone()
    }
}

/// A connection that fails once it is cut.
pub(super) struct CuttableStream {
    inner: TcpStream,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl CuttableStream {
    fn is_cut(&mut self, context: &mut Context<'_>) -> bool {
        self.cut.as_mut().poll(context).is_ready()
    }
}

fn reset<T>() -> Poll<io::Result<T>> {
    Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
}

impl AsyncRead for CuttableStream {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.is_cut(context) { reset() } else { Pin::new(&mut self.inner).poll_read(context, buffer) }
    }
}

impl AsyncWrite for CuttableStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.is_cut(context) { reset() } else { Pin::new(&mut self.inner).poll_write(context, bytes) }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_cut(context) { reset() } else { Pin::new(&mut self.inner).poll_flush(context) }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
