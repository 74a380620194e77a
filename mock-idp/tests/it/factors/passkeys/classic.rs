//! Passkeys in `/api/v1/authn`.

use serde_json::{Value, json};

use super::authenticator::Authenticator;
use super::{factors, origin, seeded, with_webauthn};
use crate::factors::{BUYER, LOGIN, PASSWORD, authn, required};
use crate::market::stopped;

fn with(state: &str, members: &Value) -> Value {
    let mut body = json!({ "stateToken": state });
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn a_program_has_a_passkey_sign_a_challenge_by_its_id_or_its_type() {
    let (authenticator, factor) = seeded();
    let org = with_webauthn("DISCOURAGED").user(BUYER, |user| user.factors = vec![crate::org::model(factor)]);
    let mock = stopped(&required(org)).await;
    let id = factors(&mock).await[0]["id"].as_str().unwrap().to_owned();
    let link = |id: &str| json!({ "href": format!("{}/api/v1/authn/factors/{id}/verify", mock.url()), "hints": { "allow": ["POST"] } });
    for by_type in [false, true] {
        let (_, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
        assert_eq!(body["status"], "MFA_REQUIRED", "{body}");
        assert_eq!(body["_embedded"]["factors"][0]["_links"]["verify"], link(&id));
        let state = body["stateToken"].as_str().unwrap();
        let profile = json!({ "credentialId": "c2VlZGVkIGNyZWRlbnRpYWw", "authenticatorName": "Seeded" });
        let shown = json!({
            "id": id, "factorType": "webauthn", "provider": "FIDO", "vendorName": "FIDO", "profile": profile,
        });
        let named = if by_type { "webauthn" } else { &id };
        let path = format!("/factors/{named}/verify");
        let (status, body) = authn(&mock, &path, json!({ "stateToken": state })).await;
        assert_eq!(
            (status, &body["status"], &body["factorResult"]),
            (200, &json!("MFA_CHALLENGE"), &json!("CHALLENGE")),
            "{body}"
        );
        assert_eq!(body["challengeType"], if by_type { "FACTOR_TYPE" } else { "FACTOR" });
        assert_eq!(body["_links"]["next"]["href"], link(named)["href"]);
        let embedded = &body["_embedded"];
        let challenge = if by_type { &embedded["challenge"] } else { &embedded["factor"]["_embedded"]["challenge"] };
        assert_eq!(
            *challenge,
            json!({ "challenge": challenge["challenge"], "userVerification": "discouraged", "extensions": {} })
        );
        let listed = if by_type { embedded["factors"][0].clone() } else { embedded["factor"].clone() };
        assert_eq!((&listed["id"], &listed["profile"]), (&shown["id"], &shown["profile"]));
        let forged = Authenticator::new(b"seeded credential").assert(challenge, origin(&mock), 9);
        let (status, error) = authn(&mock, &path, with(state, &forged)).await;
        assert_eq!((status, &error["errorCode"]), (403, &json!("E0000068")), "{error}");
        let right = authenticator.assert(challenge, origin(&mock), 1 + u32::from(by_type));
        let (status, body) = authn(&mock, &path, with(state, &right)).await;
        assert_eq!((status, &body["status"]), (200, &json!("SUCCESS")), "{body}");
    }
}

#[tokio::test]
async fn a_program_enrolls_a_passkey() {
    let mock = stopped(&required(with_webauthn("DISCOURAGED"))).await;
    let (_, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
    assert_eq!(body["status"], "MFA_ENROLL", "{body}");
    let offered = &body["_embedded"]["factors"][0];
    assert_eq!((&offered["factorType"], &offered["provider"]), (&json!("webauthn"), &json!("FIDO")));
    let state = body["stateToken"].as_str().unwrap();
    let chosen = json!({ "factorType": "webauthn", "provider": "FIDO" });
    let (status, body) = authn(&mock, "/factors", with(state, &chosen)).await;
    assert_eq!((status, &body["status"]), (200, &json!("MFA_ENROLL_ACTIVATE")), "{body}");
    let factor = &body["_embedded"]["factor"];
    let activation = &factor["_embedded"]["activation"];
    assert_eq!((&activation["attestation"], &activation["user"]["id"]), (&json!("direct"), &json!(BUYER)));
    let path = format!("/factors/{}/lifecycle/activate", factor["id"].as_str().unwrap());
    let answer = Authenticator::new(b"credential").register(activation, origin(&mock));
    let (status, body) = authn(&mock, &path, with(state, &answer)).await;
    assert_eq!((status, &body["status"]), (200, &json!("SUCCESS")), "{body}");
    assert_eq!(factors(&mock).await[0]["profile"]["credentialId"], "Y3JlZGVudGlhbA");
}
