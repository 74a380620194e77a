//! Passkeys and security keys: real ceremonies, with an authenticator in software.

pub(crate) mod authenticator;
mod autofill;
mod classic;
mod forged_assertions;
mod forged_registrations;
mod idx;
mod pages;
mod policies;

use mock_idp::MockIdp;
use mock_idp_core::model::DirectoryKind;
use reqwest::Client;
use serde_json::{Value, json};

use self::authenticator::Authenticator;
use super::{BUYER, app_policy, idx_by_password, options, step, submit};
use crate::flow::{after, browser};
use crate::org::{TestOrg, model};

/// The market, where users can enroll passkeys. `user_verification` is that of the method.
pub(crate) fn with_webauthn(user_verification: &str) -> TestOrg {
    TestOrg::market().edit(|document| {
        let authenticators = document.directory.entry(DirectoryKind::Authenticator).or_default();
        authenticators.retain(|authenticator| authenticator.text("key") != Some("webauthn"));
        authenticators.push(model(json!({
            "name": "Security Key or Biometric", "type": "security_key", "key": "webauthn", "status": "ACTIVE",
            "methods": { "webauthn": {
                "status": "ACTIVE", "settings": { "userVerification": user_verification, "attachment": "ANY" },
            } },
        })));
        let policy = model(json!({
            "name": "Default Policy", "type": "MFA_ENROLL",
            "settings": { "type": "AUTHENTICATORS", "authenticators": [
                { "key": "webauthn", "enroll": { "self": "OPTIONAL" } },
            ] },
        }));
        document.directory.entry(DirectoryKind::Policy).or_default().push(policy);
    })
}

/// The same, where browsers offer passkeys on the first page.
pub(crate) fn with_autofill(org: TestOrg) -> TestOrg {
    org.edit(|document| {
        let authenticators = document.directory.get_mut(&DirectoryKind::Authenticator).unwrap();
        let webauthn = authenticators.iter_mut().find(|object| object.text("key") == Some("webauthn")).unwrap();
        webauthn.members["methods"]["webauthn"]["settings"]["enableAutofillUI"] = json!(true);
    })
}

/// The policy of two apps: a proof that cannot be phished.
pub(crate) fn resistant() -> Value {
    json!({
        "type": "ASSURANCE", "factorMode": "2FA", "reauthenticateIn": "PT12H",
        "constraints": [{ "possession": { "required": true, "phishingResistant": "REQUIRED" } }],
    })
}

/// A market whose embedded app needs a passkey.
async fn mock_with_passkeys(user_verification: &str) -> MockIdp {
    crate::market::stopped(&app_policy(with_webauthn(user_verification), &resistant())).await
}

/// A sign-in by the IDX API.
struct IdxSignIn<'m> {
    mock: &'m MockIdp,
    client: Client,
    handle: String,
    document: Value,
}

impl<'m> IdxSignIn<'m> {
    /// The password has been entered.
    async fn begin(mock: &'m MockIdp) -> Self {
        let client = browser();
        let (handle, document) = idx_by_password(mock, &client).await;
        Self { mock, client, handle, document }
    }

    /// A sign-in in which the passkey is being enrolled.
    async fn enrolling(mock: &'m MockIdp) -> Self {
        let mut sign_in = Self::begin(mock).await;
        let offered = options(&sign_in.document, "select-authenticator-enroll");
        assert_eq!(offered[0].0, "Security Key or Biometric");
        let choice = json!({ "authenticator": offered[0].1, "stateHandle": sign_in.handle });
        sign_in.document = step(mock, &sign_in.client, "credential/enroll", choice).await.1;
        sign_in
    }

    /// What the browser needs.
    fn options(&self) -> Value {
        let data = &self.document["currentAuthenticator"]["value"]["contextualData"];
        let options = data.get("activationData").or(data.get("challengeData"));
        options.unwrap_or_else(|| panic!("no options in {}", self.document)).clone()
    }

    async fn answer(&self, credentials: Value) -> (u16, Value) {
        super::answer(self.mock, &self.client, &self.handle, credentials).await
    }
}

/// The origin of the pages of a mock.
pub(crate) fn origin(mock: &MockIdp) -> &str {
    mock.url().trim_end_matches('/')
}

/// Enrolls a passkey of the buyer.
async fn enroll(mock: &MockIdp, authenticator: &Authenticator) {
    let sign_in = IdxSignIn::enrolling(mock).await;
    let (status, document) = sign_in.answer(authenticator.register(&sign_in.options(), origin(mock))).await;
    assert_eq!(status, 200, "{document}");
}

/// The factors of the buyer in the org document.
pub(crate) async fn factors(mock: &MockIdp) -> Value {
    let response = browser().get(format!("{}/_mock/state", mock.url())).send().await.unwrap();
    let state: Value = response.json().await.unwrap();
    let users = state["org"]["users"].as_array().unwrap();
    users.iter().find(|user| user["id"] == BUYER).unwrap()["factors"].clone()
}

/// A passkey, and the factor of the org document that has it.
pub(crate) fn seeded() -> (Authenticator, Value) {
    let authenticator = Authenticator::new(b"seeded credential");
    let factor = json!({
        "factorType": "webauthn", "provider": "FIDO",
        "profile": { "credentialId": "c2VlZGVkIGNyZWRlbnRpYWw", "authenticatorName": "Seeded" },
        "credential": { "publicKey": authenticator.jwk(), "transports": ["usb"] },
    });
    (authenticator, factor)
}

/// What the browser needs, as a page has it.
fn page_options(page: &str) -> Value {
    let options = after(page, "data-options=\"").replace("&#34;", "\"").replace("&quot;", "\"");
    serde_json::from_str(&options).unwrap_or_else(|error| panic!("{error} in {options}"))
}

/// Submits the form of a page as its script does.
async fn submit_passkey(mock: &MockIdp, client: &Client, page: &str, answer: &Value) -> (u16, String) {
    let members = answer.as_object().unwrap().iter();
    let fields: Vec<(String, &str)> =
        members.map(|(name, value)| (format!("credentials.{name}"), value.as_str().unwrap())).collect();
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    submit(mock, client, page, "verify", &fields).await
}
