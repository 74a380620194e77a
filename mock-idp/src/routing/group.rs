//! Groups of routes, each with a pipeline around its handlers.

use super::{Area, Handler, Route};

/// The routes and areas that one pipeline serves.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) pipeline: Pipeline,
    /// All rows.
    pub(crate) rows: fn() -> Vec<&'static Route>,
    /// For paths that no route has. The first that fits counts.
    pub(crate) areas: &'static [Area],
    /// Checks the access that a route needs, and calls its handler.
    pub(crate) dispatch: Handler,
    pub(crate) not_found: Handler,
    pub(crate) method_not_allowed: Handler,
    /// Answers OPTIONS where other origins may read an answer.
    pub(crate) preflight: Option<Handler>,
}

/// What surrounds the handlers of a group.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Pipeline {
    /// Okta's headers, limits, faults, CORS and the journal.
    Okta,
    /// None of these.
    Control,
}
