//! Snapshots as JUnit XML: one test case each.

use std::collections::HashMap;

use mock_idp::preview::{AddedCase, Alteration, RemovedCase, SnapshotCheck, TakenSnapshot, TokenCase};
use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use crate::cli::output::brief;

/// The report. A changed, new or removed snapshot is a failure.
pub(in crate::cli) fn junit(check: &SnapshotCheck, taken: &[TakenSnapshot]) -> Result<String, SerializeError> {
    let altered: HashMap<&TokenCase, &Alteration> =
        check.alterations.iter().map(|found| (&found.case, found)).collect();
    let added: HashMap<&TokenCase, &AddedCase> = check.added.iter().map(|found| (&found.case, found)).collect();
    let mut suite = TestSuite::new("snapshots");
    for TakenSnapshot { path, snapshot, .. } in taken {
        let status = match (altered.get(&snapshot.case), added.contains_key(&snapshot.case)) {
            (Some(altered), _) => changed(altered),
            (None, true) => failure("new", "the case has no snapshot"),
            (None, false) => TestCaseStatus::success(),
        };
        suite.add_test_case(case(path, &snapshot.case.client, status));
    }
    for RemovedCase { path, why } in &check.removed {
        let client = path.split('/').next().unwrap_or_default();
        suite.add_test_case(case(path, client, failure("removed", why)));
    }
    let mut report = Report::new("mock-idp snapshot");
    report.add_test_suite(suite);
    report.to_string()
}

fn case(path: &str, client: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(path, status);
    case.set_classname(client);
    case
}

fn failure(kind: &str, message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type(kind).set_message(message);
    status
}

fn changed(alteration: &Alteration) -> TestCaseStatus {
    let line = |changed: &mock_idp::preview::Changed| {
        format!("{}: {} -> {} (from {})", changed.what, brief(&changed.before), brief(&changed.after), changed.cause)
    };
    let lines: Vec<String> = alteration.changes.iter().map(line).collect();
    let names: Vec<&str> = alteration.changes.iter().map(|changed| changed.what.as_str()).collect();
    let mut status = failure("changed", &names.join(", "));
    status.set_description(lines.join("\n"));
    status
}
