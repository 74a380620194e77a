//! Requests and users that are refused, with Okta's errors.

use mock_idp_core::protocol::GrantType;

use super::{
    BUYER, CLIENT, LOGIN, MFA_OOB, MFA_OTP, NOT_ENROLLED, OOB, OTP, WRONG_CODE, ask, by_password, code_at, refused,
    with_factors, with_second_factor,
};
use crate::market::{NOW, stopped};
use crate::org::{TestOrg, remove};
use crate::refusals::token_error;

#[tokio::test]
async fn a_user_without_a_right_code_is_refused() {
    let org = with_factors().edit(|document| document.settings.lockout.max_attempts = 2);
    let mock = stopped(&org).await;
    let code = code_at(NOW);
    let of = |login| [("login_hint", login), ("otp", code.as_str()), ("scope", "openid")];
    let hint = (400, "invalid_grant", "The 'login_hint' does not uniquely identify a user.");
    refused(&mock, OTP, &of("unknown@example.test"), hint).await;
    refused(&mock, OTP, &of("admin@example.test"), NOT_ENROLLED).await;
    for login in ["locked@example.test", "suspended@example.test"] {
        refused(&mock, OTP, &of(login), WRONG_CODE).await;
    }
    let missing = (400, "invalid_request", "A 'login_hint' is required for the request.");
    refused(&mock, OTP, &[("otp", &code), ("scope", "openid")], missing).await;
    let missing = (400, "invalid_request", "The required parameter 'otp' is missing.");
    refused(&mock, OTP, &[("login_hint", LOGIN), ("scope", "openid")], missing).await;
    let wrong = [("login_hint", LOGIN), ("otp", "000000"), ("scope", "openid")];
    refused(&mock, OTP, &wrong, WRONG_CODE).await;
    refused(&mock, OTP, &wrong, WRONG_CODE).await;
    // Two wrong codes have locked the account.
    refused(&mock, OTP, &of(LOGIN), WRONG_CODE).await;
    let response =
        ask(&mock, "primary-authenticate", &[("login_hint", LOGIN), ("channel_hint", "sms"), ("challenge_hint", OOB)]);
    let status = "User status is invalid.".to_owned();
    assert_eq!(token_error(response.await).await, (403, "access_denied".to_owned(), status));
}

#[tokio::test]
async fn a_user_who_is_not_assigned_is_refused() {
    let org = with_factors().user(BUYER, |user| user.group_ids.clear());
    let mock = stopped(&org).await;
    let code = code_at(NOW);
    let form = [("login_hint", LOGIN), ("otp", code.as_str()), ("scope", "openid")];
    let unassigned = (400, "access_denied", "User is not assigned to the client application.");
    refused(&mock, OTP, &form, unassigned).await;
}

#[tokio::test]
async fn each_wrong_parameter_of_the_endpoints_has_oktas_error() {
    let mock = stopped(&with_second_factor()).await;
    let mfa_token = by_password(&mock).await;
    let (user, sms, first) = (("login_hint", LOGIN), ("channel_hint", "sms"), ("challenge_hint", OOB));
    let mfa = ("mfa_token", mfa_token.as_str());
    let missing = |name| (400, "invalid_request", format!("The required parameter '{name}' is missing."));
    let invalid = |description: &str| (400, "invalid_request", description.to_owned());
    let scopes = "The 'scope' parameter is unsupported on this endpoint. Try again without this parameter.";
    type Case<'a> = (&'a str, Vec<(&'a str, &'a str)>, (u16, &'a str, String));
    let cases: Vec<Case<'_>> = vec![
        ("primary-authenticate", vec![sms, first], invalid("A 'login_hint' is required for the request.")),
        ("primary-authenticate", vec![user, sms], missing("challenge_hint")),
        ("primary-authenticate", vec![user, first], missing("channel_hint")),
        (
            "primary-authenticate",
            vec![user, sms, ("challenge_hint", "magic")],
            invalid("'magic' is not supported as a 'challenge_hint'. Try again with another value."),
        ),
        (
            "primary-authenticate",
            vec![user, first, ("channel_hint", "pigeon")],
            invalid("'pigeon' is not supported as a 'channel_hint'. Try again with another value."),
        ),
        (
            "primary-authenticate",
            vec![("login_hint", "unknown"), sms, first],
            (400, "invalid_grant", "The 'login_hint' does not uniquely identify a user.".to_owned()),
        ),
        (
            "primary-authenticate",
            vec![("login_hint", "suspended@example.test"), sms, first],
            (403, "access_denied", "User status is invalid.".to_owned()),
        ),
        (
            "primary-authenticate",
            vec![("login_hint", "unassigned@example.test"), sms, first],
            (400, "access_denied", "User is not assigned to the client application.".to_owned()),
        ),
        (
            "primary-authenticate",
            vec![("login_hint", "admin@example.test"), sms, first],
            (NOT_ENROLLED.0, NOT_ENROLLED.1, NOT_ENROLLED.2.to_owned()),
        ),
        (
            "primary-authenticate",
            vec![user, sms, first, ("scope", "openid")],
            (400, "invalid_scope", scopes.to_owned()),
        ),
        ("challenge", vec![sms], missing("mfa_token")),
        ("challenge", vec![mfa, ("challenge_types_supported", MFA_OOB)], missing("channel_hint")),
        (
            "challenge",
            vec![mfa, ("challenge_types_supported", "magic")],
            invalid("magic is not supported as a 'challenge_type'. Try again with another value."),
        ),
        ("challenge", vec![mfa, sms, ("scope", "openid")], (400, "invalid_scope", scopes.to_owned())),
        (
            "challenge",
            vec![("mfa_token", "unknown"), sms],
            (403, "access_denied", "'unknown' has expired. Use a new 'mfa_token' and try again.".to_owned()),
        ),
    ];
    for (endpoint, form, (status, error, description)) in cases {
        let expected = (status, error.to_owned(), description);
        assert_eq!(token_error(ask(&mock, endpoint, &form).await).await, expected, "{endpoint} {form:?}");
    }
}

