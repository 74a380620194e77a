//! The JUnit report: one suite for each area.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use crate::record::run::{RunRecord, ScenarioRecord, State};
use crate::record::{Finding, Verdict};

pub(super) fn render(run: &RunRecord) -> Result<String, SerializeError> {
    let mut report = Report::new(format!("harness {}", run.target.name));
    report.set_time(duration(run.millis));
    let mut areas: Vec<&str> = run.scenarios.iter().map(|scenario| scenario.area.as_str()).collect();
    areas.sort_unstable();
    areas.dedup();
    for area in areas {
        let mut suite = TestSuite::new(area);
        suite.add_property(("target", run.target.name.as_str()));
        suite.add_property(("issuer", run.target.issuer.as_str()));
        suite.add_property(("fingerprint", run.target.fingerprint.as_str()));
        for scenario in run.scenarios.iter().filter(|scenario| scenario.area == area) {
            suite.add_test_case(case(scenario));
        }
        report.add_test_suite(suite);
    }
    report.to_string()
}

fn case(scenario: &ScenarioRecord) -> TestCase {
    let mut status = match scenario.state {
        State::Pass | State::Review | State::Warn | State::ExpectedFail => TestCaseStatus::success(),
        State::Skip => TestCaseStatus::skipped(),
        State::Fail | State::UnexpectedPass => TestCaseStatus::non_success(NonSuccessKind::Failure),
        State::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    if let Some(reason) = &scenario.reason {
        status.set_message(reason.as_str());
    }
    if scenario.state.is_bad() {
        let failures: Vec<String> = scenario.failures().map(described).collect();
        if let Some(first) = scenario.failures().next() {
            status.set_type(first.check.as_str());
            status.set_message(first.says.as_str());
        }
        status.set_description(failures.join("\n\n"));
    }
    let mut case = TestCase::new(format!("{} ({})", scenario.id, scenario.driver), status);
    case.set_classname(scenario.area.as_str());
    case.set_time(duration(scenario.millis));
    case.set_assertions(scenario.findings().filter(|finding| finding.verdict != Verdict::Skip).count());
    case.add_property(("citations", scenario.citations.join("; ").as_str()));
    let soft: Vec<String> =
        scenario.findings().filter(|finding| finding.verdict == Verdict::Fail).map(described).collect();
    if scenario.state == State::Warn {
        case.set_system_out(soft.join("\n\n"));
    }
    case
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
