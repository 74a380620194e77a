//! An app of the org's own as an authenticator of its user, who answers requests over the back channel in it.

use mock_idp::MockIdp;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use super::{LOGIN, ask, json_of, with_token};
use crate::ciba;
use crate::client::plain;
use crate::flow::decode;
use crate::jose::{Key, jwt, with};
use crate::market::advance;

const MANAGE: &str = "okta.myAccount.appAuthenticator.manage";
const MAINTAIN: &str = "okta.myAccount.appAuthenticator.maintenance.manage";
const READ: &str = "okta.myAccount.appAuthenticator.maintenance.read";
const PATH: &str = "app-authenticators";
const BLANK: &str = "The field cannot be left blank";

/// A mock whose org has an app as an authenticator, its id, and a token of the buyer.
async fn with_app(scopes: &[&str], verification: &str) -> (MockIdp, String, String) {
    let (mock, token) = with_token(scopes).await;
    let settings = json!({ "appInstanceId": ciba::KIOSK, "userVerification": verification });
    let body = json!({ "key": "custom_app", "name": "Market approvals", "settings": settings });
    let request = plain().post(format!("{}/api/v1/authenticators?activate=true", mock.url())).json(&body);
    let request = request.header("authorization", "SSWS 00mockMarketApiToken0123456789abcdefghijkl");
    let added = json_of(request.send().await.unwrap(), 200).await;
    (mock, token, added["id"].as_str().unwrap().to_owned())
}

fn public(key: &Key, kid: &str) -> Value {
    with(key.jwk(), &json!({ "kid": kid, "okta:kpr": "SOFTWARE" }))
}

fn enrollment(authenticator: &str, key: &Key) -> Value {
    json!({
        "authenticatorId": authenticator,
        "device": {
            "clientInstanceKey": public(key, "instance"), "clientInstanceBundleId": "test.example.market",
            "clientInstanceVersion": "1.0", "clientInstanceDeviceSdkVersion": "1.0", "osVersion": "15",
            "platform": "ANDROID", "displayName": "Phone of the buyer",
        },
        "methods": { "push": { "pushToken": "push-token", "keys": {
            "proofOfPossession": public(key, "proof"), "capabilities": { "transactionTypes": ["LOGIN", "CIBA"] },
        } } },
    })
}

async fn patch(mock: &MockIdp, token: &str, id: &str, push: Value) -> Response {
    let request = plain().patch(format!("{}/idp/myaccount/{PATH}/{id}", mock.url())).bearer_auth(token);
    let request = request.header("content-type", "application/merge-patch+json;okta-version=1.0.0");
    request.body(json!({ "methods": { "push": push } }).to_string()).send().await.unwrap()
}

/// The header and the claims of each challenge that waits.
async fn pending(mock: &MockIdp, token: &str, id: &str) -> Vec<(Value, Value)> {
    let path = format!("{PATH}/{id}/push/notifications");
    let listed = json_of(ask(mock, token, Method::GET, &path, Value::Null).await, 200).await;
    let listed = listed.as_array().unwrap().clone();
    assert!(listed.iter().all(|known| known["payloadVersion"] == "IDXv1"), "{listed:?}");
    listed.iter().map(|known| decode(known["challenge"].as_str().unwrap())).collect()
}

async fn request_approval(mock: &MockIdp) -> String {
    let form = [("scope", "openid"), ("login_hint", LOGIN), ("binding_message", "W4SCT")];
    ciba::begin(mock, &form).await["auth_req_id"].as_str().unwrap().to_owned()
}

/// The claims of an answer to a challenge.
fn answer(challenge: &Value, consent: &str) -> Value {
    json!({
        "iss": challenge["authenticatorEnrollmentId"], "sub": challenge["userId"], "aud": challenge["iss"],
        "jti": "answer", "iat": challenge["iat"], "nbf": challenge["iat"], "exp": challenge["exp"],
        "methodEnrollmentId": challenge["methodEnrollmentId"], "tx": challenge["transactionId"],
        "nonce": challenge["nonce"], "keyType": "proofOfPossession",
        "challengeResponseContext": { "userConsent": consent, "transactionType": "CIBA" },
    })
}

fn header(kid: &str) -> Value {
    json!({ "alg": "ES256", "kid": kid, "typ": "okta-pushbind+jwt" })
}

