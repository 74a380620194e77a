//! Signing in, refreshing and signing out, also with an issuer that misbehaves.

use serde_json::{Value, json};

use crate::browser::{Browser, DemoPage, demo_at, location, page_of};
use crate::fake_issuer::{CODE, FakeIssuer, USER_ID, now, parameter};

#[tokio::test]
async fn a_sign_in_ends_on_the_home_page_with_a_new_session_id() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    let before = browser.get("/").await.headers()["set-cookie"].to_str().unwrap().to_owned();

    let answer = browser.sign_in(&issuer).await;
    assert_eq!(answer.status(), 303);
    assert_eq!(location(&answer).path(), "/");
    let after = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    for part in ["demo_sid=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(after.contains(part), "{after} lacks {part}");
    }
    assert!(!after.contains("Secure"), "plain http: WebKit would drop the cookie");
    assert_ne!(before.split(';').next(), after.split(';').next(), "the session id must change at sign-in");

    let home = browser.page("/").await;
    assert_eq!(home.text("h1"), "Hello Tess <b>Test</b>");
    assert_eq!(home.text("#claim-sub"), USER_ID);
    assert_eq!(browser.json("/tokens/data.json").await["id_token"]["decoded"]["checks"][0]["verdict"], "passed");
}

#[tokio::test]
async fn the_authorization_request_has_the_parameters_of_the_form() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    let csrf = browser.csrf("/").await;
    let fields = [
        ("csrf", csrf.as_str()),
        ("scope", "profile products:read"),
        ("prompt", "login"),
        ("max_age", "60"),
        ("login_hint", "tess@example.test"),
        ("acr_values", ""),
    ];
    let sent_to = location(&browser.post("/login", &fields).await);
    assert_eq!(parameter(&sent_to, "scope").unwrap(), "openid profile products:read");
    assert_eq!(parameter(&sent_to, "prompt").unwrap(), "login");
    assert_eq!(parameter(&sent_to, "max_age").unwrap(), "60");
    assert_eq!(parameter(&sent_to, "login_hint").unwrap(), "tess@example.test");
    assert_eq!(parameter(&sent_to, "acr_values"), None);
    assert_eq!(parameter(&sent_to, "redirect_uri").unwrap(), demo.redirect_uri());
    assert!(parameter(&sent_to, "state").unwrap().len() >= 16);

    let plain = browser.start("/login").await;
    assert_eq!(
        parameter(&plain, "scope").unwrap(),
        "openid profile email offline_access products:read orders:create",
        "an issuer on this machine is assumed to be a mock with the market's scopes"
    );
    assert_eq!(parameter(&plain, "prompt"), None);
    assert_ne!(parameter(&plain, "state"), parameter(&sent_to, "state"));
    assert_ne!(parameter(&plain, "nonce"), parameter(&sent_to, "nonce"));
}

#[tokio::test]
async fn two_tabs_can_sign_in_at_the_same_time() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    let first = browser.start("/login").await;
    let second = browser.start("/login").await;
    let back_first = issuer.authorize(&first);
    assert_eq!(browser.get(back_first.as_str()).await.status(), 303);
    let back_second = issuer.authorize(&second);
    assert_eq!(browser.get(back_second.as_str()).await.status(), 303);
}

/// The page of a callback with these parameters, after a sign-in was started.
async fn callback_page(issuer: &FakeIssuer, parameters: impl FnOnce(&str) -> String) -> DemoPage {
    let demo = demo_at(issuer).await;
    let browser = Browser::at(&demo);
    let state = parameter(&browser.start("/login").await, "state").unwrap();
    let page = browser.page(&format!("/authorization-code/callback?{}", parameters(&state))).await;
    assert_eq!(browser.json("/data.json").await["signed_in"], Value::Null);
    page
}

