//! The registration of a credential. WebAuthn 7.1.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::attestation::{self, Attestation};
use super::authenticator_data::AuthenticatorData;
use super::cbor::{self, Value};
use super::ceremony::{Ceremony, CeremonyError, MAX_CREDENTIAL_ID, encode};
use super::{client_data, cose};
use crate::protocol::jose::Jwk;

/// What a browser returns of a registration.
#[derive(Clone, Copy, Debug)]
pub struct Registration<'a> {
    pub client_data: &'a [u8],
    pub attestation_object: &'a [u8],
}

/// A credential that has been registered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewCredential {
    /// As base64url.
    pub id: String,
    pub key: Jwk,
    pub sign_count: u32,
    /// The model of the authenticator, as a UUID.
    pub aaguid: String,
    pub user_verified: bool,
    pub attestation: Attestation,
}

/// Verifies a registration. `is_registered`: whether a user has the credential with this id.
///
/// # Errors
/// The first step that fails.
pub fn verify_registration(
    ceremony: Ceremony<'_>,
    registration: Registration<'_>,
    is_registered: impl Fn(&str) -> bool,
) -> Result<NewCredential, CeremonyError> {
    // WebAuthn 7.1 steps 1 to 4 are those of the page.
    let rp_id = client_data::check(registration.client_data, "webauthn.create", ceremony)?;
    // WebAuthn 7.1 step 11.
    let hash = Sha256::digest(registration.client_data);
    // WebAuthn 7.1 step 12.
    let object = cbor::read_all(registration.attestation_object).ok_or(CeremonyError::AttestationObject)?;
    let format = object.named("fmt").and_then(Value::text);
    let data = object.named("authData").and_then(Value::bytes);
    let statement = object.named("attStmt").filter(|statement| statement.map().is_some());
    let (Some(format), Some(data), Some(statement)) = (format, data, statement) else {
        return Err(CeremonyError::AttestationObject);
    };
    let read = AuthenticatorData::read(data)?;
    // WebAuthn 7.1 steps 13 to 15.
    read.check(&rp_id, ceremony)?;
    let credential = read.credential.as_ref().ok_or(CeremonyError::NoCredential)?;
    // WebAuthn 7.1 step 16.
    let algorithm = cose::algorithm(&credential.key).ok_or(CeremonyError::PublicKey("it has no algorithm"))?;
    if !cose::ALGORITHMS.contains(&algorithm) {
        return Err(CeremonyError::Algorithm(algorithm));
    }
    let key = cose::jwk(&credential.key)?;
    // WebAuthn 7.1 steps 18 to 21.
    let signed = [data, hash.as_slice()].concat();
    let attestation = attestation::verify(format, statement, &signed, credential, &key)?;
    // WebAuthn Level 3, 7.1: the length of the id.
    if credential.id.len() > MAX_CREDENTIAL_ID {
        return Err(CeremonyError::CredentialId);
    }
    // WebAuthn 7.1 step 22.
    let id = encode(credential.id);
    if is_registered(&id) {
        return Err(CeremonyError::Registered);
    }
    Ok(NewCredential {
        id,
        key,
        sign_count: read.sign_count,
        aaguid: uuid(credential.aaguid),
        user_verified: read.user_verified(),
        attestation,
    })
}

fn uuid(bytes: [u8; 16]) -> String {
    bytes.iter().enumerate().fold(String::new(), |mut text, (index, byte)| {
        let separator = if matches!(index, 4 | 6 | 8 | 10) { "-" } else { "" };
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{separator}{byte:02x}");
        text
    })
}
