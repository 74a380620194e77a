//! The id of a request: `x-okta-request-id` of the answer, the key of its journal entry, and in its log line.

use std::fmt;

use http::{HeaderName, HeaderValue};
use rand::Rng;
use serde::{Serialize, Serializer};

/// Its header.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-okta-request-id");

/// 32 lowercase hex digits, in the request's extensions.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct RequestId([u8; 32]);

impl RequestId {
    /// A new random id.
    #[must_use]
    pub(crate) fn random() -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut bytes = [0; 16];
        rand::rng().fill_bytes(&mut bytes);
        let mut text = [0; 32];
        for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        Self(text)
    }

    /// The digits.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// As the header's value.
    #[must_use]
    pub(crate) fn header_value(&self) -> HeaderValue {
        HeaderValue::from_bytes(&self.0).unwrap_or(HeaderValue::from_static(""))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for RequestId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_32_lowercase_hex_digits_and_differ() {
        let id = RequestId::random();
        assert_eq!(id.as_str().len(), 32);
        assert!(id.as_str().bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{id}");
        assert_ne!(id, RequestId::random());
        assert_eq!(id.header_value(), *id.as_str());
    }
}