#[tokio::test]
async fn an_error_of_the_issuer_is_explained_and_escaped() {
    let issuer = FakeIssuer::start().await;
    let page = callback_page(&issuer, |state| {
        format!("state={state}&error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E")
    })
    .await;
    assert_eq!(page.status, 400);
    assert_eq!(page.text("#error-code"), "access_denied");
    assert_eq!(page.text("#error-description"), "<script>alert(1)</script>");
    assert_eq!(page.text("#error-state"), "It matches a sign-in that this browser started.");
    assert!(page.html.contains("no access-policy rule covers the whole request"));
    assert_eq!(page.attribute("a.primary", "href"), "/login");
    assert_eq!(page.count("script:not([src])"), 0);
}

#[tokio::test]
async fn a_wrong_missing_or_used_state_is_rejected() {
    let issuer = FakeIssuer::start().await;
    let wrong = callback_page(&issuer, |_| format!("state=forged&code={CODE}")).await;
    assert_eq!((wrong.status, wrong.text("#error-code").as_str()), (400, "state_mismatch"));
    assert!(wrong.text("#error-state").starts_with("It belongs to no pending sign-in"));

    let missing = callback_page(&issuer, |_| format!("code={CODE}")).await;
    assert!(missing.text("#error-state").starts_with("The response has no state"));

    let twice = callback_page(&issuer, |state| format!("state={state}&state=x&code={CODE}")).await;
    assert_eq!(twice.text("#error-code"), "invalid_response");

    let demo = demo_at(&issuer).await;
    let stranger = Browser::at(&demo).page(&format!("/authorization-code/callback?state=any&code={CODE}")).await;
    assert!(stranger.text("#error-state").starts_with("This browser sent no session"));

    let browser = Browser::at(&demo);
    let back = issuer.authorize(&browser.start("/login").await);
    assert_eq!(browser.get(back.as_str()).await.status(), 303);
    assert_eq!(browser.page(back.as_str()).await.text("#error-code"), "state_mismatch");
}

#[tokio::test]
async fn a_response_of_another_issuer_is_rejected() {
    let issuer = FakeIssuer::start().await;
    let page = callback_page(&issuer, |state| format!("state={state}&code={CODE}&iss=https://evil.example")).await;
    assert_eq!(page.text("#error-code"), "issuer_mismatch");
}

#[tokio::test]
async fn errors_of_the_token_endpoint_are_explained() {
    let oauth = json!({ "error": "invalid_grant", "error_description": "PKCE verification failed." });
    let okta = json!({ "errorCode": "invalid_client", "errorSummary": "Invalid value for 'client_id' parameter." });
    for (body, code, description) in [
        (oauth, "invalid_grant", "PKCE verification failed."),
        (okta, "invalid_client", "Invalid value for 'client_id' parameter."),
    ] {
        let issuer = FakeIssuer::start().await;
        issuer.behaviour.lock().token_error = Some((400, body));
        let demo = demo_at(&issuer).await;
        let page = page_of(Browser::at(&demo).sign_in(&issuer).await).await;
        assert_eq!((page.status, page.text("#error-code").as_str()), (502, code));
        assert_eq!(page.text("#error-description"), description);
    }
}

#[tokio::test]
async fn a_token_type_that_the_app_does_not_know_is_refused() {
    let issuer = FakeIssuer::start().await;
    let answer = json!({ "token_type": "mac", "access_token": "a", "id_token": "b", "expires_in": 3_600 });
    issuer.behaviour.lock().token_error = Some((200, answer));
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    let page = page_of(browser.sign_in(&issuer).await).await;
    assert_eq!((page.status, page.text("#error-code").as_str()), (502, "token_type_unknown"));
    assert!(page.text("#error-description").contains("mac"), "{}", page.text("#error-description"));
    assert_eq!(browser.json("/data.json").await["signed_in"], Value::Null);
}

