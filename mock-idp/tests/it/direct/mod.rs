//! Direct authentication: the client asks the user for passwords and codes itself.

mod enumeration;
mod first_proof;
mod further_proof;
mod policies;
mod refused;

use mock_idp::MockIdp;
use mock_idp_core::protocol::{GrantType, totp};
use reqwest::Response;
use serde_json::{Value, json};

use crate::flow::{browser, decode};
use crate::org::{TestOrg, model};
use crate::refusals::{token, token_error};

const CLIENT: &str = "0oamarketdirect005d7";
const LEGACY: &str = "0oamarketlegacy005d7";
const LEGACY_SECRET: &str = "mock-secret-legacy-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGH";
const SERVER: &str = "/oauth2/default";
const BUYER: &str = "00ubuyer0000000005d7";
const LOGIN: &str = "buyer@example.test";
const PASSWORD: &str = "Passw0rd!";
const NUMBER: &str = "+15554151337";
/// A key of one-time passwords, and its bytes.
const SECRET: &str = "JBSWY3DPEHPK3PXP";
const KEY: &[u8] = b"Hello!\xde\xad\xbe\xef";

const OTP: &str = "urn:okta:params:oauth:grant-type:otp";
const OOB: &str = "urn:okta:params:oauth:grant-type:oob";
const MFA_OTP: &str = "http://auth0.com/oauth/grant-type/mfa-otp";
const MFA_OOB: &str = "http://auth0.com/oauth/grant-type/mfa-oob";

type Form<'a> = &'a [(&'a str, &'a str)];

/// The market, where the buyer has an app with codes, a phone, and Okta Verify without a number challenge.
fn with_factors() -> TestOrg {
    let org = TestOrg::market().user(BUYER, |user| {
        user.factors = vec![
            model(json!({ "factorType": "token:software:totp", "provider": "GOOGLE", "sharedSecret": SECRET })),
            model(json!({ "factorType": "sms", "profile": { "phoneNumber": NUMBER } })),
            model(json!({ "factorType": "call", "profile": { "phoneNumber": NUMBER } })),
            model(json!({ "factorType": "push" })),
        ];
    });
    org.edit(|document| {
        let authenticators = document.directory.get_mut(&mock_idp_core::model::DirectoryKind::Authenticator).unwrap();
        let verify = authenticators.iter_mut().find(|object| object.text("key") == Some("okta_verify")).unwrap();
        verify.members["settings"]["channelBinding"]["required"] = json!("NEVER");
        authenticators.push(model(json!({
            "name": "Email", "type": "email", "key": "okta_email", "status": "ACTIVE", "settings": { "allowedFor": "any" },
        })));
    })
}

/// The same, where each session needs a second authenticator.
fn with_second_factor() -> TestOrg {
    crate::factors::required(with_factors())
}

/// The same as [`with_second_factor`]; another client may use the grants, too.
fn with_another_client() -> TestOrg {
    with_second_factor().oauth(LEGACY, |settings| {
        settings.grant_types.extend([GrantType::Otp, GrantType::Oob, GrantType::MfaOtp, GrantType::MfaOob]);
    })
}

fn code_at(now: i64) -> String {
    totp::code(KEY, totp::step_at(now))
}

/// Posts to one of the endpoints, as the mobile app.
async fn ask(mock: &MockIdp, endpoint: &str, form: Form<'_>) -> Response {
    let form = [&[("client_id", CLIENT)], form].concat();
    browser().post(format!("{}/v1/{endpoint}", mock.issuer())).form(&form).send().await.unwrap()
}

/// The answer to a request that is accepted.
async fn asked(mock: &MockIdp, endpoint: &str, form: Form<'_>) -> Value {
    let response = ask(mock, endpoint, form).await;
    let status = response.status();
    let body: Value = response.json().await.unwrap();
    assert_eq!(status, 200, "{body}");
    body
}

/// A challenge as the first proof: its answer.
async fn primary(mock: &MockIdp, channel: &str) -> Value {
    asked(mock, "primary-authenticate", &[("login_hint", LOGIN), ("channel_hint", channel), ("challenge_hint", OOB)])
        .await
}

async fn redeem(mock: &MockIdp, grant: &str, form: Form<'_>) -> Response {
    let form = [&[("client_id", CLIENT), ("grant_type", grant)], form].concat();
    token(mock, SERVER, None, &form).await
}

/// The claims of the ID token of a grant that is redeemed.
async fn redeemed(mock: &MockIdp, grant: &str, form: Form<'_>) -> Value {
    let response = redeem(mock, grant, form).await;
    let status = response.status();
    let body: Value = response.json().await.unwrap();
    assert_eq!(status, 200, "{body}");
    decode(body["id_token"].as_str().unwrap()).1
}

/// Checks that a grant is refused.
async fn refused(mock: &MockIdp, grant: &str, form: Form<'_>, (status, error, description): (u16, &str, &str)) {
    let expected = (status, error.to_owned(), description.to_owned());
    assert_eq!(token_error(redeem(mock, grant, form).await).await, expected, "{grant} {form:?}");
}

/// Proves the password, after which a further proof is needed: the `mfa_token`.
async fn by_password(mock: &MockIdp) -> String {
    let form = [("username", LOGIN), ("password", PASSWORD), ("scope", "openid profile")];
    mfa_required(redeem(mock, "password", &form).await).await
}

/// The `mfa_token` of an answer that demands a further proof.
async fn mfa_required(response: Response) -> String {
    let status = response.status();
    let body: Value = response.json().await.unwrap();
    let mfa_token = body["mfa_token"].as_str().unwrap_or_default().to_owned();
    let expected = json!({
        "error": "mfa_required",
        "error_description": "Verify with an additional authenticator to complete the sign-in process.",
        "mfa_token": mfa_token,
    });
    assert_eq!((status.as_u16(), &body), (403, &expected));
    assert_eq!(mfa_token.len(), 20, "{mfa_token}");
    mfa_token
}

/// The newest code that was sent to the buyer in this way.
async fn sent_code(mock: &MockIdp, kind: &str) -> String {
    let query = [("kind", kind), ("user", LOGIN), ("limit", "1")];
    let url = format!("{}/_mock/inbox", mock.url());
    let messages: Value = browser().get(url).query(&query).send().await.unwrap().json().await.unwrap();
    messages[0]["code"].as_str().unwrap_or_else(|| panic!("no code in {messages}")).to_owned()
}

/// Answers the notifications on the buyer's phone.
async fn on_phone(mock: &MockIdp, decision: &str) {
    crate::market::post(mock, "/_mock/pushes", json!({ "decision": decision, "user": LOGIN })).await;
}

const WRONG_CODE: (u16, &str, &str) =
    (400, "invalid_grant", "The 'otp' provided is either empty or incorrect. Use the correct OTP and try again.");
const PENDING: (u16, &str, &str) = (
    400,
    "authorization_pending",
    "No user response received on the out-of-band authenticator yet. Continue polling to wait for a response.",
);
const NOT_ENROLLED: (u16, &str, &str) = (
    403,
    "access_denied",
    "The required authenticator cannot be used. Check if it is required by policy and the user is enrolled in the \
     authenticator and try again.",
);

/// The error for a value that is over.
fn over(name: &str, value: &str) -> String {
    format!("'{value}' has expired. Use a new '{name}' and try again.")
}