async fn send(challenge: &Value, response: &str) -> StatusCode {
    let body = json!({ "method": "push", "challengeResponse": response });
    plain().post(challenge["verificationUri"].as_str().unwrap()).json(&body).send().await.unwrap().status()
}

#[tokio::test]
async fn an_app_is_enrolled_updated_and_removed() {
    let (mock, token, authenticator) = with_app(&[MANAGE, MAINTAIN, READ], "PREFERRED").await;
    let key = Key::ec("P-256");
    let body = enrollment(&authenticator, &key);
    let enrolled = json_of(ask(&mock, &token, Method::POST, PATH, body.clone()).await, 200).await;
    let id = enrolled["id"].as_str().unwrap();
    assert!(id.starts_with("pfd"), "{enrolled}");
    assert_eq!((&enrolled["authenticatorId"], &enrolled["user"]["username"]), (&json!(authenticator), &json!(LOGIN)));
    let device = &enrolled["device"];
    assert_eq!((&device["status"], &device["clientInstanceId"]), (&json!("ACTIVE"), &json!("instance")));
    let own = format!("{}/idp/myaccount/{PATH}/{id}", mock.url());
    let allowed = json!({ "href": own, "hints": { "allow": ["PATCH", "DELETE"] } });
    assert_eq!(enrolled["links"]["self"], allowed);
    let waiting = &enrolled["methods"]["push"]["links"]["pending"]["href"];
    assert_eq!(*waiting, format!("{own}/push/notifications"));
    advance(&mock, 60).await;
    let updated = json_of(patch(&mock, &token, id, json!({ "pushToken": "another" })).await, 200).await;
    assert_eq!((&updated["id"], &updated["createdDate"]), (&enrolled["id"], &enrolled["createdDate"]));
    assert_ne!(updated["lastUpdated"], enrolled["lastUpdated"]);
    assert!(!updated.to_string().contains("another"), "answers do not have the token: {updated}");
    let again = json_of(ask(&mock, &token, Method::POST, PATH, body).await, 200).await;
    assert_ne!(again["id"], enrolled["id"]);
    let gone = patch(&mock, &token, id, json!({})).await;
    assert_eq!(json_of(gone, 404).await["errorCode"], "E0000007", "the same instance has one enrollment");
    let path = format!("{PATH}/{}", again["id"].as_str().unwrap());
    assert_eq!(ask(&mock, &token, Method::DELETE, &path, json!({})).await.status(), 204);
    assert_eq!(ask(&mock, &token, Method::DELETE, &path, json!({})).await.status(), 404);
    let path = format!("{path}/push/notifications");
    assert_eq!(ask(&mock, &token, Method::GET, &path, Value::Null).await.status(), 404);
}

#[tokio::test]
async fn an_enrollment_that_lacks_something_or_has_an_unusable_key_is_refused() {
    let (mock, token, authenticator) = with_app(&[MANAGE], "PREFERRED").await;
    let key = Key::ec("P-256");
    let refused = async |change: &dyn Fn(&mut Value)| {
        let mut body = enrollment(&authenticator, &key);
        change(&mut body);
        let refused = json_of(ask(&mock, &token, Method::POST, PATH, body).await, 400).await;
        assert_eq!(refused["errorCode"], "E0000001");
        refused["errorCauses"][0]["errorSummary"].as_str().unwrap().to_owned()
    };
    let blank = |name: &str| format!("{name}: {BLANK}");
    let invalid = |name: &str| format!("{name}: The field has an invalid value");
    assert_eq!(refused(&|body| body["device"]["displayName"] = Value::Null).await, blank("displayName"));
    assert_eq!(refused(&|body| body["methods"]["push"]["pushToken"] = "".into()).await, blank("pushToken"));
    assert_eq!(refused(&|body| body["device"]["platform"] = "IOS".into()).await, blank("apsEnvironment"));
    assert_eq!(refused(&|body| body["device"]["platform"] = "WINDOWS".into()).await, invalid("platform"));
    let keys = "/methods/push/keys";
    let no_key = |body: &mut Value| *body.pointer_mut(keys).unwrap() = json!({});
    assert_eq!(refused(&no_key).await, blank("proofOfPossession"));
    let other =
        |body: &mut Value| body.pointer_mut(keys).unwrap()["proofOfPossession"] = public(&Key::ec("P-384"), "x");
    assert_eq!(refused(&other).await, invalid("proofOfPossession"));
    let types = |body: &mut Value| body.pointer_mut(keys).unwrap()["capabilities"]["transactionTypes"] = json!(["X"]);
    assert_eq!(refused(&types).await, invalid("transactionTypes"));
    let unknown = ask(&mock, &token, Method::POST, PATH, enrollment("autunknown", &key)).await;
    assert_eq!(json_of(unknown, 404).await["errorCode"], "E0000007");
}

