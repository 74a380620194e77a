//! Where an org's random values come from.

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

    /// Begins the sequence of a seed again; another sequence for another `state`.
    pub(super) fn restart(&self, state: &[&str]) {
        if let Self::Seeded { seed, rng } = self {
            *rng.lock() = if state.is_empty() { seed.rng() } else { seed.derived(state).rng() };
        }
    }
}
