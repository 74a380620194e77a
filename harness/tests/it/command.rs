//! The command line: what it prints, and how it ends.

use std::path::Path;

use assert_cmd::Command;

pub(crate) fn harness(reports: &Path) -> Command {
    let mut command = Command::cargo_bin("harness").expect("the binary");
    let secrets = ["OKTA_ISSUER", "OKTA_CLIENT_ID", "OKTA_CLIENT_SECRET", "OKTA_USERNAME", "OKTA_PASSWORD"];
    for variable in ["CI", "NO_COLOR"].iter().chain(&secrets) {
        command.env_remove(variable);
    }
    // Away from the repository: nothing may depend on where it is started.
    command.current_dir(reports).arg("--report-dir").arg(reports.join("last"));
    command
}

pub(crate) fn stdout(command: &mut Command, code: i32) -> String {
    let output = command.assert().code(code).get_output().clone();
    String::from_utf8(output.stdout).expect("text")
}

fn stderr(command: &mut Command, code: i32) -> String {
    let output = command.assert().code(code).get_output().clone();
    String::from_utf8(output.stderr).expect("text")
}

#[test]
fn help_lists_the_exit_codes() {
    let folder = tempfile::tempdir().expect("a folder");
    let help = stdout(harness(folder.path()).arg("--help"), 0);
    for line in [
        "    0  all as expected",
        "    5  configuration or secrets missing",
        "  101  internal error",
        "  130  interrupted",
    ] {
        assert!(help.contains(line), "{help}");
    }
}

#[test]
fn a_run_ends_with_its_verdict_and_leaves_its_reports() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = stdout(harness(folder.path()).args(["run", "keys", "code.web.custom"]), 0);
    assert!(output.contains("✓ pass            keys.custom"), "{output}");
    assert!(output.contains("\n3 scenarios  3 pass  "), "{output}");
    assert!(output.contains("target mock (mock-idp "), "{output}");
    assert!(output.ends_with("All 3 scenarios that ran came out as expected.\n"), "{output}");
    assert!(!output.contains('\x1b'), "no colours into a pipe");
    for file in ["index.html", "junit.xml", "run.json"] {
        assert!(folder.path().join("last").join(file).is_file(), "{file}");
    }
}

#[test]
fn an_empty_selection_has_an_exit_code_of_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(stderr(harness(folder.path()).args(["run", "no.such"]), 3).contains("no scenario is selected"));
    assert!(stderr(harness(folder.path()).args(["show", "no.such"]), 3).contains("no.such"));
}

#[test]
fn a_missing_variable_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = stderr(harness(folder.path()).args(["run", "--target", "okta"]), 5);
    assert!(told.contains("OKTA_CLIENT_ID") && told.contains("targets/okta.toml"), "{told}");
    let told = stderr(harness(folder.path()).args(["run", "--target", "okta"]).env("OKTA_CLIENT_ID", "0oa"), 5);
    assert!(told.contains("OKTA_CLIENT_SECRET"), "{told}");
}

#[test]
fn nobody_at_the_address_is_not_reachable() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = stderr(harness(folder.path()).args(["run", "--target", "http://127.0.0.1:9"]), 4);
    assert!(told.contains("not reachable"), "{told}");
}

#[test]
fn wrong_usage_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    stderr(harness(folder.path()).arg("--no-such-flag"), 2);
    assert!(stderr(harness(folder.path()).args(["run", "--target", "nosuch"]), 2).contains("generic, mock, okta"));
    assert!(stderr(harness(folder.path()).args(["run", "--failed"]), 2).contains("--failed"));
    let review = stderr(harness(folder.path()).args(["review", "--accept-all"]).env("CI", "true"), 2);
    assert!(review.contains("CI"), "{review}");
}

#[test]
fn a_failure_ends_with_one_and_failed_runs_it_again() {
    let folder = tempfile::tempdir().expect("a folder");
    // A divergence that does not occur is the simplest failure to arrange.
    let fixtures = folder.path().join("documents");
    std::fs::create_dir_all(&fixtures).expect("a folder");
    let list = "[[divergence]]\ntarget = 'mock'\nscenario = 'keys.custom'\ncheck = 'keys.ids'\nreason = 'it was so'\n";
    std::fs::write(fixtures.join("divergences.toml"), list).expect("a list");
    let output = stdout(harness(folder.path()).args(["run", "keys", "--fixtures"]).arg(&fixtures), 1);
    assert!(output.contains("unexpected-pass keys.custom"), "{output}");
    assert!(output.contains("a known divergence no longer occurs: it was so"), "{output}");
    assert!(output.ends_with("1 known divergence no longer occurs: take it off the list.\n"), "{output}");
    let output = stdout(harness(folder.path()).args(["run", "--failed"]), 0);
    assert!(output.contains("\n1 scenarios  1 pass  "), "{output}");
}

#[test]
fn list_and_show_say_what_there_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let json = stdout(harness(folder.path()).args(["list", "--json"]), 0);
    let scenarios: Vec<serde_json::Value> = serde_json::from_str(&json).expect("JSON");
    assert!(scenarios.len() >= 200, "{}", scenarios.len());
    let table = stdout(harness(folder.path()).args(["list", "code.pkce"]), 0);
    assert!(table.contains("code.pkce.missing-verifier") && !table.contains("refresh."), "{table}");
    let shown = stdout(harness(folder.path()).args(["show", "code.reuse"]), 0);
    for part in ["Steps", "Citations", "OIDF oidcc-codereuse", "Needs", "the web client", "harness run 'code.reuse'"] {
        assert!(shown.contains(part), "{shown}");
    }
}

#[test]
fn a_missing_browser_is_a_skip_unless_it_is_required() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = harness(folder.path());
    command.env("CHROMEDRIVER", "/nowhere").args(["run", "code.web.custom", "--driver", "browser"]);
    let output = stdout(&mut command, 0);
    assert!(output.contains("1 skip") && output.contains("CHROMEDRIVER"), "{output}");
    assert!(stderr(command.arg("--require-browser"), 4).contains("--require-browser"));
}
