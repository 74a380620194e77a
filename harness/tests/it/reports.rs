//! The files of a report.

use harness::record::run::{RunRecord, SCHEMA, State};
use harness::record::{Entry, Exchange};
use harness::report;

use crate::support::{options, run, run_with_fault};

#[tokio::test(flavor = "multi_thread")]
async fn json_junit_and_html_describe_the_same_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = run_with_fault("id_token.wrong-nonce", None, "code.web").await;
    let files = report::write(&run, folder.path()).expect("reports");

    let json = std::fs::read_to_string(&files.json).expect("the record");
    let read: RunRecord = serde_json::from_str(&json).expect("a record");
    assert_eq!((read.schema.as_str(), read.scenarios.len()), (SCHEMA, 2));

    let junit = std::fs::read_to_string(&files.junit).expect("the JUnit file");
    assert!(junit.contains("tests=\"2\"") && junit.contains("failures=\"2\""), "{junit}");
    assert!(junit.contains("type=\"id-token.nonce\""), "{junit}");

    let page = std::fs::read_to_string(&files.html).expect("the page");
    assert!(page.contains("<html lang=\"en\">"));
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("the page has no {text}"));
    let (failed, passed) = (at("<code class=\"fail\">id-token.nonce</code>"), at("<td class=\"pass\">"));
    assert!(failed < passed, "the checks that fail come first");
    assert!(
        failed < at("<h2>Overview</h2>") && at("<h2>Unexpected results</h2>") < failed,
        "unexpected results come first"
    );
    let exchanges = run.scenarios.iter().flat_map(|scenario| &scenario.entries);
    let exchanges = exchanges.filter(|entry| matches!(entry, Entry::Exchange(_))).count();
    assert!(exchanges > 0 && page.matches("<pre>curl").count() == exchanges, "every exchange of a failed scenario");
    assert!(!page.contains("more characters"), "bodies of failed scenarios are not shortened");
    assert_eq!(page.matches("<svg class=\"flow\"").count(), 2, "a picture of each failed scenario");
    for fetching in ["<link", "<img", "<iframe", "<object", "@import", "url("] {
        assert!(!page.contains(fetching), "nothing is fetched: {fetching}");
    }
    let style = page.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).expect("a style");
    assert!(page.contains(&format!("style-src 'sha256-{}'", digest(style))), "the policy allows the style");
    let script = page.split("<script>").nth(1).and_then(|rest| rest.split("</script>").next()).expect("a script");
    assert!(page.contains(&format!("script-src 'sha256-{}'", digest(script))), "the policy allows the script");
}

