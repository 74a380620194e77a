//! Selects scenarios, runs them side by side, and turns what happened into a record.

mod filter;
mod house;
mod judge;
mod recorded;
mod runner;

pub use filter::{Filter, FilterError};
pub use house::House;
pub use recorded::recorded;
pub use runner::{Drivers, Event, Options, Runner};

use crate::exit::Exit;
use crate::issuer_target::TargetError;
use crate::record::run::{RunRecord, Totals};
use crate::scenario::TableError;

/// Why a run can't begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("divergences.toml: {0}")]
    Divergences(String),
    #[error("the built-in issuer did not start: {0}")]
    Start(String),
    #[error("the address {address} of the redirect URI can't be listened on: {reason}")]
    Listen { address: String, reason: String },
    #[error(transparent)]
    Filter(#[from] FilterError),
    #[error("--behavior is for the mock that is started here; {0} behaves as it does")]
    Behavior(String),
    #[error("no scenario is selected")]
    NothingSelected,
    #[error("{0}, and --require-browser was given")]
    NoBrowser(String),
}

impl RunError {
    /// How the process should end.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Target(TargetError::Unreachable(_)) | Self::Start(_) | Self::Listen { .. } | Self::NoBrowser(_) => {
                Exit::Unreachable
            }
            Self::Target(TargetError::Unknown { .. }) | Self::Filter(_) | Self::Behavior(_) => Exit::Usage,
            Self::Target(_) | Self::Table(_) | Self::Divergences(_) => Exit::Configuration,
            Self::NothingSelected => Exit::NothingSelected,
        }
    }
}

/// How the process should end after a run.
#[must_use]
pub fn exit(run: &RunRecord) -> Exit {
    let bad = run.scenarios.iter().filter(|scenario| scenario.state.is_bad());
    let mut exit = Exit::Expected;
    for scenario in bad {
        if !scenario.only_pending() {
            return Exit::Failures;
        }
        exit = Exit::SnapshotsPending;
    }
    exit
}

/// The sentence at the end.
#[must_use]
pub fn verdict(totals: &Totals) -> String {
    let plural =
        |count: usize, one: &str, many: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {many}") };
    let bad = totals.fail + totals.error;
    if totals.unexpected_pass > 0 && bad == 0 {
        let entries =
            plural(totals.unexpected_pass, "known divergence no longer occurs", "known divergences no longer occur");
        return format!("{entries}: take it off the list.");
    }
    if bad > 0 && totals.pending > 0 && totals.fail <= totals.pending && totals.error == 0 {
        let snapshots = plural(totals.pending, "claim snapshot waits", "claim snapshots wait");
        return format!("{snapshots} for review: harness review");
    }
    if bad > 0 {
        return format!("{} did not come out as expected.", plural(bad, "scenario", "scenarios"));
    }
    let ran = totals.scenarios - totals.skip;
    let warned = match totals.warn {
        0 => String::new(),
        warn => format!(" {} with a warning.", plural(warn, "scenario", "scenarios")),
    };
    if ran == 0 {
        return "Nothing could be run on this target.".to_owned();
    }
    format!("All {ran} scenarios that ran came out as expected.{warned}")
}
