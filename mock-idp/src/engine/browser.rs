//! Browsers: the cookies that they send, and what they get.

use std::sync::Arc;

use crate::pages::view::{ErrorView, FormPostView, Frame, PageView, PostMessageView, RedirectUriMismatch};
use mock_idp_core::endpoint::authorization::AuthorizationResponse;
use mock_idp_core::ledger::LedgerError;
use mock_idp_core::protocol::{ErrorId, Language, OAuthError, ResponseMode};
use mock_idp_core::trace::{NoteStatus, Trace};

use super::OrgInstance;
use super::sign_in_queue::NextSignIn;
use crate::current_request::CurrentRequest;
use crate::journal::{Explained, Explanation};
use crate::ledger::{Batch, PendingWrites};

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

/// What a request writes when it ends, all at once.
#[derive(Debug, Default)]
struct Pending {
    writes: PendingWrites,
    /// How many events of the System Log stay if nothing of it is written.
    logged: usize,
    /// The sign-ins of the queue that the request has taken, the first one first.
    taken: Vec<NextSignIn>,
    /// Whether another request has changed what this one has read, so that it has to be decided again.
    overtaken: bool,
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
    /// State handle of the page that was submitted, if its step has been committed and nothing that follows from it: the page can be
    /// submitted again until it is used up.
    pub(super) page: Option<String>,
    pending: Pending,
    /// "Keep me signed in".
    pub(super) remember: bool,
    /// Seconds for which the cookie of the new session is kept; `None`: until the browser is closed.
    pub(super) session_age: Option<i64>,
    pub(super) trace: Trace,
    pub(super) explanation: Explanation,
}

impl BrowserRequest {
    /// A request that is decided at `now`, as everything that it reads.
    pub(super) fn new(instance: &OrgInstance, now: i64, cookies: Browser, frame: Frame) -> Self {
        let mut trace = Trace::default();
        let new_id = || instance.decide_at(now, &mut trace, |moment| moment.token());
        let browser_id = cookies.id.clone().unwrap_or_else(new_id);
        let explanation = Explanation::default();
        let mut request = Self {
            now,
            frame,
            cookies,
            browser_id,
            user_id: None,
            new_session: None,
            new_state: None,
            page: None,
            pending: Pending::default(),
            remember: false,
            session_age: None,
            trace,
            explanation,
        };
        request.keep_events();
        request
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

    /// Lets a batch be committed when the request ends, together with everything else that it writes.
    pub(super) fn write(&mut self, batch: Batch<'_>) {
        self.pending.writes.add(batch);
    }

    /// Takes the next sign-in of the queue for a client. It is put back if the request writes nothing.
    pub(super) fn take_next_sign_in(&mut self, instance: &OrgInstance, client_id: &str) -> Option<NextSignIn> {
        let next = instance.sign_in_queue.take(client_id);
        self.pending.taken.extend(next.clone());
        next
    }

    /// Keeps the events of the System Log so far, whatever becomes of the request: what they are about has been committed.
    pub(super) fn keep_events(&mut self) {
        self.pending.logged = self.cookies.request.as_ref().map_or(0, |request| request.logged());
    }

    /// Commits what waits. If that fails, its events and its session are gone.
    pub(super) async fn commit(&mut self, instance: &OrgInstance) -> Result<(), LedgerError> {
        let mut batch = instance.ledger.at(self.now).batch();
        batch.append(std::mem::take(&mut self.pending.writes));
        match batch.commit().await {
            Ok(()) => {
                self.pending.taken.clear();
                self.keep_events();
                Ok(())
            }
            Err(error) => {
                self.forget(instance);
                Err(error)
            }
        }
    }

    /// Commits what waits before the request goes on. If another request has changed what it has read, it is decided again.
    pub(super) async fn commit_or_decide_again(&mut self, instance: &OrgInstance) -> Result<(), LedgerError> {
        let committed = self.commit(instance).await;
        self.pending.overtaken = matches!(committed, Err(LedgerError::Conflict { .. }));
        committed
    }

    /// Drops what was not committed.
    fn forget(&mut self, instance: &OrgInstance) {
        let Pending { logged, taken, .. } = std::mem::take(&mut self.pending);
        if let Some(request) = &self.cookies.request {
            request.keep_logged(logged);
        }
        taken.into_iter().rev().for_each(|next| instance.sign_in_queue.put_back(next));
        (self.new_session, self.new_state, self.session_age) = (None, None, None);
    }

    /// Commits everything that the request writes, and responds. Nothing is written for an error that nothing else has handled. `None`:
    /// another request has changed what this one has read.
    pub(super) async fn finish(
        mut self,
        instance: &OrgInstance,
        result: Result<Destination, OAuthError>,
    ) -> Option<Explained<BrowserResponse>> {
        if self.pending.overtaken {
            return None;
        }
        if result.is_err() && !(self.pending.writes.is_empty() && self.pending.taken.is_empty()) {
            self.forget(instance);
        }
        if self.pending.writes.is_empty() {
            return Some(self.respond(result));
        }
        match self.commit(instance).await {
            Ok(()) => Some(self.respond(result)),
            Err(LedgerError::Conflict { .. }) => None,
            Err(error) => Some(self.respond(Err(error.into()))),
        }
    }

    /// The response to a request that others have overtaken at each attempt.
    pub(super) fn give_up(self) -> Explained<BrowserResponse> {
        let reason = format!("other requests changed the same records at each of {MOST_ATTEMPTS} attempts");
        self.respond(Err(OAuthError::new(ErrorId::TemporarilyUnavailable, reason)))
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

/// How often a request is decided at most, while others change what it has read.
pub(super) const MOST_ATTEMPTS: usize = 100;

/// Answers a request of a browser: decides where it goes, commits everything that this writes, and responds. If another request has
/// changed in the meantime what was read, it is decided again. The time of the request is that of what it reads. (A function that takes a
/// closure would not do: its future is not known to be `Send`.)
macro_rules! answer_browser {
    ($instance:expr, $now:expr, $cookies:expr, $frame:expr, |$request:ident| $destination:expr) => {{
        let new = || $crate::engine::browser::BrowserRequest::new($instance, $now, $cookies.clone(), $frame.clone());
        let mut attempts = 0;
        loop {
            let mut request = new();
            let $request = &mut request;
            let destination = $destination.await;
            if let Some(response) = request.finish($instance, destination).await {
                break response;
            }
            attempts += 1;
            if attempts == $crate::engine::browser::MOST_ATTEMPTS {
                break new().give_up();
            }
            tokio::task::yield_now().await;
        }
    }};
}
pub(super) use answer_browser;
