//! The IDX API.

use std::collections::BTreeSet;

use mock_idp::MockIdp;
use mock_idp_core::model::SignInMethod;
use reqwest::Client;
use serde_json::{Value, json};

use super::state::State;
use super::{Move, NEW, NUMBER, app_code, approve, authenticator_of, kind_of, orgs, passkey_answer, sent_code};
use crate::factors::PASSWORD;
use crate::flow::{browser, decode, location, parameter};
use crate::idx::{EMBEDDED, VERIFIER, interact_form, interaction_code, redemption, step};
use crate::market::advance;
use crate::refusals::token;

pub(super) struct Idx<'m> {
    mock: &'m MockIdp,
    client: Client,
    acr: Option<&'static str>,
    document: Value,
}

impl<'m> Idx<'m> {
    pub(super) async fn begin(mock: &'m MockIdp, acr: Option<&'static str>) -> Self {
        let mut idx = Self { mock, client: browser(), acr, document: Value::Null };
        idx.interact().await;
        idx
    }

    async fn interact(&mut self) {
        let form = interact_form(EMBEDDED).into_iter().chain(self.acr.map(|acr| ("acr_values", acr)));
        let form: Vec<_> = form.collect();
        let (status, body) = crate::idx::interact(self.mock, &form).await;
        assert_eq!(status, 200, "{body}");
        let handle = json!({ "interactionHandle": body["interaction_handle"] });
        self.document = step(self.mock, &self.client, "introspect", &handle).await.1;
    }

    async fn post(&mut self, path: &str, mut body: Value) {
        body["stateHandle"] = self.document["stateHandle"].clone();
        let (status, document) = step(self.mock, &self.client, path, &body).await;
        assert_eq!(status, 200, "{path} {body}: {document}");
        self.document = document;
    }

    /// Submits the first form.
    async fn submit(&mut self, body: Value) {
        let href = self.document["remediation"]["value"][0]["href"].as_str().unwrap();
        let path = href.split_once("/idp/idx/").unwrap().1.to_owned();
        self.post(&path, body).await;
    }

    async fn answer(&mut self, credentials: Value) {
        self.submit(json!({ "credentials": credentials })).await;
    }

    pub(super) async fn take(&mut self, step: Move) {
        match step {
            Move::Identifier(identifier) => self.submit(json!({ "identifier": identifier })).await,
            Move::Password => self.answer(json!({ "passcode": PASSWORD })).await,
            Move::NewPassword => self.answer(json!({ "passcode": NEW })).await,
            Move::Forgot => self.post("recover", json!({})).await,
            Move::Unlock => self.post("unlock-account", json!({})).await,
            Move::Register => self.post("enroll", json!({})).await,
            Move::OpenLink => panic!("links are opened on pages"),
            Move::Code => {
                let code = sent_code(self.mock, "email").await;
                self.answer(json!({ "passcode": code })).await;
            }
            Move::Answer => self.answer(json!({ "questionKey": "custom", "answer": "rex the dog" })).await,
            Move::Profile => {
                let profile = json!({ "firstName": "Nina", "lastName": "New", "email": "nina@example.test" });
                self.submit(json!({ "userProfile": profile })).await;
            }
            Move::Department => self.submit(json!({ "userProfile": { "department": "Sales" } })).await,
            Move::Choose(method) => self.choose(method).await,
            Move::Prove(method) => self.prove(method).await,
            Move::Approve => {
                approve(self.mock).await;
                self.submit(json!({})).await;
            }
            Move::Skip => self.post("skip", json!({})).await,
            Move::StaySignedIn => self.submit(json!({ "keepMeSignedIn": true })).await,
            Move::Allow => self.submit(json!({ "consent": true })).await,
            Move::RefusedByProvider => self.refused_by_provider().await,
            Move::Again(seconds) => {
                advance(self.mock, seconds).await;
                self.interact().await;
            }
        }
    }

    /// The value of a member of the current authenticator.
    fn current(&self, path: &str) -> Option<&Value> {
        self.document["currentAuthenticator"]["value"].pointer(path)
    }

    async fn choose(&mut self, method: SignInMethod) {
        let form = self.form(&["select-authenticator-authenticate", "select-authenticator-enroll"]);
        let path = form["href"].as_str().unwrap().split_once("/idp/idx/").unwrap().1.to_owned();
        let mut known = self.document["authenticators"]["value"].as_array().unwrap().iter();
        let known = known.find(|known| known["key"] == method.row().authenticator).unwrap();
        let enrolls = path == "credential/enroll";
        let mut choice = match method {
            SignInMethod::OktaVerifyPush if enrolls => json!({ "id": known["id"], "channel": "qrcode" }),
            _ => json!({ "id": known["id"], "methodType": method.row().method }),
        };
        if method.is_phone() && enrolls {
            choice["phoneNumber"] = NUMBER.into();
        }
        self.post(&path, json!({ "authenticator": choice })).await;
    }

    fn form(&self, names: &[&str]) -> &Value {
        let mut forms = self.document["remediation"]["value"].as_array().into_iter().flatten();
        let form = forms.find(|form| names.iter().any(|name| form["name"] == *name));
        form.unwrap_or_else(|| panic!("none of {names:?} in {}", self.document))
    }

