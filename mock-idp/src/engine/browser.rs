//! Browsers: the cookies that they send, and what they get.

use std::sync::Arc;

use crate::pages::view::{ErrorView, FormPostView, Frame, PageView, PostMessageView, RedirectUriMismatch};
use mock_idp_core::endpoint::authorization::AuthorizationResponse;
use mock_idp_core::ledger::Transaction;
use mock_idp_core::protocol::{ErrorId, Language, OAuthError, ResponseMode};
use mock_idp_core::trace::{NoteStatus, Trace};

use super::OrgInstance;
use crate::current_request::CurrentRequest;
use crate::journal::{Explained, Explanation};

/// The values of our cookies, and the request that they came with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Browser {
    pub session: Option<String>,
    /// What scripts may know of the session. Session Management 3.2.
    pub state: Option<String>,
    /// Binds transactions to the browser that started them.
    pub id: Option<String>,
    pub request: Option<Arc<CurrentRequest>>,
}

/// What a browser gets.
#[derive(Debug)]
pub(crate) enum BrowserResponse {
    /// To the client, or to the next page.
    Redirect {
        location: String,
        cookies: Browser,
        /// The names of the parameters in the location that only the browser may know.
        secrets: &'static [&'static str],
        session_age: Option<i64>,
    },
    Page {
        view: Box<PageView>,
        cookies: Browser,
        /// Seconds for which the cookie of the session is kept; `None`: until the browser is closed.
        session_age: Option<i64>,
    },
}

/// Where a browser goes next.
#[derive(Debug)]
pub(super) enum Destination {
    Redirect(String),
    /// A request to an external identity provider.
    Provider(String),
    Page(Box<PageView>),
}

impl Destination {
    pub(super) fn page(view: PageView) -> Self {
        Self::Page(Box::new(view))
    }
}

/// A page whose step has been committed, while what follows from it is not stored yet. If that fails, the page can be submitted again.
#[derive(Clone, Debug)]
pub(super) struct SubmittedPage {
    pub(super) handle: String,
    pub(super) transaction: Transaction,
}

/// One request of a browser: what came with it, and what its response will have besides the destination.
#[derive(Debug)]
pub(super) struct BrowserRequest {
    /// The time at which the whole request is decided: seconds since 1970 by the org's clock.
    pub(super) now: i64,
    pub(super) frame: Frame,
    pub(super) cookies: Browser,
    /// The id of the browser: the one of its cookie, or a new one.
    pub(super) browser_id: String,
    /// Who has signed in, if it is known.
    pub(super) user_id: Option<String>,
    /// A session that has begun with this request.
    pub(super) new_session: Option<String>,
    /// What scripts may know of it.
    pub(super) new_state: Option<String>,
    /// The page that was submitted, as long as it is not used up.
    pub(super) page: Option<SubmittedPage>,
    /// "Keep me signed in".
    pub(super) remember: bool,
    /// Seconds for which the cookie of the new session is kept; `None`: until the browser is closed.
    pub(super) session_age: Option<i64>,
    pub(super) trace: Trace,
    pub(super) explanation: Explanation,
}

impl BrowserRequest {
    pub(super) fn new(instance: &OrgInstance, cookies: Browser, frame: Frame) -> Self {
        let (now, mut trace) = (instance.clock.now(), Trace::default());
        let new_id = || instance.decide_at(now, &mut trace, |moment| moment.token());
        let browser_id = cookies.id.clone().unwrap_or_else(new_id);
        let explanation = Explanation::default();
        Self {
            now,
            frame,
            cookies,
            browser_id,
            user_id: None,
            new_session: None,
            new_state: None,
            page: None,
            remember: false,
            session_age: None,
            trace,
            explanation,
        }
    }

    /// The session that the browser came with.
    pub(super) fn session(&self) -> Option<&str> {
        self.cookies.session.as_deref()
    }

    /// Answers in the language that a client has asked for, if it has.
    pub(super) fn prefer_language(&mut self, language: Option<Language>) {
        self.frame.language = language.unwrap_or(self.frame.language);
    }

    /// Notes an error and makes its reason the reason of the response.
    pub(super) fn note_error(&mut self, error: &OAuthError) {
        self.trace.note(NoteStatus::Refused, error.id.row().id, error.reason.as_str());
        self.explanation.reason = Some(error.to_string());
        self.explanation.error = Some(Box::new(error.clone()));
    }

    /// The destination that carries a response of the authorization endpoint to the client.
    pub(super) fn deliver(&self, answer: AuthorizationResponse) -> Destination {
        let frame = self.frame.clone();
        if let Some(location) = answer.location() {
            return Destination::Redirect(location);
        }
        if answer.target.mode() == ResponseMode::OktaPostMessage {
            let AuthorizationResponse { target, fields } = answer;
            let view = PostMessageView { frame, target_origin: target.origin(), fields };
            return Destination::page(PageView::PostMessage(view));
        }
        let action = answer.target.redirect_uri().to_owned();
        let fields = answer.fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let user_id = self.user_id.clone();
        Destination::page(PageView::FormPost(FormPostView { frame, action, user_id, fields }))
    }

    /// The page of an error that must not be redirected.
    pub(super) fn error_page(&mut self, error: &OAuthError, redirect_uris: Option<RedirectUriMismatch>) -> Destination {
        self.note_error(error);
        Destination::page(PageView::Error(error_view(error, redirect_uris, self.frame.clone())))
    }

    /// The response. An error that nothing else has handled is shown.
    pub(super) fn respond(mut self, result: Result<Destination, OAuthError>) -> Explained<BrowserResponse> {
        let destination = result.unwrap_or_else(|error| self.error_page(&error, None));
        let id = self.cookies.id.is_none().then_some(self.browser_id);
        let cookies = Browser { session: self.new_session, state: self.new_state, id, request: None };
        let session_age = self.session_age;
        let explanation = Explanation { notes: self.trace.notes, ..self.explanation };
        let result = match destination {
            Destination::Redirect(location) => {
                BrowserResponse::Redirect { location, cookies, secrets: &[], session_age }
            }
            Destination::Provider(location) => {
                BrowserResponse::Redirect { location, cookies, secrets: &["state", "nonce"], session_age }
            }
            Destination::Page(view) => BrowserResponse::Page { view, cookies, session_age },
        };
        Explained { result, explanation }
    }
}

/// The page of an error.
pub(super) fn error_view(error: &OAuthError, redirect_uris: Option<RedirectUriMismatch>, frame: Frame) -> ErrorView {
    ErrorView {
        frame,
        // Okta: pages of the authorization endpoint are 400, except for one; the catalogue has the status of bodies.
        status: match error.id {
            ErrorId::AuthorizeRequestUriMismatchedClient | ErrorId::TemporarilyUnavailable => error.status(),
            _ => 400,
        },
        code: error.error().to_owned(),
        description: error.description(),
        reason: error.reason.clone(),
        redirect_uris,
    }
}
