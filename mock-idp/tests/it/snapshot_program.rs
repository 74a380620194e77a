//! `mock-idp snapshot`: what it writes, compares and accepts.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::org::TestOrg;
use crate::program::{output, program, stderr, stdout};

/// A folder with an org document and a folder of snapshots.
struct Project {
    folder: tempfile::TempDir,
}

/// Two users of the web app with a refresh, an implicit token, and a service.
const SELECTION: &str = r#"
[[cases]]
clients = ["Market demo"]
users = ["buyer", "admin@example.test"]
servers = ["default"]
grants = ["authorization_code", "refresh_token", "implicit"]
scopes = ["openid profile", "openid orders:update"]

[[cases]]
clients = ["0oamarketservice05d7"]
grants = ["client_credentials"]
servers = ["default"]
scopes = ["products:read"]
"#;

impl Project {
    fn new(selection: &str) -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(project.snapshots()).unwrap();
        project.select(selection);
        project.change(TestOrg::market());
        project
    }

    fn snapshots(&self) -> std::path::PathBuf {
        self.folder.path().join("snapshots")
    }

    fn select(&self, selection: &str) {
        std::fs::write(self.snapshots().join("snapshots.toml"), selection).unwrap();
    }

    fn change(&self, org: TestOrg) {
        std::fs::write(self.folder.path().join("okta.yaml"), org.yaml()).unwrap();
    }

    fn run_in(&self, ci: Option<&str>, arguments: &[&str]) -> (Option<i32>, String, String) {
        let state = tempfile::tempdir().unwrap();
        let mut command = program(state.path());
        command.current_dir(self.folder.path()).env_remove("CI").args(["snapshot", "--org", "okta.yaml", "snapshots"]);
        if let Some(ci) = ci {
            command.env("CI", ci);
        }
        let done = output(command.args(arguments));
        (done.status.code(), stdout(&done), stderr(&done))
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        self.run_in(None, arguments)
    }

    /// The snapshots by path.
    fn files(&self) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        collect(&self.snapshots(), &self.snapshots(), &mut files);
        files
    }

    fn file(&self, path: &str) -> Value {
        let files = self.files();
        serde_json::from_str(files.get(path).unwrap_or_else(|| panic!("no {path} in {:?}", files.keys()))).unwrap()
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(file)).unwrap()
    }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            files.insert(name, std::fs::read_to_string(&path).unwrap());
        }
    }
}

fn other_role() -> TestOrg {
    TestOrg::market().claim_rule("market_role", |claim| {
        claim.value = "isMemberOfGroupName(\"Admins\") ? \"boss\" : \"shopper\"".to_owned();
    })
}

#[test]
fn each_selected_case_becomes_one_file() {
    let project = Project::new(SELECTION);
    let (code, text, error) = project.run(&[]);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    assert_eq!(text, "13 snapshots in snapshots: 13 new, the others as before\n");
    let paths: Vec<String> = project.files().into_keys().collect();
    let mut expected = vec!["market-fulfilment/no-user/default.client_credentials.products-read.json".to_owned()];
    for user in ["admin", "buyer"] {
        for grant in ["authorization_code", "implicit", "refresh_token"] {
            for scopes in ["openid+orders-update", "openid+profile"] {
                expected.push(format!("market-demo/{user}@example.test/default.{grant}.{scopes}.json"));
            }
        }
    }
    expected.sort();
    assert_eq!(paths, expected);

    let granted = project.file("market-demo/admin@example.test/default.authorization_code.openid+profile.json");
    assert_eq!(
        granted["case"],
        json!({"user": "admin@example.test", "user_id": "00uadmin0000000005d7", "client": "Market demo",
            "client_id": "0oamarketweb000005d7", "grant": "authorization_code", "server": "default",
            "scope": "openid profile"})
    );
    let payload = &granted["token"]["access_token"]["payload"];
    assert_eq!((&payload["market_role"], &payload["exp"]), (&json!("admin"), &json!("[iat + 900]")));
    let implicit = project.file("market-demo/buyer@example.test/default.implicit.openid+profile.json");
    assert_eq!(implicit["authorize"]["id_token"]["payload"]["nonce"], "[nonce]");
    let refused = project.file("market-demo/buyer@example.test/default.authorization_code.openid+orders-update.json");
    let keys: Vec<&String> = refused.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["case", "outcome", "refusal"]);
    assert_eq!((&refused["outcome"], &refused["refusal"]["error"]), (&json!("refused"), &json!("access_denied")));
}

