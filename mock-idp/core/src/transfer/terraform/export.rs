//! The resources of an org.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::super::left_out::{LeftOut, name};
use super::form;
use super::resources::{APP, DEFAULT_SERVER, GROUP, RESOURCE_TYPES, USER};
use super::table::{Form, ResourceType, same, with};
use crate::model::{AdminRole, AppTarget, DirectoryKind, GroupType, RoleTargets};
use crate::org::{Document, Org};

/// A resource of a configuration or a state.
#[derive(Clone, Debug)]
pub struct ExportedResource {
    /// `okta_user` …
    pub kind: &'static str,
    /// Its name in a configuration.
    pub name: String,
    /// The id of the object in the org.
    pub id: String,
    /// Whether it is a data source: an object that every org has.
    pub is_data: bool,
    /// Whether it is about an object of another resource, whose id it has.
    pub(super) is_about_other: bool,
    pub(super) attributes: Vec<ExportedAttribute>,
}

#[derive(Clone, Debug)]
pub(super) struct ExportedAttribute {
    pub(super) name: &'static str,
    pub(super) value: Value,
    pub(super) form: Form,
}

impl ExportedResource {
    /// The attributes as a state has them.
    #[must_use]
    pub fn state(&self) -> Value {
        let mut state = json!({ "id": self.id });
        for ExportedAttribute { name, value, form } in &self.attributes {
            state[*name] = match form {
                Form::Json | Form::RestAsJson => value.to_string().into(),
                _ => value.clone(),
            };
        }
        state
    }
}

/// An object of the API, and what it belongs to, the outermost first.
type Object = (Vec<String>, Value);

/// The resources of an org, and what has none.
#[must_use]
pub fn exported(org: &Org) -> (Vec<ExportedResource>, Vec<LeftOut>) {
    let document = org.to_document();
    let mut names = Names::default();
    let mut resources: Vec<ExportedResource> = everyone(&document).into_iter().collect();
    for resource in &resources {
        names.by_id.insert(resource.id.clone(), resource.name.clone());
    }
    for kind in RESOURCE_TYPES {
        for (parents, object) in objects(kind, &document) {
            resources.push(resource(kind, &parents, &object, &mut names));
        }
    }
    resources.extend(memberships(&document, &mut names));
    resources.extend(scope_grants(&document, &mut names));
    resources.extend(admin_roles(&document, &mut names));
    resources.extend(single_roles(&document, &mut names));
    resources.extend(schema_properties(org, &mut names));
    (resources, without_resource(&document))
}

/// The group of all users, which Terraform cannot make.
fn everyone(document: &Document) -> Option<ExportedResource> {
    let group = document.groups.iter().find(|group| group.kind == GroupType::BuiltIn)?;
    Some(ExportedResource {
        kind: "okta_everyone_group",
        name: "everyone".to_owned(),
        id: group.id.clone(),
        is_data: true,
        is_about_other: false,
        attributes: Vec::new(),
    })
}

fn resource(kind: &'static ResourceType, parents: &[String], object: &Value, names: &mut Names) -> ExportedResource {
    let parent_ids = parents;
    let parents = kind.parents.iter().zip(parents).map(|(name, id)| ExportedAttribute {
        name,
        value: id.as_str().into(),
        form: Form::Reference,
    });
    let own = form::attributes(kind.attributes, object);
    let own = own.into_iter().map(|(row, value)| ExportedAttribute { name: row.name, value, form: row.form });
    let id = object["id"].as_str().unwrap_or_default();
    ExportedResource {
        kind: kind.name,
        is_data: false,
        is_about_other: kind.attributes.iter().any(|row| row.pointer == "/id"),
        name: names.of(kind.name, parent_ids, id, name(object)),
        id: id.to_owned(),
        attributes: parents.chain(own).collect(),
    }
}

