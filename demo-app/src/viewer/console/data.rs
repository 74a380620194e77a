//! The data of the console page.

use serde::Serialize;

use super::variant::{TokenVariant, VARIANTS};
use crate::decision::{Forecast, ForecastRequest};
use crate::endpoint::{ENDPOINTS, Endpoint, Id};
use crate::session::{ApiCall, BrowserSession, SessionError, SignedIn};
use crate::token::Jwt;
use crate::viewer::state::Viewer;

/// The data of the page.
#[derive(Debug, Serialize)]
pub(super) struct Console {
    pub(super) signed_in: bool,
    pub(super) audience: String,
    pub(super) granted: Vec<String>,
    pub(super) endpoints: Vec<EndpointRow>,
    pub(super) variants: Vec<&'static str>,
    /// The last call of each endpoint, the newest first.
    pub(super) calls: Vec<ApiCall>,
    #[serde(skip)]
    draft: Option<(Id, String)>,
}

impl Console {
    pub(super) fn choices(&self) -> &'static [TokenVariant] {
        VARIANTS
    }

    /// The last call of this endpoint.
    pub(super) fn result(&self, row: &EndpointRow) -> Option<&ApiCall> {
        self.calls.iter().find(|call| call.endpoint == row.name())
    }

    /// The body to send next: that of the last call, also before a sign-in for it.
    pub(super) fn body<'a>(&'a self, row: &'a EndpointRow) -> Option<&'a str> {
        let draft = self.draft.as_ref().filter(|(endpoint, _)| *endpoint == row.id).map(|(_, body)| body.as_str());
        self.result(row).and_then(|call| call.request_body.as_deref()).or(draft).or(row.endpoint.example)
    }

    pub(super) fn is_chosen(&self, row: &EndpointRow, variant: &TokenVariant) -> bool {
        self.result(row).is_some_and(|call| call.variant == variant.name())
    }
}

/// One endpoint on the page.
#[derive(Debug, Serialize)]
pub(super) struct EndpointRow {
    pub(super) id: Id,
    #[serde(skip)]
    pub(super) endpoint: &'static Endpoint,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) summary: &'static str,
    pub(super) scopes: &'static [&'static str],
    pub(super) also: Option<&'static str>,
    /// Whether the current token has a sufficient scope; `None` without a sign-in.
    pub(super) allowed: Option<bool>,
    /// A value for the path parameter.
    pub(super) parameter: Option<String>,
    /// URL of a sign-in that requests the missing scope.
    pub(super) ask: Option<String>,
    /// What that sign-in would result in, if the issuer is the mock.
    pub(super) forecast: Option<Forecast>,
    /// URL of the stronger sign-in that the last answer asks for.
    pub(super) step_up: Option<String>,
}

impl EndpointRow {
    pub(super) fn name(&self) -> &'static str {
        self.endpoint.id.name()
    }

    pub(super) fn scope_text(&self) -> String {
        self.endpoint.scope_text()
    }
}

/// Collects the data for this session.
pub(super) async fn console(viewer: &Viewer, session: &BrowserSession) -> Result<Console, SessionError> {
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
            step_up: None,
        })
        .collect();
    if let (Some(signed_in), Some(user_id)) = (&signed_in, user_id) {
        forecast(viewer, signed_in, user_id, &mut endpoints).await;
    }
    let calls = session.calls().await?;
    for row in &mut endpoints {
        let last = calls.iter().find(|call| call.endpoint == row.name());
        row.step_up = last.zip(signed_in.as_ref()).and_then(|(call, signed_in)| step_up(call, row, signed_in));
    }
    Ok(Console {
        signed_in: signed_in.is_some(),
        audience: viewer.settings.audience.clone(),
        granted,
        endpoints,
        variants: VARIANTS.iter().map(|variant| variant.name()).collect(),
        calls,
        draft: session.draft().await?,
    })
}

/// Fills in what sign-ins that request the missing scopes would result in; one request per set of scopes.
async fn forecast(viewer: &Viewer, signed_in: &SignedIn, user_id: &str, rows: &mut [EndpointRow]) {
    let mut known: Vec<(String, Option<Forecast>)> = Vec::new();
    for row in rows.iter_mut().filter(|row| row.ask.is_some()) {
        let scopes = wanted(row.endpoint, &signed_in.requested_scopes);
        if !known.iter().any(|(requested, _)| *requested == scopes) {
            let (client_id, issuer) = (&viewer.settings.client_id, &viewer.settings.issuer);
            let request = ForecastRequest { client_id, user_id, issuer, scopes: &scopes };
            let found = viewer.decisions.forecast(request).await;
            known.push((scopes.clone(), found));
        }
        row.forecast =
            known.iter().find(|(requested, _)| *requested == scopes).and_then(|(_, forecast)| forecast.clone());
    }
}

/// The scopes of this sign-in and the one that the endpoint needs.
fn wanted(endpoint: &Endpoint, requested: &[String]) -> String {
    let scopes: Vec<&str> = requested.iter().map(String::as_str).chain(endpoint.scopes.first().copied()).collect();
    scopes.join(" ")
}

/// RFC 9470 4: a sign-in with the classes of the challenge, which leads back to the endpoint.
fn step_up(call: &ApiCall, row: &EndpointRow, signed_in: &SignedIn) -> Option<String> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("scope", &signed_in.requested_scopes.join(" "));
    query.append_pair("acr_values", call.wanted_acr_values()?).append_pair("endpoint", row.name());
    Some(format!("/login?{}", query.finish()))
}

fn query_of(scopes: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair("scope", scopes).finish()
}
