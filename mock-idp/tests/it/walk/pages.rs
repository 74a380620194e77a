//! The hosted pages, in a browser without scripts.

use std::collections::BTreeSet;

use mock_idp::MockIdp;
use mock_idp_core::model::SignInMethod;
use reqwest::Client;
use scraper::{Html, Selector};
use serde_json::Value;

use super::state::State;
use super::{Move, NEW, NUMBER, app_code, approve, authenticator_of, kind_of, orgs, passkey_answer, sent_code};
use crate::factors::{PASSWORD, claims};
use crate::flow::{WEB, after, browser, code_request, location, state_handle};
use crate::market::advance;

pub(super) struct Pages<'m> {
    mock: &'m MockIdp,
    client: Client,
    acr: Option<&'static str>,
    /// The last page, or where the browser was sent.
    shown: String,
}

impl<'m> Pages<'m> {
    pub(super) async fn begin(mock: &'m MockIdp, acr: Option<&'static str>) -> Self {
        let mut pages = Self { mock, client: browser(), acr, shown: String::new() };
        pages.authorize().await;
        pages
    }

    async fn authorize(&mut self) {
        let acr = self.acr.map(|acr| ("acr_values", acr));
        let query = code_request(WEB, "openid profile products:read").into_iter().chain(acr).collect::<Vec<_>>();
        let url = format!("{}/v1/authorize", self.mock.issuer());
        self.send(self.client.get(url).query(&query)).await;
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) {
        let response = request.send().await.unwrap();
        self.shown = match response.status().as_u16() {
            302 => location(&response),
            200 => response.text().await.unwrap(),
            status => panic!("{status}: {}", response.text().await.unwrap()),
        };
    }

    async fn get(&mut self, href: &str) {
        let href = href.replace("&#38;", "&").replace("&amp;", "&");
        let url = if href.starts_with('/') { format!("{}{href}", self.mock.url()) } else { href };
        self.send(self.client.get(url)).await;
    }

