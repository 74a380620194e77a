//! What policies and apps make of sign-ins without a browser.

use mock_idp_core::model::DirectoryKind;
use mock_idp_core::protocol::GrantType;
use serde_json::{Value, json};

use super::{
    BUYER, CLIENT, LOGIN, MFA_OOB, MFA_OTP, NOT_ENROLLED, OTP, PASSWORD, by_password, code_at, mfa_required, redeem,
    redeemed, refused, with_factors, with_second_factor,
};
use crate::market::{NOW, stopped};
use crate::org::{TestOrg, model, remove};

const BY_PASSWORD: &[(&str, &str)] = &[("username", LOGIN), ("password", PASSWORD), ("scope", "openid")];

/// The mobile app has an authentication policy with this rule.
fn app_policy(org: TestOrg, sign_on: &Value) -> TestOrg {
    let policy = model(json!({
        "id": "rstdirect000000005d7", "name": "Mobile", "type": "ACCESS_POLICY", "status": "ACTIVE",
        "rules": [{
            "id": "ruldirect000000005d7", "name": "Catch-all Rule", "priority": 99, "system": true, "status": "ACTIVE",
            "actions": { "appSignOn": sign_on },
        }],
    }));
    let org = org.edit(|document| document.directory.entry(DirectoryKind::Policy).or_default().push(policy));
    org.app(CLIENT, |app| app.access_policy = Some("rstdirect000000005d7".to_owned()))
}

fn assurance(method: Value) -> Value {
    json!({ "access": "ALLOW", "verificationMethod": method })
}

fn two_factors() -> Value {
    assurance(json!({ "type": "ASSURANCE", "factorMode": "2FA", "reauthenticateIn": "PT0S", "constraints": [] }))
}

#[tokio::test]
async fn the_policy_of_the_app_demands_a_further_proof() {
    let mock = stopped(&app_policy(with_factors(), &two_factors())).await;
    let mfa_token = by_password(&mock).await;
    let code = code_at(NOW);
    let claims = redeemed(&mock, MFA_OTP, &[("mfa_token", &mfa_token), ("otp", &code)]).await;
    assert_eq!(claims["amr"], json!(["pwd", "mfa", "otp"]));
}

#[tokio::test]
async fn a_proof_that_clients_cannot_collect_ends_the_sign_in() {
    // After a code, only the password is of another class.
    let org = with_factors().user(BUYER, |user| user.factors.retain(|factor| factor.shared_secret.is_some()));
    let mock = stopped(&app_policy(org, &two_factors())).await;
    let code = code_at(NOW);
    let form = [("login_hint", LOGIN), ("otp", code.as_str()), ("scope", "openid")];
    let denied =
        "User couldn't be signed-in through direct authentication because authentication policy wasn't satisfied.";
    refused(&mock, OTP, &form, (403, "access_denied", denied)).await;
}

#[tokio::test]
async fn the_policy_of_the_app_denies_access() {
    let mock = stopped(&app_policy(with_factors(), &json!({ "access": "DENY" }))).await;
    let by_policy = "Resource owner password credentials authentication denied by sign on policy.";
    refused(&mock, "password", BY_PASSWORD, (400, "invalid_grant", by_policy)).await;
    let code = code_at(NOW);
    let form = [("login_hint", LOGIN), ("otp", code.as_str()), ("scope", "openid")];
    let denied =
        "User couldn't be signed-in through direct authentication because authentication policy wasn't satisfied.";
    refused(&mock, OTP, &form, (403, "access_denied", denied)).await;
}

#[tokio::test]
async fn an_app_without_a_grant_for_further_proofs_gets_the_error_of_passwords() {
    let org = with_second_factor().oauth(CLIENT, |settings| {
        settings.grant_types.retain(|grant| !matches!(grant, GrantType::MfaOtp | GrantType::MfaOob));
    });
    let mock = stopped(&org).await;
    let mfa = "Resource owner password credentials cannot be used with MFA enabled.";
    refused(&mock, "password", BY_PASSWORD, (400, "invalid_grant", mfa)).await;
    let code = code_at(NOW);
    let form = [("login_hint", LOGIN), ("otp", code.as_str()), ("scope", "openid")];
    let disabled = "The grant types required to satisfy sign on policy are disabled for the client.";
    refused(&mock, OTP, &form, (403, "access_denied", disabled)).await;
}

#[tokio::test]
async fn an_app_needs_the_grant_of_the_proof_that_is_demanded() {
    let org = with_second_factor()
        .user(BUYER, |user| user.factors.retain(|factor| factor.shared_secret.is_some()))
        .edit(|document| {
            let authenticators = document.directory.get_mut(&DirectoryKind::Authenticator).unwrap();
            remove(authenticators, |object| object.text("key") == Some("okta_email"));
        })
        .oauth(CLIENT, |settings| remove(&mut settings.grant_types, |grant| *grant == GrantType::MfaOtp));
    let mock = stopped(&org).await;
    let disabled = "The grant types required to satisfy sign on policy are disabled for the client.";
    refused(&mock, "password", BY_PASSWORD, (403, "access_denied", disabled)).await;
}

#[tokio::test]
async fn a_client_says_which_grants_it_supports() {
    let mock = stopped(&with_second_factor()).await;
    let supporting = |grants| [BY_PASSWORD, &[("grant_types_supported", grants)]].concat();
    mfa_required(redeem(&mock, "password", &supporting(MFA_OTP)).await).await;
    let both = format!("password {MFA_OOB}");
    mfa_required(redeem(&mock, "password", &supporting(&both)).await).await;
    let too_few = "The 'grant_types_supported' 'password' are not sufficient to satisfy the authentication policy. \
                   Configure additional grant types for the client or revise the authentication policy to allow the user \
                   to sign-in.";
    refused(&mock, "password", &supporting("password"), (403, "access_denied", too_few)).await;
    let unknown = "magic is not supported as a 'grant_type'. Remove or replace the value and try again.";
    refused(&mock, "password", &supporting("magic"), (400, "invalid_request", unknown)).await;
}

#[tokio::test]
async fn a_user_who_has_to_enroll_something_is_refused() {
    let mock = stopped(&TestOrg::market()).await;
    let form = [("username", "mustenroll@example.test"), ("password", PASSWORD), ("scope", "openid")];
    refused(&mock, "password", &form, NOT_ENROLLED).await;
}

#[tokio::test]
async fn the_rule_of_the_access_policy_lists_the_grant_that_is_redeemed() {
    let org = with_second_factor().rule("0prdirect000000005d7", |rule| {
        remove(&mut rule.conditions.grant_types.include, |grant| *grant == GrantType::MfaOtp);
    });
    let mock = stopped(&org).await;
    let mfa_token = by_password(&mock).await;
    let code = code_at(NOW);
    let policy = "Policy evaluation failed for this request, please check the policy configurations.";
    let form = [("mfa_token", mfa_token.as_str()), ("otp", &code)];
    refused(&mock, MFA_OTP, &form, (401, "access_denied", policy)).await;
}
