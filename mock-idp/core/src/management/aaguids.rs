//! Models of security keys that an org names itself. Okta: `/api/v1/authenticators/{id}/aaguids`.

use serde_json::{Map, Value, json};

use super::authenticators::AUTHENTICATORS;
use super::{ApiError, ApiErrorId, BodyMembers, Causes, Links, ManagementCall, ManagementChange, directory};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;

const KIND: DirectoryKind = DirectoryKind::CustomAaguid;

/// What a body may say of a model, in Okta's order.
const MEMBERS: [&str; 3] = ["name", "attestationRootCertificates", "authenticatorCharacteristics"];

/// The models of an authenticator.
///
/// # Errors
/// The org cannot name models, or there is no such authenticator.
pub fn list(org: &Tables, call: ManagementCall<'_>, authenticator: &str) -> Result<Vec<Value>, ApiError> {
    let authenticator = find_authenticator(org, authenticator)?;
    Ok(org.objects_of(KIND, &authenticator.id).map(|model| show(call, model)).collect())
}

/// One model.
///
/// # Errors
/// The org cannot name models, or there is no such authenticator or model.
pub fn get(org: &Tables, call: ManagementCall<'_>, authenticator: &str, aaguid: &str) -> Result<Value, ApiError> {
    find(org, authenticator, aaguid).map(|model| show(call, model))
}

/// Names a model.
///
/// # Errors
/// The org cannot name models; there is no such authenticator; or the body is not valid.
pub fn create(
    change: &mut ManagementChange<'_, '_>,
    authenticator: &str,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let owner = find_authenticator(change.draft, authenticator)?.id.clone();
    let body = BodyMembers::of(body);
    let mut causes = Causes::default();
    let aaguid = causes.required("aaguid", body.text("aaguid")?).to_ascii_lowercase();
    if !aaguid.is_empty() && !is_uuid(&aaguid) {
        causes.add("aaguid", "The field has an invalid value");
    }
    let id = key(&owner, &aaguid);
    if change.draft.object(KIND, &id).is_some() {
        causes.add("aaguid", "An object with this field already exists in the current organization");
    }
    causes.into_result()?;
    let mut members = written(body)?;
    members.insert("aaguid".to_owned(), aaguid.into());
    Ok(put(change, DirectoryObject { id, owner, members }))
}

/// Replaces what is known of a model. `merge`: members that are not sent stay.
///
/// # Errors
/// The org cannot name models; there is no such authenticator or model; or the body is not valid.
pub fn replace(
    change: &mut ManagementChange<'_, '_>,
    authenticator: &str,
    aaguid: &str,
    body: &Map<String, Value>,
    merge: bool,
) -> Result<Value, ApiError> {
    let mut model = find(change.draft, authenticator, aaguid)?.clone();
    let written = written(BodyMembers::of(body))?;
    if !merge {
        model.members.retain(|name, _| name == "aaguid");
    }
    model.members.extend(written);
    Ok(put(change, model))
}

/// Forgets a model.
///
/// # Errors
/// The org cannot name models, or there is no such authenticator or model.
pub fn remove(change: &mut ManagementChange<'_, '_>, authenticator: &str, aaguid: &str) -> Result<(), ApiError> {
    let id = find(change.draft, authenticator, aaguid)?.id.clone();
    change.draft.remove_object(KIND, &id);
    Ok(())
}

fn find_authenticator<'t>(org: &'t Tables, id: &str) -> Result<&'t DirectoryObject, ApiError> {
    if !org.settings().features.custom_aaguids {
        return Err(ApiError::new(ApiErrorId::FeatureDenied, "the org has no custom AAGUIDs"));
    }
    directory::find(org, &AUTHENTICATORS, id)
}

fn find<'t>(org: &'t Tables, authenticator: &str, aaguid: &str) -> Result<&'t DirectoryObject, ApiError> {
    let owner = find_authenticator(org, authenticator)?;
    let found = org.object(KIND, &key(&owner.id, &aaguid.to_ascii_lowercase()));
    found.ok_or_else(|| ApiError::not_found(aaguid, "CustomAAGUID"))
}

fn written(body: BodyMembers<'_>) -> Result<Map<String, Value>, ApiError> {
    body.text("name")?;
    body.list("attestationRootCertificates")?;
    body.object("authenticatorCharacteristics")?;
    Ok(body.arranged(&MEMBERS))
}

fn put(change: &mut ManagementChange<'_, '_>, model: DirectoryObject) -> Value {
    let shown = show(change.call, &model);
    change.draft.put_object(KIND, model);
    shown
}

pub(crate) fn key(authenticator: &str, aaguid: &str) -> String {
    format!("{authenticator}/{aaguid}")
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn show(call: ManagementCall<'_>, model: &DirectoryObject) -> Value {
    let aaguid = model.text("aaguid").unwrap_or_default();
    let own = format!("/api/v1/authenticators/{}/aaguids/{aaguid}", model.owner);
    let mut shown = json!({ "aaguid": aaguid });
    for name in MEMBERS {
        if let Some(value) = model.members.get(name) {
            shown[name] = value.clone();
        }
    }
    shown["_links"] = Links::at(call.base()).allowing("self", &own, &["GET", "PUT", "DELETE"]).in_order();
    shown
}
