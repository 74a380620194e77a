//! Devices: they ask for a code, a user lets them in by it.

use std::sync::Arc;

use crate::pages::view::{self, ActivationStep, ActivationView, Frame, PageView};
use mock_idp_core::endpoint::activation::{self, ActivationDecision};
use mock_idp_core::endpoint::client_authentication::CredentialSources;
use mock_idp_core::endpoint::device_authorization as device;
use mock_idp_core::ledger::{Activation, Authentication, Decision, Holding, Polled, Purpose, Stage, UserCode};
use mock_idp_core::org::Urls;
use mock_idp_core::protocol::{OAuthError, Parameters};
use mock_idp_core::trace::{NoteStatus, Trace};
use serde_json::{Map, Value};

use super::authorization::{Browser, Outcome, Passage};
use super::{Context, Explained, OrgInstance};
use crate::journal::Explanation;

impl Context {
    /// Answers a device that wants to be let in.
    pub async fn device_authorization(
        &self,
        authorization: Option<&str>,
        query: &Parameters,
        body: &Parameters,
    ) -> Explained<Result<Map<String, Value>, OAuthError>> {
        let mut trace = Trace::default();
        let mut explanation = Explanation::default();
        let result = async {
            let presented = CredentialSources { authorization, query, body };
            let client = self.client(presented, "device/authorize").await?;
            explanation.client = Some(client.client_id().to_owned());
            let now = self.instance.clock.now();
            let record = device::begin(&self.org, &self.server, client, body, now)?;
            Ok(self.show_codes(record, &mut trace).await)
        };
        let result = result.await;
        Explained::new(result, trace, explanation)
    }

    async fn show_codes(&self, record: Polled, trace: &mut Trace) -> Map<String, Value> {
        let ledger = &self.instance.ledger;
        let now = self.instance.clock.now();
        let device_code = self.instance.ask(trace, |moment| moment.uuid());
        let user_code = loop {
            // Of 20^8 codes, one that another device shows now comes up hardly ever; then the next one will do.
            let user_code = self.instance.ask(trace, device::user_code);
            let names = UserCode { device_code: device_code.clone() };
            if ledger.user_codes.put_if_absent(&user_code, names, record.expires, now).await {
                break user_code;
            }
        };
        let ends = record.expires + Polled::REMEMBERED;
        ledger.devices.put(&device_code, record, ends, now).await;
        device::answer(&self.urls, &device_code, &user_code)
    }

    /// What comes next for the user who has typed in a device's code.
    pub(super) async fn proceed_activation(
        &self,
        activation: Activation,
        authentication: Option<Authentication>,
        mut passage: Passage,
    ) -> Explained<Outcome> {
        let step = self.instance.ask(&mut passage.trace, |moment| {
            activation::decide(&self.org, &self.server, &activation, authentication.as_ref(), moment)
        });
        match (step, authentication) {
            (ActivationDecision::Confirm(scopes), Some(authentication)) => {
                let user_id = authentication.user_id.clone();
                let purpose = Purpose::Activate(activation.clone());
                let handle = self.keep(purpose, Stage::Consent { authentication }, &mut passage).await;
                let step = view::activation_step(&self.org, &activation, &user_id, &scopes, &handle, &passage.frame);
                passage.activation(step)
            }
            (ActivationDecision::Fail(refusal), _) => self.show(refusal, None, passage),
            (ActivationDecision::SignIn | ActivationDecision::Confirm(_), _) => {
                self.ask_to_sign_in(Purpose::Activate(activation), Stage::Identify, None, passage).await
            }
        }
    }

    /// Takes the user's word. It counts once, and only while the device still waits for it.
    pub(super) async fn settle_activation(
        &self,
        activation: Activation,
        authentication: Authentication,
        allowed: bool,
        mut passage: Passage,
    ) -> Explained<Outcome> {
        let now = self.instance.clock.now();
        let Activation { server, client_id, scopes, device_code, .. } = activation;
        let user_id = authentication.user_id.clone();
        let decision = if allowed { Decision::Allowed(authentication) } else { Decision::Denied };
        let settle = |record: &mut Polled| record.settle(decision.clone(), now);
        if self.instance.ledger.devices.update(&device_code, now, settle).await != Some(true) {
            return passage.ask_for_code(String::new(), Some("the device no longer waits for an answer".to_owned()));
        }
        let verdict = if allowed { NoteStatus::Matched } else { NoteStatus::Refused };
        passage.trace.note(verdict, "device", format!("the user's word on {client_id}"));
        if allowed {
            self.remember_consent(&server, &client_id, &user_id, &scopes).await;
            self.instance.hold(&user_id, vec![Holding::Device(device_code)]).await;
        }
        let client_label = self.org.client(&client_id).map_or(client_id, |client| client.label.clone());
        passage.activation(ActivationStep::Done { client_label, allowed })
    }
}

impl OrgInstance {
    /// The page that asks for a device's code, filled in already where a link held it.
    pub fn ask_for_device(&self, user_code: Option<&str>, browser: Browser, frame: Frame) -> Explained<Outcome> {
        let user_code = device::normalized_user_code(user_code.unwrap_or_default());
        self.passage(browser.id, frame).ask_for_code(user_code, None)
    }

    /// Takes a code that a user has typed.
    pub async fn activate(
        self: &Arc<Self>,
        urls: Urls,
        typed: &str,
        browser: Browser,
        frame: Frame,
    ) -> Explained<Outcome> {
        let passage = self.passage(browser.id.clone(), frame);
        let user_code = device::normalized_user_code(typed);
        let org = self.org();
        let found = self.waiting_device(&user_code).await;
        let call = found.as_ref().and_then(|activation| org.server_by_id(&activation.server)).map(|server| Context {
            instance: Arc::clone(self),
            org: Arc::clone(&org),
            server: Arc::clone(server),
            urls,
        });
        let (Some(activation), Some(call)) = (found, call) else {
            // Okta: `idx.invalid.device.code`, for whatever is wrong with it.
            return passage.ask_for_code(user_code, Some("no device waits that shows this code".to_owned()));
        };
        let authentication = self.authentication(browser.session.as_deref()).await;
        call.proceed(Purpose::Activate(activation), authentication, passage).await
    }

    async fn waiting_device(&self, user_code: &str) -> Option<Activation> {
        let now = self.clock.now();
        let UserCode { device_code } = self.ledger.user_codes.get(user_code, now).await?;
        let record = self.ledger.devices.get(&device_code, now).await.filter(|record| record.waits(now))?;
        let Polled { server, client_id, scopes, .. } = record;
        Some(Activation { server, client_id, scopes, device_code, user_code: user_code.to_owned() })
    }
}

impl Passage {
    fn activation(self, step: ActivationStep) -> Explained<Outcome> {
        let frame = self.frame.clone();
        self.page(PageView::Activation(ActivationView { frame, step }))
    }

    fn ask_for_code(mut self, user_code: String, refused: Option<String>) -> Explained<Outcome> {
        if let Some(reason) = &refused {
            self.trace.note(NoteStatus::Refused, "device", reason.as_str());
            self.explanation.reason = Some(reason.clone());
        }
        let action = format!("{}/activate", self.frame.path_prefix);
        self.activation(ActivationStep::Code { action, user_code, refused })
    }
}
