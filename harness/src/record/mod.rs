//! The record of a run: exchanges, steps and findings.
//!
//! Secrets are masked before anything enters the record, so no report can contain one.

mod check;
mod entry;
mod invocation;
mod recorder;
pub mod run;
pub mod scrub;

pub use check::Check;
pub(crate) use check::checks;
pub use entry::{Entry, Exchange, Finding, Severity, Verdict};
pub use invocation::{Invocation, shell_quoted};
pub use recorder::Recorder;
