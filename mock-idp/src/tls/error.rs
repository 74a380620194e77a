//! Errors of the certificate authority and of TLS.

use std::io;
use std::path::PathBuf;

/// Why there is no https.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("the certificate authority in {} cannot be used: {reason}. Remove ca.pem and ca.key.pem there", dir.display())]
    Unusable { dir: PathBuf, reason: String },
    #[error("ca.pem {0}")]
    NotOurs(&'static str),
    #[error("certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("TLS: {0}")]
    Rustls(#[from] rustls::Error),
}
