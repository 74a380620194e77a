//! Time, the origin of the request, randomness and the trace: everything outside its arguments that a decision may use.

use std::net::IpAddr;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::Rng;

use crate::trace::Trace;

/// The characters of Okta's object ids.
pub(crate) const ID_ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The end of the ids of one cell of Okta, the same for all ids of the mock.
pub(crate) const ID_CELL: &str = "5d7";

/// A time as Okta's objects have it: whole seconds, `2026-01-01T00:00:00.000Z`.
#[must_use]
pub fn timestamp(seconds: i64) -> String {
    // The org's clock is bounded, so that each time has a year of four digits.
    let time = time::OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    let (year, month, day) = (time.year(), u8::from(time.month()), time.day());
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.000Z", time.hour(), time.minute(), time.second())
}

/// Where the request that is answered comes from.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RequestOrigin {
    /// The address of the client; `None`: there is no client, as in a preview.
    pub address: Option<IpAddr>,
    pub user_agent: Option<String>,
}

/// The current time, the origin of the request, randomness and the trace. Rules get them as one argument.
pub struct Moment<'a> {
    /// Seconds since 1970-01-01T00:00:00Z, by the org's clock.
    pub now: i64,
    pub origin: &'a RequestOrigin,
    pub rng: &'a mut dyn Rng,
    pub trace: &'a mut Trace,
}

impl std::fmt::Debug for Moment<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Moment").field("now", &self.now).field("trace", &self.trace).finish_non_exhaustive()
    }
}

impl Moment<'_> {
    /// Random bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0_u8; N];
        self.rng.fill_bytes(&mut bytes);
        bytes
    }

    /// A random 256-bit value as 43 characters of base64url: the format of Okta's codes, refresh tokens and handles, and of the
    /// end of a `jti`.
    pub fn token(&mut self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }

    /// A random UUID, version 4. RFC 9562 5.4.
    pub fn uuid(&mut self) -> String {
        let mut bytes = self.bytes::<16>();
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let digits = format!("{:032x}", u128::from_be_bytes(bytes));
        let [a, b, c, d, e] = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &digits[part]);
        format!("{a}-{b}-{c}-{d}-{e}")
    }

    /// Random letters of an alphabet.
    pub fn letters(&mut self, alphabet: &[u8], count: usize) -> String {
        // `alphabet` is short, so that the bias of the remainder is negligible.
        (0..count).map(|_| char::from(alphabet[self.rng.next_u32() as usize % alphabet.len()])).collect()
    }

    /// A random object id in Okta's format: 20 characters that begin with the three-letter prefix.
    pub fn id(&mut self, prefix: &str) -> String {
        let mut id = String::with_capacity(20);
        id.push_str(prefix);
        while id.len() < 17 {
            let index = self.rng.next_u32() as usize % ID_ALPHABET.len();
            id.push(char::from(ID_ALPHABET[index]));
        }
        id.push_str(ID_CELL);
        id
    }
}
