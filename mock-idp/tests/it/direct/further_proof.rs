//! A code or a notification after another proof.

use mock_idp::MockIdp;
use serde_json::{Value, json};

use super::{
    CLIENT, LEGACY, LEGACY_SECRET, LOGIN, MFA_OOB, MFA_OTP, OTP, PASSWORD, PENDING, SERVER, WRONG_CODE, asked,
    by_password, code_at, mfa_required, on_phone, over, redeem, redeemed, refused, sent_code, with_another_client,
    with_second_factor,
};
use crate::market::{NOW, advance, journal, stopped};
use crate::refusals::{token, token_error};

/// A challenge by this channel: its answer.
async fn challenge(mock: &MockIdp, mfa_token: &str, channel: &str) -> Value {
    asked(
        mock,
        "challenge",
        &[("mfa_token", mfa_token), ("challenge_types_supported", MFA_OOB), ("channel_hint", channel)],
    )
    .await
}

#[tokio::test]
async fn a_code_of_an_app_after_the_password_returns_tokens_once() {
    let mock = stopped(&with_second_factor()).await;
    let mfa_token = by_password(&mock).await;
    let asked = asked(&mock, "challenge", &[("mfa_token", &mfa_token)]).await;
    assert_eq!(asked, json!({ "challenge_type": MFA_OTP }), "nothing is sent for it");
    refused(&mock, MFA_OTP, &[("mfa_token", &mfa_token), ("otp", "000000")], WRONG_CODE).await;
    let code = code_at(NOW);
    let form = [("mfa_token", mfa_token.as_str()), ("otp", &code), ("scope", "profile openid")];
    let claims = redeemed(&mock, MFA_OTP, &form).await;
    assert_eq!((&claims["aud"], &claims["amr"]), (&json!(CLIENT), &json!(["pwd", "mfa", "otp"])));
    advance(&mock, 30).await;
    let code = code_at(NOW + 30);
    let again = [("mfa_token", mfa_token.as_str()), ("otp", &code)];
    refused(&mock, MFA_OTP, &again, (403, "access_denied", &over("mfa_token", &mfa_token))).await;
}

#[tokio::test]
async fn a_text_message_after_the_password_returns_tokens_once() {
    let mock = stopped(&with_second_factor()).await;
    let mfa_token = by_password(&mock).await;
    for channel in ["voice", "email", "sms"] {
        let begun = challenge(&mock, &mfa_token, channel).await;
        let code = begun["oob_code"].as_str().unwrap();
        let expected = format!(
            r#"{{"challenge_type":"{MFA_OOB}","oob_code":"{code}","expires_in":300,"channel":"{channel}","binding_method":"prompt"}}"#
        );
        assert_eq!(begun.to_string(), expected);
    }
    let begun = challenge(&mock, &mfa_token, "sms").await;
    let (code, binding_code) = (begun["oob_code"].as_str().unwrap(), sent_code(&mock, "sms").await);
    let form = [("mfa_token", mfa_token.as_str()), ("oob_code", code)];
    refused(&mock, MFA_OOB, &[&form[..], &[("binding_code", "wrong")]].concat(), WRONG_CODE).await;
    let right = [&form[..], &[("binding_code", &*binding_code)]].concat();
    assert_eq!(redeemed(&mock, MFA_OOB, &right).await["amr"], json!(["pwd", "mfa", "sms", "mca"]));
    refused(&mock, MFA_OOB, &right, (403, "access_denied", &over("mfa_token", &mfa_token))).await;
}

