//! The commands `token`, `diff` and `explain`.

use mock_idp::MockIdp;
use serde_json::Value;

use crate::flow::{WEB, browser};
use crate::org::TestOrg;
use crate::program::{output, program, stderr, stdout};

const MARKET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/orgs/market.yaml");

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let state = tempfile::tempdir().unwrap();
    let done = output(program(state.path()).args(arguments));
    (done.status.code(), stdout(&done), stderr(&done))
}

#[test]
fn a_token_is_previewed_without_a_running_mock() {
    let (code, text, _) =
        run(&["token", "--client", "Market demo", "--user", "admin", "--scope", "openid products:read", "--why"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.starts_with(
            "from /v1/token: Bearer token, scope \"openid products:read\", expires in 900 s\naccess token\n"
        ),
        "{text}"
    );
    assert!(text.contains("\n  market_role      \"admin\"\n"), "{text}");
    assert!(text.contains("  + Market apps: its rule \"Administrators\" matches\n"), "{text}");
    assert!(text.contains("      isMemberOfGroupName(\"Admins\") = true\n"), "{text}");

    let (code, text, _) = run(&["token", "--client", WEB, "--user", "buyer", "--scope", "openid", "--json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, &report["outcome"]), (Some(0), &Value::from("granted")));
    assert_eq!(report["token"]["access_token"]["payload"]["iss"], "http://localhost:7801/oauth2/default");
}

#[test]
fn a_refusal_is_exit_code_1_and_lists_remedies() {
    let (code, text, _) = run(&["token", "--client", WEB, "--user", "buyer", "--scope", "openid orders:update"]);
    assert_eq!(code, Some(1));
    assert_eq!(
        text,
        "refused  access_denied: Policy evaluation failed for this request, please check the policy configurations.\n\
         shown    in the redirect back to the client (status 302)\n\
         because  no rule covers authorization_code for 0oamarketweb000005d7 requesting openid orders:update\n\
         \n\
         What would it take? One of:\n\
         \x20 - add buyer@example.test to the group Admins\n\
         \x20 - include buyer@example.test in the people of the rule \"Administrators\" of policy \"Market apps\"\n\
         \x20 - ask without orders:update\n\
         \x20 - add orders:update to the scopes of the rule \"Everyone\" of policy \"Market apps\"\n"
    );
}

#[test]
fn an_invalid_question_is_exit_code_2() {
    let (code, _, error) = run(&["token", "--client", "Market dema", "--user", "buyer"]);
    assert_eq!(code, Some(2));
    assert!(error.starts_with("mock-idp: no client is \"Market dema\"; did you mean \"Market demo\"?"), "{error}");
}

#[test]
fn a_difference_between_orgs_is_exit_code_1() {
    assert_eq!(run(&["diff", MARKET, MARKET, "--client", WEB]).0, Some(0));
    let folder = tempfile::tempdir().unwrap();
    let after = folder.path().join("after.yaml");
    let org = TestOrg::market().claim_rule("market_role", |claim| {
        claim.value = "isMemberOfGroupName(\"Admins\") ? \"boss\" : \"shopper\"".to_owned();
    });
    std::fs::write(&after, org.yaml()).unwrap();
    let after = after.to_str().unwrap();
    let (code, text, _) = run(&["diff", MARKET, after, "--client", WEB]);
    assert_eq!(code, Some(1));
    assert!(
        text.contains(
            "\n  \"admin\" -> \"boss\"\n    admin@example.test · Market demo · authorization_code · default · "
        ),
        "{text}"
    );
    let cause = "from expression `isMemberOfGroupName(\"Admins\") ? \"boss\" : \"shopper\"`; before: expression `isMemberOfGroupName(";
    assert!(text.contains("\ntoken.access_token.market_role of ") && text.contains(cause), "{text}");
    assert!(!text.contains("buyer@example.test"), "{text}");
    let (code, comment, _) = run(&["diff", MARKET, after, "--client", WEB, "--format", "markdown"]);
    assert_eq!(code, Some(1));
    assert!(comment.starts_with("### Tokens: "), "{comment}");
    let row = "| <code>admin&#64;example.test</code> | <code>Market demo</code> | <code>authorization&#95;code</code> | \
               <code>default</code> | <code>openid</code> |\n";
    assert!(comment.contains(row), "{comment}");
    let (_, json, _) = run(&["diff", MARKET, after, "--client", WEB, "--user", "admin@example.test", "--json"]);
    let difference: Value = serde_json::from_str(&json).unwrap();
    let altered = &difference["alterations"][0];
    assert_eq!(altered["case"]["user"], "admin@example.test");
    assert!(difference["cases"].as_u64() > Some(10));
}

#[test]
fn a_comparison_in_which_no_client_gets_an_answer_is_exit_code_2() {
    let (code, text, error) =
        run(&["diff", MARKET, MARKET, "--client", WEB, "--user", "suspended", "--scope", "openid"]);
    assert_eq!((code, text.as_str()), (Some(2), ""));
    assert!(error.contains("nothing is compared: the client gets no answer to any of the "), "{error}");
    assert!(error.contains(": the sign-in fails: suspended@example.test is SUSPENDED\n"), "{error}");
}

#[test]
fn a_comparison_of_an_unknown_name_or_of_nothing_is_exit_code_2() {
    for (arguments, message) in [
        (&["--client", "My app"][..], "no client is \"My app\""),
        (&["--user", "nobody"], "no user is \"nobody\""),
        (&["--client", "Market demo", "--user", "buyr"], "no user is \"buyr\"; did you mean"),
        (&["--server", "defualt"], "no authorization server is \"defualt\"; did you mean \"default\"?"),
        (&["--grant", "pasword"], "no preview is made of the grant \"pasword\"; did you mean \"password\"?"),
        (&["--scope", "opnid"], "no authorization server has the scope \"opnid\"; did you mean \"openid\"?"),
        (
            &["--client", WEB, "--grant", "client_credentials", "--user", "buyer"],
            "there is no token request to compare",
        ),
        (&["--user", ""], "error: a value is required for '--user <USER>'"),
    ] {
        let (code, text, error) = run(&[&["diff", MARKET, MARKET], arguments].concat());
        assert_eq!((code, text.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(error.contains(message), "{error}");
    }
    let (code, text, _) = run(&["diff", MARKET, MARKET, "--client", "Market demo", "--user", "buyer"]);
    assert_eq!(code, Some(0));
    assert!(text.starts_with("no difference in ") && text != "no difference in 0 token requests\n", "{text}");
}

#[test]
fn an_empty_user_of_a_token_request_is_exit_code_2() {
    let (code, _, error) = run(&["token", "--client", WEB, "--user", "", "--scope", "openid"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("a value is required for '--user <USER>'"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_a_running_mock_is_explained_by_its_id() {
    let mock = MockIdp::builder().start().await.unwrap();
    let query = [("client_id", WEB), ("redirect_uri", "http://nowhere.example/cb")];
    let response = browser().get(format!("{}/v1/authorize", mock.issuer())).query(&query).send().await.unwrap();
    let id = response.headers()["x-okta-request-id"].to_str().unwrap().to_owned();
    let url = mock.url().to_owned();
    let (code, text, error) = tokio::task::spawn_blocking(move || run(&["explain", &id, "--url", &url])).await.unwrap();
    assert_eq!(code, Some(0), "{error}");
    assert!(text.starts_with("GET /oauth2/default/v1/authorize -> 400"), "{text}");
    assert!(
        text.contains("! illegal_redirect_uri_enhanced: `http://nowhere.example/cb` is not registered\n"),
        "{text}"
    );

    let url = mock.url().to_owned();
    let (code, _, error) = tokio::task::spawn_blocking(move || run(&["explain", "none", "--url", &url])).await.unwrap();
    assert_eq!(code, Some(2));
    assert!(error.contains("answered 404: the journal of \"market\" has no request \"none\""), "{error}");
}