    /// Follows the link with this mark.
    async fn follow(&mut self, mark: &str) {
        let selector = Selector::parse(&format!(r#"[data-se="{mark}"] a, a[data-se="{mark}"]"#)).unwrap();
        let page = Html::parse_document(&self.shown);
        let link = page.select(&selector).next().unwrap_or_else(|| panic!("no link {mark} in {}", self.shown));
        let href = link.attr("href").unwrap().to_owned();
        drop(page);
        self.get(&href).await;
    }

    /// Submits the form of the page.
    async fn submit(&mut self, fields: &[(&str, &str)]) {
        let action = after(&self.shown, "data-se=\"o-form\" method=\"post\" action=\"").to_owned();
        self.post(&action, fields).await;
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) {
        let handle = state_handle(&self.shown);
        let form = [vec![("stateHandle", handle.as_str())], fields.to_vec()].concat();
        self.send(self.client.post(format!("{}{path}", self.mock.url())).form(&form)).await;
    }

    pub(super) async fn take(&mut self, step: Move) {
        match step {
            Move::Identifier(identifier) => self.submit(&[("identifier", identifier)]).await,
            Move::Password => self.submit(&[("credentials.passcode", PASSWORD)]).await,
            Move::NewPassword => self.submit(&[("credentials.passcode", NEW), ("confirmPassword", NEW)]).await,
            Move::Forgot => self.follow("forgot-password").await,
            Move::Unlock => self.follow("unlock").await,
            Move::Register => self.follow("enroll").await,
            Move::OpenLink => {
                let messages = self.mock.org().messages(&mock_idp::MessageQuery::default()).await.unwrap();
                let link = messages[0].link.clone().unwrap();
                self.get(&link).await;
            }
            Move::Code => {
                let code = sent_code(self.mock, "email").await;
                self.submit(&[("credentials.passcode", &code)]).await;
            }
            Move::Answer => self.submit(&[("credentials.answer", "rex the dog")]).await,
            Move::Profile => {
                let names = ["userProfile.firstName", "userProfile.lastName", "userProfile.email"];
                let fields: Vec<_> = names.into_iter().zip(["Nina", "New", "nina@example.test"]).collect();
                self.submit(&fields).await;
            }
            Move::Department => self.submit(&[("userProfile.department", "Sales")]).await,
            Move::Choose(method) => self.choose(method).await,
            Move::Prove(method) => self.prove(method).await,
            Move::Approve => {
                approve(self.mock).await;
                self.post("/signin/poll", &[]).await;
            }
            Move::Skip => self.post("/signin/skip", &[]).await,
            Move::StaySignedIn => self.post("/signin/keep-me-signed-in", &[("keepMeSignedIn", "true")]).await,
            Move::Allow => self.post("/signin/consent", &[("consent", "allow")]).await,
            Move::RefusedByProvider => panic!("the page begins again"),
            Move::Again(seconds) => {
                advance(self.mock, seconds).await;
                self.authorize().await;
            }
        }
    }

    async fn choose(&mut self, method: SignInMethod) {
        let enrolls = self.shown.contains("authenticator-enroll-list");
        let mark = if enrolls { key(method).to_owned() } else { authenticator_of(method) };
        self.follow(&mark).await;
        if method.is_phone() {
            let named = ("authenticator.methodType", method.row().method);
            let number = enrolls.then_some(("authenticator.phoneNumber", NUMBER));
            self.submit(&number.into_iter().chain([named]).collect::<Vec<_>>()).await;
        }
    }

    async fn prove(&mut self, method: SignInMethod) {
        let enrolls = self.shown.contains("siw-main-view enroll-authenticator--");
        match method {
            SignInMethod::Password => self.submit(&[("credentials.passcode", PASSWORD)]).await,
            SignInMethod::Email | SignInMethod::Sms | SignInMethod::Voice => {
                let code = sent_code(self.mock, kind_of(method)).await;
                self.submit(&[("credentials.passcode", &code)]).await;
            }
            SignInMethod::SecurityQuestion if enrolls => {
                let fields = [("credentials.questionKey", "disliked_food"), ("credentials.answer", "Spinach")];
                self.submit(&fields).await;
            }
            SignInMethod::SecurityQuestion => self.submit(&[("credentials.answer", "Spinach")]).await,
            SignInMethod::GoogleOtp => {
                let key = self.shown.split_once("data-se=\"shared-secret\">").map(|(_, rest)| rest);
                let key = key.map_or(orgs::APP_KEY, |rest| rest.split_once('<').unwrap().0);
                let code = app_code(key);
                self.submit(&[("credentials.passcode", &code)]).await;
            }
            SignInMethod::OktaVerifyTotp => {
                self.submit(&[("credentials.totp", &app_code(orgs::VERIFY_KEY))]).await;
            }
            SignInMethod::OktaVerifyPush => panic!("it is approved on the phone"),
            SignInMethod::WebAuthn => {
                let options = after(&self.shown, "data-options=\"").replace("&#34;", "\"").replace("&quot;", "\"");
                let answer = passkey_answer(self.mock, &serde_json::from_str(&options).unwrap());
                let members = answer.as_object().unwrap().iter();
                let fields: Vec<(String, &str)> =
                    members.map(|(name, value)| (format!("credentials.{name}"), value.as_str().unwrap())).collect();
                let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
                self.post("/signin/verify", &fields).await;
            }
        }
    }

    pub(super) fn assert_shows(&self, state: State) {
        let mark = match state {
            State::Identify => "siw-main-view identify primary-auth",
            State::Challenge | State::EnterPassword => "siw-main-view mfa-verify-password",
            State::NewPassword => "siw-main-view reenroll-authenticator--okta_password",
            State::PasswordWarning => "siw-main-view reenroll-authenticator-warning--okta_password",
            State::RecoveryIdentify => "siw-main-view identify-recovery",
            State::RecoveryCode | State::RegistrationCode => "siw-main-view challenge-authenticator--okta_email",
            State::RecoveryQuestion => "siw-main-view challenge-authenticator--security_question",
            State::RecoveryConfirm => "siw-main-view unlock-account",
            State::RecoveryPassword => "siw-main-view reset-authenticator--okta_password",
            State::Unlocked => "siw-main-view terminal",
            State::Profile => "siw-main-view enroll-profile",
            State::RegistrationPassword => "siw-main-view enroll-authenticator--okta_password",
            State::ChooseMethod => "siw-main-view select-authenticator-authenticate",
            State::Verify(method) => return self.assert_has(&format!("challenge-authenticator--{}", key(method))),
            State::Wait => "siw-main-view challenge-poll--okta_verify",
            State::UsePasskey => "challenge-authenticator--webauthn",
            State::ChooseEnrollment => "siw-main-view select-authenticator-enroll",
            State::Enroll(SignInMethod::OktaVerifyPush) => "siw-main-view enroll-poll--okta_verify",
            State::Enroll(method) => return self.assert_has(&format!("enroll-authenticator--{}", key(method))),
            State::Consent => "data-se=\"consent\"",
            State::ProfileUpdate => "siw-main-view enroll-profile",
            State::KeepMeSignedIn => "data-se=\"keep-me-signed-in\"",
            State::SignedIn | State::Decided => "code=",
            State::ProviderFailed => panic!("the page begins again"),
        };
        self.assert_has(mark);
    }

    fn assert_has(&self, mark: &str) {
        assert!(self.shown.contains(mark), "no {mark} in {}", self.shown);
    }

    pub(super) fn handle(&self) -> Option<String> {
        self.shown.contains("name=\"stateHandle\"").then(|| state_handle(&self.shown))
    }

    pub(super) fn offered(&self) -> Option<BTreeSet<String>> {
        let selector = Selector::parse(".authenticator-list .authenticator-button").unwrap();
        let page = Html::parse_document(&self.shown);
        let marks: BTreeSet<String> =
            page.select(&selector).map(|row| row.attr("data-se").unwrap().to_owned()).collect();
        (!marks.is_empty()).then_some(marks)
    }

    pub(super) async fn claims(self) -> Value {
        claims(self.mock, &self.shown).await
    }
}

fn key(method: SignInMethod) -> &'static str {
    method.row().authenticator
}
