//! Where an org's random values come from.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use parking_lot::Mutex;
use rand::Rng;
use rand::rngs::StdRng;

use crate::seed::Seed;

/// Where an org's random values come from.
#[derive(Debug)]
pub(super) enum Randomness {
    System,
    /// The same requests, one after the other, get the same values.
    Seeded {
        seed: Seed,
        rng: Box<Mutex<StdRng>>,
    },
}

impl Randomness {
    #[must_use]
    pub(super) fn new(seed: Option<Seed>) -> Self {
        match seed {
            None => Self::System,
            Some(seed) => Self::Seeded { seed, rng: Box::new(Mutex::new(seed.rng())) },
        }
    }

    /// Runs a rule that needs random values.
    pub(super) fn with<T>(&self, rule: impl FnOnce(&mut dyn Rng) -> T) -> T {
        match self {
            Self::System => rule(&mut rand::rng()),
            Self::Seeded { rng, .. } => rule(&mut *rng.lock()),
        }
    }

    /// Whether the values are derived from a seed.
    #[must_use]
    pub(super) fn is_seeded(&self) -> bool {
        matches!(self, Self::Seeded { .. })
    }

    /// Begins a sequence of the seed.
    pub(super) fn begin(&self, sequence: &Sequence) {
        if let Self::Seeded { seed, rng } = self {
            *rng.lock() = if *sequence == Sequence::first() {
                seed.rng()
            } else {
                seed.derived(&["sequence", &sequence.0]).rng()
            };
        }
    }
}

/// The name of one of the sequences of values that a seed has. A state must not meet values again that it has: each start with it, and
/// each mock that loads it, begins another sequence.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Sequence(String);

impl Sequence {
    /// The sequence of an org without a state.
    pub(super) fn first() -> Self {
        Self("first".to_owned())
    }

    /// The sequence of an org that has loaded a state.
    pub(super) fn of_state(state: &str) -> Self {
        Self::digest("state", state)
    }

    /// The sequence of the next start.
    pub(super) fn next(&self) -> Self {
        Self::digest("next", &self.0)
    }

    /// Its name, as it is stored.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// A sequence whose name was stored.
    pub(super) fn stored(name: &[u8]) -> Self {
        Self(String::from_utf8_lossy(name).into_owned())
    }

    fn digest(purpose: &str, text: &str) -> Self {
        Self(URL_SAFE_NO_PAD.encode(digest(&SHA256, format!("{purpose} {text}").as_bytes())))
    }
}