/// The objects of a type.
fn objects(kind: &ResourceType, document: &Document) -> Vec<Object> {
    let top = |objects: Vec<Value>| objects.into_iter().map(|object| (Vec::new(), object)).collect();
    let directory = |kind| document.directory.get(&kind).into_iter().flatten().map(|object| json!(object)).collect();
    match kind.name {
        "okta_user_type" => top(directory(DirectoryKind::UserType)),
        GROUP => {
            let groups = document.groups.iter().filter(|group| group.kind == GroupType::OktaGroup);
            top(groups.map(|group| json!(group)).collect())
        }
        USER => top(document.users.iter().map(|user| json!(user)).collect()),
        "okta_group_rule" => top(directory(DirectoryKind::GroupRule)),
        APP => top(document.apps.iter().filter(|app| app.is_client()).map(|app| json!(app)).collect()),
        "okta_app_group_assignment" => assignments(document, |all| &all.groups),
        "okta_app_user" => assignments(document, |all| &all.users),
        "okta_network_zone" => top(directory(DirectoryKind::NetworkZone)),
        "okta_link_definition" => top(directory(DirectoryKind::LinkedObject)),
        "okta_trusted_origin" => top(document.trusted_origins.iter().map(|origin| json!(origin)).collect()),
        "okta_policy_signon" => top(session_policies(document).collect()),
        "okta_policy_rule_signon" => children(session_policies(document), &[], "rules"),
        name => server_objects(name, document),
    }
}

fn assignments(
    document: &Document,
    list: impl Fn(&crate::model::Assignments) -> &Vec<crate::model::Assignment>,
) -> Vec<Object> {
    let clients = document.apps.iter().filter(|app| app.is_client());
    clients
        .flat_map(|app| {
            let assigned = app.assignments.iter().flat_map(&list);
            assigned.map(|assignment| (vec![app.id.clone()], json!(assignment))).collect::<Vec<_>>()
        })
        .collect()
}

/// The default policy cannot be made by Terraform.
fn session_policies(document: &Document) -> impl Iterator<Item = Value> {
    document.global_session_policies.iter().filter(|policy| !policy.system).map(|policy| json!(policy))
}

fn server_objects(name: &str, document: &Document) -> Vec<Object> {
    let servers = document.authorization_servers.iter();
    let mut found = Vec::new();
    for server in servers {
        let object = json!(server);
        let id = std::slice::from_ref(&server.id);
        match name {
            DEFAULT_SERVER if server.default => found.push((Vec::new(), object)),
            "okta_auth_server" if !server.default => found.push((Vec::new(), object)),
            "okta_auth_server_scope" => found.extend(children([object], &[], "scopes")),
            "okta_auth_server_claim" => found.extend(children([object], &[], "claims")),
            "okta_auth_server_policy" => found.extend(children([object], &[], "policies")),
            "okta_auth_server_policy_rule" => {
                let policies = object["policies"].as_array().cloned().unwrap_or_default();
                found.extend(children(policies, id, "rules"));
            }
            _ => {}
        }
    }
    found
}

/// The objects of a list of these objects.
fn children(objects: impl IntoIterator<Item = Value>, outer: &[String], list: &str) -> Vec<Object> {
    let mut found = Vec::new();
    for object in objects {
        let mut parents = outer.to_vec();
        parents.extend(object["id"].as_str().map(str::to_owned));
        let own = object[list].as_array().into_iter().flatten().filter(|child| child["system"] != true);
        found.extend(own.map(|child| (parents.clone(), child.clone())));
    }
    found
}

static MEMBERSHIPS: ResourceType = ResourceType {
    name: "okta_group_memberships",
    path: "",
    parents: &[],
    attributes: &[with("group_id", "/id", Form::Reference), with("users", "/users", Form::Reference)],
    fixed: &[],
};
static SCOPE_GRANTS: ResourceType = ResourceType {
    name: "okta_app_oauth_api_scope",
    path: "",
    parents: &[],
    attributes: &[with("app_id", "/id", Form::Reference), same("issuer", "/issuer"), same("scopes", "/scopes")],
    fixed: &[],
};
static ADMIN_ROLES: ResourceType = ResourceType {
    name: "okta_user_admin_roles",
    path: "",
    parents: &[],
    attributes: &[with("user_id", "/id", Form::Reference), same("admin_roles", "/roles")],
    fixed: &[],
};
static ROLE_TARGETS: ResourceType = ResourceType {
    name: "okta_admin_role_targets",
    path: "",
    parents: &[],
    attributes: &[
        with("user_id", "/id", Form::Reference),
        same("role_type", "/type"),
        with("groups", "/groups", Form::Reference),
        same("apps", "/apps"),
    ],
    fixed: &[],
};
static GROUP_ROLES: ResourceType = ResourceType {
    name: "okta_group_role",
    path: "",
    parents: &[],
    attributes: &[
        with("group_id", "/id", Form::Reference),
        same("role_type", "/type"),
        with("target_group_list", "/groups", Form::Reference),
        same("target_app_list", "/apps"),
    ],
    fixed: &[],
};
static CLIENT_ROLES: ResourceType = ResourceType {
    name: "okta_app_oauth_role_assignment",
    path: "",
    parents: &[],
    attributes: &[with("client_id", "/id", Form::Reference), same("type", "/type")],
    fixed: &[],
};
static SCHEMA_PROPERTIES: ResourceType = ResourceType {
    name: "okta_user_schema_property",
    path: "",
    parents: &[],
    attributes: &[
        same("index", "/id"),
        same("title", "/title"),
        same("type", "/type"),
        same("description", "/description"),
        same("array_type", "/items/type"),
        same("array_enum", "/items/enum"),
        same("enum", "/enum"),
        same("min_length", "/minLength"),
        same("max_length", "/maxLength"),
        same("unique", "/unique"),
        same("scope", "/scope"),
    ],
    fixed: &[],
};

