//! Snapshots: the results of token requests, with volatile values replaced by typed placeholders. `docs/snapshots.md` describes their
//! format.
//!
//! A snapshot is `snapshots/<name>.json` in the fixtures. A changed one is pending until `harness review` accepts or rejects it.

mod alike;
mod diff;
mod normalise;
mod review;
mod snapshots;
mod stored;

pub use diff::diff;
pub use normalise::{Context, normalise};
pub use review::{Pending, ReviewDecision, ReviewError, ask, pending, review};
pub use snapshots::{ALL, FoundResult, PLACEHOLDERS, SNAPSHOT, Snapshots, scenario_id};
pub use stored::{Snapshot, SnapshotCase};
