//! What both ceremonies have in common: what they have to prove, how they fail, and how their members are written.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE_NO_PAD};
use url::Url;

use crate::moment::Moment;
use crate::protocol::jose::{Jwk, PublicKey};

/// Bytes of a challenge. WebAuthn 13.4.3: at least 16.
pub const CHALLENGE_LENGTH: usize = 20;

/// The most bytes of a credential id. WebAuthn Level 3, 7.1: 1023.
pub const MAX_CREDENTIAL_ID: usize = 1023;

/// What a ceremony has to prove.
#[derive(Clone, Copy, Debug)]
pub struct Ceremony<'a> {
    /// The origins of the pages that may run it.
    pub origins: &'a [String],
    /// As base64url.
    pub challenge: &'a str,
    pub requires_user_verification: bool,
}

/// The step of a ceremony that failed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CeremonyError {
    #[error("`{0}` is not base64")]
    Encoding(&'static str),
    #[error("the client data is not JSON with `type`, `challenge` and `origin`")]
    ClientData,
    #[error("the client data has the type `{0}`")]
    Type(String),
    #[error("the client data has another challenge")]
    Challenge,
    #[error("the origin `{0}` is neither that of the org nor one that the org trusts")]
    Origin(String),
    #[error("the page was embedded in one of another origin")]
    CrossOrigin,
    #[error("the connection has no token binding")]
    TokenBinding,
    #[error("the attestation object is not CBOR with `fmt`, `authData` and `attStmt`")]
    AttestationObject,
    #[error("the authenticator data is malformed: {0}")]
    AuthenticatorData(&'static str),
    #[error("the authenticator data is for another relying party")]
    RelyingParty,
    #[error("no user was present")]
    UserPresence,
    #[error("the user was not verified")]
    UserVerification,
    #[error("the credential is backed up, and says that it cannot be")]
    Backup,
    #[error("there is no attested credential")]
    NoCredential,
    #[error("the public key is malformed: {0}")]
    PublicKey(&'static str),
    #[error("the algorithm {0} was not offered")]
    Algorithm(i64),
    #[error("the attestation format `{0}` is unknown")]
    Format(String),
    #[error("the attestation statement is not valid: {0}")]
    Statement(&'static str),
    #[error("the credential id has more than 1023 bytes")]
    CredentialId,
    #[error("the credential is registered already")]
    Registered,
    #[error("the user handle is that of another user")]
    UserHandle,
    #[error("none of the user's keys has made the signature")]
    Signature,
    #[error("the signature counter is {received}, and was {stored} before: the authenticator may have been copied")]
    SignCount { stored: u32, received: u32 },
}

/// The origin of a URL, as client data has it.
#[must_use]
pub fn origin_of(url: &str) -> Option<String> {
    Url::parse(url).ok().map(|url| url.origin().ascii_serialization())
}

/// A challenge, as base64url.
#[must_use]
pub fn new_challenge(moment: &mut Moment<'_>) -> String {
    encode(&moment.bytes::<CHALLENGE_LENGTH>())
}

/// Why no signature can be verified by a key.
#[must_use]
pub fn unusable(key: &Jwk) -> Option<String> {
    match key.key() {
        Ok(PublicKey::Ec { curve: "P-256", .. } | PublicKey::Rsa { .. }) => None,
        Ok(PublicKey::Ec { curve, .. }) => Some(format!("a passkey has the curve P-256, not {curve}")),
        Err(problem) => Some(problem.to_string()),
    }
}

/// Base64 as the clients of Okta write it: that of URLs or the standard one, with or without padding.
const EITHER: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const URL_SAFE_EITHER: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, EITHER);

/// The bytes of a member that a client has sent.
///
/// # Errors
/// It is not base64.
pub fn decode(name: &'static str, text: &str) -> Result<Vec<u8>, CeremonyError> {
    let text: String = text
        .trim()
        .chars()
        .map(|letter| match letter {
            '+' => '-',
            '/' => '_',
            other => other,
        })
        .collect();
    URL_SAFE_EITHER.decode(text).map_err(|_| CeremonyError::Encoding(name))
}

/// Bytes as documents show them: base64url without padding.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
