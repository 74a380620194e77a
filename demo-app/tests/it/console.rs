//! The API console: expected and actual status of every endpoint, with valid and invalid tokens.

use serde_json::{Value, json};

use crate::browser::{Browser, demo_at, location};
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
        ("create_order", "current", "", r#"{"product": "enamel-mug", "quantity": 100}"#, 401),
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

#[tokio::test]
async fn a_large_order_leads_through_a_stronger_sign_in_back_to_the_call() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    browser.sign_in(&issuer).await;
    let csrf = browser.csrf("/console").await;
    let order = r#"{"product": "canvas-bag", "quantity": 50}"#;
    assert_eq!(call(&browser, &csrf, "create_order", "current", "", order).await["status"], 401);
    let page = browser.page("/console").await;
    let sent_to = browser.start(&page.attribute("#step-up a", "href")).await;
    let asked =
        |name: &str| sent_to.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
    assert_eq!(asked("acr_values").as_deref(), Some("urn:okta:loa:2fa:any"));
    assert!(asked("scope").unwrap().contains("orders:create"));

    issuer.behaviour.lock().edit_access_token = Box::new(|claims| claims["acr"] = json!("urn:okta:loa:2fa:any"));
    let back = browser.get(issuer.authorize(&sent_to).as_str()).await;
    assert_eq!(location(&back).as_str(), format!("{}/console#create_order", demo.url()));
    let page = browser.page("/console").await;
    assert_eq!(page.text("#create_order textarea"), order, "the body of the last call");
    let csrf = browser.csrf("/console").await;
    let made = call(&browser, &csrf, "create_order", "current", "", order).await;
    assert_eq!((&made["status"], &made["expected_status"]), (&json!(201), &json!(201)));
    assert_eq!(browser.page("/console").await.count("#step-up"), 0);
}
