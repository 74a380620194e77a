//! The port: which one, http and https on the same one, and its connections until they end.

mod acceptor;
mod connection;
pub(crate) mod port;

use std::convert::Infallible;
use std::future::ready;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::http::front::Front;
use crate::listen::acceptor::Acceptor;
use crate::tls::Tls;

/// How long requests under way may take once the server stops.
const GRACE: Duration = Duration::from_millis(500);

/// The tasks that serve the listeners of one port.
#[derive(Debug)]
pub(crate) struct Serving {
    stopping: CancellationToken,
    servers: Vec<(Handle<SocketAddr>, JoinHandle<std::io::Result<()>>)>,
}

/// Serves these listeners on the current runtime.
pub(crate) fn serve(listeners: Vec<TcpListener>, front: &Front, tls: &Arc<Tls>) -> std::io::Result<Serving> {
    let stopping = CancellationToken::new();
    let mut serving = Serving { stopping: stopping.clone(), servers: Vec::new() };
    for listener in listeners {
        let handle = Handle::new();
        let acceptor = Acceptor::new(Arc::clone(tls), stopping.clone());
        let server = axum_server::from_tcp(listener)?.handle(handle.clone()).acceptor(acceptor).http1_only();
        let front = front.clone();
        let connections = tower::service_fn(move |_peer: SocketAddr| ready(Ok::<_, Infallible>(front.clone())));
        serving.servers.push((handle, tokio::spawn(server.serve(connections))));
    }
    Ok(serving)
}

impl Serving {
    /// Stops listening, lets requests under way finish for a moment, ends what is left.
    pub(crate) async fn stop(&mut self) {
        self.stopping.cancel();
        for (handle, _) in &self.servers {
            handle.graceful_shutdown(Some(GRACE));
        }
        for (handle, server) in self.servers.drain(..) {
            let _ = server.await;
            // The server's end tells connections that are left to end; each does when it is next polled.
            let last_ones = async {
                while handle.connection_count() > 0 {
                    tokio::task::yield_now().await;
                }
            };
            let _ = tokio::time::timeout(GRACE, last_ones).await;
        }
    }

    /// Tells everything to end now, without waiting for it.
    pub(crate) fn abandon(&self) {
        self.stopping.cancel();
        for (handle, server) in &self.servers {
            handle.shutdown();
            server.abort();
        }
    }
}
