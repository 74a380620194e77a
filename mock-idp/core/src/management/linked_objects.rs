//! Links between users. Okta: `/api/v1/meta/schemas/user/linkedObjects`, `/api/v1/users/{id}/linkedObjects`.

use serde_json::{Map, Value, json};

use super::{ApiError, BodyMembers, Causes, ManagementCall, ManagementChange, users};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;

/// # Errors
/// No definition has the name.
pub fn get(org: &Tables, call: ManagementCall<'_>, name: &str) -> Result<Value, ApiError> {
    find(org, name).map(|definition| show(call, definition))
}

/// All definitions.
#[must_use]
pub fn list(org: &Tables, call: ManagementCall<'_>) -> Vec<Value> {
    org.objects(DirectoryKind::LinkedObject).map(|definition| show(call, definition)).collect()
}

/// # Errors
/// A body that is not valid, or a name that is taken.
pub fn create(change: &mut ManagementChange<'_, '_>, body: &Map<String, Value>) -> Result<Value, ApiError> {
    let body = BodyMembers::of(body);
    let mut members = Map::new();
    let mut causes = Causes::default();
    for side in ["primary", "associated"] {
        let written = body.object(side)?;
        let text = |name: &str| Ok::<_, ApiError>(written.map(|side| side.text(name)).transpose()?.flatten());
        let name = causes.required(&format!("{side}.name"), text("name")?);
        let title = causes.required(&format!("{side}.title"), text("title")?);
        if find(change.draft, name).is_ok() {
            let member = format!("{side}.name");
            causes.add(&member, "An object with this field already exists in the current organization");
        }
        let shown = json!({ "name": name, "title": title, "description": text("description")?, "type": "USER" });
        members.insert(side.to_owned(), shown);
    }
    causes.into_result()?;
    let id = members["primary"]["name"].as_str().unwrap_or_default().to_owned();
    let definition = DirectoryObject { id, owner: String::new(), members };
    let shown = show(change.call, &definition);
    change.draft.put_object(DirectoryKind::LinkedObject, definition);
    Ok(shown)
}

/// Removes a definition, and the links that users have by it.
///
/// # Errors
/// No definition has the name.
pub fn remove(change: &mut ManagementChange<'_, '_>, name: &str) -> Result<(), ApiError> {
    let id = find(change.draft, name)?.id.clone();
    let links = change.draft.objects(DirectoryKind::LinkedUser).filter(|link| link.name() == id);
    let links: Vec<String> = links.map(|link| link.id.clone()).collect();
    links.iter().for_each(|link| change.draft.remove_object(DirectoryKind::LinkedUser, link));
    change.draft.remove_object(DirectoryKind::LinkedObject, &id);
    Ok(())
}

/// Links a user to its primary user, instead of the one that it has.
///
/// # Errors
/// No such users or definition.
pub fn link(
    change: &mut ManagementChange<'_, '_>,
    associated: &str,
    name: &str,
    primary: &str,
) -> Result<(), ApiError> {
    let definition = find(change.draft, name)?.id.clone();
    let associated = users::find(change.draft, change.call, associated)?.id.clone();
    let primary = users::find(change.draft, change.call, primary)?.id.clone();
    let members = [("name", definition.clone()), ("associated", associated.clone())];
    let link = DirectoryObject {
        id: format!("{definition}/{associated}"),
        owner: primary,
        members: members.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect(),
    };
    change.draft.put_object(DirectoryKind::LinkedUser, link);
    Ok(())
}

/// The users that a user is linked to: by a primary name its primary user, by an associated name those that are linked to it.
///
/// # Errors
/// No such user or definition.
pub fn linked(org: &Tables, call: ManagementCall<'_>, user: &str, name: &str) -> Result<Vec<Value>, ApiError> {
    let user = users::find(org, call, user)?;
    let definition = find(org, name)?;
    let ids: Vec<&str> = if definition.id == name {
        let link = org.object(DirectoryKind::LinkedUser, &format!("{}/{}", definition.id, user.id));
        link.map(|link| link.owner.as_str()).into_iter().collect()
    } else {
        let links = org.objects_of(DirectoryKind::LinkedUser, &user.id).filter(|link| link.name() == definition.id);
        links.filter_map(|link| link.text("associated")).collect()
    };
    let shown = |id: &str| json!({ "_links": { "self": { "href": format!("{}/api/v1/users/{id}", call.base()) } } });
    Ok(ids.into_iter().filter(|id| org.user(id).is_some()).map(shown).collect())
}

/// # Errors
/// No such user or definition.
pub fn unlink(change: &mut ManagementChange<'_, '_>, user: &str, name: &str) -> Result<(), ApiError> {
    let user = users::find(change.draft, change.call, user)?.id.clone();
    let definition = find(change.draft, name)?.id.clone();
    change.draft.remove_object(DirectoryKind::LinkedUser, &format!("{definition}/{user}"));
    Ok(())
}

/// A definition by the name of either side.
fn find<'t>(org: &'t Tables, name: &str) -> Result<&'t DirectoryObject, ApiError> {
    let has = |definition: &&DirectoryObject| {
        ["primary", "associated"]
            .iter()
            .any(|side| definition.members.get(*side).is_some_and(|side| side["name"] == name))
    };
    let found = org.objects(DirectoryKind::LinkedObject).find(has);
    found.ok_or_else(|| ApiError::not_found(name, "LinkedObject"))
}

fn show(call: ManagementCall<'_>, definition: &DirectoryObject) -> Value {
    let side = |name: &str| definition.members.get(name).cloned().unwrap_or_default();
    let own = format!("{}/api/v1/meta/schemas/user/linkedObjects/{}", call.base(), definition.id);
    json!({ "primary": side("primary"), "associated": side("associated"), "_links": { "self": { "href": own } } })
}
