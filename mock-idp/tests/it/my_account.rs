//! Users read and change their own accounts with tokens of theirs.

mod app_authenticators;

use mock_idp::{LoginSpec, MockIdp};
use mock_idp_core::model::DirectoryKind;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::client::plain;
use crate::factors::passkeys::authenticator::Authenticator;
use crate::factors::passkeys::origin;
use crate::flow::WEB;
use crate::market::advance;
use crate::org::{TestOrg, model};

const LOGIN: &str = "buyer@example.test";
const SCOPES: [&str; 18] = [
    "okta.myAccount.profile.read",
    "okta.myAccount.profile.manage",
    "okta.myAccount.password.read",
    "okta.myAccount.password.manage",
    "okta.myAccount.email.read",
    "okta.myAccount.organization.read",
    "okta.myAccount.sessions.manage",
    "okta.myAccount.email.manage",
    "okta.myAccount.phone.read",
    "okta.myAccount.phone.manage",
    "okta.myAccount.authenticators.read",
    "okta.myAccount.authenticators.manage",
    "okta.myAccount.webauthn.read",
    "okta.myAccount.webauthn.manage",
    "okta.myAccount.oktaApplications.read",
    "okta.myAccount.appAuthenticator.manage",
    "okta.myAccount.appAuthenticator.maintenance.manage",
    "okta.myAccount.appAuthenticator.maintenance.read",
];

/// A mock, and a token of the buyer with these scopes.
async fn with_token(scopes: &[&str]) -> (MockIdp, String) {
    with_token_of(TestOrg::market(), scopes).await
}

/// The same of another org.
async fn with_token_of(org: TestOrg, scopes: &[&str]) -> (MockIdp, String) {
    let mock = org.grant(WEB, &SCOPES).start().await;
    let scopes = [&["openid"], scopes].concat();
    let spec = LoginSpec::at(WEB).user(LOGIN).server("org").scopes(&scopes);
    let token = mock.org().login(&spec).await.unwrap().access_token.unwrap();
    (mock, token)
}

async fn ask(mock: &MockIdp, token: &str, method: Method, path: &str, body: Value) -> Response {
    let request = plain().request(method.clone(), format!("{}/idp/myaccount/{path}", mock.url())).bearer_auth(token);
    let request = if method == Method::GET { request } else { request.json(&body) };
    request.send().await.unwrap()
}

async fn json_of(response: Response, status: u16) -> Value {
    assert_eq!(response.status(), status);
    response.json().await.unwrap()
}

