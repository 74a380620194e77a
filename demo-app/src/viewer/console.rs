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

use super::{Viewer, redirect_to};
use crate::clock;
use crate::decision::{Forecast, ForecastRequest};
use crate::endpoint::{ENDPOINTS, Endpoint, Id};
use crate::pages::{ErrorPage, Frame, NavItem, render};
use crate::session::{ApiCall, BrowserSession, NoticeKind, SessionError, SignedIn};
use crate::token::Jwt;
use crate::token::check::{Check, first_failure};
use crate::token::verify::{self, AccessTokenRules};

/// Longest answer kept for the page.
const MAX_ANSWER_LENGTH: usize = 20_000;

/// What to send in place of the current token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TokenVariant {
    #[default]
    Current,
    None,
    Malformed,
    Tampered,
    IdToken,
}

const VARIANTS: &[TokenVariant] = &[
    TokenVariant::Current,
    TokenVariant::None,
    TokenVariant::Malformed,
    TokenVariant::Tampered,
    TokenVariant::IdToken,
];

impl TokenVariant {
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
struct EndpointRow {
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

impl EndpointRow {
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
    endpoints: Vec<EndpointRow>,
    variants: Vec<&'static str>,
    last_call: Option<ApiCall>,
}

impl Console {
    fn choices(&self) -> &'static [TokenVariant] {
        VARIANTS
    }

    /// The call just made from this row.
    fn result(&self, row: &EndpointRow) -> Option<&ApiCall> {
        self.last_call.as_ref().filter(|call| call.endpoint == row.name())
    }

