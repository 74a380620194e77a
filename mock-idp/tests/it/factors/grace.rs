//! Required enrollments that users can leave out for a while. Okta: `gracePeriod` of authenticator enrollment policies.

use mock_idp::MockIdp;
use mock_idp_core::model::DirectoryKind;
use mock_idp_core::moment::timestamp;
use reqwest::Client;
use serde_json::{Value, json};

use super::{answer, by_password, idx_by_password, names, options, step, submit};
use crate::flow::{browser, parameter};
use crate::market::{NOW, advance, stopped};
use crate::org::{TestOrg, model};

/// The market, where users have to enroll an app after this period, and can enroll a question.
pub(crate) fn requiring(period: &Value) -> TestOrg {
    TestOrg::market().edit(|document| {
        let policy = model(json!({
            "name": "Default Policy", "type": "MFA_ENROLL",
            "settings": { "type": "AUTHENTICATORS", "authenticators": [
                { "key": "google_otp", "enroll": { "self": "REQUIRED", "gracePeriod": period } },
                { "key": "security_question", "enroll": { "self": "OPTIONAL" } },
            ] },
            "rules": [{
                "name": "At the next sign-in", "priority": 1, "status": "ACTIVE",
                "actions": { "enroll": { "self": "LOGIN" } },
            }],
        }));
        document.directory.entry(DirectoryKind::Policy).or_default().push(policy);
    })
}

/// The periods of the authenticators of a document.
fn periods(document: &Value) -> Vec<&Value> {
    document["authenticators"]["value"].as_array().unwrap().iter().map(|shown| &shown["gracePeriod"]).collect()
}

async fn skip(mock: &MockIdp, client: &Client, state: &str) -> (u16, Value) {
    step(mock, client, "skip", json!({ "stateHandle": state })).await
}

#[tokio::test]
async fn a_required_enrollment_can_be_left_out_until_its_date() {
    let expiry = timestamp(NOW + 3600);
    let mock = stopped(&requiring(&json!({ "type": "BY_DATE_TIME", "expiry": expiry }))).await;
    for _ in 0..2 {
        let client = browser();
        let (state, document) = idx_by_password(&mock, &client).await;
        assert_eq!(names(&document), ["select-authenticator-enroll", "skip"], "{document}");
        assert_eq!(periods(&document), [&json!({ "type": "BY_DATE_TIME", "expiry": expiry }), &Value::Null]);
        let (_, document) = skip(&mock, &client, &state).await;
        assert!(document["successWithInteractionCode"].is_object(), "{document}");
    }
    advance(&mock, 3600).await;
    let client = browser();
    let (state, document) = idx_by_password(&mock, &client).await;
    assert_eq!(names(&document), ["select-authenticator-enroll"], "{document}");
    assert_eq!(periods(&document), [&Value::Null], "what is optional comes later");
    let (status, document) = skip(&mock, &client, &state).await;
    assert_ne!(status, 200, "{document}");
}

#[tokio::test]
async fn a_required_enrollment_can_be_left_out_as_often_as_the_policy_says() {
    let mock = stopped(&requiring(&json!({ "type": "BY_SKIP_COUNT", "skipCount": 2 }))).await;
    for left in [2, 1] {
        let client = browser();
        let (state, document) = idx_by_password(&mock, &client).await;
        assert_eq!(periods(&document)[0], &json!({ "type": "BY_SKIP_COUNT", "remainingSkips": left }));
        // A sign-in that is given up leaves nothing out.
        let (_, again) = idx_by_password(&mock, &browser()).await;
        assert_eq!(periods(&again), periods(&document));
        skip(&mock, &client, &state).await;
    }
    let (_, document) = idx_by_password(&mock, &browser()).await;
    assert_eq!(names(&document), ["select-authenticator-enroll"], "{document}");
}

#[tokio::test]
async fn what_is_enrolled_is_not_listed_again_and_what_can_be_left_out_still_is() {
    let mock = stopped(&requiring(&json!({ "type": "BY_SKIP_COUNT", "skipCount": 3 }))).await;
    let client = browser();
    let (state, document) = idx_by_password(&mock, &client).await;
    let listed = options(&document, "select-authenticator-enroll");
    let (_, question) = listed.iter().find(|(label, _)| label == "Security Question").unwrap();
    let body = json!({ "authenticator": question, "stateHandle": state });
    step(&mock, &client, "credential/enroll", body).await;
    let chosen = json!({ "questionKey": "disliked_food", "answer": "spinach" });
    let (_, document) = answer(&mock, &client, &state, chosen).await;
    assert_eq!(names(&document), ["select-authenticator-enroll", "skip"], "{document}");
    assert_eq!(periods(&document), [&json!({ "type": "BY_SKIP_COUNT", "remainingSkips": 3 })]);
}

#[tokio::test]
async fn the_page_has_a_button_for_leaving_it_out() {
    let mock = stopped(&requiring(&json!({ "type": "BY_SKIP_COUNT", "skipCount": 1 }))).await;
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    assert!(page.contains("/signin/skip"), "{page}");
    let (_, arrived) = submit(&mock, &client, &page, "skip", &[]).await;
    assert!(parameter(&arrived, "code").is_some(), "{arrived}");
    let (_, page) = by_password(&mock, &client, &[("prompt", "login")]).await;
    assert!(page.contains("authenticator-enroll-list") && !page.contains("/signin/skip"), "{page}");
}
