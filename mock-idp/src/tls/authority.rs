//! The local certificate authority, in memory or in a directory.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
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

/// The file in the state directory that holds the certificate.
const CA_FILE: &str = "ca.pem";
const KEY_FILE: &str = "ca.key.pem";
const LOCK_FILE: &str = "ca.lock";
const YEARS: i64 = 10;
const NAME: &str = "mock-idp local CA (test use only)";

/// Only the owner may read the key.
const PRIVATE: u32 = 0o600;
/// Everybody may read the certificate.
const PUBLIC: u32 = 0o644;

/// Makes sure that `dir` holds an authority, and returns the path of its certificate.
pub(crate) fn keep_authority(dir: &Path) -> Result<PathBuf, TlsError> {
    let path = dir.join(CA_FILE);
    if !path.exists() {
        Authority::kept_in(dir)?;
    }
    Ok(path)
}

/// A certificate authority of this machine only.
#[derive(Debug)]
pub(crate) struct Authority {
    pem: String,
    der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// A new one in memory.
    pub(crate) fn in_memory() -> Result<Self, TlsError> {
        Self::load(&Pems::generate()?)
    }

    /// The one in `dir`, which is generated if there is none.
    pub(crate) fn kept_in(dir: &Path) -> Result<Self, TlsError> {
        let pems = match Pems::read(dir)? {
            Some(pems) => pems,
            None => Pems::create(dir)?,
        };
        Self::load(&pems).map_err(|error| match error {
            TlsError::File { .. } => error,
            other => TlsError::Unusable { dir: dir.to_owned(), reason: other.to_string() },
        })
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
        let [anchor] = anchors.roots.as_slice() else { return Err(TlsError::NotOurs("is no certificate")) };
        // The anchor has the content of the DER sequence, without tag and length.
        if !key.subject_public_key_info().ends_with(&anchor.subject_public_key_info) {
            return Err(TlsError::NotOurs("is not the certificate of ca.key.pem"));
        }
        // Leaves name their issuer by this name.
        if !anchor.subject.ends_with(NAME.as_bytes()) {
            return Err(TlsError::NotOurs("was not made by mock-idp"));
        }
        let issuer = Issuer::new(authority_params(), key);
        Ok(Self { pem: pems.certificate.clone(), der, issuer })
    }
}

/// Certificate and key as PEM.
struct Pems {
    certificate: String,
    key: String,
}

impl Pems {
    fn generate() -> Result<Self, TlsError> {
        let key = KeyPair::generate()?;
        let mut params = authority_params();
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
    fn create(dir: &Path) -> Result<Self, TlsError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| TlsError::File { path, source }
        };
        fs::create_dir_all(dir).map_err(failed(dir))?;
        let lock_path = dir.join(LOCK_FILE);
        let lock = file(&lock_path, PRIVATE).map_err(failed(&lock_path))?;
        lock.lock().map_err(failed(&lock_path))?;
        if let Some(pems) = Self::read(dir)? {
            return Ok(pems);
        }
        let pems = Self::generate()?;
        for (name, text, mode) in [(KEY_FILE, &pems.key, PRIVATE), (CA_FILE, &pems.certificate, PUBLIC)] {
            let path = dir.join(name);
            write_whole(&path, text, mode).map_err(failed(&path))?;
        }
        Ok(pems)
    }
}

/// The parameters of all authorities made here.
fn authority_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, NAME);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn read(path: &Path) -> Result<Option<String>, TlsError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(TlsError::File { path: path.to_owned(), source }),
    }
}

/// Writes a file under another name and renames it, so that no reader sees a part of it.
fn write_whole(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let unfinished = path.with_extension("new");
    let mut file = file(&unfinished, mode)?;
    file.set_len(0)?;
    file.write_all(text.as_bytes())?;
    drop(file);
    fs::rename(&unfinished, path)
}

/// A file to write, created with these permissions.
fn file(path: &Path, mode: u32) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error for a directory in which the files of a new authority were changed.
    fn error_after(change: impl FnOnce(&Path)) -> String {
        let dir = tempfile::tempdir().unwrap();
        Authority::kept_in(dir.path()).unwrap();
        change(dir.path());
        let error = Authority::kept_in(dir.path()).unwrap_err().to_string();
        assert!(error.ends_with(". Remove ca.pem and ca.key.pem there"), "{error}");
        error
    }

    #[test]
    fn an_authority_that_cannot_sign_is_refused_with_the_reason() {
        let other = || Pems::generate().unwrap();
        let missing = error_after(|dir| fs::remove_file(dir.join(KEY_FILE)).unwrap());
        assert!(missing.contains("ca.key.pem is missing"), "{missing}");
        let mixed = error_after(|dir| fs::write(dir.join(KEY_FILE), other().key).unwrap());
        assert!(mixed.contains("ca.pem is not the certificate of ca.key.pem"), "{mixed}");
        let garbage = error_after(|dir| fs::write(dir.join(CA_FILE), "garbage").unwrap());
        assert!(garbage.contains("certificate:"), "{garbage}");
        let foreign = error_after(|dir| {
            let key = KeyPair::generate().unwrap();
            let mut params = authority_params();
            params.distinguished_name.push(DnType::CommonName, "Another CA");
            fs::write(dir.join(KEY_FILE), key.serialize_pem()).unwrap();
            fs::write(dir.join(CA_FILE), CertifiedIssuer::self_signed(params, key).unwrap().pem()).unwrap();
        });
        assert!(foreign.contains("ca.pem was not made by mock-idp"), "{foreign}");
    }
}