#[tokio::test]
async fn an_answer_of_the_issuer_that_is_too_long_is_refused() {
    let issuer = FakeIssuer::start().await;
    let answer = json!({ "token_type": "Bearer", "access_token": "a".repeat(5 * 1024 * 1024) });
    issuer.behaviour.lock().token_error = Some((200, answer));
    let demo = demo_at(&issuer).await;
    let page = page_of(Browser::at(&demo).sign_in(&issuer).await).await;
    assert_eq!((page.status, page.text("#error-code").as_str()), (502, "token_request_failed"));
    assert!(page.text("#error-description").contains("longer than 4 MiB"), "{}", page.text("#error-description"));
}

/// Signs in at an issuer that misbehaves. The page must show the failed check, and there must be no sign-in.
async fn assert_rejected(check: &str, misbehave: impl FnOnce(&mut crate::fake_issuer::Behaviour)) -> DemoPage {
    let issuer = FakeIssuer::start().await;
    misbehave(&mut issuer.behaviour.lock());
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    let page = page_of(browser.sign_in(&issuer).await).await;
    assert_eq!((page.status, page.text("#error-code").as_str()), (502, "id_token_refused"), "{check}");
    assert_eq!(browser.json("/data.json").await["signed_in"], Value::Null, "{check}");
    if !check.is_empty() {
        assert_eq!(page.count(&format!("tr[data-check={check}][data-verdict=error]")), 1, "{check}: {}", page.html);
    }
    page
}

fn set(name: &'static str, value: Value) -> impl FnOnce(&mut crate::fake_issuer::Behaviour) {
    move |behaviour| behaviour.edit_id_token = Box::new(move |claims| claims[name] = value.clone())
}

#[tokio::test]
async fn an_invalid_id_token_is_rejected_with_the_failed_check() {
    assert_rejected("iss", set("iss", json!("https://evil.example/oauth2/default"))).await;
    assert_rejected("aud", set("aud", json!("0oasomebodyelse"))).await;
    assert_rejected("azp", set("azp", json!("0oasomebodyelse"))).await;
    assert_rejected("nonce", set("nonce", json!("another"))).await;
    assert_rejected("exp", set("exp", json!(now() - 1))).await;
    assert_rejected("iat", set("iat", json!(now() + 3600))).await;
    assert_rejected("at_hash", set("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"))).await;
    let page = assert_rejected("signature", |behaviour| behaviour.sign_with_other_key = true).await;
    assert!(page.html.contains("the token was altered, or signed with another key"));
    assert_rejected("alg", |behaviour| behaviour.algorithm_none = true).await;
    assert_rejected("sub", |behaviour| {
        behaviour.edit_id_token = Box::new(|claims| _ = claims.as_object_mut().unwrap().remove("sub"));
    })
    .await;
}

#[tokio::test]
async fn an_auth_time_older_than_max_age_is_rejected() {
    let issuer = FakeIssuer::start().await;
    set("auth_time", json!(now() - 3600))(&mut issuer.behaviour.lock());
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    let back = issuer.authorize(&browser.start("/login?max_age=60").await);
    let page = browser.page(back.as_str()).await;
    assert_eq!(page.count("tr[data-check=auth_time][data-verdict=error]"), 1);
    let back = issuer.authorize(&browser.start("/login?max_age=7200").await);
    assert_eq!(browser.get(back.as_str()).await.status(), 303);
}

#[tokio::test]
async fn an_unknown_key_is_rejected_after_a_second_fetch() {
    let issuer = FakeIssuer::start().await;
    issuer.behaviour.lock().kid = "never-published".to_owned();
    let demo = demo_at(&issuer).await;
    let page = page_of(Browser::at(&demo).sign_in(&issuer).await).await;
    assert_eq!(page.count("tr[data-check=kid][data-verdict=error]"), 1);
    assert_eq!(issuer.key_fetches().await, 2);
}

#[tokio::test]
async fn a_rotated_key_is_fetched() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    assert_eq!(browser.sign_in(&issuer).await.status(), 303);
    {
        let mut behaviour = issuer.behaviour.lock();
        behaviour.kid = "key-2".to_owned();
        behaviour.published = vec!["key-2".to_owned(), "key-3".to_owned()];
    }
    assert_eq!(browser.sign_in(&issuer).await.status(), 303);
    assert_eq!(issuer.key_fetches().await, 2);
}

