//! Passkeys in the IDX API.

use serde_json::{Value, json};

use super::authenticator::Authenticator;
use super::{IdxSignIn, enroll, factors, mock_with_passkeys, origin};
use crate::factors::{BUYER, LOGIN, names};

#[tokio::test]
async fn a_passkey_is_enrolled_and_then_used() {
    let mock = mock_with_passkeys("DISCOURAGED").await;
    let authenticator = Authenticator::new(b"first credential");
    let sign_in = IdxSignIn::enrolling(&mock).await;
    assert_eq!(names(&sign_in.document), ["enroll-authenticator", "select-authenticator-enroll"]);
    let fields = &sign_in.document["remediation"]["value"][0]["value"][0]["form"]["value"];
    let named: Vec<&Value> = fields.as_array().unwrap().iter().map(|field| &field["name"]).collect();
    assert_eq!(named, ["clientData", "attestation", "transports", "clientExtensions"]);
    let options = sign_in.options();
    assert_eq!(options["challenge"].as_str().unwrap().len(), 27);
    assert_eq!(
        options,
        json!({
            "rp": { "name": options["rp"]["name"] },
            "user": { "displayName": "Ben Buyer", "name": LOGIN, "id": BUYER },
            "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }, { "type": "public-key", "alg": -257 }],
            "challenge": options["challenge"],
            "attestation": "direct",
            "authenticatorSelection": {
                "userVerification": "discouraged", "requireResidentKey": false, "residentKey": "preferred",
            },
            "u2fParams": { "appid": origin(&mock) },
            "excludeCredentials": [],
            "extensions": { "credProps": true },
        })
    );
    let (status, document) = sign_in.answer(authenticator.register(&options, origin(&mock))).await;
    assert_eq!(status, 200, "{document}");
    assert!(document["successWithInteractionCode"].is_object(), "{document}");
    let enrolled = factors(&mock).await[0].clone();
    let id = enrolled["id"].as_str().unwrap();
    assert!(id.starts_with("fwf"), "{id}");
    assert_eq!(
        (&enrolled["factorType"], &enrolled["provider"], &enrolled["profile"]),
        (
            &json!("webauthn"),
            &json!("FIDO"),
            &json!({ "credentialId": "Zmlyc3QgY3JlZGVudGlhbA", "authenticatorName": "Security Key or Biometric" })
        )
    );
    let credential = &enrolled["credential"];
    assert_eq!(
        (&credential["signCount"], &credential["aaguid"], &credential["transports"]),
        (&json!(0), &json!("736f6674-7761-7265-2d61-757468656e74"), &json!(["internal", "hybrid"]))
    );

    let sign_in = IdxSignIn::begin(&mock).await;
    assert_eq!(names(&sign_in.document), ["challenge-authenticator"]);
    let form = &sign_in.document["remediation"]["value"][0];
    assert_eq!(form["relatesTo"], json!(["$.currentAuthenticator"]));
    let field = |name: &str, label: &str| json!({ "name": name, "label": label, "required": true, "visible": false });
    assert_eq!(
        form["value"][0]["form"]["value"],
        json!([
            field("clientData", "Client Data"),
            field("authenticatorData", "Authenticator Data"),
            field("signatureData", "Signature Data"),
        ])
    );
    let options = sign_in.options();
    let challenge = &options["challenge"];
    assert_eq!(options, json!({ "challenge": challenge, "userVerification": "discouraged", "extensions": {} }));
    let known = sign_in.document["authenticatorEnrollments"]["value"].as_array().unwrap();
    let shown = known.iter().find(|known| known["key"] == "webauthn").unwrap();
    assert_eq!(
        (&shown["credentialId"], &shown["profile"], &shown["transports"]),
        (
            &json!("Zmlyc3QgY3JlZGVudGlhbA"),
            &json!({ "aaguid": "736f6674-7761-7265-2d61-757468656e74", "transports": "internal,hybrid" }),
            &json!(["internal", "hybrid"])
        )
    );
    let (status, document) = sign_in.answer(authenticator.assert(&options, origin(&mock), 7)).await;
    assert_eq!(status, 200, "{document}");
    assert!(document["successWithInteractionCode"].is_object(), "{document}");
    assert_eq!(factors(&mock).await[0]["credential"]["signCount"], 7);
}

#[tokio::test]
async fn each_sign_in_has_a_challenge_of_its_own_which_introspection_repeats() {
    let mock = mock_with_passkeys("DISCOURAGED").await;
    let authenticator = Authenticator::new(b"credential");
    enroll(&mock, &authenticator).await;
    let (first, second) = (IdxSignIn::begin(&mock).await, IdxSignIn::begin(&mock).await);
    assert_ne!(first.options()["challenge"], second.options()["challenge"]);
    let answer = authenticator.assert(&first.options(), origin(&mock), 1);
    assert_eq!(second.answer(answer.clone()).await.0, 401, "it is the answer to another challenge");
    let again = json!({ "stateHandle": first.handle });
    let (_, document) = crate::factors::step(&mock, &first.client, "introspect", again).await;
    let repeated = &document["currentAuthenticator"]["value"]["contextualData"]["challengeData"];
    assert_eq!(*repeated, first.options());
    assert_eq!(first.answer(answer).await.0, 200);
}

#[tokio::test]
async fn a_page_of_a_trusted_origin_uses_the_passkeys_of_its_own_host() {
    let mock = mock_with_passkeys("DISCOURAGED").await;
    let authenticator = Authenticator::new(b"credential");
    let sign_in = IdxSignIn::enrolling(&mock).await;
    let (status, document) = sign_in.answer(authenticator.register(&sign_in.options(), "http://localhost:3000")).await;
    assert_eq!(status, 200, "{document}");
    let sign_in = IdxSignIn::begin(&mock).await;
    let answer = authenticator.assert(&sign_in.options(), "http://localhost:3000", 1);
    assert_eq!(sign_in.answer(answer).await.0, 200);
}

#[tokio::test]
async fn an_answer_to_another_step_is_refused() {
    let mock = mock_with_passkeys("DISCOURAGED").await;
    let authenticator = Authenticator::new(b"credential");
    let sign_in = IdxSignIn::enrolling(&mock).await;
    let assertion = authenticator.assert(&sign_in.options(), origin(&mock), 1);
    assert_eq!(sign_in.answer(assertion).await.0, 401);
    assert_eq!(sign_in.answer(json!({ "passcode": "123456" })).await.0, 401);
    assert_eq!(factors(&mock).await, Value::Null);
    let (status, _) = sign_in.answer(authenticator.register(&sign_in.options(), origin(&mock))).await;
    assert_eq!(status, 200);
}
