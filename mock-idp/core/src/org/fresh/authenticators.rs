//! The authenticators of a fresh org.

use serde_json::{Value, json};

use super::object::Fresh;
use crate::model::{DirectoryKind, DirectoryObject};

pub(super) fn add(fresh: &Fresh<'_>, objects: &mut Vec<(DirectoryKind, DirectoryObject)>) {
    let verify = json!({
        "compliance": { "fips": "OPTIONAL" }, "channelBinding": { "style": "NUMBER_CHALLENGE", "required": "NEVER" },
        "userVerification": "PREFERRED", "userVerificationMethods": ["BIOMETRICS", "PIN"], "appInstanceId": "",
    });
    let allowed_for = |purpose: &str| json!({ "allowedFor": purpose });
    // Okta: in the order of the types.
    for (kind, key, name, status, settings) in [
        ("email", "okta_email", "Email", "ACTIVE", json!({ "allowedFor": "recovery", "tokenLifetimeInMinutes": 5 })),
        ("app", "google_otp", "Google Authenticator", "INACTIVE", json!({})),
        ("app", "okta_verify", "Okta Verify", "ACTIVE", verify),
        ("password", "okta_password", "Password", "ACTIVE", Value::Null),
        ("phone", "phone_number", "Phone", "INACTIVE", allowed_for("any")),
        ("security_key", "webauthn", "Security Key or Biometric", "INACTIVE", Value::Null),
        ("security_question", "security_question", "Security Question", "ACTIVE", allowed_for("recovery")),
    ] {
        let mut members = json!({ "type": kind, "key": key, "status": status, "name": name });
        if !settings.is_null() {
            members["settings"] = settings;
        }
        objects.push((DirectoryKind::Authenticator, fresh.object(DirectoryKind::Authenticator, "", name, members)));
    }
}
