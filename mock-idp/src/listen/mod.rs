//! The port, for http and https, and its connections.

mod acceptor;
mod connection;
pub(crate) mod connections;
pub(crate) mod port;

use std::io;
use std::net::{IpAddr, TcpListener};
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
use crate::listen::connections::{Admitted, Connections, Phase};
use crate::tls::Tls;

/// How long running requests may take once the server stops.
const GRACE: Duration = Duration::from_millis(500);

/// Largest head of a request, in bytes.
const MAX_HEAD: usize = 128 * 1024;

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
    connections: Arc<Connections>,
}

/// Serves these listeners on the current runtime, with at most `max` connections at a time.
pub(crate) fn serve(
    listeners: Vec<TcpListener>,
    max: Option<usize>,
    front: &Front,
    tls: &Arc<Tls>,
) -> io::Result<Serving> {
    let serving = Serving {
        stopping: CancellationToken::new(),
        ending: CancellationToken::new(),
        tasks: TaskTracker::new(),
        connections: Connections::new(max),
    };
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

    /// How many requests are being answered.
    pub(crate) fn running(&self) -> usize {
        self.connections.serving()
    }

    async fn accept(self, listener: tokio::net::TcpListener, acceptor: Acceptor, front: Front) {
        while let Some(accepted) = self.stopping.run_until_cancelled(listener.accept()).await {
            match accepted {
                Ok((stream, peer)) => {
                    // A child token: connections that poll the same token contend for its lock.
                    let admitted = self.connections.admit(self.stopping.child_token());
                    let Some(admitted) = self.stopping.run_until_cancelled(admitted).await else { return };
                    self.spawn(self.clone().connection((stream, peer.ip()), admitted, acceptor.clone(), front.clone()));
                }
                Err(error) if is_of_one_connection(&error) => {}
                // Most likely the process may open no more files.
                Err(_) if self.connections.end_longest_waiting() => {
                    let _ = timeout(PAUSE, self.connections.one_closed()).await;
                }
                Err(error) => {
                    tracing::error!(target: "mock_idp", "accepting connections pauses for a moment: {error}");
                    let _ = timeout(PAUSE, self.stopping.cancelled()).await;
                }
            }
        }
    }

    async fn connection(
        self,
        (stream, peer): (TcpStream, IpAddr),
        admitted: Admitted,
        acceptor: Acceptor,
        front: Front,
    ) {
        let progress = Arc::clone(&admitted.progress);
        let open = acceptor.open(stream, Arc::clone(&progress));
        let Some(Ok((stream, secure, reset))) = progress.ending.run_until_cancelled(open).await else {
            return;
        };
        progress.enter(Phase::Idle);
        let front = front.for_connection(secure, peer.to_canonical(), reset);
        let org_removed = front.clone();
        let service = {
            let progress = Arc::clone(&progress);
            service_fn(move |request| {
                progress.enter(Phase::Serving);
                let (answer, progress) = (front.answer(request), Arc::clone(&progress));
                async move {
                    let answer = answer.await;
                    progress.enter(Phase::Idle);
                    answer
                }
            })
        };
        // Answers are small: one write of copied bytes is cheaper than a vectored write.
        let http =
            http1::Builder::new().writev(false).max_buf_size(MAX_HEAD).serve_connection(TokioIo::new(stream), service);
        let mut connection = std::pin::pin!(http);
        tokio::select! {
            _ = connection.as_mut() => return,
            () = progress.overdue() => return,
            () = progress.ending.cancelled() => {}
            () = org_removed.org_removed() => {}
        }
        // The rest of a head may never come.
        if progress.phase() != Phase::Head {
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
