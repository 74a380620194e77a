//! The answers of the primary authentication API. Okta: `POST /api/v1/authn`.

use serde_json::{Map, Value, json};

use crate::model::User;

/// Seconds until an unused session token expires.
pub const SESSION_TOKEN_LIFETIME: i64 = 300;

/// Status SUCCESS: the body, in Okta's order. `expires_at` is RFC 3339.
#[must_use]
pub fn success(user: &User, session_token: &str, expires_at: &str, org_url: &str) -> Value {
    let profile = &user.profile;
    let mut shown = Map::new();
    shown.insert("id".to_owned(), user.id.as_str().into());
    if let Some(changed) = &user.last_updated {
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
    json!({
        "expiresAt": expires_at,
        "status": "SUCCESS",
        "sessionToken": session_token,
        "_embedded": { "user": shown },
        "_links": { "cancel": { "href": format!("{org_url}/api/v1/authn/cancel"), "hints": { "allow": ["POST"] } } },
    })
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
