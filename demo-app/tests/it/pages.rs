//! The pages: their content, their JSON, and their security headers.

use insta::assert_json_snapshot;
use reqwest::Client;
use reqwest::redirect::Policy;
use serde_json::Value;

use crate::browser::{Browser, demo_at, location};
use crate::fake_issuer::FakeIssuer;

/// Replaces values that differ between runs: addresses, times, tokens.
fn normalized(value: &Value, ports: &[(&str, &str)]) -> Value {
    let mut text = serde_json::to_string(value).unwrap();
    for (real, name) in ports {
        text = text.replace(real, name);
    }
    let mut value: Value = serde_json::from_str(&text).unwrap();
    normalize(&mut value);
    value
}

fn normalize(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (name, it) in map.iter_mut() {
                match (name.as_str(), &*it) {
                    ("raw" | "parts" | "nonce" | "at_hash", _) => *it = Value::from(format!("[{name}]")),
                    (_, Value::Number(number)) if number.as_i64().is_some_and(|it| it > 1_000_000_000) => {
                        *it = Value::from("[time]");
                    }
                    _ => normalize(it),
                }
            }
            // Rows about these claims repeat the value as text.
            let about = map.get("name").or(map.get("id")).and_then(Value::as_str).unwrap_or_default().to_owned();
            if ["exp", "iat", "auth_time", "nonce", "at_hash"].contains(&about.as_str()) {
                for name in ["value", "shown", "time", "expected", "actual"] {
                    if let Some(it) = map.get_mut(name).filter(|it| !it.is_null()) {
                        *it = Value::from("[varies]");
                    }
                }
            }
            for name in ["access_token_shown", "signed_in_shown"] {
                if let Some(it) = map.get_mut(name) {
                    *it = Value::from("[varies]");
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(normalize),
        _ => {}
    }
}

#[tokio::test]
async fn the_json_of_each_page_matches_its_snapshot() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    let issuer_origin = issuer.url().replace("/oauth2/default", "");
    let issuer_host = issuer_origin.replace("http://", "");
    let ports = [
        (issuer_origin.as_str(), "http://issuer.test"),
        (issuer_host.as_str(), "issuer.test"),
        (demo.url(), "http://app.test"),
    ];
    assert_json_snapshot!("home_signed_out", normalized(&browser.json("/data.json").await, &ports));
    browser.sign_in(&issuer).await;
    assert_json_snapshot!("home_signed_in", normalized(&browser.json("/data.json").await, &ports));
    assert_json_snapshot!("tokens", normalized(&browser.json("/tokens/data.json").await, &ports));
    assert_json_snapshot!("console", normalized(&browser.json("/console/data.json").await, &ports));
}

#[tokio::test]
async fn log_in_is_the_first_control_after_the_skip_link() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let page = Browser::at(&demo).page("/").await;
    let document = scraper::Html::parse_document(&page.html);
    let controls = scraper::Selector::parse(
        "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']",
    )
    .unwrap();
    let first: Vec<String> = document.select(&controls).take(2).map(|it| it.text().collect()).collect();
    assert_eq!(first, ["Skip to content", "Log In"]);
    assert_eq!(page.count("svg[role=img] > title + desc"), 1);
    assert_eq!(page.count("figcaption ol.steps > li"), 11);
    assert_eq!(page.count(".lane.asleep"), 1);
    for words in [issuer.url().as_str(), demo.redirect_uri(), crate::fake_issuer::CLIENT_ID, "offline_access"] {
        assert!(page.text(".strip").contains(words), "{words}");
    }
}

