//! The API console: every endpoint with the scope it needs, called from here with the current token or a spoilt one.
//! The call is made by the app's server, so the page needs no script and the browser no token.

use std::collections::BTreeSet;

use askama::Template;
use axum::Json;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use http::header::AUTHORIZATION;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Viewer, see};
use crate::clock;
use crate::decision::{Attempt, Forecast};
use crate::endpoint::{ENDPOINTS, Endpoint, Id};
use crate::pages::{Frame, Place, Trouble, render};
use crate::session::{Call, NoticeKind, SessionBroken, SignedIn, Visit};
use crate::token::Jwt;
use crate::token::check::{Check, first_failure};
use crate::token::verify::{self, AccessTokenRules};

/// Longest answer kept for the page.
const ANSWER_AT_MOST: usize = 20_000;

/// What to send in place of the current token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Variant {
    #[default]
    Current,
    None,
    Malformed,
    Tampered,
    IdToken,
}

const VARIANTS: &[Variant] =
    &[Variant::Current, Variant::None, Variant::Malformed, Variant::Tampered, Variant::IdToken];

impl Variant {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::None => "none",
            Self::Malformed => "malformed",
            Self::Tampered => "tampered",
            Self::IdToken => "id_token",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Current => "the current access token",
            Self::None => "no token",
            Self::Malformed => "an empty Bearer header",
            Self::Tampered => "the access token with more scopes written into it",
            Self::IdToken => "the ID token instead",
        }
    }

    /// The Authorization header, if any.
    fn header(self, signed_in: &SignedIn) -> Option<String> {
        match self {
            Self::Current => Some(format!("Bearer {}", signed_in.access_token)),
            Self::None => None,
            Self::Malformed => Some("Bearer".to_owned()),
            Self::Tampered => Some(format!("Bearer {}", tampered(&signed_in.access_token))),
            Self::IdToken => Some(format!("Bearer {}", signed_in.id_token)),
        }
    }
}

/// The same token with every scope of the API written into it: the greed that the signature is there to notice.
fn tampered(token: &str) -> String {
    let Ok(mut jwt) = Jwt::read(token) else { return format!("{token}x") };
    let all: BTreeSet<&str> = ENDPOINTS.iter().flat_map(|endpoint| endpoint.scopes.iter().copied()).collect();
    jwt.payload.insert("scp".to_owned(), Value::from_iter(all));
    let payload = URL_SAFE_NO_PAD.encode(Value::Object(jwt.payload).to_string());
    format!("{}.{payload}.{}", jwt.parts[0], jwt.parts[2])
}

/// One endpoint as the page shows it.
#[derive(Debug, Serialize)]
struct Row {
    id: Id,
    #[serde(skip)]
    endpoint: &'static Endpoint,
    method: String,
    path: String,
    summary: &'static str,
    scopes: &'static [&'static str],
    also: Option<&'static str>,
    /// Whether the current token's scopes open it; `None` without a sign-in.
    allowed: Option<bool>,
    /// A value for the path's parameter.
    parameter: Option<String>,
    /// Where a sign-in that asks for the missing scope starts.
    ask: Option<String>,
    /// What that sign-in would come to, if the issuer can tell.
    forecast: Option<Forecast>,
}

impl Row {
    fn name(&self) -> String {
        name_of(self.endpoint.id)
    }

    fn scope_text(&self) -> String {
        self.endpoint.scope_text()
    }
}

fn name_of(id: Id) -> String {
    serde_json::to_value(id).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// All that the page shows.
#[derive(Debug, Serialize)]
struct Console {
    signed_in: bool,
    audience: String,
    granted: Vec<String>,
    endpoints: Vec<Row>,
    variants: Vec<&'static str>,
    last_call: Option<Call>,
}

impl Console {
    fn choices(&self) -> &'static [Variant] {
        VARIANTS
    }

    /// The call just made from this row.
    fn result(&self, row: &Row) -> Option<&Call> {
        self.last_call.as_ref().filter(|call| call.endpoint == row.name())
    }

    fn is_chosen(&self, row: &Row, variant: &Variant) -> bool {
        self.result(row).is_some_and(|call| call.variant == variant.name())
    }
}

#[derive(Template)]
#[template(path = "console.html")]
struct ConsolePage {
    frame: Frame,
    console: Console,
}

pub(super) async fn page(State(viewer): State<Viewer>, visit: Visit) -> Response {
    let page: Result<ConsolePage, SessionBroken> = async {
        let frame = viewer.pages.frame(&visit, "API console", Place::Console).await?;
        Ok(ConsolePage { frame, console: console(&viewer, &visit).await? })
    }
    .await;
    page.map_or_else(IntoResponse::into_response, |page| render(&page))
}

