//! Calls the API with the chosen token and stores the response for the page.

use axum::extract::{Form, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::AUTHORIZATION;
use serde::Deserialize;
use serde_json::Value;

use super::variant::TokenVariant;
use crate::catalogue;
use crate::endpoint::{ENDPOINTS, Endpoint, Id, TWO_FACTORS};
use crate::pages::ErrorPage;
use crate::session::{ApiCall, BrowserSession, NoticeKind, SessionError, SignedIn};
use crate::token::Jwt;
use crate::token::check::{Check, first_failure};
use crate::token::verify::{self, AccessTokenRules};
use crate::viewer::state::{Viewer, redirect_to};
use crate::viewer::tokens::pretty;

/// Longest response body that is stored for the page.
const MAX_ANSWER_LENGTH: usize = 20_000;

/// The form of a call.
#[derive(Debug, Deserialize)]
pub(in crate::viewer) struct CallForm {
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
pub(in crate::viewer) async fn call(
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
        return Ok(viewer
            .pages
            .error(ErrorPage::new(
                StatusCode::FORBIDDEN,
                "csrf",
                "This form has expired",
                "The form does not have the CSRF token of your session. Reload the page and try again.",
            ))
            .await);
    }
    let Some(signed_in) = session.signed_in().await? else { return Ok(viewer.not_signed_in().await) };
    let Some(endpoint) = ENDPOINTS.iter().find(|endpoint| endpoint.id.name() == form.endpoint) else {
        return Ok(viewer.pages.not_found().await);
    };
    match send(viewer, endpoint, &form, &signed_in).await {
        Ok(call) => session.add_call(call).await?,
        Err(reason) => {
            session.set_notice(NoticeKind::Failure, "The API could not be called", reason).await?;
            return Ok(redirect_to("/console"));
        }
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
    let received = crate::body::read(answer).await.map_err(|error| crate::outbound::error_chain(&error))?;
    let text = String::from_utf8_lossy(&received).into_owned();
    let shown = serde_json::from_str::<Value>(&text).map_or(text, |value| pretty(&value));
    Ok(ApiCall {
        endpoint: endpoint.id.name().to_owned(),
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

/// The checks that the API will make of the sent token.
async fn checks(viewer: &Viewer, variant: TokenVariant, signed_in: &SignedIn) -> Vec<Check> {
    let header = variant.header(signed_in).unwrap_or_default();
    let Some(jwt) = header.strip_prefix("Bearer ").and_then(|token| Jwt::read(token).ok()) else { return Vec::new() };
    let keys = viewer.keys.keys_for(jwt.header_str("kid")).await.unwrap_or_default();
    let rules = AccessTokenRules { issuer: &viewer.settings.issuer, audience: &viewer.settings.audience, clients: &[] };
    verify::access_token(&jwt, &keys, rules, viewer.clock.now().await)
}

/// The expected status, to compare with the actual one.
fn expected(endpoint: &Endpoint, form: &CallForm, signed_in: &SignedIn, checks: &[Check]) -> u16 {
    match form.variant {
        TokenVariant::Malformed => 400,
        TokenVariant::None | TokenVariant::Tampered | TokenVariant::IdToken => 401,
        TokenVariant::Current => {
            let jwt = Jwt::read(&signed_in.access_token).ok();
            let granted = jwt.as_ref().and_then(Jwt::scopes).unwrap_or_default();
            let owner = jwt.as_ref().and_then(|jwt| jwt.claim_str("uid")) == Some(form.parameter.trim());
            let has_two_factors = jwt.as_ref().and_then(|jwt| jwt.claim_str("acr")) == Some(TWO_FACTORS);
            match endpoint.id {
                _ if jwt.is_none() || first_failure(checks).is_some() => 401,
                _ if !endpoint.admits(&granted) => 403,
                Id::ListOwnOrders if !owner => 403,
                Id::CreateOrder if is_large_order(&form.body) && !has_two_factors => 401,
                Id::CreateOrder => 201,
                _ => 200,
            }
        }
    }
}

fn is_large_order(body: &str) -> bool {
    let order: Value = serde_json::from_str(body).unwrap_or_default();
    let product = order["product"].as_str().and_then(catalogue::product);
    let quantity = order["quantity"].as_u64().and_then(|quantity| u32::try_from(quantity).ok());
    product.zip(quantity).is_some_and(|(product, quantity)| product.is_large_order(quantity))
}
