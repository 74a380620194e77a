//! The app follows the clock of the issuer if that is the mock, and no other issuer's.

use demo_app::DemoApp;
use reqwest::Client;
use serde_json::{Value, json};

use crate::browser::{Browser, demo_at, location};
use crate::embedded::walk;
use crate::fake_issuer::FakeIssuer;

const LOGIN: &str = "buyer@example.test";

async fn set_clock(issuer: &str, change: Value) {
    let url = issuer.replace("/oauth2/default", "/_mock/clock");
    let answer = Client::builder().no_proxy().build().unwrap().post(url).json(&change).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

async fn sign_in(browser: &Browser, demo: &DemoApp) {
    let start = browser.start("/login?prompt=login").await;
    let back = walk(browser, demo, start, LOGIN).await;
    assert_eq!(location(&back).as_str(), format!("{}/", demo.url()), "the sign-in succeeds");
}

/// The ids of the failed checks of one token.
async fn failed(browser: &Browser, token: &str) -> Vec<String> {
    let data = browser.json("/tokens/data.json").await;
    let checks = data[token]["decoded"]["checks"].as_array().unwrap().clone();
    let failed = checks.iter().filter(|check| check["verdict"] == "failed");
    failed.map(|check| check["id"].as_str().unwrap().to_owned()).collect()
}

async fn call_products(browser: &Browser) -> Value {
    let csrf = browser.csrf("/console").await;
    browser.post("/console/call", &[("csrf", &csrf), ("endpoint", "list_products")]).await;
    browser.json("/console/data.json").await["calls"][0].clone()
}

#[tokio::test]
async fn tokens_expire_are_refreshed_and_issued_by_the_moved_clock_of_the_mock() {
    let demo = DemoApp::builder().start().await.unwrap();
    let browser = Browser::at(&demo);
    sign_in(&browser, &demo).await;
    assert_eq!(browser.page("/").await.count("[data-clock]"), 0, "the clock shows the real time");
    assert_eq!(failed(&browser, "id_token").await, [""; 0]);

    set_clock(demo.issuer(), json!({"advance": 7260})).await;
    assert_eq!(failed(&browser, "id_token").await, ["exp"]);
    assert_eq!(failed(&browser, "access_token").await, ["exp"]);
    let call = call_products(&browser).await;
    assert_eq!((&call["status"], &call["expected_status"]), (&json!(401), &json!(401)));
    assert_eq!(browser.json("/data.json").await["signed_in"]["access_token_shown"], "expired 61 min ago");
    for path in ["/", "/tokens", "/console", "/messages", "/nowhere"] {
        let strip = browser.page(path).await.text("[data-clock]");
        assert!(strip.starts_with("The mock's clock is 2 h ahead, at "), "{path}: {strip}");
    }

    let csrf = browser.csrf("/tokens").await;
    browser.post("/refresh", &[("csrf", &csrf)]).await;
    assert_eq!(browser.page("/tokens").await.count("[data-notice=ok]"), 1);
    assert_eq!(failed(&browser, "access_token").await, [""; 0]);
    assert_eq!(call_products(&browser).await["status"], 200);
    sign_in(&browser, &demo).await;
    assert_eq!(failed(&browser, "id_token").await, [""; 0]);

    set_clock(demo.issuer(), json!({"reset": true})).await;
    assert_eq!(browser.page("/").await.count("[data-clock]"), 0);
    assert_eq!(failed(&browser, "id_token").await, ["iat"], "it was issued two hours ahead");
}

#[tokio::test]
async fn a_sign_in_works_at_a_mock_whose_clock_is_stopped_in_the_past() {
    let demo = DemoApp::builder().start().await.unwrap();
    set_clock(demo.issuer(), json!({"set": "2025-02-03T04:05:06Z", "freeze": true})).await;
    let browser = Browser::at(&demo);
    sign_in(&browser, &demo).await;
    assert_eq!(failed(&browser, "id_token").await, [""; 0]);
    assert_eq!(call_products(&browser).await["status"], 200);
    let strip = browser.page("/tokens").await.text("[data-clock]");
    assert!(strip.starts_with("The mock's clock is stopped at 2025-02-03 04:05:06 UTC."), "{strip}");
}

#[tokio::test]
async fn an_issuer_that_is_not_the_mock_is_asked_once_and_its_date_is_ignored() {
    let issuer = FakeIssuer::start().await;
    issuer.behaviour.lock().date = Some("Sat, 01 Jan 2050 00:00:00 GMT");
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    browser.sign_in(&issuer).await;
    for _ in 0..2 {
        assert_eq!(failed(&browser, "id_token").await, [""; 0]);
        assert_eq!(browser.page("/tokens").await.count("[data-clock]"), 0);
    }
    let asked = issuer.requested_paths().await;
    assert_eq!(asked.iter().filter(|path| *path == "/healthz").count(), 1);
    assert_eq!(asked.iter().filter(|path| path.contains("_mock")).count(), 0);
}

#[tokio::test]
async fn an_app_that_is_older_than_its_mock_follows_its_clock() {
    let port = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let issuer = format!("http://localhost:{port}/oauth2/default");
    let demo = DemoApp::builder().issuer(&issuer).client_id("0oamarketspa000005d7").start().await.unwrap();
    let browser = Browser::at(&demo);
    assert_eq!(browser.page("/").await.count("[data-clock]"), 0, "nothing listens there");
    let other = DemoApp::builder().mock_port(port).start().await.unwrap();
    assert_eq!(other.issuer(), issuer);
    set_clock(&issuer, json!({"advance": -86_400})).await;
    let strip = browser.page("/").await.text("[data-clock]");
    assert!(strip.starts_with("The mock's clock is 24 h behind, at "), "{strip}");
}
