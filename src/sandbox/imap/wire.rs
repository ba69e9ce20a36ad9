//! Bytes to and from one client: lines, literals, answers that wait until the client has nothing more to say.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::super::mail::{CutStyle, Gate, Point};
use super::outcome::Closed;

/// Answers kept before they are sent although the client may still be talking.
const MOST_KEPT: usize = 128 * 1024;

/// The socket.
enum Stream {
    Plain(TcpStream),
    Secured(Box<TlsStream<TcpStream>>),
    /// Between the two.
    Handshaking,
}

/// One line of a client.
pub(super) enum Line {
    /// Without its end.
    Whole(Bytes),
    /// Longer than allowed; its beginning.
    TooLong(Bytes),
}

/// The bytes of one connection.
pub(super) struct Wire {
    stream: Stream,
    input: BytesMut,
    output: Vec<u8>,
    pub(super) gate: Gate,
}

impl Wire {
    pub(super) fn new(stream: TcpStream, gate: Gate) -> Self {
        Self { stream: Stream::Plain(stream), input: BytesMut::with_capacity(16 * 1024), output: Vec::new(), gate }
    }

    /// Secures the connection. What the client sent before is thrown away: it was not protected.
    pub(super) async fn secure(&mut self, config: &Arc<rustls::ServerConfig>) -> Result<(), Closed> {
        self.flush().await?;
        self.input.clear();
        let Stream::Plain(stream) = std::mem::replace(&mut self.stream, Stream::Handshaking) else { return Err(Closed::Gone) };
        let secured = TlsAcceptor::from(Arc::clone(config)).accept(stream).await.map_err(|_| Closed::Gone)?;
        self.stream = Stream::Secured(Box::new(secured));
        Ok(())
    }

    /// Reads more; sends everything first, so that a client that waits gets its answers and one that talks on is not disturbed.
    async fn fill(&mut self) -> Result<(), Closed> {
        self.flush().await?;
        self.input.reserve(16 * 1024);
        let read = match &mut self.stream {
            Stream::Plain(stream) => stream.read_buf(&mut self.input).await,
            Stream::Secured(stream) => stream.read_buf(&mut self.input).await,
            Stream::Handshaking => return Err(Closed::Gone),
        };
        let Ok(read @ 1..) = read else { return Err(Closed::Gone) };
        self.cut(Point::Received(read as u64))
    }

    /// The next line. Dropping the future before it is ready loses nothing, unless the line was too long.
    pub(super) async fn line(&mut self, most: usize) -> Result<Line, Closed> {
        let mut searched = 0;
        let mut beginning: Option<Bytes> = None;
        loop {
            if let Some(at) = self.input[searched..].iter().position(|b| *b == b'\n') {
                let line = self.input.split_to(searched + at + 1).freeze();
                let end = line.len() - if line.ends_with(b"\r\n") { 2 } else { 1 };
                return Ok(match beginning {
                    Some(beginning) => Line::TooLong(beginning),
                    None if end > most => Line::TooLong(line.slice(..most.min(200))),
                    None => Line::Whole(line.slice(..end)),
                });
            }
            searched = self.input.len();
            if searched > most {
                let piece = self.input.split().freeze();
                beginning.get_or_insert_with(|| piece.slice(..piece.len().min(200)));
                searched = 0;
            }
            self.fill().await?;
        }
    }

    /// The next so many bytes.
    pub(super) async fn literal(&mut self, size: usize) -> Result<Bytes, Closed> {
        self.input.reserve(size.saturating_sub(self.input.len()).min(64 * 1024 * 1024));
        while self.input.len() < size {
            self.fill().await?;
        }
        let literal = self.input.split_to(size);
        // A small message must not keep the whole buffer alive in which it came.
        Ok(if size < 64 * 1024 { Bytes::copy_from_slice(&literal) } else { literal.freeze() })
    }

    /// Throws so many bytes away.
    pub(super) async fn swallow(&mut self, mut size: u64) -> Result<(), Closed> {
        loop {
            let here = usize::try_from(size).unwrap_or(usize::MAX).min(self.input.len());
            drop(self.input.split_to(here));
            size -= here as u64;
            if size == 0 {
                return Ok(());
            }
            self.fill().await?;
        }
    }

    /// Queues bytes.
    pub(super) fn put(&mut self, bytes: impl AsRef<[u8]>) {
        self.output.extend_from_slice(bytes.as_ref());
    }

    /// Queues a line.
    pub(super) fn say(&mut self, line: &str) {
        self.put(line);
        self.put(b"\r\n");
    }

    /// Sends what is queued when it is much.
    pub(super) async fn relieve(&mut self) -> Result<(), Closed> {
        if self.output.len() > MOST_KEPT { self.flush().await } else { Ok(()) }
    }

    /// Sends what is queued.
    pub(super) async fn flush(&mut self) -> Result<(), Closed> {
        if self.output.is_empty() {
            return Ok(());
        }
        let whole = self.output.len();
        let allowed = self.gate.may_send().map_or(whole, |most| usize::try_from(most).unwrap_or(usize::MAX).min(whole));
        let output = std::mem::take(&mut self.output);
        self.write(&output[..allowed]).await?;
        self.cut(Point::Sent(whole as u64))
    }

    fn cut(&mut self, point: Point) -> Result<(), Closed> {
        match self.gate.at(point) {
            None => Ok(()),
            Some(CutStyle::Freeze) => Err(Closed::Frozen),
            // The bytes before the cut arrive: a reset with zero linger could take them back.
            Some(CutStyle::Reset) => Err(Closed::Gone),
            Some(CutStyle::Bye) => {
                self.say("* BYE Connection closed.");
                Err(Closed::Said)
            }
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Closed> {
        let written = match &mut self.stream {
            Stream::Plain(stream) => stream.write_all(bytes).await,
            Stream::Secured(stream) => match stream.write_all(bytes).await {
                Ok(()) => stream.flush().await,
                Err(error) => Err(error),
            },
            Stream::Handshaking => return Err(Closed::Gone),
        };
        written.map_err(|_| Closed::Gone)
    }

    /// Ends the connection as it has to end.
    pub(super) async fn end(mut self, how: Closed) {
        let output = std::mem::take(&mut self.output);
        match how {
            Closed::Said => {
                // Whoever went without listening to the last words does not miss them.
                let _ = self.write(&output).await;
                match &mut self.stream {
                    Stream::Plain(stream) => drop(stream.shutdown().await),
                    Stream::Secured(stream) => drop(stream.shutdown().await),
                    Stream::Handshaking => {}
                }
            }
            Closed::Reset => {
                let stream = match &self.stream {
                    Stream::Plain(stream) => Some(stream),
                    Stream::Secured(stream) => Some(stream.get_ref().0),
                    Stream::Handshaking => None,
                };
                if let Some(stream) = stream {
                    // Without it the end is only less abrupt.
                    let _ = stream.set_zero_linger();
                }
            }
            Closed::Frozen => std::future::pending().await,
            Closed::Gone => {}
        }
    }
}
