//! Which of the operations that Okta publishes for its management API are served: the table of routes beside the published list.

use axum::Json;
use schemars::JsonSchema;
use serde::Serialize;

use crate::routing::{Route, Served, Table};

/// Method, path, operation id, and what the mock lacks of the operation; written by `ci/okta-operations`.
const PUBLISHED: &str = include_str!("../../../../fixtures/okta-operations.tsv");

/// What Okta publishes, compared with what is served.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct Coverage {
    /// How many operations Okta publishes.
    published: usize,
    complete: usize,
    partial: usize,
    absent: usize,
    /// By path.
    pub(super) operations: Vec<CoveredOperation>,
}

/// An operation that Okta publishes.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct CoveredOperation {
    /// Okta's `operationId`.
    pub(super) id: &'static str,
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) state: CoverageState,
    /// What a partial operation lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) missing: Option<&'static str>,
}

/// Whether an operation is served.
#[derive(Clone, Copy, Debug, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum CoverageState {
    Complete,
    Partial,
    Absent,
}

pub(super) async fn list(Served(table): Served) -> Json<Coverage> {
    Json(Coverage::of(&table))
}

impl Coverage {
    /// The coverage by the routes of this table.
    pub(super) fn of(table: &Table) -> Self {
        let served: Vec<&Route> = table.routes().collect();
        let operations: Vec<CoveredOperation> =
            PUBLISHED.lines().skip(1).filter_map(|line| CoveredOperation::read(line, &served)).collect();
        let count = |state| operations.iter().filter(|operation| operation.state == state).count();
        Self {
            published: operations.len(),
            complete: count(CoverageState::Complete),
            partial: count(CoverageState::Partial),
            absent: count(CoverageState::Absent),
            operations,
        }
    }

    /// How many operations there are of each state.
    pub(super) fn counts(&self) -> [(&'static str, usize); 3] {
        let states = [CoverageState::Complete, CoverageState::Partial, CoverageState::Absent];
        let [complete, partial, absent] = states.map(CoverageState::name);
        [(complete, self.complete), (partial, self.partial), (absent, self.absent)]
    }
}

impl CoveredOperation {
    /// A line of the list.
    fn read(line: &'static str, served: &[&Route]) -> Option<Self> {
        let mut columns = line.split('\t');
        let (method, path, id) = (columns.next()?, columns.next()?, columns.next()?);
        let missing = columns.next().filter(|missing| !missing.is_empty());
        let is_served = served
            .iter()
            .any(|route| route.method == method && route.paths.iter().any(|template| is_same_path(template, path)));
        let state = match missing {
            _ if !is_served => CoverageState::Absent,
            Some(_) => CoverageState::Partial,
            None => CoverageState::Complete,
        };
        Some(Self { id, method, path, state, missing: missing.filter(|_| is_served) })
    }

    /// The part of the path that names what the operation is about.
    pub(super) fn resource(&self) -> &'static str {
        let rest = self.path.strip_prefix("/api/v1/").unwrap_or(self.path);
        let two_parts = ["meta/", "iam/", "org/"].iter().any(|prefix| rest.starts_with(prefix));
        let mut slashes = rest.match_indices('/').map(|(index, _)| index).filter(|index| *index > 0);
        let end = slashes.nth(usize::from(two_parts)).unwrap_or(rest.len());
        &rest[..end]
    }
}

impl CoverageState {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Absent => "absent",
        }
    }
}

/// Whether two templates match the same paths. Okta names parameters differently.
fn is_same_path(template: &str, other: &str) -> bool {
    let is_parameter = |segment: &str| segment.starts_with('{');
    let mut segments = template.split('/').zip(other.split('/'));
    template.split('/').count() == other.split('/').count()
        && segments.all(|(one, two)| one == two || is_parameter(one) && is_parameter(two))
}

#[cfg(test)]
mod document;
#[cfg(test)]
mod tests;
