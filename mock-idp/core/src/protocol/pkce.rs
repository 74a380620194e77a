//! Proof Key for Code Exchange. RFC 7636; Okta accepts S256 only.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// RFC 7636 4.1 and 4.2: 43 to 128 unreserved characters, for verifier and challenge alike.
#[must_use]
pub fn well_formed(value: &str) -> bool {
    (43..=128).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'))
}

/// RFC 7636 4.2: the S256 challenge of a verifier.
#[must_use]
pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

/// RFC 7636 4.6: BASE64URL(SHA256(verifier)) equals the challenge.
#[must_use]
pub fn verify(challenge: &str, verifier: &str) -> bool {
    self::challenge(verifier).as_bytes().ct_eq(challenge.as_bytes()).into()
}
