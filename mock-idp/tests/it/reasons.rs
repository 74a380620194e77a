//! The reasons in the journal: what a request got wrong, and the nearest right name.

use mock_idp::MockIdp;
use mock_idp_core::model::Status;
use serde_json::Value;

use crate::client;
use crate::flow::{WEB, code_request};
use crate::org::TestOrg;
use crate::refusals::token;

const SPA: &str = "0oamarketspa000005d7";
const SERVICE: &str = "0oamarketservice05d7";
const SERVICE_SECRET: &str = "mock-secret-service-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFG";

/// The reason of the last request, without the id of the error.
async fn reason(mock: &MockIdp) -> String {
    let url = format!("{}/_mock/requests?limit=1", mock.url());
    let journal: Value = client::plain().get(url).send().await.unwrap().json().await.unwrap();
    let reason = journal[0]["reason"].as_str().and_then(|reason| reason.split_once(": "));
    reason.unwrap_or_else(|| panic!("{journal}")).1.to_owned()
}

#[tokio::test]
async fn an_authorization_request_with_a_misspelt_name_is_explained_with_the_nearest() {
    let org = TestOrg::market().app(SPA, |app| app.status = Status::Inactive);
    let mock = org.start().await;
    for (parameter, value, expected) in [
        ("scope", "openid profle", "the server has no scope profle; did you mean `profile`?"),
        ("response_type", "cod", "response_type `cod` is unknown; did you mean `code`?"),
        ("response_type", "code idtoken", "response_type `code idtoken` is unknown; did you mean `id_token`?"),
        ("response_mode", "formpost", "response_mode `formpost` is unknown; did you mean `form_post`?"),
        ("prompt", "logn", "prompt `logn`; did you mean `login`?"),
        (
            "client_id",
            "0oamarketweb00005d7",
            "no client has the id `0oamarketweb00005d7`; did you mean `0oamarketweb000005d7`?",
        ),
        ("client_id", "Market demo", "`Market demo` is not a client id; that of the app is `0oamarketweb000005d7`"),
        ("client_id", SPA, "the client `0oamarketspa000005d7` is inactive"),
        ("client_id", "xyz", "no client has the id `xyz`"),
    ] {
        let mut request = code_request(WEB, "openid");
        request.retain(|(name, _)| *name != parameter);
        request.push((parameter, value));
        client::plain().get(format!("{}/v1/authorize", mock.issuer())).query(&request).send().await.unwrap();
        assert_eq!(reason(&mock).await, expected);
    }
}

#[tokio::test]
async fn a_token_request_with_a_misspelt_name_is_explained_with_the_nearest() {
    let mock = MockIdp::builder().start().await.unwrap();
    for (grant_type, scope, expected) in [
        (
            "client_credential",
            "products:read",
            "grant_type `client_credential` is unknown; did you mean `client_credentials`?",
        ),
        (
            "device_code",
            "products:read",
            "grant_type `device_code` is unknown; did you mean `urn:ietf:params:oauth:grant-type:device_code`?",
        ),
        (
            "jwt_bearer",
            "products:read",
            "grant_type `jwt_bearer` is unknown; did you mean `urn:ietf:params:oauth:grant-type:jwt-bearer`?",
        ),
        ("xyz", "products:read", "grant_type `xyz` is unknown"),
        ("client_credentials", "product:read", "the server has no scope product:read; did you mean `products:read`?"),
    ] {
        let form = [("grant_type", grant_type), ("scope", scope)];
        token(&mock, "/oauth2/default", Some((SERVICE, SERVICE_SECRET)), &form).await;
        assert_eq!(reason(&mock).await, expected);
    }
}
