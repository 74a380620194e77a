//! Public keys that verify signatures.

use aws_lc_rs::signature::{RsaPublicKeyComponents, UnparsedPublicKey};

use super::Algorithm;

/// The key material of a JWK.
#[derive(Clone, Debug)]
pub enum PublicKey {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    Ec {
        /// Name of the curve.
        curve: &'static str,
        /// Uncompressed point.
        point: Vec<u8>,
    },
}

impl PublicKey {
    /// Whether keys of this type and curve make signatures of that algorithm.
    #[must_use]
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::Rsa { .. } => algorithm.rsa().is_some(),
            Self::Ec { curve, .. } => algorithm.ecdsa().is_some_and(|(own, _)| own == *curve),
        }
    }

    /// Whether this key has made the signature. False if the algorithm does not fit the key.
    #[must_use]
    pub fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match (self, algorithm.rsa(), algorithm.ecdsa()) {
            (Self::Rsa { n, e }, Some(parameters), _) => {
                RsaPublicKeyComponents { n, e }.verify(parameters, message, signature).is_ok()
            }
            (Self::Ec { curve, point }, _, Some((own, parameters))) if own == *curve => {
                UnparsedPublicKey::new(parameters, point).verify(message, signature).is_ok()
            }
            _ => false,
        }
    }
}
