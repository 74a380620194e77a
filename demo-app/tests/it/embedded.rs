//! Sign-ins at the embedded mock, by filling in the forms of its pages.

use demo_app::DemoApp;
use reqwest::Response;
use scraper::{Html, Selector};
use serde_json::json;
use url::Url;

use crate::browser::{Browser, location};

const PASSWORD: &str = "Passw0rd!";

/// Follows redirects and submits the mock's forms until the app is reached again.
pub(crate) async fn walk(browser: &Browser, demo: &DemoApp, start: Url, login: &str) -> Response {
    let mut answer = browser.http.get(start).send().await.unwrap();
    for _ in 0..12 {
        if answer.status().is_redirection() {
            let next = location(&answer);
            let done = next.as_str().starts_with(demo.url());
            answer = browser.http.get(next).send().await.unwrap();
            if done {
                return answer;
            }
            continue;
        }
        let address = answer.url().clone();
        let html = answer.text().await.unwrap();
        let (action, fields) = filled(&html, login);
        answer = browser.http.post(address.join(&action).unwrap()).form(&fields).send().await.unwrap();
    }
    panic!("the sign-in did not return to the app");
}

/// Action and fields of the sign-in form, filled in.
fn filled(html: &str, login: &str) -> (String, Vec<(String, String)>) {
    let document = Html::parse_document(html);
    let selector = |css: &str| Selector::parse(css).unwrap();
    let form = document.select(&selector("form[data-se=o-form]")).next().unwrap_or_else(|| panic!("no form in {html}"));
    let fields = form
        .select(&selector("input[name]"))
        .filter(|input| input.attr("type") != Some("checkbox"))
        .map(|input| {
            let name = input.attr("name").unwrap();
            let value = match name {
                "identifier" => login,
                "credentials.passcode" => PASSWORD,
                _ => input.attr("value").unwrap_or_default(),
            };
            (name.to_owned(), value.to_owned())
        })
        .collect();
    (form.attr("action").unwrap_or_default().to_owned(), fields)
}

