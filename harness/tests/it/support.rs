//! Shared functions of the tests: runs of scenarios, and assertions on them.

use std::path::Path;

use harness::issuer_target::fixtures::Fixtures;
use harness::record::run::{RunRecord, State};
use harness::record::{Severity, Verdict};
use harness::run::{Drivers, Filter, Options, Runner};

/// Options for those scenarios on that target.
pub(crate) fn options(target: &str, ids: &[&str], reports: &Path) -> Options {
    let ids: Vec<String> = ids.iter().map(|&id| id.to_owned()).collect();
    Options {
        target: target.to_owned(),
        fixtures: Fixtures::built_in(),
        server: None,
        continuing: false,
        filter: Filter::new(&ids, &[], &[]).expect("patterns"),
        behavior: None,
        drivers: Drivers::Http,
        require_browser: false,
        ca: None,
        jobs: 2,
        reports: reports.to_owned(),
    }
}

/// Runs scenarios on that target.
pub(crate) async fn run(target: &str, ids: &[&str]) -> RunRecord {
    let reports = tempfile::tempdir().expect("a folder");
    Runner::open(options(target, ids, reports.path())).await.expect("a target").run(|_| {}).await
}

/// Runs one scenario on a mock with a fault.
pub(crate) async fn run_with_fault(fault: &str, path: Option<&str>, id: &str) -> RunRecord {
    let reports = tempfile::tempdir().expect("a folder");
    let runner = Runner::open(options("mock", &[id], reports.path())).await.expect("a mock");
    let control = runner.bench.target.control.as_ref().expect("a control interface");
    control.fault(fault, path).await.expect("a fault");
    runner.run(|_| {}).await
}

/// The checks that failed in a scenario, by id.
pub(crate) fn failed(run: &RunRecord, scenario: &str) -> Vec<String> {
    let scenario = run.scenario(scenario).unwrap_or_else(|| panic!("{scenario} did not run"));
    let failed = scenario.findings().filter(|finding| finding.verdict == Verdict::Fail);
    failed.map(|finding| finding.check.clone()).collect()
}

/// Asserts that `check` failed in `scenario`, and that the state of the scenario follows.
pub(crate) fn assert_check_fails(run: &RunRecord, scenario: &str, check: &str) {
    let failed = failed(run, scenario);
    assert!(failed.iter().any(|id| id == check), "{check} did not fail in {scenario}; failed: {failed:?}");
    let record = run.scenario(scenario).expect("a record");
    let must = record.findings().any(|finding| {
        finding.check == check && finding.verdict == Verdict::Fail && finding.severity == Severity::Must
    });
    // A known divergence of the same scenario is worse than a warning.
    let expected: &[State] = if must { &[State::Fail] } else { &[State::Fail, State::Warn, State::ExpectedFail] };
    assert!(expected.contains(&record.state), "{:?}", record.state);
}

/// Asserts that a scenario has no unexpected failures.
pub(crate) fn assert_passes(run: &RunRecord, scenario: &str) {
    let record = run.scenario(scenario).unwrap_or_else(|| panic!("{scenario} did not run"));
    let expected = matches!(record.state, State::Pass | State::ExpectedFail);
    assert!(expected, "{:?} {:?} {:?}", record.state, record.reason, failed(run, scenario));
}

/// A mock of its own with a target file of one client and one account.
pub(crate) struct OwnMock {
    /// Stops when dropped.
    _mock: mock_idp::MockIdp,
    pub(crate) folder: tempfile::TempDir,
    /// The path of the target file.
    pub(crate) target: String,
}

impl OwnMock {
    /// With one value of the target file replaced.
    pub(crate) async fn start(from: &str, to: &str) -> Self {
        let mock = mock_idp::MockIdp::builder().start().await.expect("a mock");
        let folder = tempfile::tempdir().expect("a folder");
        let file = format!(
            r#"name = "own"
kind = "mock"
redirect_uri = "http://localhost:7803/callback"
signed_out_uri = "http://localhost:7803/signed-out"
sign_in = ["mock"]
[servers.default]
issuer = "{}"
audience = "api://default"
[clients.web]
id = "0oamarketweb000005d7"
secret = "mock-secret-web-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJK"
auth = "client_secret_basic"
scopes = ["openid", "profile", "email"]
[accounts.buyer]
login = "buyer@example.test"
password = "Passw0rd!"
"#,
            mock.issuer()
        );
        assert!(file.contains(from), "{from}");
        let path = folder.path().join("own.toml");
        std::fs::write(&path, file.replace(from, to)).expect("a target file");
        let target = path.to_str().expect("a path").to_owned();
        Self { _mock: mock, folder, target }
    }
}
