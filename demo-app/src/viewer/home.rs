//! The home page: explains the sign-in before it, shows the user after it.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::claims::{self, Claim};
use super::state::Viewer;
use crate::pages::{Frame, NavItem, render};
use crate::session::{BrowserSession, Notice, SessionError, SignedIn};
use crate::timestamp;
use crate::token::Jwt;

/// The data of the page.
#[derive(Debug, Serialize)]
struct Home {
    issuer: String,
    issuer_host: String,
    client_id: String,
    confidential: bool,
    redirect_uri: String,
    scopes: Vec<String>,
    audience: String,
    signed_in: Option<Person>,
    /// Whether the API was called in this session.
    api_called: bool,
    /// The result of the last action, until a page has shown it.
    notice: Option<Notice>,
}

/// The signed-in user.
#[derive(Debug, Serialize)]
struct Person {
    name: String,
    subject: String,
    email: Option<String>,
    signed_in_at: Option<i64>,
    signed_in_shown: Option<String>,
    amr: Vec<String>,
    acr: Option<String>,
    access_token_expires_at: Option<i64>,
    access_token_shown: String,
    can_refresh: bool,
    scopes: Vec<String>,
    claims: Vec<Claim>,
}

impl Home {
    fn scope_text(&self) -> String {
        self.scopes.join(" ")
    }
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    home: Home,
}

pub(super) async fn page(State(viewer): State<Viewer>, session: BrowserSession) -> Response {
    let page: Result<HomePage, SessionError> = async {
        Ok(HomePage {
            frame: viewer.pages.frame(&session, "Home", NavItem::Home).await?,
            home: home(&viewer, &session).await?,
        })
    }
    .await;
    page.map_or_else(IntoResponse::into_response, |page| render(&page))
}

pub(super) async fn data(State(viewer): State<Viewer>, session: BrowserSession) -> Response {
    match home(&viewer, &session).await {
        Ok(home) => Json(home).into_response(),
        Err(error) => error.into_response(),
    }
}

async fn home(viewer: &Viewer, session: &BrowserSession) -> Result<Home, SessionError> {
    let settings = &viewer.settings;
    let host = settings.issuer_origin.split_once("://").map_or(settings.issuer_origin.as_str(), |(_, host)| host);
    let now = viewer.clock.now().await;
    Ok(Home {
        issuer: settings.issuer.clone(),
        issuer_host: host.to_owned(),
        client_id: settings.client_id.clone(),
        confidential: settings.client_secret.is_some(),
        redirect_uri: settings.redirect_uri.clone(),
        scopes: settings.scopes.clone(),
        audience: settings.audience.clone(),
        signed_in: session.signed_in().await?.map(|signed_in| person(signed_in, now)),
        api_called: !session.calls().await?.is_empty(),
        notice: session.notice().await?,
    })
}

fn person(signed_in: SignedIn, now: i64) -> Person {
    // It was verified when it was received.
    let payload = Jwt::read(&signed_in.id_token).map(|jwt| jwt.payload).unwrap_or_default();
    let text = |name: &str| payload.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
    let expires_at = signed_in.expires_in.map(|lifetime| signed_in.received_at + lifetime);
    let auth_time = payload.get("auth_time").and_then(serde_json::Value::as_i64);
    Person {
        name: crate::pages::display_name(&signed_in.id_token).unwrap_or_else(|| signed_in.subject.clone()),
        email: text("email"),
        signed_in_at: auth_time,
        signed_in_shown: auth_time.map(|at| timestamp::full(at, now)),
        amr: payload
            .get("amr")
            .and_then(serde_json::Value::as_array)
            .map(|list| list.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect())
            .unwrap_or_default(),
        acr: text("acr"),
        access_token_expires_at: expires_at,
        access_token_shown: match expires_at {
            Some(at) if at > now => format!("{} left, until {}", timestamp::span(at - now), timestamp::utc(at)),
            Some(at) => format!("expired {}", timestamp::relative(at, now)),
            None => "unknown".to_owned(),
        },
        can_refresh: signed_in.refresh_token.is_some(),
        scopes: signed_in.granted_scopes,
        claims: claims::table("id_token", &payload, &[], now),
        subject: signed_in.subject,
    }
}