#[test]
fn files_are_the_same_bytes_at_another_time() {
    // Two runs in different seconds: each reads the clock of the machine.
    let project = Project::new(SELECTION);
    project.run(&[]);
    let first = project.files();
    let second = time_of_day();
    while time_of_day() == second {
        std::thread::yield_now();
    }
    let other = Project::new(SELECTION);
    other.run(&[]);
    assert_eq!(first, other.files());
    assert_eq!(project.run(&["--check"]).0, Some(0));
}

fn time_of_day() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "the program under test reads the clock of the machine")]
    let now = std::time::SystemTime::now();
    now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn a_changed_claim_is_reported_with_its_rule_and_the_affected_cases_and_can_be_accepted() {
    let project = Project::new(SELECTION);
    project.run(&[]);
    project.change(other_role());
    let before = project.files();
    let (code, text, _) = project.run(&["--check", "--junit", "junit.xml", "--markdown", "changes.md"]);
    assert_eq!(code, Some(1));
    assert!(text.starts_with("6 of 13 token requests come out differently\n\n"), "{text}");
    let change = "of 4 requests, from expression `isMemberOfGroupName(\"Admins\") ? \"boss\" : \"shopper\"`\n  \
                  \"admin\" -> \"boss\"\n    admin@example.test · Market demo · authorization_code · default · openid profile\n";
    assert!(text.contains(&format!("token.access_token.market_role {change}")), "{text}");
    assert!(text.ends_with("\n`mock-idp snapshot --accept` takes these changes.\n"), "{text}");
    assert!(!text.contains("buyer"), "{text}");

    let junit = project.read("junit.xml");
    assert!(junit.contains("tests=\"13\"") && junit.contains("failures=\"6\""), "{junit}");
    assert!(junit.contains("type=\"changed\""), "{junit}");
    let comment = project.read("changes.md");
    assert!(comment.starts_with("### Tokens: 6 of 13 token requests come out differently\n"), "{comment}");
    assert!(comment.contains("<code>\"admin\"</code> → <code>\"boss\"</code>"), "{comment}");

    // A plain run adds what is new, and leaves what is known as it is.
    assert_eq!(project.run(&[]).0, Some(1));
    assert_eq!(project.files(), before);
    assert_eq!(project.run(&["--accept"]).1, "13 snapshots in snapshots: 6 changed, 0 new, 0 removed\n");
    let path = "market-demo/admin@example.test/default.authorization_code.openid+profile.json";
    assert_eq!(project.file(path)["token"]["access_token"]["payload"]["market_role"], "boss");
    assert_eq!(project.run(&["--check"]).1, "13 snapshots are as in snapshots\n");
}

#[test]
fn changes_are_not_accepted_where_ci_is_set() {
    let project = Project::new(SELECTION);
    project.run(&[]);
    project.change(other_role());
    let before = project.files();
    let (code, text, error) = project.run_in(Some("true"), &["--accept"]);
    assert_eq!((code, text.as_str()), (Some(2), ""));
    assert!(
        error.starts_with("mock-idp: --accept changes nothing where the environment variable CI is set"),
        "{error}"
    );
    assert_eq!(project.files(), before);
    assert_eq!(project.run_in(Some(""), &["--accept"]).0, Some(0), "an empty variable counts as not set");
}

