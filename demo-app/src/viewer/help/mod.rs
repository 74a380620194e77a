//! The help pages: the flows of OAuth, how tokens are validated, the hosted sign-in page, libraries. They need no sign-in.

mod diagram;
mod flows;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::state::Viewer;
use crate::pages::{Frame, NavItem, render};
use crate::session::{BrowserSession, SessionError};
use flows::{FLOWS, Flow};

/// The pages in the order of the index: path, title and what they answer.
const TOPICS: &[Topic] = &[
    Topic { path: "flows", title: "Flows of OAuth", about: "how they differ, and which one to use when" },
    Topic { path: "access-token", title: "Validate an access token", about: "what an API checks, step by step" },
    Topic {
        path: "id-token",
        title: "Validate an ID token",
        about: "what an app checks after a sign-in, step by step",
    },
    Topic { path: "sign-in-page", title: "Customise the sign-in page", about: "theme, own domain, code, embedded" },
    Topic { path: "libraries", title: "Client libraries", about: "which one to use in your language" },
];

#[derive(Debug)]
struct Topic {
    path: &'static str,
    title: &'static str,
    about: &'static str,
}

#[derive(Template)]
#[template(path = "help/index.html")]
struct IndexPage {
    frame: Frame,
    topics: &'static [Topic],
}

#[derive(Template)]
#[template(path = "help/flows.html")]
struct FlowsPage {
    frame: Frame,
    flows: &'static [Flow],
}

#[derive(Template)]
#[template(path = "help/access-token.html")]
struct AccessTokenPage {
    frame: Frame,
    issuer: String,
    audience: String,
}

#[derive(Template)]
#[template(path = "help/id-token.html")]
struct IdTokenPage {
    frame: Frame,
    issuer: String,
    client_id: String,
}

#[derive(Template)]
#[template(path = "help/sign-in-page.html")]
struct SignInPagePage {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "help/libraries.html")]
struct LibrariesPage {
    frame: Frame,
    issuer: String,
}

/// `GET /help`.
pub(super) async fn index(State(viewer): State<Viewer>, session: BrowserSession) -> Response {
    match viewer.pages.frame(&session, "Help", NavItem::Help).await {
        Ok(frame) => render(&IndexPage { frame, topics: TOPICS }),
        Err(error) => error.into_response(),
    }
}

/// `GET /help/{topic}`.
pub(super) async fn topic(State(viewer): State<Viewer>, session: BrowserSession, Path(path): Path<String>) -> Response {
    match TOPICS.iter().find(|topic| topic.path == path) {
        Some(topic) => page(&viewer, &session, topic).await.unwrap_or_else(IntoResponse::into_response),
        None => viewer.pages.not_found().await,
    }
}

async fn page(viewer: &Viewer, session: &BrowserSession, topic: &Topic) -> Result<Response, SessionError> {
    let frame = viewer.pages.frame(session, topic.title, NavItem::Help).await?;
    let settings = &viewer.settings;
    let issuer = settings.issuer.clone();
    Ok(match topic.path {
        "flows" => render(&FlowsPage { frame, flows: FLOWS }),
        "access-token" => render(&AccessTokenPage { frame, issuer, audience: settings.audience.clone() }),
        "id-token" => render(&IdTokenPage { frame, issuer, client_id: settings.client_id.clone() }),
        "sign-in-page" => render(&SignInPagePage { frame }),
        _ => render(&LibrariesPage { frame, issuer }),
    })
}
