//! The port, for http and https, and its connections.

mod acceptor;
mod connection;
pub(crate) mod port;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::http::front::Front;
use crate::listen::acceptor::Acceptor;
use crate::tls::Tls;

/// How long running requests may take once the server stops.
const GRACE: Duration = Duration::from_millis(500);

/// How long accepting pauses after the system refused a connection, for lack of descriptors or memory.
const PAUSE: Duration = Duration::from_secs(1);

/// The tasks that serve the listeners of one port.
#[derive(Clone, Debug)]
pub(crate) struct Serving {
    /// Accept no more connections, finish running requests.
    stopping: CancellationToken,
    /// End everything at once.
    ending: CancellationToken,
    tasks: TaskTracker,
}

/// Serves these listeners on the current runtime.
pub(crate) fn serve(listeners: Vec<TcpListener>, front: &Front, tls: &Arc<Tls>) -> io::Result<Serving> {
    let serving =
        Serving { stopping: CancellationToken::new(), ending: CancellationToken::new(), tasks: TaskTracker::new() };
    for listener in listeners {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let acceptor = Acceptor::new(Arc::clone(tls));
        serving.spawn(serving.clone().accept(listener, acceptor, front.clone()));
    }
    Ok(serving)
}

impl Serving {
    /// Stops listening, lets running requests finish for a moment, ends the rest.
    pub(crate) async fn stop(&self) {
        self.stopping.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Ends everything at once, without waiting.
    pub(crate) fn abandon(&self) {
        self.ending.cancel();
        self.stopping.cancel();
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    async fn accept(self, listener: tokio::net::TcpListener, acceptor: Acceptor, front: Front) {
        while let Some(accepted) = self.stopping.run_until_cancelled(listener.accept()).await {
            match accepted {
                Ok((stream, _)) => self.spawn(self.clone().connection(stream, acceptor.clone(), front.clone())),
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    tracing::error!(target: "mock_idp", "accepting connections pauses for a moment: {error}");
                    let _ = timeout(PAUSE, self.stopping.cancelled()).await;
                }
            }
        }
    }

    async fn connection(self, stream: TcpStream, acceptor: Acceptor, front: Front) {
        // A child token: connections that poll the same token contend for its lock.
        let stopping = self.stopping.child_token();
        let Some(Ok((stream, secure, reset))) = stopping.run_until_cancelled(acceptor.open(stream)).await else {
            return;
        };
        let front = front.for_connection(secure, reset);
        let service = service_fn(move |request| front.answer(request));
        // Answers are small: one write of copied bytes is cheaper than a vectored write.
        let http = http1::Builder::new().writev(false).serve_connection(TokioIo::new(stream), service);
        let mut connection = std::pin::pin!(http);
        if stopping.run_until_cancelled(connection.as_mut()).await.is_none() {
            connection.as_mut().graceful_shutdown();
            self.ending.run_until_cancelled(timeout(GRACE, connection)).await;
        }
    }
}

/// The error concerns one connection; the next `accept` can succeed.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