#[tokio::test]
async fn a_push_notification_after_the_password_is_polled() {
    let mock = stopped(&with_second_factor()).await;
    let mfa_token = by_password(&mock).await;
    let begun = challenge(&mock, &mfa_token, "push").await;
    assert_eq!((&begun["interval"], &begun["binding_method"]), (&json!(5), &json!("none")));
    let form = [("mfa_token", mfa_token.as_str()), ("oob_code", begun["oob_code"].as_str().unwrap())];
    refused(&mock, MFA_OOB, &form, PENDING).await;
    let slow_down = (400, "slow_down", "Slow down the polling frequency. Please try again later.");
    refused(&mock, MFA_OOB, &form, slow_down).await;
    on_phone(&mock, "approve").await;
    assert_eq!(redeemed(&mock, MFA_OOB, &form).await["amr"], json!(["pwd", "mfa", "swk"]));

    let mfa_token = by_password(&mock).await;
    let begun = challenge(&mock, &mfa_token, "push").await;
    let form = [("mfa_token", mfa_token.as_str()), ("oob_code", begun["oob_code"].as_str().unwrap())];
    on_phone(&mock, "deny").await;
    refused(&mock, MFA_OOB, &form, (400, "invalid_grant", "User rejected out-of-band authentication prompt.")).await;
    let code = code_at(NOW);
    redeemed(&mock, MFA_OTP, &[("mfa_token", &mfa_token), ("otp", &code)]).await;
}

#[tokio::test]
async fn a_further_proof_can_follow_a_code() {
    let mock = stopped(&with_second_factor()).await;
    let code = code_at(NOW);
    let form = [("login_hint", LOGIN), ("otp", code.as_str()), ("scope", "openid")];
    let mfa_token = mfa_required(redeem(&mock, OTP, &form).await).await;
    let begun = challenge(&mock, &mfa_token, "sms").await;
    let binding_code = sent_code(&mock, "sms").await;
    let form = [
        ("mfa_token", mfa_token.as_str()),
        ("oob_code", begun["oob_code"].as_str().unwrap()),
        ("binding_code", &binding_code),
    ];
    assert_eq!(redeemed(&mock, MFA_OOB, &form).await["amr"], json!(["otp", "mfa", "sms", "mca"]));
    assert!(journal(&mock).await.contains("the policies demand a further proof by"));
}

#[tokio::test]
async fn a_challenge_that_the_policies_do_not_demand_next_is_refused() {
    let mock = stopped(&with_second_factor()).await;
    let code = code_at(NOW);
    let form = [("login_hint", LOGIN), ("otp", code.as_str()), ("scope", "openid")];
    let mfa_token = mfa_required(redeem(&mock, OTP, &form).await).await;
    let form = [("mfa_token", mfa_token.as_str()), ("challenge_types_supported", MFA_OTP), ("channel_hint", "sms")];
    let description = "Unable to prompt for the requested authenticators. Review the Authentication Policy’s requirements \
                       or request another authenticator and try again.";
    let error = token_error(super::ask(&mock, "challenge", &form).await).await;
    assert_eq!(error, (403, "access_denied".to_owned(), description.to_owned()));
}

#[tokio::test]
async fn the_mfa_token_is_accepted_for_five_minutes() {
    let mock = stopped(&with_second_factor()).await;
    let mfa_token = by_password(&mock).await;
    advance(&mock, 300).await;
    let code = code_at(NOW + 300);
    let expired = over("mfa_token", &mfa_token);
    refused(&mock, MFA_OTP, &[("mfa_token", &mfa_token), ("otp", &code)], (403, "access_denied", &expired)).await;
    let response = super::ask(&mock, "challenge", &[("mfa_token", &mfa_token), ("channel_hint", "sms")]).await;
    assert_eq!(token_error(response).await, (403, "access_denied".to_owned(), expired));
}

#[tokio::test]
async fn the_challenge_of_another_sign_in_is_refused() {
    let mock = stopped(&with_second_factor()).await;
    let (first, second) = (by_password(&mock).await, by_password(&mock).await);
    let begun = challenge(&mock, &first, "sms").await;
    let binding_code = sent_code(&mock, "sms").await;
    let code = begun["oob_code"].as_str().unwrap();
    let apart = "The 'oob_code' and the 'mfa_token' provided are not associated with each other. Review the values and \
                 try again.";
    let form = [("mfa_token", second.as_str()), ("oob_code", code), ("binding_code", &binding_code)];
    refused(&mock, MFA_OOB, &form, (400, "invalid_request", apart)).await;
    let alone = [("oob_code", code), ("binding_code", &*binding_code), ("scope", "openid")];
    refused(&mock, super::OOB, &alone, (400, "invalid_request", apart)).await;
}

