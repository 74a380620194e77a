//! Codes of authenticator apps (RFC 6238): SHA-1, six digits, 30 seconds.

use aws_lc_rs::hmac;
use data_encoding::BASE32_NOPAD;

/// RFC 6238 4.1: the time step, in seconds.
const STEP: i64 = 30;

/// The key that an authenticator app shares with an issuer.
#[derive(Clone)]
pub struct TotpKey(Vec<u8>);

/// The key stays out of logs.
impl std::fmt::Debug for TotpKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpKey")
    }
}

impl TotpKey {
    /// Reads a key as issuers show it: Base32 (RFC 4648 6), possibly in lower case, with spaces or padding.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text.chars().filter(|letter| !matches!(letter, ' ' | '=')).collect();
        let key = BASE32_NOPAD.decode(text.to_ascii_uppercase().as_bytes()).ok()?;
        (!key.is_empty()).then_some(Self(key))
    }

    /// The code at a time in seconds since 1970.
    #[must_use]
    pub fn code(&self, now: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &now.div_euclid(STEP).to_be_bytes());
        let digest = tag.as_ref();
        // RFC 4226 5.3: four bytes from the place that the last four bits name, without the sign.
        let at = digest.last().map_or(0, |last| usize::from(last & 0xf));
        let number = digest[at..at + 4].iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_last_digits_of_those_of_the_specification() {
        // RFC 6238 appendix B, SHA-1.
        let key = TotpKey::parse("GEZD GNBV GY3T QOJQ gezd gnbv gy3t qojq").expect("a key");
        let codes = [59, 1_111_111_109, 1_234_567_890, 20_000_000_000].map(|now| key.code(now));
        assert_eq!(codes, ["287082", "081804", "005924", "353130"]);
    }

    #[test]
    fn text_that_is_not_base32_is_not_a_key() {
        for text in ["", " ", "1", "JBSWY3DP!", "A"] {
            assert!(TotpKey::parse(text).is_none(), "{text:?}");
        }
    }
}
