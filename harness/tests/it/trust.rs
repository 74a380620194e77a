//! What CI relies on: nothing is green that tested nothing, and reports say how to repeat what they show.

use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};

use harness::embedded;
use harness::issuer_target::Control;
use harness::record::Recorder;
use harness::record::run::{RunRecord, State};
use harness::record::scrub::Scrubber;
use harness::report;
use harness::run::{Filter, Options, Runner};
use harness::wire::Http;
use mock_idp::{BUILT_IN_ORG, MockIdp};

use crate::command::{harness, stderr, stdout};
use crate::support::options;

/// Writes a file of a fixtures folder.
fn write(folder: &Path, path: &str, text: &str) -> PathBuf {
    let file = folder.join(path);
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
    std::fs::write(&file, text).expect("a file");
    file
}

fn matrix(client: &str) -> String {
    format!(
        "[[cases]]\nclients = [\"{client}\"]\nusers = [\"buyer\"]\nservers = [\"default\"]\n\
         grants = [\"authorization_code\"]\nscopes = [\"openid\"]\n"
    )
}

#[test]
fn a_matrix_without_other_files_beside_it_is_the_one_that_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "fixtures/snapshots/snapshots.toml", &matrix("web"));
    let output = stdout(harness(folder.path()).args(["run", "matrix"]), 6);
    let id = "matrix.web.buyer.default.authorization_code.openid";
    assert!(output.contains(id) && output.contains("\n1 scenarios "), "{output}");
    write(folder.path(), "fixtures/snapshots/snapshots.toml", "[[cases]]\nclients = []\n");
    let error = stderr(harness(folder.path()).args(["run", "matrix"]), 5);
    assert!(error.contains("snapshots/snapshots.toml: cases 1: clients is empty"), "{error}");
}

#[test]
fn tables_for_another_target_are_skipped_and_a_broken_one_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let selection = format!("{}[harness]\ntarget = \"shop\"\n", matrix("storefront"));
    write(folder.path(), "fixtures/snapshots/snapshots.toml", &selection);
    let output = stdout(harness(folder.path()).args(["run", "matrix"]), 3);
    assert!(output.contains("needs the target or org shop"), "{output}");
    assert!(output.ends_with("Nothing was tested: the selected scenario was skipped.\n"), "{output}");
    let bad = write(folder.path(), "fixtures/scopes/shop.toml", "[[token]]\n");
    assert!(stderr(harness(folder.path()).args(["run", "scopes"]), 5).contains("scopes/shop.toml"));
    std::fs::write(bad, [0xff, 0xfe, 0x00]).expect("a file");
    assert!(stderr(harness(folder.path()).args(["run", "scopes"]), 5).contains("scopes/shop.toml"));
}

#[test]
fn a_fixtures_folder_that_does_not_exist_or_has_nothing_is_wrong_usage() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), "file", "");
    let empty = folder.path().join("empty");
    std::fs::create_dir_all(&empty).expect("a folder");
    for (wrong, reason) in
        [(Path::new("/nonexistent"), "No such file"), (&file, "not a folder"), (&empty, "has no file")]
    {
        let error = stderr(harness(folder.path()).args(["run", "keys", "--fixtures"]).arg(wrong), 2);
        assert!(error.contains(&format!("--fixtures {}", wrong.display())) && error.contains(reason), "{error}");
    }
}

#[test]
fn files_where_the_harness_does_not_look_are_errors() {
    for (path, expected) in [
        ("fixtures/claims/matrix.toml", "snapshots/snapshots.toml: move it there"),
        ("fixtures/snapshot/snapshots.toml", "did you mean \"snapshots\"?"),
        ("fixtures/target/shop.toml", "did you mean \"targets\"?"),
        ("fixtures/sign-in/shop.toml", "did you mean \"sign_in\"?"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), path, &matrix("web"));
        let error = stderr(harness(folder.path()).args(["run", "matrix"]), 5);
        assert!(error.contains(expected), "{error}");
        // Files beside it do not hide it.
        write(folder.path(), "fixtures/targets/mock.toml", "");
        let error = stderr(harness(folder.path()).args(["run", "matrix", "--fixtures", "fixtures"]), 5);
        assert!(error.contains(expected), "{error}");
    }
    // A folder of another program is left alone.
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "fixtures/users/alice.json", "{}");
    let output = stdout(harness(folder.path()).args(["list", "keys.custom"]), 0);
    assert!(output.contains("keys.custom"), "{output}");
}