#[tokio::test]
async fn sign_in_tokens_api_refresh_and_sign_out_work_with_the_embedded_mock() {
    let demo = DemoApp::builder().start().await.unwrap();
    assert_eq!(demo.issuer(), demo.mock().unwrap().issuer());
    let browser = Browser::at(&demo);
    let start = browser.start("/login").await;
    let answer = walk(&browser, &demo, start, "buyer@example.test").await;
    assert_eq!(location(&answer).as_str(), format!("{}/", demo.url()));

    let tokens = browser.json("/tokens/data.json").await;
    for token in ["id_token", "access_token"] {
        let checks = tokens[token]["decoded"]["checks"].as_array().unwrap();
        assert!(checks.iter().all(|check| check["verdict"] != "failed"), "{checks:#?}");
    }
    assert_eq!(tokens["scopes"]["granted"], tokens["scopes"]["requested"]);
    assert_eq!(tokens["access_token"]["decoded"]["payload"]["feature_access"], json!(["basic"]));
    assert_eq!(tokens["decision"]["available"], true);
    let notes = tokens["decision"]["notes"].as_array().unwrap();
    let verdict =
        |subject: &str| notes.iter().find(|note| note["subject"] == subject).map(|note| note["verdict"].clone());
    assert_eq!(verdict("Rule “Administrators” of policy “Market apps”"), Some(json!("passed_over")));
    assert_eq!(verdict("Rule “Everyone” of policy “Market apps”"), Some(json!("matched")));
    assert_eq!(verdict("Claim feature_access of the access token"), Some(json!("added")));
    let claims = tokens["access_token"]["decoded"]["claims"].as_array().unwrap();
    let feature_access = claims.iter().find(|claim| claim["name"] == "feature_access").unwrap();
    assert_eq!(feature_access["because"], "From the expression appuser.app_features.");

    let csrf = browser.csrf("/console").await;
    for (endpoint, status) in [("list_products", 200), ("list_orders", 403)] {
        browser.post("/console/call", &[("csrf", &csrf), ("endpoint", endpoint)]).await;
        assert_eq!(browser.json("/console/data.json").await["calls"][0]["status"], status);
    }

    let console = browser.json("/console/data.json").await;
    let forecast_of = |id: &str| {
        let rows = console["endpoints"].as_array().unwrap();
        rows.iter().find(|row| row["id"] == id).unwrap_or_else(|| panic!("no {id} in {rows:?}"))["forecast"].clone()
    };
    assert_eq!(forecast_of("list_products"), json!(null), "the token has that scope");
    let refused = forecast_of("list_orders");
    assert_eq!(refused["granted"], false);
    let because = refused["because"].as_str().unwrap();
    assert!(because.starts_with("access_denied: Policy evaluation failed for this request"), "{because}");
    let remedies: Vec<&str> = refused["remedies"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    assert!(remedies.contains(&"add buyer@example.test to the group 00gadmins000000005d7"), "{remedies:?}");
    let page = browser.page("/console").await;
    assert!(
        page.text("#list_orders .forecast[data-granted=false]").starts_with("Forecast: a request for it ✗ would be")
    );

    browser.post("/refresh", &[("csrf", &csrf)]).await;
    let refreshed = browser.json("/tokens/data.json").await["refreshes"][0].clone();
    assert_eq!((&refreshed["rotated"], &refreshed["changes"][1]["changed"]), (&json!(false), &json!(true)));

    let shown = browser.page("/tokens").await;
    let reasons = shown.text("#reasons");
    assert!(reasons.contains("Rule “Everyone” of policy “Market apps”"), "{reasons}");
    assert!(reasons.contains("Claim feature_access of the access token = [\"basic\"]"), "{reasons}");
    let (few, all) = (shown.count("#reasons > li"), shown.count("#decision > li"));
    assert!(few <= 10 && all >= 2 * few, "{few} of {all} notes are shown first");

    browser.post("/userinfo", &[("csrf", &csrf)]).await;
    browser.post("/introspect", &[("csrf", &csrf), ("token", "access_token")]).await;
    let tokens = browser.json("/tokens/data.json").await;
    assert_eq!((&tokens["userinfo"]["status"], &tokens["userinfo"]["remark"]), (&json!(200), &json!(null)));
    assert_eq!(tokens["introspections"][0]["body"]["active"], true);

    let sent_to = location(&browser.post("/logout", &[("csrf", &csrf), ("reach", "issuer")]).await);
    let back = walk(&browser, &demo, sent_to, "nobody").await;
    assert_eq!((back.status().as_u16(), back.url().as_str()), (200, format!("{}/", demo.url()).as_str()));
    assert_eq!(browser.json("/data.json").await["signed_in"], json!(null));
    demo.stop().await;
}

#[tokio::test]
async fn a_scope_that_no_rule_grants_is_refused_and_explained() {
    let demo = DemoApp::builder().start().await.unwrap();
    let browser = Browser::at(&demo);
    let start = browser.start("/login?scope=openid+orders:update").await;
    let answer = walk(&browser, &demo, start, "buyer@example.test").await;
    assert_eq!(answer.status(), 400);
    let page = crate::browser::page_of(answer).await;
    assert_eq!(page.text("#error-code"), "access_denied");
    assert!(page.text("#error-description").starts_with("Policy evaluation failed for this request"));
    let order = [
        "#error-code",
        "#error-description",
        "#error-reason",
        "#remedies",
        "a[href*='/_mock/console/requests/']",
        "#all-notes",
    ];
    let all = page.html.as_str();
    let at = ["error-code", "error-description", "error-reason", "remedies", "/_mock/console/requests/", "all-notes"];
    let found: Vec<usize> = at.iter().map(|it| all.find(it).unwrap_or_else(|| panic!("no {it}: {all}"))).collect();
    assert!(found.is_sorted(), "the verdict is first, then what would help: {found:?}");
    assert!(order.iter().all(|it| page.count(it) == 1), "{all}");
    assert!(page.text("#error-reason").contains("no rule covers authorization_code for 0oamarketweb000005d7"));
    assert!(page.text("#remedies").contains("do not request orders:update"), "{}", page.text("#remedies"));
    let journal = page.attribute("a[href*='/_mock/console/requests/']", "href");
    let shown = browser.http.get(journal).send().await.unwrap();
    assert_eq!(shown.status(), 200);
    let refused = page.text("#decision li[data-verdict=refused]");
    assert!(refused.contains("no_matching_policy"), "{refused}");
    let matched = "#decision li[data-verdict=matched]";
    assert_eq!(page.count(matched), 2, "the password and the session limits, and no rule");
}

#[tokio::test]
async fn an_https_issuer_is_trusted_with_its_ca_only() {
    let inside = DemoApp::builder().start().await.unwrap();
    let mock = inside.mock().unwrap();
    let issuer = format!("{}/oauth2/default", mock.https_url());
    let demo = DemoApp::builder()
        .issuer(&issuer)
        .client_id("0oamarketspa000005d7")
        .ca_pem(mock.ca_pem())
        .start()
        .await
        .unwrap();
    mock.allow_redirect_uri("0oamarketspa000005d7", demo.redirect_uri()).unwrap();
    let sent_to = Browser::at(&demo).start("/login").await;
    assert!(sent_to.as_str().starts_with(&format!("{issuer}/v1/authorize?")), "{sent_to}");

    let without_ca = DemoApp::builder().issuer(&issuer).client_id("x").start().await.unwrap();
    let page = Browser::at(&without_ca).page("/login").await;
    assert_eq!(page.text("#error-code"), "issuer_unavailable");
}

#[tokio::test]
async fn a_client_with_client_secret_post_signs_in() {
    let inside = DemoApp::builder().start().await.unwrap();
    let mock = inside.mock().unwrap();
    let demo = DemoApp::builder()
        .issuer(mock.issuer())
        .client_id("0oamarketpartner05d7")
        .client_secret("mock-secret-partner-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG")
        .client_auth(demo_app::ClientAuth::Post)
        .scopes(["openid"])
        .start()
        .await
        .unwrap();
    mock.allow_redirect_uri("0oamarketpartner05d7", demo.redirect_uri()).unwrap();
    let browser = Browser::at(&demo);
    let start = browser.start("/login").await;
    let answer = walk(&browser, &demo, start, "buyer@example.test").await;
    let page = answer.url().path().to_owned();
    assert_eq!((answer.status().as_u16(), page.as_str()), (303, "/authorization-code/callback"));
    assert_eq!(browser.json("/data.json").await["signed_in"]["email"], json!(null), "only openid was requested");
}
