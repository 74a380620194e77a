//! The notices that administrators get by mail. Okta: `/api/v1/users/{id}/subscriptions`, `/api/v1/roles/{role}/subscriptions`.

use serde_json::{Value, json};

use super::roles::standard_roles;
use super::{ApiError, Links, ManagementCall, ManagementChange, users};
use crate::model::{DirectoryKind, DirectoryObject, RoleType, User};
use crate::org::Tables;

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

/// Whose subscriptions a request is about: the user with an id or login, or the role with a type or id.
#[derive(Clone, Copy, Debug)]
pub enum Subscriber<'a> {
    User(&'a str),
    Role(&'a str),
}

/// Answers a request for all subscriptions.
///
/// # Errors
/// There is no such user or role.
pub fn list(org: &Tables, call: ManagementCall<'_>, subscriber: Subscriber<'_>) -> Result<Vec<Value>, ApiError> {
    let known = Known::find(org, call, subscriber)?;
    Ok(TYPES.iter().map(|kind| known.show(org, call, kind)).collect())
}

/// Answers a request for one subscription.
///
/// # Errors
/// There is no such user, role or type.
pub fn get(org: &Tables, call: ManagementCall<'_>, subscriber: Subscriber<'_>, kind: &str) -> Result<Value, ApiError> {
    let known = Known::find(org, call, subscriber)?;
    Ok(known.show(org, call, known_type(kind)?))
}

/// Subscribes a user or a role, or ends a subscription. Okta: that of a role overrides those of its users.
///
/// # Errors
/// There is no such user, role or type.
pub fn set(
    change: &mut ManagementChange<'_, '_>,
    subscriber: Subscriber<'_>,
    kind: &str,
    subscribed: bool,
) -> Result<(), ApiError> {
    let kind = known_type(kind)?;
    let (stored, overridden) = match Known::find(change.draft, change.call, subscriber)? {
        Known::User(user) => {
            let members = json!({ "notificationType": kind, "subscribed": subscribed });
            ((DirectoryKind::Subscription, key(&user.id, kind), user.id.clone(), members), Vec::new())
        }
        Known::Role(role) => {
            let members = json!({ "role": role, "notificationType": kind, "subscribed": subscribed });
            let users = change.draft.users().filter(|user| has_role(change.draft, user, role));
            let overridden = users.map(|user| key(&user.id, kind)).collect();
            ((DirectoryKind::RoleSubscription, key(role, kind), String::new(), members), overridden)
        }
    };
    let (stored_kind, id, owner, members) = stored;
    let members = members.as_object().cloned().unwrap_or_default();
    change.draft.put_object(stored_kind, DirectoryObject { id, owner, members });
    for id in overridden {
        change.draft.remove_object(DirectoryKind::Subscription, &id);
    }
    Ok(())
}

/// A subscriber that there is.
enum Known<'t> {
    User(&'t User),
    /// The type of a standard role, or the id of a custom one.
    Role(&'t str),
}

impl<'t> Known<'t> {
    fn find(org: &'t Tables, call: ManagementCall<'_>, subscriber: Subscriber<'_>) -> Result<Self, ApiError> {
        match subscriber {
            Subscriber::User(name) => users::find(org, call, name).map(Self::User),
            Subscriber::Role(name) => {
                let custom = || org.object(DirectoryKind::CustomRole, name).map(|role| role.id.as_str());
                let role = RoleType::named(name).map(RoleType::name).or_else(custom);
                role.map(Self::Role).ok_or_else(|| ApiError::not_found(name, "Role"))
            }
        }
    }

    fn is_subscribed(&self, org: &Tables, kind: &str) -> bool {
        match self {
            Self::Role(role) => written(org, DirectoryKind::RoleSubscription, role, kind).unwrap_or_default(),
            Self::User(user) => written(org, DirectoryKind::Subscription, &user.id, kind).unwrap_or_else(|| {
                let roles = RoleType::ALL.iter().map(|role| role.name()).filter(|role| has_role(org, user, role));
                roles.into_iter().any(|role| written(org, DirectoryKind::RoleSubscription, role, kind) == Some(true))
            }),
        }
    }

    fn show(&self, org: &Tables, call: ManagementCall<'_>, kind: &str) -> Value {
        let subscribed = self.is_subscribed(org, kind);
        let (status, operation) =
            if subscribed { ("subscribed", "unsubscribe") } else { ("unsubscribed", "subscribe") };
        let own = match self {
            Self::User(user) => format!("/api/v1/users/{}/subscriptions/{kind}", user.id),
            Self::Role(role) => format!("/api/v1/roles/{role}/subscriptions/{kind}"),
        };
        let links =
            Links::at(call.base()).allowing(operation, &format!("{own}/{operation}"), &["POST"]).bare("self", &own);
        json!({ "notificationType": kind, "channels": ["email"], "status": status, "_links": links.in_order() })
    }
}

/// Whether a user has a standard role, directly or by a group.
fn has_role(org: &Tables, user: &User, role: &str) -> bool {
    standard_roles(org, user).any(|known| known.kind.name() == role)
}

fn known_type(kind: &str) -> Result<&'static str, ApiError> {
    let found = TYPES.iter().find(|known| **known == kind).copied();
    found.ok_or_else(|| ApiError::not_found(kind, "NotificationType"))
}

fn key(subscriber: &str, kind: &str) -> String {
    format!("{subscriber}/{kind}")
}

fn written(org: &Tables, stored: DirectoryKind, subscriber: &str, kind: &str) -> Option<bool> {
    org.object(stored, &key(subscriber, kind))?.members.get("subscribed")?.as_bool()
}
