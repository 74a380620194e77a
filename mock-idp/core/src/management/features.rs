//! Features that an org may switch on for itself. Okta: `/api/v1/features`.

use serde_json::{Value, json};

use super::{ApiError, Links, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;

const KIND: DirectoryKind = DirectoryKind::Feature;

/// All features.
#[must_use]
pub fn list(org: &Tables, call: ManagementCall<'_>) -> Vec<Value> {
    org.objects(KIND).map(|feature| show(call, feature)).collect()
}

/// One feature.
///
/// # Errors
/// There is none with that id.
pub fn get(org: &Tables, call: ManagementCall<'_>, id: &str) -> Result<Value, ApiError> {
    find(org, id).map(|feature| show(call, feature))
}

/// The features that a feature needs, or that need it. Those of this org are independent.
///
/// # Errors
/// There is no such feature.
pub fn related(org: &Tables, id: &str) -> Result<Vec<Value>, ApiError> {
    find(org, id).map(|_| Vec::new())
}

/// Switches a feature on or off.
///
/// # Errors
/// There is no such feature, or the operation is neither `enable` nor `disable`.
pub fn set(change: &mut ManagementChange<'_, '_>, id: &str, operation: &str) -> Result<Value, ApiError> {
    let mut feature = find(change.draft, id)?.clone();
    let status = match operation.to_ascii_lowercase().as_str() {
        "enable" => "ENABLED",
        "disable" => "DISABLED",
        _ => return Err(ApiError::validation("lifecycle", vec!["The field has an invalid value".to_owned()])),
    };
    feature.members.insert("status".to_owned(), status.into());
    let shown = show(change.call, &feature);
    change.draft.put_object(KIND, feature);
    Ok(shown)
}

fn find<'t>(org: &'t Tables, id: &str) -> Result<&'t DirectoryObject, ApiError> {
    org.object(KIND, id).ok_or_else(|| ApiError::not_found(id, "Feature"))
}

fn show(call: ManagementCall<'_>, feature: &DirectoryObject) -> Value {
    let own = format!("/api/v1/features/{}", feature.id);
    let mut links = Links::at(call.base());
    if let Some(page) = feature.text("helpDoc") {
        links = links.with("helpDoc", json!({ "href": page }));
    }
    // Okta: an early access feature links to the operation that switches it.
    if feature.members.get("stage").is_some_and(|stage| stage["value"] == "EA") {
        let operation = if feature.text("status") == Some("ENABLED") { "disable" } else { "enable" };
        links = links.allowing(operation, &format!("{own}/{operation}"), &["POST"]);
    }
    let links = links
        .bare("self", &own)
        .bare("dependents", &format!("{own}/dependents"))
        .bare("dependencies", &format!("{own}/dependencies"));
    let member = |name: &str| feature.members.get(name).cloned().unwrap_or_default();
    json!({
        "id": feature.id,
        "type": "self-service",
        "status": member("status"),
        "name": member("name"),
        "description": member("description"),
        "stage": member("stage"),
        "_links": links.in_order(),
    })
}