#[test]
fn a_divergence_about_an_unknown_check_or_scenario_is_an_error_with_the_nearest_name() {
    let folder = tempfile::tempdir().expect("a folder");
    for (scenario, check, expected) in [
        ("keys.custom", "keys.isd", "there is no check \"keys.isd\"; did you mean \"keys.ids\"?"),
        ("keys.custmo", "keys.ids", "there is no scenario \"keys.custmo\"; did you mean \"keys.custom\"?"),
    ] {
        let list = format!("[[divergence]]\ntarget='mock'\nscenario='{scenario}'\ncheck='{check}'\nreason='seen'\n");
        write(folder.path(), "fixtures/divergences.toml", &list);
        let error = stderr(harness(folder.path()).args(["run", "keys"]), 5);
        assert!(error.contains(expected), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_secrets_a_run_that_skips_everything_exits_with_5() {
    let mock = embedded::Mock::start().await.expect("a mock");
    let issuer = format!("{}oauth2/default", mock.base);
    let run = tokio::task::spawn_blocking(move || {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = harness(folder.path());
        stdout(command.args(["run", "code.web.custom", "--target", "generic"]).env("OKTA_ISSUER", issuer), 5)
    });
    let output = run.await.expect("a run");
    assert!(output.contains("Note: the web client is left out: OKTA_CLIENT_ID is not set"), "{output}");
    assert!(output.contains("Nothing was tested: the selected scenario was skipped. Not set: "), "{output}");
}

#[test]
fn a_known_departure_is_skipped_with_its_reason_in_junit() {
    let folder = tempfile::tempdir().expect("a folder");
    stdout(harness(folder.path()).args(["run", "code.reuse", "keys.custom"]), 0);
    let junit = std::fs::read_to_string(folder.path().join("last/junit.xml")).expect("the JUnit file");
    assert!(junit.contains("tests=\"2\"") || junit.contains("tests=\"1\" skipped=\"1\""), "{junit}");
    let skipped = junit.lines().find(|line| line.contains("<skipped")).expect("a skipped case");
    assert!(skipped.contains("type=\"expected-fail\""), "{skipped}");
    assert!(skipped.contains("message=\"Okta does not document that a replayed code revokes tokens"), "{skipped}");
    assert!(junit.contains("<property name=\"state\" value=\"expected-fail\"/>"), "{junit}");
    assert!(junit.contains("<property name=\"rerun\" value=\"harness run code.reuse --report-dir "), "{junit}");
    assert!(junit.matches(" time=\"").count() >= 5 && junit.contains(" timestamp=\"20"), "{junit}");
}

#[test]
fn a_failure_is_repeated_with_the_options_of_its_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = "[[divergence]]\ntarget='mock'\nscenario='keys.custom'\ncheck='keys.ids'\nreason='it was so'\n";
    write(folder.path(), "my docs/divergences.toml", list);
    let run = ["run", "keys", "--fixtures", "my docs", "--behavior", "openid", "--driver", "http"];
    let output = stdout(harness(folder.path()).args(run), 1);
    let line = output.lines().find_map(|line| line.trim().strip_prefix("run again: ")).expect("a line").to_owned();
    let expected = "harness run keys.custom --behavior openid --driver http --fixtures 'my docs' --report-dir ";
    assert!(line.starts_with(expected), "{line}");
    let page = std::fs::read_to_string(folder.path().join("last/index.html")).expect("a page");
    assert!(page.contains("--behavior openid --driver http --fixtures &#39;my docs&#39;"), "the same line in the page");
    // --failed repeats the options of the run too.
    let output = stdout(harness(folder.path()).args(["run", "--failed"]), 1);
    assert!(output.contains(&line), "{output}");
}

#[test]
fn failed_without_failures_says_so_and_exits_with_0() {
    let folder = tempfile::tempdir().expect("a folder");
    stdout(harness(folder.path()).args(["run", "keys.custom"]), 0);
    assert!(
        stdout(harness(folder.path()).args(["run", "--failed"]), 0).starts_with("No scenario of the last run failed")
    );
}

#[test]
fn a_report_folder_that_cannot_be_written_is_named_before_anything_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), "file", "");
    let mut command = harness(folder.path());
    let error = stderr(command.args(["run", "keys.custom", "--report-dir"]).arg(file.join("last")), 5);
    assert!(error.contains(&format!("--report-dir {}", file.join("last").display())), "{error}");
}

#[test]
fn a_signal_ends_the_run_with_a_report_of_what_was_done() {
    for signal in ["INT", "TERM"] {
        let folder = tempfile::tempdir().expect("a folder");
        let command = harness(folder.path());
        let mut process = Process::new(command.get_program())
            .args(command.get_args())
            .args(["run", "--driver", "http"])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program");
        let mut lines = std::io::BufRead::lines(std::io::BufReader::new(process.stdout.take().expect("a pipe")));
        // A scenario has finished: which one is first depends on the machine.
        let first = lines.next().expect("a line").expect("text");
        assert!(first.split_whitespace().any(|word| word.contains('.')), "{first}");
        let id = process.id().to_string();
        assert!(Process::new("kill").args(["-s", signal, &id]).status().expect("kill").success());
        // The pipe is read, so that the program is not blocked by it.
        let rest: Vec<String> = lines.map_while(Result::ok).collect();
        assert_eq!(process.wait().expect("an end").code(), Some(130), "{rest:?}");
        let text = std::fs::read_to_string(folder.path().join("last/run.json")).expect("a record");
        let run = report::read(&text).expect("a record");
        assert!(run.interrupted && run.verdict.starts_with("Interrupted after "), "{}", run.verdict);
        assert!(run.totals.ran() > 0 && run.totals.skip > 0, "{:?}", run.totals);
        for file in ["junit.xml", "index.html", "summary.md"] {
            assert!(folder.path().join("last").join(file).is_file(), "{file}");
        }
    }
}