/// What people call the issuer of an org in a configuration: a variable.
pub(super) const ORG_URL: &str = "org_url";

fn memberships(document: &Document, names: &mut Names) -> Vec<ExportedResource> {
    let mut members: HashMap<&str, Vec<&str>> = HashMap::new();
    for user in &document.users {
        for group in user.group_ids.iter().filter(|group| !user.rule_memberships.contains_key(*group)) {
            members.entry(group).or_default().push(&user.id);
        }
    }
    let groups = document.groups.iter().filter(|group| group.kind == GroupType::OktaGroup);
    groups
        .filter_map(|group| {
            let users = members.get(group.id.as_str())?;
            let object = json!({ "id": group.id, "users": users, "name": group.profile.name });
            Some(resource(&MEMBERSHIPS, &[], &object, names))
        })
        .collect()
}

fn scope_grants(document: &Document, names: &mut Names) -> Vec<ExportedResource> {
    let granted = document.apps.iter().filter(|app| !app.grants.is_empty());
    granted
        .map(|app| {
            let scopes: Vec<&str> = app.grants.iter().map(|grant| grant.scope_id.as_str()).collect();
            let object = json!({ "id": app.id, "label": app.label, "scopes": scopes, "issuer": ORG_URL });
            resource(&SCOPE_GRANTS, &[], &object, names)
        })
        .collect()
}

fn admin_roles(document: &Document, names: &mut Names) -> Vec<ExportedResource> {
    let admins = document.users.iter().filter(|user| !user.roles.is_empty());
    admins
        .map(|user| {
            let roles: Vec<&str> = user.roles.iter().map(|role| role.kind.name()).collect();
            let object = json!({ "id": user.id, "name": user.profile.login, "roles": roles });
            resource(&ADMIN_ROLES, &[], &object, names)
        })
        .collect()
}

/// Roles that are resources of their own: those of groups and clients, and the targets of those of users.
fn single_roles(document: &Document, names: &mut Names) -> Vec<ExportedResource> {
    let targeted = |role: &&AdminRole| role.targets != RoleTargets::default();
    let users = document.users.iter().flat_map(|user| {
        user.roles
            .iter()
            .filter(targeted)
            .map(|role| (&ROLE_TARGETS, user.id.as_str(), user.profile.login.as_str(), role))
    });
    let groups = document.groups.iter().flat_map(|group| {
        group.roles.iter().map(|role| (&GROUP_ROLES, group.id.as_str(), group.profile.name.as_str(), role))
    });
    let clients = document
        .apps
        .iter()
        .flat_map(|app| app.roles.iter().map(|role| (&CLIENT_ROLES, app.client_id(), app.label.as_str(), role)));
    let all = users.chain(groups).chain(clients);
    all.map(|(kind, id, owner, role)| {
        let RoleTargets { groups, apps } = &role.targets;
        let app = |target: &AppTarget| match &target.id {
            Some(id) => format!("{}.{id}", target.name),
            None => target.name.clone(),
        };
        let name = format!("{owner} {}", role.kind.name());
        let mut object = json!({ "id": id, "name": name, "type": role.kind.name() });
        if !groups.is_empty() {
            object["groups"] = json!(groups);
        }
        if !apps.is_empty() {
            object["apps"] = apps.iter().map(app).collect();
        }
        resource(kind, &[], &object, names)
    })
    .collect()
}