#[tokio::test]
async fn the_key_for_user_verification_needs_the_stronger_scope_and_other_updates_no_recent_sign_in() {
    let (mock, strong, authenticator) = with_app(&[MANAGE], "PREFERRED").await;
    let key = Key::ec("P-256");
    let enrolled = ask(&mock, &strong, Method::POST, PATH, enrollment(&authenticator, &key)).await;
    let id = json_of(enrolled, 200).await["id"].as_str().unwrap().to_owned();
    let spec = mock_idp::LoginSpec::at(crate::flow::WEB).user(LOGIN).server("org").scopes(&["openid", MAINTAIN]);
    let weak = mock.org().login(&spec).await.unwrap().access_token.unwrap();
    let verification = json!({ "keys": { "userVerification": public(&key, "verification") } });
    assert_eq!(patch(&mock, &weak, &id, verification.clone()).await.status(), 403);
    assert_eq!(patch(&mock, &weak, &id, json!({ "keys": { "userVerification": null } })).await.status(), 403);
    assert_eq!(patch(&mock, &strong, &id, verification).await.status(), 200);
    assert_eq!(ask(&mock, &weak, Method::DELETE, &format!("{PATH}/{id}"), json!({})).await.status(), 403);
    advance(&mock, 901).await;
    assert_eq!(patch(&mock, &weak, &id, json!({ "pushToken": "another" })).await.status(), 200);
    let late = ask(&mock, &strong, Method::DELETE, &format!("{PATH}/{id}"), json!({})).await;
    assert_eq!(late.status(), 403, "the enrollment itself needs a recent sign-in");
}

#[tokio::test]
async fn a_request_over_the_back_channel_is_answered_in_the_app() {
    let (mock, token, authenticator) = with_app(&[MANAGE, READ], "PREFERRED").await;
    let key = Key::ec("P-256");
    let enrolled = ask(&mock, &token, Method::POST, PATH, enrollment(&authenticator, &key)).await;
    let enrolled = json_of(enrolled, 200).await;
    let id = enrolled["id"].as_str().unwrap();
    assert_eq!(pending(&mock, &token, id).await, []);
    let requested = request_approval(&mock).await;
    let challenges = pending(&mock, &token, id).await;
    let [(head, challenge)] = challenges.as_slice() else { panic!("{challenges:?}") };
    let keys: Value = plain().get(format!("{}/oauth2/v1/keys", mock.url())).send().await.unwrap().json().await.unwrap();
    assert_eq!((&head["typ"], &head["kid"]), (&json!("okta-pushbind+jwt"), &keys["keys"][0]["kid"]));
    assert_eq!((&challenge["iss"], &challenge["aud"]), (&json!(mock.url()), &json!(ciba::KIOSK)));
    assert_eq!(challenge["challengeContext"]["bindingMessage"], "W4SCT");
    assert_eq!(challenge["challengeContext"]["transactionType"], "CIBA");
    assert_eq!(challenge["methodEnrollmentId"], enrolled["methods"]["push"]["id"]);
    assert!(!challenge.to_string().contains(&requested), "a challenge must not have the id that redeems the tokens");
    assert_eq!(ciba::poll(&mock, &requested).await.status(), 400);
    let good = jwt(&header("proof"), &answer(challenge, "APPROVED_CONSENT_PROMPT"), &key);
    assert_eq!(send(challenge, &good).await, 200);
    assert_eq!(send(challenge, &good).await, 400, "a challenge is answered once");
    assert_eq!(pending(&mock, &token, id).await, []);
    advance(&mock, 10).await;
    assert_eq!(ciba::poll(&mock, &requested).await.status(), 200);

    let requested = request_approval(&mock).await;
    let challenge = pending(&mock, &token, id).await[0].1.clone();
    let denied = jwt(&header("proof"), &answer(&challenge, "DENIED_CONSENT_PROMPT"), &key);
    assert_eq!(send(&challenge, &denied).await, 204);
    let body: Value = ciba::poll(&mock, &requested).await.json().await.unwrap();
    assert_eq!(body["error"], "access_denied");
}