#[tokio::test]
async fn another_client_cannot_continue_a_sign_in() {
    let mock = stopped(&with_another_client()).await;
    let mfa_token = by_password(&mock).await;
    let code = code_at(NOW);
    let form = [("grant_type", MFA_OTP), ("mfa_token", &*mfa_token), ("otp", &*code)];
    let other = token_error(token(&mock, SERVER, Some((LEGACY, LEGACY_SECRET)), &form).await).await;
    let description = format!(
        "The client_id '{LEGACY}' does not match the client_id in the original request '{CLIENT}'. Use the original client \
         id and try again."
    );
    assert_eq!(other, (401, "invalid_client".to_owned(), description.clone()));
    let begun = challenge(&mock, &mfa_token, "push").await;
    let form = [("grant_type", MFA_OOB), ("mfa_token", &*mfa_token), ("oob_code", begun["oob_code"].as_str().unwrap())];
    let other = token_error(token(&mock, SERVER, Some((LEGACY, LEGACY_SECRET)), &form).await).await;
    assert_eq!(other.2, description);
    let begun = super::primary(&mock, "push").await;
    let form = [("grant_type", super::OOB), ("oob_code", begun["oob_code"].as_str().unwrap()), ("scope", "openid")];
    let other = token_error(token(&mock, SERVER, Some((LEGACY, LEGACY_SECRET)), &form).await).await;
    assert_eq!(other.2, description);
}

#[tokio::test]
async fn the_scopes_are_those_of_the_first_request() {
    let mock = stopped(&with_second_factor()).await;
    let mfa_token = by_password(&mock).await;
    let code = code_at(NOW);
    let form = [("mfa_token", mfa_token.as_str()), ("otp", &code), ("scope", "openid products:read")];
    let differ = "The requested scopes 'openid products:read' do not match the scopes requested in the original request \
                  'openid profile'. Use the originally requested scopes and try again.";
    refused(&mock, MFA_OTP, &form, (400, "invalid_scope", differ)).await;
}

#[tokio::test]
async fn wrong_codes_lock_the_account() {
    let org = with_second_factor().edit(|document| document.settings.lockout.max_attempts = 2);
    let mock = stopped(&org).await;
    let mfa_token = by_password(&mock).await;
    let begun = challenge(&mock, &mfa_token, "sms").await;
    let (code, binding_code) = (begun["oob_code"].as_str().unwrap(), sent_code(&mock, "sms").await);
    refused(&mock, MFA_OTP, &[("mfa_token", &mfa_token), ("otp", "000000")], WRONG_CODE).await;
    let wrong = [("mfa_token", mfa_token.as_str()), ("oob_code", code), ("binding_code", "wrong")];
    refused(&mock, MFA_OOB, &wrong, WRONG_CODE).await;
    let right = [("mfa_token", mfa_token.as_str()), ("oob_code", code), ("binding_code", &*binding_code)];
    refused(&mock, MFA_OOB, &right, WRONG_CODE).await;
    let right = code_at(NOW);
    refused(&mock, MFA_OTP, &[("mfa_token", &mfa_token), ("otp", &right)], WRONG_CODE).await;
    let form = [("username", LOGIN), ("password", PASSWORD), ("scope", "openid")];
    let locked = (400, "invalid_grant", "The credentials provided were invalid.");
    refused(&mock, "password", &form, locked).await;
    let response = super::ask(&mock, "challenge", &[("mfa_token", &mfa_token), ("channel_hint", "sms")]).await;
    let status = "User status is invalid.".to_owned();
    assert_eq!(token_error(response).await, (403, "access_denied".to_owned(), status));
    let log = crate::flow::browser().get(format!("{}/api/v1/logs", mock.url()));
    let log = log.header("authorization", "SSWS 00mockMarketApiToken0123456789abcdefghijkl").send().await.unwrap();
    let log = log.text().await.unwrap();
    for event in ["user.account.lock", "user.authentication.auth_via_mfa"] {
        assert!(log.contains(event), "{event} in {log}");
    }
}
