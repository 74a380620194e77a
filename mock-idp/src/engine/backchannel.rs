//! The backchannel authentication endpoint (OpenID CIBA), and the decisions on its requests.

use std::sync::Arc;

use crate::pages::view::{BackchannelItem, BackchannelView, Frame, PageView, ShownDecision};
use mock_idp_core::endpoint::authorization::AuthorizationError;
use mock_idp_core::endpoint::backchannel::{self, StartedRequest};
use mock_idp_core::endpoint::client_authentication::CredentialSources;
use mock_idp_core::ledger::{
    Authentication, BackchannelRequest, IssuedCredential, LedgerError, PendingRequests, PolledRequest, UserDecision,
};
use mock_idp_core::model::App;
use mock_idp_core::protocol::{OAuthError, Parameters};
use mock_idp_core::trace::Trace;
use serde_json::{Map, Value};

use super::client_authentication::authenticate_and_note;
use super::explained::explained;
use super::single_use::commit_used;
use super::{Context, OrgInstance, issued_tokens, request_object, token_lookup};
use crate::journal::{Explained, Explanation, FlowPart};
use crate::ledger::{Batch, NEVER};

/// The backchannel authentication endpoint of a server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BackchannelEndpoint<'c>(&'c Context);

impl<'c> BackchannelEndpoint<'c> {
    #[must_use]
    pub(crate) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// Stores a client's request for a user's decision.
    pub(crate) async fn respond(
        self,
        presented: CredentialSources<'_>,
    ) -> Explained<Result<Map<String, Value>, OAuthError>> {
        explained(Explanation::in_flow(FlowPart::Begins), async |trace, explanation| {
            self.begin(presented, trace, explanation).await
        })
        .await
    }

    async fn begin(
        self,
        presented: CredentialSources<'_>,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Map<String, Value>, OAuthError> {
        let context = self.0;
        let client = authenticate_and_note(context, presented, "bc/authorize", explanation).await?;
        backchannel::check_client(client, presented.body)?;
        let notes = trace.notes.len();
        loop {
            trace.notes.truncate(notes);
            let mut batch = context.ledger().batch();
            let begun = self.add(client, presented.body, &mut batch, trace, explanation).await;
            if let Some(answer) = commit_used(batch, begun).await? {
                context.instance.note_messages();
                return Ok(answer);
            }
        }
    }

    /// Adds the client's request to the batch, with its message to the user and what it uses up.
    async fn add(
        self,
        client: &App,
        body: &Parameters,
        batch: &mut Batch<'c>,
        trace: &mut Trace,
        explanation: &mut Explanation,
    ) -> Result<Map<String, Value>, OAuthError> {
        let context = self.0;
        let signed = self.open_signed(client, body, batch, trace).await?;
        let body = signed.as_ref().unwrap_or(body);
        let hint = token_lookup::own_id_token(context, body.get("id_token_hint")).await?;
        let hinted = hint.as_ref().and_then(|claims| claims.text("sub"));
        let begun = context
            .decide(trace, |moment| backchannel::begin(&context.org, &context.server, client, body, hinted, moment))?;
        explanation.user = context.org.user(&begun.request.user_id).map(|user| user.profile.login.clone());
        let answer = backchannel::answer(&begun, context.now);
        let push = backchannel::push(&context.org, client, &begun.request);
        context.instance.add_messages(batch, vec![push]).await?;
        self.store(batch, begun);
        Ok(answer)
    }

    /// The parameters of a signed request. CIBA Core 7.1.1: its client is known by its credentials.
    async fn open_signed(
        self,
        client: &App,
        body: &Parameters,
        batch: &mut Batch<'c>,
        trace: &mut Trace,
    ) -> Result<Option<Parameters>, OAuthError> {
        if body.get("request").is_none() {
            return Ok(None);
        }
        let named = body.iter().filter(|(name, _)| *name != "client_id").chain([("client_id", client.client_id())]);
        let opened = request_object::open(self.0, &named.collect(), batch, trace).await;
        opened.map_err(AuthorizationError::into_oauth_error)
    }

