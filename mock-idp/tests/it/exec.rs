//! `mock-idp exec`: the command's settings, streams, exit code and signals.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use crate::client::TENANT_2;
use crate::program::{output, program, stderr, stdout};

#[test]
fn the_command_gets_the_settings_and_standard_streams_and_its_exit_code_is_returned() {
    let dir = tempfile::tempdir().unwrap();
    let script = "read line; echo \"$line $OKTA_ISSUER $OKTA_USERNAME\"; cat \"$OKTA_CA_CERT\" >&2; exit 7";
    let mut command = program(dir.path());
    command
        .args(["exec", "--", "sh", "-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"hello\n").unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(7));
    let said = stdout(&ended);
    let mut words = said.split_whitespace();
    assert_eq!(words.next(), Some("hello"));
    let issuer = words.next().unwrap();
    assert!(issuer.starts_with("http://localhost:") && issuer.ends_with("/oauth2/default"), "{issuer}");
    assert_eq!(words.next(), Some("admin@example.test"));
    assert!(stderr(&ended).starts_with("-----BEGIN CERTIFICATE-----"), "{}", stderr(&ended));
}

#[test]
fn the_mock_answers_while_the_command_runs() {
    let dir = tempfile::tempdir().unwrap();
    let health = "exec \"$1\" health \"$OKTA_ORG_URL\"";
    let own = program(dir.path()).get_program().to_owned();
    let ended = output(program(dir.path()).args(["exec", "--", "sh", "-c", health, "sh"]).arg(own));
    assert_eq!(ended.status.code(), Some(0), "{}", stderr(&ended));
    assert!(stdout(&ended).starts_with("ok: mock-idp "), "{}", stdout(&ended));
}

#[test]
fn the_settings_are_those_of_the_given_org() {
    let dir = tempfile::tempdir().unwrap();
    let org = dir.path().join("org.yaml");
    std::fs::write(&org, TENANT_2).unwrap();
    let show = "echo ${OKTA_CLIENT_ID-none}; echo $OKTA_ORG_URL";
    let ended = output(program(dir.path()).arg("exec").arg("--org").arg(&org).args(["--", "sh", "-c", show]));
    assert!(stdout(&ended).starts_with("none\nhttp://localhost:"), "{}", stdout(&ended));
}

#[test]
fn a_command_that_cannot_run_has_the_exit_code_of_shells() {
    let dir = tempfile::tempdir().unwrap();
    let ended = output(program(dir.path()).args(["exec", "--", "./no-such-command"]));
    assert_eq!(ended.status.code(), Some(127));
    assert!(stderr(&ended).starts_with("mock-idp: ./no-such-command: "), "{}", stderr(&ended));
    let ended = output(program(dir.path()).args(["exec", "--"]).arg(dir.path()));
    assert_eq!(ended.status.code(), Some(126));
    assert_eq!(output(program(dir.path()).args(["exec"])).status.code(), Some(2));
}

#[test]
fn signals_reach_the_command_which_decides_when_to_end() {
    let dir = tempfile::tempdir().unwrap();
    for (name, number) in [("TERM", 15), ("INT", 2), ("HUP", 1)] {
        let script = format!("trap 'echo caught; exit 3' {name}; echo ready; while :; do sleep 0.05; done");
        let mut command = program(dir.path());
        command.args(["exec", "--", "sh", "-c", &script]).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "ready");
        let sent = Command::new("kill").args([format!("-{number}"), child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        assert_eq!(lines.next().unwrap().unwrap(), "caught");
        assert_eq!(child.wait().unwrap().code(), Some(3), "{name}");
    }
}

#[test]
fn a_command_that_a_signal_ended_has_128_and_its_number_as_exit_code() {
    let dir = tempfile::tempdir().unwrap();
    let ended = output(program(dir.path()).args(["exec", "--", "sh", "-c", "kill -KILL $$"]));
    assert_eq!(ended.status.code(), Some(128 + 9));
}
