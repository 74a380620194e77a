//! What all pages share: the frame, the error page and the assets.

pub(crate) mod assets;

use std::sync::Arc;

use askama::Template;
use axum::Json;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde_json::json;

use crate::clock::Clock;
use crate::config::Settings;
use crate::control_api::ControlApi;
use crate::decision::Refusal;
use crate::session::{BrowserSession, Notice, SessionError};
use crate::token::Jwt;
use crate::token::check::Check;

/// The current page's entry in the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NavItem {
    Home,
    Tokens,
    Console,
    Messages,
    Help,
    None,
}

/// Header, navigation, notice and footer of a page.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) title: String,
    pub(crate) nav_item: NavItem,
    pub(crate) issuer: String,
    pub(crate) csrf: String,
    /// Name of the signed-in user.
    pub(crate) person: Option<String>,
    pub(crate) notice: Option<Notice>,
    /// How the mock's clock differs from the machine's, if it does.
    pub(crate) clock: Option<String>,
    /// The URL by which the clock is reset.
    pub(crate) clock_url: String,
}

impl Frame {
    /// Marks the current page in the navigation.
    pub(crate) fn is(&self, nav_item: &str) -> bool {
        nav_item == format!("{:?}", self.nav_item)
    }
}

/// Renders pages.
#[derive(Clone, Debug)]
pub(crate) struct Pages {
    settings: Arc<Settings>,
    control: Arc<ControlApi>,
    clock: Arc<Clock>,
}

/// The data of an error page.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ErrorPage {
    #[serde(skip)]
    pub(crate) status: StatusCode,
    #[serde(rename = "error")]
    pub(crate) code: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) meaning: String,
    /// For sign-ins: the result of the `state` check.
    pub(crate) state: Option<String>,
    pub(crate) checks: Vec<Check>,
    /// What the issuer knows about its refusal, if it is the mock.
    pub(crate) refusal: Option<Refusal>,
    #[serde(skip)]
    pub(crate) try_again: bool,
}

impl ErrorPage {
    pub(crate) fn new(status: StatusCode, code: &str, title: &str, meaning: &str) -> Self {
        Self {
            status,
            code: code.to_owned(),
            title: title.to_owned(),
            description: String::new(),
            meaning: meaning.to_owned(),
            state: None,
            checks: Vec::new(),
            refusal: None,
            try_again: false,
        }
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorTemplate<'a> {
    frame: Frame,
    page: &'a ErrorPage,
}

impl Pages {
    pub(crate) fn new(settings: Arc<Settings>, control: Arc<ControlApi>, clock: Arc<Clock>) -> Self {
        Self { settings, control, clock }
    }

    /// The frame for this session. Removes the notice, so that it is shown once.
    pub(crate) async fn frame(
        &self,
        session: &BrowserSession,
        title: &str,
        nav_item: NavItem,
    ) -> Result<Frame, SessionError> {
        let signed_in = session.signed_in().await?;
        Ok(Frame {
            title: title.to_owned(),
            nav_item,
            issuer: self.settings.issuer.clone(),
            csrf: session.csrf().await?,
            person: signed_in.map(|signed_in| display_name(&signed_in.id_token).unwrap_or(signed_in.subject)),
            notice: session.take_notice().await?,
            clock: self.clock.read().await.difference(),
            clock_url: self.control.address("clock"),
        })
    }

    /// The error page; [`negotiate`] converts it to JSON if the client asks for that.
    pub(crate) async fn error(&self, page: ErrorPage) -> Response {
        let frame = Frame {
            title: page.title.clone(),
            nav_item: NavItem::None,
            issuer: self.settings.issuer.clone(),
            csrf: String::new(),
            person: None,
            notice: None,
            clock: self.clock.read().await.difference(),
            clock_url: self.control.address("clock"),
        };
        with_status(frame, page)
    }

    /// The same with the bar of a user who is signed in.
    pub(crate) async fn error_of(&self, session: &BrowserSession, page: ErrorPage) -> Result<Response, SessionError> {
        let frame = self.frame(session, &page.title, NavItem::None).await?;
        Ok(with_status(frame, page))
    }

    pub(crate) async fn not_found(&self) -> Response {
        self.error(ErrorPage::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "Page not found",
            "404 means that there is no page at this address. 401 would mean that the app does not know who you are, and \
             403 that you are not allowed to see the page.",
        ))
        .await
    }
}

fn with_status(frame: Frame, page: ErrorPage) -> Response {
    let mut response = render(&ErrorTemplate { frame, page: &page });
    *response.status_mut() = page.status;
    response.extensions_mut().insert(page);
    response
}

/// The user's name in an ID token.
pub(crate) fn display_name(id_token: &str) -> Option<String> {
    let jwt = Jwt::read(id_token).ok()?;
    ["name", "preferred_username", "email", "sub"].iter().find_map(|claim| jwt.claim_str(claim)).map(str::to_owned)
}

/// Renders a template.
pub(crate) fn render(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(reason = %error, "a page could not be rendered");
            (StatusCode::INTERNAL_SERVER_ERROR, "The page could not be rendered.").into_response()
        }
    }
}

/// Sends error pages as problem documents (RFC 9457) to clients that accept JSON and not HTML.
pub(crate) async fn negotiate(request: Request, next: Next) -> Response {
    let wants_json = prefers_json(request.headers());
    let response = next.run(request).await;
    let Some(page) = response.extensions().get::<ErrorPage>().filter(|_| wants_json).cloned() else { return response };
    let status = page.status;
    let mut body = serde_json::to_value(page).unwrap_or_default();
    body["status"] = json!(status.as_u16());
    let mut answer = (status, Json(body)).into_response();
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    answer
}

fn prefers_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains("json") && !accept.contains("text/html")
}
