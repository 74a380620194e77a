//! Claim snapshots: the claims of a token, with volatile values replaced by typed placeholders.
//!
//! A snapshot is `fixtures/claims/<name>.json`. A changed one is pending until `harness review` accepts or rejects it.

mod diff;
mod normalise;
mod review;
mod snapshots;

pub use diff::diff;
pub use normalise::{Context, normalise};
pub use review::{Pending, ReviewDecision, ReviewError, ask, pending, review};
pub use snapshots::{ALL, PLACEHOLDERS, SNAPSHOT, Snapshots};
