//! The options of a run.

use std::path::PathBuf;

use super::filter::Filter;
use crate::issuer_target::Behavior;
use crate::issuer_target::fixtures::Fixtures;
use crate::record::Invocation;

/// The folder of reports unless another one is named.
pub const REPORTS: &str = "target/harness/last";

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

impl Drivers {
    /// The value on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Http => "http",
            Self::Browser => "browser",
            Self::Both => "both",
        }
    }
}

/// What to run and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The name of a target, the path of a target file, or the URL of an issuer.
    pub target: String,
    pub fixtures: Fixtures,
    /// The custom server of the target file; by default the first.
    pub server: Option<String>,
    /// Whether the run continues one with another server of the same target: it leaves out what is about the whole org.
    pub continuing: bool,
    pub filter: Filter,
    /// The behavior of the built-in mock; by default the target file's.
    pub behavior: Option<Behavior>,
    pub drivers: Drivers,
    /// Whether a missing browser is an error instead of a skip.
    pub require_browser: bool,
    /// A file with certificates of authorities to trust.
    pub ca: Option<PathBuf>,
    /// How many scenarios run at the same time.
    pub jobs: usize,
    /// The folder of reports and pending snapshots.
    pub reports: PathBuf,
}

impl Options {
    /// The command line with these options.
    #[must_use]
    pub fn invocation(&self) -> Invocation {
        let text = |path: &std::path::Path| path.display().to_string();
        Invocation {
            target: self.target.clone(),
            fixtures: self.fixtures.folder().map(text),
            server: self.server.clone(),
            snapshots: self.fixtures.own_snapshots().map(text),
            behavior: self.behavior.map(|behavior| behavior.word().to_owned()),
            driver: self.drivers.word().to_owned(),
            require_browser: self.require_browser,
            ca: self.ca.as_deref().map(text),
            report_dir: Some(text(&self.reports)).filter(|reports| reports != REPORTS),
            selection: self.filter.arguments(),
        }
    }
}
