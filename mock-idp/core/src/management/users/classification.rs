//! The classification of users. Okta: `/api/v1/users/{id}/classification`.

use serde_json::{Map, Value, json};

use super::find;
use crate::management::{ApiError, BodyMembers, Causes, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject, User};
use crate::moment::timestamp;
use crate::org::Tables;

const KIND: DirectoryKind = DirectoryKind::UserClassification;

/// Answers a request for the classification of a user.
///
/// # Errors
/// There is no such user.
pub fn classification(org: &Tables, call: ManagementCall<'_>, name: &str) -> Result<Value, ApiError> {
    find(org, call, name).map(|user| show(org, user))
}

/// Classifies a user.
///
/// # Errors
/// There is no such user, or the body is not valid.
pub fn set_classification(
    change: &mut ManagementChange<'_, '_>,
    name: &str,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let user = find(change.draft, change.call, name)?.clone();
    let mut causes = Causes::default();
    let kind = causes.required("type", BodyMembers::of(body).text("type")?).to_owned();
    causes.into_result()?;
    if !["LITE", "STANDARD"].contains(&kind.as_str()) {
        return Err(ApiError::not_well_formed(format!("`{kind}` is not a classification of users")));
    }
    let members = [("type", kind), ("lastUpdated", change.now())];
    let members = members.into_iter().map(|(name, text)| (name.to_owned(), text.into())).collect();
    change.draft.put_object(KIND, DirectoryObject { id: user.id.clone(), owner: user.id.clone(), members });
    Ok(show(change.draft, &user))
}

/// Okta: users are `STANDARD` unless an administrator has changed that.
pub(super) fn show(org: &Tables, user: &User) -> Value {
    let set = org.object(KIND, &user.id);
    let updated = set.and_then(|set| set.text("lastUpdated")).map(str::to_owned);
    let created = || user.created.clone().or_else(|| org.times(&user.id).map(|times| timestamp(times.created)));
    json!({
        "type": set.and_then(|set| set.text("type")).unwrap_or("STANDARD"),
        "lastUpdated": updated.or_else(created),
    })
}
