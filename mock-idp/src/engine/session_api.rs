//! Sessions of browsers, for programs and for the browsers themselves. Okta: `/api/v1/sessions`.

use mock_idp_core::ledger::{LedgerError, Session};
use mock_idp_core::management::ApiError;
use mock_idp_core::management::sessions::{self as rules, ShownSession};
use mock_idp_core::trace::Trace;
use serde_json::Value;

use super::browser::{Browser, BrowserRequest};
use super::{Context, authn, session_end};
use crate::pages::view::Frame;

/// How a caller names a session.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SessionName<'a> {
    Id(&'a str),
    /// By the cookie of the browser.
    Me(Option<&'a str>),
}

/// The sessions of an org.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionApi<'c>(&'c Context);

/// A session that has begun, and its cookies.
#[derive(Debug)]
pub(crate) struct BegunSession {
    pub(crate) shown: Value,
    pub(crate) cookies: Browser,
    /// Seconds for which they are kept; `None`: until the browser is closed.
    pub(crate) session_age: Option<i64>,
}

impl<'c> SessionApi<'c> {
    #[must_use]
    pub(crate) fn new(context: &'c Context) -> Self {
        Self(context)
    }

    /// Begins a session with a session token.
    ///
    /// # Errors
    /// The token is unknown, used or too old; or the ledger's store is unavailable.
    pub(crate) async fn create(self, token: &str, cookies: Browser, frame: Frame) -> Result<BegunSession, ApiError> {
        let mut request = BrowserRequest::new(&self.0.instance, self.0.now, cookies, frame);
        let refused = || ApiError::authentication_failed("the session token is unknown, used or too old");
        let known = authn::redeem_session_token(self.0, token, &mut request).await?.ok_or_else(refused)?;
        match request.commit(&self.0.instance).await {
            // Another request has used it.
            Err(LedgerError::Conflict { .. }) => return Err(refused()),
            committed => committed?,
        }
        let session = self.0.ledger().sessions().get(&known.session_id).await?;
        let session = session.ok_or_else(|| ApiError::internal("the session has not been stored"))?;
        let id = self.new_id(&known.session_id);
        let shown = self.show(&session, &id, &id)?;
        let cookies = Browser { session: Some(known.session_id), state: request.new_state, id: None, request: None };
        Ok(BegunSession { shown, cookies, session_age: request.session_age })
    }

    /// A session.
    ///
    /// # Errors
    /// There is no such session, or the ledger's store is unavailable.
    pub(crate) async fn get(self, name: SessionName<'_>) -> Result<Value, ApiError> {
        let cookie = cookie_of(name)?;
        let found = self.0.ledger().sessions().get(&cookie).await?;
        let session = found.filter(|session| session.is_active_at(self.0.now)).ok_or_else(|| not_found(name))?;
        self.show_named(name, &cookie, &session)
    }

    /// Uses a session, so that its idle time begins again.
    ///
    /// # Errors
    /// There is no such session, or the ledger's store is unavailable.
    pub(crate) async fn refresh(self, name: SessionName<'_>) -> Result<Value, ApiError> {
        let cookie = cookie_of(name)?;
        let now = self.0.now;
        let refresh = |session: &mut Session| session.use_at(now).then(|| session.clone());
        let refreshed = self.0.ledger().sessions().update(&cookie, refresh).await?.flatten();
        self.show_named(name, &cookie, &refreshed.ok_or_else(|| not_found(name))?)
    }

    /// Ends a session, with the logout notices that belong to it.
    ///
    /// # Errors
    /// There is no such session, or the ledger's store is unavailable.
    pub(crate) async fn close(self, name: SessionName<'_>) -> Result<(), ApiError> {
        let cookie = cookie_of(name)?;
        let found = self.0.ledger().sessions().get(&cookie).await?;
        found.filter(|session| session.is_active_at(self.0.now)).ok_or_else(|| not_found(name))?;
        session_end::end(self.0, &cookie).await?;
        Ok(())
    }

    fn show_named(self, name: SessionName<'_>, cookie: &str, session: &Session) -> Result<Value, ApiError> {
        let id = self.new_id(cookie);
        let link = if matches!(name, SessionName::Me(_)) { "me" } else { &id };
        self.show(session, link, &id)
    }

    fn show(self, session: &Session, name: &str, id: &str) -> Result<Value, ApiError> {
        rules::show(&self.0.org, &self.0.urls, ShownSession { session, name, id })
    }

    fn new_id(self, cookie: &str) -> String {
        self.0.decide(&mut Trace::default(), |moment| rules::id(cookie, moment))
    }
}

fn cookie_of(name: SessionName<'_>) -> Result<String, ApiError> {
    match name {
        SessionName::Id(id) => rules::cookie(id),
        SessionName::Me(cookie) => cookie.map(str::to_owned),
    }
    .ok_or_else(|| not_found(name))
}

fn not_found(name: SessionName<'_>) -> ApiError {
    match name {
        SessionName::Id(id) => ApiError::not_found(id, "AppSession"),
        SessionName::Me(_) => ApiError::not_found("me", "AppSession"),
    }
}
