//! `/api/v1/authn`, and the session token at the authorization endpoint.

use std::collections::BTreeSet;

use mock_idp::MockIdp;
use mock_idp_core::model::{Factor, SignInMethod};
use serde_json::{Value, json};

use super::state::State;
use super::{Move, NEW, NUMBER, app_code, approve, authenticator_of, kind_of, orgs, passkey_answer, sent_code};
use crate::factors::{PASSWORD, authn, claims};
use crate::flow::{WEB, browser, code_request, location};
use crate::market::advance;

pub(super) struct Authn<'m> {
    mock: &'m MockIdp,
    acr: Option<&'static str>,
    username: &'static str,
    /// The recovery that begins with the name.
    recovery: Option<&'static str>,
    body: Value,
}

impl<'m> Authn<'m> {
    pub(super) fn new(mock: &'m MockIdp, acr: Option<&'static str>) -> Self {
        Self { mock, acr, username: "", recovery: None, body: Value::Null }
    }

    async fn post(&mut self, path: &str, mut body: Value) {
        if let Some(token) = self.body.get("stateToken") {
            body["stateToken"] = token.clone();
        }
        let (status, answer) = authn(self.mock, path, body.clone()).await;
        assert_eq!(status, 200, "{path} {body}: {answer}");
        self.body = answer;
    }

    pub(super) async fn take(&mut self, step: Move) {
        match step {
            Move::Identifier(username) => {
                self.username = username;
                if let Some(recovery) = self.recovery.take() {
                    self.post(recovery, json!({ "username": username, "factorType": "SMS" })).await;
                }
            }
            Move::Password => {
                let options = json!({ "warnBeforePasswordExpired": true });
                let body = json!({ "username": self.username, "password": PASSWORD, "options": options });
                self.post("", body).await;
            }
            Move::NewPassword if self.body["status"] == "PASSWORD_RESET" => {
                self.post("/credentials/reset_password", json!({ "newPassword": NEW })).await;
            }
            Move::NewPassword => {
                let body = json!({ "oldPassword": PASSWORD, "newPassword": NEW });
                self.post("/credentials/change_password", body).await;
            }
            Move::Forgot => self.recovery = Some("/recovery/password"),
            Move::Unlock => self.recovery = Some("/recovery/unlock"),
            Move::Code => {
                let code = sent_code(self.mock, "sms").await;
                self.post("/recovery/factors/SMS/verify", json!({ "passCode": code })).await;
            }
            Move::Answer => self.post("/recovery/answer", json!({ "answer": "rex the dog" })).await,
            Move::Choose(method) => self.choose(method).await,
            Move::Prove(method) => self.prove(method).await,
            Move::Approve => {
                approve(self.mock).await;
                if self.enrolls() {
                    let id = self.factor(SignInMethod::OktaVerifyPush)["id"].as_str().unwrap().to_owned();
                    return self.post(&format!("/factors/{id}/lifecycle/activate/poll"), json!({})).await;
                }
                self.verify(SignInMethod::OktaVerifyPush, json!({})).await;
            }
            Move::Skip => self.post("/skip", json!({})).await,
            Move::Again(seconds) => {
                advance(self.mock, seconds).await;
                self.body = Value::Null;
            }
            Move::OpenLink
            | Move::Register
            | Move::Profile
            | Move::Department
            | Move::StaySignedIn
            | Move::Allow
            | Move::RefusedByProvider => {
                panic!("programs do not {step:?}")
            }
        }
    }

    fn enrolls(&self) -> bool {
        self.body["status"].as_str().is_some_and(|status| status.starts_with("MFA_ENROLL"))
    }

    /// What is sent is sent now; a code of an app is asked for together with the choice.
    async fn choose(&mut self, method: SignInMethod) {
        if !self.enrolls() {
            if method.is_asked_for() || method == SignInMethod::WebAuthn {
                self.verify(method, json!({})).await;
            }
            return;
        }
        let (factor_type, provider) = Factor::kind_of(method);
        // A question is enrolled by one request.
        if method != SignInMethod::SecurityQuestion {
            let profile = if method.is_phone() { json!({ "phoneNumber": NUMBER }) } else { json!({}) };
            let body = json!({ "factorType": factor_type, "provider": provider, "profile": profile });
            self.post("/factors", body).await;
        }
    }

    async fn verify(&mut self, method: SignInMethod, body: Value) {
        let id = self.factor(method)["id"].as_str().unwrap().to_owned();
        self.post(&format!("/factors/{id}/verify"), body).await;
    }

    /// The factor of a method, in the list or alone.
    fn factor(&self, method: SignInMethod) -> &Value {
        let embedded = &self.body["_embedded"];
        let listed = embedded["factors"].as_array().into_iter().flatten();
        let mut known = listed.chain(embedded.get("factor"));
        known.find(|factor| method_of(factor) == method).unwrap_or_else(|| panic!("no {method:?} in {}", self.body))
    }

