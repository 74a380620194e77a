//! The sockets that the app listens on, and the requests that are being answered.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Binds the port; `localhost` means both loopback addresses, as some runtimes try the IPv6 one first.
pub(crate) async fn listen(host: &str, port: u16) -> io::Result<Vec<TcpListener>> {
    if host != "localhost" {
        let name = host.trim_matches(['[', ']']);
        return Ok(vec![TcpListener::bind((name, port)).await?]);
    }
    let first = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let port = first.local_addr()?.port();
    // IPv6 may be unavailable.
    let second = TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).await.ok();
    Ok(std::iter::once(first).chain(second).collect())
}

/// Serves on one listener until `stopped` becomes true.
pub(crate) fn serve(listener: TcpListener, router: Router, mut stopped: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let stop = async move {
            // An error means that the app was dropped.
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stop).await {
            tracing::error!(reason = %error, "the listener failed");
        }
    })
}

/// How many requests are being answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunningRequests(Arc<AtomicUsize>);

impl RunningRequests {
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// A request that is being answered. It is dropped when the answer is ready or the client has gone.
struct Running(RunningRequests);

impl Running {
    fn new(requests: RunningRequests) -> Self {
        requests.0.fetch_add(1, Ordering::Relaxed);
        Self(requests)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The middleware that counts running requests.
pub(crate) async fn count(State(requests): State<RunningRequests>, request: Request, next: Next) -> Response {
    let _running = Running::new(requests);
    next.run(request).await
}

/// Host and port as written in a URL.
pub(crate) fn authority(host: &str, port: u16) -> String {
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(ip) if ip.is_unspecified() => format!("localhost:{port}"),
        Ok(IpAddr::V6(ip)) => format!("[{ip}]:{port}"),
        _ => format!("{host}:{port}"),
    }
}

/// Whether other machines can reach an app that listens on `host`.
pub(crate) fn is_reachable_from_outside(host: &str) -> bool {
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(ip) => !ip.is_loopback(),
        Err(_) => host != "localhost",
    }
}
