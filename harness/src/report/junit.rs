//! The JUnit report: one suite for each area.

use std::time::Duration;

use chrono::DateTime;
use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use crate::record::run::{RunRecord, ScenarioRecord, State};
use crate::record::{Finding, Verdict};

pub(super) fn render(run: &RunRecord) -> Result<String, SerializeError> {
    let mut report = Report::new(format!("harness {}", run.target.name));
    report.set_time(duration(run.millis));
    let started = DateTime::parse_from_rfc3339(&run.started).ok();
    if let Some(started) = started {
        report.set_timestamp(started);
    }
    let mut areas: Vec<&str> = run.scenarios.iter().map(|scenario| scenario.area.as_str()).collect();
    areas.sort_unstable();
    areas.dedup();
    for area in areas {
        let mut suite = suite(run, area);
        let scenarios = || run.scenarios.iter().filter(|scenario| scenario.area == area);
        suite.set_time(duration(scenarios().map(|scenario| scenario.millis).sum()));
        if let Some(started) = started {
            suite.set_timestamp(started);
        }
        suite.add_test_cases(scenarios().map(|scenario| case(run, scenario)));
        report.add_test_suite(suite);
    }
    if !run.orphans.is_empty() {
        let mut suite = suite(run, "snapshots");
        for name in &run.orphans {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type("orphan").set_message("no scenario compares this snapshot: harness review");
            suite.add_test_case(TestCase::new(format!("snapshots/{name}.json"), status));
        }
        report.add_test_suite(suite);
    }
    report.to_string()
}

/// A suite with the properties of the run.
fn suite(run: &RunRecord, name: &str) -> TestSuite {
    let mut suite = TestSuite::new(name);
    let mut properties = vec![
        ("target", run.target.name.as_str()),
        ("kind", run.target.kind.as_str()),
        ("issuer", run.target.issuer.as_str()),
        ("behavior", run.target.behavior.as_str()),
        ("fingerprint", run.target.fingerprint.as_str()),
        ("harness", run.harness.as_str()),
        ("fixtures", run.fixtures.as_str()),
    ];
    properties.extend(run.target.software.as_deref().map(|software| ("software", software)));
    properties.extend(run.notes.iter().map(|note| ("note", note.as_str())));
    if run.interrupted {
        properties.push(("interrupted", "true"));
    }
    let command = run.invocation.whole();
    properties.push(("rerun", &command));
    suite.add_properties(properties);
    suite
}

fn case(run: &RunRecord, scenario: &ScenarioRecord) -> TestCase {
    let mut case = TestCase::new(format!("{} ({})", scenario.label(), scenario.driver), status(scenario));
    case.set_classname(scenario.area.as_str());
    case.set_time(duration(scenario.millis));
    case.set_assertions(scenario.findings().filter(|finding| finding.verdict != Verdict::Skip).count());
    let (rerun, citations) = (run.rerun(scenario), scenario.citations.join("; "));
    for property in [
        ("title", scenario.title.as_str()),
        ("state", scenario.state.word()),
        ("driver", scenario.driver.as_str()),
        ("citations", citations.as_str()),
        ("rerun", rerun.as_str()),
    ] {
        case.add_property(property);
    }
    if scenario.state == State::Warn {
        let soft = scenario.findings().filter(|finding| finding.verdict == Verdict::Fail).map(described);
        case.set_system_out(soft.collect::<Vec<_>>().join("\n\n"));
    }
    case
}

/// A known departure and a scenario that did not run are both *skipped* in JUnit's terms; the type distinguishes them.
fn status(scenario: &ScenarioRecord) -> TestCaseStatus {
    let mut status = match scenario.state {
        State::Pass | State::Review | State::Warn => return TestCaseStatus::success(),
        State::Skip | State::ExpectedFail => TestCaseStatus::skipped(),
        State::Fail | State::UnexpectedPass => TestCaseStatus::non_success(NonSuccessKind::Failure),
        State::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    let findings: Vec<&Finding> = match scenario.state {
        State::ExpectedFail => scenario.known_failures().collect(),
        _ => scenario.failures().collect(),
    };
    status.set_type(match (scenario.state, findings.first()) {
        (State::Fail | State::UnexpectedPass, Some(first)) => first.check.as_str(),
        (state, _) => state.word(),
    });
    let first = findings.first().map(|first| first.reason.as_deref().unwrap_or(&first.says));
    if let Some(message) = scenario.reason.as_deref().or(first) {
        status.set_message(message);
    }
    if !findings.is_empty() {
        status.set_description(findings.into_iter().map(described).collect::<Vec<_>>().join("\n\n"));
    }
    status
}

fn described(finding: &Finding) -> String {
    format!(
        "{} [{}] {}\n  expected: {}\n  actual:   {}\n  {}",
        finding.check,
        finding.severity.word(),
        finding.says,
        finding.expected,
        finding.actual,
        finding.citations.join("; ")
    )
}

fn duration(millis: f64) -> Duration {
    Duration::from_secs_f64(millis.max(0.0) / 1000.0)
}
