//! The risk of users. Okta: `/api/v1/users/{id}/risk`.

use serde_json::{Map, Value, json};

use super::find;
use crate::management::{ApiError, BodyMembers, Causes, Links, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject, User};
use crate::org::Tables;

const KIND: DirectoryKind = DirectoryKind::UserRisk;

/// The reason of an administrator that gives none. Okta: as recorded.
const REASON: &str = "Admin override risk";

/// Answers a request for the risk of a user. Okta: `NONE` until an administrator has set it.
///
/// # Errors
/// There is no such user.
pub fn risk(org: &Tables, call: ManagementCall<'_>, name: &str) -> Result<Value, ApiError> {
    let user = find(org, call, name)?;
    Ok(show(call, user, org.object(KIND, &user.id)))
}

/// Sets the risk of a user. Returns what answers show, and whether it was not set before.
///
/// # Errors
/// There is no such user, or the body is not valid.
pub fn set_risk(
    change: &mut ManagementChange<'_, '_>,
    name: &str,
    body: &Map<String, Value>,
) -> Result<(Value, bool), ApiError> {
    let user = find(change.draft, change.call, name)?.clone();
    let body = BodyMembers::of(body);
    let mut causes = Causes::default();
    let level = causes.required("riskLevel", body.text("riskLevel")?).to_owned();
    let reason = body.text("riskReason")?.unwrap_or(REASON).to_owned();
    causes.length("riskReason", &reason, 0..=500);
    causes.into_result()?;
    if !["HIGH", "MEDIUM", "LOW"].contains(&level.as_str()) {
        return Err(ApiError::not_well_formed(format!("`{level}` is not a risk level that can be set")));
    }
    let is_new = change.draft.object(KIND, &user.id).is_none();
    let members = [("riskLevel", level), ("reason", reason)];
    let members = members.into_iter().map(|(name, text)| (name.to_owned(), text.into())).collect();
    let set = DirectoryObject { id: user.id.clone(), owner: user.id.clone(), members };
    let shown = show(change.call, &user, Some(&set));
    change.draft.put_object(KIND, set);
    Ok((shown, is_new))
}

fn show(call: ManagementCall<'_>, user: &User, set: Option<&DirectoryObject>) -> Value {
    let own = format!("/api/v1/users/{}", user.id);
    let links = Links::at(call.base()).allowing("user", &own, &["GET"]).allowing(
        "self",
        &format!("{own}/risk"),
        &["GET", "PUT"],
    );
    let mut shown = json!({ "riskLevel": set.and_then(|set| set.text("riskLevel")).unwrap_or("NONE") });
    if let Some(reason) = set.and_then(|set| set.text("reason")) {
        shown["reason"] = reason.into();
    }
    shown["_links"] = links.in_order();
    shown
}
