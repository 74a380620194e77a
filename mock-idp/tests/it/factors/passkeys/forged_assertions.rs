//! Assertions that are not valid: one for each step of the verification.

use serde_json::json;

use super::authenticator::{Assertion, Authenticator, BACKED_UP, HAS_EXTENSIONS, PRESENT, VERIFIED, int};
use super::{IdxSignIn, factors, mock_with_passkeys, origin};
use crate::factors::BUYER;
use crate::market::journal;

type Change = Box<dyn FnOnce(&mut Assertion)>;

fn forged(change: impl FnOnce(&mut Assertion) + 'static) -> Change {
    Box::new(change)
}

#[tokio::test]
async fn an_assertion_is_refused_at_the_step_that_fails() {
    let mock = mock_with_passkeys("REQUIRED").await;
    let authenticator = Authenticator::new(b"credential");
    let sign_in = IdxSignIn::enrolling(&mock).await;
    let registration = authenticator.forge_registration(&sign_in.options(), origin(&mock), |made| {
        made.flags |= VERIFIED;
        made.sign_count = 5;
    });
    assert_eq!(sign_in.answer(registration).await.0, 200);
    let rows: Vec<(&str, Change)> = vec![
        ("that of another user", forged(|made| made.user_handle = Some("00uadmin0000000005d7".to_owned()))),
        ("`userHandle` is not base64", forged(|made| made.user_handle = Some("*".to_owned()))),
        ("the client data is not JSON", forged(|made| made.client_data = json!([]))),
        ("has the type `webauthn.create`", forged(|made| made.client_data["type"] = json!("webauthn.create"))),
        ("has another challenge", forged(|made| made.client_data["challenge"] = json!(""))),
        (
            "the origin `http://localhost:6666` is neither",
            forged(|made| made.client_data["origin"] = json!("http://localhost:6666")),
        ),
        ("embedded in one of another origin", forged(|made| made.client_data["crossOrigin"] = json!(true))),
        (
            "no token binding",
            forged(|made| made.client_data["tokenBinding"] = json!({ "status": "present", "id": "x" })),
        ),
        ("malformed: it is too long", forged(|made| made.rest = vec![0])),
        (
            "malformed: the extensions are not a CBOR map",
            forged(|made| {
                made.flags |= HAS_EXTENSIONS;
                made.rest = int(1);
            }),
        ),
        ("for another relying party", forged(|made| "evil.example.test".clone_into(&mut made.rp_id))),
        ("no user was present", forged(|made| made.flags = VERIFIED)),
        ("the user was not verified", forged(|made| made.flags = PRESENT)),
        ("says that it cannot be", forged(|made| made.flags |= BACKED_UP)),
        ("none of the user's keys", forged(|made| made.signs_another_message = true)),
        ("the signature counter is 5, and was 5 before", forged(|made| made.sign_count = 5)),
        ("the signature counter is 4, and was 5 before", forged(|made| made.sign_count = 4)),
        ("the signature counter is 0, and was 5 before", forged(|made| made.sign_count = 0)),
    ];
    let sign_in = IdxSignIn::begin(&mock).await;
    let options = sign_in.options();
    let made = |authenticator: &Authenticator, change: Change| {
        authenticator.forge_assertion(&options, origin(&mock), |made| {
            (made.flags, made.sign_count) = (PRESENT | VERIFIED, 6);
            change(made);
        })
    };
    let refused = async |answer, reason: &str| {
        let (status, document) = sign_in.answer(answer).await;
        let message = &document["messages"]["value"][0];
        assert_eq!(
            (status, &message["i18n"]["key"], &message["message"]),
            (
                401,
                &json!("authfactor.webauthn.error.assertion_validation_failure"),
                &json!(
                    "None of the WebAuthn authenticators the user has enrolled for was able to validate the assertion"
                )
            ),
            "{reason}: {document}"
        );
        assert!(journal(&mock).await.contains(reason), "{reason}");
    };
    for (reason, change) in rows {
        refused(made(&authenticator, change), reason).await;
    }
    for (member, reason) in [
        ("clientData", "`clientData` is not base64"),
        ("authenticatorData", "`authenticatorData` is not base64"),
        ("signatureData", "`signatureData` is not base64"),
    ] {
        let mut answer = made(&authenticator, forged(|_| {}));
        answer[member] = "*".into();
        refused(answer, reason).await;
    }
    let mut short = made(&authenticator, forged(|_| {}));
    short["authenticatorData"] = "AAAA".into();
    refused(short, "malformed: it is too short").await;
    refused(made(&Authenticator::new(b"credential"), forged(|_| {})), "none of the user's keys").await;
    assert_eq!(factors(&mock).await[0]["credential"]["signCount"], 5, "a refused answer changes nothing");
    let right = made(&authenticator, forged(|made| made.user_handle = Some(BUYER.to_owned())));
    let (status, document) = sign_in.answer(right).await;
    assert_eq!(status, 200, "{document}");
    assert_eq!(factors(&mock).await[0]["credential"]["signCount"], 6);
}

#[tokio::test]
async fn an_authenticator_that_does_not_count_is_accepted_each_time() {
    let mock = mock_with_passkeys("DISCOURAGED").await;
    let authenticator = Authenticator::new(b"credential");
    super::enroll(&mock, &authenticator).await;
    for _ in 0..2 {
        let sign_in = IdxSignIn::begin(&mock).await;
        assert_eq!(sign_in.answer(authenticator.assert(&sign_in.options(), origin(&mock), 0)).await.0, 200);
    }
}

#[tokio::test]
async fn refused_answers_do_not_lock_the_account() {
    let mock = mock_with_passkeys("DISCOURAGED").await;
    let authenticator = Authenticator::new(b"credential");
    super::enroll(&mock, &authenticator).await;
    let sign_in = IdxSignIn::begin(&mock).await;
    for _ in 0..12 {
        let forged = Authenticator::new(b"credential").assert(&sign_in.options(), origin(&mock), 1);
        assert_eq!(sign_in.answer(forged).await.0, 401);
    }
    assert_eq!(sign_in.answer(authenticator.assert(&sign_in.options(), origin(&mock), 1)).await.0, 200);
}
