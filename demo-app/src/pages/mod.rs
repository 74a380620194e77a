//! What every page shares: the frame around it, the page for trouble, and the assets. Knows nothing of tokens' meaning.

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

use crate::config::Settings;
use crate::decision::Note;
use crate::session::{Notice, SessionBroken, Visit};
use crate::token::Jwt;
use crate::token::check::Check;

/// The pages in the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Home,
    Tokens,
    Console,
    Messages,
    Elsewhere,
}

/// The frame around a page.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) title: String,
    pub(crate) place: Place,
    pub(crate) issuer: String,
    pub(crate) csrf: String,
    /// Who is signed in, by name.
    pub(crate) person: Option<String>,
    pub(crate) notice: Option<Notice>,
}

impl Frame {
    /// Marks the current page in the navigation.
    pub(crate) fn is(&self, place: &str) -> bool {
        place == format!("{:?}", self.place)
    }
}

/// Renders pages.
#[derive(Clone, Debug)]
pub(crate) struct Pages {
    settings: Arc<Settings>,
}

/// Something went wrong, told to a person.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Trouble {
    #[serde(skip)]
    pub(crate) status: StatusCode,
    #[serde(rename = "error")]
    pub(crate) code: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) meaning: String,
    /// For sign-ins: what became of the `state` check.
    pub(crate) state: Option<String>,
    pub(crate) checks: Vec<Check>,
    /// How the issuer came to its refusal, when it says.
    pub(crate) notes: Vec<Note>,
    #[serde(skip)]
    pub(crate) try_again: bool,
}

impl Trouble {
    pub(crate) fn new(status: StatusCode, code: &str, title: &str, meaning: &str) -> Self {
        Self {
            status,
            code: code.to_owned(),
            title: title.to_owned(),
            description: String::new(),
            meaning: meaning.to_owned(),
            state: None,
            checks: Vec::new(),
            notes: Vec::new(),
            try_again: false,
        }
    }
}

#[derive(Template)]
#[template(path = "trouble.html")]
struct TroublePage<'a> {
    frame: Frame,
    trouble: &'a Trouble,
}

impl Pages {
    pub(crate) fn new(settings: Arc<Settings>) -> Self {
        Self { settings }
    }

    /// The frame of a page of this visit. Takes the notice, which is thereby shown once.
    pub(crate) async fn frame(&self, visit: &Visit, title: &str, place: Place) -> Result<Frame, SessionBroken> {
        let signed_in = visit.signed_in().await?;
        Ok(Frame {
            title: title.to_owned(),
            place,
            issuer: self.settings.issuer.clone(),
            csrf: visit.csrf().await?,
            person: signed_in.map(|signed_in| display_name(&signed_in.id_token).unwrap_or(signed_in.subject)),
            notice: visit.take_notice().await?,
        })
    }

    /// The page for trouble; [`negotiate`] turns it into JSON for those who ask for that.
    pub(crate) fn trouble(&self, trouble: Trouble) -> Response {
        let frame = Frame {
            title: trouble.title.clone(),
            place: Place::Elsewhere,
            issuer: self.settings.issuer.clone(),
            csrf: String::new(),
            person: None,
            notice: None,
        };
        let mut response = render(&TroublePage { frame, trouble: &trouble });
        *response.status_mut() = trouble.status;
        response.extensions_mut().insert(trouble);
        response
    }

    pub(crate) fn not_found(&self) -> Response {
        self.trouble(Trouble::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "There is no such page",
            "404 means that the address leads nowhere. 401 would mean that the app does not know who you are, and 403 \
             that it knows and still says no.",
        ))
    }
}

/// The name to greet a person by.
pub(crate) fn display_name(id_token: &str) -> Option<String> {
    let jwt = Jwt::read(id_token).ok()?;
    ["name", "preferred_username", "email", "sub"].iter().find_map(|claim| jwt.claim_str(claim)).map(str::to_owned)
}

/// Turns a template into an answer.
pub(crate) fn render(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(reason = %error, "a page could not be rendered");
            (StatusCode::INTERNAL_SERVER_ERROR, "The page could not be rendered.").into_response()
        }
    }
}

/// Answers trouble as a problem document (RFC 9457) to whoever asks for JSON and not for HTML.
pub(crate) async fn negotiate(request: Request, next: Next) -> Response {
    let wants_json = prefers_json(request.headers());
    let response = next.run(request).await;
    let Some(trouble) = response.extensions().get::<Trouble>().filter(|_| wants_json).cloned() else { return response };
    let status = trouble.status;
    let mut body = serde_json::to_value(trouble).unwrap_or_default();
    body["status"] = json!(status.as_u16());
    let mut answer = (status, Json(body)).into_response();
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    answer
}

fn prefers_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains("json") && !accept.contains("text/html")
}
