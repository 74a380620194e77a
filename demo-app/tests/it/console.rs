//! The API console: expected and actual status of every endpoint, with valid and invalid tokens.

use serde_json::{Value, json};

use crate::browser::{Browser, demo_at};
use crate::fake_issuer::{FakeIssuer, USER_ID};

async fn call(browser: &Browser, csrf: &str, endpoint: &str, variant: &str, parameter: &str, body: &str) -> Value {
    let fields =
        [("csrf", csrf), ("endpoint", endpoint), ("variant", variant), ("parameter", parameter), ("body", body)];
    assert_eq!(browser.post("/console/call", &fields).await.status(), 303);
    browser.json("/console/data.json").await["calls"][0].clone()
}

#[tokio::test]
async fn every_variant_gets_the_expected_status() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    browser.sign_in(&issuer).await;
    let csrf = browser.csrf("/console").await;
    let order = r#"{"product": "enamel-mug", "quantity": 1}"#;
    let table = [
        ("list_products", "current", "", "", 200),
        ("list_products", "none", "", "", 401),
        ("list_products", "malformed", "", "", 400),
        ("list_products", "tampered", "", "", 401),
        ("list_products", "id_token", "", "", 401),
        ("create_order", "current", "", order, 201),
        ("list_orders", "current", "", "", 403),
        ("list_orders", "tampered", "", "", 401),
        ("list_own_orders", "current", USER_ID, "", 200),
        ("list_own_orders", "current", "00usomebodyelse", "", 403),
        ("update_order", "current", "order-1", r#"{"status": "approved"}"#, 403),
    ];
    for (endpoint, variant, parameter, body, status) in table {
        let made = call(&browser, &csrf, endpoint, variant, parameter, body).await;
        assert_eq!(
            (&made["status"], &made["expected_status"]),
            (&json!(status), &json!(status)),
            "{endpoint} {variant}"
        );
    }
}

#[tokio::test]
async fn a_call_is_shown_with_its_checks_and_activates_the_lane() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    browser.sign_in(&issuer).await;
    assert_eq!(browser.page("/").await.count(".lane.asleep[data-lane=resource-server]"), 1);
    let csrf = browser.csrf("/console").await;
    call(&browser, &csrf, "list_products", "id_token", "", "").await;
    let page = browser.page("/console").await;
    assert_eq!(page.attribute("#list_products .result", "data-status"), "401");
    assert_eq!(page.count("#list_products tr[data-check=aud][data-verdict=error]"), 1);
    assert_eq!(page.count("#list_products tr[data-check=signature][data-verdict=ok]"), 1);
    assert_eq!(page.text("#list_orders [data-allowed]"), "✗ your token lacks it: expect 403");
    assert_eq!(browser.page("/").await.count(".lane.awake[data-lane=resource-server]"), 1);
}

#[tokio::test]
async fn a_path_parameter_with_slashes_is_encoded() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    browser.sign_in(&issuer).await;
    let csrf = browser.csrf("/console").await;
    let made = call(&browser, &csrf, "list_own_orders", "current", "../../logout?x=", "").await;
    assert_eq!(made["url"], format!("{}/api/orders/..%2F..%2Flogout%3Fx=", demo.url()));
    assert_eq!(made["status"], 403);
}
