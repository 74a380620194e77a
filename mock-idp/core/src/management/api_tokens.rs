//! API tokens. Okta: `/api/v1/api-tokens`.

use serde_json::{Value, json};

use super::{ApiError, Links, ManagementCall, ManagementChange};
use crate::model::ApiToken;
use crate::moment::timestamp;
use crate::org::{CREATED, Tables};
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
        "network": { "connection": "ANYWHERE" },
        "expiresAt": timestamp(call.now + WINDOW),
        "created": timestamp(CREATED),
        "lastUpdated": timestamp(call.now),
        "_links": links.into_value(),
    })
}
