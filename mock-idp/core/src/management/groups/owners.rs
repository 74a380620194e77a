//! The owners of groups. Okta: `/api/v1/groups/{id}/owners`.

use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::find;
use crate::management::{ApiError, BodyMembers, ManagementChange, users};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;

/// # Errors
/// No group has the id.
pub fn owners(org: &Tables, id: &str) -> Result<Vec<Value>, ApiError> {
    find(org, id)?;
    let owners = org.objects_of(DirectoryKind::GroupOwner, id);
    // Okta: in another format than when it is added.
    Ok(owners
        .filter_map(|owner| {
            show(org, owner, |time| {
                format!("{} {:02}:{:02}:{:02}.0", time.date(), time.hour(), time.minute(), time.second())
            })
        })
        .collect())
}

/// # Errors
/// No such group, or no such owner.
pub fn add_owner(
    change: &mut ManagementChange<'_, '_>,
    id: &str,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    find(change.draft, id)?;
    let body = BodyMembers::of(body);
    let (owner, kind) =
        (body.text("id")?.unwrap_or_default().to_owned(), body.text("type")?.unwrap_or("USER").to_owned());
    match kind.as_str() {
        "USER" => _ = users::find(change.draft, change.call, &owner)?,
        "GROUP" => _ = find(change.draft, &owner)?,
        other => return Err(ApiError::not_well_formed(format!("`{other}` is not a type of owner"))),
    }
    let members =
        [("ownerId", owner.as_str().into()), ("type", kind.into()), ("lastUpdated", change.moment.now.into())];
    let object = DirectoryObject {
        id: format!("{id}/{owner}"),
        owner: id.to_owned(),
        members: members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    };
    let shown = show(change.draft, &object, |time| {
        let day = time.weekday().to_string();
        let month = time.month().to_string();
        let (day, month) = (&day[..3], &month[..3]);
        let (hour, minute, second) = time.to_hms();
        format!("{day} {month} {:02} {hour:02}:{minute:02}:{second:02} UTC {}", time.day(), time.year())
    });
    change.draft.put_object(DirectoryKind::GroupOwner, object);
    Ok(shown.unwrap_or_default())
}

/// # Errors
/// No such group, or no such owner of it.
pub fn remove_owner(change: &mut ManagementChange<'_, '_>, id: &str, owner: &str) -> Result<(), ApiError> {
    find(change.draft, id)?;
    let key = format!("{id}/{owner}");
    if change.draft.object(DirectoryKind::GroupOwner, &key).is_none() {
        return Err(ApiError::not_found(owner, "GroupOwner"));
    }
    change.draft.remove_object(DirectoryKind::GroupOwner, &key);
    Ok(())
}

/// An owner; `None` if the user or group is gone.
fn show(org: &Tables, object: &DirectoryObject, format: impl Fn(OffsetDateTime) -> String) -> Option<Value> {
    let id = object.text("ownerId")?;
    let name = match object.text("type")? {
        "GROUP" => org.group(id)?.profile.name.clone(),
        _ => org.user(id).map(|user| format!("{} {}", user.profile.first_name, user.profile.last_name))?,
    };
    let updated = object.members.get("lastUpdated").and_then(Value::as_i64).unwrap_or_default();
    let updated = OffsetDateTime::from_unix_timestamp(updated).ok()?;
    Some(json!({
        "id": id, "type": object.text("type"), "resolved": true, "originId": null, "originType": "OKTA_DIRECTORY",
        "displayName": name, "lastUpdated": format(updated),
    }))
}
