//! Second factors on the hosted pages.

use std::sync::Arc;

use mock_idp_core::model::DirectoryKind;
use mock_idp_core::protocol::totp;
use serde_json::json;
use tokio::task::JoinSet;

use super::{
    administer, app_policy, authorize, by_password, claims, code_at, follow, key_of_page, required, submit,
    two_factors, user_by_password, with_authenticators, with_factors,
};
use crate::flow::{browser, parameter};
use crate::market::{NOW, advance, stopped};
use crate::org::{TestOrg, model};

#[tokio::test]
async fn the_pages_ask_for_a_code_after_the_password_and_accept_it_once() {
    let mock = stopped(&required(with_factors())).await;
    let client = browser();
    let (status, page) = by_password(&mock, &client, &[]).await;
    assert_eq!(status, 200);
    assert!(page.contains("Verify it’s you with a security method"), "{page}");
    assert!(page.contains(r#"data-se="google_otp""#) && page.contains(r#"data-se="security_question""#));
    let (_, page) = follow(&mock, &client, &page, r#"data-se="google_otp""#).await;
    assert!(page.contains("Verify with Google Authenticator"), "{page}");
    let (status, page) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", "000000")]).await;
    assert_eq!(status, 200);
    assert!(page.contains("Your code doesn’t match our records. Please try again."), "{page}");
    let code = code_at(NOW);
    let (status, arrived) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code)]).await;
    assert_eq!(status, 302, "{arrived}");
    let token = claims(&mock, &arrived).await;
    assert_eq!((&token["amr"], &token["auth_time"]), (&json!(["pwd", "mfa", "otp"]), &json!(NOW)));

    let other = browser();
    let (_, page) = by_password(&mock, &other, &[]).await;
    let (_, page) = follow(&mock, &other, &page, r#"data-se="google_otp""#).await;
    let (_, page) = submit(&mock, &other, &page, "verify", &[("credentials.passcode", &code)]).await;
    assert!(page.contains("Each code can only be used once."), "{page}");
    let (_, page) = follow(&mock, &other, &page, "js-switchAuthenticator").await;
    let (_, page) = follow(&mock, &other, &page, r#"data-se="security_question""#).await;
    assert!(page.contains("What is the food you least liked as a child?"), "{page}");
    let (status, arrived) = submit(&mock, &other, &page, "verify", &[("credentials.answer", "sPINACH")]).await;
    assert_eq!(status, 302, "{arrived}");
    assert_eq!(claims(&mock, &arrived).await["amr"], json!(["pwd", "mfa", "kba"]));
}

#[tokio::test]
async fn a_user_without_the_demanded_factor_enrolls_it_on_the_pages() {
    let mock = stopped(&app_policy(with_authenticators(), &two_factors())).await;
    let client = browser();
    let (status, page) = by_password(&mock, &client, &[]).await;
    assert_eq!(status, 200);
    assert!(page.contains("Set up security methods"), "{page}");
    assert!(!page.contains("security_question"), "a question does not prove possession");
    let (_, page) = follow(&mock, &client, &page, r#"data-se="google_otp""#).await;
    assert!(page.contains(r#"data-se="qrImg" src="data:image/svg+xml;base64,"#), "{page}");
    let key = key_of_page(&page);
    let (_, page) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", "000000")]).await;
    assert!(page.contains("Your code doesn’t match our records."), "{page}");
    let code = totp::code(&key, totp::step_at(NOW));
    let (status, arrived) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code)]).await;
    // What else can be enrolled may be left out.
    assert_eq!(status, 200, "{arrived}");
    assert!(arrived.contains("Set up optional") && arrived.contains(r#"data-se="security_question""#), "{arrived}");
    let (status, arrived) = submit(&mock, &client, &arrived, "skip", &[]).await;
    assert_eq!(status, 302, "{arrived}");
    assert_eq!(claims(&mock, &arrived).await["amr"], json!(["pwd", "mfa", "otp"]));

    advance(&mock, 60).await;
    let other = browser();
    let (_, page) = by_password(&mock, &other, &[]).await;
    assert!(page.contains("Verify with Google Authenticator"), "the only method is asked for at once: {page}");
    let code = totp::code(&key, totp::step_at(NOW + 60));
    let (status, _) = submit(&mock, &other, &page, "verify", &[("credentials.passcode", &code)]).await;
    assert_eq!(status, 302);
}

#[tokio::test]
async fn the_user_of_the_market_without_a_second_factor_enrolls_one() {
    let mock = stopped(&TestOrg::market()).await;
    let client = browser();
    let (status, page) = user_by_password(&mock, &client, "mustenroll@example.test", &[]).await;
    assert_eq!(status, 200);
    assert!(page.contains("Set up security methods"), "{page}");
    let (_, page) = follow(&mock, &client, &page, r#"data-se="google_otp""#).await;
    let code = totp::code(&key_of_page(&page), totp::step_at(NOW));
    let (_, page) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code)]).await;
    assert!(page.contains("Set up optional") && page.contains(r#"data-se="security_question""#), "{page}");
    let (status, arrived) = submit(&mock, &client, &page, "skip", &[]).await;
    assert_eq!(status, 302, "{arrived}");
    assert_eq!(claims(&mock, &arrived).await["amr"], json!(["pwd", "mfa", "otp"]));
}

#[tokio::test]
async fn a_required_method_is_enrolled_once() {
    let org = required(TestOrg::market()).edit(|document| {
        let policy = model(json!({
            "name": "Default Policy", "type": "MFA_ENROLL",
            "settings": { "type": "AUTHENTICATORS", "authenticators": [{ "key": "google_otp", "enroll": { "self": "REQUIRED" } }] },
            "rules": [{ "name": "Default Rule", "priority": 1, "status": "ACTIVE", "actions": { "enroll": { "self": "LOGIN" } } }],
        }));
        document.directory.entry(DirectoryKind::Policy).or_default().push(policy);
    });
    let mock = stopped(&org).await;
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    let (_, page) = follow(&mock, &client, &page, r#"data-se="google_otp""#).await;
    let code = totp::code(&key_of_page(&page), totp::step_at(NOW));
    let (status, arrived) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code)]).await;
    assert_eq!(status, 302, "{arrived}");
}

#[tokio::test]
async fn a_step_up_ends_with_its_session() {
    let mock = stopped(&with_factors()).await;
    let client = browser();
    by_password(&mock, &client, &[]).await;
    let (_, page) = authorize(&mock, &client, &[("acr_values", "urn:okta:loa:2fa:any")]).await;
    administer(&mock, reqwest::Method::DELETE, "sessions").await;
    let (status, page) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code_at(NOW))]).await;
    assert_eq!(status, 200, "the password of the ended session proves nothing: {page}");
    assert!(page.contains(r#"name="identifier""#), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_step_up_and_other_uses_of_its_session_at_the_same_time_all_succeed() {
    let mock = Arc::new(stopped(&with_factors()).await);
    let client = browser();
    let (_, arrived) = by_password(&mock, &client, &[]).await;
    let first = claims(&mock, &arrived).await;
    let wanted = ("acr_values", "urn:okta:loa:2fa:any");
    let (_, page) = authorize(&mock, &client, &[wanted]).await;
    // The next use of the session is stored.
    advance(&mock, 1).await;
    let mut uses = JoinSet::new();
    for _ in 0..16 {
        let (mock, client) = (Arc::clone(&mock), client.clone());
        uses.spawn(async move { authorize(&mock, &client, &[("prompt", "none")]).await });
    }
    let code = code_at(NOW + 1);
    let (status, arrived) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code)]).await;
    assert_eq!(status, 302, "{arrived}");
    let second = claims(&mock, &arrived).await;
    assert_eq!((&second["amr"], &second["sid"]), (&json!(["pwd", "mfa", "otp"]), &first["sid"]));
    for (status, arrived) in uses.join_all().await {
        assert!(status == 302 && parameter(&arrived, "code").is_some(), "{status} {arrived}");
    }
    let (_, arrived) = authorize(&mock, &client, &[wanted, ("prompt", "none")]).await;
    assert_eq!(claims(&mock, &arrived).await["amr"], json!(["pwd", "mfa", "otp"]), "the session has both proofs");
}