pub(super) async fn data(State(viewer): State<Viewer>, visit: Visit) -> Response {
    match console(&viewer, &visit).await {
        Ok(console) => Json(console).into_response(),
        Err(broken) => broken.into_response(),
    }
}

async fn console(viewer: &Viewer, visit: &Visit) -> Result<Console, SessionBroken> {
    let signed_in = visit.signed_in().await?;
    let jwt = signed_in.as_ref().and_then(|it| Jwt::read(&it.access_token).ok());
    let granted = jwt.as_ref().and_then(Jwt::scopes).unwrap_or_default();
    let user_id = jwt.as_ref().and_then(|jwt| jwt.claim_str("uid"));
    let mut endpoints: Vec<Row> = ENDPOINTS
        .iter()
        .map(|endpoint| Row {
            id: endpoint.id,
            endpoint,
            method: endpoint.method.to_string(),
            path: format!("/api{}", endpoint.path),
            summary: endpoint.summary,
            scopes: endpoint.scopes,
            also: endpoint.also,
            allowed: signed_in.as_ref().map(|_| endpoint.admits(&granted)),
            parameter: match endpoint.id {
                Id::ListOwnOrders => Some(user_id.unwrap_or("00u…").to_owned()),
                Id::UpdateOrder => Some("order-1".to_owned()),
                _ => None,
            },
            ask: signed_in
                .as_ref()
                .filter(|_| !endpoint.admits(&granted))
                .map(|it| format!("/login?{}", query_of(&wanted(endpoint, &it.requested_scopes)))),
            forecast: None,
        })
        .collect();
    if let (Some(signed_in), Some(user_id)) = (&signed_in, user_id) {
        forecast(viewer, signed_in, user_id, &mut endpoints).await;
    }
    Ok(Console {
        signed_in: signed_in.is_some(),
        audience: viewer.settings.audience.clone(),
        granted,
        endpoints,
        variants: VARIANTS.iter().map(|variant| variant.name()).collect(),
        last_call: visit.last_call().await?,
    })
}

/// Asks the issuer what a sign-in with the missing scope would come to, once for each scope.
async fn forecast(viewer: &Viewer, signed_in: &SignedIn, user_id: &str, rows: &mut [Row]) {
    let mut known: Vec<(String, Option<Forecast>)> = Vec::new();
    for row in rows.iter_mut().filter(|row| row.ask.is_some()) {
        let scopes = wanted(row.endpoint, &signed_in.requested_scopes);
        if !known.iter().any(|(asked, _)| *asked == scopes) {
            let (client_id, issuer) = (&viewer.settings.client_id, &viewer.settings.issuer);
            let attempt = Attempt { client_id, user_id, issuer, scopes: &scopes };
            let told = viewer.decisions.forecast(attempt).await;
            known.push((scopes.clone(), told));
        }
        row.forecast = known.iter().find(|(asked, _)| *asked == scopes).and_then(|(_, told)| told.clone());
    }
}

/// The scopes of this sign-in and the one that opens the endpoint.
fn wanted(endpoint: &Endpoint, requested: &[String]) -> String {
    let scopes: Vec<&str> = requested.iter().map(String::as_str).chain(endpoint.scopes.first().copied()).collect();
    scopes.join(" ")
}

fn query_of(scopes: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair("scope", scopes).finish()
}

/// What a call should be.
#[derive(Debug, Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    csrf: String,
    endpoint: String,
    #[serde(default)]
    variant: Variant,
    #[serde(default)]
    parameter: String,
    #[serde(default)]
    body: String,
}

/// `POST /console/call`.
pub(super) async fn call(State(viewer): State<Viewer>, visit: Visit, Form(wish): Form<Wish>) -> Response {
    match try_call(&viewer, &visit, wish).await {
        Ok(answer) => answer,
        Err(broken) => broken.into_response(),
    }
}

async fn try_call(viewer: &Viewer, visit: &Visit, wish: Wish) -> Result<Response, SessionBroken> {
    if !visit.csrf_matches(&wish.csrf).await? {
        return Ok(viewer.pages.trouble(Trouble::new(
            StatusCode::FORBIDDEN,
            "csrf",
            "This form has expired",
            "The form does not carry the token of your session. Go back to the page, reload it and try again.",
        )));
    }
    let Some(signed_in) = visit.signed_in().await? else { return Ok(viewer.nobody()) };
    let Some(endpoint) = ENDPOINTS.iter().find(|endpoint| name_of(endpoint.id) == wish.endpoint) else {
        return Ok(viewer.pages.not_found());
    };
    match send(viewer, endpoint, &wish, &signed_in).await {
        Ok(call) => visit.set_last_call(&call).await?,
        Err(words) => visit.set_notice(NoticeKind::Bad, "The API could not be called", words).await?,
    }
    Ok(see(&format!("/console#{}", wish.endpoint)))
}