#[tokio::test]
async fn an_answer_that_is_not_that_of_the_app_to_the_challenge_changes_nothing() {
    let (mock, token, authenticator) = with_app(&[MANAGE, READ], "PREFERRED").await;
    let key = Key::ec("P-256");
    let enrolled = ask(&mock, &token, Method::POST, PATH, enrollment(&authenticator, &key)).await;
    let id = json_of(enrolled, 200).await["id"].as_str().unwrap().to_owned();
    request_approval(&mock).await;
    let challenge = pending(&mock, &token, &id).await[0].1.clone();
    let good = answer(&challenge, "APPROVED_CONSENT_PROMPT");
    let refused = async |header: &Value, claims: &Value, key: &Key, what: &str| {
        assert_eq!(send(&challenge, &jwt(header, claims, key)).await, 400, "{what}");
    };
    for name in ["iss", "sub", "aud", "jti", "iat", "nbf", "exp", "methodEnrollmentId", "tx", "nonce", "keyType"] {
        refused(&header("proof"), &with(good.clone(), &json!({ name: null })), &key, name).await;
    }
    for name in ["iss", "sub", "aud", "methodEnrollmentId", "tx", "nonce"] {
        refused(&header("proof"), &with(good.clone(), &json!({ name: "other" })), &key, name).await;
    }
    let now = challenge["iat"].as_i64().unwrap();
    for (name, time) in [("exp", now - 1), ("nbf", now + 3_600), ("iat", now + 3_600)] {
        refused(&header("proof"), &with(good.clone(), &json!({ name: time })), &key, name).await;
    }
    let context = |consent: &str| json!({ "challengeResponseContext": { "userConsent": consent } });
    refused(&header("proof"), &with(good.clone(), &context("NONE")), &key, "no consent").await;
    let unverified = with(good.clone(), &context("APPROVED_USER_VERIFICATION"));
    refused(&header("proof"), &unverified, &key, "a verification without its key").await;
    refused(&header("other"), &good, &key, "another key id").await;
    refused(&header("proof"), &good, &Key::ec("P-256"), "another key").await;
    refused(&with(header("proof"), &json!({ "typ": "JWT" })), &good, &key, "another type").await;
    let url = challenge["verificationUri"].as_str().unwrap();
    let other = json!({ "method": "totp", "challengeResponse": jwt(&header("proof"), &good, &key) });
    assert_eq!(plain().post(url).json(&other).send().await.unwrap().status(), 400);
    assert_eq!(pending(&mock, &token, &id).await.len(), 1, "the challenge still waits");
    advance(&mock, 301).await;
    assert_eq!(send(&challenge, &jwt(&header("proof"), &good, &key)).await, 400, "it has expired");
}

#[tokio::test]
async fn an_authenticator_can_demand_user_verification_and_an_app_can_leave_requests_out() {
    let (mock, token, authenticator) = with_app(&[MANAGE, READ], "REQUIRED").await;
    let (key, verification) = (Key::ec("P-256"), Key::ec("P-256"));
    let mut body = enrollment(&authenticator, &key);
    body["methods"]["push"]["keys"]["userVerification"] = public(&verification, "verification");
    let id = json_of(ask(&mock, &token, Method::POST, PATH, body).await, 200).await["id"].as_str().unwrap().to_owned();
    request_approval(&mock).await;
    let challenge = pending(&mock, &token, &id).await[0].1.clone();
    assert_eq!(challenge["userVerification"], "REQUIRED");
    let unavailable = answer(&challenge, "UV_TEMPORARILY_UNAVAILABLE");
    assert_eq!(send(&challenge, &jwt(&header("proof"), &unavailable, &key)).await, 400);
    let verified = with(answer(&challenge, "APPROVED_USER_VERIFICATION"), &json!({ "keyType": "userVerification" }));
    assert_eq!(send(&challenge, &jwt(&header("verification"), &verified, &verification)).await, 200);
    request_approval(&mock).await;
    let only = json!({ "capabilities": { "transactionTypes": ["LOGIN"] } });
    assert_eq!(patch(&mock, &token, &id, only).await.status(), 200);
    assert_eq!(pending(&mock, &token, &id).await, []);
}
