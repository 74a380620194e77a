//! The command line: output and exit codes.

use std::path::Path;

use assert_cmd::Command;

pub(crate) fn harness(reports: &Path) -> Command {
    let mut command = Command::cargo_bin("harness").expect("the binary");
    let ours = std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("OKTA_"));
    for variable in ours.chain(["CI", "NO_COLOR"].map(Into::into)) {
        command.env_remove(variable);
    }
    // Outside of the repository: the program must not depend on the working directory.
    command.current_dir(reports).arg("--report-dir").arg(reports.join("last"));
    command
}

pub(crate) fn stdout(command: &mut Command, code: i32) -> String {
    let output = command.assert().code(code).get_output().clone();
    String::from_utf8(output.stdout).expect("text")
}

pub(crate) fn stderr(command: &mut Command, code: i32) -> String {
    let output = command.assert().code(code).get_output().clone();
    String::from_utf8(output.stderr).expect("text")
}

#[test]
fn help_lists_the_exit_codes() {
    let folder = tempfile::tempdir().expect("a folder");
    let help = stdout(harness(folder.path()).arg("--help"), 0);
    for line in [
        "    0  all as expected",
        "    5  configuration or secrets missing, or report not writable",
        "  101  internal error",
        "  130  interrupted",
    ] {
        assert!(help.contains(line), "{help}");
    }
}

#[test]
fn a_run_prints_its_verdict_and_writes_reports() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = stdout(harness(folder.path()).args(["run", "keys", "code.web.custom"]), 0);
    assert!(output.contains("✓ pass            keys.custom"), "{output}");
    assert!(output.contains("\n3 scenarios  3 pass  "), "{output}");
    assert!(output.contains("target mock (mock-idp "), "{output}");
    assert!(output.ends_with("All 3 scenarios that ran gave the expected result.\n"), "{output}");
    assert!(!output.contains('\x1b'), "no colours into a pipe");
    for file in ["index.html", "junit.xml", "run.json"] {
        assert!(folder.path().join("last").join(file).is_file(), "{file}");
    }
}

#[test]
fn an_empty_selection_exits_with_3() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(stderr(harness(folder.path()).args(["run", "no.such"]), 3).contains("no scenario has the id \"no.such\""));
    let error = stderr(harness(folder.path()).args(["run", "code.web", "code.resue"]), 3);
    assert!(error.contains("\"code.resue\"; did you mean \"code.reuse\"?"), "{error}");
    let error = stderr(harness(folder.path()).args(["show", "code.resue"]), 3);
    assert!(error.contains("did you mean \"code.reuse\"?"), "{error}");
    let error = stderr(harness(folder.path()).args(["run", "browser", "--driver", "http"]), 3);
    assert!(error.contains("--driver http excludes it"), "{error}");
}

#[test]
fn a_missing_variable_is_named_and_exits_with_5() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = stderr(harness(folder.path()).args(["run", "--target", "okta"]), 5);
    assert!(error.contains("OKTA_CLIENT_ID") && error.contains("targets/okta.toml"), "{error}");
    let error = stderr(harness(folder.path()).args(["run", "--target", "okta"]).env("OKTA_CLIENT_ID", "0oa"), 5);
    assert!(error.contains("OKTA_CLIENT_SECRET"), "{error}");
}

#[test]
fn an_unreachable_issuer_exits_with_4() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = stderr(harness(folder.path()).args(["run", "--target", "http://127.0.0.1:9"]), 4);
    assert!(error.contains("not reachable"), "{error}");
}

#[test]
fn wrong_usage_exits_with_2() {
    let folder = tempfile::tempdir().expect("a folder");
    stderr(harness(folder.path()).arg("--no-such-flag"), 2);
    let error = stderr(harness(folder.path()).args(["run", "--target", "okat"]), 2);
    assert!(
        error.contains("did you mean \"okta\"?") && error.contains("generic, mock, oidc-provider, okta"),
        "{error}"
    );
    let error = stderr(harness(folder.path()).args(["run", "--jobs", "abc"]), 2);
    assert!(error.contains("expected a number from 1 to 64"), "{error}");
    assert!(stderr(harness(folder.path()).args(["run", "--driver", "htpp"]), 2).contains("http"));
    assert!(stderr(harness(folder.path()).args(["run", "--target", "./nosuch.toml"]), 5).contains("./nosuch.toml"));
    assert!(stderr(harness(folder.path()).args(["run", "--failed"]), 2).contains("--failed"));
    let review = stderr(harness(folder.path()).args(["review", "--accept-all"]).env("CI", "true"), 2);
    assert!(review.contains("CI"), "{review}");
}