#[tokio::test]
async fn every_page_has_one_heading_help_and_only_own_assets() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    let mut pages = vec![browser.page("/").await, browser.page("/console").await];
    browser.sign_in(&issuer).await;
    let help =
        ["", "/flows", "/access-token", "/id-token", "/sign-in-page", "/libraries"].map(|it| format!("/help{it}"));
    let more = ["/", "/tokens", "/console", "/messages", "/authorization-code/callback?error=x", "/nowhere"];
    for path in more.into_iter().chain(help.iter().map(String::as_str)) {
        pages.push(browser.page(path).await);
    }
    let mut titles: Vec<String> = Vec::new();
    for page in &pages {
        assert_eq!(page.count("h1"), 1);
        if page.count("#help") == 0 {
            panic!("no help: {}", page.html);
        }
        let document = scraper::Html::parse_document(&page.html);
        let mut names: Vec<&str> = document
            .select(&scraper::Selector::parse("[role=region], section[aria-label]").unwrap())
            .map(|it| it.attr("aria-label").unwrap())
            .collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "every region has a name of its own: {names:?}");
        assert_eq!(page.count("script:not([src]), style, [style], [onclick], iframe"), 0);
        for source in ["script[src]", "link[href]", "img[src]"] {
            let document = scraper::Html::parse_document(&page.html);
            for it in document.select(&scraper::Selector::parse(source).unwrap()) {
                let address = it.attr("src").or(it.attr("href")).unwrap();
                assert!(address.starts_with("/assets/"), "{address}");
            }
        }
        titles.push(page.text("title"));
    }
    assert_eq!(titles[5], "Messages – Market demo");
}

#[tokio::test]
async fn responses_have_the_security_headers() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    let answer = browser.get("/").await;
    let issuer_origin = issuer.url().replace("/oauth2/default", "");
    assert_eq!(
        answer.headers()["content-security-policy"],
        format!(
            "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; \
             form-action 'self' {issuer_origin}; base-uri 'none'; frame-ancestors 'none'"
        )
        .as_str()
    );
    assert_eq!(answer.headers()["referrer-policy"], "same-origin");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
}

#[tokio::test]
async fn a_foreign_host_is_rejected_and_an_alias_redirected() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let http = Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
    let foreign = http.get(demo.url()).header("host", "evil.example").send().await.unwrap();
    assert_eq!(foreign.status(), 421);
    let port = url::Url::parse(demo.url()).unwrap().port().unwrap();
    let by_number = http.get(format!("http://127.0.0.1:{port}/tokens?x=1")).send().await.unwrap();
    assert_eq!(
        (by_number.status().as_u16(), by_number.headers()["location"].to_str().unwrap()),
        (307, format!("{}/tokens?x=1", demo.url()).as_str())
    );
    let healthy = http.get(format!("http://127.0.0.1:{port}/healthz")).send().await.unwrap();
    assert_eq!(healthy.json::<Value>().await.unwrap()["status"], "ok");
}

#[tokio::test]
async fn errors_are_json_for_clients_that_accept_json() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    let answer = browser.json("/authorization-code/callback?error=login_required&error_description=No+session").await;
    assert_eq!(
        (answer["error"].as_str(), answer["description"].as_str()),
        (Some("login_required"), Some("No session"))
    );
    assert_eq!(answer["status"], 400);
    assert_eq!(browser.json("/tokens/data.json").await["error"], "not_signed_in");
}

#[tokio::test]
async fn assets_have_a_content_type_and_are_revalidated() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    let style = browser.get("/assets/style.css").await;
    assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");
    let tag = style.headers()["etag"].clone();
    let again =
        browser.http.get(browser.address("/assets/style.css")).header("if-none-match", tag).send().await.unwrap();
    assert_eq!(again.status(), 304);
    assert_eq!(browser.get("/assets/nothing.css").await.status(), 404);
}

#[tokio::test]
async fn stopping_closes_the_port() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let url = demo.url().to_owned();
    demo.stop().await;
    assert!(Client::builder().no_proxy().build().unwrap().get(url).send().await.is_err());
}

#[tokio::test]
async fn the_tokens_page_has_the_verdict_first_and_folds_the_details() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    browser.sign_in(&issuer).await;
    let page = browser.page("/tokens").await;
    assert_eq!(page.text("main > h1 + #verdict .headline"), "✓ Both tokens pass every check.");
    assert_eq!(page.count("details[open]"), 0);
    for shown in ["#id-raw", "#id-header", "#id-payload", "#access-raw", "#access-header", "#access-payload"] {
        assert_eq!(page.count(&format!("{shown}, details {shown}")), 1, "{shown} is not folded");
    }
    assert_eq!(page.count("header form[action='/logout']"), 2);

    issuer.behaviour.lock().edit_access_token = Box::new(|claims| claims["aud"] = Value::from("api://other"));
    let csrf = browser.csrf("/tokens").await;
    browser.post("/refresh", &[("csrf", &csrf)]).await;
    let page = browser.page("/tokens").await;
    assert_eq!(page.text("#verdict .headline"), "✗ The access token fails a check: Audience.");
    let failure = page.text("#verdict .failures li[data-check=aud]");
    assert!(failure.contains("found api://other, expected api://default"), "{failure}");
}