#[tokio::test]
async fn a_user_who_is_suspended_after_the_password_cannot_finish_the_sign_in() {
    let mock = stopped(&required(with_factors())).await;
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    let (_, page) = follow(&mock, &client, &page, r#"data-se="google_otp""#).await;
    administer(&mock, reqwest::Method::POST, "lifecycle/suspend").await;
    let (status, page) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code_at(NOW))]).await;
    assert_eq!(status, 200, "{page}");
}

#[tokio::test]
async fn a_session_with_a_password_only_steps_up_and_goes_on() {
    let mock = stopped(&with_factors()).await;
    let client = browser();
    let (status, arrived) = by_password(&mock, &client, &[]).await;
    assert_eq!(status, 302, "the market needs a password only: {arrived}");
    let first = claims(&mock, &arrived).await;
    assert_eq!(first["amr"], json!(["pwd"]));
    advance(&mock, 600).await;
    let wanted = ("acr_values", "urn:okta:loa:2fa:any");
    let (status, arrived) = authorize(&mock, &client, &[wanted, ("prompt", "none")]).await;
    assert_eq!((status, parameter(&arrived, "error").as_deref()), (302, Some("login_required")));
    let (status, page) = authorize(&mock, &client, &[wanted]).await;
    assert_eq!(status, 200);
    // Password and question are one class.
    assert!(page.contains("Verify with Google Authenticator"), "{page}");
    let code = code_at(NOW + 600);
    let (status, arrived) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code)]).await;
    assert_eq!(status, 302, "{arrived}");
    let second = claims(&mock, &arrived).await;
    assert_eq!((&second["amr"], &second["acr"]), (&json!(["pwd", "mfa", "otp"]), &json!("urn:okta:loa:2fa:any")));
    assert_eq!((&second["sid"], &second["auth_time"]), (&first["sid"], &json!(NOW + 600)), "it is the same session");
    let (status, arrived) = authorize(&mock, &client, &[wanted, ("prompt", "none")]).await;
    assert_eq!(status, 302);
    assert_eq!(claims(&mock, &arrived).await["acr"], "urn:okta:loa:2fa:any");
}

#[tokio::test]
async fn a_button_beside_the_field_uses_the_right_code_while_the_list_of_users_is_on() {
    let mock = stopped(&required(with_factors())).await;
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    let (_, page) = follow(&mock, &client, &page, r#"data-se="google_otp""#).await;
    let code = code_at(NOW);
    assert!(page.contains(r#"form="use-expected" data-se="use-code">Use this</button>"#), "{page}");
    assert_eq!(page.matches(r#"name="credentials.passcode""#).count(), 1, "{page}");
    let (status, arrived) = submit(&mock, &client, &page, "verify", &[("expectedAnswer", &code)]).await;
    assert_eq!(status, 302, "{arrived}");

    let org = required(with_factors()).edit(|document| document.settings.sign_in_page.picker = false);
    let mock = stopped(&org).await;
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    let (_, page) = follow(&mock, &client, &page, r#"data-se="google_otp""#).await;
    assert!(!page.contains("use-code") && !page.contains(&code), "{page}");
}
