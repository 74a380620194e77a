//! Selects scenarios, runs them and records the results.

mod bench;
mod capabilities;
mod divergences;
mod error;
mod filter;
mod options;
mod plan;
mod pool;
mod recorded;
mod result;
mod runner;
mod worker;

pub use bench::{Bench, TargetSource, authorities, target_file};
pub use error::RunError;
pub use filter::{Filter, FilterError};
pub use options::{Drivers, Options, REPORTS};
pub use recorded::recorded;
pub use result::{exit, verdict};
pub use runner::{Event, Runner, servers};
