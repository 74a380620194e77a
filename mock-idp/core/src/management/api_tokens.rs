//! API tokens. Okta: `/api/v1/api-tokens`.

use serde_json::{Map, Value, json};

use super::{ApiError, BodyMembers, Links, ManagementCall, ManagementChange, tolerant};
use crate::model::{ApiToken, DirectoryKind};
use crate::moment::timestamp;
use crate::org::{CREATED, Tables, is_word};
use crate::system_log::{EventEntity, EventType, LogEvent};

/// Okta: a token expires 30 days after its last use.
const WINDOW: i64 = 30 * 24 * 60 * 60;

/// All tokens.
#[must_use]
pub fn list(org: &Tables, call: ManagementCall<'_>) -> Vec<Value> {
    org.api_tokens().iter().map(|token| show(org, call, token)).collect()
}

/// One token.
///
/// # Errors
/// No token has the id.
pub fn get(org: &Tables, call: ManagementCall<'_>, id: &str) -> Result<Value, ApiError> {
    let found = org.api_tokens().iter().find(|token| token.id == id);
    found.map(|token| show(org, call, token)).ok_or_else(|| ApiError::not_found(id, "Token"))
}

/// Changes the name, the owner and the network of a token. Okta: what is not sent stays.
///
/// # Errors
/// No token has the id; the body is not valid, or names an unknown user or zone.
pub fn update(change: &mut ManagementChange<'_, '_>, id: &str, body: &Map<String, Value>) -> Result<Value, ApiError> {
    let mut tokens = change.draft.api_tokens().to_vec();
    let found = tokens.iter_mut().find(|token| token.id == id);
    let token = found.ok_or_else(|| ApiError::not_found(id, "Token"))?;
    let read = BodyMembers::of(body);
    if let Some(name) = read.text("name")? {
        name.clone_into(&mut token.name);
    }
    if let Some(user) = read.text("userId")? {
        let user = change.draft.user(user).ok_or_else(|| ApiError::not_found(user, "User"))?;
        token.user_id = Some(user.id.clone());
    }
    if let Some(network) = read.object("network")? {
        token.network = tolerant::read(Value::Object(network.all().clone()))?;
        let zones = token.network.include.iter().chain(&token.network.exclude);
        let is_known =
            |zone: &&String| is_word(zone) || change.draft.object(DirectoryKind::NetworkZone, zone).is_some();
        if let Some(unknown) = zones.into_iter().find(|zone| !is_known(zone)) {
            return Err(ApiError::not_found(unknown, "NetworkZone"));
        }
    }
    let token = token.clone();
    let entity = EventEntity::new("Token", &token.id, &token.name);
    change.moment.trace.event(LogEvent::new(EventType::ApiTokenUpdate).on(entity));
    change.draft.put_api_tokens(tokens);
    Ok(show(change.draft, change.call, &token))
}

/// Revokes the token that the call is made with.
///
/// # Errors
/// It is made with an access token.
pub fn revoke_current(change: &mut ManagementChange<'_, '_>) -> Result<(), ApiError> {
    let Some(id) = change.call.caller.api_token_id.clone() else {
        return Err(ApiError::access_denied("the call is not made with an API token"));
    };
    revoke(change, &id)
}

/// Revokes a token.
///
/// # Errors
/// No token has the id.
pub fn revoke(change: &mut ManagementChange<'_, '_>, id: &str) -> Result<(), ApiError> {
    let (revoked, kept): (Vec<ApiToken>, Vec<ApiToken>) =
        change.draft.api_tokens().iter().cloned().partition(|token| token.id == id);
    if revoked.is_empty() {
        return Err(ApiError::not_found(id, "Token"));
    }
    for token in revoked {
        let entity = EventEntity::new("Token", token.id, token.name);
        change.moment.trace.event(LogEvent::new(EventType::ApiTokenRevoke).on(entity));
    }
    change.draft.put_api_tokens(kept);
    Ok(())
}

/// Tokens of the mock do not expire: each is shown as if it were used now.
fn show(org: &Tables, call: ManagementCall<'_>, token: &ApiToken) -> Value {
    let owner = org.owner_of(token).map(|user| user.id.as_str());
    let links =
        Links::at(call.base()).allowing("self", &format!("/api/v1/api-tokens/{}", token.id), &["GET", "DELETE"]);
    let links = match owner {
        Some(id) => links.allowing("user", &format!("/api/v1/users/{id}"), &["GET"]),
        None => links,
    };
    json!({
        "id": token.id,
        "name": token.name,
        "userId": owner,
        "clientName": "Okta API",
        "tokenWindow": "P30D",
        "network": token.network,
        "expiresAt": timestamp(call.now + WINDOW),
        "created": timestamp(CREATED),
        "lastUpdated": timestamp(call.now),
        "_links": links.into_value(),
    })
}
