//! The doctor: each wrong configuration has a sentence of its own, with the fix.

use harness::doctor;
use harness::exit::Exit;
use harness::run::Options;
use serde_json::{Value, json};
use wiremock::matchers::{body_string_contains, header_exists, method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::command::{harness, stderr, stdout};
use crate::support::{OwnMock, options};
use crate::tls_server::tls_server;

/// The lines of the doctor for a target, and its exit code.
async fn examined(target: &str, ca_pem: Option<&str>) -> (Vec<String>, Exit) {
    let folder = tempfile::tempdir().expect("a folder");
    let ca = ca_pem.map(|pem| {
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, pem).expect("a file");
        file
    });
    let options = Options { ca, ..options(target, &["*"], folder.path()) };
    let mut lines = Vec::new();
    let exit = doctor::examine(&options, &mut |line| lines.push(line.to_string())).await;
    (lines, exit)
}

/// Asserts that there is one problem, and that its line has these parts.
fn assert_problem(lines: &[String], subject: &str, parts: &[&str]) {
    let problems: Vec<&String> = lines.iter().filter(|line| line.starts_with('✗')).collect();
    assert_eq!(problems.len(), 1, "{lines:#?}");
    assert!(problems[0].starts_with(&format!("✗ {subject} ")), "{lines:#?}");
    for part in parts {
        assert!(problems[0].contains(part), "{part:?} is not in {problems:?}");
    }
    assert!(problems[0].contains(". Fix: "), "{problems:?}");
}

#[tokio::test]
async fn a_name_without_an_address_and_a_port_without_a_program_are_told_apart() {
    let (lines, exit) = examined("http://no-such-issuer.invalid", None).await;
    assert_problem(&lines, "name", &["no-such-issuer.invalid has no address", "DNS"]);
    assert_eq!(exit, Exit::Unreachable);
    let (lines, exit) = examined("http://127.0.0.1:9", None).await;
    assert_problem(&lines, "connection", &["no program listens at 127.0.0.1:9", "start the issuer"]);
    assert_eq!(exit, Exit::Unreachable);
}

#[tokio::test]
async fn an_unknown_authority_another_name_and_an_expired_certificate_are_told_apart() {
    let valid = tls_server("localhost", 2090).await;
    let (lines, exit) = examined(&valid.issuer, None).await;
    assert_problem(&lines, "certificate", &["signed by an authority that is not trusted", "--ca FILE"]);
    assert_eq!(exit, Exit::Unreachable);
    let (lines, exit) = examined(&valid.issuer, Some(&valid.ca_pem)).await;
    assert!(lines.iter().any(|line| line.starts_with("✓ certificate")), "{lines:#?}");
    assert_eq!(exit, Exit::Expected);
    let other = tls_server("other.example", 2090).await;
    assert_problem(&examined(&other.issuer, Some(&other.ca_pem)).await.0, "certificate", &["is for another name"]);
    let old = tls_server("localhost", 2001).await;
    assert_problem(&examined(&old.issuer, Some(&old.ca_pem)).await.0, "certificate", &["has expired", "renew it"]);
    let plain = MockServer::start().await;
    let (lines, _) = examined(&plain.uri().replace("http:", "https:"), None).await;
    assert_problem(&lines, "certificate", &["does not speak TLS", "use http://"]);
}

/// An issuer with that answer to the request for its discovery document.
async fn discovery(answer: impl FnOnce(&str) -> ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    let answer = answer(&server.uri());
    server.register(Mock::given(path("/.well-known/openid-configuration")).respond_with(answer)).await;
    server
}

