//! Second factors in the IDX API.

use mock_idp_core::protocol::totp;
use serde_json::{Value, json};

use super::{
    BUYER, answer, app_policy, code_at, idx_by_password, key_bytes, names, options, required, step, two_factors,
    with_authenticators, with_factors,
};
use crate::flow::browser;
use crate::market::{NOW, stopped};

#[tokio::test]
async fn idx_offers_the_enrolled_authenticators_and_challenges_the_chosen_one() {
    let mock = stopped(&required(with_factors())).await;
    let client = browser();
    let (handle, document) = idx_by_password(&mock, &client).await;
    assert_eq!(names(&document), ["select-authenticator-authenticate"]);
    let offered = options(&document, "select-authenticator-authenticate");
    assert_eq!(
        offered.iter().map(|(label, _)| label.as_str()).collect::<Vec<_>>(),
        ["Security Question", "Google Authenticator"]
    );
    let choose = async |index: usize| {
        step(&mock, &client, "challenge", json!({ "authenticator": offered[index].1, "stateHandle": handle })).await
    };
    let (status, document) = choose(0).await;
    assert_eq!((status, names(&document)), (200, vec!["challenge-authenticator", "select-authenticator-authenticate"]));
    let current = &document["currentAuthenticatorEnrollment"]["value"];
    let question =
        json!({ "questionKey": "disliked_food", "question": "What is the food you least liked as a child?" });
    assert_eq!((&current["profile"], &current["contextualData"]["enrolledQuestion"]), (&question, &question));
    let (status, document) =
        answer(&mock, &client, &handle, json!({ "questionKey": "disliked_food", "answer": "kale" })).await;
    let fields = &document["remediation"]["value"][0]["value"][0]["form"]["value"];
    let message = &fields[1]["messages"]["value"][0];
    assert_eq!(
        (status, &fields[1]["name"], &message["i18n"]["key"]),
        (401, &json!("answer"), &json!("authfactor.challenge.question_factor.answer_invalid"))
    );

    let (_, document) = choose(1).await;
    let current = &document["currentAuthenticator"]["value"];
    assert_eq!((&current["key"], &current["methods"]), (&json!("google_otp"), &json!([{ "type": "otp" }])));
    assert_eq!(document["remediation"]["value"][0]["relatesTo"], json!(["$.currentAuthenticator"]));
    let (status, document) = answer(&mock, &client, &handle, json!({ "passcode": "000000" })).await;
    let message = &document["remediation"]["value"][0]["value"][0]["form"]["value"][0]["messages"]["value"][0];
    assert_eq!(
        (status, &message["i18n"]["key"], &message["message"]),
        (
            401,
            &json!("authfactor.challenge.soft_token.invalid_passcode"),
            &json!("Your code doesn't match our records. Please try again.")
        )
    );
    let (status, document) = answer(&mock, &client, &handle, json!({ "passcode": code_at(NOW) })).await;
    assert_eq!(status, 200);
    assert!(document["successWithInteractionCode"].is_object(), "{document}");
}

#[tokio::test]
async fn idx_refuses_authenticators_that_are_not_offered_and_answers_before_a_choice() {
    let mock = stopped(&required(with_factors())).await;
    let client = browser();
    let (handle, _) = idx_by_password(&mock, &client).await;
    let unknown = json!({ "authenticator": { "id": "aut00000000000000000" }, "stateHandle": handle });
    assert_eq!(step(&mock, &client, "challenge", unknown).await.0, 400);
    assert_eq!(step(&mock, &client, "challenge", json!({ "stateHandle": handle })).await.0, 400);
    let (status, document) = answer(&mock, &client, &handle, json!({ "passcode": code_at(NOW) })).await;
    assert_eq!((status, names(&document)), (401, vec!["select-authenticator-authenticate"]));
    assert_eq!(step(&mock, &client, "skip", json!({ "stateHandle": handle })).await.0, 401, "nothing is optional");
}

#[tokio::test]
async fn idx_enrolls_what_the_policy_demands_and_then_offers_the_rest() {
    let mock = stopped(&app_policy(with_authenticators(), &two_factors())).await;
    let client = browser();
    let (handle, document) = idx_by_password(&mock, &client).await;
    assert_eq!(names(&document), ["select-authenticator-enroll"]);
    let offered = options(&document, "select-authenticator-enroll");
    let choice = json!({ "authenticator": offered[0].1, "stateHandle": handle });
    let (status, document) = step(&mock, &client, "credential/enroll", choice).await;
    assert_eq!((status, names(&document)), (200, vec!["enroll-authenticator", "select-authenticator-enroll"]));
    let current = &document["currentAuthenticator"]["value"];
    let secret = current["contextualData"]["sharedSecret"].as_str().unwrap();
    assert_eq!(secret.len(), 16);
    assert_eq!(current["contextualData"]["qrcode"]["method"], "embedded");
    let (status, document) = answer(&mock, &client, &handle, json!({ "passcode": "000000" })).await;
    let message = &document["remediation"]["value"][0]["value"][0]["form"]["value"][0]["messages"]["value"][0];
    assert_eq!((status, &message["i18n"]["key"]), (401, &json!("api.authn.error.PASSCODE_INVALID")));
    let again = &document["currentAuthenticator"]["value"]["contextualData"]["sharedSecret"];
    assert_eq!(again, secret, "a wrong code keeps the key");
    let code = totp::code(&key_bytes(secret), totp::step_at(NOW));
    let (status, document) = answer(&mock, &client, &handle, json!({ "passcode": code })).await;
    assert_eq!((status, names(&document)), (200, vec!["select-authenticator-enroll", "skip"]));
    let offered = options(&document, "select-authenticator-enroll");
    assert_eq!(offered[0].0, "Security Question");
    let choice = json!({ "authenticator": offered[0].1, "stateHandle": handle });
    let (_, document) = step(&mock, &client, "credential/enroll", choice).await;
    let enrolled = &document["currentAuthenticator"]["value"]["contextualData"];
    assert_eq!(enrolled["questions"].as_array().unwrap().len(), 19);
    assert_eq!(enrolled["questionKeys"].as_array().unwrap().len(), 20);
    let short = json!({ "questionKey": "disliked_food", "answer": "pea" });
    let (status, document) = answer(&mock, &client, &handle, short).await;
    let options = &document["remediation"]["value"][0]["value"][0]["options"];
    for option in [0, 1] {
        let fields = options[option]["value"]["form"]["value"].as_array().unwrap();
        let message = &fields.last().unwrap()["messages"]["value"][0];
        assert_eq!((status, &message["i18n"]["params"]), (400, &json!([4])), "{document}");
    }
    let own = json!({ "questionKey": "custom", "question": "First school?", "answer": "Lakeside" });
    let (status, document) = answer(&mock, &client, &handle, own).await;
    assert_eq!(status, 200);
    assert!(document["successWithInteractionCode"].is_object(), "{document}");
    let state: Value = browser().get(format!("{}/_mock/state", mock.url())).send().await.unwrap().json().await.unwrap();
    let users = state["org"]["users"].as_array().unwrap();
    let factors = &users.iter().find(|user| user["id"] == BUYER).unwrap()["factors"];
    assert_eq!(
        (&factors[0]["sharedSecret"], &factors[1]["profile"]["questionText"]),
        (&json!(secret), &json!("First school?"))
    );
}