fn digest(text: &str) -> String {
    use base64::Engine as _;
    use sha2::Digest as _;
    base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(text.as_bytes()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_snapshot_is_pending_and_exits_with_6() {
    let folder = tempfile::tempdir().expect("a folder");
    let fixtures = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(fixtures.path().join("snapshots")).expect("a folder");
    let selection = "[[cases]]\nclients = [\"service\"]\nservers = [\"default\"]\ngrants = [\"client_credentials\"]\n\
                     scopes = [\"products:read\"]\n";
    std::fs::write(fixtures.path().join("snapshots/snapshots.toml"), selection).expect("a file");
    let name = "service/no-user/default.client_credentials.products-read";
    let id = harness::claims::scenario_id(name);
    let mut options = options("mock", &[&id], folder.path());
    options.fixtures =
        harness::issuer_target::fixtures::Fixtures::find(Some(fixtures.path().to_owned())).expect("fixtures");
    let run = harness::run::Runner::open(options.clone()).await.expect("a mock").run(|_| {}).await;
    assert_eq!(harness::run::exit(&run).code(), 6);
    assert_eq!(run.totals.pending, 1);

    let snapshots = harness::claims::Snapshots::new(options.fixtures.clone(), folder.path());
    let waiting = harness::claims::pending(&snapshots, [id.as_str()].into_iter()).expect("snapshots");
    assert_eq!(waiting.iter().map(|pending| pending.name.as_str()).collect::<Vec<_>>(), [name]);

    let mut output = Vec::new();
    let refused = harness::claims::review(&snapshots, &waiting, true, &mut output, |_, _| {
        Ok(harness::claims::ReviewDecision::Accept)
    });
    assert!(matches!(refused, Err(harness::claims::ReviewError::InCi)));
    let accepted = harness::claims::review(&snapshots, &waiting, false, &mut output, |_, _| {
        Ok(harness::claims::ReviewDecision::Accept)
    });
    assert_eq!(accepted.expect("a review"), 0);
    assert_eq!(String::from_utf8(output).expect("text"), format!("accepted {name}\n"));

    let again = harness::run::Runner::open(options).await.expect("a mock").run(|_| {}).await;
    assert_eq!(harness::run::exit(&again).code(), 0);
}

/// Only modules for unsupported features are skipped. The frame of the session management plan needs a browser.
#[tokio::test(flavor = "multi_thread")]
async fn with_openid_behavior_every_plan_passes_without_a_warning() {
    let reports = tempfile::tempdir().expect("a folder");
    let mut options = options("mock", &["*.oidcc-*"], reports.path());
    options.behavior = Some(harness::issuer_target::Behavior::OpenId);
    let run = harness::run::Runner::open(options).await.expect("a mock").run(|_| {}).await;
    let plans: Vec<&str> = run.plans.iter().map(|plan| plan.plan.as_str()).collect();
    assert_eq!(
        plans,
        [
            "basic",
            "config",
            "form-post",
            "implicit",
            "hybrid",
            "rp-logout",
            "front-channel",
            "back-channel",
            "session-management",
            "dynamic",
            "third-party-login"
        ]
    );
    assert_eq!(run.totals.scenarios, 38 + 1 + 198 + 58 + 102 + 11 + 2 + 2 + 1 + 23 + 2);
    for scenario in &run.scenarios {
        assert!(matches!(scenario.state, State::Pass | State::Skip), "{} {:?}", scenario.id, scenario.state);
    }
    // Unsigned ID tokens, once in each code flow and in the dynamic plan, which also asks for pairwise sectors twice.
    assert_eq!(run.totals.skip, 2 + 1 + 2);

    // RFC 7591 3: an initial access token is a bearer token. Only Okta has API tokens of the scheme SSWS.
    let exchanges = run.scenarios.iter().flat_map(|scenario| &scenario.entries).filter_map(|entry| match entry {
        Entry::Exchange(exchange) => Some(exchange),
        _ => None,
    });
    let registrations: Vec<&Exchange> = exchanges
        .filter(|exchange| exchange.method == "POST" && exchange.url.ends_with("/oauth2/v1/clients"))
        .collect();
    assert!(registrations.len() > 20, "{}", registrations.len());
    for registration in registrations {
        let mut headers = registration.request_headers.iter();
        let credentials = headers.find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        assert!(credentials.is_none_or(|(_, value)| value.starts_with("Bearer ")), "{credentials:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_scenarios_give_the_expected_result() {
    let run = run("mock", &["*"]).await;
    let bad: Vec<&str> =
        run.scenarios.iter().filter(|scenario| scenario.state.is_bad()).map(|scenario| scenario.id.as_str()).collect();
    assert_eq!(bad, Vec::<&str>::new());
    assert!(run.totals.scenarios >= 600, "{}", run.totals.scenarios);
    assert!(run.totals.checks >= 20_000, "{}", run.totals.checks);
    let folder = tempfile::tempdir().expect("a folder");
    let files = report::write(&run, folder.path()).expect("reports");
    let size = |path: &std::path::Path| std::fs::metadata(path).expect("a file").len();
    assert!(size(&files.html) < 3_000_000, "{}", size(&files.html));
    assert!(size(&files.json) < 5_000_000, "{}", size(&files.json));
}