#[test]
fn new_and_removed_cases_are_reported() {
    let project = Project::new(SELECTION);
    project.run(&[]);
    project.select(&SELECTION.replace("\"openid orders:update\"", "\"openid products:read\""));
    let (code, text, _) = project.run(&["--check"]);
    assert_eq!(code, Some(1));
    assert!(text.starts_with("0 of 13 token requests come out differently, 6 new, 6 removed\n\nnew:\n"), "{text}");
    let removed = "default.authorization_code.openid+orders-update.json: it is no longer among the cases\n";
    assert!(text.contains(removed), "{text}");
    assert_eq!(project.run(&["--accept"]).1, "13 snapshots in snapshots: 0 changed, 6 new, 6 removed\n");
    assert!(!project.files().keys().any(|path| path.contains("orders-update")));
    assert_eq!(project.run(&["--check"]).0, Some(0));
}

#[test]
fn a_failed_sign_in_or_an_error_page_has_no_snapshot() {
    let project = Project::new(&SELECTION.replace("\"buyer\"", "\"suspended\""));
    let (code, text, _) = project.run(&[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("7 snapshots in snapshots"), "{text}");
    let reason = "6 requests have no snapshot, because the client gets no answer:\n    \
                  6: the sign-in fails: suspended@example.test is SUSPENDED\n";
    assert!(text.ends_with(reason), "{text}");
    assert!(!project.files().keys().any(|path| path.contains("suspended")));

    // A user who can no longer sign in: the snapshots are removed, with the reason.
    project.select(&SELECTION.replace("\"buyer\"", "\"premium\""));
    project.run(&["--accept"]);
    project.change(TestOrg::market().edit(|document| {
        let premium = document.users.iter_mut().find(|user| user.profile.login == "premium@example.test");
        premium.unwrap().status = mock_idp_core::model::UserStatus::Suspended;
    }));
    let (code, text, _) = project.run(&["--check"]);
    assert_eq!(code, Some(1));
    assert!(text.contains(".json: the sign-in fails: premium@example.test is SUSPENDED\n"), "{text}");
}

#[test]
fn a_selection_without_any_snapshot_is_an_error_with_the_reasons() {
    let project = Project::new(SELECTION);
    project.run(&[]);
    let before = project.files();
    project.select("[[cases]]\nclients = [\"Market demo\"]\nusers = [\"suspended\"]\nservers = [\"default\"]\ngrants = [\"authorization_code\"]\nscopes = [\"openid\", \"openid email\"]\n");
    for arguments in [&[][..], &["--check"], &["--accept"]] {
        let (code, text, error) = project.run(arguments);
        assert_eq!((code, text.as_str()), (Some(2), ""), "{arguments:?}");
        let expected = "mock-idp: nothing is compared: the client gets no answer to any of the 2 selected token requests\n    \
                        2: the sign-in fails: suspended@example.test is SUSPENDED\n";
        assert_eq!(error, expected, "{arguments:?}");
    }
    assert_eq!(project.files(), before, "no file is removed");
}

#[test]
fn refusals_of_one_rule_are_one_change() {
    let orders = |scopes: &str| {
        format!(
            "[[cases]]\nclients = [\"Market demo\", \"Market SPA\"]\nusers = [\"admin\"]\nservers = [\"default\"]\ngrants = [\"authorization_code\"]\nscopes = [{scopes}]\n"
        )
    };
    let project = Project::new(&orders("\"openid orders:update\", \"openid email orders:update\""));
    project.run(&[]);
    // The rule that grants the scope is for administrators; without its members no user gets it.
    project.change(TestOrg::market().edit(|document| {
        for user in &mut document.users {
            user.group_ids.retain(|group| group != "00gadmins000000005d7");
        }
    }));
    let (code, text, _) = project.run(&["--check"]);
    assert_eq!(code, Some(1));
    let groups: Vec<&str> = text.lines().filter(|line| line.contains(", from ")).collect();
    assert_eq!(groups, ["outcome of 4 requests, from no rule of the access policies matches"], "{text}");
    assert!(text.contains("  \"granted\" -> \"refused: access_denied\"\n"), "{text}");
}

#[test]
fn a_large_org_needs_a_selection_and_the_error_has_one_that_works() {
    let project = Project::new(SELECTION);
    std::fs::remove_file(project.snapshots().join("snapshots.toml")).unwrap();
    let (code, _, error) = project.run(&[]);
    assert_eq!(code, Some(2));
    assert!(error.contains("token requests (19 users, 19 clients, 2 authorization servers"), "{error}");
    assert!(error.contains("which is more than 1000.\nSelect some of them in snapshots"), "{error}");
    let example = &error[error.find("[[cases]]").unwrap()..error.find("\n\nEach [[cases]]").unwrap()];
    project.select(example);
    assert_eq!(project.run(&[]).1, "1 snapshots in snapshots: 1 new, the others as before\n");
}

#[test]
fn a_wrong_selection_is_an_error_with_its_line() {
    let project = Project::new(SELECTION);
    for (wrong, message) in [
        (
            SELECTION.replace("Market demo", "Market dmeo"),
            ":3: no client is \"Market dmeo\"; did you mean \"Market demo\"?",
        ),
        (
            SELECTION.replace("\"implicit\"", "\"implict\""),
            ":6: no preview is made of the grant \"implict\"; did you mean \"implicit\"?",
        ),
        (SELECTION.replace("users =", "user ="), ":4: unknown field `user`"),
        (SELECTION.replace("[\"products:read\"]", "[]"), ":13: scopes is empty; leave it out to select everything"),
        (
            SELECTION.replace("[\"client_credentials\"]", "[\"implicit\"]"),
            ":9: these cases have no request: the client 0oamarketservice05d7 may not use implicit",
        ),
        ("cases = []".to_owned(), ": cases is empty: no token request is selected"),
    ] {
        project.select(&wrong);
        let (code, _, error) = project.run(&["--check"]);
        assert_eq!(code, Some(2), "{error}");
        assert!(error.contains(&format!("snapshots.toml{message}")), "{message}\n{error}");
    }
}

#[test]
fn a_file_that_is_not_a_snapshot_is_an_error_and_stays() {
    let project = Project::new(SELECTION);
    project.run(&[]);
    let path = project.snapshots().join("market-fulfilment/no-user/default.client_credentials.products-read.json");
    std::fs::write(&path, "<<<<<<< HEAD\n{}\n").unwrap();
    let (code, _, error) = project.run(&["--accept"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("default.client_credentials.products-read.json is not a snapshot: "), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "<<<<<<< HEAD\n{}\n");
}

#[test]
fn every_grant_that_can_be_previewed_has_a_snapshot() {
    let project = Project::new(
        "[[cases]]\nusers = [\"buyer\"]\nservers = [\"default\"]\n\n[[cases]]\ngrants = [\"client_credentials\"]\n",
    );
    let (code, text, _) = project.run(&[]);
    assert_eq!(code, Some(0), "{text}");
    for grant in mock_idp_core::preview::GRANTS {
        let name = grant.name().rsplit(':').next().unwrap();
        let granted = project
            .files()
            .into_iter()
            .filter(|(path, text)| path.contains(&format!(".{name}.")) && text.contains("\"outcome\": \"granted\""));
        assert!(granted.count() > 0, "no snapshot with tokens of {name}");
    }
}

#[test]
fn the_snapshots_of_the_built_in_org_are_up_to_date() {
    let state = tempfile::tempdir().unwrap();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/snapshots");
    let done = output(program(state.path()).env_remove("CI").args(["snapshot", folder, "--check"]));
    assert_eq!(done.status.code(), Some(0), "mock-idp snapshot fixtures/snapshots --accept\n{}", stdout(&done));
}
