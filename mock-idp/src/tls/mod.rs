//! https: a local certificate authority, and a leaf certificate from it for the names of this server.
//!
//! The authority is kept in the state directory, if there is one, so that it has to be trusted only once. No trust store is
//! changed. Nothing is generated or read before it is needed.

mod authority;
mod error;
mod files;
mod leaves;
mod names;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rustls::ServerConfig;
use tokio_rustls::TlsAcceptor;

pub(crate) use authority::{Authority, keep_authority};
pub(crate) use error::TlsError;

use leaves::Leaves;

/// The TLS side of a server.
#[derive(Debug)]
pub(crate) struct Tls {
    /// Where the authority is kept. `None`: in memory.
    state_dir: Option<PathBuf>,
    /// Names of the leaf, beyond those of loopback.
    names: Vec<String>,
    authority: OnceLock<Arc<Authority>>,
    config: tokio::sync::OnceCell<Arc<ServerConfig>>,
}

impl Tls {
    pub(crate) fn new(state_dir: Option<PathBuf>, names: Vec<String>) -> Self {
        Self { state_dir, names, authority: OnceLock::new(), config: tokio::sync::OnceCell::new() }
    }

    /// The authority, generated or loaded on first use.
    pub(crate) fn authority(&self) -> Result<Arc<Authority>, TlsError> {
        if let Some(authority) = self.authority.get() {
            return Ok(Arc::clone(authority));
        }
        let authority = match &self.state_dir {
            Some(dir) => Authority::kept_in(dir, &self.names)?,
            None => Authority::in_memory(&self.names)?,
        };
        Ok(Arc::clone(self.authority.get_or_init(|| Arc::new(authority))))
    }

    /// Accepts TLS connections; prepared on first use.
    pub(crate) async fn acceptor(self: &Arc<Self>) -> io::Result<TlsAcceptor> {
        let prepare = || async {
            let tls = Arc::clone(self);
            let config = tokio::task::spawn_blocking(move || tls.build()).await.map_err(io::Error::other)?;
            let config = config.inspect_err(|error| tracing::error!(target: "mock_idp", "no https: {error}"));
            config.map(Arc::new).map_err(io::Error::other)
        };
        let config = self.config.get_or_try_init(prepare).await?;
        Ok(TlsAcceptor::from(Arc::clone(config)))
    }

    fn build(&self) -> Result<ServerConfig, TlsError> {
        let authority = self.authority()?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let leaves = Leaves::new(authority, self.names.clone(), &provider)?;
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(leaves));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}
