//! Which operations of Okta's management API are served.

use axum::response::Response;

use super::response::{frame, page};
use crate::control::coverage::{Coverage, CoverageState, CoveredOperation};
use crate::pages::view::{ConsoleView, CoverageRow, CoverageView, CoveredResource};
use crate::routing::{At, Query, Served};

pub(in crate::control) async fn coverage(At(address): At, Served(table): Served, Query(query): Query) -> Response {
    let coverage = Coverage::of(&table);
    let get = |name: &str| query.get(name).unwrap_or_default().trim().to_owned();
    let (state, text) = (get("state"), get("text"));
    let fits = |operation: &&CoveredOperation| {
        let contains = |part: &str| part.to_lowercase().contains(&text.to_lowercase());
        (state.is_empty() || state == operation.state.name()) && (contains(operation.path) || contains(operation.id))
    };
    let mut resources: Vec<CoveredResource> = Vec::new();
    for operation in coverage.operations.iter().filter(fits) {
        let name = operation.resource();
        let found = resources.iter().position(|resource| resource.name == name);
        let at = found.unwrap_or(resources.len());
        if found.is_none() {
            resources.push(CoveredResource { name, complete: 0, operations: Vec::new() });
        }
        resources[at].complete += usize::from(operation.state == CoverageState::Complete);
        resources[at].operations.push(CoverageRow {
            operation: format!("{} {}", operation.method, operation.path),
            id: operation.id,
            state: operation.state.name(),
            missing: operation.missing.unwrap_or_default(),
        });
    }
    let counts = coverage.counts();
    page(&ConsoleView::Coverage(Box::new(CoverageView { frame: frame(&address), counts, state, text, resources })))
}
