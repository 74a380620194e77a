//! Finding a port. It is bound on both loopback addresses, so that `localhost` works however a client resolves it.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use crate::control::PRODUCT;

/// The port that mock-idp takes by default, if it is free.
pub(crate) const DEFAULT_PORT: u16 = 7801;

/// The ports that are tried next. The two ports after the default one belong to the programs that come with this one; apps are
/// registered for them.
const NEXT_PORTS: std::ops::RangeInclusive<u16> = 7804..=7899;

/// Attempts to find a port that is free in both address families.
const PAIR_ATTEMPTS: usize = 32;

/// The port to take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum PortChoice {
    /// Any free one.
    Any,
    /// This one or none.
    Exactly(u16),
    /// This one, or the next free one.
    Preferably(u16),
}

/// Listeners on one port.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(crate) listeners: Vec<TcpListener>,
    pub(crate) port: u16,
    /// Why it is not the preferred one.
    pub(crate) moved: Option<String>,
}

/// Why no port is bound.
#[derive(Debug)]
pub(crate) enum BindError {
    Taken { port: u16, owner: PortOwner },
    Unavailable { address: String, source: io::Error },
}

/// The program on a port.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum PortOwner {
    MockIdp { version: String },
    Unknown,
}

impl std::fmt::Display for PortOwner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::MockIdp { version } => write!(formatter, "another mock-idp ({version})"),
            Self::Unknown => formatter.write_str("another program"),
        }
    }
}

/// Listens on `host`: `localhost` (both loopback addresses), an address, or a name of this machine.
pub(crate) fn bind(host: &str, choice: PortChoice) -> Result<Bound, BindError> {
    let addresses = addresses(host)?;
    match choice {
        PortChoice::Any => bind_any(&addresses),
        PortChoice::Exactly(0) => bind_any(&addresses),
        PortChoice::Exactly(port) => bind_all(&addresses, port).map_err(|error| failed(error, port)),
        PortChoice::Preferably(port) => match bind_all(&addresses, port) {
            Ok(bound) => Ok(bound),
            Err(Failure { source, .. }) if source.kind() == ErrorKind::AddrInUse => {
                let owner = owner(port);
                let mut bound = NEXT_PORTS
                    .into_iter()
                    .find_map(|next| bind_all(&addresses, next).ok())
                    .map_or_else(|| bind_any(&addresses), Ok)?;
                bound.moved = Some(format!("Port {port} is taken by {owner}; using {} instead.", bound.port));
                Ok(bound)
            }
            Err(failure) => Err(failed(failure, port)),
        },
    }
}

struct Failure {
    address: SocketAddr,
    source: io::Error,
}

fn failed(Failure { address, source }: Failure, port: u16) -> BindError {
    if source.kind() == ErrorKind::AddrInUse {
        return BindError::Taken { port, owner: owner(port) };
    }
    BindError::Unavailable { address: address.to_string(), source }
}

fn addresses(host: &str) -> Result<Vec<IpAddr>, BindError> {
    if host == "localhost" {
        return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
    }
    if let Ok(address) = host.trim_matches(['[', ']']).parse() {
        return Ok(vec![address]);
    }
    let unavailable = |source| BindError::Unavailable { address: host.to_owned(), source };
    let addresses: Vec<_> = (host, 0).to_socket_addrs().map_err(unavailable)?.map(|found| found.ip()).collect();
    if addresses.is_empty() { Err(unavailable(ErrorKind::AddrNotAvailable.into())) } else { Ok(addresses) }
}

/// One free port for all addresses: the system chooses one for the first; if it is taken on another, the search is repeated.
fn bind_any(addresses: &[IpAddr]) -> Result<Bound, BindError> {
    let mut last = None;
    for _ in 0..PAIR_ATTEMPTS {
        match bind_all(addresses, 0) {
            Ok(bound) => return Ok(bound),
            Err(failure) if failure.source.kind() == ErrorKind::AddrInUse => last = Some(failure),
            Err(failure) => return Err(failed(failure, 0)),
        }
    }
    let source = last.map_or_else(|| ErrorKind::AddrInUse.into(), |failure| failure.source);
    Err(BindError::Unavailable { address: "every free port".to_owned(), source })
}

