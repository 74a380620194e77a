//! The port: which one, http and https on the same one, and its connections until they end.

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

/// How long requests under way may take once the server stops.
const GRACE: Duration = Duration::from_millis(500);

/// How long nothing is accepted after the system refused to, for want of descriptors or memory.
const PAUSE: Duration = Duration::from_secs(1);

/// The tasks that serve the listeners of one port.
#[derive(Clone, Debug)]
pub(crate) struct Serving {
    /// Accept nothing more, finish what is under way.
    stopping: CancellationToken,
    /// End everything now.
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
    /// Stops listening, lets requests under way finish for a moment, ends what is left.
    pub(crate) async fn stop(&self) {
        self.stopping.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Tells everything to end now, without waiting for it.
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
                    tracing::error!(target: "mock_idp", "no connection is accepted for a moment: {error}");
                    let _ = timeout(PAUSE, self.stopping.cancelled()).await;
                }
            }
        }
    }

    async fn connection(self, stream: TcpStream, acceptor: Acceptor, front: Front) {
        // A token of its own: connections that look at the same one wait for one another.
        let stopping = self.stopping.child_token();
        let Some(Ok((stream, secure, reset))) = stopping.run_until_cancelled(acceptor.open(stream)).await else {
            return;
        };
        let front = front.for_connection(secure, reset);
        let service = service_fn(move |request| front.answer(request));
        // Answers are small: copied together and written plainly they cost the system less than as vectors.
        let http = http1::Builder::new().writev(false).serve_connection(TokioIo::new(stream), service);
        let mut connection = std::pin::pin!(http);
        // How a connection ends is its client's affair.
        if stopping.run_until_cancelled(connection.as_mut()).await.is_none() {
            connection.as_mut().graceful_shutdown();
            self.ending.run_until_cancelled(timeout(GRACE, connection)).await;
        }
    }
}

/// The next `accept` may well succeed.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
