//! Which second factors the users of an org may enroll. Okta: `/api/v1/org/factors`. The API is older than authenticators; both show the
//! same settings.

use serde_json::{Value, json};

use super::{ApiError, Links, ManagementCall, ManagementChange, authenticators};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;

/// A factor, and the authenticator that it is a setting of.
struct OrgFactor {
    id: &'static str,
    provider: &'static str,
    factor_type: &'static str,
    authenticator: &'static str,
}

const FACTORS: [OrgFactor; 4] = [
    factor("fido_webauthn", "FIDO", "webauthn", "webauthn"),
    factor("google_otp", "GOOGLE", "token:software:totp", "google_otp"),
    factor("okta_email", "OKTA", "email", "okta_email"),
    factor("okta_question", "OKTA", "question", "security_question"),
];

const fn factor(
    id: &'static str,
    provider: &'static str,
    factor_type: &'static str,
    authenticator: &'static str,
) -> OrgFactor {
    OrgFactor { id, provider, factor_type, authenticator }
}

/// The factors of the authenticators that the org has.
#[must_use]
pub fn list(org: &Tables, call: ManagementCall<'_>) -> Vec<Value> {
    FACTORS.iter().filter_map(|factor| Some(show(call, factor, authenticator(org, factor)?))).collect()
}

/// One factor.
///
/// # Errors
/// There is none with that id.
pub fn get(org: &Tables, call: ManagementCall<'_>, id: &str) -> Result<Value, ApiError> {
    find(org, id).map(|(factor, authenticator)| show(call, factor, authenticator))
}

/// Lets users enroll a factor.
///
/// # Errors
/// There is none with that id.
pub fn activate(change: &mut ManagementChange<'_, '_>, id: &str) -> Result<Value, ApiError> {
    let (factor, known) = find(change.draft, id)?;
    let mut authenticator = known.clone();
    set_purpose(&mut authenticator, "any");
    let own = authenticator.id.clone();
    let was_active = authenticator.is_active();
    change.draft.put_object(DirectoryKind::Authenticator, authenticator);
    if !was_active {
        authenticators::activate(change, &own)?;
    }
    get(change.draft, change.call, factor.id)
}

/// Ends that users may enroll a factor. What is used for recovery too, still is.
///
/// # Errors
/// There is none with that id, or an enrollment policy lists it.
pub fn deactivate(change: &mut ManagementChange<'_, '_>, id: &str) -> Result<Value, ApiError> {
    let (factor, known) = find(change.draft, id)?;
    let mut authenticator = known.clone();
    let own = authenticator.id.clone();
    if set_purpose(&mut authenticator, RECOVERY) {
        change.draft.put_object(DirectoryKind::Authenticator, authenticator);
    } else if authenticator.is_active() {
        authenticators::deactivate(change, &own)?;
    }
    get(change.draft, change.call, factor.id)
}

/// What an authenticator may be used for that is not a factor.
const RECOVERY: &str = "recovery";

/// Sets what an authenticator may be used for. False if it has no such setting.
fn set_purpose(authenticator: &mut DirectoryObject, purpose: &str) -> bool {
    match authenticator.members.get_mut("settings").and_then(|settings| settings.get_mut("allowedFor")) {
        Some(setting) => {
            *setting = purpose.into();
            true
        }
        None => false,
    }
}

fn authenticator<'t>(org: &'t Tables, factor: &OrgFactor) -> Option<&'t DirectoryObject> {
    org.authenticator(factor.authenticator)
}

fn find<'t>(org: &'t Tables, id: &str) -> Result<(&'static OrgFactor, &'t DirectoryObject), ApiError> {
    let found = FACTORS.iter().find(|factor| factor.id == id);
    let found = found.and_then(|factor| Some((factor, authenticator(org, factor)?)));
    found.ok_or_else(|| ApiError::not_found(id, "Factor"))
}

fn show(call: ManagementCall<'_>, factor: &OrgFactor, authenticator: &DirectoryObject) -> Value {
    let purpose = authenticator.members.get("settings").and_then(|settings| settings.get("allowedFor"));
    let is_active = authenticator.is_active() && purpose.is_none_or(|purpose| purpose != RECOVERY);
    let (status, operation) = if is_active { ("ACTIVE", "deactivate") } else { ("INACTIVE", "activate") };
    let own = format!("/api/v1/org/factors/{}", factor.id);
    let links = Links::at(call.base())
        .allowing(operation, &format!("{own}/lifecycle/{operation}"), &["POST"])
        .allowing("self", &own, &["GET"]);
    json!({
        "id": factor.id,
        "provider": factor.provider,
        "factorType": factor.factor_type,
        "status": status,
        "_links": links.into_value(),
    })
}
