//! Attestation statements. WebAuthn 8.

use x509_cert::Certificate;
use x509_cert::certificate::Version;
use x509_cert::der::asn1::{ObjectIdentifier, OctetString};
use x509_cert::der::{Decode as _, Encode as _};
use x509_cert::ext::pkix::BasicConstraints;

use super::authenticator_data::AttestedCredential;
use super::cbor::Value;
use super::ceremony::CeremonyError;
use super::cose;
use crate::protocol::certificate::CertifiedKey;
use crate::protocol::jose::Jwk;

/// The formats of the registry "WebAuthn Attestation Statement Format Identifiers" whose statements are not read.
const UNREAD: [&str; 6] = ["tpm", "android-key", "android-safetynet", "fido-u2f", "apple", "compound"];

/// `id-fido-gen-ce-aaguid`. WebAuthn 8.2.1.
const AAGUID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.45724.1.1.4");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");
const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// What a statement says about the authenticator.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Attestation {
    None,
    /// Signed by the key of the credential itself.
    SelfSigned,
    /// Signed by the key of a certificate, whose issuer is not looked at.
    Certified,
    /// A statement in a format that is not verified.
    Unread(String),
}

/// Verifies a statement over the authenticator data and the hash of the client data.
pub(super) fn verify(
    format: &str,
    statement: &Value<'_>,
    signed: &[u8],
    credential: &AttestedCredential<'_>,
    key: &Jwk,
) -> Result<Attestation, CeremonyError> {
    let invalid = CeremonyError::Statement;
    match format {
        // WebAuthn 8.7: the statement is empty.
        "none" => match statement.map() {
            Some([]) => Ok(Attestation::None),
            _ => Err(invalid("`none` has an empty one")),
        },
        "packed" => packed(statement, signed, credential, key),
        other if UNREAD.contains(&other) => Ok(Attestation::Unread(other.to_owned())),
        other => Err(CeremonyError::Format(other.to_owned())),
    }
}

/// WebAuthn 8.2, "Verification procedure".
fn packed(
    statement: &Value<'_>,
    signed: &[u8],
    credential: &AttestedCredential<'_>,
    key: &Jwk,
) -> Result<Attestation, CeremonyError> {
    let invalid = CeremonyError::Statement;
    let algorithm = statement.named("alg").and_then(Value::integer).ok_or(invalid("`alg` is missing"))?;
    let signature = statement.named("sig").and_then(Value::bytes).ok_or(invalid("`sig` is missing"))?;
    match statement.named("x5c") {
        Some(chain) => {
            let first = chain.array().and_then(|chain| chain.first()).and_then(Value::bytes);
            let certificate = first.and_then(|der| Certificate::from_der(der).ok());
            let certificate = certificate.ok_or(invalid("`x5c` has no certificate"))?;
            let public = certified_key(&certificate).ok_or(invalid("the certificate has no key for ES256 or RS256"))?;
            let public = public.key().map_err(|_| invalid("the key of the certificate cannot be used"))?;
            if !cose::verifies(&public, algorithm, signed, signature) {
                return Err(invalid("the key of the certificate has not made the signature"));
            }
            meets_requirements(&certificate, credential.aaguid).map_err(invalid)?;
            Ok(Attestation::Certified)
        }
        None => {
            if cose::algorithm(&credential.key) != Some(algorithm) {
                return Err(invalid("`alg` is not that of the credential"));
            }
            let public = key.key().map_err(|_| invalid("the key of the credential cannot be used"))?;
            if !cose::verifies(&public, algorithm, signed, signature) {
                return Err(invalid("the key of the credential has not made the signature"));
            }
            Ok(Attestation::SelfSigned)
        }
    }
}

fn certified_key(certificate: &Certificate) -> Option<Jwk> {
    let der = certificate.tbs_certificate.subject_public_key_info.to_der().ok()?;
    Some(match CertifiedKey::of_spki(&der)? {
        CertifiedKey::Rsa { n, e } => Jwk { kty: "RSA".to_owned(), n: Some(n), e: Some(e), ..Jwk::default() },
        CertifiedKey::Ec { crv, x, y } => {
            Jwk { kty: "EC".to_owned(), crv: Some(crv.to_owned()), x: Some(x), y: Some(y), ..Jwk::default() }
        }
    })
}

/// WebAuthn 8.2.1.
fn meets_requirements(certificate: &Certificate, aaguid: [u8; 16]) -> Result<(), &'static str> {
    let certificate = &certificate.tbs_certificate;
    if certificate.version != Version::V3 {
        return Err("the certificate has not the version 3");
    }
    let subject = |wanted: ObjectIdentifier| {
        let mut attributes = certificate.subject.0.iter().flat_map(|name| name.0.iter());
        attributes.find(|attribute| attribute.oid == wanted).map(|attribute| attribute.value.value())
    };
    if [COUNTRY, ORGANIZATION, COMMON_NAME].into_iter().any(|attribute| subject(attribute).is_none_or(<[u8]>::is_empty))
    {
        return Err("the subject of the certificate lacks country, organization or common name");
    }
    if subject(UNIT) != Some(b"Authenticator Attestation") {
        return Err("the unit of the certificate's subject is not `Authenticator Attestation`");
    }
    let extension = |wanted: ObjectIdentifier| {
        let mut known = certificate.extensions.iter().flatten();
        known.find(|extension| extension.extn_id == wanted)
    };
    if let Some(extension) = extension(AAGUID) {
        let own = OctetString::from_der(extension.extn_value.as_bytes());
        if extension.critical || own.is_ok_and(|own| own.as_bytes() != aaguid) {
            return Err("the certificate is for another model of authenticators");
        }
    }
    let constraints = extension(BASIC_CONSTRAINTS);
    let constraints = constraints.and_then(|found| BasicConstraints::from_der(found.extn_value.as_bytes()).ok());
    if constraints.is_none_or(|constraints| constraints.ca) {
        return Err("the certificate is that of an authority, or does not say so");
    }
    Ok(())
}