    fn store(self, batch: &mut Batch<'c>, StartedRequest { polled, request }: StartedRequest) {
        let now = self.0.now;
        let ledger = self.0.ledger();
        let expires = polled.expires + PolledRequest::KEPT;
        batch.put(ledger.backchannel(), &request.auth_req_id, polled, expires);
        batch.update_or_default(
            ledger.pending_requests(),
            PendingRequests::KEY,
            NEVER,
            move |pending: &mut PendingRequests| {
                pending.add(request.clone(), now);
            },
        );
    }
}

/// The requests of an org that wait for a user's decision, and the decisions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BackchannelDecisions<'o> {
    instance: &'o Arc<OrgInstance>,
    now: i64,
}

impl<'o> BackchannelDecisions<'o> {
    #[must_use]
    pub(crate) fn new(instance: &'o Arc<OrgInstance>) -> Self {
        Self { instance, now: instance.clock.now() }
    }

    /// The requests that wait, the oldest first.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn waiting(self) -> Result<Vec<BackchannelRequest>, LedgerError> {
        let pending =
            self.instance.ledger.at(self.now).pending_requests().get(PendingRequests::KEY).await?.unwrap_or_default();
        Ok(pending.requests.into_iter().filter(|request| self.now < request.expires).collect())
    }

    /// Decides the waiting requests that match, and returns them.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn decide(
        self,
        allowed: bool,
        matches: impl Fn(&BackchannelRequest) -> bool,
    ) -> Result<Vec<BackchannelRequest>, LedgerError> {
        let ledger = self.instance.ledger.at(self.now);
        let taken =
            ledger.pending_requests().update(PendingRequests::KEY, |pending| pending.take(&matches, self.now)).await?;
        let taken = taken.unwrap_or_default();
        for request in &taken {
            let decision =
                if allowed { UserDecision::Allowed(self.authentication(request)) } else { UserDecision::Denied };
            let decide = |polled: &mut PolledRequest| polled.decide(decision.clone(), self.now);
            let decided = ledger.backchannel().update(&request.auth_req_id, decide).await? == Some(true);
            if decided && allowed {
                let issued = IssuedCredential::Backchannel(request.auth_req_id.clone());
                let mut batch = ledger.batch();
                issued_tokens::add(ledger, &mut batch, &request.user_id, issued);
                batch.commit().await?;
            }
        }
        Ok(taken)
    }

    /// Okta: the user decides in Okta Verify on a phone, and `amr` says so.
    fn authentication(self, request: &BackchannelRequest) -> Authentication {
        let trace = &mut Trace::default();
        let session_id = self.instance.decide_at(self.now, trace, |moment| format!("102{}", moment.token()));
        let amr = self.instance.amr(backchannel::AMR.map(str::to_owned).to_vec());
        Authentication {
            user_id: request.user_id.clone(),
            auth_time: self.now,
            amr,
            proofs: Vec::new(),
            idp: None,
            session_id,
        }
    }

    /// The page on which a tester decides in the user's place.
    ///
    /// # Errors
    /// The ledger's store is unavailable.
    pub(crate) async fn page(self, decided: Option<ShownDecision>, frame: Frame) -> Result<PageView, LedgerError> {
        let org = self.instance.org();
        let item = |request: BackchannelRequest| BackchannelItem {
            client_label: org.client(&request.client_id).map_or(request.client_id, |client| client.label.clone()),
            user_login: org.user(&request.user_id).map_or(request.user_id, |user| user.profile.login.clone()),
            id: request.id,
            numbers: Vec::new(),
            binding_message: request.binding_message,
            scopes: request.scopes.as_slice().to_vec(),
            ends_in: request.expires - self.now,
        };
        let mut requests: Vec<_> = self.waiting().await?.into_iter().map(item).collect();
        requests.extend(self.instance.waiting_pushes().await?.into_iter().map(|push| BackchannelItem {
            client_label: if push.enrolls { format!("Okta Verify for {}", push.app) } else { push.app },
            user_login: org.user(&push.user_id).map_or(push.user_id, |user| user.profile.login.clone()),
            id: push.id,
            numbers: push.challenge.map(|challenge| challenge.offered.to_vec()).unwrap_or_default(),
            binding_message: None,
            scopes: Vec::new(),
            ends_in: push.expires - self.now,
        }));
        let action = format!("{}/signin/backchannel", frame.path_prefix);
        Ok(PageView::Backchannel(BackchannelView { frame, action, decided, requests }))
    }
}
