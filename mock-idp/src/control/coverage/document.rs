//! The tables of `docs/management-api.md`.

use std::fmt::Write as _;

use super::{Coverage, CoverageState, CoveredOperation};

/// The marks before and after the tables.
pub(super) const BEGIN: &str = "<!-- coverage: written by a test -->";
pub(super) const END: &str = "<!-- end of coverage -->";

pub(super) fn tables(coverage: &Coverage) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "Of {} published operations {} are complete, {} partial and {} absent.\n",
        coverage.published, coverage.complete, coverage.partial, coverage.absent
    );
    text.push_str("| resource | complete | partial | absent |\n|---|---|---|---|\n");
    for (resource, operations) in by_resource(coverage, |_| true) {
        let count = |state| operations.iter().filter(|operation| operation.state == state).count();
        let _ = writeln!(
            text,
            "| {resource} | {} | {} | {} |",
            count(CoverageState::Complete),
            count(CoverageState::Partial),
            count(CoverageState::Absent)
        );
    }
    text.push_str("\n## Partial operations\n\n| operation | path | what is missing |\n|---|---|---|\n");
    for operation in coverage.operations.iter().filter(|operation| operation.state == CoverageState::Partial) {
        let CoveredOperation { id, method, path, missing, .. } = operation;
        let _ = writeln!(text, "| {id} | `{method} {path}` | {} |", missing.unwrap_or_default());
    }
    for (title, state) in
        [("Complete operations", CoverageState::Complete), ("Absent operations", CoverageState::Absent)]
    {
        let _ = write!(text, "\n## {title}\n\n| resource | operations |\n|---|---|\n");
        for (resource, operations) in by_resource(coverage, |operation| operation.state == state) {
            let ids: Vec<&str> = operations.iter().map(|operation| operation.id).collect();
            let _ = writeln!(text, "| {resource} | {} |", ids.join(", "));
        }
    }
    text
}

/// The operations that fit, by resource, in the order of the list.
fn by_resource(
    coverage: &Coverage,
    fits: impl Fn(&CoveredOperation) -> bool,
) -> Vec<(&'static str, Vec<&CoveredOperation>)> {
    let mut resources: Vec<(&'static str, Vec<&CoveredOperation>)> = Vec::new();
    for operation in coverage.operations.iter().filter(|operation| fits(operation)) {
        match resources.iter_mut().find(|(name, _)| *name == operation.resource()) {
            Some((_, operations)) => operations.push(operation),
            None => resources.push((operation.resource(), vec![operation])),
        }
    }
    resources
}
