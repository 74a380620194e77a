//! Everything about the outside world that a decision may depend on.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::Rng;

use crate::trace::Trace;

/// Now, randomness and the trace: the one argument through which rules meet the world.
pub struct Moment<'a> {
    /// Seconds since 1970-01-01T00:00:00Z, by the org's clock.
    pub now: i64,
    pub rng: &'a mut dyn Rng,
    pub trace: &'a mut Trace,
}

impl std::fmt::Debug for Moment<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Moment").field("now", &self.now).field("trace", &self.trace).finish_non_exhaustive()
    }
}

impl Moment<'_> {
    /// A fresh 256-bit value as 43 characters of base64url: the shape of Okta's codes, refresh tokens, handles and `jti` tails.
    pub fn token(&mut self) -> String {
        let mut bytes = [0_u8; 32];
        self.rng.fill_bytes(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// A fresh object id of Okta's shape: 20 characters, the three-letter prefix first.
    pub fn id(&mut self, prefix: &str) -> String {
        const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let mut id = String::with_capacity(20);
        id.push_str(prefix);
        while id.len() < 17 {
            let index = self.rng.next_u32() as usize % ALPHABET.len();
            id.push(char::from(ALPHABET[index]));
        }
        id.push_str("5d7");
        id
    }
}
