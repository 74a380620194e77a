//! Phones as second factors: text messages and calls.

use mock_idp::MockIdp;
use mock_idp_core::model::DirectoryKind;
use serde_json::{Value, json};

use super::{
    BUYER, LOGIN, PASSWORD, answer, app_policy, authn, by_password, claims, follow, idx_by_password, names, options,
    required, step, submit,
};
use crate::flow::browser;
use crate::market::{advance, stopped};
use crate::org::{TestOrg, model};

const NUMBER: &str = "+15554151337";
const MASKED: &str = "+1 XXX-XXX-1337";

/// The market, where users can enroll a phone, and need nothing else.
fn with_phones() -> TestOrg {
    TestOrg::market().edit(|document| {
        let policy = model(json!({
            "name": "Default Policy", "type": "MFA_ENROLL",
            "settings": { "type": "AUTHENTICATORS", "authenticators": [
                { "key": "phone_number", "enroll": { "self": "OPTIONAL" } },
            ] },
        }));
        document.directory.entry(DirectoryKind::Policy).or_default().push(policy);
        // The codes are the same in each run.
        document.settings.seed = Some(1);
    })
}

/// The same; the buyer has one.
fn with_phone() -> TestOrg {
    with_phones().user(BUYER, |user| {
        user.factors = ["sms", "call"]
            .map(|kind| model(json!({ "factorType": kind, "profile": { "phoneNumber": NUMBER } })))
            .to_vec();
    })
}

/// The codes that were sent to a number in this way, the newest first.
async fn sent_codes(mock: &MockIdp, kind: &str, number: &str) -> Vec<String> {
    let url = format!("{}/_mock/inbox", mock.url());
    let query = [("kind", kind), ("to", number)];
    let messages: Value = browser().get(url).query(&query).send().await.unwrap().json().await.unwrap();
    let code = |message: &Value| {
        let code = message["code"].as_str().unwrap();
        assert_eq!(message["text"], format!("Your verification code is {code}."));
        assert_eq!((&message["user"], &message["template"]), (&json!(LOGIN), &json!("SMS_VERIFY_CODE")));
        code.to_owned()
    };
    messages.as_array().unwrap().iter().map(code).collect()
}

#[tokio::test]
async fn the_pages_send_a_text_message_or_call_and_accept_the_newest_code() {
    let mock = stopped(&required(with_phone())).await;
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    assert!(page.contains("Verify with your phone") && page.contains(&format!("Send a code via SMS to <bdi>{MASKED}")));
    assert!(page.contains("Receive a code via SMS") && page.contains("Receive a voice call instead"), "{page}");
    assert_eq!(sent_codes(&mock, "sms", NUMBER).await, [""; 0], "nothing is sent before the user asks");
    let method = |name| [("authenticator.methodType", "sms"), ("authenticator.methodType", name)];
    let (_, page) = submit(&mock, &client, &page, "resend", &method("sms")).await;
    assert!(
        page.contains(&format!("A code was sent to <bdi>{MASKED}</bdi>. Enter the code below to verify.")),
        "{page}"
    );
    let (_, page) = submit(&mock, &client, &page, "resend", &[]).await;
    let codes = sent_codes(&mock, "sms", NUMBER).await;
    let [newest, first] = &codes[..] else { panic!("{codes:?}") };
    let (_, page) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", first)]).await;
    assert!(page.contains("Your code doesn’t match our records."), "{page}");
    let (status, arrived) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", newest)]).await;
    assert_eq!(status, 302, "{arrived}");
    assert_eq!(claims(&mock, &arrived).await["amr"], json!(["pwd", "mfa", "sms", "mca"]));

    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    let (_, page) = submit(&mock, &client, &page, "resend", &method("voice")).await;
    assert!(page.contains(&format!("Calling <bdi>{MASKED}</bdi>.")) && page.contains("Call again"), "{page}");
    let code = sent_codes(&mock, "voice", NUMBER).await.remove(0);
    let (_, arrived) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code)]).await;
    assert_eq!(claims(&mock, &arrived).await["amr"], json!(["pwd", "mfa", "tel", "mca"]));
}

