//! One port for http and https: the first byte of a connection distinguishes them.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::either::Either;

use crate::listen::connection::Connection;
use crate::listen::connections::Progress;
use crate::tls::Tls;

/// A TLS record that opens a connection is a handshake record (RFC 8446 5.1); no HTTP method begins with it.
const HANDSHAKE: u8 = 0x16;

/// Time limit for the first byte and the TLS handshake.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Turns an accepted socket into a plain or a TLS connection.
#[derive(Clone, Debug)]
pub(crate) struct Acceptor {
    tls: Arc<Tls>,
}

impl Acceptor {
    pub(crate) fn new(tls: Arc<Tls>) -> Self {
        Self { tls }
    }

    /// The connection, whether it is secure, and the flag that makes it end with a reset.
    pub(super) async fn open(
        &self,
        stream: TcpStream,
        progress: Arc<Progress>,
    ) -> io::Result<(Connection, bool, Arc<AtomicBool>)> {
        timeout(TIMEOUT, self.accept(stream, progress)).await?
    }

    async fn accept(
        &self,
        stream: TcpStream,
        progress: Arc<Progress>,
    ) -> io::Result<(Connection, bool, Arc<AtomicBool>)> {
        stream.set_nodelay(true)?;
        let mut first = [0];
        stream.peek(&mut first).await?;
        let secure = first[0] == HANDSHAKE;
        let io =
            if secure { Either::Left(self.tls.acceptor().await?.accept(stream).await?) } else { Either::Right(stream) };
        let reset = Arc::new(AtomicBool::new(false));
        Ok((Connection::new(io, Arc::clone(&reset), progress), secure, reset))
    }
}