#[tokio::test]
async fn a_missing_a_wrong_and_a_foreign_discovery_document_are_told_apart() {
    let missing = discovery(|_| ResponseTemplate::new(404)).await;
    assert_problem(&examined(&missing.uri(), None).await.0, "discovery", &["status 404", "correct its path"]);
    let page = discovery(|_| ResponseTemplate::new(200).set_body_raw("<h1>Portal</h1>", "text/html")).await;
    let (lines, exit) = examined(&page.uri(), None).await;
    assert_problem(&lines, "discovery", &["is not a discovery document: text/html \"<h1>Portal</h1>\""]);
    assert_eq!(exit, Exit::Configuration);
    let foreign =
        discovery(|_| ResponseTemplate::new(200).set_body_json(json!({ "issuer": "https://a.example" }))).await;
    let (lines, _) = examined(&foreign.uri(), None).await;
    assert_problem(&lines, "discovery", &["has the issuer https://a.example", "use https://a.example as the issuer"]);
}

#[tokio::test]
async fn a_clock_that_differs_by_more_than_a_minute_is_a_problem() {
    let late = discovery(|issuer| {
        let document = json!({ "issuer": issuer });
        ResponseTemplate::new(200).set_body_json(document).insert_header("date", "Sat, 01 Jan 2022 00:00:00 GMT")
    })
    .await;
    let (lines, exit) = examined(&late.uri(), None).await;
    assert_problem(&lines, "clock", &["seconds behind this machine's", "NTP"]);
    assert_eq!(exit, Exit::Configuration);
}

const ERROR_PAGE: &str = "<title>Error</title><p>redirect_uri did not match a registered one</p>";

/// An issuer with one client and one account, in which one thing can be wrong.
struct SmallIssuer {
    server: MockServer,
    folder: tempfile::TempDir,
}

impl SmallIssuer {
    async fn start() -> Self {
        let server = MockServer::start().await;
        let issuer = server.uri();
        let document = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        });
        let small = Self { server, folder: tempfile::tempdir().expect("a folder") };
        small
            .answer("GET", "/.well-known/openid-configuration", ResponseTemplate::new(200).set_body_json(document))
            .await;
        small
    }

    async fn answer(&self, verb: &str, at: &str, answer: ResponseTemplate) {
        self.server.register(Mock::given(method(verb)).and(path(at)).respond_with(answer)).await;
    }

    /// Responds to requests without a user at the redirect URI.
    async fn knows_redirect_uri(&self) {
        let to = "http://localhost:7803/callback?error=login_required";
        let response = ResponseTemplate::new(302).insert_header("location", to);
        let silent = Mock::given(path("/authorize")).and(query_param("prompt", "none"));
        self.server.register(silent.respond_with(response)).await;
    }

    /// Shows that page to users.
    async fn shows(&self, page: &str) {
        let visible = Mock::given(path("/authorize")).and(query_param_is_missing("prompt"));
        let answer = ResponseTemplate::new(200).set_body_raw(page, "text/html");
        self.server.register(visible.respond_with(answer)).await;
    }

    /// Answers at the token endpoint as to a client that it knows.
    async fn knows_client(&self) {
        let error = json!({ "error": "invalid_grant", "error_description": "unknown code" });
        self.answer("POST", "/token", ResponseTemplate::new(400).set_body_json(error)).await;
    }

    fn target(&self, auth: &str) -> String {
        let text = format!(
            "name = \"small\"\nkind = \"generic\"\nsign_in = []\nredirect_uri = \"http://localhost:7803/callback\"\n\
             signed_out_uri = \"http://localhost:7803/signed-out\"\n[servers.main]\nissuer = \"{}\"\n\
             [clients.shop]\nid = \"shop-1\"\nsecret = \"shop-secret\"\nauth = \"{auth}\"\nscopes = [\"openid\"]\n\
             response_types = [\"code\"]\ngrant_types = [\"authorization_code\"]\n\
             [accounts.alice]\nlogin = \"alice\"\npassword = \"alice-password\"\n",
            self.server.uri()
        );
        let file = self.folder.path().join("small.toml");
        std::fs::write(&file, text).expect("a file");
        file.display().to_string()
    }
}

