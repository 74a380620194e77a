//! The owners of groups. Okta: `/api/v1/groups/{id}/owners`.

use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::find;
use crate::management::filter::{Filter, read_json};
use crate::management::{
    ApiError, BodyMembers, ListQuery, ListStyle, ListedPage, ManagementCall, ManagementChange, users,
};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;
use crate::protocol::Parameters;

/// Okta: 1,000 owners on a page, and no link to itself.
const LIST: ListStyle = ListStyle::paged(1_000, 1_000).without_self();

/// # Errors
/// No group has the id; a search that does not parse, a limit or cursor that is not valid.
pub fn owners(org: &Tables, call: ManagementCall<'_>, id: &str, query: &Parameters) -> Result<ListedPage, ApiError> {
    find(org, id)?;
    let paging = ListQuery::read(query, LIST)?;
    let search = query.get("search").map(Filter::parse).transpose()?;
    // Okta: in another format than when it is added.
    let format = |time: OffsetDateTime| {
        format!("{} {:02}:{:02}:{:02}.0", time.date(), time.hour(), time.minute(), time.second())
    };
    let owners: Vec<Value> = org
        .objects_of(DirectoryKind::GroupOwner, id)
        .filter_map(|owner| show(org, owner, format))
        .filter(|shown| {
            search.as_ref().is_none_or(|search| search.accepts(&|path, visit| read_json(shown, path, visit)))
        })
        .collect();
    let (page, next) = paging.page(&owners, |owner| owner["id"].as_str().unwrap_or_default())?;
    Ok(paging.listed(call, &format!("/api/v1/groups/{id}/owners"), page.into_iter().cloned().collect(), next))
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