#[tokio::test]
async fn a_failed_sign_in_leaves_the_user_signed_in_and_the_page_says_so() {
    const REFUSED: &str = "/authorization-code/callback?error=access_denied";
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    let page = browser.page(REFUSED).await;
    assert_eq!((page.text("h1").as_str(), page.count("header form")), ("You are not signed in", 0));
    browser.sign_in(&issuer).await;
    let page = browser.page(REFUSED).await;
    assert_eq!(page.status, 400);
    assert_eq!(page.text("h1"), "The sign-in failed; you are still signed in");
    assert_eq!(page.count("header form[action='/logout']"), 2);
    let csrf = page.attribute("header form input[name=csrf]", "value");
    browser.post("/logout", &[("csrf", &csrf), ("reach", "app")]).await;
    assert_eq!(browser.page(REFUSED).await.text("h1"), "You are not signed in");
}

#[tokio::test]
async fn a_refresh_keeps_earlier_answers_and_earlier_refreshes() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    browser.sign_in(&issuer).await;
    let csrf = browser.csrf("/tokens").await;
    browser.post("/userinfo", &[("csrf", &csrf)]).await;
    for token in ["access_token", "refresh_token", "access_token"] {
        browser.post("/introspect", &[("csrf", &csrf), ("token", token)]).await;
    }
    for _ in 0..2 {
        assert_eq!(location(&browser.post("/refresh", &[("csrf", &csrf)]).await).path(), "/tokens");
    }
    let data = browser.json("/tokens/data.json").await;
    assert_eq!((&data["userinfo"]["is_earlier"], &data["refreshes"][1]["rotated"]), (&true.into(), &false.into()));
    let answers: Vec<&Value> = data["introspections"].as_array().unwrap().iter().map(|it| &it["of"]).collect();
    assert_eq!(answers, ["access_token", "refresh_token"]);
    let page = browser.page("/tokens").await;
    assert_eq!(page.text("#earlier-refreshes summary"), "Earlier refreshes: 1");
    assert!(page.text("#introspection").contains("before the last refresh"));
}

#[tokio::test]
async fn calls_of_other_endpoints_stay_on_the_console() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    browser.sign_in(&issuer).await;
    let csrf = browser.csrf("/console").await;
    for endpoint in ["list_products", "list_orders", "list_products"] {
        let answer = browser.post("/console/call", &[("csrf", &csrf), ("endpoint", endpoint)]).await;
        assert_eq!(location(&answer).fragment(), Some(endpoint));
    }
    let page = browser.page("/console").await;
    assert_eq!((page.count("#list_products .result"), page.count("#list_orders .result")), (1, 1));
}

#[tokio::test]
async fn help_is_linked_from_home_and_tokens_and_shows_a_diagram_for_each_flow() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    let before = browser.page("/").await;
    browser.sign_in(&issuer).await;
    let after = browser.page("/").await;
    let tokens = browser.page("/tokens").await;
    for topic in ["flows", "access-token", "id-token", "sign-in-page", "libraries"] {
        let link = format!("main a[href='/help/{topic}']");
        assert!(before.count(&link) > 0 && after.count(&link) > 0, "{topic} is not linked from Home");
    }
    for topic in ["flows", "access-token", "id-token", "libraries"] {
        assert!(tokens.count(&format!("main a[href='/help/{topic}']")) > 0, "{topic} is not linked from Tokens");
    }
    let flows = browser.page("/help/flows").await;
    let ids = ["code-pkce", "code", "client-credentials", "device", "token-exchange", "implicit", "password"];
    for id in ids {
        assert_eq!(flows.count(&format!("section#{id} svg[role=img] > title + desc")), 1, "{id}");
        let (messages, steps) = (format!("section#{id} svg .message"), format!("section#{id} ol.steps > li"));
        assert_eq!(flows.count(&messages), flows.count(&steps), "{id}: each message is described");
    }
    assert!(browser.page("/help/access-token").await.text("main").contains(&issuer.url()));
    assert_eq!(browser.page("/help/nothing").await.status, 404);
}
