//! Lists in objects whose changes have types of their own in the catalogue.

use serde_json::{Value, json};

use crate::model::{App, AuthorizationServer, DirectoryKind, DirectoryObject};
use crate::system_log::EventType;

/// Additions and removals.
type PartEvents = [EventType; 2];

const PERMISSIONS: PartEvents = [EventType::PermissionsAdd, EventType::PermissionsDelete];
const RESOURCES: PartEvents = [EventType::ResourcesAdd, EventType::ResourcesDelete];
const BINDINGS: PartEvents = [EventType::BindingsAdd, EventType::BindingsDelete];
const TRUSTED_SERVERS: PartEvents = [EventType::TrustedServerAdd, EventType::TrustedServerDelete];
const INTERCLIENT: PartEvents = [EventType::InterclientMappingCreate, EventType::InterclientMappingDelete];

/// A list in a directory object.
struct ListedPart {
    member: &'static str,
    /// The values that identify an entry.
    keys: fn(&Value) -> Vec<Value>,
    kinds: PartEvents,
}

const ROLE_PARTS: &[ListedPart] =
    &[ListedPart { member: "permissions", keys: |permission| vec![permission["label"].clone()], kinds: PERMISSIONS }];

const SET_PARTS: &[ListedPart] = &[
    ListedPart { member: "resources", keys: |resource| vec![resource["id"].clone()], kinds: RESOURCES },
    ListedPart { member: "bindings", keys: memberships, kinds: BINDINGS },
];

/// The events of a changed object's lists, and whether anything else has changed.
#[derive(Debug)]
pub(super) struct PartChanges {
    pub(super) events: Vec<EventType>,
    pub(super) others: bool,
}

impl PartChanges {
    /// A change of an object as a whole.
    pub(super) fn of_whole() -> Self {
        Self { events: Vec::new(), others: true }
    }
}

/// The lists of a custom role or resource set.
pub(super) fn of_directory(kind: DirectoryKind, before: &DirectoryObject, after: &DirectoryObject) -> PartChanges {
    let parts: &[ListedPart] = match kind {
        DirectoryKind::CustomRole => ROLE_PARTS,
        DirectoryKind::ResourceSet => SET_PARTS,
        _ => return PartChanges::of_whole(),
    };
    let mut events = Vec::new();
    for ListedPart { member, keys, kinds } in parts {
        let keys = |object: &DirectoryObject| -> Vec<Value> {
            let list = object.members.get(*member).and_then(Value::as_array);
            list.into_iter().flatten().flat_map(keys).collect()
        };
        events.extend(of_list(&keys(before), &keys(after), *kinds));
    }
    let compared = |object: &DirectoryObject| {
        let mut members = object.members.clone();
        members.retain(|name, _| {
            !["lastUpdated", "lastUpdatedBy"].contains(&name.as_str()) && !parts.iter().any(|part| part.member == name)
        });
        members
    };
    // Without an addition or removal, an entry was changed in place.
    let others = compared(before) != compared(after) || events.is_empty();
    PartChanges { events, others }
}

/// Okta: each member of a binding is an assignment of the role.
fn memberships(binding: &Value) -> Vec<Value> {
    let members = binding["members"].as_array();
    members.into_iter().flatten().map(|member| json!([binding["role"], member])).collect()
}

/// The servers that a server trusts.
pub(super) fn of_server(before: &AuthorizationServer, after: &AuthorizationServer) -> PartChanges {
    let mut rest = before.clone();
    rest.associated_servers.clone_from(&after.associated_servers);
    let events = of_list(&before.associated_servers, &after.associated_servers, TRUSTED_SERVERS);
    PartChanges { events, others: rest != *after }
}

/// The apps that an app trusts.
pub(super) fn of_app(before: &App, after: &App) -> PartChanges {
    let mut rest = before.clone();
    rest.interclient_allowed_apps.clone_from(&after.interclient_allowed_apps);
    rest.roles.clone_from(&after.roles);
    let events = of_list(&before.interclient_allowed_apps, &after.interclient_allowed_apps, INTERCLIENT);
    PartChanges { events, others: rest != *after }
}

fn of_list<T: PartialEq>(before: &[T], after: &[T], [added, removed]: PartEvents) -> Vec<EventType> {
    let lacks = |list: &[T], other: &[T]| other.iter().any(|part| !list.contains(part));
    let kinds = [(lacks(before, after), added), (lacks(after, before), removed)];
    kinds.into_iter().filter(|(happened, _)| *happened).map(|(_, kind)| kind).collect()
}
