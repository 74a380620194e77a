//! Claim snapshots: what a token says, with volatile values replaced by typed placeholders that are checked.
//!
//! A snapshot is `fixtures/claims/<name>.json`. A change is pending until `harness review` settles it.

mod diff;
mod normalise;
mod review;
mod snapshots;

pub use diff::diff;
pub use normalise::{Context, normalise};
pub use review::{Pending, ReviewDecision, ReviewError, ask, pending, review};
pub use snapshots::{ALL, PLACEHOLDERS, SNAPSHOT, Snapshots};
