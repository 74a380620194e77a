//! Second factors in the authentication API.

use mock_idp_core::model::DirectoryKind;
use mock_idp_core::protocol::totp;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{
    LOGIN, PASSWORD, app_policy, authn, by_password, code_at, key_bytes, required, submit, two_factors,
    with_authenticators, with_factors,
};
use crate::flow::browser;
use crate::market::{NOW, stopped};

#[tokio::test]
async fn a_program_verifies_a_factor_and_gets_a_session_token() {
    let mock = stopped(&required(with_factors())).await;
    let (status, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
    assert_eq!((status, &body["status"]), (200, &json!("MFA_REQUIRED")), "{body}");
    assert_eq!(
        body.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["stateToken", "expiresAt", "status", "_embedded", "_links"]
    );
    let state = body["stateToken"].as_str().unwrap();
    let factors = body["_embedded"]["factors"].as_array().unwrap();
    assert_eq!(factors.len(), 2);
    let otp = &factors[0];
    let id = otp["id"].as_str().unwrap();
    assert_eq!(
        *otp,
        json!({
            "id": id, "factorType": "token:software:totp", "provider": "GOOGLE", "vendorName": "GOOGLE",
            "profile": { "credentialId": LOGIN },
            "_links": { "verify": {
                "href": format!("{}/api/v1/authn/factors/{id}/verify", mock.url()), "hints": { "allow": ["POST"] },
            } },
        })
    );
    assert_eq!(
        factors[1]["profile"],
        json!({
            "question": "disliked_food", "questionText": "What is the food you least liked as a child?",
        })
    );
    let question = factors[1]["id"].as_str().unwrap().to_owned();
    let verify = async |id: &str, entered: Value| {
        let mut body = json!({ "stateToken": state });
        body.as_object_mut().unwrap().extend(entered.as_object().unwrap().clone());
        authn(&mock, &format!("/factors/{id}/verify"), body).await
    };
    let (status, error) = verify(id, json!({ "passCode": "000000" })).await;
    assert_eq!((status, &error["errorCode"]), (403, &json!("E0000068")));
    let (status, error) = verify(&question, json!({ "answer": "kale" })).await;
    assert_eq!(
        (status, &error["errorCode"], &error["errorCauses"]),
        (
            403,
            &json!("E0000068"),
            &json!([{ "errorSummary": "Your answer doesn't match our records. Please try again." }])
        )
    );
    assert_eq!(verify("ufs00000000000000000", json!({ "answer": "kale" })).await.0, 404);
    let (status, body) = verify(id, json!({ "passCode": code_at(NOW) })).await;
    assert_eq!((status, &body["status"]), (200, &json!("SUCCESS")), "{body}");
    let (_, session) = {
        let response = browser()
            .post(format!("{}/api/v1/sessions", mock.url()))
            .json(&json!({ "sessionToken": body["sessionToken"] }))
            .send()
            .await
            .unwrap();
        (response.status(), response.json::<Value>().await.unwrap())
    };
    assert_eq!(session["amr"], json!(["pwd", "mfa", "otp"]), "{session}");
    let verified = json!(mock_idp_core::moment::timestamp(NOW));
    assert_eq!((&session["mfaActive"], &session["lastFactorVerification"]), (&json!(true), &verified));
    assert_eq!(verify(id, json!({ "passCode": code_at(NOW) })).await.0, 401, "the state token is used up");
}

#[tokio::test]
async fn a_right_password_does_not_clear_wrong_codes() {
    let mock = stopped(&app_policy(with_factors(), &two_factors())).await;
    let client = browser();
    let (_, mut page) = by_password(&mock, &client, &[]).await;
    for _ in 0..9 {
        (_, page) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", "000000")]).await;
    }
    let password = json!({ "username": LOGIN, "password": PASSWORD });
    assert_eq!(authn(&mock, "", password.clone()).await.1["status"], "SUCCESS", "no app is named: no second factor");
    submit(&mock, &client, &page, "verify", &[("credentials.passcode", "000000")]).await;
    assert_eq!(authn(&mock, "", password).await.0, 401, "ten wrong codes lock the account");
}

#[tokio::test]
async fn wrong_codes_lock_the_account_even_if_the_password_is_entered_in_between() {
    let mock = stopped(&required(with_factors())).await;
    for attempt in 0..10 {
        let (_, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
        assert_eq!(body["status"], "MFA_REQUIRED", "{attempt}");
        let id = body["_embedded"]["factors"][0]["id"].as_str().unwrap();
        let wrong = json!({ "stateToken": body["stateToken"], "passCode": "000000" });
        assert_eq!(authn(&mock, &format!("/factors/{id}/verify"), wrong).await.1["errorCode"], "E0000068");
    }
    let (status, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
    assert_eq!((status, &body["errorCode"]), (401, &json!("E0000004")));
}

#[tokio::test]
async fn one_of_many_right_answers_at_the_same_time_wins() {
    let mock = stopped(&required(with_factors())).await;
    let (_, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
    let id = body["_embedded"]["factors"][0]["id"].as_str().unwrap();
    let url = format!("{}/api/v1/authn/factors/{id}/verify", mock.url());
    let verify = json!({ "stateToken": body["stateToken"], "passCode": code_at(NOW) });
    let mut requests = JoinSet::new();
    for _ in 0..100 {
        let request = crate::market::shared().post(&url).json(&verify);
        requests.spawn(async move { request.send().await.unwrap().json::<Value>().await.unwrap()["status"].clone() });
    }
    let statuses = requests.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == "SUCCESS").count(), 1);
}

#[tokio::test]
async fn a_program_enrolls_a_factor_that_the_enrollment_policy_requires() {
    let org = with_authenticators().edit(|document| {
        let policies = document.directory.get_mut(&DirectoryKind::Policy).unwrap();
        let enroll = policies.last_mut().unwrap();
        enroll.members["settings"]["authenticators"][0]["enroll"]["self"] = json!("REQUIRED");
        enroll.members.insert(
            "rules".to_owned(),
            json!([{
                "id": "0prenroll000000005d7", "name": "At the next sign-in", "priority": 1, "status": "ACTIVE",
                "actions": { "enroll": { "self": "LOGIN" } },
            }]),
        );
    });
    let mock = stopped(&org).await;
    let (_, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
    assert_eq!(body["status"], "MFA_ENROLL", "{body}");
    let state = body["stateToken"].clone();
    let factor = &body["_embedded"]["factors"][0];
    assert_eq!(
        (&factor["factorType"], &factor["status"], &factor["enrollment"]),
        (&json!("token:software:totp"), &json!("NOT_SETUP"), &json!("REQUIRED"))
    );
    let wanted = json!({ "stateToken": state, "factorType": "token:software:totp", "provider": "GOOGLE" });
    let (status, body) = authn(&mock, "/factors", wanted.clone()).await;
    assert_eq!((status, &body["status"]), (200, &json!("MFA_ENROLL_ACTIVATE")), "{body}");
    let (_, body) = authn(&mock, "/previous", json!({ "stateToken": state })).await;
    assert_eq!(body["status"], "MFA_ENROLL");
    let (_, body) = authn(&mock, "/factors", wanted).await;
    let factor = &body["_embedded"]["factor"];
    let activation = &factor["_embedded"]["activation"];
    assert_eq!((&activation["timeStep"], &activation["keyLength"]), (&json!(30), &json!(6)));
    let key = key_bytes(activation["sharedSecret"].as_str().unwrap());
    let activate = format!("/factors/{}/lifecycle/activate", factor["id"].as_str().unwrap());
    let wrong = json!({ "stateToken": state, "passCode": "000000" });
    assert_eq!(authn(&mock, &activate, wrong).await.1["errorCode"], "E0000068");
    let right = json!({ "stateToken": state, "passCode": totp::code(&key, totp::step_at(NOW)) });
    let (_, body) = authn(&mock, &activate, right).await;
    assert_eq!((&body["status"], &body["_links"]["skip"].is_object()), (&json!("MFA_ENROLL"), &true), "{body}");
    let question = json!({
        "stateToken": state, "factorType": "question", "provider": "OKTA",
        "profile": { "question": "disliked_food", "answer": "kale" },
    });
    let (_, body) = authn(&mock, "/factors", question).await;
    assert_eq!(body["status"], "SUCCESS", "{body}");
}