#[tokio::test]
async fn a_client_without_the_grant_may_not_begin() {
    let org = TestOrg::market().oauth(CLIENT, |settings| {
        for grant in [GrantType::Oob, GrantType::MfaOob, GrantType::MfaOtp] {
            remove(&mut settings.grant_types, |known| *known == grant);
        }
    });
    let mock = stopped(&org).await;
    let description = format!(
        "The client is not authorized to use the provided grant type. Configured grant types: [password, {OTP}, refresh_token]."
    );
    let expected = (400, "unauthorized_client", description.as_str());
    let form = [("login_hint", LOGIN), ("channel_hint", "sms"), ("challenge_hint", OOB), ("mfa_token", "x")];
    for endpoint in ["primary-authenticate", "challenge"] {
        let error = token_error(ask(&mock, endpoint, &form).await).await;
        assert_eq!((error.0, error.1.as_str(), error.2.as_str()), expected, "{endpoint}");
    }
    for grant in [OOB, MFA_OOB, MFA_OTP] {
        refused(&mock, grant, &[("oob_code", "x"), ("mfa_token", "x"), ("otp", "x")], expected).await;
    }
}

#[tokio::test]
async fn each_of_many_wrong_codes_at_once_counts() {
    let org = with_factors().edit(|document| document.settings.lockout.max_attempts = 20);
    let mock = stopped(&org).await;
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let form =
            [("client_id", CLIENT), ("grant_type", OTP), ("login_hint", LOGIN), ("otp", "000000"), ("scope", "openid")];
        let request = crate::market::shared().post(format!("{}/v1/token", mock.issuer())).form(&form);
        requests.spawn(async move { request.send().await.unwrap().status() });
    }
    assert!(requests.join_all().await.into_iter().all(|status| status == 400));
    let code = code_at(NOW);
    refused(&mock, OTP, &[("login_hint", LOGIN), ("otp", &code), ("scope", "openid")], WRONG_CODE).await;
    assert!(crate::market::journal(&mock).await.contains("is locked by wrong passwords and codes"));
}

#[tokio::test]
async fn messages_to_a_user_are_limited_as_sign_ins_are() {
    let org = with_factors().edit(|document| document.settings.rate_limits = mock_idp_core::org::RateLimits::Enforced);
    let mock = stopped(&org).await;
    let form = |login| [("login_hint", login), ("channel_hint", "sms"), ("challenge_hint", OOB)];
    for login in [LOGIN, "unknown@example.test"] {
        for _ in 0..4 {
            assert_ne!(ask(&mock, "primary-authenticate", &form(login)).await.status(), 429);
        }
        let error = token_error(ask(&mock, "primary-authenticate", &form(login)).await).await;
        let limited = "API call exceeded rate limit due to too many requests.".to_owned();
        assert_eq!(error, (429, "invalid_grant".to_owned(), limited), "{login}");
    }
    let inbox = crate::flow::browser().get(format!("{}/_mock/inbox?user={LOGIN}", mock.url())).send().await.unwrap();
    assert_eq!(inbox.json::<Vec<serde_json::Value>>().await.unwrap().len(), 4);
}
