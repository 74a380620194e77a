//! The types of users.

use serde_json::Value;

use crate::management::{ApiError, BodyMembers};
use crate::model::{DirectoryKind, DirectoryObject, User, UserTypeReference};
use crate::org::Tables;

/// The id of the user's type.
pub(in crate::management) fn type_id<'a>(org: &'a Tables, user: &'a User) -> &'a str {
    match &user.user_type {
        Some(written) => &written.id,
        None => default_type(org),
    }
}

/// The id of the default user type.
pub(super) fn default_type(org: &Tables) -> &str {
    let is_default = |object: &&DirectoryObject| object.members.get("default") == Some(&Value::Bool(true));
    org.objects(DirectoryKind::UserType).find(is_default).map_or("", |object| &object.id)
}

/// The user type that a body names.
pub(super) fn named_type(org: &Tables, body: BodyMembers<'_>) -> Result<Option<UserTypeReference>, ApiError> {
    let id = body.object("type")?.map(|kind| kind.text("id")).transpose()?.flatten();
    match id {
        None | Some("default") => Ok(None),
        Some(id) if id == default_type(org) => Ok(None),
        Some(id) if org.object(DirectoryKind::UserType, id).is_some() => {
            Ok(Some(UserTypeReference { id: id.to_owned() }))
        }
        Some(id) => Err(ApiError::not_found(id, "CVDType")),
    }
}
