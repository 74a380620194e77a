//! X.509 certificates of keys, as far as the management API reads them. RFC 5280; RFC 7517 4.7 to 4.9.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rsa::pkcs8::DecodePublicKey as _;
use rsa::traits::PublicKeyParts as _;
use sha2::{Digest as _, Sha256};
use x509_cert::Certificate;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Decode as _, Encode as _};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// The curves of RFC 7518 6.2.1.1, with the length of a coordinate.
const CURVES: [(ObjectIdentifier, &str, usize); 3] = [
    (ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"), "P-256", 32),
    (ObjectIdentifier::new_unwrap("1.3.132.0.34"), "P-384", 48),
    (ObjectIdentifier::new_unwrap("1.3.132.0.35"), "P-521", 66),
];

/// A certificate.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct X509Certificate {
    pub der: Vec<u8>,
    pub key: CertifiedKey,
    /// Seconds since the epoch.
    pub not_before: i64,
    pub not_after: i64,
}

/// The public key of a certificate or of a signing request; its parts are base64url.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum CertifiedKey {
    Rsa { n: String, e: String },
    Ec { crv: &'static str, x: String, y: String },
}

impl X509Certificate {
    /// Reads a certificate in DER, in PEM, or in base64 with any white space.
    #[must_use]
    pub fn read(written: &[u8]) -> Option<Self> {
        Self::from_der(written).or_else(|| {
            let text = std::str::from_utf8(written).ok()?;
            let lines = text.lines().filter(|line| !line.trim_start().starts_with("-----"));
            let base64: String = lines.flat_map(str::chars).filter(|letter| !letter.is_whitespace()).collect();
            Self::from_der(&STANDARD.decode(base64).ok()?)
        })
    }

    fn from_der(der: &[u8]) -> Option<Self> {
        let certificate = Certificate::from_der(der).ok()?.tbs_certificate;
        let key = CertifiedKey::of_spki(&certificate.subject_public_key_info.to_der().ok()?)?;
        let seconds = |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs()).ok();
        let (not_before, not_after) =
            (seconds(certificate.validity.not_before)?, seconds(certificate.validity.not_after)?);
        Some(Self { der: der.to_owned(), key, not_before, not_after })
    }

    /// RFC 7517 4.7.
    #[must_use]
    pub fn x5c(&self) -> String {
        STANDARD.encode(&self.der)
    }

    /// RFC 7517 4.9.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.der))
    }
}

impl CertifiedKey {
    /// The key of a `SubjectPublicKeyInfo`, if it is one that JSON Web Keys know.
    #[must_use]
    pub fn of_spki(der: &[u8]) -> Option<Self> {
        let info = x509_cert::spki::SubjectPublicKeyInfoRef::from_der(der).ok()?;
        match info.algorithm.oid {
            RSA => {
                let key = rsa::RsaPublicKey::from_public_key_der(der).ok()?;
                let encoded = |number: &rsa::BigUint| URL_SAFE_NO_PAD.encode(number.to_bytes_be());
                Some(Self::Rsa { n: encoded(key.n()), e: encoded(key.e()) })
            }
            EC => {
                let curve = info.algorithm.parameters_oid().ok()?;
                let (_, crv, length) = CURVES.into_iter().find(|(known, ..)| *known == curve)?;
                // SEC 1 2.3.3: an uncompressed point.
                let point = info.subject_public_key.as_bytes()?.strip_prefix(&[4])?;
                let (x, y) = point.split_at_checked(length).filter(|(_, y)| y.len() == length)?;
                Some(Self::Ec { crv, x: URL_SAFE_NO_PAD.encode(x), y: URL_SAFE_NO_PAD.encode(y) })
            }
            _ => None,
        }
    }
}
