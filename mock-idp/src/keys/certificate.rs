//! Certificates and signing requests of keys that the management API generates.

use mock_idp_core::ledger::KeyMaterial;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PublicKeyData as _, SerialNumber};
use time::OffsetDateTime;

use super::KeyError;
use super::source::pem;

/// RFC 2985 5.2.1: the object identifier of an email address in a name.
const EMAIL_ADDRESS: &[u64] = &[1, 2, 840, 113_549, 1, 9, 1];

/// When a certificate is valid: seconds since the epoch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Validity {
    pub(crate) not_before: i64,
    pub(crate) not_after: i64,
}

/// A signing request and the public key in it, in DER.
#[derive(Debug)]
pub(crate) struct NewRequest {
    pub(crate) request: Vec<u8>,
    pub(crate) public_key: Vec<u8>,
}

/// A certificate that the key signs itself, in DER. The names are those of RFC 4519.
pub(crate) fn self_signed(
    key: &KeyMaterial,
    subject: &[(&str, &str)],
    serial: &[u8],
    validity: Validity,
) -> Result<Vec<u8>, KeyError> {
    let time = |seconds| OffsetDateTime::from_unix_timestamp(seconds).map_err(|error| unusable(&error));
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = name(subject);
    parameters.serial_number = Some(SerialNumber::from_slice(serial));
    parameters.not_before = time(validity.not_before)?;
    parameters.not_after = time(validity.not_after)?;
    let certificate = parameters.self_signed(&key_pair(key)?).map_err(|error| unusable(&error))?;
    Ok(certificate.der().to_vec())
}

/// A signing request. RFC 2986.
pub(crate) fn signing_request(
    key: &KeyMaterial,
    subject: &[(&str, &str)],
    dns_names: Vec<String>,
) -> Result<NewRequest, KeyError> {
    let key = key_pair(key)?;
    let mut parameters = CertificateParams::new(dns_names).map_err(|error| unusable(&error))?;
    parameters.distinguished_name = name(subject);
    let request = parameters.serialize_request(&key).map_err(|error| unusable(&error))?;
    Ok(NewRequest { request: request.der().to_vec(), public_key: key.subject_public_key_info() })
}

fn key_pair(key: &KeyMaterial) -> Result<KeyPair, KeyError> {
    KeyPair::from_pem(pem(key)).map_err(|error| unusable(&error))
}

fn name(subject: &[(&str, &str)]) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    for (kind, value) in subject {
        name.push(
            match *kind {
                "C" => DnType::CountryName,
                "ST" => DnType::StateOrProvinceName,
                "L" => DnType::LocalityName,
                "O" => DnType::OrganizationName,
                "OU" => DnType::OrganizationalUnitName,
                "emailAddress" => DnType::CustomDnType(EMAIL_ADDRESS.to_vec()),
                _ => DnType::CommonName,
            },
            *value,
        );
    }
    name
}

fn unusable(error: &dyn std::fmt::Display) -> KeyError {
    KeyError::Unusable(format!("no certificate could be made: {error}"))
}
