//! What the page about the management API shows.

use super::frame::Frame;

/// The operations that Okta publishes, and which of them are served.
#[derive(Clone, Debug)]
pub(crate) struct CoverageView {
    pub frame: Frame,
    /// How many operations there are of each state.
    pub counts: [(&'static str, usize); 3],
    /// The chosen state; empty: all.
    pub state: String,
    /// What the paths or ids contain.
    pub text: String,
    pub resources: Vec<CoveredResource>,
}

/// The operations of one resource.
#[derive(Clone, Debug)]
pub(crate) struct CoveredResource {
    pub name: &'static str,
    /// How many of them are complete.
    pub complete: usize,
    pub operations: Vec<CoverageRow>,
}

/// One operation.
#[derive(Clone, Debug)]
pub(crate) struct CoverageRow {
    /// Method and path.
    pub operation: String,
    pub id: &'static str,
    pub state: &'static str,
    pub missing: &'static str,
}