fn unknown_client() -> Value {
    json!({ "error": "invalid_client", "error_description": "no such client" })
}

#[tokio::test]
async fn an_unregistered_redirect_uri_is_told_in_the_words_of_the_issuer() {
    let issuer = SmallIssuer::start().await;
    issuer.answer("GET", "/authorize", ResponseTemplate::new(400).set_body_raw(ERROR_PAGE, "text/html")).await;
    issuer.knows_client().await;
    let (lines, exit) = examined(&issuer.target("client_secret_basic"), None).await;
    let words = "client shop: the issuer refuses the request: \"400 redirect_uri did not match a registered one\"";
    assert_problem(&lines, "redirect URI", &[words, "register http://localhost:7803/callback"]);
    assert_eq!(exit, Exit::Configuration);
}

#[tokio::test]
async fn an_unknown_client_is_told_apart_from_its_redirect_uri() {
    let issuer = SmallIssuer::start().await;
    let page = "<title>Error</title><p>unknown client_id</p>";
    issuer.answer("GET", "/authorize", ResponseTemplate::new(400).set_body_raw(page, "text/html")).await;
    issuer.knows_client().await;
    let (lines, _) = examined(&issuer.target("client_secret_basic"), None).await;
    assert_problem(&lines, "redirect URI", &["\"400 unknown client_id\"", "correct the id of the client shop: shop-1"]);
}

#[tokio::test]
async fn wrong_credentials_and_a_wrong_method_are_told_apart() {
    let issuer = SmallIssuer::start().await;
    issuer.knows_redirect_uri().await;
    issuer.answer("POST", "/token", ResponseTemplate::new(401).set_body_json(unknown_client())).await;
    let (lines, _) = examined(&issuer.target("client_secret_basic"), None).await;
    assert_problem(
        &lines,
        "credentials",
        &[
            "refuses it with client_secret_basic: \"401 invalid_client: no such client\"",
            "correct the id and the secret",
        ],
    );
    let issuer = SmallIssuer::start().await;
    issuer.knows_redirect_uri().await;
    let posted = Mock::given(path("/token")).and(body_string_contains("client_secret=shop-secret"));
    let accepted = ResponseTemplate::new(400).set_body_json(json!({ "error": "invalid_grant" }));
    issuer.server.register(posted.respond_with(accepted)).await;
    let basic = Mock::given(path("/token")).and(header_exists("authorization"));
    issuer.server.register(basic.respond_with(ResponseTemplate::new(401).set_body_json(unknown_client()))).await;
    let (lines, _) = examined(&issuer.target("client_secret_basic"), None).await;
    assert_problem(&lines, "credentials", &["set auth = \"client_secret_post\" in the target file"]);
}

