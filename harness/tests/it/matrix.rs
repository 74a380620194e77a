//! The snapshot matrix: the files of `mock-idp snapshot` hold for real flows, and a change of the org changes exactly the affected ones.

use std::collections::BTreeSet;

use harness::issuer_target::fixtures::Fixtures;
use harness::record::run::{RunRecord, State};
use harness::run::Runner;
use mock_idp::{BUILT_IN_ORG, MockIdp, OrgDocument};

use crate::command::{harness, stdout};
use crate::support::{OwnMock, options};

/// The matrix at a mock of the market org after a change.
async fn changed(from: &str, to: &str) -> RunRecord {
    let changed = BUILT_IN_ORG.replacen(from, to, 1);
    assert_ne!(changed, BUILT_IN_ORG, "{from} is not in the market org");
    let mock = MockIdp::builder().org_yaml(&changed).start().await.expect("a mock");
    let reports = tempfile::tempdir().expect("a folder");
    let runner = Runner::open(options(mock.issuer(), &["matrix"], reports.path())).await.expect("a target");
    runner.run(|_| {}).await
}

fn bad(run: &RunRecord) -> BTreeSet<&str> {
    run.scenarios.iter().filter(|scenario| scenario.state.is_bad()).map(|scenario| scenario.id.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_name_changes_the_tokens_of_that_user_only() {
    let run = changed("lastName: \"Buyer\"", "lastName: \"Byer\"").await;
    let bad = bad(&run);
    assert!(bad.contains(
        "matrix.market-demo.buyer@example.test.default.authorization_code.openid+profile+email+address+phone"
    ));
    // A buyer gets none of the scopes of an administrator.
    let expected =
        |id: &&str| id.contains(".buyer@example.test.") && id.contains("+profile") && !id.contains("products-update");
    let affected = run.scenarios.iter().map(|scenario| scenario.id.as_str()).filter(expected);
    assert_eq!(affected.collect::<BTreeSet<_>>(), bad);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_note_changes_no_token() {
    let run = changed("note: buys, basic", "note: buys a little").await;
    assert_eq!(bad(&run), BTreeSet::new());
}

/// Every grant has snapshots with tokens and is compared with real flows.
#[tokio::test(flavor = "multi_thread")]
async fn each_grant_is_compared_with_real_flows() {
    let reports = tempfile::tempdir().expect("a folder");
    let runner = Runner::open(options("mock", &["matrix"], reports.path())).await.expect("a target");
    let run = runner.run(|_| {}).await;
    for grant in [
        "authorization_code",
        "implicit",
        "refresh_token",
        "client_credentials",
        "password",
        "device_code",
        "ciba",
        "token-exchange",
    ] {
        let word = format!(".default.{grant}.");
        let of_grant: Vec<_> = run.scenarios.iter().filter(|scenario| scenario.id.contains(&word)).collect();
        assert!(!of_grant.is_empty(), "no snapshot of {grant}");
        for scenario in of_grant {
            assert_eq!(scenario.state, State::Pass, "{} {:?}", scenario.id, scenario.reason);
        }
    }
}

#[test]
fn files_of_the_mocks_previews_are_compared_with_real_flows_and_accepted_ones_are_of_the_same_form() {
    let folder = tempfile::tempdir().expect("a folder");
    let snapshots = folder.path().join("snapshots");
    let cases = snapshots.join("market-demo/buyer@example.test");
    std::fs::create_dir_all(&cases).expect("a folder");
    let selection = "[[cases]]\nclients = [\"Market demo\"]\nusers = [\"buyer\"]\nservers = [\"default\"]\n\
                     grants = [\"authorization_code\"]\nscopes = [\"openid\", \"openid orders:update\"]\n";
    std::fs::write(snapshots.join("snapshots.toml"), selection).expect("a file");
    let org = OrgDocument::parse(BUILT_IN_ORG).expect("an org");
    for (scopes, name) in [("openid", "openid"), ("openid orders:update", "openid+orders-update")] {
        let parameters = [("client", "Market demo"), ("user", "buyer"), ("scope", scopes), ("nonce", "preview")];
        let snapshot = org.preview(parameters).expect("a snapshot");
        std::fs::write(cases.join(format!("default.authorization_code.{name}.json")), snapshot.text()).expect("a file");
    }
    let run = |code| {
        let mut command = harness(folder.path());
        stdout(command.args(["run", "matrix", "--snapshots"]).arg(&snapshots), code)
    };
    assert!(run(0).contains("All 2 scenarios that ran gave the expected result."));

    let file = snapshots.join("market-demo/buyer@example.test/default.authorization_code.openid.json");
    let known = std::fs::read_to_string(&file).expect("a snapshot");
    std::fs::write(&file, known.replace("\"shopper\"", "\"visitor\"")).expect("a file");
    let output = run(6);
    assert!(output.contains("\"visitor\"") && output.contains("\"shopper\""), "{output}");
    stdout(harness(folder.path()).args(["review", "--accept-all", "--snapshots"]).arg(&snapshots), 0);
    assert_eq!(std::fs::read_to_string(&file).expect("a snapshot"), known);

    std::fs::remove_file(&file).expect("a file");
    let output = run(0);
    assert!(output.contains("needs a client with the id \"Market demo\""), "a new case has no id yet: {output}");
}

/// Runs one new case of the matrix; the output, and the files that the folder of snapshots has afterwards.
async fn one_case(own: &OwnMock, code: i32) -> (String, usize) {
    let snapshots = own.folder.path().join("snapshots");
    std::fs::create_dir_all(&snapshots).expect("a folder");
    let selection = "[[cases]]\nclients = [\"web\"]\nusers = [\"buyer@example.test\"]\nservers = [\"default\"]\n\
                     grants = [\"authorization_code\"]\nscopes = [\"openid\"]\n";
    std::fs::write(snapshots.join("snapshots.toml"), selection).expect("a file");
    let (target, folder) = (own.target.clone(), own.folder.path().to_owned());
    tokio::task::spawn_blocking(move || {
        let mut command = harness(&folder);
        command.args(["run", "matrix", "--no-doctor", "--driver", "http", "--target", &target, "--snapshots"]);
        let output = stdout(command.arg(&snapshots), code);
        let files = files_below(&folder).into_iter().filter(|file| file.ends_with("authorization_code.openid.json"));
        (output, files.count())
    })
    .await
    .expect("a run")
}

/// The files below a folder.
fn files_below(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path.display().to_string()] }).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_issuer_than_a_mock_has_a_matrix_and_a_failed_sign_in_is_not_a_snapshot() {
    let generic = OwnMock::start("kind = \"mock\"", "kind = \"generic\"").await;
    let (output, pending) = one_case(&generic, 6).await;
    assert_eq!(pending, 1, "the new case is pending: {output}");
    let wrong = OwnMock::start("Passw0rd!", "Passw0rd?").await;
    let (output, pending) = one_case(&wrong, 1).await;
    assert_eq!(pending, 0, "{output}");
    assert!(output.contains("sign-in page with an alert"), "{output}");
}

#[test]
fn clients_and_accounts_that_the_target_lacks_are_skipped_with_the_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let selection = "[[cases]]\nclients = [\"wbe\"]\nusers = [\"buyer\"]\nservers = [\"default\"]\n\
                     grants = [\"authorization_code\"]\nscopes = [\"openid\"]\n";
    std::fs::write(folder.path().join("snapshots.toml"), selection).expect("a file");
    let mut command = harness(folder.path());
    let output = stdout(command.args(["run", "matrix", "--snapshots"]).arg(folder.path()), 3);
    assert!(
        output.contains("needs a client with the id \"wbe\" or the name \"wbe\"; did you mean \"web\"?"),
        "{output}"
    );
}

#[test]
fn an_own_folder_replaces_the_built_in_snapshots() {
    let fixtures = Fixtures::built_in();
    assert!(fixtures.names("snapshots", ".json").expect("names").len() > 50);
    let empty = tempfile::tempdir().expect("a folder");
    let own = fixtures.with_snapshots(Some(empty.path().to_owned())).expect("fixtures");
    assert_eq!(own.names("snapshots", ".json").expect("names"), Vec::<String>::new());
    assert!(own.with_snapshots(Some(empty.path().join("none"))).is_err());
}
