//! Nonces for proofs. RFC 9449 8; Okta: a new one every day, each good for three.
//!
//! A nonce is a keyed hash of its day: none has to be remembered, and nobody can make tomorrow's.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;

const DAY: i64 = 24 * 3600;

/// What an org's nonces are made with.
pub struct NonceKey(hmac::Key);

impl std::fmt::Debug for NonceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NonceKey")
    }
}

impl NonceKey {
    /// A key of these random bytes.
    #[must_use]
    pub fn new(random: [u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &random))
    }

    /// The nonce to use from now on.
    #[must_use]
    pub fn current(&self, now: i64) -> String {
        self.of_day(now.div_euclid(DAY))
    }

    /// Whether a nonce is one of the last three.
    #[must_use]
    pub fn knows(&self, nonce: &str, now: i64) -> bool {
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
    fn a_nonce_is_a_day_new_and_three_days_good() {
        let key = NonceKey::new([7; 32]);
        let monday = key.current(0);
        assert_eq!(monday.len(), 43);
        assert_eq!(key.current(DAY - 1), monday);
        assert_ne!(key.current(DAY), monday);
        assert!(key.knows(&monday, 3 * DAY - 1));
        assert!(!key.knows(&monday, 3 * DAY));
        assert!(!key.knows(&key.current(DAY), DAY - 1), "tomorrow's is not known today");
        assert!(!NonceKey::new([8; 32]).knows(&monday, 0), "nor another org's");
    }
}