    async fn prove(&mut self, method: SignInMethod) {
        let enrolls = self.document["remediation"]["value"][0]["name"] == "enroll-authenticator";
        let credentials = match method {
            SignInMethod::Password => json!({ "passcode": PASSWORD }),
            SignInMethod::Email | SignInMethod::Sms | SignInMethod::Voice => {
                json!({ "passcode": sent_code(self.mock, kind_of(method)).await })
            }
            SignInMethod::SecurityQuestion => json!({ "questionKey": "disliked_food", "answer": "Spinach" }),
            SignInMethod::GoogleOtp => {
                let key = self.current("/contextualData/sharedSecret").and_then(Value::as_str);
                json!({ "passcode": app_code(key.unwrap_or(orgs::APP_KEY)) })
            }
            SignInMethod::OktaVerifyTotp => json!({ "totp": app_code(orgs::VERIFY_KEY) }),
            SignInMethod::OktaVerifyPush => panic!("it is approved on the phone"),
            SignInMethod::WebAuthn => {
                let data = if enrolls { "/contextualData/activationData" } else { "/contextualData/challengeData" };
                passkey_answer(self.mock, self.current(data).unwrap())
            }
        };
        self.answer(credentials).await;
    }

    /// The browser is sent to the provider, and comes back with its refusal.
    async fn refused_by_provider(&mut self) {
        let href = self.form(&["redirect-idp"])["href"].as_str().unwrap().to_owned();
        let request = location(&self.client.get(href).send().await.unwrap());
        let state = parameter(&request, "state").unwrap();
        let callback = format!("{}/oauth2/v1/authorize/callback?state={state}&error=access_denied", self.mock.url());
        self.client.get(callback).send().await.unwrap();
        self.post("introspect", json!({})).await;
    }

    pub(super) fn assert_shows(&self, state: State) {
        let (form, authenticator) = match state {
            State::Identify => ("identify", None),
            State::Challenge | State::EnterPassword => ("challenge-authenticator", Some("okta_password")),
            State::NewPassword => ("reenroll-authenticator", Some("okta_password")),
            State::PasswordWarning => ("reenroll-authenticator-warning", Some("okta_password")),
            State::RecoveryIdentify => ("identify-recovery", None),
            State::RecoveryCode => ("challenge-authenticator", Some("okta_email")),
            State::RecoveryQuestion => ("challenge-authenticator", Some("security_question")),
            State::RecoveryConfirm => panic!("links are opened on pages"),
            State::RecoveryPassword => ("reset-authenticator", Some("okta_password")),
            State::Unlocked => return self.assert_message("oie.selfservice.unlock_user.success.message"),
            State::Profile => ("enroll-profile", None),
            State::RegistrationPassword => ("enroll-authenticator", Some("okta_password")),
            State::RegistrationCode => ("enroll-authenticator", Some("okta_email")),
            State::ChooseMethod => ("select-authenticator-authenticate", None),
            State::Verify(method) => ("challenge-authenticator", Some(method.row().authenticator)),
            State::Wait => ("challenge-poll", Some("okta_verify")),
            State::UsePasskey => ("challenge-authenticator", Some("webauthn")),
            State::ChooseEnrollment => ("select-authenticator-enroll", None),
            State::Enroll(SignInMethod::OktaVerifyPush) => ("enroll-poll", Some("okta_verify")),
            State::Enroll(method) => ("enroll-authenticator", Some(method.row().authenticator)),
            State::ProviderFailed => return self.assert_message("idx.identity.provider.auth.error"),
            State::ProfileUpdate => ("enroll-profile", None),
            State::KeepMeSignedIn => ("keep-me-signed-in", None),
            State::Consent => ("consent", None),
            State::SignedIn | State::Decided => {
                assert!(self.document["successWithInteractionCode"].is_object(), "{}", self.document);
                return;
            }
        };
        assert_eq!(self.document["remediation"]["value"][0]["name"], form, "{}", self.document);
        let current = ["currentAuthenticator", "currentAuthenticatorEnrollment"];
        let current = current.into_iter().find_map(|name| self.document.get(name));
        assert_eq!(current.and_then(|current| current["value"]["key"].as_str()), authenticator, "{}", self.document);
    }

    fn assert_message(&self, key: &str) {
        assert_eq!(self.document["messages"]["value"][0]["i18n"]["key"], key, "{}", self.document);
    }

    pub(super) fn handle(&self) -> Option<String> {
        let is_over = self.document.get("successWithInteractionCode").is_some();
        let handle = self.document["stateHandle"].as_str();
        handle.filter(|_| !is_over).map(str::to_owned)
    }

    pub(super) fn offered(&self) -> Option<BTreeSet<String>> {
        let form = self.document["remediation"]["value"][0].clone();
        if !form["name"].as_str()?.starts_with("select-authenticator-") {
            return None;
        }
        let named = form["value"][0]["options"].as_array()?.iter().flat_map(|option| {
            let path = option["relatesTo"].as_str().unwrap().trim_start_matches('$');
            let path = path.replace(['.', '['], "/").replace(']', "");
            let key = self.document.pointer(&path).unwrap()["key"].clone();
            let method = &option["value"]["form"]["value"][1];
            let several = method["options"].as_array().into_iter().flatten().map(|option| option["value"].clone());
            let methods: Vec<Value> = std::iter::once(method["value"].clone()).chain(several).collect();
            let known = SignInMethod::ALL.into_iter();
            known.filter(move |known| key == known.row().authenticator && methods.contains(&known.row().method.into()))
        });
        Some(named.map(authenticator_of).collect())
    }

    pub(super) async fn claims(self) -> Value {
        let code = interaction_code(&self.document);
        let tokens = token(self.mock, "/oauth2/default", None, &redemption(&code, VERIFIER)).await;
        let tokens: Value = tokens.json().await.unwrap();
        decode(tokens["id_token"].as_str().unwrap()).1
    }
}