    fn is_chosen(&self, row: &EndpointRow, variant: &TokenVariant) -> bool {
        self.result(row).is_some_and(|call| call.variant == variant.name())
    }
}

#[derive(Template)]
#[template(path = "console.html")]
struct ConsolePage {
    frame: Frame,
    console: Console,
}

pub(super) async fn page(State(viewer): State<Viewer>, session: BrowserSession) -> Response {
    let page: Result<ConsolePage, SessionError> = async {
        let frame = viewer.pages.frame(&session, "API console", NavItem::Console).await?;
        Ok(ConsolePage { frame, console: console(&viewer, &session).await? })
    }
    .await;
    page.map_or_else(IntoResponse::into_response, |page| render(&page))
}

pub(super) async fn data(State(viewer): State<Viewer>, session: BrowserSession) -> Response {
    match console(&viewer, &session).await {
        Ok(console) => Json(console).into_response(),
        Err(error) => error.into_response(),
    }
}

async fn console(viewer: &Viewer, session: &BrowserSession) -> Result<Console, SessionError> {
    let signed_in = session.signed_in().await?;
    let jwt = signed_in.as_ref().and_then(|it| Jwt::read(&it.access_token).ok());
    let granted = jwt.as_ref().and_then(Jwt::scopes).unwrap_or_default();
    let user_id = jwt.as_ref().and_then(|jwt| jwt.claim_str("uid"));
    let mut endpoints: Vec<EndpointRow> = ENDPOINTS
        .iter()
        .map(|endpoint| EndpointRow {
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
        last_call: session.last_call().await?,
    })
}

/// Asks the issuer what a sign-in with the missing scope would come to, once for each scope.
async fn forecast(viewer: &Viewer, signed_in: &SignedIn, user_id: &str, rows: &mut [EndpointRow]) {
    let mut known: Vec<(String, Option<Forecast>)> = Vec::new();
    for row in rows.iter_mut().filter(|row| row.ask.is_some()) {
        let scopes = wanted(row.endpoint, &signed_in.requested_scopes);
        if !known.iter().any(|(asked, _)| *asked == scopes) {
            let (client_id, issuer) = (&viewer.settings.client_id, &viewer.settings.issuer);
            let request = ForecastRequest { client_id, user_id, issuer, scopes: &scopes };
            let told = viewer.decisions.forecast(request).await;
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
pub(super) struct CallForm {
    #[serde(default)]
    csrf: String,
    endpoint: String,
    #[serde(default)]
    variant: TokenVariant,
    #[serde(default)]
    parameter: String,
    #[serde(default)]
    body: String,
}

/// `POST /console/call`.
pub(super) async fn call(
    State(viewer): State<Viewer>,
    session: BrowserSession,
    Form(form): Form<CallForm>,
) -> Response {
    match try_call(&viewer, &session, form).await {
        Ok(answer) => answer,
        Err(error) => error.into_response(),
    }
}

async fn try_call(viewer: &Viewer, session: &BrowserSession, form: CallForm) -> Result<Response, SessionError> {
    if !session.csrf_matches(&form.csrf).await? {
        return Ok(viewer.pages.error(ErrorPage::new(
            StatusCode::FORBIDDEN,
            "csrf",
            "This form has expired",
            "The form does not carry the token of your session. Go back to the page, reload it and try again.",
        )));
    }
    let Some(signed_in) = session.signed_in().await? else { return Ok(viewer.not_signed_in()) };
    let Some(endpoint) = ENDPOINTS.iter().find(|endpoint| name_of(endpoint.id) == form.endpoint) else {
        return Ok(viewer.pages.not_found());
    };
    match send(viewer, endpoint, &form, &signed_in).await {
        Ok(call) => session.set_last_call(&call).await?,
        Err(words) => session.set_notice(NoticeKind::Bad, "The API could not be called", words).await?,
    }
    Ok(redirect_to(&format!("/console#{}", form.endpoint)))
}

async fn send(viewer: &Viewer, endpoint: &Endpoint, form: &CallForm, signed_in: &SignedIn) -> Result<ApiCall, String> {
    let mut url = url::Url::parse(&viewer.settings.url).map_err(|error| error.to_string())?;
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().push("api");
        for segment in endpoint.path.split('/').filter(|it| !it.is_empty()) {
            segments.push(if segment.starts_with('{') { form.parameter.trim() } else { segment });
        }
    }
    let header = form.variant.header(signed_in);
    let body = endpoint.example.map(|_| form.body.clone());
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
    let checks = checks(viewer, form.variant, signed_in).await;
    let answer = request.send().await.map_err(|error| crate::outbound::error_chain(&error))?;
    let status = answer.status();
    let response_headers = answer
        .headers()
        .iter()
        .filter(|(name, _)| ["content-type", "www-authenticate"].contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let text = answer.text().await.map_err(|error| crate::outbound::error_chain(&error))?;
    let shown = serde_json::from_str::<Value>(&text).map_or(text, |value| super::tokens::pretty(&value));
    Ok(ApiCall {
        endpoint: name_of(endpoint.id),
        variant: form.variant.name().to_owned(),
        variant_title: form.variant.title().to_owned(),
        method: endpoint.method.to_string(),
        url: url.to_string(),
        request_headers,
        request_body: body,
        expected_status: expected(endpoint, form, signed_in, &checks),
        status: status.as_u16(),
        reason: status.canonical_reason().unwrap_or_default().to_owned(),
        response_headers,
        response_body: shown.chars().take(MAX_ANSWER_LENGTH).collect(),
        checks,
    })
}

/// What the API will find when it judges the token that is sent.
async fn checks(viewer: &Viewer, variant: TokenVariant, signed_in: &SignedIn) -> Vec<Check> {
    let header = variant.header(signed_in).unwrap_or_default();
    let Some(jwt) = header.strip_prefix("Bearer ").and_then(|token| Jwt::read(token).ok()) else { return Vec::new() };
    let keys = viewer.keys.keys_for(jwt.header_str("kid")).await.unwrap_or_default();
    let rules = AccessTokenRules { issuer: &viewer.settings.issuer, audience: &viewer.settings.audience, clients: &[] };
    verify::access_token(&jwt, &keys, rules, clock::now())
}

/// The forecast that stands beside the real answer.
fn expected(endpoint: &Endpoint, form: &CallForm, signed_in: &SignedIn, checks: &[Check]) -> u16 {
    match form.variant {
        TokenVariant::Malformed => 400,
        TokenVariant::None | TokenVariant::Tampered | TokenVariant::IdToken => 401,
        TokenVariant::Current => {
            let jwt = Jwt::read(&signed_in.access_token).ok();
            let granted = jwt.as_ref().and_then(Jwt::scopes).unwrap_or_default();
            let owner = jwt.as_ref().and_then(|jwt| jwt.claim_str("uid")) == Some(form.parameter.trim());
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
