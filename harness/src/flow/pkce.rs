//! Proof Key for Code Exchange (RFC 7636) and other random values.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng as _;
use sha2::{Digest as _, Sha256};

/// A verifier and its challenge.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pkce {
    pub verifier: String,
    pub challenge: String,
}

impl Pkce {
    /// A new pair. RFC 7636 4.1: 32 octets make a verifier of 43 characters.
    #[must_use]
    pub fn fresh() -> Self {
        Self::of(random_text(32))
    }

    /// RFC 7636 4.2: `BASE64URL(SHA256(ASCII(verifier)))`.
    #[must_use]
    pub fn of(verifier: String) -> Self {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        Self { verifier, challenge }
    }
}

/// Random octets, base64url-encoded.
#[must_use]
pub fn random_text(octets: usize) -> String {
    let mut bytes = vec![0; octets];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::Pkce;

    #[test]
    fn the_challenge_of_rfc_7636_appendix_b_is_right() {
        // RFC 7636 appendix B.
        let pkce = Pkce::of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
        assert_eq!(pkce.challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
