//! Users read and change their own accounts with tokens of theirs.

use mock_idp::{LoginSpec, MockIdp};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::client::plain;
use crate::flow::WEB;
use crate::org::TestOrg;

const LOGIN: &str = "buyer@example.test";
const SCOPES: [&str; 7] = [
    "okta.myAccount.profile.read",
    "okta.myAccount.profile.manage",
    "okta.myAccount.password.read",
    "okta.myAccount.password.manage",
    "okta.myAccount.email.read",
    "okta.myAccount.organization.read",
    "okta.myAccount.sessions.manage",
];

/// A mock, and a token of the buyer with these scopes.
async fn with_token(scopes: &[&str]) -> (MockIdp, String) {
    let mock = TestOrg::market().grant(WEB, &SCOPES).start().await;
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