#[tokio::test]
async fn an_unreachable_issuer_is_explained() {
    let demo =
        demo_app::DemoApp::builder().issuer("http://127.0.0.1:9/oauth2/default").client_id("x").start().await.unwrap();
    let page = Browser::at(&demo).page("/login").await;
    assert_eq!((page.status, page.text("#error-code").as_str()), (502, "issuer_unavailable"));
    assert!(page.text("#error-description").contains("127.0.0.1:9"), "{}", page.text("#error-description"));
}

#[tokio::test]
async fn a_refresh_shows_the_changed_tokens_and_stores_a_rotated_refresh_token() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    browser.sign_in(&issuer).await;
    let csrf = browser.csrf("/tokens").await;
    let refresh = async || browser.post("/refresh", &[("csrf", &csrf)]).await;

    assert_eq!(location(&refresh().await).path(), "/tokens");
    let data = browser.json("/tokens/data.json").await;
    assert_eq!((&data["refreshes"][0]["rotated"], &data["refresh_token"]), (&json!(false), &json!("refresh-0")));
    assert_eq!(data["refreshes"][0]["changes"][1]["changed"], true, "the access token is new");

    issuer.behaviour.lock().rotates_refresh_tokens = true;
    // The fake issuer counts refreshes; a new sign-in starts at 0 again.
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    issuer.behaviour.lock().reset_refreshes();
    browser.sign_in(&issuer).await;
    let csrf = browser.csrf("/tokens").await;
    for expected in ["refresh-1", "refresh-2"] {
        browser.post("/refresh", &[("csrf", &csrf)]).await;
        let data = browser.json("/tokens/data.json").await;
        assert_eq!((&data["refreshes"][0]["rotated"], &data["refresh_token"]), (&json!(true), &json!(expected)));
    }
    assert!(browser.page("/tokens").await.text("[data-notice=ok]").contains("this client rotates"));
}

#[tokio::test]
async fn a_failed_refresh_is_explained_and_keeps_the_tokens() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    browser.sign_in(&issuer).await;
    let csrf = browser.csrf("/tokens").await;
    let before = browser.json("/tokens/data.json").await["access_token"]["raw"].clone();
    issuer.behaviour.lock().token_error = Some((
        400,
        json!({ "error": "invalid_grant", "error_description": "The refresh token is invalid or expired." }),
    ));
    browser.post("/refresh", &[("csrf", &csrf)]).await;
    let page = browser.page("/tokens").await;
    assert!(page.text("[data-notice=error]").contains("invalid_grant: The refresh token is invalid or expired."));
    assert_eq!(browser.json("/tokens/data.json").await["access_token"]["raw"], before);
}

#[tokio::test]
async fn a_refresh_with_another_subject_is_rejected() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    browser.sign_in(&issuer).await;
    let csrf = browser.csrf("/tokens").await;
    set("sub", json!("00usomebodyelse"))(&mut issuer.behaviour.lock());
    browser.post("/refresh", &[("csrf", &csrf)]).await;
    let words = browser.page("/tokens").await.text("[data-notice=error]");
    assert!(words.contains("Same subject as before"), "{words}");
    assert_eq!(browser.json("/data.json").await["signed_in"]["subject"], USER_ID);
}

#[tokio::test]
async fn signing_out_of_the_app_does_not_redirect_to_the_issuer() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    browser.sign_in(&issuer).await;
    let csrf = browser.csrf("/").await;
    let answer = browser.post("/logout", &[("csrf", &csrf), ("reach", "app")]).await;
    assert_eq!(location(&answer).as_str(), format!("{}/", demo.url()));
    assert!(browser.page("/").await.text("[data-notice=ok]").contains("The issuer still has a session"));
    assert_eq!(browser.page("/tokens").await.status, 401);
}