#[tokio::test]
async fn the_profile_is_read_and_replaced_as_far_as_the_user_may_write_it() {
    let (mock, token) = with_token(&SCOPES).await;
    let profile = json_of(ask(&mock, &token, Method::GET, "profile", Value::Null).await, 200).await;
    assert_eq!(profile["profile"]["login"], LOGIN);
    assert_eq!(profile["_links"]["self"]["href"], format!("{}/idp/myaccount/profile", mock.url()));
    let put = async |profile: Value| ask(&mock, &token, Method::PUT, "profile", json!({ "profile": profile })).await;
    let mut new = profile["profile"].clone();
    new["mobilePhone"] = "+1 555 0199".into();
    let replaced = json_of(put(new.clone()).await, 200).await;
    assert_eq!(replaced["profile"]["mobilePhone"], "+1 555 0199");
    let cause = async |change: &dyn Fn(&mut Value)| {
        let mut changed = new.clone();
        change(&mut changed);
        let refused = json_of(put(changed).await, 400).await;
        assert_eq!(refused["errorSummary"], "Api validation failed: forUpdate");
        refused["errorCauses"][0]["errorSummary"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        cause(&|profile| profile["login"] = "other@example.test".into()).await,
        "Property 'login' is read only.  The value supplied must exactly match the existing value."
    );
    assert_eq!(
        cause(&|profile| drop(profile.as_object_mut().unwrap().remove("mobilePhone"))).await,
        "Property 'mobilePhone' needs a value passed.  To unset it, explicitly set it to null."
    );
    let text = cause(&|profile| profile["email"] = "other@example.test".into()).await;
    assert!(text.starts_with("You cannot update email attributes using the profile endpoint."), "{text}");
    new["mobilePhone"] = Value::Null;
    assert_eq!(json_of(put(new).await, 200).await["profile"].get("mobilePhone"), None);
}

#[tokio::test]
async fn a_user_changes_the_password_with_the_old_one_or_replaces_it() {
    let (mock, token) = with_token(&SCOPES).await;
    let password = json_of(ask(&mock, &token, Method::GET, "password", Value::Null).await, 200).await;
    assert_eq!(password["status"], "ACTIVE");
    let change = async |old: &str, new: &str| {
        let body = json!({ "oldPassword": old, "newPassword": new });
        ask(&mock, &token, Method::POST, "password/change-password", body).await.status()
    };
    assert_eq!(change("wrong", "Str0nger-than-before").await, 403);
    assert_eq!(change("Passw0rd!", "Str0nger-than-before").await, 204);
    let put = async |password: &str| {
        let body = json!({ "profile": { "password": password } });
        ask(&mock, &token, Method::PUT, "password", body).await.status()
    };
    assert_eq!((put("weak").await, put("An0ther-one!").await), (400.try_into().unwrap(), 201.try_into().unwrap()));
    let authn = plain().post(format!("{}/api/v1/authn", mock.url()));
    let body = json!({ "username": LOGIN, "password": "An0ther-one!" });
    let body: Value = authn.json(&body).send().await.unwrap().json().await.unwrap();
    assert_eq!(body["status"], "SUCCESS");
    let path = "password/complexity-requirements";
    let requirements = json_of(ask(&mock, &token, Method::GET, path, Value::Null).await, 200).await;
    assert_eq!(requirements["complexity"]["minLength"], 8);
}

#[tokio::test]
async fn addresses_and_the_org_are_read_and_sessions_are_ended() {
    let (mock, token) = with_token(&SCOPES).await;
    let emails = json_of(ask(&mock, &token, Method::GET, "emails", Value::Null).await, 200).await;
    assert_eq!((&emails[0]["roles"], &emails[0]["profile"]["email"]), (&json!(["PRIMARY"]), &json!(LOGIN)));
    let path = format!("emails/{}", emails[0]["id"].as_str().unwrap());
    assert_eq!(json_of(ask(&mock, &token, Method::GET, &path, Value::Null).await, 200).await, emails[0]);
    assert_eq!(ask(&mock, &token, Method::GET, "emails/x", Value::Null).await.status(), 404);
    let org = json_of(ask(&mock, &token, Method::GET, "organization", Value::Null).await, 200).await;
    assert_eq!(org["name"], "Market");
    let end = "sessions?oauthTokens=false";
    assert_eq!(ask(&mock, &token, Method::DELETE, end, json!({})).await.status(), 204);
    assert_eq!(ask(&mock, &token, Method::GET, "organization", Value::Null).await.status(), 200);
    assert_eq!(ask(&mock, &token, Method::DELETE, "sessions", json!({})).await.status(), 204);
    assert_eq!(ask(&mock, &token, Method::GET, "organization", Value::Null).await.status(), 401);
}

#[tokio::test]
async fn a_token_without_the_scope_and_an_api_token_are_refused() {
    let (mock, token) = with_token(&["okta.myAccount.profile.read"]).await;
    let body = json!({ "profile": {} });
    assert_eq!(ask(&mock, &token, Method::PUT, "profile", body).await.status(), 403);
    assert_eq!(ask(&mock, &token, Method::GET, "emails", Value::Null).await.status(), 403);
    let request = plain().get(format!("{}/idp/myaccount/profile", mock.url()));
    let request = request.header("authorization", "SSWS 00mockMarketApiToken0123456789abcdefghijkl");
    assert_eq!(json_of(request.send().await.unwrap(), 403).await["errorCode"], "E0000005");
}

#[tokio::test]
async fn a_user_whose_password_an_administrator_has_reset_cannot_replace_it_with_an_older_token() {
    let (mock, token) = with_token(&SCOPES).await;
    let url = format!("{}/api/v1/users/{LOGIN}/lifecycle/expire_password", mock.url());
    let request =
        plain().post(url).json(&json!({})).header("authorization", "SSWS 00mockMarketApiToken0123456789abcdefghijkl");
    assert_eq!(request.send().await.unwrap().status(), 200);
    let body = json!({ "profile": { "password": "An0ther-one!" } });
    assert_eq!(ask(&mock, &token, Method::PUT, "password", body).await.status(), 403);
}

/// The code of the last message to the buyer.
async fn code(mock: &MockIdp, kind: &str) -> String {
    let url = format!("{}/_mock/inbox?user={LOGIN}&kind={kind}", mock.url());
    let messages: Value = plain().get(url).send().await.unwrap().json().await.unwrap();
    let mut codes = messages.as_array().unwrap().iter().filter_map(|message| message["code"].as_str());
    codes.next().unwrap_or_else(|| panic!("no code in {messages}")).to_owned()
}

/// Asks the management API.
async fn administer(mock: &MockIdp, method: Method, path: &str, body: Value) -> Value {
    let request = plain().request(method, format!("{}{path}", mock.url()));
    let request = request.header("authorization", "SSWS 00mockMarketApiToken0123456789abcdefghijkl");
    let response = request.json(&body).send().await.unwrap().error_for_status().unwrap();
    response.json().await.unwrap_or_default()
}

/// The id of a new group whose members are the users that an expression fits.
async fn group_by_rule(mock: &MockIdp, expression: &str) -> String {
    let post = async |path: &str, body: Value| administer(mock, Method::POST, path, body).await;
    let group = post("/api/v1/groups", json!({ "profile": { "name": "By rule" } })).await;
    let group = group["id"].as_str().unwrap().to_owned();
    let rule = json!({
        "type": "group_rule", "name": "by expression",
        "conditions": { "expression": { "type": "urn:okta:expression:1.0", "value": expression } },
        "actions": { "assignUserToGroups": { "groupIds": [group] } },
    });
    let rule = post("/api/v1/groups/rules", rule).await;
    let activate = format!("/api/v1/groups/rules/{}/lifecycle/activate", rule["id"].as_str().unwrap());
    post(&activate, json!({})).await;
    group
}

#[tokio::test]
async fn a_new_address_is_that_of_the_user_when_its_code_has_been_entered() {
    let (mock, token) = with_token(&SCOPES).await;
    let new = "ben@example.test";
    let group = group_by_rule(&mock, &format!("user.email == \"{new}\"")).await;
    let groups = format!("/api/v1/users/{LOGIN}/groups");
    assert!(!administer(&mock, Method::GET, &groups, Value::Null).await.to_string().contains(&group));
    let add = async |email: &str| {
        ask(&mock, &token, Method::POST, "emails", json!({ "profile": { "email": email }, "role": "PRIMARY" })).await
    };
    for (email, status, cause) in [
        ("no address", 400, "Invalid email address."),
        (LOGIN, 409, "The email buyer@example.test is already registered to the current user profile."),
    ] {
        let refused = json_of(add(email).await, status).await;
        assert_eq!(refused["errorCauses"][0]["errorSummary"], cause, "{refused}");
    }
    let added = json_of(add(new).await, 201).await;
    assert_eq!((&added["status"], &added["roles"]), (&json!("UNVERIFIED"), &json!(["PRIMARY"])));
    assert_eq!(json_of(add(new).await, 409).await["errorCode"], "E0000157");
    let path = format!("emails/{}", added["id"].as_str().unwrap());
    let emails = json_of(ask(&mock, &token, Method::GET, "emails", Value::Null).await, 200).await;
    assert_eq!((emails.as_array().unwrap().len(), &emails[0]["status"]), (2, &json!("VERIFIED")));

    let challenge = format!("{path}/challenge");
    let sent = json_of(ask(&mock, &token, Method::POST, &challenge, json!({ "state": "s" })).await, 201).await;
    let challenge = format!("{challenge}/{}", sent["id"].as_str().unwrap());
    let verify = async |code: &str| {
        let body = json!({ "verificationCode": code });
        ask(&mock, &token, Method::POST, &format!("{challenge}/verify"), body).await
    };
    let wrong = json_of(verify("000").await, 401).await;
    assert_eq!(wrong["errorCauses"][0]["errorSummary"], "The verification challenge failed due to an invalid code.");
    let polled = json_of(ask(&mock, &token, Method::GET, &challenge, Value::Null).await, 200).await;
    assert_eq!((&polled["status"], &polled["profile"]["email"]), (&json!("UNVERIFIED"), &json!(new)));
    let right = code(&mock, "email").await;
    assert_eq!(verify(&right).await.status(), 200);
    assert_eq!(verify(&right).await.status(), 404, "it is used up");
    assert!(administer(&mock, Method::GET, &groups, Value::Null).await.to_string().contains(&group));
    let polled = json_of(ask(&mock, &token, Method::GET, &challenge, Value::Null).await, 200).await;
    assert_eq!(polled["status"], "VERIFIED");
    let emails = json_of(ask(&mock, &token, Method::GET, "emails", Value::Null).await, 200).await;
    assert_eq!((emails.as_array().unwrap().len(), &emails[0]["profile"]["email"]), (1, &json!(new)));
    let refused = json_of(ask(&mock, &token, Method::DELETE, &path, json!({})).await, 400).await;
    assert_eq!(refused["errorCauses"][0]["errorSummary"], "Can't delete a verified email address.");
}

#[tokio::test]
async fn an_address_that_is_not_verified_can_be_removed_and_five_wrong_codes_end_its_code() {
    let (mock, token) = with_token(&SCOPES).await;
    let body = json!({ "profile": { "email": "ben@example.test" }, "role": "SECONDARY" });
    let added = json_of(ask(&mock, &token, Method::POST, "emails", body).await, 201).await;
    let verify = added["_links"]["verify"]["href"].as_str().unwrap().to_owned();
    let verify = verify.rsplit_once("/idp/myaccount/").unwrap().1.to_owned();
    let right = code(&mock, "email").await;
    let enter = async |code: &str| {
        ask(&mock, &token, Method::POST, &verify, json!({ "verificationCode": code })).await.status().as_u16()
    };
    for _ in 0..5 {
        assert_eq!(enter("000").await, 401);
    }
    assert_eq!(enter(&right).await, 404);
    let path = format!("emails/{}", added["id"].as_str().unwrap());
    assert_eq!(ask(&mock, &token, Method::DELETE, &path, json!({})).await.status(), 204);
    assert_eq!(ask(&mock, &token, Method::GET, &path, Value::Null).await.status(), 404);
}

#[tokio::test]
async fn a_phone_is_verified_by_the_code_of_a_text_message_or_a_call() {
    let (mock, token) = with_token(&SCOPES).await;
    let add = async |number: &str| {
        let body = json!({ "profile": { "phoneNumber": number }, "sendCode": true, "method": "SMS" });
        ask(&mock, &token, Method::POST, "phones", body).await
    };
    assert_eq!(json_of(add("x").await, 400).await["errorCauses"][0]["errorSummary"], "Invalid phone number.");
    let added = json_of(add("+14155551337").await, 201).await;
    assert_eq!((&added["status"], &added["profile"]["phoneNumber"]), (&json!("UNVERIFIED"), &json!("+14155551337")));
    let path = format!("phones/{}", added["id"].as_str().unwrap());
    let verify = async |code: &str| {
        ask(&mock, &token, Method::POST, &format!("{path}/verify"), json!({ "verificationCode": code })).await
    };
    assert_eq!(verify("000").await.status(), 401);
    let challenged = ask(&mock, &token, Method::POST, &format!("{path}/challenge"), json!({ "method": "CALL" })).await;
    let challenged = json_of(challenged, 200).await;
    assert_eq!(challenged["_links"]["verify"]["href"], format!("{}/idp/myaccount/{path}/verify", mock.url()));
    let method = json!({ "method": "FAX" });
    assert_eq!(ask(&mock, &token, Method::POST, &format!("{path}/challenge"), method).await.status(), 400);
    assert_eq!(verify(&code(&mock, "voice").await).await.status(), 204);
    let phones = json_of(ask(&mock, &token, Method::GET, "phones", Value::Null).await, 200).await;
    assert_eq!((phones.as_array().unwrap().len(), &phones[0]["status"]), (1, &json!("VERIFIED")));
    assert_eq!(json_of(add("+14155551337").await, 409).await["errorCode"], "E0000157");
    assert_eq!(
        json_of(add("+14155551338").await, 400).await["errorSummary"],
        "Api validation failed: Exceeded cardinality max"
    );
    assert_eq!(ask(&mock, &token, Method::DELETE, &path, json!({})).await.status(), 204);
    assert_eq!(ask(&mock, &token, Method::GET, &path, Value::Null).await.status(), 404);
}

#[tokio::test]
async fn a_code_of_a_call_is_no_wrong_code_of_a_text_message_and_each_code_counts_once() {
    let (mock, token) = with_token(&SCOPES).await;
    let body = json!({ "profile": { "phoneNumber": "+14155551337" }, "sendCode": false });
    let added = json_of(ask(&mock, &token, Method::POST, "phones", body).await, 201).await;
    let path = format!("phones/{}", added["id"].as_str().unwrap());
    let verify = async |code: &str| {
        ask(&mock, &token, Method::POST, &format!("{path}/verify"), json!({ "verificationCode": code })).await
    };
    let challenge = async |method: &str| {
        let body = json!({ "method": method });
        assert_eq!(ask(&mock, &token, Method::POST, &format!("{path}/challenge"), body).await.status(), 200);
    };
    let none = json_of(verify("123456").await, 409).await;
    assert_eq!(
        (&none["errorCode"], &none["errorSummary"], &none["errorCauses"][0]["errorSummary"]),
        (
            &json!("E0000157"),
            &json!("Another authenticator with key: transactionHandle is already active."),
            &json!("Failed to find a transaction. Either the challenge was answered or the factor id is invalid."),
        )
    );
    challenge("SMS").await;
    for _ in 0..4 {
        assert_eq!(verify("000").await.status(), 401);
    }
    challenge("CALL").await;
    assert_eq!(verify(&code(&mock, "voice").await).await.status(), 204);
    let sms = code(&mock, "sms").await;
    assert_eq!(verify(&sms).await.status(), 204, "four wrong codes were entered");
    assert_eq!(verify(&sms).await.status(), 409, "it is used up");
}

#[tokio::test]
async fn a_phone_is_not_called_if_the_org_has_no_calls() {
    let org = TestOrg::market().edit(|document| {
        let authenticators = document.directory.get_mut(&DirectoryKind::Authenticator).unwrap();
        let phone = authenticators.iter_mut().find(|known| known.text("key") == Some("phone_number")).unwrap();
        phone.members.insert("methods".to_owned(), json!({ "voice": { "status": "INACTIVE" } }));
    });
    let (mock, token) = with_token_of(org, &SCOPES).await;
    let body = json!({ "profile": { "phoneNumber": "+14155551337" } });
    let added = json_of(ask(&mock, &token, Method::POST, "phones", body).await, 201).await;
    let challenge = format!("phones/{}/challenge", added["id"].as_str().unwrap());
    let refused = json_of(ask(&mock, &token, Method::POST, &challenge, json!({ "method": "CALL" })).await, 403).await;
    assert_eq!(
        (&refused["errorCode"], &refused["errorCauses"][0]["errorSummary"]),
        (&json!("E0000038"), &json!("Method CALL is not enabled for your org."))
    );
}

#[tokio::test]
async fn authenticators_list_what_the_user_has_enrolled() {
    let org = TestOrg::market().edit(|document| {
        let policy = model(json!({
            "name": "Default Policy", "type": "MFA_ENROLL",
            "settings": { "type": "AUTHENTICATORS", "authenticators": [
                { "key": "phone_number", "enroll": { "self": "OPTIONAL" } },
            ] },
        }));
        document.directory.entry(DirectoryKind::Policy).or_default().push(policy);
    });
    let (mock, token) = with_token_of(org, &SCOPES).await;
    let get = async |path: &str| ask(&mock, &token, Method::GET, path, Value::Null).await;
    let all = json_of(get("authenticators?expand=enrollments").await, 200).await;
    let phone = all.as_array().unwrap().iter().find(|known| known["key"] == "phone_number").unwrap();
    assert_eq!((&phone["enrollable"], &phone["_embedded"]["enrollments"]), (&json!(true), &json!([])));
    let body = json!({ "profile": { "phoneNumber": "+14155551337" } });
    let added = json_of(ask(&mock, &token, Method::POST, "phones", body).await, 201).await;
    let verify = format!("phones/{}/verify", added["id"].as_str().unwrap());
    let body = json!({ "verificationCode": code(&mock, "sms").await });
    assert_eq!(ask(&mock, &token, Method::POST, &verify, body).await.status(), 204);
    let path = format!("authenticators/{}", phone["id"].as_str().unwrap());
    assert_eq!(json_of(get(&path).await, 200).await["enrollable"], false);
    let enrolled = json_of(get(&format!("{path}/enrollments")).await, 200).await;
    assert_eq!(enrolled.as_array().unwrap().len(), 2, "by text message and by call: {enrolled}");
    let one = format!("{path}/enrollments/{}", enrolled[0]["id"].as_str().unwrap());
    assert_eq!(json_of(get(&one).await, 200).await, enrolled[0]);
    let patch = async |path: &str, body: Value| {
        let request = plain().patch(format!("{}/idp/myaccount/{path}", mock.url())).bearer_auth(&token);
        let request = request.header("content-type", "application/merge-patch+json;okta-version=1.0.0");
        request.body(body.to_string()).send().await.unwrap()
    };
    let named = json_of(patch(&one, json!({ "nickname": "work" })).await, 200).await;
    assert_eq!((&named["nickname"], &json_of(get(&one).await, 200).await), (&json!("work"), &named));
    assert_eq!(json_of(patch(&one, json!({})).await, 200).await, named, "what is left out stays");
    let unnamed = json_of(patch(&one, json!({ "nickname": null })).await, 200).await;
    assert_eq!((unnamed.get("nickname"), &unnamed), (None, &enrolled[0]));
    assert_eq!(patch(&format!("{path}/enrollments/unknown"), json!({ "nickname": "x" })).await.status(), 404);
    let posted = plain().post(format!("{}/idp/myaccount/phones", mock.url())).bearer_auth(&token);
    let posted = posted.header("content-type", "application/merge-patch+json").body("{}").send().await.unwrap();
    let refused = json_of(posted, 400).await;
    assert_eq!(refused["errorCode"], "E0000021", "only a PATCH has this type");
    let all = json_of(get("authenticators?expand=requirements").await, 200).await;
    for known in all.as_array().unwrap() {
        let embedded = known.get("_embedded").map(|embedded| &embedded["requirements"]["complexity"]["minLength"]);
        assert_eq!(embedded, (known["key"] == "okta_password").then_some(&json!(8)), "{known}");
    }
    assert_eq!(get("authenticators/unknown").await.status(), 404);
    let apps = json_of(get("okta-applications").await, 200).await;
    assert_eq!(apps[0]["name"], "okta_enduser");
    let schema = json_of(get("profile/schema").await, 200).await;
    let login = &schema["properties"]["login"];
    assert_eq!((&login["permissions"]["SELF"], &login["required"]), (&json!("READ_ONLY"), &json!(true)));
}

#[tokio::test]
async fn a_passkey_is_registered_listed_and_removed() {
    let (mock, token) = with_token(&SCOPES).await;
    let begun = ask(&mock, &token, Method::POST, "webauthn/registration", json!({})).await;
    let begun = json_of(begun, 200).await;
    assert_eq!(begun["options"]["user"]["name"], LOGIN);
    let authenticator = Authenticator::new(b"own credential");
    let answer = authenticator.register(&begun["options"], origin(&mock));
    let shown = json_of(ask(&mock, &token, Method::POST, "webauthn", answer.clone()).await, 200).await;
    assert_eq!((&shown["status"], &shown["type"]), (&json!("ACTIVE"), &json!("security_key")));
    assert_eq!(ask(&mock, &token, Method::POST, "webauthn", answer).await.status(), 404, "it counts once");
    let all = json_of(ask(&mock, &token, Method::GET, "webauthn", Value::Null).await, 200).await;
    assert_eq!(all, json!([shown]));
    let path = format!("webauthn/{}", shown["id"].as_str().unwrap());
    assert_eq!(ask(&mock, &token, Method::DELETE, &path, json!({})).await.status(), 204);
    assert_eq!(ask(&mock, &token, Method::GET, &path, Value::Null).await.status(), 404);
}

#[tokio::test]
async fn a_registration_of_a_passkey_is_completed_before_it_expires() {
    let (mock, token) = with_token(&SCOPES).await;
    let authenticator = Authenticator::new(b"own credential");
    for (waits, status) in [(300, 404), (0, 200)] {
        let begun = json_of(ask(&mock, &token, Method::POST, "webauthn/registration", json!({})).await, 200).await;
        advance(&mock, waits).await;
        let answer = authenticator.register(&begun["options"], origin(&mock));
        assert_eq!(ask(&mock, &token, Method::POST, "webauthn", answer).await.status(), status, "{waits}");
    }
}

#[tokio::test]
async fn administrators_by_a_group_have_the_admin_console() {
    let names = async |org: TestOrg| {
        let (mock, token) = with_token_of(org, &SCOPES).await;
        let apps = ask(&mock, &token, Method::GET, "okta-applications", Value::Null).await;
        let apps = json_of(apps, 200).await;
        apps.as_array().unwrap().iter().map(|app| app["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let others = ["okta_enduser", "okta_account_settings", "okta_browser_plugin"];
    assert_eq!(names(TestOrg::market()).await, others);
    let administrators = TestOrg::market().edit(|document| {
        let buyers = document.groups.iter_mut().find(|group| group.id == "00gbuyers000000005d7").unwrap();
        buyers.roles.push(model(json!({ "type": "HELP_DESK_ADMIN" })));
    });
    assert_eq!(names(administrators).await, [&others[..], &["saasure"]].concat());
}

/// What is read.
const READS: [&str; 15] = [
    "profile",
    "profile/schema",
    "password",
    "password/complexity-requirements",
    "emails",
    "emails/x",
    "emails/x/challenge/y",
    "phones",
    "phones/x",
    "authenticators",
    "authenticators/x",
    "authenticators/x/enrollments",
    "authenticators/x/enrollments/y",
    "webauthn",
    "webauthn/x",
];

/// What changes the account.
const CHANGES: [(Method, &str); 17] = [
    (Method::PUT, "profile"),
    (Method::POST, "password"),
    (Method::PUT, "password"),
    (Method::DELETE, "password"),
    (Method::POST, "password/change-password"),
    (Method::POST, "emails"),
    (Method::DELETE, "emails/x"),
    (Method::POST, "emails/x/challenge"),
    (Method::POST, "emails/x/challenge/y/verify"),
    (Method::POST, "phones"),
    (Method::DELETE, "phones/x"),
    (Method::POST, "phones/x/challenge"),
    (Method::POST, "phones/x/verify"),
    (Method::PATCH, "authenticators/x/enrollments/y"),
    (Method::POST, "webauthn"),
    (Method::POST, "webauthn/registration"),
    (Method::DELETE, "webauthn/x"),
];

#[tokio::test]
async fn each_operation_needs_a_scope_of_its_own() {
    let reading: Vec<&str> = SCOPES.into_iter().filter(|scope| scope.ends_with(".read")).collect();
    let (mock, token) = with_token(&reading).await;
    for (method, path) in CHANGES {
        let refused = ask(&mock, &token, method.clone(), path, json!({})).await;
        assert!(lacks_scope(&refused), "{method} {path}");
    }
    assert!(lacks_scope(&ask(&mock, &token, Method::DELETE, "sessions", json!({})).await));
    let (mock, token) = with_token(&["okta.myAccount.sessions.manage"]).await;
    for path in READS.into_iter().chain(["okta-applications", "organization"]) {
        assert!(lacks_scope(&ask(&mock, &token, Method::GET, path, Value::Null).await), "{path}");
    }
}

fn lacks_scope(response: &Response) -> bool {
    let challenge = response.headers().get("www-authenticate").map(|header| header.to_str().unwrap());
    response.status() == 403 && challenge.is_some_and(|text| text.contains("error=\"insufficient_scope\""))
}

#[tokio::test]
async fn what_another_user_has_is_not_found() {
    let (mock, token) = with_token(&SCOPES).await;
    let scopes = [&["openid"], &SCOPES[..]].concat();
    let spec = LoginSpec::at(WEB).user("premium@example.test").server("org").scopes(&scopes);
    let other = mock.org().login(&spec).await.unwrap().access_token.unwrap();
    let add = async |path: &str, body: Value, status: u16| {
        let added = json_of(ask(&mock, &other, Method::POST, path, body).await, status).await;
        added["id"].as_str().unwrap_or_default().to_owned()
    };
    let email = add("emails", json!({ "profile": { "email": "priya@example.test" } }), 201).await;
    let phone = add("phones", json!({ "profile": { "phoneNumber": "+14155551337" } }), 201).await;
    let begun = json_of(ask(&mock, &other, Method::POST, "webauthn/registration", json!({})).await, 200).await;
    let passkey = Authenticator::new(b"other credential").register(&begun["options"], origin(&mock));
    assert_eq!(ask(&mock, &token, Method::POST, "webauthn", passkey.clone()).await.status(), 404);
    let passkey = add("webauthn", passkey, 200).await;
    let challenge = add(&format!("emails/{email}/challenge"), json!({ "state": "s" }), 201).await;
    for (method, path) in [
        (Method::GET, format!("emails/{email}")),
        (Method::DELETE, format!("emails/{email}")),
        (Method::POST, format!("emails/{email}/challenge")),
        (Method::GET, format!("emails/{email}/challenge/{challenge}")),
        (Method::POST, format!("emails/{email}/challenge/{challenge}/verify")),
        (Method::GET, format!("phones/{phone}")),
        (Method::DELETE, format!("phones/{phone}")),
        (Method::POST, format!("phones/{phone}/challenge")),
        (Method::POST, format!("phones/{phone}/verify")),
        (Method::GET, format!("webauthn/{passkey}")),
        (Method::DELETE, format!("webauthn/{passkey}")),
    ] {
        let body = json!({ "method": "SMS", "verificationCode": "123456" });
        assert_eq!(ask(&mock, &token, method.clone(), &path, body).await.status(), 404, "{method} {path}");
    }
    for path in [format!("emails/{email}"), format!("phones/{phone}"), format!("webauthn/{passkey}")] {
        assert_eq!(ask(&mock, &other, Method::GET, &path, Value::Null).await.status(), 200, "{path}");
    }
}

#[tokio::test]
async fn a_password_is_removed_and_created_again() {
    let (mock, token) = with_token(&SCOPES).await;
    let post = async || {
        let body = json!({ "profile": { "password": "An0ther-one!" } });
        ask(&mock, &token, Method::POST, "password", body).await
    };
    let refused = json_of(post().await, 409).await;
    assert_eq!(refused["errorSummary"], "This account already has a password set as an authenticator.");
    let sign_in = async || {
        let authn = plain().post(format!("{}/api/v1/authn", mock.url()));
        authn.json(&json!({ "username": LOGIN, "password": "Passw0rd!" })).send().await.unwrap().status()
    };
    assert_eq!(sign_in().await, 200);
    assert_eq!(ask(&mock, &token, Method::DELETE, "password", json!({})).await.status(), 204);
    assert_eq!(sign_in().await, 401);
    assert_eq!(ask(&mock, &token, Method::DELETE, "password", json!({})).await.status(), 404);
    assert_eq!(json_of(post().await, 201).await["status"], "ACTIVE");
}

#[tokio::test]
async fn a_change_of_the_account_needs_a_sign_in_of_the_last_fifteen_minutes() {
    let (mock, token) = with_token(&SCOPES).await;
    advance(&mock, 901).await;
    let body = json!({ "profile": { "email": "ben@example.test" } });
    let refused = ask(&mock, &token, Method::POST, "emails", body).await;
    assert_eq!(refused.status(), 403);
    let challenge = refused.headers()["www-authenticate"].to_str().unwrap().to_owned();
    for part in ["Bearer ", "error=\"insufficient_authentication_context\"", "max_age=900"] {
        assert!(challenge.contains(part), "{part} in {challenge}");
    }
    assert_eq!(ask(&mock, &token, Method::GET, "emails", Value::Null).await.status(), 200);
}
