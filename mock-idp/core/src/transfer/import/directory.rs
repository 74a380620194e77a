//! Trusted origins, and the objects that a document has under `directory`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::reading::{Reading, linked, own_members};
use super::{iam, policies};
use crate::management::{aaguids, profile_mappings};
use crate::model::{DirectoryKind, DirectoryObject, TrustedOrigin};

/// The kinds that are taken as they are, what a report calls them, and their lists.
const PLAIN: [(DirectoryKind, &str, &str); 7] = [
    (DirectoryKind::UserType, "user type", "/api/v1/meta/types/user"),
    (DirectoryKind::GroupRule, "group rule", "/api/v1/groups/rules"),
    (DirectoryKind::NetworkZone, "network zone", "/api/v1/zones"),
    (DirectoryKind::Authenticator, "authenticator", "/api/v1/authenticators"),
    (DirectoryKind::IdentityProvider, "identity provider", "/api/v1/idps"),
    (DirectoryKind::InlineHook, "inline hook", "/api/v1/inlineHooks"),
    (DirectoryKind::EventHook, "event hook", "/api/v1/eventHooks"),
];

pub(super) fn trusted_origins(reading: &mut Reading<'_>) -> Vec<TrustedOrigin> {
    let mut origins = Vec::new();
    for object in reading.answers.list("/api/v1/trustedOrigins") {
        let shape = Value::Object(own_members(object));
        origins.extend(reading.read::<TrustedOrigin>("trusted origin", object, shape));
    }
    origins
}

pub(super) fn objects(reading: &mut Reading<'_>) -> BTreeMap<DirectoryKind, Vec<DirectoryObject>> {
    let mut directory = BTreeMap::new();
    for (kind, name, path) in PLAIN {
        let mut objects = Vec::new();
        for object in reading.answers.list(path) {
            objects.extend(plain(object));
            report_secrets(reading, kind, name, object);
        }
        directory.insert(kind, objects);
    }
    directory.insert(DirectoryKind::CustomAaguid, models(reading));
    directory.insert(DirectoryKind::Feature, features(reading));
    directory.insert(DirectoryKind::UserSchema, user_schemas(reading));
    directory.insert(DirectoryKind::GroupSchema, group_schema(reading));
    directory.insert(DirectoryKind::AppUserSchema, app_schemas(reading));
    directory.insert(DirectoryKind::LinkedObject, linked_objects(reading));
    directory.insert(DirectoryKind::GroupOwner, group_owners(reading));
    directory.insert(DirectoryKind::SigningKey, signing_keys(reading));
    directory.insert(DirectoryKind::IdentityProviderKey, trusted_keys(reading));
    directory.insert(DirectoryKind::ProfileMapping, profile_mappings(reading));
    directory.insert(DirectoryKind::Policy, policies::others(reading));
    directory.insert(DirectoryKind::CustomRole, iam::roles(reading));
    directory.insert(DirectoryKind::ResourceSet, iam::resource_sets(reading));
    directory.retain(|_, objects: &mut Vec<DirectoryObject>| !objects.is_empty());
    directory
}

fn plain(object: &Value) -> Option<DirectoryObject> {
    let mut members = own_members(object);
    members.shift_remove("id");
    Some(DirectoryObject { id: object["id"].as_str()?.to_owned(), owner: String::new(), members })
}

/// The models of security keys that the org names.
fn models(reading: &Reading<'_>) -> Vec<DirectoryObject> {
    let owners = reading.answers.list("/api/v1/authenticators").iter().filter_map(|object| object["id"].as_str());
    let models = owners.flat_map(|owner| {
        let models = reading.answers.list(&format!("/api/v1/authenticators/{owner}/aaguids")).iter();
        models.filter_map(move |model| {
            let id = aaguids::key(owner, model["aaguid"].as_str()?);
            Some(DirectoryObject { id, owner: owner.to_owned(), members: own_members(model) })
        })
    });
    models.collect()
}

/// What administrators may switch on. The page of a feature is a link.
fn features(reading: &Reading<'_>) -> Vec<DirectoryObject> {
    let objects = reading.answers.list("/api/v1/features").iter();
    let feature = |object: &Value| {
        let mut feature = plain(object)?;
        feature.members.shift_remove("type");
        if let Some(page) = object.pointer("/_links/helpDoc/href") {
            feature.members.insert("helpDoc".to_owned(), page.clone());
        }
        Some(feature)
    };
    objects.filter_map(feature).collect()
}

/// What answers never show.
fn report_secrets(reading: &mut Reading<'_>, kind: DirectoryKind, name: &'static str, object: &Value) {
    for pointer in kind.secrets() {
        let Some((parent, secret)) = pointer.rsplit_once('/') else { continue };
        // A client has an id beside its secret; other secrets are in objects of their own.
        let is_there = |parent: &serde_json::Map<String, Value>| match secret {
            "clientSecret" => parent.get("clientId").is_some_and(|id| !id.is_null()),
            _ => !parent.is_empty(),
        };
        if object.pointer(parent).and_then(Value::as_object).is_some_and(is_there) {
            let member = pointer.trim_start_matches('/').replace('/', ".");
            reading.leave_out(name, object, &member, "Okta does not show it");
        }
    }
}