#[test]
fn a_snapshot_without_a_case_is_reported_until_it_is_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let fixtures = folder.path().join("fixtures");
    let machine = "[[cases]]\nclients = [\"service\"]\nservers = [\"default\"]\ngrants = [\"client_credentials\"]\n\
                   scopes = [\"products:read\"]\n";
    write(&fixtures, "snapshots/snapshots.toml", machine);
    let gone = "snapshots/web/buyer/default.authorization_code.openid.json";
    let case = "\"user\": \"buyer\", \"client\": \"web\", \"client_id\": \"web\", \"grant\": \"authorization_code\", \"server\": \"default\"";
    write(&fixtures, gone, &format!("{{\"case\": {{{case}}}, \"outcome\": \"granted\"}}\n"));
    let output = stdout(harness(folder.path()).args(["run", "matrix"]), 6);
    let name = "service/no-user/default.client_credentials.products-read";
    assert!(output.contains(&format!("matrix.{}", name.replace('/', "."))), "{output}");
    assert!(output.contains(&format!("Snapshots that no scenario compares:\n  {gone}")), "{output}");
    let junit = std::fs::read_to_string(folder.path().join("last/junit.xml")).expect("the JUnit file");
    assert!(junit.lines().any(|line| line.contains("<failure") && line.contains("type=\"orphan\"")), "{junit}");
    let pending = stdout(harness(folder.path()).args(["review", "pending"]), 6);
    assert!(pending.contains(&format!("{name}  (new)")) && pending.contains("openid  (no scenario"), "{pending}");
    stdout(harness(folder.path()).args(["review", "--accept-all"]), 0);
    assert!(!fixtures.join(gone).exists());
    let output = stdout(harness(folder.path()).args(["run", "matrix"]), 0);
    assert!(output.ends_with("All 1 scenarios that ran gave the expected result.\n"), "{output}");
    let text = std::fs::read_to_string(fixtures.join(format!("snapshots/{name}.json"))).expect("a snapshot");
    assert!(text.contains("\"sub\": \"0oamarketservice05d7\""), "{text}");
}

