//! Nonces for proofs. RFC 9449 8; Okta: a new one every day, valid for three days.
//!
//! A nonce is a keyed hash of its day, so that nonces need not be stored and cannot be predicted.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;

const DAY: i64 = 24 * 3600;

/// The key for the nonces of an org.
pub struct NonceKey(hmac::Key);

impl std::fmt::Debug for NonceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NonceKey")
    }
}

impl NonceKey {
    /// A key from random bytes.
    #[must_use]
    pub fn new(random: [u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &random))
    }

    /// The nonce of today.
    #[must_use]
    pub fn current(&self, now: i64) -> String {
        self.of_day(now.div_euclid(DAY))
    }

    /// Whether a nonce is one of the last three.
    #[must_use]
    pub fn is_valid(&self, nonce: &str, now: i64) -> bool {
        let today = now.div_euclid(DAY);
        (today - 2..=today).any(|day| self.of_day(day).as_bytes().ct_eq(nonce.as_bytes()).into())
    }

    fn of_day(&self, day: i64) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, &day.to_be_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY, NonceKey};

    #[test]
    fn a_nonce_is_issued_for_one_day_and_valid_for_three() {
        let key = NonceKey::new([7; 32]);
        let monday = key.current(0);
        assert_eq!(monday.len(), 43);
        assert_eq!(key.current(DAY - 1), monday);
        assert_ne!(key.current(DAY), monday);
        assert!(key.is_valid(&monday, 3 * DAY - 1));
        assert!(!key.is_valid(&monday, 3 * DAY));
        assert!(!key.is_valid(&key.current(DAY), DAY - 1), "the nonce of tomorrow");
        assert!(!NonceKey::new([8; 32]).is_valid(&monday, 0), "the nonce of another org");
    }
}
