//! Passkeys on the hosted pages, with what their script would submit.

use serde_json::json;

use super::authenticator::Authenticator;
use super::{factors, origin, page_options, resistant, seeded, submit_passkey, with_webauthn};
use crate::factors::{BUYER, app_policy, by_password, follow, required, submit};
use crate::flow::browser;
use crate::market::stopped;

#[tokio::test]
async fn a_page_registers_a_passkey_and_another_one_uses_it() {
    let mock = stopped(&app_policy(with_webauthn("DISCOURAGED"), &resistant())).await;
    let authenticator = Authenticator::new(b"credential");
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    let (status, page) = follow(&mock, &client, &page, r#"data-se="webauthn""#).await;
    assert_eq!(status, 200);
    for part in [
        "Set up security key or biometric authenticator",
        "enroll-authenticator--webauthn",
        r#"data-ceremony="create" data-start="true""#,
        r#"data-se="passkey-needs-script""#,
        "/_mock/assets/passkey.",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let answer = authenticator.register(&page_options(&page), origin(&mock));
    let (status, arrived) = submit_passkey(&mock, &client, &page, &answer).await;
    assert_eq!(status, 302, "{arrived}");
    assert_eq!(factors(&mock).await[0]["credential"]["transports"], json!(["internal", "hybrid"]));

    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    for part in [
        "Verify with Security Key or Biometric Authenticator",
        "challenge-authenticator--webauthn",
        r#"data-ceremony="get" data-start="true""#,
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let options = page_options(&page);
    let allowed = json!([
        { "type": "public-key", "id": "Y3JlZGVudGlhbA", "transports": ["internal", "hybrid"] }
    ]);
    assert_eq!(options["allowCredentials"], allowed);
    let (status, page) = submit(&mock, &client, &page, "verify", &[("credentials.clientData", "")]).await;
    assert_eq!(status, 200, "a form that no script has filled in");
    for part in [
        "You are currently unable to use a Security key or biometric authenticator. Try again.",
        r#"data-start="false""#,
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let answer = authenticator.assert(&page_options(&page), origin(&mock), 1);
    let (status, arrived) = submit_passkey(&mock, &client, &page, &answer).await;
    assert_eq!(status, 302, "{arrived}");
}

#[tokio::test]
async fn each_of_several_passkeys_can_be_used() {
    let ((first, one), (second, mut other)) = (seeded(), seeded());
    other["profile"]["credentialId"] = json!("b3RoZXI");
    other["credential"]["publicKey"] = second.jwk();
    let org = with_webauthn("DISCOURAGED").user(BUYER, |user| {
        user.factors = [one, other].map(crate::org::model).to_vec();
    });
    let mock = stopped(&required(org)).await;
    for authenticator in [&first, &second] {
        let client = browser();
        let (_, page) = by_password(&mock, &client, &[]).await;
        let options = page_options(&page);
        assert_eq!(options["allowCredentials"].as_array().unwrap().len(), 2);
        let answer = authenticator.assert(&options, origin(&mock), 1);
        let (status, arrived) = submit_passkey(&mock, &client, &page, &answer).await;
        assert_eq!(status, 302, "{arrived}");
    }
    let factors = factors(&mock).await;
    assert_eq!(
        (&factors[0]["credential"]["signCount"], &factors[1]["credential"]["signCount"]),
        (&json!(1), &json!(1))
    );
    assert_ne!(factors[0]["id"], factors[1]["id"]);
}
