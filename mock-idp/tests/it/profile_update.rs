//! Users who lack attributes that the profile enrollment policy requires are asked for them when they sign in.

use mock_idp::MockIdp;
use mock_idp_core::model::DirectoryKind;
use serde_json::{Value, json};

use crate::factors::{BUYER, by_password, names, submit};
use crate::flow::{browser, location, parameter};
use crate::idx::{interaction_code, step};
use crate::keep_signed_in;
use crate::market::journal;
use crate::org::TestOrg;

const TOKEN: &str = "SSWS 00mockMarketApiToken0123456789abcdefghijkl";

/// The market, whose policy asks for a department, and for a title that can be left out.
pub(crate) fn asking() -> TestOrg {
    with_policy(TestOrg::market(), "ENABLED", true)
}

fn with_policy(org: TestOrg, progressive: &str, required: bool) -> TestOrg {
    org.edit(|document| {
        let policies = document.directory.get_mut(&DirectoryKind::Policy).unwrap();
        let policy = policies.iter_mut().find(|policy| policy.text("type") == Some("PROFILE_ENROLLMENT")).unwrap();
        policy.members.insert("system".to_owned(), true.into());
        let action = &mut policy.members["rules"][0]["actions"]["profileEnrollment"];
        action["progressiveProfilingAction"] = progressive.into();
        let attributes = action["profileAttributes"].as_array_mut().unwrap();
        attributes.push(json!({ "name": "department", "label": "Your department", "required": required }));
        attributes.push(json!({ "name": "title", "label": "Title", "required": false }));
    })
    .user(BUYER, |user| {
        user.profile.others.shift_remove("department");
        user.profile.others.shift_remove("title");
        user.note = Some("without a department".to_owned());
    })
}

async fn profile(mock: &MockIdp) -> Value {
    let request = browser().get(format!("{}/api/v1/users/{BUYER}", mock.url())).header("authorization", TOKEN);
    request.send().await.unwrap().json::<Value>().await.unwrap()["profile"].clone()
}

#[tokio::test]
async fn a_client_asks_for_what_the_profile_lacks_and_only_once() {
    let mock = asking().start().await;
    let client = browser();
    let (state, document) = crate::factors::idx_by_password(&mock, &client).await;
    assert_eq!(names(&document), ["enroll-profile"]);
    let form = &document["remediation"]["value"][0];
    assert_eq!(form["href"], format!("{}/idp/idx/enroll/update", mock.url()));
    let fields = json!([
        { "name": "department", "label": "Your department", "required": true },
        { "name": "title", "label": "Title", "required": false },
    ]);
    assert_eq!(form["value"][0], json!({ "name": "userProfile", "form": { "value": fields } }));
    assert_eq!(document["user"]["value"]["id"], BUYER);
    assert_eq!(document["uiDisplay"]["value"], json!({ "label": "Sign in", "buttonLabel": "Submit" }));

    let post = async |profile: Value| {
        let body = json!({ "userProfile": profile, "stateHandle": state });
        step_of(&mock, &client, "enroll/update", body).await
    };
    let (status, refused) = post(json!({ "department": " ", "title": "Buyer" })).await;
    let message = &refused["remediation"]["value"][0]["value"][0]["form"]["value"][0]["messages"]["value"][0];
    assert_eq!((status, &message["i18n"]["key"]), (400, &json!("field.required")), "{refused}");
    let (status, refused) = post(json!({ "department": "x".repeat(51) })).await;
    let message = &refused["remediation"]["value"][0]["value"][0]["form"]["value"][0]["messages"]["value"][0];
    let text = "Provided value for property 'Your department' does not match required pattern";
    assert_eq!((status, &message["message"]), (400, &json!(text)), "{refused}");
    assert_eq!(profile(&mock).await.get("department"), None, "nothing is stored of a refused form");

    let (status, document) = post(json!({ "department": "Sales", "lastName": "Other" })).await;
    assert_eq!(status, 200, "{document}");
    assert!(!interaction_code(&document).is_empty());
    let changed = profile(&mock).await;
    assert_eq!(changed["department"], "Sales");
    assert_ne!(changed["lastName"], "Other", "the form has not asked for it");
    let (_, document) = crate::factors::idx_by_password(&mock, &browser()).await;
    assert!(document["successWithInteractionCode"].is_object(), "{document}");
}