#[tokio::test]
async fn the_button_uses_the_code_that_the_page_asks_for_while_it_is_accepted() {
    let mock = stopped(&required(with_phone())).await;
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    let method = [("authenticator.methodType", "sms")];
    let (_, page) = submit(&mock, &client, &page, "resend", &method).await;
    let code = sent_codes(&mock, "sms", NUMBER).await.remove(0);
    let expected = format!(r#"name="expectedAnswer" value="{code}""#);
    assert!(page.contains(&expected), "{page}");
    // A later message with a code of its own.
    let other = browser();
    let forgot = other.get(format!("{}/signin/forgot-password", mock.url())).send().await.unwrap();
    let forgot = forgot.text().await.unwrap();
    submit(&mock, &other, &forgot, "recovery/identify", &[("identifier", LOGIN)]).await;
    let (_, page) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", "wrong")]).await;
    assert!(page.contains(&expected), "{page}");
    advance(&mock, 300).await;
    let (_, page) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", "wrong")]).await;
    assert!(!page.contains("expectedAnswer"), "{page}");
}

#[tokio::test]
async fn a_phone_that_is_enrolled_on_the_pages_can_be_used_by_both_methods() {
    let mock = stopped(&required(with_phones())).await;
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    assert!(page.contains("Set up security methods"), "{page}");
    let (_, page) = follow(&mock, &client, &page, r#"data-se="phone_number""#).await;
    assert!(page.contains("Set up phone authentication") && page.contains(r#"name="authenticator.phoneNumber""#));
    let number = |text| [("authenticator.methodType", "sms"), ("authenticator.phoneNumber", text)];
    let mut page = page;
    for wrong in ["", "5554151337", "+0123"] {
        let (status, refused) = submit(&mock, &client, &page, "enroll", &number(wrong)).await;
        assert_eq!(status, 200);
        assert!(
            refused.contains("Invalid Phone Number.") && refused.contains("Set up phone authentication"),
            "{refused}"
        );
        page = refused;
    }
    let (_, page) = submit(&mock, &client, &page, "enroll", &number("+1 (555) 415-1337")).await;
    assert!(page.contains(&format!("A code was sent to <bdi>{MASKED}</bdi>")), "{page}");
    let (_, page) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", "no")]).await;
    assert!(page.contains("Your code doesn’t match our records."), "{page}");
    let code = sent_codes(&mock, "sms", NUMBER).await.remove(0);
    let (status, arrived) = submit(&mock, &client, &page, "verify", &[("credentials.passcode", &code)]).await;
    assert_eq!(status, 302, "{arrived}");
    assert_eq!(claims(&mock, &arrived).await["amr"], json!(["pwd", "mfa", "sms", "mca"]));

    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    assert!(page.contains("Receive a code via SMS") && page.contains("Receive a voice call instead"), "{page}");
}

#[tokio::test]
async fn idx_lists_both_methods_of_a_phone_and_sends_a_code_by_the_chosen_one() {
    let mock = stopped(&required(with_phone())).await;
    let client = browser();
    let (handle, document) = idx_by_password(&mock, &client).await;
    assert_eq!(names(&document), ["authenticator-verification-data"]);
    let form = &document["remediation"]["value"][0];
    assert_eq!(form["relatesTo"], json!(["$.currentAuthenticatorEnrollment"]));
    let fields = &form["value"][0]["form"]["value"];
    let both = json!([{ "label": "SMS", "value": "sms" }, { "label": "Voice call", "value": "voice" }]);
    assert_eq!(fields[1], json!({ "name": "methodType", "required": true, "type": "string", "options": both }));
    let current = &document["currentAuthenticatorEnrollment"]["value"];
    assert_eq!((&fields[2]["name"], &fields[2]["value"]), (&json!("enrollmentId"), &current["id"]));
    assert!(current["id"].as_str().unwrap().starts_with("pae"), "{current}");
    assert_eq!(
        (&current["profile"], &current["methods"], &current["resend"]["href"]),
        (
            &json!({ "phoneNumber": MASKED }),
            &json!([{ "type": "sms" }, { "type": "voice" }]),
            &json!(format!("{}/idp/idx/challenge/resend", mock.url()))
        )
    );
    assert_eq!(document["authenticatorEnrollments"]["value"].as_array().unwrap().len(), 3, "password, email, phone");
    let choice = json!({ "authenticator": { "id": fields[0]["value"], "methodType": "voice" }, "stateHandle": handle });
    let (status, document) = step(&mock, &client, "challenge", choice).await;
    assert_eq!((status, names(&document)), (200, vec!["challenge-authenticator"]));
    let current = &document["currentAuthenticatorEnrollment"]["value"];
    assert_eq!((&current["methods"], &current["poll"]), (&json!([{ "type": "voice" }]), &Value::Null));
    let (status, document) = answer(&mock, &client, &handle, json!({ "passcode": "no" })).await;
    let message = &document["remediation"]["value"][0]["value"][0]["form"]["value"][0]["messages"]["value"][0];
    assert_eq!((status, &message["i18n"]["key"]), (401, &json!("api.authn.error.PASSCODE_INVALID")));
    step(&mock, &client, "challenge/resend", json!({ "stateHandle": handle })).await;
    let codes = sent_codes(&mock, "voice", NUMBER).await;
    assert_eq!(codes.len(), 2);
    advance(&mock, 299).await;
    assert_eq!(answer(&mock, &client, &handle, json!({ "passcode": codes[1] })).await.0, 401, "another one was sent");
    let (status, document) = answer(&mock, &client, &handle, json!({ "passcode": codes[0] })).await;
    assert_eq!(status, 200);
    assert!(document["successWithInteractionCode"].is_object(), "{document}");
}

#[tokio::test]
async fn idx_lists_a_phone_among_other_authenticators_in_one_line() {
    let org = with_phone().edit(|document| {
        let email = model(json!({
            "name": "Email", "type": "email", "key": "okta_email", "settings": { "allowedFor": "any" },
        }));
        document.directory.get_mut(&DirectoryKind::Authenticator).unwrap().push(email);
    });
    // A code is accepted for a shorter time than the handle.
    let org = org.edit(|document| {
        let authenticators = document.directory.get_mut(&DirectoryKind::Authenticator).unwrap();
        let phone = authenticators.iter_mut().find(|object| object.text("key") == Some("phone_number")).unwrap();
        phone.members["settings"]["tokenLifetimeInMinutes"] = json!(2);
    });
    let mock = stopped(&required(org)).await;
    let client = browser();
    let (handle, document) = idx_by_password(&mock, &client).await;
    let offered = options(&document, "select-authenticator-authenticate");
    assert_eq!(offered.iter().map(|(label, _)| label.as_str()).collect::<Vec<_>>(), ["Email", "Phone"]);
    // Without a method, the user chooses one next.
    let choice = json!({ "authenticator": { "id": offered[1].1["id"] }, "stateHandle": handle });
    let (status, document) = step(&mock, &client, "challenge", choice).await;
    assert_eq!(
        (status, names(&document)),
        (200, vec!["authenticator-verification-data", "select-authenticator-authenticate"])
    );
    assert_eq!(sent_codes(&mock, "sms", NUMBER).await, [""; 0]);
    let choice = json!({ "authenticator": { "id": offered[1].1["id"], "methodType": "sms" }, "stateHandle": handle });
    step(&mock, &client, "challenge", choice.clone()).await;
    advance(&mock, 120).await;
    let code = sent_codes(&mock, "sms", NUMBER).await.remove(0);
    let (status, document) = answer(&mock, &client, &handle, json!({ "passcode": code })).await;
    let message = &document["remediation"]["value"][0]["value"][0]["form"]["value"][0]["messages"]["value"][0];
    assert_eq!((status, &message["i18n"]["key"]), (401, &json!("api.authn.error.PASSCODE_INVALID")), "{document}");
    step(&mock, &client, "challenge", choice).await;
    advance(&mock, 119).await;
    let code = sent_codes(&mock, "sms", NUMBER).await.remove(0);
    assert_eq!(answer(&mock, &client, &handle, json!({ "passcode": code })).await.0, 200);
}

#[tokio::test]
async fn idx_enrolls_a_phone_in_one_step_or_asks_for_its_number() {
    let mock = stopped(&required(with_phones())).await;
    let client = browser();
    let (handle, document) = idx_by_password(&mock, &client).await;
    assert_eq!(names(&document), ["select-authenticator-enroll"]);
    let fields = &document["remediation"]["value"][0]["value"][0]["options"][0]["value"]["form"]["value"];
    assert_eq!(fields[2], json!({ "name": "phoneNumber", "label": "Phone number", "required": false }), "{document}");
    let id = &fields[0]["value"];
    let enroll = async |authenticator: Value| {
        let body = json!({ "authenticator": authenticator, "stateHandle": handle });
        step(&mock, &client, "credential/enroll", body).await
    };
    let (status, document) = enroll(json!({ "id": id })).await;
    assert_eq!((status, names(&document)), (200, vec!["authenticator-enrollment-data", "select-authenticator-enroll"]));
    let form = &document["remediation"]["value"][0];
    assert_eq!((&form["relatesTo"], &form["value"][0]["label"]), (&json!(["$.currentAuthenticator"]), &json!("Phone")));
    let required: Vec<_> =
        form["value"][0]["form"]["value"].as_array().unwrap().iter().map(|field| &field["required"]).collect();
    assert_eq!(required, [true, true, true]);
    let (status, document) = enroll(json!({ "id": id, "methodType": "sms", "phoneNumber": "+1555" })).await;
    assert_eq!((status, names(&document)[0]), (200, "enroll-authenticator"), "{document}");
    let (status, document) = enroll(json!({ "id": id, "methodType": "sms", "phoneNumber": "555" })).await;
    let message = &document["messages"]["value"][0];
    assert_eq!(
        (status, &message["i18n"]["key"], &message["message"]),
        (400, &json!("api.factors.error.sms.invalid_phone"), &json!("Invalid Phone Number."))
    );
    let (status, document) = enroll(json!({ "id": id, "methodType": "voice", "phoneNumber": NUMBER })).await;
    assert_eq!((status, names(&document)), (200, vec!["enroll-authenticator", "select-authenticator-enroll"]));
    let current = &document["currentAuthenticator"]["value"];
    assert_eq!(
        (&current["methods"], &current["profile"], current["resend"].is_object()),
        (&json!([{ "type": "voice" }]), &json!({ "phoneNumber": MASKED }), true)
    );
    assert_eq!(answer(&mock, &client, &handle, json!({ "passcode": "no" })).await.0, 401);
    let code = sent_codes(&mock, "voice", NUMBER).await.remove(0);
    let (status, document) = answer(&mock, &client, &handle, json!({ "passcode": code })).await;
    assert_eq!(status, 200);
    assert!(document["successWithInteractionCode"].is_object(), "{document}");
}

#[tokio::test]
async fn a_program_verifies_a_phone_by_a_challenge() {
    let mock = stopped(&required(with_phone())).await;
    let (_, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
    assert_eq!(body["status"], "MFA_REQUIRED", "{body}");
    let state = json!({ "stateToken": body["stateToken"] });
    let factors = body["_embedded"]["factors"].as_array().unwrap();
    assert_eq!(factors.iter().map(|factor| &factor["factorType"]).collect::<Vec<_>>(), ["sms", "call"]);
    for factor in factors {
        assert_eq!(factor["profile"], json!({ "phoneNumber": MASKED }));
    }
    for (factor, prefix, kind) in [(&factors[0], "sms", "sms"), (&factors[1], "clf", "voice")] {
        let id = factor["id"].as_str().unwrap();
        assert!(id.starts_with(prefix), "{id}");
        let verify = format!("/factors/{id}/verify");
        let (status, body) = authn(&mock, &verify, state.clone()).await;
        let resend = &body["_links"]["resend"][0];
        assert_eq!(
            (status, &body["status"], &body["factorResult"], &resend["name"]),
            (200, &json!("MFA_CHALLENGE"), &json!("CHALLENGE"), &factor["factorType"]),
        );
        assert_eq!(resend["href"], format!("{}/api/v1/authn{verify}/resend", mock.url()));
        authn(&mock, &format!("{verify}/resend"), state.clone()).await;
        assert_eq!(sent_codes(&mock, kind, NUMBER).await.len(), 2);
    }
    for (id, refused) in [(factors[0]["id"].as_str().unwrap(), 403), ("sms0unknown000000000", 404)] {
        let (status, _) = authn(&mock, &format!("/factors/{id}/verify/resend"), state.clone()).await;
        assert_eq!(status, refused, "{id} is not the factor of the challenge");
    }
    assert_eq!(sent_codes(&mock, "sms", NUMBER).await.len() + sent_codes(&mock, "voice", NUMBER).await.len(), 4);
    let verify = format!("/factors/{}/verify", factors[1]["id"].as_str().unwrap());
    let entered = |code: &str| json!({ "stateToken": state["stateToken"], "passCode": code });
    let (status, error) = authn(&mock, &verify, entered("no")).await;
    assert_eq!(
        (status, &error["errorCode"], &error["errorCauses"][0]["errorSummary"]),
        (403, &json!("E0000068"), &json!("Your passcode doesn't match our records. Please try again."))
    );
    let code = sent_codes(&mock, "voice", NUMBER).await.remove(0);
    assert_eq!(authn(&mock, &verify, entered(&code)).await.1["status"], "SUCCESS");
}

#[tokio::test]
async fn a_program_enrolls_a_phone() {
    let mock = stopped(&required(with_phones())).await;
    let (_, body) = authn(&mock, "", json!({ "username": LOGIN, "password": PASSWORD })).await;
    assert_eq!(body["status"], "MFA_ENROLL", "{body}");
    let state = &body["stateToken"];
    let listed = body["_embedded"]["factors"].as_array().unwrap();
    assert_eq!(listed.iter().map(|factor| &factor["factorType"]).collect::<Vec<_>>(), ["sms", "call"]);
    let enroll = |number: &str| json!({ "stateToken": state, "factorType": "sms", "provider": "OKTA", "profile": { "phoneNumber": number } });
    let (status, error) = authn(&mock, "/factors", enroll("555")).await;
    assert_eq!(
        (status, &error["errorCode"], &error["errorCauses"][0]["errorSummary"]),
        (400, &json!("E0000001"), &json!("Invalid Phone Number."))
    );
    let (_, body) = authn(&mock, "/factors", enroll(NUMBER)).await;
    let factor = &body["_embedded"]["factor"];
    let id = factor["id"].as_str().unwrap();
    assert!(id.starts_with("mbl"), "{id}");
    assert_eq!(
        (&body["status"], &factor["profile"]),
        (&json!("MFA_ENROLL_ACTIVATE"), &json!({ "phoneNumber": MASKED }))
    );
    let lifecycle = format!("/factors/{id}/lifecycle");
    assert_eq!(body["_links"].as_object().unwrap().keys().collect::<Vec<_>>(), ["next", "prev", "resend", "cancel"]);
    let resend = &body["_links"]["resend"][0];
    assert_eq!(
        (&resend["name"], &resend["href"]),
        (&json!("sms"), &json!(format!("{}/api/v1/authn{lifecycle}/resend", mock.url())))
    );
    authn(&mock, &format!("{lifecycle}/resend"), json!({ "stateToken": state })).await;
    let codes = sent_codes(&mock, "sms", NUMBER).await;
    assert_eq!(codes.len(), 2);
    let activate = |code: &str| json!({ "stateToken": state, "passCode": code });
    let path = format!("{lifecycle}/activate");
    assert_eq!(authn(&mock, &path, activate(&codes[1])).await.0, 403, "another code was sent");
    assert_eq!(authn(&mock, &path, activate(&codes[0])).await.1["status"], "SUCCESS");
}

#[tokio::test]
async fn a_phone_is_not_a_second_factor_of_a_policy_that_needs_a_device() {
    let method = json!({
        "type": "ASSURANCE", "factorMode": "2FA", "reauthenticateIn": "PT2H",
        "constraints": [{ "possession": { "required": true, "methods": ["voice"] } }],
    });
    let mock = stopped(&app_policy(with_phone(), &method)).await;
    let client = browser();
    let (_, page) = by_password(&mock, &client, &[]).await;
    assert!(page.contains("Receive a code via voice call") && !page.contains("Receive a code via SMS"), "{page}");
    let mock = stopped(&app_policy(with_phone(), &super::two_factors())).await;
    let (status, arrived) = by_password(&mock, &browser(), &[]).await;
    assert_eq!(status, 302, "{arrived}");
    assert!(arrived.contains("error=unmet_authentication_requirements"), "a phone is not bound to a device: {arrived}");
}

#[tokio::test]
async fn a_method_that_is_switched_off_is_not_offered() {
    let org = required(with_phone()).edit(|document| {
        let authenticators = document.directory.get_mut(&DirectoryKind::Authenticator).unwrap();
        let phone = authenticators.iter_mut().find(|object| object.text("key") == Some("phone_number")).unwrap();
        phone.members.insert("methods".to_owned(), json!({ "sms": { "status": "INACTIVE", "settings": null } }));
    });
    let mock = stopped(&org).await;
    let (_, page) = by_password(&mock, &browser(), &[]).await;
    assert!(page.contains("Receive a code via voice call") && !page.contains("SMS"), "{page}");
}
