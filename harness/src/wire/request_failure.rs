//! Why a request has no usable response.

use super::connection_failure::Obstacle;

/// Why a request has no usable response.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// No response: connection refused or reset, or timed out.
    #[error("no response from {url}: {reason}")]
    NoResponse { url: String, reason: String, obstacle: Obstacle },
    /// A response that can't be parsed.
    #[error("the response of {url} is not {wanted}: {reason}")]
    Unreadable { url: String, wanted: &'static str, reason: String },
    /// An invalid URL.
    #[error("invalid URL: {0}")]
    Address(#[from] url::ParseError),
    /// An invalid header.
    #[error("invalid header: {0}")]
    Header(String),
    /// The HTTP client can't be built.
    #[error("the HTTP client can't be built: {0}")]
    Client(String),
}
