//! User types. Okta: `/api/v1/meta/types/user`.

use serde_json::{Map, Value};

use super::directory::{self, DirectoryLifecycle, DirectoryResource};
use super::{ApiError, ApiErrorId, BodyMembers, Causes, Links, ListStyle, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;

/// The resource.
pub const USER_TYPES: DirectoryResource = DirectoryResource {
    kind: DirectoryKind::UserType,
    type_name: "CVDType",
    members: &[
        "id",
        "displayName",
        "name",
        "description",
        "createdBy",
        "lastUpdatedBy",
        "created",
        "lastUpdated",
        "default",
    ],
    lifecycle: DirectoryLifecycle::None,
    list: ListStyle::WHOLE,
    path: |kind| format!("/api/v1/meta/types/user/{}", kind.id),
    prepare,
    links,
};

/// Creates a type with a schema of its own: the base attributes of the default one.
///
/// # Errors
/// A body that is not valid.
pub fn create(change: &mut ManagementChange<'_, '_>, body: Map<String, Value>) -> Result<Value, ApiError> {
    let shown = directory::create(change, &USER_TYPES, "", body)?;
    let id = shown["id"].as_str().unwrap_or_default().to_owned();
    let name = shown["name"].as_str().unwrap_or_default();
    let default = change.draft.objects(DirectoryKind::UserSchema).find(|schema| schema.name() == "user").cloned();
    if let Some(mut schema) = default {
        schema.id = schema_id(&id);
        schema.owner = id;
        let now = change.now();
        for (member, value) in [("name", name), ("created", &now), ("lastUpdated", &now)] {
            schema.members.insert(member.to_owned(), value.into());
        }
        if let Some(Value::Object(custom)) =
            schema.members.get_mut("definitions").and_then(|definitions| definitions.get_mut("custom"))
        {
            custom.insert("properties".to_owned(), Map::new().into());
            custom.insert("required".to_owned(), Vec::<Value>::new().into());
        }
        change.draft.put_object(DirectoryKind::UserSchema, schema);
    }
    Ok(shown)
}

/// `POST /meta/types/user/{id}`: what the body leaves out stays.
///
/// # Errors
/// No type has the id, or the body is not valid.
pub fn update(change: &mut ManagementChange<'_, '_>, id: &str, body: Map<String, Value>) -> Result<Value, ApiError> {
    let mut members = directory::find(change.draft, &USER_TYPES, id)?.members.clone();
    members.extend(body.into_iter().filter(|(_, value)| !value.is_null()));
    directory::replace(change, &USER_TYPES, id, members)
}

/// # Errors
/// No type has the id, it is the default one, or users have it.
pub fn remove(change: &mut ManagementChange<'_, '_>, id: &str) -> Result<(), ApiError> {
    let known = directory::find(change.draft, &USER_TYPES, id)?;
    let is_used = change.draft.users().any(|user| user.user_type.as_ref().is_some_and(|kind| kind.id == id));
    if is_used || known.members.get("default") == Some(&Value::Bool(true)) {
        return Err(ApiError::new(ApiErrorId::UserTypeInUse, format!("the type {} is in use", known.name())));
    }
    change.draft.remove_object(DirectoryKind::UserSchema, &schema_id(id));
    directory::remove(change, &USER_TYPES, id)
}

/// Okta: the ids of a type and its schema differ in the prefix only.
fn schema_id(id: &str) -> String {
    id.replacen(DirectoryKind::UserType.prefix(), DirectoryKind::UserSchema.prefix(), 1)
}

fn prepare(
    change: &mut ManagementChange<'_, '_>,
    kind: &mut Map<String, Value>,
    known: Option<&DirectoryObject>,
) -> Result<(), ApiError> {
    let body = BodyMembers::of(kind);
    let mut causes = Causes::default();
    causes.required("displayName", body.text("displayName")?);
    // Okta: the name cannot be changed.
    let name = match known {
        Some(known) => known.name().to_owned(),
        None => causes.required("name", body.text("name")?).to_owned(),
    };
    let same = |other: &DirectoryObject| other.name() == name && known.is_none_or(|known| known.id != other.id);
    if change.draft.objects(DirectoryKind::UserType).any(same) {
        causes.add("name", "An object with this field already exists in the current organization");
    }
    causes.into_result()?;
    let default = known.and_then(|known| known.members.get("default")).cloned().unwrap_or(Value::Bool(false));
    let description = body.value("description").cloned().unwrap_or_default();
    for (member, value) in [("name", name.into()), ("description", description), ("default", default)] {
        kind.insert(member.to_owned(), value);
    }
    Ok(())
}

fn links(_: &Tables, call: ManagementCall<'_>, kind: &DirectoryObject) -> Value {
    Links::at(call.base())
        .related("schema", &format!("/api/v1/meta/schemas/user/{}", schema_id(&kind.id)), "GET")
        .related("self", &format!("/api/v1/meta/types/user/{}", kind.id), "GET")
        .into_value()
}
