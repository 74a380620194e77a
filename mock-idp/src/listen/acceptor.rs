//! One port answers http and https: the first byte of a connection tells which.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::either::Either;

use crate::listen::connection::Connection;
use crate::tls::Tls;

/// A TLS record that opens a connection is a handshake record (RFC 8446 5.1); no HTTP method begins so.
const HANDSHAKE: u8 = 0x16;

/// How long a client may take until its first byte, and for its TLS handshake.
const PATIENCE: Duration = Duration::from_secs(10);

/// Turns an accepted socket into a plain or a TLS connection.
#[derive(Clone, Debug)]
pub(crate) struct Acceptor {
    tls: Arc<Tls>,
}

impl Acceptor {
    pub(crate) fn new(tls: Arc<Tls>) -> Self {
        Self { tls }
    }

    /// The connection, whether it is secure, and the mark that makes it end in a reset.
    pub(crate) async fn open(&self, stream: TcpStream) -> io::Result<(Connection, bool, Arc<AtomicBool>)> {
        timeout(PATIENCE, self.tell_apart(stream)).await?
    }

    async fn tell_apart(&self, stream: TcpStream) -> io::Result<(Connection, bool, Arc<AtomicBool>)> {
        stream.set_nodelay(true)?;
        let mut first = [0];
        stream.peek(&mut first).await?;
        let secure = first[0] == HANDSHAKE;
        let io =
            if secure { Either::Left(self.tls.acceptor().await?.accept(stream).await?) } else { Either::Right(stream) };
        let reset = Arc::new(AtomicBool::new(false));
        Ok((Connection::new(io, Arc::clone(&reset)), secure, reset))
    }
}
