//! The local certificate authority, in memory or in a directory.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PublicKeyData as _,
};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use time::{Duration, OffsetDateTime};

use super::error::TlsError;
use super::files::{self, PRIVATE, PUBLIC};
use super::names;

/// The file in the state directory that holds the certificate.
const CA_FILE: &str = "ca.pem";
const KEY_FILE: &str = "ca.key.pem";
const LOCK_FILE: &str = "ca.lock";
const YEARS: i64 = 10;
const NAME: &str = "mock-idp local CA (test use only)";

/// Makes sure that `dir` holds an authority, and returns the path of its certificate. A new one may certify these names.
pub(crate) fn keep_authority(dir: &Path, names: &[String]) -> Result<PathBuf, TlsError> {
    let path = dir.join(CA_FILE);
    if !path.exists() {
        Authority::kept_in(dir, names)?;
    }
    Ok(path)
}

/// A certificate authority of this machine only.
#[derive(Debug)]
pub(crate) struct Authority {
    pem: String,
    der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
    /// The encoded names that it may certify. An authority of an earlier version has no limits.
    limits: Option<Vec<u8>>,
    warnings: Vec<String>,
}

impl Authority {
    /// A new one in memory, for loopback and these names.
    pub(crate) fn in_memory(names: &[String]) -> Result<Self, TlsError> {
        Self::load(&Pems::generate(names)?)
    }

    /// The one in `dir`, which is generated for loopback and these names if there is none.
    pub(crate) fn kept_in(dir: &Path, names: &[String]) -> Result<Self, TlsError> {
        let pems = match Pems::read(dir)? {
            Some(pems) => pems,
            None => Pems::create(dir, names)?,
        };
        let loaded = Self::load(&pems).map(|mut authority| {
            authority.warnings = files::loose_modes(dir, &dir.join(KEY_FILE));
            authority.warn_about(dir, names);
            authority
        });
        loaded.map_err(|error| match error {
            TlsError::File { .. } => error,
            other => TlsError::Unusable { dir: dir.to_owned(), reason: other.to_string() },
        })
    }

    /// What a person has to change about its files.
    pub(crate) fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Whether a certificate of this name is accepted under this authority.
    pub(super) fn certifies(&self, name: &str) -> bool {
        let Some(limits) = &self.limits else { return true };
        names::subtrees_of(name).iter().any(|subtree| limits.windows(subtree.len()).any(|part| part == subtree))
    }

    fn warn_about(&mut self, dir: &Path, names: &[String]) {
        let renew = format!("Remove ca.pem and ca.key.pem in {}, start again, and trust the new one", dir.display());
        let missing: Vec<_> = names.iter().filter(|name| !self.certifies(name)).map(String::as_str).collect();
        if !missing.is_empty() {
            let missing = missing.join(", ");
            self.warnings.push(format!(
                "The certificate authority was made without {missing}, so https fails under that name. {renew}."
            ));
        }
        if self.limits.is_none() {
            self.warnings.push(format!(
                "The certificate authority may certify any name, as it was made by an earlier version. {renew}."
            ));
        }
    }

    /// Its certificate.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    pub(super) fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    pub(super) fn issuer(&self) -> &Issuer<'static, KeyPair> {
        &self.issuer
    }

    fn load(pems: &Pems) -> Result<Self, TlsError> {
        let der = CertificateDer::from_pem_slice(pems.certificate.as_bytes())
            .map_err(|_| rcgen::Error::CouldNotParseCertificate)?;
        let key = KeyPair::from_pem(&pems.key)?;
        let mut anchors = RootCertStore::empty();
        anchors.add(der.clone())?;
        let [anchor] = anchors.roots.as_slice() else { return Err(TlsError::NotOurs("is not a certificate")) };
        // The anchor has the content of the DER sequence, without tag and length.
        if !key.subject_public_key_info().ends_with(&anchor.subject_public_key_info) {
            return Err(TlsError::NotOurs("is not the certificate of ca.key.pem"));
        }
        // Leaves name their issuer by this name.
        if !anchor.subject.ends_with(NAME.as_bytes()) {
            return Err(TlsError::NotOurs("was not made by mock-idp"));
        }
        let limits = anchor.name_constraints.as_ref().map(|limits| limits.to_vec());
        let issuer = Issuer::new(authority_params(&[]), key);
        Ok(Self { pem: pems.certificate.clone(), der, issuer, limits, warnings: Vec::new() })
    }
}

/// Certificate and key as PEM.
struct Pems {
    certificate: String,
    key: String,
}