#[tokio::test]
async fn a_sign_in_that_stops_names_the_page_and_the_ways_out() {
    let sign_in =
        "<title>Sign in</title><form method=post action=/in><input name=login><input type=password name=pw></form>";
    let refused = format!("<p role=alert>Wrong password</p>{sign_in}");
    let second = "<title>Second factor</title><form method=post action=/otp><input name=otp></form>";
    let script = "<title>App</title><script src=app.js></script>";
    for (first, then, parts) in [
        (
            sign_in,
            refused.as_str(),
            &["stopped on the sign-in page with an alert \"Sign in\"", "/in)", "Wrong password"][..],
        ),
        (sign_in, second, &["page \"Second factor\"", "with the fields otp", "--driver browser", "sign-in script"]),
        (script, "", &["page \"App\"", "needs JavaScript", "--driver browser"]),
    ] {
        let issuer = SmallIssuer::start().await;
        issuer.knows_redirect_uri().await;
        issuer.knows_client().await;
        issuer.shows(first).await;
        issuer.answer("POST", "/in", ResponseTemplate::new(200).set_body_raw(then, "text/html")).await;
        let (lines, exit) = examined(&issuer.target("client_secret_basic"), None).await;
        assert_problem(&lines, "sign-in", parts);
        assert_eq!(exit, Exit::Configuration);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_does_not_start_with_wrong_credentials_and_says_why() {
    let issuer = SmallIssuer::start().await;
    issuer.knows_redirect_uri().await;
    issuer.answer("POST", "/token", ResponseTemplate::new(401).set_body_json(unknown_client())).await;
    let target = issuer.target("client_secret_basic");
    let folder = tempfile::tempdir().expect("a folder");
    let reports = folder.path().to_owned();
    tokio::task::spawn_blocking(move || {
        let run = ["run", "code.web.custom", "--driver", "http", "--target", &target];
        let error = stderr(harness(&reports).args(run), 5);
        assert!(error.contains("no scenario was run") && error.contains("✗ credentials   client shop"), "{error}");
        // What does not need the client runs, and everything does on demand.
        let output = stdout(harness(&reports).args(["run", "discovery.custom.openid", "--target", &target]), 0);
        assert!(output.contains("✓ pass            discovery.custom.openid"), "{output}");
        let output = stdout(harness(&reports).args(run).arg("--no-doctor"), 1);
        assert!(output.contains("code.web.custom"), "{output}");
    })
    .await
    .expect("runs");
}

/// Standard error of a run of these scenarios that ends with this exit code.
async fn run_of(target: &str, pattern: &'static str, code: i32) -> String {
    let (target, folder) = (target.to_owned(), tempfile::tempdir().expect("a folder"));
    let run =
        move || stderr(harness(folder.path()).args(["run", pattern, "--driver", "http", "--target", &target]), code);
    tokio::task::spawn_blocking(run).await.expect("a run")
}

#[tokio::test(flavor = "multi_thread")]
async fn before_a_run_the_accounts_of_the_scenarios_sign_in_at_mocks_too() {
    let own = OwnMock::start("Passw0rd!", "Passw0rd?").await;
    let error = run_of(&own.target, "code.web.custom", 5).await;
    assert!(error.contains("✗ sign-in       account buyer: stopped on the sign-in page with an alert"), "{error}");
    // The users of snapshots sign in too.
    let error = run_of(&own.target, "matrix.market-demo.*", 5).await;
    assert!(error.contains("account buyer: stopped"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_out_uri_is_examined_only_for_scenarios_that_sign_out() {
    let own = OwnMock::start("7803/signed-out", "7803/elsewhere").await;
    let error = run_of(&own.target, "logout.redirect", 5).await;
    assert!(error.contains("✗ sign-out URI") && error.contains("elsewhere"), "{error}");
    run_of(&own.target, "code.web.custom", 0).await;
}

#[test]
fn the_built_in_mock_and_the_browser_are_examined_by_default() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = stdout(harness(folder.path()).args(["doctor", "--driver", "http"]), 0);
    assert!(output.contains("✓ target        mock (mock-idp "), "{output}");
    assert!(output.ends_with("No problem found. Next: harness run --target mock\n"), "{output}");
    let output = stdout(harness(folder.path()).arg("doctor").env("CHROMEDRIVER", "/nowhere"), 4);
    assert!(output.contains("✗ browser       no chromedriver found") && output.contains("Fix: install"), "{output}");
}

#[test]
fn a_missing_variable_is_a_line_with_its_purpose() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = stdout(harness(folder.path()).args(["doctor", "--target", "okta", "--driver", "http"]), 5);
    let line = "✗ variable      OKTA_ISSUER is not set: the issuer of the server custom. Fix: export OKTA_ISSUER=…";
    assert!(output.lines().any(|known| known == line), "{output}");
    assert!(output.contains("– variable      OKTA_USERNAME is not set: the login of the account buyer"), "{output}");
    // The same lines explain a run that cannot start.
    let error = stderr(harness(folder.path()).args(["run", "--target", "okta"]), 5);
    assert!(error.contains(line), "{error}");
}
