//! Why a server cannot start, and what to do about it.

use std::io;
use std::path::PathBuf;

use crate::listen::port::{BindError, DEFAULT_PORT, Holder};

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// An org file cannot be read.
    #[error("cannot read the org file {}: {source}", path.display())]
    OrgFile {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// An org document is wrong.
    #[error("{origin} is not an org document:\n{problems}")]
    OrgDocument {
        /// The file, or what else it came from.
        origin: String,
        /// One line for each problem, with its place.
        problems: String,
    },
    /// Two orgs bear the same name, so that no address could tell them apart.
    #[error("two orgs are named {name:?}; give each its own org.subdomain")]
    SameName {
        /// Their subdomain.
        name: String,
    },
    /// Somebody listens on the port that was asked for.
    #[error(
        "port {port} is taken by {holder}. Three ways out:\n  \
         --port 0          take any free port\n  \
         --port {other}       take another one\n  \
         stop the other program{how}"
    )]
    PortTaken {
        /// The port.
        port: u16,
        /// Who holds it.
        holder: String,
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
        /// What the system says.
        source: io::Error,
    },
    /// A host name or issuer that cannot be one.
    #[error("{0}")]
    Setting(String),
    /// There is no certificate authority.
    #[error("no certificate authority: {0}")]
    Certificate(String),
    /// `start` was called outside a tokio runtime.
    #[error("start the mock inside a tokio runtime: {0}")]
    Runtime(String),
}

impl From<BindError> for StartError {
    fn from(error: BindError) -> Self {
        match error {
            BindError::Unavailable { address, source } => Self::Address { address, source },
            BindError::Taken { port, holder } => {
                let how = match &holder {
                    Holder::Ours { .. } => ", or use it: it answers the same requests".to_owned(),
                    Holder::Unknown => format!(": ss -ltnp 'sport = :{port}' or lsof -i :{port} tells which"),
                };
                let other = if port == DEFAULT_PORT { 7_804 } else { port.checked_add(1).unwrap_or(DEFAULT_PORT) };
                Self::PortTaken { port, holder: holder.to_string(), other, how }
            }
        }
    }
}
