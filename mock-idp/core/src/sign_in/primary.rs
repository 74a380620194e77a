//! The answers of the primary authentication API. Okta: `POST /api/v1/authn`.

use serde_json::{Map, Value, json};

use crate::model::User;
use crate::policy::password_rules::PasswordRules;

/// Seconds until an unused session token expires.
pub const SESSION_TOKEN_LIFETIME: i64 = 300;

/// Seconds from one step to the next.
pub const STATE_TOKEN_LIFETIME: i64 = 300;

/// Status SUCCESS: the body, in Okta's order. `expires_at` is RFC 3339.
#[must_use]
pub fn success(user: &User, session_token: &str, expires_at: &str, org_url: &str) -> Value {
    json!({
        "expiresAt": expires_at,
        "status": "SUCCESS",
        "sessionToken": session_token,
        "_embedded": { "user": shown(user) },
        "_links": { "cancel": link(org_url, "cancel") },
    })
}

/// Status PASSWORD_EXPIRED: the user has to set a new password.
#[must_use]
pub fn password_expired(
    (user, rules): (&User, &PasswordRules),
    state_token: &str,
    expires_at: &str,
    org_url: &str,
) -> Value {
    json!({
        "stateToken": state_token,
        "expiresAt": expires_at,
        "status": "PASSWORD_EXPIRED",
        "_embedded": {
            "user": shown(user),
            "policy": { "complexity": complexity(rules) },
        },
        "_links": {
            "next": named_link("changePassword", org_url, "credentials/change_password"),
            "cancel": link(org_url, "cancel"),
        },
    })
}

/// Status PASSWORD_WARN: the user can set a new password, in so many days at the latest.
#[must_use]
pub fn password_expires(
    (user, rules): (&User, &PasswordRules),
    days: i64,
    state_token: &str,
    expires_at: &str,
    org_url: &str,
) -> Value {
    json!({
        "stateToken": state_token,
        "expiresAt": expires_at,
        "status": "PASSWORD_WARN",
        "_embedded": {
            "user": shown(user),
            "policy": { "expiration": { "passwordExpireDays": days }, "complexity": complexity(rules) },
        },
        "_links": {
            "next": named_link("changePassword", org_url, "credentials/change_password"),
            "skip": named_link("skip", org_url, "skip"),
            "cancel": link(org_url, "cancel"),
        },
    })
}

/// Okta: excluded attributes are mentioned only if there are some.
pub(super) fn complexity(rules: &PasswordRules) -> Value {
    let mut complexity = rules.complexity();
    if let Some(members) = complexity.as_object_mut() {
        members.retain(|name, value| name != "excludeAttributes" || *value != json!([]));
    }
    complexity
}

pub(super) fn link(org_url: &str, path: &str) -> Value {
    json!({ "href": format!("{org_url}/api/v1/authn/{path}"), "hints": { "allow": ["POST"] } })
}

/// A link with the name of what it does.
pub(super) fn named_link(name: &str, org_url: &str, path: &str) -> Value {
    let link = link(org_url, path);
    json!({ "name": name, "href": link["href"], "hints": link["hints"] })
}

pub(super) fn shown(user: &User) -> Value {
    let profile = &user.profile;
    let mut shown = Map::new();
    shown.insert("id".to_owned(), user.id.as_str().into());
    if let Some(changed) = user.password_changed.as_ref().or(user.last_updated.as_ref()) {
        shown.insert("passwordChanged".to_owned(), changed.as_str().into());
    }
    shown.insert(
        "profile".to_owned(),
        json!({
            "login": profile.login,
            "firstName": profile.first_name,
            "lastName": profile.last_name,
            "locale": profile.text("locale").unwrap_or("en_US"),
            "timeZone": profile.text("timezone").unwrap_or("America/Los_Angeles"),
        }),
    );
    Value::Object(shown)
}

/// Status LOCKED_OUT. Okta: it has neither a state token nor the user.
#[must_use]
pub fn locked_out(org_url: &str) -> Value {
    json!({
        "status": "LOCKED_OUT",
        "_links": {
            "next": {
                "name": "unlock",
                "href": format!("{org_url}/api/v1/authn/recovery/unlock"),
                "hints": { "allow": ["POST"] },
            },
        },
    })
}
