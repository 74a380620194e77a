//! The sockets that the app listens on.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::Router;
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