#[test]
fn a_failure_exits_with_1_and_failed_selects_it() {
    let folder = tempfile::tempdir().expect("a folder");
    // A divergence that does not occur is a simple failure.
    let fixtures = folder.path().join("documents");
    std::fs::create_dir_all(&fixtures).expect("a folder");
    let list = "[[divergence]]\ntarget = 'mock'\nscenario = 'keys.custom'\ncheck = 'keys.ids'\nreason = 'it was so'\n";
    std::fs::write(fixtures.join("divergences.toml"), list).expect("a list");
    let output = stdout(harness(folder.path()).args(["run", "keys", "--fixtures"]).arg(&fixtures), 1);
    assert!(output.contains("unexpected-pass keys.custom"), "{output}");
    assert!(output.contains("a known divergence no longer occurs: it was so"), "{output}");
    assert!(output.ends_with("1 known divergence no longer occurs: remove it from divergences.toml.\n"), "{output}");
    // Without the wrong entry the same scenario passes.
    std::fs::write(fixtures.join("divergences.toml"), "").expect("a list");
    let output = stdout(harness(folder.path()).args(["run", "--failed"]), 0);
    assert!(output.contains("\n1 scenarios  1 pass  "), "{output}");
}

#[test]
fn list_and_show_print_scenarios() {
    let folder = tempfile::tempdir().expect("a folder");
    let json = stdout(harness(folder.path()).args(["list", "--json"]), 0);
    let scenarios: Vec<serde_json::Value> = serde_json::from_str(&json).expect("JSON");
    assert!(scenarios.len() >= 200, "{}", scenarios.len());
    for list in [&["list"][..], &["list", "--checks"]] {
        let list = stdout(harness(folder.path()).args(list).env_remove("COLUMNS"), 0);
        assert!(list.lines().all(|line| line.chars().count() <= 80), "{list}");
    }
    let check = stdout(harness(folder.path()).args(["show", "code.reuse-revokes"]), 0);
    assert!(check.contains("Severity  ") && check.contains("Citations\n"), "{check}");
    let table = stdout(harness(folder.path()).args(["list", "code.pkce"]), 0);
    assert!(table.contains("code.pkce.missing-verifier") && !table.contains("refresh."), "{table}");
    let plan = stdout(harness(folder.path()).args(["list", "--plan", "basic"]), 0);
    assert!(plan.contains("basic.oidcc-codereuse ") && plan.ends_with("\n38 scenarios\n"), "{plan}");
    let module = stdout(harness(folder.path()).args(["show", "basic.oidcc-codereuse"]), 0);
    assert!(module.contains("oidcc-codereuse of the plan oidcc-basic-certification-test-plan"), "{module}");
    let shown = stdout(harness(folder.path()).args(["show", "code.reuse"]), 0);
    for part in [
        "Steps (recorded with the built-in mock)",
        "exchange the same code again",
        "Checks\n",
        "Citations",
        "OIDF oidcc-codereuse",
        "Needs",
        "the web client",
        "harness run 'code.reuse'",
    ] {
        assert!(shown.contains(part), "{shown}");
    }
}

#[test]
fn plans_are_counted_and_behavior_needs_the_built_in_mock() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = ["run", "--plan", "config", "--plan", "rp-logout"];
    let output = stdout(harness(folder.path()).args(run).args(["--behavior", "openid"]), 0);
    let counts = "\nBy certification plan, behavior openid\n  config       1 passed    0 warned    0 failed    0 known";
    assert!(output.contains(counts), "{output}");
    let output = stdout(harness(folder.path()).args(run), 0);
    let counts = "  rp-logout    9 passed    0 warned    0 failed    2 known    0 skipped    0 review\n";
    assert!(output.contains(counts), "{output}");
    let summary = std::fs::read_to_string(folder.path().join("last/summary.md")).expect("a summary");
    assert!(summary.contains("| rp-logout | 9 | 0 | 0 | 2 | 0 | 0 |"), "{summary}");
    let error = stderr(harness(folder.path()).args(["run", "--target", "generic", "--behavior", "openid"]), 2);
    assert!(error.contains("--behavior works with the built-in mock only"), "{error}");
}

#[test]
fn a_missing_browser_is_a_skip_unless_it_is_required() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = harness(folder.path());
    command.env("CHROMEDRIVER", "/nowhere").args(["run", "code.web.custom", "--driver", "browser"]);
    let output = stdout(&mut command, 3);
    assert!(output.contains("1 skip") && output.contains("CHROMEDRIVER"), "{output}");
    assert!(stderr(command.arg("--require-browser"), 4).contains("--require-browser"));
}