async fn send(viewer: &Viewer, endpoint: &Endpoint, wish: &Wish, signed_in: &SignedIn) -> Result<Call, String> {
    let mut url = url::Url::parse(&viewer.settings.url).map_err(|error| error.to_string())?;
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().push("api");
        for segment in endpoint.path.split('/').filter(|it| !it.is_empty()) {
            segments.push(if segment.starts_with('{') { wish.parameter.trim() } else { segment });
        }
    }
    let header = wish.variant.header(signed_in);
    let body = endpoint.example.map(|_| wish.body.clone());
    let mut request = viewer.http.request(endpoint.method.clone(), url.clone());
    let mut request_headers = Vec::new();
    if let Some(header) = &header {
        request = request.header(AUTHORIZATION, header);
        request_headers.push(("authorization".to_owned(), header.clone()));
    }
    if let Some(body) = &body {
        request = request.header(http::header::CONTENT_TYPE, "application/json").body(body.clone());
        request_headers.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    let checks = checks(viewer, wish.variant, signed_in).await;
    let answer = request.send().await.map_err(|error| crate::outbound::plainly(&error))?;
    let status = answer.status();
    let response_headers = answer
        .headers()
        .iter()
        .filter(|(name, _)| ["content-type", "www-authenticate"].contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let text = answer.text().await.map_err(|error| crate::outbound::plainly(&error))?;
    let shown = serde_json::from_str::<Value>(&text).map_or(text, |value| super::tokens::pretty(&value));
    Ok(Call {
        endpoint: name_of(endpoint.id),
        variant: wish.variant.name().to_owned(),
        variant_title: wish.variant.title().to_owned(),
        method: endpoint.method.to_string(),
        url: url.to_string(),
        request_headers,
        request_body: body,
        expected_status: expected(endpoint, wish, signed_in, &checks),
        status: status.as_u16(),
        reason: status.canonical_reason().unwrap_or_default().to_owned(),
        response_headers,
        response_body: shown.chars().take(ANSWER_AT_MOST).collect(),
        checks,
    })
}

/// What the API will find when it judges the token that is sent.
async fn checks(viewer: &Viewer, variant: Variant, signed_in: &SignedIn) -> Vec<Check> {
    let header = variant.header(signed_in).unwrap_or_default();
    let Some(jwt) = header.strip_prefix("Bearer ").and_then(|token| Jwt::read(token).ok()) else { return Vec::new() };
    let keys = viewer.keys.keys_for(jwt.header_str("kid")).await.unwrap_or_default();
    let rules = AccessTokenRules { issuer: &viewer.settings.issuer, audience: &viewer.settings.audience, clients: &[] };
    verify::access_token(&jwt, &keys, rules, clock::now())
}

/// The forecast that stands beside the real answer.
fn expected(endpoint: &Endpoint, wish: &Wish, signed_in: &SignedIn, checks: &[Check]) -> u16 {
    match wish.variant {
        Variant::Malformed => 400,
        Variant::None | Variant::Tampered | Variant::IdToken => 401,
        Variant::Current => {
            let jwt = Jwt::read(&signed_in.access_token).ok();
            let granted = jwt.as_ref().and_then(Jwt::scopes).unwrap_or_default();
            let owner = jwt.as_ref().and_then(|jwt| jwt.claim_str("uid")) == Some(wish.parameter.trim());
            match endpoint.id {
                _ if jwt.is_none() || first_failure(checks).is_some() => 401,
                _ if !endpoint.admits(&granted) => 403,
                Id::ListOwnOrders if !owner => 403,
                Id::CreateOrder => 201,
                _ => 200,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tampering_adds_scopes_and_keeps_the_signature() {
        let payload = URL_SAFE_NO_PAD.encode(r#"{"scp":["openid"],"uid":"00u1"}"#);
        let jwt = Jwt::read(&tampered(&format!("e30.{payload}.c2ln"))).unwrap();
        assert!(jwt.scopes().unwrap().contains(&"orders:update".to_owned()));
        assert_eq!((jwt.claim_str("uid"), jwt.parts[2].as_str()), (Some("00u1"), "c2ln"));
    }
}
