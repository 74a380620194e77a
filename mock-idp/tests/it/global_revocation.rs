//! Global token revocation: all sessions and tokens of one user.

use mock_idp::MockIdp;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::flow::{WEB, WEB_SECRET, authorize, browser, code_request, parameter, redeem};
use crate::market::{market, shared};
use crate::registration::API_TOKEN;
use crate::{ciba, device};

const BUYER: &str = "buyer@example.test";
const BUYER_ID: &str = "00ubuyer0000000005d7";
const ADMIN: &str = "admin@example.test";

/// Requests the revocation for a subject. Returns status and body.
async fn revoke(mock: &MockIdp, authorization: Option<&str>, body: &str) -> (u16, String) {
    let request = shared().post(format!("{}/oauth2/v1/global-token-revocation", mock.url()));
    let request = request.header("content-type", "application/json").body(body.to_owned());
    let request = match authorization {
        Some(authorization) => request.header("authorization", authorization),
        None => request,
    };
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    if status == 204 {
        assert_eq!(response.headers()["x-frame-options"], "SAMEORIGIN");
    }
    (status, response.text().await.unwrap())
}

/// The tokens of a user, and a code that is not redeemed yet.
struct Held {
    browser: Client,
    tokens: Value,
    code: String,
}

impl Held {
    async fn by(mock: &MockIdp, login: &str) -> Self {
        let browser = browser();
        let request = code_request(WEB, "openid offline_access");
        let arrived = authorize(mock, &browser, login, &request).await;
        let response = redeem(mock, &parameter(&arrived, "code").unwrap()).await;
        let arrived = authorize(mock, &browser, "", &code_request(WEB, "openid")).await;
        let code = parameter(&arrived, "code").unwrap();
        Self { browser, tokens: response.json().await.unwrap(), code }
    }

    /// Whether the session lasts, the access and the refresh token are good, and the code can be redeemed.
    async fn lasts(&self, mock: &MockIdp) -> [bool; 4] {
        let silent = [code_request(WEB, "openid"), vec![("prompt", "none")]].concat();
        let arrived = authorize(mock, &self.browser, "", &silent).await;
        let active = async |name: &str| {
            let request = shared().post(format!("{}/v1/introspect", mock.issuer())).basic_auth(WEB, Some(WEB_SECRET));
            let request = request.form(&[("token", self.tokens[name].as_str().unwrap())]);
            request.send().await.unwrap().json::<Value>().await.unwrap()["active"].as_bool().unwrap()
        };
        let redeemed = redeem(mock, &self.code).await;
        [
            parameter(&arrived, "code").is_some(),
            active("access_token").await,
            active("refresh_token").await,
            redeemed.status() == 200,
        ]
    }
}

#[tokio::test]
async fn global_revocation_ends_all_sessions_and_tokens_of_a_user() {
    let mock = market().await;
    let ssws = format!("SSWS {API_TOKEN}");
    let issuer = mock.issuer();
    for subject in [
        json!({ "format": "opaque", "id": BUYER_ID }),
        json!({ "format": "iss_sub", "iss": issuer, "sub": BUYER_ID }),
        json!({ "format": "iss_sub", "iss": mock.url(), "sub": BUYER_ID }),
    ] {
        let (buyer, admin) = (Held::by(&mock, BUYER).await, Held::by(&mock, ADMIN).await);
        let body = json!({ "sub_id": subject }).to_string();
        assert_eq!(revoke(&mock, Some(&ssws), &body).await, (204, String::new()), "{body}");
        assert_eq!(buyer.lasts(&mock).await, [false; 4], "{body}");
        assert_eq!(admin.lasts(&mock).await, [true; 4], "another user's are unaffected: {body}");
        // A new sign-in works, even within the same second.
        assert_eq!(Held::by(&mock, BUYER).await.lasts(&mock).await, [true; 4], "{body}");
    }
}

#[tokio::test]
async fn global_revocation_ends_approved_requests_that_are_not_redeemed() {
    let mock = market().await;
    let device_code = device::allowed(&mock, "openid", BUYER).await;
    let auth_req_id = ciba::approved(&mock).await;
    let subject = json!({ "sub_id": { "format": "opaque", "id": BUYER_ID } });
    let ssws = format!("SSWS {API_TOKEN}");
    assert_eq!(revoke(&mock, Some(&ssws), &subject.to_string()).await.0, 204);
    for response in [device::poll(&mock, &device_code).await, ciba::poll(&mock, &auth_req_id).await] {
        assert_eq!(response.status(), 403);
        assert_eq!(response.json::<Value>().await.unwrap()["error"], "access_denied");
    }
}

#[tokio::test]
async fn global_revocation_without_permission_or_subject_is_refused() {
    let mock = market().await;
    let held = Held::by(&mock, BUYER).await;
    let ssws = format!("SSWS {API_TOKEN}");
    let good = json!({ "sub_id": { "format": "opaque", "id": BUYER_ID } }).to_string();
    let bearer = format!("Bearer {}", held.tokens["access_token"].as_str().unwrap());
    let revocation_error = async |authorization: Option<&str>, body: &str| {
        let (status, body) = revoke(&mock, authorization, body).await;
        let body: Value = serde_json::from_str(&body).unwrap();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        (status, text("errorCode"), text("errorSummary"))
    };
    let refused = |status, code: &str, summary: &str| (status, code.to_owned(), summary.to_owned());
    assert_eq!(revocation_error(None, &good).await, refused(403, "E0000005", "Invalid session"));
    assert_eq!(revocation_error(Some(&bearer), &good).await, refused(401, "E0000011", "Invalid token provided"));
    let nobody = refused(400, "E0000001", "Api validation failed: sub_id");
    for subject in [
        json!({ "format": "opaque", "id": "00unobody" }),
        json!({ "format": "email", "email": BUYER }),
        json!({ "format": "iss_sub", "iss": "https://elsewhere.test", "sub": BUYER_ID }),
        json!(BUYER_ID),
        Value::Null,
    ] {
        assert_eq!(revocation_error(Some(&ssws), &json!({ "sub_id": subject }).to_string()).await, nobody, "{subject}");
    }
    assert_eq!(revocation_error(Some(&ssws), "[]").await, nobody);
    let malformed = refused(400, "E0000003", "The request body was not well-formed.");
    assert_eq!(revocation_error(Some(&ssws), "{").await, malformed);
    assert_eq!(held.lasts(&mock).await, [true; 4]);
    let get = shared().request(Method::GET, format!("{}/oauth2/v1/global-token-revocation", mock.url()));
    assert_eq!(get.send().await.unwrap().status(), 405);
}
