//! Scopes of the org's own APIs that an administrator has granted an app. Okta: `/api/v1/apps/{id}/grants`.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::management::{ApiError, Links, ManagementCall, tolerant};
use crate::model::{App, ScopeGrant};
use crate::moment::{Moment, timestamp};
use crate::org::CREATED;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct GrantRequest {
    #[serde(default)]
    scope_id: Option<String>,
    #[serde(default)]
    issuer: Option<String>,
}

/// The app with another grant, which is returned too. Okta: a scope that is granted already is granted once.
///
/// # Errors
/// The body names no scope of the org's own APIs, or another issuer.
pub fn add(
    app: &App,
    call: ManagementCall<'_>,
    body: Value,
    moment: &mut Moment<'_>,
) -> Result<(App, ScopeGrant), ApiError> {
    let blank = |field: &str| ApiError::invalid(field, "The field cannot be left blank");
    let request: GrantRequest = tolerant::read(body)?;
    let scope_id = request.scope_id.filter(|scope| !scope.is_empty()).ok_or_else(|| blank("scopeId"))?;
    let named = request.issuer.filter(|issuer| !issuer.is_empty()).ok_or_else(|| blank("issuer"))?;
    if named != *call.urls.issuer_base {
        return Err(ApiError::validation("issuer", Vec::new()));
    }
    // Okta: only scopes of its own APIs are granted.
    if !scope_id.starts_with("okta.") {
        return Err(ApiError::validation("scopeId", Vec::new()));
    }
    if let Some(known) = app.grants.iter().find(|grant| grant.scope_id == scope_id) {
        return Ok((app.clone(), known.clone()));
    }
    let grant = ScopeGrant { id: moment.id("oag"), created: Some(moment.now), scope_id };
    let mut changed = app.clone();
    changed.grants.push(grant.clone());
    Ok((changed, grant))
}

/// One grant.
///
/// # Errors
/// There is none with that id.
pub fn get<'a>(app: &'a App, id: &str) -> Result<&'a ScopeGrant, ApiError> {
    let found = app.grants.iter().find(|grant| grant.id == id);
    found.ok_or_else(|| ApiError::not_found(id, "OAuth2ScopeConsentGrant"))
}

/// A grant in answers, with its scope. Okta: `expand=scope`.
#[must_use]
pub fn with_scope(call: ManagementCall<'_>, app: &App, grant: &ScopeGrant) -> Value {
    let mut shown = view(call, app, grant);
    shown["_embedded"] = json!({ "scope": { "id": grant.scope_id } });
    shown
}

/// A grant in answers.
#[must_use]
pub fn view(call: ManagementCall<'_>, app: &App, grant: &ScopeGrant) -> Value {
    let base = call.base();
    let created = timestamp(grant.created.or(app.created).unwrap_or(CREATED));
    let own = format!("/api/v1/apps/{}", app.id);
    let titled = |path: &str| json!({ "href": format!("{base}{path}"), "title": app.label });
    let links = Links::at(base)
        .with("app", titled(&own))
        .allowing("self", &format!("{own}/grants/{}", grant.id), &["GET", "DELETE"])
        .with("client", titled(&format!("/oauth2/v1/clients/{}", app.client_id())));
    json!({
        "id": grant.id,
        "status": "ACTIVE",
        "created": created,
        "createdBy": { "id": call.caller.user_id, "type": "User" },
        "lastUpdated": created,
        "issuer": &*call.urls.issuer_base,
        "clientId": app.client_id(),
        "scopeId": grant.scope_id,
        "source": "ADMIN",
        "_links": links.into_value(),
    })
}