impl Pems {
    fn generate(names: &[String]) -> Result<Self, TlsError> {
        let key = KeyPair::generate()?;
        let mut params = authority_params(names);
        #[expect(clippy::disallowed_methods, reason = "browsers judge a certificate by the machine's clock")]
        let now = OffsetDateTime::now_utc();
        params.not_before = now - Duration::DAY;
        params.not_after = params.not_before + Duration::days(365 * YEARS);
        let key_pem = key.serialize_pem();
        let certificate = CertifiedIssuer::self_signed(params, key)?;
        Ok(Self { certificate: certificate.pem(), key: key_pem })
    }

    /// Both files. `None` without the certificate, which is written last.
    fn read(dir: &Path) -> Result<Option<Self>, TlsError> {
        let Some(certificate) = read(&dir.join(CA_FILE))? else { return Ok(None) };
        match read(&dir.join(KEY_FILE))? {
            Some(key) => Ok(Some(Self { certificate, key })),
            None => Err(TlsError::Unusable { dir: dir.to_owned(), reason: format!("{KEY_FILE} is missing") }),
        }
    }

    /// Creates both files, under a lock, so that two processes that start at once use one authority.
    fn create(dir: &Path, names: &[String]) -> Result<Self, TlsError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| TlsError::File { path, source }
        };
        files::create_dir(dir).map_err(failed(dir))?;
        let lock_path = dir.join(LOCK_FILE);
        let lock = files::lock_file(&lock_path).map_err(failed(&lock_path))?;
        lock.lock().map_err(failed(&lock_path))?;
        if let Some(pems) = Self::read(dir)? {
            return Ok(pems);
        }
        let pems = Self::generate(names)?;
        for (name, text, mode) in [(KEY_FILE, &pems.key, PRIVATE), (CA_FILE, &pems.certificate, PUBLIC)] {
            let path = dir.join(name);
            files::write_whole(&path, text, mode).map_err(failed(&path))?;
        }
        Ok(pems)
    }
}

/// The parameters of all authorities made here. They may certify loopback and these names only (RFC 5280 4.2.1.10): who gets hold
/// of the key cannot use it for other sites.
fn authority_params(names: &[String]) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, NAME);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(names::limits(names));
    params
}

fn read(path: &Path) -> Result<Option<String>, TlsError> {
    files::read(path).map_err(|source| TlsError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The error for a directory in which the files of a new authority were changed.
    fn error_after(change: impl FnOnce(&Path)) -> String {
        let dir = tempfile::tempdir().unwrap();
        Authority::kept_in(dir.path(), &[]).unwrap();
        change(dir.path());
        let error = Authority::kept_in(dir.path(), &[]).unwrap_err().to_string();
        assert!(error.ends_with(". Remove ca.pem and ca.key.pem there"), "{error}");
        error
    }

    #[test]
    fn an_authority_that_cannot_sign_is_refused_with_the_reason() {
        let other = || Pems::generate(&[]).unwrap();
        let missing = error_after(|dir| fs::remove_file(dir.join(KEY_FILE)).unwrap());
        assert!(missing.contains("ca.key.pem is missing"), "{missing}");
        let mixed = error_after(|dir| fs::write(dir.join(KEY_FILE), other().key).unwrap());
        assert!(mixed.contains("ca.pem is not the certificate of ca.key.pem"), "{mixed}");
        let garbage = error_after(|dir| fs::write(dir.join(CA_FILE), "garbage").unwrap());
        assert!(garbage.contains("certificate:"), "{garbage}");
        let foreign = error_after(|dir| {
            let key = KeyPair::generate().unwrap();
            let mut params = authority_params(&[]);
            params.distinguished_name.push(DnType::CommonName, "Another CA");
            fs::write(dir.join(KEY_FILE), key.serialize_pem()).unwrap();
            fs::write(dir.join(CA_FILE), CertifiedIssuer::self_signed(params, key).unwrap().pem()).unwrap();
        });
        assert!(foreign.contains("ca.pem was not made by mock-idp"), "{foreign}");
    }

    #[test]
    fn an_authority_certifies_loopback_and_the_names_it_was_made_for() {
        let dir = tempfile::tempdir().unwrap();
        let names = ["idp.example.test".to_owned(), "192.0.2.7".to_owned()];
        let made = Authority::kept_in(dir.path(), &names).unwrap();
        assert!(made.warnings().is_empty(), "{:?}", made.warnings());
        for name in
            ["localhost", "market.localhost", "127.0.0.1", "::1", "idp.example.test", "a.idp.example.test", "192.0.2.7"]
        {
            assert!(made.certifies(name), "{name}");
        }
        for name in ["example.test", "okta.com", "192.0.2.8", "notlocalhost"] {
            assert!(!made.certifies(name), "{name}");
        }
        let later = Authority::kept_in(dir.path(), &["other.test".to_owned()]).unwrap();
        assert!(later.warnings()[0].contains("was made without other.test"), "{:?}", later.warnings());
    }
}
