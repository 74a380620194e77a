//! https: a local certificate authority, and a leaf certificate from it for the names of this server.
//!
//! The authority is kept in the state directory, if there is one, so that it has to be trusted only once. No trust store is
//! changed. Nothing is generated or read before it is needed.

mod authority;
mod error;
mod files;
mod names;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use time::{Duration, OffsetDateTime};
use tokio_rustls::TlsAcceptor;

pub(crate) use authority::{Authority, keep_authority};
pub(crate) use error::TlsError;

/// Validity of a leaf. Apple's clients refuse more than 398 days, also under a local root.
const LEAF_DAYS: i64 = 396;

/// The TLS side of a server.
#[derive(Debug)]
pub(crate) struct Tls {
    /// Where the authority is kept. `None`: in memory.
    state_dir: Option<PathBuf>,
    /// Names of the leaf, beyond those of loopback.
    names: Vec<String>,
    authority: OnceLock<Authority>,
    config: tokio::sync::OnceCell<Arc<ServerConfig>>,
}

impl Tls {
    pub(crate) fn new(state_dir: Option<PathBuf>, names: Vec<String>) -> Self {
        Self { state_dir, names, authority: OnceLock::new(), config: tokio::sync::OnceCell::new() }
    }

    /// The authority, generated or loaded on first use.
    pub(crate) fn authority(&self) -> Result<&Authority, TlsError> {
        if let Some(authority) = self.authority.get() {
            return Ok(authority);
        }
        let authority = match &self.state_dir {
            Some(dir) => Authority::kept_in(dir, &self.names)?,
            None => Authority::in_memory(&self.names)?,
        };
        Ok(self.authority.get_or_init(|| authority))
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
        let key = KeyPair::generate()?;
        // One name outside of the authority's limits would spoil the certificate for all.
        let names: Vec<_> = self.names.iter().filter(|name| authority.certifies(name)).cloned().collect();
        let leaf = leaf(&names)?.signed_by(&key, authority.issuer())?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(
                vec![leaf.into(), authority.der().clone()],
                PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
            )?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

fn leaf(extra: &[String]) -> Result<CertificateParams, rcgen::Error> {
    // No wildcard: strict clients accept none directly under a top-level name. The names of the orgs are in `extra`.
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    for name in extra {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, "mock-idp");
    #[expect(clippy::disallowed_methods, reason = "browsers judge a certificate by the machine's clock")]
    let now = OffsetDateTime::now_utc();
    params.not_before = now - Duration::DAY;
    params.not_after = params.not_before + Duration::days(LEAF_DAYS);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}
