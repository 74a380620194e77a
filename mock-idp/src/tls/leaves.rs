//! Leaf certificates: one for the names of the start, and one for each further name below `.localhost` that a client asks for, as
//! orgs are added at run time.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::{CertifiedKey, SigningKey};
use time::{Duration, OffsetDateTime};

use super::authority::Authority;
use super::error::TlsError;

/// Validity of a leaf. Apple's clients refuse more than 398 days, also under a local root.
const LEAF_DAYS: i64 = 396;

/// The most further names whose certificates are kept.
const FURTHER_NAMES: usize = 1_000;

/// The leaf certificates of a server. All have the same key.
#[derive(Debug)]
pub(super) struct Leaves {
    authority: Arc<Authority>,
    key: KeyPair,
    signing_key: Arc<dyn SigningKey>,
    /// Those of the first certificate.
    names: Vec<String>,
    first: Arc<CertifiedKey>,
    further: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl Leaves {
    /// The leaves of an authority; the first one is for loopback and these names.
    pub(super) fn new(
        authority: Arc<Authority>,
        names: Vec<String>,
        provider: &CryptoProvider,
    ) -> Result<Self, TlsError> {
        let key = KeyPair::generate()?;
        let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let signing_key = provider.key_provider.load_private_key(der)?;
        // One name outside of the authority's limits would spoil the certificate for all.
        let certified: Vec<_> = names.iter().filter(|name| authority.certifies(name)).cloned().collect();
        let first = Arc::new(CertifiedKey::new(chain(&authority, &key, &certified)?, Arc::clone(&signing_key)));
        Ok(Self { authority, key, signing_key, names, first, further: Mutex::default() })
    }

    fn is_further(&self, name: &str) -> bool {
        name.ends_with(".localhost") && !self.names.iter().any(|known| known == name) && self.authority.certifies(name)
    }

    fn further(&self, name: &str) -> Result<Arc<CertifiedKey>, TlsError> {
        let mut further = self.further.lock();
        if let Some(known) = further.get(name) {
            return Ok(Arc::clone(known));
        }
        let chain = chain(&self.authority, &self.key, &[name.to_owned()])?;
        let leaf = Arc::new(CertifiedKey::new(chain, Arc::clone(&self.signing_key)));
        if further.len() >= FURTHER_NAMES {
            further.clear();
        }
        further.insert(name.to_owned(), Arc::clone(&leaf));
        Ok(leaf)
    }
}

impl ResolvesServerCert for Leaves {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name().map(str::to_ascii_lowercase).filter(|name| self.is_further(name));
        // A client that cannot use the first one reports it.
        let leaf = name.and_then(|name| self.further(&name).ok());
        Some(leaf.unwrap_or_else(|| Arc::clone(&self.first)))
    }
}

/// A leaf for loopback and these names, with the certificate of its authority.
fn chain(authority: &Authority, key: &KeyPair, names: &[String]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let leaf = parameters(names)?.signed_by(key, authority.issuer())?;
    Ok(vec![leaf.into(), authority.der().clone()])
}

fn parameters(extra: &[String]) -> Result<CertificateParams, rcgen::Error> {
    // No wildcard: strict clients accept none directly under a top-level name.
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