/// The attributes that the org added to the profiles of users.
fn schema_properties(org: &Org, names: &mut Names) -> Vec<ExportedResource> {
    let schema = org.objects(DirectoryKind::UserSchema).find(|schema| schema.name() == "user");
    let definitions = schema.and_then(|schema| schema.members.get("definitions"));
    let properties = definitions.and_then(|definitions| definitions.pointer("/custom/properties")?.as_object());
    let of_property = |(name, property): (&String, &Value)| {
        let mut object = property.clone();
        object["id"] = name.as_str().into();
        resource(&SCHEMA_PROPERTIES, &[], &object, names)
    };
    properties.into_iter().flatten().map(of_property).collect()
}

/// What the document has and the configuration has not.
fn without_resource(document: &Document) -> Vec<LeftOut> {
    let no_resource = "the export writes no resource of this kind";
    let mut left_out = Vec::new();
    for app in document.apps.iter().filter(|app| !app.is_client()) {
        left_out.push(LeftOut::new("app", &app.label, "", "only apps of OpenID Connect are exported"));
    }
    for app in document.apps.iter().filter(|app| app.agent.is_some() || !app.connections.is_empty()) {
        left_out.push(LeftOut::new("app", &app.label, "agent and connections", no_resource));
    }
    for app in document.apps.iter().filter(|app| app.access_policy.is_some() || app.profile_enrollment_policy.is_some())
    {
        left_out.push(LeftOut::new("app", &app.label, "policies", no_resource));
    }
    const EXPORTED: [DirectoryKind; 5] = [
        DirectoryKind::UserType,
        DirectoryKind::GroupRule,
        DirectoryKind::NetworkZone,
        DirectoryKind::LinkedObject,
        DirectoryKind::UserSchema,
    ];
    for (kind, objects) in document.directory.iter().filter(|(kind, _)| !EXPORTED.contains(kind)) {
        for object in objects {
            let name = if object.name().is_empty() { &object.id } else { object.name() };
            left_out.push(LeftOut::new(kind.name(), name, "", no_resource));
        }
    }
    for app in document.apps.iter().filter(|app| app.roles.iter().any(|role| role.targets != RoleTargets::default())) {
        left_out.push(LeftOut::new("app", &app.label, "roles", "the resource for a client's role has no targets"));
    }
    for user in &document.users {
        if !user.factors.is_empty() {
            left_out.push(LeftOut::new("user", &user.profile.login, "factors", no_resource));
        }
        let status = user.status.name();
        if form::user_status(status) != status {
            let reason = format!("a configuration cannot demand {status}; it is {}", form::user_status(status));
            left_out.push(LeftOut::new("user", &user.profile.login, "status", reason));
        }
    }
    for token in &document.api_tokens {
        left_out.push(LeftOut::new("API token", &token.name, "", "a configuration has no secrets"));
    }
    left_out
}

/// The names of resources, which are unique for each type.
#[derive(Debug, Default)]
struct Names {
    used: HashSet<(&'static str, String)>,
    /// The names of the objects themselves, by id.
    by_id: HashMap<String, String>,
}

impl Names {
    /// The names of what an object belongs to, and its own, in lower-case letters, digits and underscores.
    fn of(&mut self, kind: &'static str, parents: &[String], id: &str, own: &str) -> String {
        // Assignments and memberships have the id of a user or group, and no name.
        let own =
            if own == id { self.by_id.get(id).cloned().unwrap_or_else(|| own.to_owned()) } else { own.to_owned() };
        let innermost = parents.last().and_then(|parent| self.by_id.get(parent)).cloned();
        let parts: Vec<String> = innermost.into_iter().chain([own]).collect();
        let letter = |char: char| if char.is_ascii_alphanumeric() { char.to_ascii_lowercase() } else { '_' };
        let mut name: String = parts.join("_").chars().map(letter).collect();
        if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
            name.insert_str(0, "r_");
        }
        let base = name.clone();
        let mut number = 2;
        while !self.used.insert((kind, name.clone())) {
            name = format!("{base}_{number}");
            number += 1;
        }
        self.by_id.entry(id.to_owned()).or_insert_with(|| name.clone());
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_have_names_of_their_own() {
        let mut names = Names::default();
        let named = ["team", "Team", "team 2"].map(|own| names.of("okta_group", &[], &format!("id of {own}"), own));
        assert_eq!(named, ["team", "team_2", "team_2_2"]);
    }
}
