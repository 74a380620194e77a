//! What an endpoint needs to know about the request that it answers.

use std::sync::Arc;

use mock_idp_core::moment::{Moment, RequestOrigin};
use mock_idp_core::org::{CompiledServer, Org, Urls};
use mock_idp_core::protocol::OAuthError;
use mock_idp_core::sign_in::SignInFacts;
use mock_idp_core::system_log::LogEvent;
use mock_idp_core::trace::Trace;

use super::OrgInstance;
use super::browser::BrowserRequest;
use crate::current_request::CurrentRequest;
use crate::keys::LoadedKeys;
use crate::ledger::LedgerAt;

/// A request at one of an org's authorization servers.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub instance: Arc<OrgInstance>,
    /// The snapshot that the whole request is decided on.
    pub org: Arc<Org>,
    pub server: Arc<CompiledServer>,
    pub urls: Urls,
    /// A client that counts as authenticated, on behalf of the one who runs the mock.
    assumed_client: Option<String>,
    /// The request itself; `None` if it was not sent.
    pub(super) request: Option<Arc<CurrentRequest>>,
    /// The time at which the whole request is decided: seconds since 1970 by the org's clock.
    pub now: i64,
}

impl Context {
    /// A request that is made now.
    #[must_use]
    pub(crate) fn new(instance: Arc<OrgInstance>, org: Arc<Org>, server: Arc<CompiledServer>, urls: Urls) -> Self {
        let now = instance.clock.now();
        Self { instance, org, server, urls, assumed_client: None, request: None, now }
    }

    /// The same, of this request.
    #[must_use]
    pub(crate) fn of_request(self, request: Option<Arc<CurrentRequest>>) -> Self {
        Self { request, ..self }
    }

    /// The same request, from this client, which needs no credentials.
    #[must_use]
    pub(crate) fn assuming_client(self, client_id: &str) -> Self {
        Self { assumed_client: Some(client_id.to_owned()), ..self }
    }

    /// The client that needs no credentials.
    pub(super) fn assumed_client(&self) -> Option<&str> {
        self.assumed_client.as_deref()
    }

    /// The same request on the latest snapshot of the org; `None` if its server has been removed.
    pub(super) fn on_latest_snapshot(&self) -> Option<Self> {
        let org = self.instance.org();
        let server = Arc::clone(org.server_by_id(&self.server.id)?);
        Some(Self { org, server, ..self.clone() })
    }

    /// A request of a browser at one of the org's servers; `None` if there is no such server.
    pub(super) fn of_browser(
        instance: &Arc<OrgInstance>,
        urls: &Urls,
        server_id: &str,
        request: &BrowserRequest,
    ) -> Option<Self> {
        let org = instance.org();
        let server = Arc::clone(org.server_by_id(server_id)?);
        Some(Self {
            instance: Arc::clone(instance),
            org,
            server,
            urls: urls.clone(),
            assumed_client: None,
            request: request.cookies.request.clone(),
            now: request.now,
        })
    }

    pub(super) fn ledger(&self) -> LedgerAt<'_> {
        self.instance.ledger.at(self.now)
    }

    /// The keys of the server.
    pub(super) async fn keys(&self) -> Result<Arc<LoadedKeys>, OAuthError> {
        self.instance.keys(&self.server, self.now).await
    }

    /// Runs a rule at the time of this request.
    pub(super) fn decide<T>(&self, trace: &mut Trace, rule: impl FnOnce(&mut Moment<'_>) -> T) -> T {
        let result = self.decide_uncommitted(trace, rule);
        self.log(trace.events.drain(..));
        result
    }

    /// The same; the events stay in the trace until what was decided is stored.
    pub(super) fn decide_uncommitted<T>(&self, trace: &mut Trace, rule: impl FnOnce(&mut Moment<'_>) -> T) -> T {
        let unknown = RequestOrigin::default();
        let origin = self.origin().unwrap_or(&unknown);
        self.instance.decide_from(origin, self.now, trace, rule)
    }

    /// Where the request comes from; `None` if it was not sent.
    pub(super) fn origin(&self) -> Option<&RequestOrigin> {
        self.request.as_ref().map(|request| &request.origin)
    }

    /// What is known of the request itself, for what can be done next in a sign-in.
    pub(super) fn sign_in_facts(&self) -> SignInFacts {
        SignInFacts { origin: self.origin().cloned().unwrap_or_default(), ..SignInFacts::default() }
    }

    /// Adds events of the System Log.
    pub(super) fn log(&self, events: impl IntoIterator<Item = LogEvent>) {
        if let Some(request) = &self.request {
            request.log(events);
        }
    }

    /// How many events of the System Log this request has.
    pub(super) fn logged(&self) -> usize {
        self.request.as_ref().map_or(0, |request| request.logged())
    }

    /// Drops all events of the System Log but the first ones: what they are about was not stored.
    pub(super) fn keep_logged(&self, count: usize) {
        if let Some(request) = &self.request {
            request.keep_logged(count);
        }
    }
}
