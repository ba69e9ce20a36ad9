//! The stream under async-imap: it frames what the server sends, serves to the library only what its parser can take,
//! counts bytes, and notices silence by progress rather than by the clock on the wall.
//!
//! The library's parser panics on some server lines and gives up its connection on others. So nothing reaches it that was
//! not tried before: the connection asks for a [`Transport::frame`], and either reads it itself or hands it to the
//! library ([`Transport::serve`]), which then finds exactly one response to read.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::time::timeout;

use super::framing::{Frame, Framer};
use super::spill::Spills;

/// While we write, this much of what the server says is taken in; a server that says more waits.
const HELD_WHILE_WRITING: usize = 8 << 20;

/// Bytes in both directions over all connections of a store.
#[derive(Debug, Clone, Default)]
pub struct Traffic {
    counts: Arc<(AtomicU64, AtomicU64)>,
}

impl Traffic {
    /// Bytes received.
    pub fn received(&self) -> u64 {
        self.counts.0.load(Ordering::Relaxed)
    }

    /// Bytes sent.
    pub fn sent(&self) -> u64 {
        self.counts.1.load(Ordering::Relaxed)
    }

    fn count(count: &AtomicU64, bytes: usize) {
        count.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// Any byte stream in both directions: TCP, TLS over TCP, a test's pipe.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

pub(super) struct Transport {
    stream: Box<dyn Duplex>,
    framer: Framer,
    served: Bytes,
    patience: Duration,
    traffic: Traffic,
    /// Bytes that were waited for, and how long.
    awaited: (u64, Duration),
}

enum Step {
    Wrote(usize),
    Read(usize),
}

impl Transport {
    /// `patience`: the longest time without a single byte of progress.
    pub(super) fn new(stream: Box<dyn Duplex>, patience: Duration, traffic: Traffic, spills: Spills) -> Self {
        Self { stream, framer: Framer::new(spills), served: Bytes::new(), patience, traffic, awaited: (0, Duration::ZERO) }
    }

    pub(super) fn set_patience(&mut self, patience: Duration) {
        self.patience = patience;
    }

    /// The bare stream, and whether the server had already said something that nobody read.
    pub(super) fn into_stream(self) -> (Box<dyn Duplex>, bool) {
        let said_more = self.framer.held() > 0 || !self.served.is_empty();
        (self.stream, said_more)
    }

    /// The next whole response, or `None` when the server closed the connection between two of them.
    pub(super) async fn frame(&mut self) -> io::Result<Option<Frame>> {
        loop {
            if let Some(frame) = self.framer.next().map_err(io::Error::other)? {
                return Ok(Some(frame));
            }
            let start = Instant::now();
            let read = timeout(self.patience, self.stream.read_buf(&mut self.framer.read_room())).await.map_err(|_| self.silence())??;
            self.awaited = (self.awaited.0 + read as u64, self.awaited.1 + start.elapsed());
            Traffic::count(&self.traffic.counts.0, read);
            if read == 0 {
                return if self.framer.is_amid() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(None) };
            }
        }
    }

    /// Bytes that were waited for since the last call, and how long.
    pub(super) fn take_awaited(&mut self) -> (u64, Duration) {
        std::mem::take(&mut self.awaited)
    }

    /// Lets the library read this response.
    pub(super) fn serve(&mut self, frame: &Frame) {
        self.served = Bytes::clone(frame);
    }

    /// Writes both, one behind the other, taking in what the server says meanwhile: a server that cannot get rid of its answers stops reading.
    pub(super) async fn send(&mut self, first: &[u8], second: &[u8]) -> io::Result<()> {
        let (mut first, mut second) = (first, second);
        while !first.is_empty() || !second.is_empty() {
            let (stream, framer) = (&mut self.stream, &mut self.framer);
            let step = poll_fn(|context| step(stream, framer, [first, second], context));
            match timeout(self.patience, step).await.map_err(|_| silence(self.patience))?? {
                Step::Wrote(0) => return Err(io::ErrorKind::WriteZero.into()),
                Step::Read(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Step::Wrote(count) => {
                    Traffic::count(&self.traffic.counts.1, count);
                    second = &second[count.saturating_sub(first.len())..];
                    first = &first[count.min(first.len())..];
                }
                Step::Read(count) => Traffic::count(&self.traffic.counts.0, count),
            }
        }
        timeout(self.patience, self.stream.flush()).await.map_err(|_| silence(self.patience))?
    }

    /// Ends the stream; errors do not matter any more.
    pub(super) async fn close(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    fn silence(&self) -> io::Error {
        silence(self.patience)
    }
}

fn silence(patience: Duration) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, format!("no byte for {} s", patience.as_secs()))
}

fn step(stream: &mut Box<dyn Duplex>, framer: &mut Framer, rest: [&[u8]; 2], context: &mut Context<'_>) -> Poll<io::Result<Step>> {
    let both = rest.map(io::IoSlice::new);
    let left = if rest[0].is_empty() { &both[1..] } else { &both[..] };
    if let Poll::Ready(wrote) = Pin::new(&mut *stream).poll_write_vectored(context, left) {
        return Poll::Ready(wrote.map(Step::Wrote));
    }
    if framer.held() < HELD_WHILE_WRITING {
        return pin!(stream.read_buf(&mut framer.read_room())).poll(context).map_ok(Step::Read);
    }
    Poll::Pending
}

impl AsyncRead for Transport {
    /// Gives the library what was served; beyond that there is nothing, and it must not wait for more.
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let count = self.served.len().min(buffer.remaining());
        buffer.put_slice(&self.served[..count]);
        self.served.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Transport {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").field("held", &self.framer.held()).finish_non_exhaustive()
    }
}
