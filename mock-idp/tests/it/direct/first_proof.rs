//! A code or a notification as the first proof, and the only one that is needed.

use serde_json::json;

use super::{
    CLIENT, LOGIN, OOB, OTP, PENDING, WRONG_CODE, asked, code_at, on_phone, over, primary, redeem, redeemed, refused,
    sent_code, with_factors,
};
use crate::market::{NOW, advance, journal, stopped};

#[tokio::test]
async fn the_code_of_an_app_returns_tokens_once() {
    let mock = stopped(&with_factors()).await;
    let code = code_at(NOW);
    let form =
        [("login_hint", LOGIN), ("otp", code.as_str()), ("scope", "openid profile offline_access products:read")];
    let response = redeem(&mock, OTP, &form).await;
    assert_eq!(response.status(), 200);
    let body: serde_json::Value = response.json().await.unwrap();
    let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["token_type", "expires_in", "access_token", "scope", "refresh_token", "id_token"]);
    assert_eq!(body["scope"], "openid profile offline_access products:read");
    let (_, claims) = crate::flow::decode(body["id_token"].as_str().unwrap());
    assert_eq!(
        (&claims["sub"], &claims["aud"], &claims["amr"], &claims["auth_time"]),
        (&json!("00ubuyer0000000005d7"), &json!(CLIENT), &json!(["otp"]), &json!(NOW))
    );
    refused(&mock, OTP, &form, WRONG_CODE).await;
    assert!(journal(&mock).await.contains("this code, or a later one, has been used before"));
    advance(&mock, 30).await;
    let next = code_at(NOW + 30);
    redeemed(&mock, OTP, &[("login_hint", LOGIN), ("otp", &next), ("scope", "openid")]).await;
}

#[tokio::test]
async fn a_push_notification_is_polled_until_it_is_approved() {
    let mock = stopped(&with_factors()).await;
    let begun = primary(&mock, "push").await;
    let code = begun["oob_code"].as_str().unwrap();
    assert!(code.starts_with("ft") && code.len() == 34, "{code}");
    let expected =
        format!(r#"{{"oob_code":"{code}","expires_in":300,"interval":5,"channel":"push","binding_method":"none"}}"#);
    assert_eq!(begun.to_string(), expected);
    let form = [("oob_code", code), ("scope", "openid profile")];
    refused(&mock, OOB, &form, PENDING).await;
    advance(&mock, 4).await;
    let slow_down = (400, "slow_down", "Slow down the polling frequency. Please try again later.");
    refused(&mock, OOB, &form, slow_down).await;
    advance(&mock, 5).await;
    refused(&mock, OOB, &form, PENDING).await;
    on_phone(&mock, "approve").await;
    let claims = redeemed(&mock, OOB, &form).await;
    assert_eq!((&claims["sub"], &claims["amr"]), (&json!("00ubuyer0000000005d7"), &json!(["swk"])));
    refused(&mock, OOB, &form, (403, "access_denied", &over("oob_code", code))).await;
}

#[tokio::test]
async fn a_rejected_push_notification_ends_the_challenge() {
    let mock = stopped(&with_factors()).await;
    let begun = primary(&mock, "push").await;
    let code = begun["oob_code"].as_str().unwrap();
    let form = [("oob_code", code), ("scope", "openid")];
    on_phone(&mock, "deny").await;
    refused(&mock, OOB, &form, (400, "invalid_grant", "User rejected out-of-band authentication prompt.")).await;
    refused(&mock, OOB, &form, (403, "access_denied", &over("oob_code", code))).await;
}

#[tokio::test]
async fn a_number_challenge_is_shown_by_the_client() {
    let mock = stopped(&crate::org::TestOrg::market()).await;
    let form = [("login_hint", "push@example.test"), ("channel_hint", "push"), ("challenge_hint", OOB)];
    let begun = asked(&mock, "primary-authenticate", &form).await;
    assert_eq!(begun["binding_method"], "transfer");
    let number: u8 = begun["binding_code"].as_str().unwrap().parse().unwrap();
    let pushes = crate::flow::browser().get(format!("{}/_mock/pushes", mock.url())).send().await.unwrap();
    let pushes: serde_json::Value = pushes.json().await.unwrap();
    assert_eq!((&pushes[0]["number"], &pushes[0]["app"]), (&json!(number), &json!("Market mobile")));
}

#[tokio::test]
async fn a_code_that_is_sent_is_typed_into_the_client() {
    let mock = stopped(&with_factors()).await;
    for (channel, amr) in
        [("sms", json!(["sms", "mca"])), ("voice", json!(["tel", "mca"])), ("email", json!(["email"]))]
    {
        let begun = primary(&mock, channel).await;
        let code = begun["oob_code"].as_str().unwrap();
        let expected =
            format!(r#"{{"oob_code":"{code}","expires_in":300,"channel":"{channel}","binding_method":"prompt"}}"#);
        assert_eq!(begun.to_string(), expected);
        let binding_code = sent_code(&mock, channel).await;
        let form = [("oob_code", code), ("scope", "openid")];
        refused(&mock, OOB, &form, WRONG_CODE).await;
        refused(&mock, OOB, &[&form[..], &[("binding_code", "wrong")]].concat(), WRONG_CODE).await;
        let right = [&form[..], &[("binding_code", &*binding_code)]].concat();
        let claims = redeemed(&mock, OOB, &right).await;
        assert_eq!(claims["amr"], amr, "{channel}");
        refused(&mock, OOB, &right, (403, "access_denied", &over("oob_code", code))).await;
    }
}

#[tokio::test]
async fn a_challenge_can_be_answered_for_five_minutes() {
    let mock = stopped(&with_factors()).await;
    for channel in ["sms", "push"] {
        let begun = primary(&mock, channel).await;
        let code = begun["oob_code"].as_str().unwrap();
        advance(&mock, 300).await;
        let form = [("oob_code", code), ("scope", "openid"), ("binding_code", "000000")];
        refused(&mock, OOB, &form, (403, "access_denied", &over("oob_code", code))).await;
    }
    let form = [("oob_code", "unknown"), ("scope", "openid")];
    refused(&mock, OOB, &form, (403, "access_denied", &over("oob_code", "unknown"))).await;
}

#[tokio::test]
async fn the_former_name_of_the_endpoint_is_served_and_both_servers_of_the_org_have_it() {
    let mock = stopped(&with_factors()).await;
    let form = [("login_hint", LOGIN), ("channel_hint", "sms"), ("challenge_hint", OOB)];
    let begun = asked(&mock, "oob-authenticate", &form).await;
    assert_eq!(begun["channel"], "sms");
    let form = [&[("client_id", CLIENT)], &form[..]].concat();
    let at_org = crate::flow::browser().post(format!("{}/oauth2/v1/primary-authenticate", mock.url())).form(&form);
    let begun: serde_json::Value = at_org.send().await.unwrap().json().await.unwrap();
    let binding_code = sent_code(&mock, "sms").await;
    let code = begun["oob_code"].as_str().unwrap();
    let form = [("oob_code", code), ("scope", "openid"), ("binding_code", &*binding_code)];
    let elsewhere = "The authorization server id 'ausmarket000000005d7' in the url_path parameter does not match the \
                     authorization server id in the original request '00omarket000000005d7'. Use the original \
                     authorization server id and try again.";
    refused(&mock, OOB, &form, (400, "invalid_request", elsewhere)).await;
    let form = [&[("client_id", CLIENT), ("grant_type", OOB)], &form[..]].concat();
    assert_eq!(crate::refusals::token(&mock, "/oauth2", None, &form).await.status(), 200);
}
