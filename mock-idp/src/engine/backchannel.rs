//! Requests by the back channel: a client asks for a user's word, and whoever tests gives it.

use crate::pages::view::{BackchannelItem, BackchannelView, Frame, PageView};
use mock_idp_core::endpoint::authorization::AuthorizationError;
use mock_idp_core::endpoint::backchannel::{self, StartedRequest};
use mock_idp_core::endpoint::client_authentication::CredentialSources;
use mock_idp_core::ledger::{Authentication, BackchannelRequest, Decision, Holding, Inbox, Polled};
use mock_idp_core::model::App;
use mock_idp_core::protocol::{OAuthError, Parameters};
use mock_idp_core::tokens::{Audience, verify_id_token};
use mock_idp_core::trace::Trace;
use serde_json::{Map, Value};

use super::{Context, Explained, OrgInstance};
use crate::journal::Explanation;

/// How long the list of waiting requests is kept beyond its last request: for good.
const INBOX_LIFETIME: i64 = 100 * 365 * 24 * 3600;

impl Context {
    /// Takes a client's request for a user's word.
    pub async fn backchannel_authorize(
        &self,
        authorization: Option<&str>,
        query: &Parameters,
        body: &Parameters,
    ) -> Explained<Result<Map<String, Value>, OAuthError>> {
        let mut trace = Trace::default();
        let mut explanation = Explanation::default();
        let presented = CredentialSources { authorization, query, body };
        let result = self.put_to_user(presented, &mut trace, &mut explanation).await;
        Explained::new(result, trace, explanation)
    }

    async fn put_to_user(
        &self,
        presented: CredentialSources<'_>,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Map<String, Value>, OAuthError> {
        let client = self.client(presented, "bc/authorize").await?;
        explanation.client = Some(client.client_id().to_owned());
        backchannel::check_client(client, presented.body)?;
        let signed = self.open_signed(client, presented.body, trace).await?;
        let body = signed.as_ref().unwrap_or(presented.body);
        let held = self.instance.keys(&self.server).await?;
        let hint = body.get("id_token_hint");
        let hint = hint.and_then(|token| verify_id_token(token, &held.keys, Audience::Any));
        let hinted = hint.as_ref().and_then(|claims| claims.text("sub"));
        let begun = self
            .instance
            .ask(trace, |moment| backchannel::begin(&self.org, &self.server, client, body, hinted, moment))?;
        explanation.user = self.org.user(&begun.request.user_id).map(|user| user.profile.login.clone());
        let now = self.instance.clock.now();
        let answer = backchannel::answer(&begun, now);
        self.instance.await_word(begun, now).await;
        Ok(answer)
    }

    /// What a signed request says. CIBA Core 7.1.1: its client is known by its credentials, the parameters are inside.
    async fn open_signed(
        &self,
        client: &App,
        body: &Parameters,
        trace: &mut Trace,
    ) -> Result<Option<Parameters>, OAuthError> {
        if body.get("request").is_none() {
            return Ok(None);
        }
        let named = body.iter().filter(|(name, _)| *name != "client_id").chain([("client_id", client.client_id())]);
        self.open_request_object(&named.collect(), trace).await.map_err(AuthorizationError::into_oauth_error)
    }
}

impl OrgInstance {
    async fn await_word(&self, StartedRequest { polled, request }: StartedRequest, now: i64) {
        let ends = polled.expires + Polled::REMEMBERED;
        self.ledger.backchannel.put(&request.auth_req_id, polled, ends, now).await;
        let inboxes = &self.ledger.inboxes;
        inboxes.put_if_absent(Inbox::KEY, Inbox::default(), now + INBOX_LIFETIME, now).await;
        inboxes.update(Inbox::KEY, now, |inbox| inbox.add(request.clone(), now)).await;
    }

    /// The requests that wait for a user's word, the oldest first.
    pub async fn waiting_requests(&self) -> Vec<BackchannelRequest> {
        let now = self.clock.now();
        let inbox = self.ledger.inboxes.get(Inbox::KEY, now).await.unwrap_or_default();
        inbox.requests.into_iter().filter(|request| now < request.expires).collect()
    }

    /// Gives the user's word on all waiting requests that are meant; which ones those were.
    pub async fn give_word(
        &self,
        allowed: bool,
        meant: impl Fn(&BackchannelRequest) -> bool,
    ) -> Vec<BackchannelRequest> {
        let now = self.clock.now();
        let taken = self.ledger.inboxes.update(Inbox::KEY, now, |inbox| inbox.take(&meant, now)).await;
        let taken = taken.unwrap_or_default();
        for request in &taken {
            let decision = if allowed { Decision::Allowed(self.on_a_phone(request, now)) } else { Decision::Denied };
            let settle = |polled: &mut Polled| polled.settle(decision.clone(), now);
            let settled = self.ledger.backchannel.update(&request.auth_req_id, now, settle).await == Some(true);
            if settled && allowed {
                self.hold(&request.user_id, vec![Holding::Backchannel(request.auth_req_id.clone())]).await;
            }
        }
        taken
    }

    /// Okta: the word is given by Okta Verify on the user's phone, which stands in `amr` so.
    fn on_a_phone(&self, request: &BackchannelRequest, now: i64) -> Authentication {
        let session_id = self.ask(&mut Trace::default(), |moment| format!("102{}", moment.token()));
        let amr = backchannel::AMR.map(str::to_owned).to_vec();
        Authentication { user_id: request.user_id.clone(), auth_time: now, amr, session_id, fresh: true }
    }

    /// The page where whoever tests gives a user's word.
    pub async fn backchannel_page(&self, frame: Frame) -> PageView {
        let org = self.org();
        let now = self.clock.now();
        let item = |request: BackchannelRequest| BackchannelItem {
            client_label: org.client(&request.client_id).map_or(request.client_id, |client| client.label.clone()),
            user_login: org.user(&request.user_id).map_or(request.user_id, |user| user.profile.login.clone()),
            id: request.id,
            binding_message: request.binding_message,
            scopes: request.scopes.as_slice().to_vec(),
            ends_in: request.expires - now,
        };
        let requests = self.waiting_requests().await.into_iter().map(item).collect();
        let action = format!("{}/signin/backchannel", frame.path_prefix);
        PageView::Backchannel(BackchannelView { frame, action, requests })
    }
}