#[tokio::test]
async fn signing_out_everywhere_redirects_to_the_issuer_with_the_id_token() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    browser.sign_in(&issuer).await;
    let id_token = browser.json("/tokens/data.json").await["id_token"]["raw"].clone();
    let csrf = browser.csrf("/").await;
    let sent_to = location(&browser.post("/logout", &[("csrf", &csrf), ("reach", "issuer")]).await);
    assert_eq!(sent_to.path(), "/oauth2/default/v1/logout");
    assert_eq!(json!(parameter(&sent_to, "id_token_hint")), id_token);
    assert_eq!(parameter(&sent_to, "post_logout_redirect_uri").unwrap(), format!("{}/", demo.url()));
    assert_eq!(browser.json("/data.json").await["signed_in"], Value::Null);
}

#[tokio::test]
async fn a_form_with_a_wrong_csrf_token_is_403() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    browser.sign_in(&issuer).await;
    for path in ["/logout", "/refresh", "/login", "/userinfo", "/introspect", "/console/call"] {
        let fields = [("csrf", "forged"), ("endpoint", "list_products")];
        assert_eq!(browser.post(path, &fields).await.status(), 403, "{path}");
    }
    assert_eq!(browser.json("/data.json").await["signed_in"]["subject"], USER_ID);
}

#[tokio::test]
async fn userinfo_with_another_subject_is_marked_as_rejected() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    browser.sign_in(&issuer).await;
    let csrf = browser.csrf("/tokens").await;
    browser.post("/userinfo", &[("csrf", &csrf)]).await;
    let data = browser.json("/tokens/data.json").await;
    assert_eq!(
        (&data["userinfo"]["body"]["zoneinfo"], &data["userinfo"]["remark"]),
        (&json!("Europe/Paris"), &Value::Null)
    );
    assert!(
        data["matrix"]
            .as_array()
            .unwrap()
            .contains(&json!({ "claim": "zoneinfo", "id_token": false, "access_token": false, "userinfo": true }))
    );

    issuer.behaviour.lock().userinfo_subject = "00usomebodyelse".to_owned();
    browser.post("/userinfo", &[("csrf", &csrf)]).await;
    let remark = browser.json("/tokens/data.json").await["userinfo"]["remark"].clone();
    assert!(remark.as_str().unwrap().starts_with("Rejected: the subject of the response is 00usomebodyelse"));
}

#[tokio::test]
async fn introspection_authenticates_the_client_and_shows_the_response() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    browser.sign_in(&issuer).await;
    let csrf = browser.csrf("/tokens").await;
    browser.post("/introspect", &[("csrf", &csrf), ("token", "refresh_token")]).await;
    let data = browser.json("/tokens/data.json").await;
    assert_eq!(
        (&data["introspections"][0]["of"], &data["introspections"][0]["body"]["active"]),
        (&json!("refresh_token"), &json!(true))
    );
}

#[tokio::test]
async fn no_page_shows_a_secret() {
    let issuer = FakeIssuer::start().await;
    let demo = demo_at(&issuer).await;
    let browser = Browser::at(&demo);
    browser.sign_in(&issuer).await;
    let tokens = browser.json("/tokens/data.json").await;
    let access = tokens["access_token"]["raw"].as_str().unwrap();
    for path in ["/", "/messages", "/console", "/data.json", "/messages/data.json", "/console/data.json"] {
        let text = browser.get(path).await.text().await.unwrap();
        for secret in [crate::fake_issuer::CLIENT_SECRET, "c%2Becret", CODE, access, "refresh-0"] {
            assert!(!text.contains(secret), "{path} shows {secret}");
        }
    }
    let messages = browser.json("/messages/data.json").await;
    let titles: Vec<&str> =
        messages["messages"].as_array().unwrap().iter().map(|it| it["title"].as_str().unwrap()).collect();
    let discovery = "Discovery and keys, fetched once";
    assert_eq!(titles, [discovery, discovery, "Authorization request", "Answer of the issuer", "Token request"]);
}
