//! One port answers http and https: the first byte of a connection tells which.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use axum_server::accept::Accept;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::either::Either;
use tokio_util::sync::CancellationToken;

use crate::http::front::Front;
use crate::listen::connection::Connection;
use crate::tls::Tls;

/// A TLS record that opens a connection is a handshake record (RFC 8446 5.1); no HTTP method begins so.
const HANDSHAKE: u8 = 0x16;

/// How long a client may take until its first byte, and for its TLS handshake.
const PATIENCE: Duration = Duration::from_secs(10);

/// Turns an accepted socket into a plain or a TLS connection, each in its own task.
#[derive(Clone, Debug)]
pub(crate) struct Acceptor {
    tls: Arc<Tls>,
    stopping: CancellationToken,
}

impl Acceptor {
    pub(crate) fn new(tls: Arc<Tls>, stopping: CancellationToken) -> Self {
        Self { tls, stopping }
    }

    async fn open(self, stream: TcpStream) -> io::Result<(Connection, bool, Arc<AtomicBool>)> {
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

impl Accept<TcpStream, Front> for Acceptor {
    type Stream = Connection;
    type Service = Front;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Connection, Front)>> + Send>>;

    fn accept(&self, stream: TcpStream, front: Front) -> Self::Future {
        let acceptor = self.clone();
        Box::pin(async move {
            let stopping = acceptor.stopping.clone();
            let opened = tokio::select! {
                () = stopping.cancelled() => return Err(io::ErrorKind::ConnectionAborted.into()),
                opened = timeout(PATIENCE, acceptor.open(stream)) => opened,
            };
            let (connection, secure, reset) = opened.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
            Ok((connection, front.for_connection(secure, reset)))
        })
    }
}
