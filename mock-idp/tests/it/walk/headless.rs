//! Direct authentication: the client asks the user itself, at the token endpoint.

use mock_idp::MockIdp;
use mock_idp_core::model::SignInMethod;
use serde_json::Value;

use super::state::State;
use super::{Move, app_code, approve, kind_of, orgs, sent_code};
use crate::factors::PASSWORD;
use crate::flow::{browser, decode};

const CLIENT: &str = "0oamarketdirect005d7";
const MFA_OTP: &str = "http://auth0.com/oauth/grant-type/mfa-otp";
const MFA_OOB: &str = "http://auth0.com/oauth/grant-type/mfa-oob";

pub(super) struct Headless<'m> {
    mock: &'m MockIdp,
    username: &'static str,
    /// The last answer of the token endpoint.
    answer: Value,
    /// The last answer of the challenge endpoint.
    challenge: Value,
}

impl<'m> Headless<'m> {
    pub(super) fn new(mock: &'m MockIdp) -> Self {
        Self { mock, username: "", answer: Value::Null, challenge: Value::Null }
    }

    async fn post(&self, endpoint: &str, form: &[(&str, &str)]) -> Value {
        let form = [&[("client_id", CLIENT)], form].concat();
        let url = format!("{}/v1/{endpoint}", self.mock.issuer());
        browser().post(url).form(&form).send().await.unwrap().json().await.unwrap()
    }

    fn mfa_token(&self) -> &str {
        self.answer["mfa_token"].as_str().unwrap_or_else(|| panic!("no mfa_token in {}", self.answer))
    }

    async fn redeem(&mut self, grant: &str, form: &[(&str, &str)]) {
        let form = [&[("grant_type", grant), ("mfa_token", self.mfa_token())], form].concat();
        self.answer = self.post("token", &form).await;
    }

    /// What the challenge is answered by.
    async fn answer_challenge(&mut self, code: Option<&str>) {
        let oob_code = self.challenge["oob_code"].as_str().unwrap().to_owned();
        let binding = code.map(|code| ("binding_code", code));
        let form: Vec<_> = std::iter::once(("oob_code", oob_code.as_str())).chain(binding).collect();
        self.redeem(MFA_OOB, &form).await;
    }

    pub(super) async fn take(&mut self, step: Move) {
        match step {
            Move::Identifier(username) => self.username = username,
            Move::Password => {
                let form = [
                    ("grant_type", "password"),
                    ("username", self.username),
                    ("password", PASSWORD),
                    ("scope", "openid profile"),
                ];
                self.answer = self.post("token", &form).await;
            }
            Move::Choose(method) if method.is_asked_for() => {
                let form = [
                    ("mfa_token", self.mfa_token()),
                    ("challenge_types_supported", MFA_OOB),
                    ("channel_hint", method.row().method),
                ];
                self.challenge = self.post("challenge", &form).await;
            }
            // The code of an app comes with the choice.
            Move::Choose(_) => {}
            Move::Prove(method) if method.is_sent() => {
                let code = sent_code(self.mock, kind_of(method)).await;
                self.answer_challenge(Some(&code)).await;
            }
            Move::Prove(method) => {
                let key = if method == SignInMethod::GoogleOtp { orgs::APP_KEY } else { orgs::VERIFY_KEY };
                self.redeem(MFA_OTP, &[("otp", &app_code(key))]).await;
            }
            Move::Approve => {
                approve(self.mock).await;
                self.answer_challenge(None).await;
            }
            other => panic!("clients of direct authentication do not {other:?}"),
        }
    }

    pub(super) fn assert_shows(&self, state: State) {
        match state {
            State::ChooseMethod => assert_eq!(self.answer["error"], "mfa_required", "{}", self.answer),
            State::Verify(method) => assert_eq!(self.challenge["channel"], method.row().method, "{}", self.challenge),
            State::Wait => assert_eq!(self.challenge["binding_method"], "none", "{}", self.challenge),
            State::SignedIn => assert!(self.answer["id_token"].is_string(), "{}", self.answer),
            other => panic!("clients of direct authentication have no {other:?}"),
        }
    }

    pub(super) async fn claims(self) -> Value {
        let token = self.answer["id_token"].as_str().unwrap_or_else(|| panic!("no id_token in {}", self.answer));
        decode(token).1
    }
}