/// The same port for all addresses that this machine has.
fn bind_all(addresses: &[IpAddr], port: u16) -> Result<Bound, Failure> {
    let mut listeners: Vec<TcpListener> = Vec::new();
    let mut bound_port = port;
    let mut missing = None;
    for ip in addresses {
        let address = SocketAddr::new(*ip, bound_port);
        let listened = TcpListener::bind(address).and_then(|listener| {
            // Tokio takes only sockets that do not block.
            listener.set_nonblocking(true)?;
            let port = listener.local_addr()?.port();
            Ok((listener, port))
        });
        match listened {
            Ok((listener, port)) => {
                bound_port = port;
                listeners.push(listener);
            }
            // A machine without IPv6 (or IPv4) has only one loopback address.
            Err(source) if addresses.len() > 1 && is_missing(&source) => missing = Some(Failure { address, source }),
            Err(source) => return Err(Failure { address, source }),
        }
    }
    match missing {
        Some(failure) if listeners.is_empty() => Err(failure),
        _ => Ok(Bound { listeners, port: bound_port, moved: None }),
    }
}

/// The machine does not have this address, or not its family.
fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::AddrNotAvailable | ErrorKind::Unsupported) || error.raw_os_error() == Some(97)
}

/// Asks the program on a port of this machine for `/healthz`.
fn owner(port: u16) -> PortOwner {
    let ask = || -> io::Result<Vec<u8>> {
        let limit = Duration::from_millis(250);
        let mut stream = TcpStream::connect_timeout(&(Ipv4Addr::LOCALHOST, port).into(), limit)?;
        stream.set_read_timeout(Some(limit))?;
        stream.set_write_timeout(Some(limit))?;
        write!(stream, "GET /healthz HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n")?;
        let mut answer = Vec::new();
        // On a time-out, what has arrived is used.
        let _ = stream.take(8_192).read_to_end(&mut answer);
        Ok(answer)
    };
    let answer = ask().unwrap_or_default();
    let answer = String::from_utf8_lossy(&answer);
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    match serde_json::from_str::<serde_json::Value>(body) {
        Ok(health) if health["product"] == PRODUCT => {
            PortOwner::MockIdp { version: health["version"].as_str().unwrap_or("unknown version").to_owned() }
        }
        _ => PortOwner::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localhost_is_both_loopback_addresses_on_one_port() {
        let bound = bind("localhost", PortChoice::Any).unwrap();
        let addresses: Vec<_> = bound.listeners.iter().map(|listener| listener.local_addr().unwrap()).collect();
        assert!(addresses.iter().all(|address| address.port() == bound.port && address.ip().is_loopback()));
        assert!(addresses.iter().any(SocketAddr::is_ipv4));
    }

    #[test]
    fn a_taken_port_is_an_error_if_required_and_skipped_if_preferred() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        match bind("localhost", PortChoice::Exactly(port)) {
            Err(BindError::Taken { port: named, owner }) => assert_eq!((named, owner), (port, PortOwner::Unknown)),
            other => panic!("{other:?}"),
        }
        let bound = bind("localhost", PortChoice::Preferably(port)).unwrap();
        assert_ne!(bound.port, port);
        assert_eq!(
            bound.moved,
            Some(format!("Port {port} is taken by another program; using {} instead.", bound.port))
        );
    }

    #[test]
    fn a_foreign_address_is_named_in_the_error() {
        match bind("192.0.2.1", PortChoice::Exactly(7_801)) {
            Err(BindError::Unavailable { address, .. }) => assert_eq!(address, "192.0.2.1:7801"),
            other => panic!("{other:?}"),
        }
    }
}