#[test]
fn a_reader_who_closes_the_pipe_does_not_turn_a_failure_into_a_success() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = "[[divergence]]\ntarget='mock'\nscenario='keys.custom'\ncheck='keys.ids'\nreason='it was so'\n";
    write(folder.path(), "fixtures/divergences.toml", list);
    let command = harness(folder.path());
    let mut process = Process::new(command.get_program())
        .args(command.get_args())
        .args(["run", "keys"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program");
    drop(process.stdout.take());
    assert_eq!(process.wait().expect("an end").code(), Some(1));
}

const WEB_ID: &str = "0oamarketweb000005d7";

fn control(mock: &MockIdp) -> Control {
    let http = Http::new(None, Recorder::new(Scrubber::default())).expect("a client");
    Control::new(mock.url().parse().expect("an address"), http)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_faults_and_the_clock_of_a_mock_are_reported_and_are_as_before_after_the_run() {
    let mock = MockIdp::builder().start().await.expect("a mock");
    let control = control(&mock);
    control.fault("id_token.wrong-nonce", None).await.expect("a fault");
    control.advance(5000).await.expect("a moved clock");
    mock.allow_return(&[WEB_ID], "http://localhost:1/mine", "http://localhost:1/bye").expect("a redirect URI");
    let reports = tempfile::tempdir().expect("a folder");
    // The last two move the clock and have the mock for themselves.
    let options = options(mock.issuer(), &["code.web.custom", "prompt.login", "consent.allow"], reports.path());
    let run = Runner::open(options).await.expect("a target").run(|_| {}).await;
    assert!(run.notes.iter().any(|note| note == "the mock has the fault id_token.wrong-nonce on"), "{:?}", run.notes);
    assert!(run.notes.iter().any(|note| note.contains("differs by 5000 seconds")), "{:?}", run.notes);
    for id in ["code.web.custom", "prompt.login", "consent.allow"] {
        let mut failed = crate::support::failed(&run, id);
        failed.dedup();
        assert_eq!(failed, ["id-token.nonce"], "the fault is on, and times are right: {id}");
    }
    let after = control.state().await.expect("a state");
    assert_eq!((after.clock.offset, after.clock.frozen), (5000, false));
    assert_eq!(
        after.faults.iter().map(|fault| fault["name"].as_str()).collect::<Vec<_>>(),
        [Some("id_token.wrong-nonce")]
    );
    let request = format!(
        "{}/v1/authorize?client_id={WEB_ID}&response_type=code&scope=openid&state=s&prompt=none&\
         redirect_uri=http://localhost:1/mine",
        mock.issuer()
    );
    let http = Http::new(None, Recorder::new(Scrubber::default())).expect("a client");
    let reply = http.get(&request.parse().expect("a URL")).await.expect("a reply");
    let to = reply.location().expect("a redirect");
    assert_eq!((to.port(), to.path()), (Some(1), "/mine"), "the mock was not reset");
}

/// A target file for the web client of an org on a running mock.
fn own_target(folder: &Path, issuer: &str, more: &str) -> PathBuf {
    let text = format!(
        "name = \"shop\"\nkind = \"mock\"\nredirect_uri = \"http://localhost:7803/callback\"\n\
         signed_out_uri = \"http://localhost:7803/signed-out\"\nsign_in = [\"mock\"]\n\
         [servers.custom]\nissuer = \"{issuer}\"\naudience = \"api://default\"\nown_claims = [\"groups\"]\n\
         [clients.web]\nid = \"0oamarketweb000005d7\"\n\
         secret = \"mock-secret-web-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJK\"\n\
         auth = \"client_secret_basic\"\nscopes = [\"openid\", \"profile\", \"email\"]\n{more}\n\
         [accounts.buyer]\nlogin = \"buyer@example.test\"\npassword = \"Passw0rd!\"\n"
    );
    write(folder, "shop.toml", &text)
}

async fn run_own(org: &str, more: &str) -> RunRecord {
    let mock = MockIdp::builder().org_yaml(org).start().await.expect("a mock");
    let folder = tempfile::tempdir().expect("a folder");
    let file = own_target(folder.path(), mock.issuer(), more);
    let options = options(file.to_str().expect("a path"), &["*"], folder.path());
    Runner::open(Options { filter: Filter::default(), jobs: 4, ..options }).await.expect("a target").run(|_| {}).await
}

/// The market org as a foreign org: another id, and a web client that may use the response type `code` only.
fn foreign_org() -> String {
    let grants =
        "grant_types: [authorization_code, implicit, refresh_token]\n        response_types: [code, token, id_token]";
    let org = BUILT_IN_ORG.replacen("id: 00omarket000000005d7", "id: 00oforeign00000005d7", 1).replacen(
        grants,
        "grant_types: [authorization_code]\n        response_types: [code]",
        1,
    );
    assert_eq!(BUILT_IN_ORG.matches(grants).count(), org.matches(grants).count() + 1);
    assert!(org.contains("id: 00oforeign00000005d7"));
    org
}

#[tokio::test(flavor = "multi_thread")]
async fn scenarios_that_a_client_cannot_run_are_skipped_with_the_words_of_the_issuer() {
    let run = run_own(&foreign_org(), "").await;
    let bad: Vec<_> = run.scenarios.iter().filter(|scenario| scenario.state.is_bad()).map(|s| &s.id).collect();
    assert_eq!(bad, Vec::<&String>::new());
    assert!(run.totals.pass > 100, "{:?}", run.totals);
    let implicit = run.scenario("implicit.id-token.oidcc-server").expect("a record");
    let reason = implicit.reason.as_deref().unwrap_or_default();
    assert_eq!(implicit.state, State::Skip);
    assert!(reason.starts_with("needs the response type id_token for the web client: the issuer says "), "{reason}");
    let refresh = run.scenario("refresh.garbage").expect("a record");
    assert!(
        refresh.reason.as_deref().is_some_and(|reason| reason.starts_with("needs the grant type refresh_token")),
        "{:?}",
        refresh.reason
    );
    for table in ["scopes.buyer.web.read", "matrix.market-demo.buyer@example.test.default.authorization_code.openid"] {
        assert_eq!(run.scenario(table).expect("a record").state, State::Skip, "the tables of the market: {table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_target_file_says_about_a_client_decides_what_runs() {
    let run = run_own(BUILT_IN_ORG, "response_types = [\"code\"]\ngrant_types = [\"authorization_code\"]").await;
    let implicit = run.scenario("response.implicit.id-token").expect("a record");
    let reason = "needs the response type id_token for the web client: the target file does not list it";
    assert_eq!((implicit.state, implicit.reason.as_deref()), (State::Skip, Some(reason)));
    assert_eq!(run.scenario("code.web.custom").expect("a record").state, State::Pass);
}
