//! Why a server cannot start, and how to fix it.

use std::io;
use std::path::PathBuf;

use crate::listen::port::{BindError, DEFAULT_PORT, PortOwner};

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// An org file cannot be read.
    #[error("cannot read the org file {}: {}", path.display(), because(source))]
    OrgFile {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// An org document is wrong.
    #[error("{origin} is not an org document:\n{problems}")]
    OrgDocument {
        /// The file, or another source.
        origin: String,
        /// One line for each problem, with its place.
        problems: String,
    },
    /// Two orgs have the same name, so no address distinguishes them.
    #[error("two orgs are named {name:?}; give each its own org.subdomain")]
    SameName {
        /// Their subdomain.
        name: String,
    },
    /// The requested port is taken.
    #[error(
        "port {port} is taken by {owner}. Options:\n  \
         --port 0          take any free port\n  \
         --port {other}       take another one\n  \
         stop the other program{how}"
    )]
    PortTaken {
        /// The port.
        port: u16,
        /// The program on it.
        owner: String,
        /// A port to try.
        other: u16,
        /// How to find the other program.
        how: String,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}. Give --host an address of this machine, or leave it out")]
    Address {
        /// The address.
        address: String,
        /// The system's error.
        source: io::Error,
    },
    /// A setting is invalid.
    #[error("{0}")]
    Setting(String),
    /// The state that was kept cannot be used.
    #[error("{0}")]
    State(String),
    /// The certificate authority cannot be made or read.
    #[error("no certificate authority: {0}")]
    Certificate(String),
    /// `start` was called outside a tokio runtime.
    #[error("start the mock inside a tokio runtime: {0}")]
    Runtime(String),
}

/// The system's error in plain words, as far as it is a usual one.
fn because(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory; give a YAML file in it".to_owned(),
        io::ErrorKind::PermissionDenied => "this user may not read it".to_owned(),
        _ => error.to_string(),
    }
}

impl From<BindError> for StartError {
    fn from(error: BindError) -> Self {
        match error {
            BindError::Unavailable { address, source } => Self::Address { address, source },
            BindError::Taken { port, owner } => {
                let how = match &owner {
                    PortOwner::MockIdp { .. } => ", or use it: it answers the same requests".to_owned(),
                    PortOwner::Unknown => format!(": ss -ltnp 'sport = :{port}' or lsof -i :{port} shows which"),
                };
                let other = if port == DEFAULT_PORT { 7_804 } else { port.checked_add(1).unwrap_or(DEFAULT_PORT) };
                Self::PortTaken { port, owner: owner.to_string(), other, how }
            }
        }
    }
}