async fn step_of(mock: &MockIdp, client: &reqwest::Client, path: &str, body: Value) -> (u16, Value) {
    step(mock, client, path, &body).await
}

#[tokio::test]
async fn a_user_completes_the_profile_on_the_page_before_the_question_whether_to_stay() {
    let org = with_policy(keep_signed_in::asking(&json!({ "postAuth": "ALLOWED" })), "ENABLED", true);
    let mock = org.start().await;
    let client = browser();
    let (status, page) = by_password(&mock, &client, &[]).await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("Additional Profile information") && page.contains("Your department"), "{page}");
    let (_, page) = submit(&mock, &client, &page, "register", &[("userProfile.department", "")]).await;
    assert!(page.contains("aria-invalid"), "{page}");
    let (_, page) = submit(&mock, &client, &page, "register", &[("userProfile.department", "Sales")]).await;
    assert!(page.contains("data-se=\"keep-me-signed-in\""), "{page}");
    let (_, arrived) = submit(&mock, &client, &page, "keep-me-signed-in", &[("keepMeSignedIn", "false")]).await;
    assert!(parameter(&arrived, "code").is_some(), "{arrived}");
    assert_eq!(profile(&mock).await["department"], "Sales");
    assert!(journal(&mock).await.contains("the profile enrollment policy asks for department, title"));
}

#[tokio::test]
async fn users_are_not_asked_where_the_policy_says_so_or_nothing_is_required_or_the_program_has_no_form() {
    for (progressive, required) in [("DISABLED", true), ("ENABLED", false)] {
        let mock = with_policy(TestOrg::market(), progressive, required).start().await;
        let (status, arrived) = by_password(&mock, &browser(), &[]).await;
        assert_eq!(status, 302, "{progressive} {required}: {arrived}");
    }
    let mock = asking().start().await;
    let body = json!({ "username": crate::factors::LOGIN, "password": crate::factors::PASSWORD });
    assert_eq!(crate::factors::authn(&mock, "", body).await.1["status"], "SUCCESS");
}

#[tokio::test]
async fn an_attribute_that_is_no_text_does_not_keep_a_user_from_signing_in() {
    let org = with_policy(TestOrg::market(), "ENABLED", false).edit(|document| {
        let policies = document.directory.get_mut(&DirectoryKind::Policy).unwrap();
        let policy = policies.iter_mut().find(|policy| policy.text("type") == Some("PROFILE_ENROLLMENT")).unwrap();
        let action = &mut policy.members["rules"][0]["actions"]["profileEnrollment"];
        let attributes = action["profileAttributes"].as_array_mut().unwrap();
        attributes.push(json!({ "name": "seats", "label": "Seats", "required": true }));
    });
    let mock = org.start().await;
    let (status, page) = by_password(&mock, &browser(), &[]).await;
    assert_eq!(status, 200, "the schema does not define it: {page}");
    let url = format!("{}/api/v1/meta/schemas/user/default", mock.url());
    let number = json!({ "title": "Seats", "type": "integer" });
    let schema = json!({ "definitions": { "custom": { "properties": { "seats": number } } } });
    let changed = browser().post(url).header("authorization", TOKEN).json(&schema).send().await.unwrap();
    assert_eq!(changed.status(), 200);
    let (status, arrived) = by_password(&mock, &browser(), &[]).await;
    assert_eq!(status, 302, "{arrived}");
    assert!(journal(&mock).await.contains("seats cannot be entered"));
}

#[tokio::test]
async fn a_session_begins_only_when_the_profile_is_complete() {
    let mock = asking().start().await;
    let client = browser();
    by_password(&mock, &client, &[]).await;
    let query = [crate::flow::code_request(crate::flow::WEB, "openid"), vec![("prompt", "none")]].concat();
    let response = client.get(format!("{}/v1/authorize", mock.issuer())).query(&query).send().await.unwrap();
    assert_eq!(parameter(&location(&response), "error").as_deref(), Some("login_required"));
}
