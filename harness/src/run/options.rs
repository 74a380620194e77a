//! The options of a run.

use std::path::PathBuf;

use super::filter::Filter;
use crate::issuer_target::Behavior;
use crate::issuer_target::fixtures::Fixtures;

/// Which drivers to use.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum Drivers {
    /// HTTP, and Chromium for the scenarios that need a browser.
    Auto,
    /// Fill the forms over HTTP, without JavaScript.
    Http,
    /// Chromium.
    Browser,
    /// Each scenario with both.
    Both,
}

/// What to run and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The name of a target or the URL of an issuer.
    pub target: String,
    pub fixtures: Fixtures,
    pub filter: Filter,
    /// The behavior of the built-in mock; by default the target file's.
    pub behavior: Option<Behavior>,
    pub drivers: Drivers,
    /// Whether a missing browser is an error instead of a skip.
    pub require_browser: bool,
    /// How many scenarios run at the same time.
    pub jobs: usize,
    /// The folder of reports and pending snapshots.
    pub reports: PathBuf,
}
