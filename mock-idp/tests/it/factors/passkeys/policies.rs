//! What proofs by passkeys are worth.

use serde_json::json;

use super::authenticator::{Authenticator, PRESENT, VERIFIED};
use super::{
    IdxSignIn, enroll, mock_with_passkeys, origin, page_options, resistant, seeded, submit_passkey, with_webauthn,
};
use crate::factors::{BUYER, app_policy, authorize, by_password, claims, names};
use crate::flow::{browser, parameter};
use crate::market::{journal, stopped};

#[tokio::test]
async fn a_passkey_is_a_hardware_key_and_meets_a_request_that_cannot_be_phished() {
    let (authenticator, factor) = seeded();
    let org = with_webauthn("DISCOURAGED").user(BUYER, |user| user.factors = vec![crate::org::model(factor)]);
    let mock = stopped(&org).await;
    let client = browser();
    let (status, page) = by_password(&mock, &client, &[("acr_values", "phr")]).await;
    assert_eq!(status, 200, "{page}");
    let answer = authenticator.assert(&page_options(&page), origin(&mock), 1);
    let (status, arrived) = submit_passkey(&mock, &client, &page, &answer).await;
    assert_eq!(status, 302, "{arrived}");
    let claims = claims(&mock, &arrived).await;
    assert_eq!((&claims["amr"], &claims["acr"]), (&json!(["pwd", "mfa", "hwk"]), &json!("phr")));
    let (_, arrived) = authorize(&mock, &client, &[("acr_values", "phrh")]).await;
    assert_eq!(parameter(&arrived, "error").as_deref(), Some("unmet_authentication_requirements"));
}

#[tokio::test]
async fn a_passkey_that_verifies_the_user_is_two_factors() {
    for (flags, remaining) in [(PRESENT | VERIFIED, &[][..]), (PRESENT, &["challenge-authenticator"])] {
        let method = json!({
            "type": "ASSURANCE", "factorMode": "1FA", "reauthenticateIn": "PT12H",
            "constraints": [{ "possession": { "required": true, "userVerification": "REQUIRED" } }],
        });
        let mock = stopped(&app_policy(with_webauthn("PREFERRED"), &method)).await;
        let authenticator = Authenticator::new(b"credential");
        let sign_in = IdxSignIn::enrolling(&mock).await;
        let answer = authenticator.forge_registration(&sign_in.options(), origin(&mock), |made| made.flags |= flags);
        let (_, document) = sign_in.answer(answer).await;
        assert_eq!(names(&document), remaining, "{document}");
        assert_eq!(document["successWithInteractionCode"].is_object(), remaining.is_empty(), "{document}");
    }
}

#[tokio::test]
async fn an_org_without_the_authenticator_offers_no_passkey() {
    let org = crate::org::TestOrg::market().edit(|document| {
        let authenticators = document.directory.entry(mock_idp_core::model::DirectoryKind::Authenticator).or_default();
        authenticators.retain(|authenticator| authenticator.text("key") != Some("webauthn"));
    });
    let mock = stopped(&app_policy(org, &resistant())).await;
    let client = browser();
    let (_, arrived) = by_password(&mock, &client, &[]).await;
    assert_eq!(parameter(&arrived, "error").as_deref(), Some("unmet_authentication_requirements"), "{arrived}");
    assert!(journal(&mock).await.contains("nothing that the user has enrolled or can enroll is enough"));
    let mock = mock_with_passkeys("DISCOURAGED").await;
    enroll(&mock, &Authenticator::new(b"credential")).await;
}

/// WebAuthn 5.8.6: a browser that is asked for `preferred` need not verify the user.
#[tokio::test]
async fn a_policy_that_needs_a_verified_user_requires_it_of_the_browser() {
    let (authenticator, factor) = seeded();
    let verified = json!({
        "type": "ASSURANCE", "factorMode": "1FA", "reauthenticateIn": "PT12H",
        "constraints": [{ "possession": { "required": true, "userVerification": "REQUIRED" } }],
    });
    for (method, expected) in [(&verified, "required"), (&resistant(), "preferred")] {
        let org = with_webauthn("PREFERRED").user(BUYER, |user| user.factors = vec![crate::org::model(factor.clone())]);
        let mock = stopped(&app_policy(org, method)).await;
        let client = browser();
        let (_, page) = by_password(&mock, &client, &[]).await;
        let options = page_options(&page);
        assert_eq!(options["userVerification"], expected);
        let unverified = authenticator.forge_assertion(&options, origin(&mock), |made| made.flags = PRESENT);
        let (status, arrived) = submit_passkey(&mock, &client, &page, &unverified).await;
        assert_eq!(status, if expected == "required" { 200 } else { 302 }, "{arrived}");
        if expected == "required" {
            assert!(journal(&mock).await.contains("a proof by Security Key or Biometric that verifies the user"));
            assert!(arrived.contains(r#"role="alert""#), "{arrived}");
        }
    }
}
