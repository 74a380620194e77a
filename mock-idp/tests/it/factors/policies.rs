//! What policies and requests demand of a sign-in.

use mock_idp_core::model::DirectoryKind;
use serde_json::{Value, json};

use super::{
    BUYER, PASSWORD, POLICY, app_policy, authorize, by_password, claims, code_at, follow, submit, two_factors,
    with_factors,
};
use crate::flow::{browser, parameter};
use crate::market::{NOW, advance, stopped};
use crate::org::TestOrg;

#[tokio::test]
async fn proofs_of_this_sign_in_count_where_a_policy_asks_for_them_each_time() {
    let method = json!({ "type": "ASSURANCE", "factorMode": "2FA", "reauthenticateIn": "PT0S" });
    let mock = stopped(&app_policy(with_factors(), &method)).await;
    let client = browser();
    let (status, page) = by_password(&mock, &client, &[]).await;
    assert_eq!(status, 200);
    advance(&mock, 1).await;
    let (status, arrived) =
        submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code_at(NOW + 1))]).await;
    assert_eq!(status, 302, "{arrived}");
}

#[tokio::test]
async fn an_acr_that_a_user_cannot_meet_is_refused() {
    let mock = stopped(&TestOrg::market()).await;
    let client = browser();
    by_password(&mock, &client, &[]).await;
    for value in ["phr", "phrh"] {
        let (_, arrived) = authorize(&mock, &client, &[("acr_values", value)]).await;
        assert_eq!(parameter(&arrived, "error").as_deref(), Some("unmet_authentication_requirements"), "{value}");
    }
    // Okta Verify, which the default policy lets users enroll.
    let (_, page) = authorize(&mock, &client, &[("acr_values", "urn:okta:loa:2fa:any")]).await;
    assert!(page.contains("Set up security methods") && page.contains(r#"data-se="okta_verify""#), "{page}");
    let (_, arrived) = authorize(&mock, &client, &[("acr_values", "urn:okta:loa:2fa:any:ifpossible")]).await;
    assert_eq!(claims(&mock, &arrived).await["acr"], "urn:okta:loa:2fa:any:ifpossible");
}

#[tokio::test]
async fn a_proof_that_is_too_old_for_the_policy_is_asked_for_again() {
    let mut method = two_factors();
    method["reauthenticateIn"] = json!("PT1H");
    let mock = stopped(&app_policy(with_factors(), &method)).await;
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    let (status, _) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code_at(NOW))]).await;
    assert_eq!(status, 302);
    advance(&mock, 3600).await;
    assert_eq!(authorize(&mock, &client, &[]).await.0, 302);
    advance(&mock, 1).await;
    let (status, page) = authorize(&mock, &client, &[]).await;
    assert_eq!(status, 200);
    assert!(page.contains("Verify it’s you with a security method"), "{page}");
    let (_, page) = follow(&mock, &client, &page, r#"data-se="okta_password""#).await;
    assert!(page.contains("Verify with your password"), "{page}");
    let (_, page) = submit(&mock, &client, &page, "challenge", &[("credentials.passcode", PASSWORD)]).await;
    let code = code_at(NOW + 3601);
    let (status, arrived) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code)]).await;
    assert_eq!(status, 302, "{arrived}");
}

#[tokio::test]
async fn proofs_of_a_session_that_was_not_used_for_too_long_are_asked_for_again() {
    let method = json!({
        "type": "ASSURANCE", "factorMode": "1FA", "reauthenticateIn": "PT12H", "inactivityPeriod": "PT1H",
    });
    let mock = stopped(&app_policy(TestOrg::market(), &method)).await;
    let client = browser();
    assert_eq!(by_password(&mock, &client, &[]).await.0, 302);
    for _ in 0..3 {
        advance(&mock, 3600).await;
        assert_eq!(authorize(&mock, &client, &[]).await.0, 302);
    }
    advance(&mock, 3601).await;
    assert_eq!(authorize(&mock, &client, &[]).await.0, 200);
    let (status, page) = authorize(&mock, &client, &[]).await;
    assert_eq!(status, 200, "a request that asks the user again is no activity: {page}");
    let (status, arrived) = submit(&mock, &client, &page, "challenge", &[("credentials.passcode", PASSWORD)]).await;
    assert_eq!(status, 302, "{arrived}");
    assert_eq!(authorize(&mock, &client, &[]).await.0, 302);
}

#[tokio::test]
async fn a_policy_denies_with_the_reason_in_the_explanation() {
    let org = app_policy(with_factors(), &two_factors()).edit(|document| {
        let policies = document.directory.get_mut(&DirectoryKind::Policy).unwrap();
        let policy = policies.iter_mut().find(|policy| policy.id == POLICY).unwrap();
        let rules = policy.members["rules"].as_array_mut().unwrap();
        rules.push(json!({
            "id": "ruldenied000000005d7", "name": "No auditors", "priority": 1, "status": "ACTIVE",
            "conditions": { "people": { "groups": { "include": ["00gauditors0000005d7"] } } },
            "actions": { "appSignOn": { "access": "DENY" } },
        }));
        rules.push(json!({
            "id": "rulbuyers000000005d7", "name": "No buyers", "priority": 2, "status": "ACTIVE",
            "conditions": { "people": { "users": { "include": [BUYER] } } },
            "actions": { "appSignOn": { "access": "DENY" } },
        }));
    });
    let mock = stopped(&org).await;
    let client = browser();
    let (status, arrived) = by_password(&mock, &client, &[]).await;
    assert_eq!((status, parameter(&arrived, "error").as_deref()), (302, Some("access_denied")), "{arrived}");
    let journal: Value =
        browser().get(format!("{}/_mock/requests?limit=1", mock.url())).send().await.unwrap().json().await.unwrap();
    let id = journal[0]["request_id"].as_str().unwrap();
    let entry: Value =
        browser().get(format!("{}/_mock/requests/{id}", mock.url())).send().await.unwrap().json().await.unwrap();
    let notes: Vec<&str> =
        entry["notes"].as_array().unwrap().iter().filter_map(|note| note["because"].as_str()).collect();
    for expected in
        ["Two factors, No auditors: people.groups.include does not hold", "Two factors, No buyers denies access"]
    {
        assert!(notes.contains(&expected), "{expected} in {notes:?}");
    }
}
