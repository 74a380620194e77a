//! Orgs that prevent user enumeration: users who are unknown or cannot sign in get what others do.

use serde_json::Value;

use super::{
    BUYER, LOGIN, OOB, OTP, PENDING, WRONG_CODE, ask, asked, on_phone, primary, redeem, refused, sent_code,
    with_factors,
};
use crate::factors::administer;
use crate::market::{advance, journal, stopped};
use crate::org::TestOrg;
use crate::refusals::token_error;

/// Users who cannot be asked: unknown, suspended, not assigned, without factors.
const OTHERS: [&str; 4] =
    ["unknown@example.test", "suspended@example.test", "unassigned@example.test", "admin@example.test"];

fn preventing() -> TestOrg {
    with_factors().edit(|document| document.settings.prevents_user_enumeration = true)
}

/// An answer without what differs each time.
fn shape(mut answer: Value) -> Value {
    let code = answer["oob_code"].as_str().unwrap().to_owned();
    assert!(code.starts_with("ft") && code.len() == 34, "{code}");
    answer["oob_code"] = "".into();
    answer
}

#[tokio::test]
async fn a_challenge_for_a_user_who_cannot_be_asked_looks_like_another() {
    let mock = stopped(&preventing()).await;
    for channel in ["push", "sms", "voice", "email"] {
        let form = |login| [("login_hint", login), ("channel_hint", channel), ("challenge_hint", OOB)];
        let real = asked(&mock, "primary-authenticate", &form(LOGIN)).await;
        for login in OTHERS {
            if (channel, login) == ("email", "admin@example.test") {
                continue;
            }
            let answer = asked(&mock, "primary-authenticate", &form(login)).await;
            let oob = [("oob_code", answer["oob_code"].as_str().unwrap()), ("scope", "openid")];
            match channel {
                "push" => refused(&mock, OOB, &oob, PENDING).await,
                _ => refused(&mock, OOB, &[oob[0], oob[1], ("binding_code", "000000")], WRONG_CODE).await,
            }
            assert_eq!(shape(answer), shape(real.clone()), "{channel} {login}");
        }
    }
    let kinds = mock.org().messages(&mock_idp::MessageQuery::default()).await.unwrap();
    assert!(kinds.iter().all(|message| message.user.as_deref() == Some(LOGIN)), "{kinds:?}");
    assert!(journal(&mock).await.contains("no user has the login `unknown@example.test`"));
}

#[tokio::test]
async fn a_notification_that_no_user_gets_is_polled_like_another() {
    let mock = stopped(&preventing()).await;
    let form = [("login_hint", OTHERS[0]), ("channel_hint", "push"), ("challenge_hint", OOB)];
    let answer = asked(&mock, "primary-authenticate", &form).await;
    let oob = [("oob_code", answer["oob_code"].as_str().unwrap()), ("scope", "openid")];
    refused(&mock, OOB, &oob, PENDING).await;
    assert_eq!(token_error(redeem(&mock, OOB, &oob).await).await.1, "slow_down");
    advance(&mock, 5).await;
    refused(&mock, OOB, &oob, PENDING).await;
    advance(&mock, 295).await;
    assert_eq!(token_error(redeem(&mock, OOB, &oob).await).await.1, "access_denied", "it is over");
}

#[tokio::test]
async fn codes_and_passwords_of_users_who_cannot_be_asked_are_wrong() {
    let org = preventing().user(BUYER, |user| user.credentials.password = None);
    let mock = stopped(&org).await;
    for login in OTHERS {
        refused(&mock, OTP, &[("login_hint", login), ("otp", "000000"), ("scope", "openid")], WRONG_CODE).await;
    }
    let missing = (400, "invalid_request", "The required parameter 'otp' is missing.");
    for login in [LOGIN, OTHERS[0]] {
        refused(&mock, OTP, &[("login_hint", login), ("scope", "openid")], missing).await;
    }
    let of = async |login| {
        let form = [("username", login), ("password", "wrong"), ("scope", "openid")];
        token_error(redeem(&mock, "password", &form).await).await
    };
    assert_eq!(of(LOGIN).await, of(OTHERS[0]).await, "a user without a password");
    let form = [("channel_hint", "sms"), ("challenge_hint", OOB)];
    let hint = "A 'login_hint' is required for the request.".to_owned();
    let missing = token_error(ask(&mock, "primary-authenticate", &form).await).await;
    assert_eq!(missing, (400, "invalid_request".to_owned(), hint));
}

#[tokio::test]
async fn a_user_who_is_suspended_or_locked_after_the_challenge_began_gets_what_a_decoy_gets() {
    for is_locked in [false, true] {
        let org = preventing().edit(|document| document.settings.lockout.max_attempts = 2);
        let mock = stopped(&org).await;
        let of = |answer: &Value| answer["oob_code"].as_str().unwrap().to_owned();
        let (push, sms) = (of(&primary(&mock, "push").await), of(&primary(&mock, "sms").await));
        let code = sent_code(&mock, "sms").await;
        on_phone(&mock, "approve").await;
        if is_locked {
            let wrong = [("username", LOGIN), ("password", "wrong"), ("scope", "openid")];
            for _ in 0..2 {
                redeem(&mock, "password", &wrong).await;
            }
        } else {
            administer(&mock, reqwest::Method::POST, "lifecycle/suspend").await;
        }
        refused(&mock, OOB, &[("oob_code", &push), ("scope", "openid")], PENDING).await;
        refused(&mock, OOB, &[("oob_code", &sms), ("binding_code", &code), ("scope", "openid")], WRONG_CODE).await;
        assert!(journal(&mock).await.contains("the org prevents that the client learns it"));
    }
}