/// The members of a schema that are not the same for all.
fn schema(object: &Value, id: &str, owner: &str) -> DirectoryObject {
    let mut members = own_members(object);
    for same in ["id", "$schema", "type", "properties"] {
        members.shift_remove(same);
    }
    DirectoryObject { id: id.to_owned(), owner: owner.to_owned(), members }
}

fn user_schemas(reading: &Reading<'_>) -> Vec<DirectoryObject> {
    let types = reading.answers.list("/api/v1/meta/types/user").iter();
    types
        .filter_map(|kind| {
            let id = linked(kind, "schema")?;
            let object = reading.answers.list(&format!("/api/v1/meta/schemas/user/{id}")).first()?;
            Some(schema(object, id, kind["id"].as_str()?))
        })
        .collect()
}

fn group_schema(reading: &Reading<'_>) -> Vec<DirectoryObject> {
    let objects = reading.answers.list("/api/v1/meta/schemas/group/default").iter();
    // The mock has one, and finds it by its name.
    objects.take(1).map(|object| schema(object, "", "")).collect()
}

/// The schemas with attributes of their own: the others are the same for all apps.
fn app_schemas(reading: &Reading<'_>) -> Vec<DirectoryObject> {
    let apps = reading.answers.list("/api/v1/apps").iter().filter_map(|app| app["id"].as_str());
    apps.filter_map(|id| {
        let object = reading.answers.list(&format!("/api/v1/meta/schemas/apps/{id}/default")).first()?;
        let custom = object.pointer("/definitions/custom/properties")?.as_object()?;
        (!custom.is_empty()).then(|| schema(object, id, id))
    })
    .collect()
}

fn linked_objects(reading: &mut Reading<'_>) -> Vec<DirectoryObject> {
    let mut objects = Vec::new();
    for object in reading.answers.list("/api/v1/meta/schemas/user/linkedObjects") {
        let Some(id) = object["primary"]["name"].as_str() else { continue };
        objects.push(DirectoryObject { id: id.to_owned(), owner: String::new(), members: own_members(object) });
        reading.leave_out("linked object", object, "", "the definition is imported, the links of users are not read");
    }
    objects
}

/// The keys of apps and identity providers.
fn signing_keys(reading: &Reading<'_>) -> Vec<DirectoryObject> {
    let owners = ["apps", "idps"].into_iter().flat_map(|list| {
        let objects = reading.answers.list(&format!("/api/v1/{list}")).iter();
        objects.filter_map(move |object| Some((list, object["id"].as_str()?)))
    });
    let keys = owners.flat_map(|(list, owner)| {
        let keys = reading.answers.list(&format!("/api/v1/{list}/{owner}/credentials/keys")).iter();
        keys.filter_map(move |key| {
            let id = format!("{owner}/{}", key["kid"].as_str()?);
            Some(DirectoryObject { id, owner: owner.to_owned(), members: own_members(key) })
        })
    });
    keys.collect()
}

fn trusted_keys(reading: &Reading<'_>) -> Vec<DirectoryObject> {
    let keys = reading.answers.list("/api/v1/idps/credentials/keys").iter();
    let key = |key: &Value| {
        Some(DirectoryObject { id: key["kid"].as_str()?.to_owned(), owner: String::new(), members: own_members(key) })
    };
    keys.filter_map(key).collect()
}

/// The mappings that have been changed: the others follow from apps and identity providers.
fn profile_mappings(reading: &Reading<'_>) -> Vec<DirectoryObject> {
    let ids = reading.answers.list("/api/v1/mappings").iter().filter_map(|mapping| mapping["id"].as_str());
    ids.filter_map(|id| {
        let mapping = reading.answers.list(&format!("/api/v1/mappings/{id}")).first()?;
        if profile_mappings::is_default(mapping) {
            return None;
        }
        let end = |name: &str| json!({ "id": mapping[name]["id"] });
        let app = if mapping["source"]["type"] == "user" { "target" } else { "source" };
        let owner = mapping[app]["id"].as_str()?.to_owned();
        let members = json!({ "source": end("source"), "target": end("target"), "properties": mapping["properties"] });
        Some(DirectoryObject { id: id.to_owned(), owner, members: members.as_object().cloned()? })
    })
    .collect()
}

fn group_owners(reading: &Reading<'_>) -> Vec<DirectoryObject> {
    let mut owners = Vec::new();
    for group in reading.answers.list("/api/v1/groups").iter().filter_map(|group| group["id"].as_str()) {
        for owner in reading.answers.list(&format!("/api/v1/groups/{group}/owners")) {
            let Some(id) = owner["id"].as_str() else { continue };
            let members = json!({ "ownerId": id, "type": owner["type"] });
            let members = members.as_object().cloned().unwrap_or_default();
            owners.push(DirectoryObject { id: format!("{group}/{id}"), owner: group.to_owned(), members });
        }
    }
    owners
}