    async fn prove(&mut self, method: SignInMethod) {
        let body = match method {
            SignInMethod::Password | SignInMethod::OktaVerifyPush => panic!("{method:?} is proved in another way"),
            SignInMethod::Email | SignInMethod::Sms | SignInMethod::Voice => {
                json!({ "passCode": sent_code(self.mock, kind_of(method)).await })
            }
            SignInMethod::SecurityQuestion if self.enrolls() => {
                let profile = json!({ "question": "disliked_food", "answer": "Spinach" });
                let body = json!({ "factorType": "question", "provider": "OKTA", "profile": profile });
                return self.post("/factors", body).await;
            }
            SignInMethod::SecurityQuestion => json!({ "answer": "Spinach" }),
            SignInMethod::GoogleOtp => {
                let key = self.body.pointer("/_embedded/factor/_embedded/activation/sharedSecret");
                json!({ "passCode": app_code(key.and_then(Value::as_str).unwrap_or(orgs::APP_KEY)) })
            }
            SignInMethod::OktaVerifyTotp => json!({ "passCode": app_code(orgs::VERIFY_KEY) }),
            SignInMethod::WebAuthn => {
                let embedded = &self.body["_embedded"]["factor"]["_embedded"];
                let options = embedded.get("activation").or(embedded.get("challenge")).unwrap();
                passkey_answer(self.mock, options)
            }
        };
        if self.enrolls() {
            let id = self.factor(method)["id"].as_str().unwrap().to_owned();
            self.post(&format!("/factors/{id}/lifecycle/activate"), body).await;
        } else {
            self.verify(method, body).await;
        }
    }

    pub(super) fn assert_shows(&self, state: State) {
        let (status, method) = match state {
            State::NewPassword => ("PASSWORD_EXPIRED", None),
            State::PasswordWarning => ("PASSWORD_WARN", None),
            State::RecoveryCode => ("RECOVERY_CHALLENGE", None),
            State::RecoveryQuestion => ("RECOVERY", None),
            State::RecoveryPassword => ("PASSWORD_RESET", None),
            State::ChooseMethod => ("MFA_REQUIRED", None),
            State::Verify(method) => ("MFA_CHALLENGE", Some(method)),
            State::Wait => ("MFA_CHALLENGE", Some(SignInMethod::OktaVerifyPush)),
            State::UsePasskey => ("MFA_CHALLENGE", Some(SignInMethod::WebAuthn)),
            State::ChooseEnrollment => ("MFA_ENROLL", None),
            State::Enroll(method) => ("MFA_ENROLL_ACTIVATE", Some(method)),
            State::Unlocked | State::SignedIn => ("SUCCESS", None),
            State::Identify
            | State::Challenge
            | State::RecoveryIdentify
            | State::RecoveryConfirm
            | State::Profile
            | State::RegistrationPassword
            | State::RegistrationCode
            | State::EnterPassword
            | State::ProviderFailed
            | State::ProfileUpdate
            | State::KeepMeSignedIn
            | State::Consent
            | State::Decided => panic!("programs have no {state:?}"),
        };
        assert_eq!(self.body["status"], status, "{}", self.body);
        let shown = self.body["_embedded"].get("factor").map(method_of);
        assert_eq!(shown, method, "{}", self.body);
    }

    pub(super) fn handle(&self) -> Option<String> {
        self.body["stateToken"].as_str().map(str::to_owned)
    }

    pub(super) fn offered(&self) -> Option<BTreeSet<String>> {
        let factors = self.body["_embedded"]["factors"].as_array()?;
        Some(factors.iter().map(|factor| authenticator_of(method_of(factor))).collect())
    }

    pub(super) async fn claims(self) -> Value {
        let token = self.body["sessionToken"].as_str().unwrap_or_else(|| panic!("no sessionToken in {}", self.body));
        let acr = self.acr.map(|acr| ("acr_values", acr));
        let query = code_request(WEB, "openid profile").into_iter().chain([("sessionToken", token)]).chain(acr);
        let url = format!("{}/v1/authorize", self.mock.issuer());
        let response = browser().get(url).query(&query.collect::<Vec<_>>()).send().await.unwrap();
        claims(self.mock, &location(&response)).await
    }
}

fn method_of(factor: &Value) -> SignInMethod {
    let is_of = |method: &SignInMethod| {
        let (factor_type, provider) = Factor::kind_of(*method);
        // The password comes first of those that are shown as a question.
        *method != SignInMethod::Password
            && factor["factorType"] == factor_type.name()
            && factor["provider"] == provider.name()
    };
    SignInMethod::ALL.into_iter().find(is_of).unwrap_or_else(|| panic!("unknown factor {factor}"))
}
