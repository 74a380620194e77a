//! The notices that administrators get by mail. Okta: `/api/v1/users/{id}/subscriptions`.

use serde_json::{Value, json};

use super::find;
use crate::management::{ApiError, Links, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;

const KIND: DirectoryKind = DirectoryKind::Subscription;

/// Okta: `NotificationType`.
const TYPES: [&str; 13] = [
    "AD_AGENT",
    "AGENT_AUTO_UPDATE_NOTIFICATION",
    "AGENT_AUTO_UPDATE_NOTIFICATION_LDAP",
    "APP_IMPORT",
    "CONNECTOR_AGENT",
    "IWA_AGENT",
    "LDAP_AGENT",
    "OKTA_ANNOUNCEMENT",
    "OKTA_UPDATE",
    "RATELIMIT_NOTIFICATION",
    "REPORT_SUSPICIOUS_ACTIVITY",
    "USER_DEPROVISION",
    "USER_LOCKED_OUT",
];

/// Answers a request for all subscriptions of a user.
///
/// # Errors
/// There is no such user.
pub fn subscriptions(org: &Tables, call: ManagementCall<'_>, name: &str) -> Result<Vec<Value>, ApiError> {
    let user = find(org, call, name)?;
    Ok(TYPES.iter().map(|kind| show(org, call, &user.id, kind)).collect())
}

/// Answers a request for one subscription.
///
/// # Errors
/// There is no such user or type.
pub fn subscription(org: &Tables, call: ManagementCall<'_>, name: &str, kind: &str) -> Result<Value, ApiError> {
    let user = find(org, call, name)?;
    Ok(show(org, call, &user.id, known(kind)?))
}

/// Subscribes a user, or ends a subscription.
///
/// # Errors
/// There is no such user or type.
pub fn subscribe(
    change: &mut ManagementChange<'_, '_>,
    name: &str,
    kind: &str,
    subscribed: bool,
) -> Result<(), ApiError> {
    let owner = find(change.draft, change.call, name)?.id.clone();
    let id = key(&owner, known(kind)?);
    let members = [("subscribed".to_owned(), Value::from(subscribed))].into_iter().collect();
    change.draft.put_object(KIND, DirectoryObject { id, owner, members });
    Ok(())
}

fn known(kind: &str) -> Result<&'static str, ApiError> {
    let found = TYPES.iter().find(|known| **known == kind).copied();
    found.ok_or_else(|| ApiError::not_found(kind, "NotificationType"))
}

fn key(user_id: &str, kind: &str) -> String {
    format!("{user_id}/{kind}")
}

fn show(org: &Tables, call: ManagementCall<'_>, user_id: &str, kind: &str) -> Value {
    let written = org.object(KIND, &key(user_id, kind));
    let subscribed = written.is_some_and(|written| written.members.get("subscribed") == Some(&true.into()));
    let (status, operation) = if subscribed { ("subscribed", "unsubscribe") } else { ("unsubscribed", "subscribe") };
    let own = format!("/api/v1/users/{user_id}/subscriptions/{kind}");
    let links = Links::at(call.base()).allowing(operation, &format!("{own}/{operation}"), &["POST"]).bare("self", &own);
    json!({ "notificationType": kind, "channels": ["email"], "status": status, "_links": links.in_order() })
}
