//! Authentication by a credential. WebAuthn 7.2.

use sha2::{Digest as _, Sha256};

use super::authenticator_data::AuthenticatorData;
use super::ceremony::{Ceremony, CeremonyError};
use super::{client_data, cose};
use crate::protocol::jose::Jwk;

/// What a browser returns of an authentication.
#[derive(Clone, Copy, Debug)]
pub struct Assertion<'a> {
    pub client_data: &'a [u8],
    pub authenticator_data: &'a [u8],
    pub signature: &'a [u8],
    /// The user whom the authenticator knows the credential for, if it says so.
    pub user_handle: Option<&'a [u8]>,
}

/// A credential of the user.
#[derive(Clone, Copy, Debug)]
pub struct KnownCredential<'a> {
    pub key: &'a Jwk,
    pub sign_count: u32,
}

/// An authentication that has been verified.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct VerifiedAssertion {
    /// The position of the credential.
    pub credential: usize,
    pub sign_count: u32,
    pub user_verified: bool,
}

/// Verifies an authentication by one of these credentials of a user. `user_handle`: that of the user.
///
/// # Errors
/// The first step that fails.
pub fn verify_assertion(
    ceremony: Ceremony<'_>,
    assertion: Assertion<'_>,
    credentials: &[KnownCredential<'_>],
    user_handle: &[u8],
) -> Result<VerifiedAssertion, CeremonyError> {
    // WebAuthn 7.2 steps 1 to 4 are those of the page. Steps 5 and 7: Okta: an answer names no credential, so all that the user was
    // allowed to use are tried below.
    // WebAuthn 7.2 step 6.
    if assertion.user_handle.is_some_and(|handle| handle != user_handle) {
        return Err(CeremonyError::UserHandle);
    }
    // WebAuthn 7.2 steps 8 to 14.
    let rp_id = client_data::check(assertion.client_data, "webauthn.get", ceremony)?;
    let read = AuthenticatorData::read(assertion.authenticator_data)?;
    // WebAuthn 7.2 steps 15 to 17. Step 18: no extension is needed.
    read.check(&rp_id, ceremony)?;
    // WebAuthn 7.2 step 19.
    let hash = Sha256::digest(assertion.client_data);
    // WebAuthn 7.2 step 20.
    let signed = [assertion.authenticator_data, hash.as_slice()].concat();
    let has_signed = |credential: &KnownCredential<'_>| {
        credential
            .key
            .key()
            .is_ok_and(|key| cose::verifies(&key, cose::algorithm_of(&key), &signed, assertion.signature))
    };
    let credential = credentials.iter().position(has_signed).ok_or(CeremonyError::Signature)?;
    // WebAuthn 7.2 step 21.
    let (stored, received) = (credentials[credential].sign_count, read.sign_count);
    if (stored, received) != (0, 0) && received <= stored {
        return Err(CeremonyError::SignCount { stored, received });
    }
    Ok(VerifiedAssertion { credential, sign_count: received, user_verified: read.user_verified() })
}
