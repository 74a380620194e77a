//! The objects of a Terraform state, or of what `terraform show -json` prints.

use serde_json::{Value, json};

use super::super::answers::ApiAnswers;
use super::super::left_out::LeftOut;
use super::form::{set, write};
use super::resources::{DEFAULT_SERVER, GROUP, USER};
use super::table::ResourceType;

/// A text that is not a state.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("it is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("it is neither a Terraform state of version 4 nor the output of `terraform show -json`")]
    Format,
}

/// The resources of Okta, as the API would answer them, and those that are not read.
///
/// # Errors
/// The text is not a state.
pub fn read_state(text: &str) -> Result<(ApiAnswers, Vec<LeftOut>), StateError> {
    let state: Value = serde_json::from_str(text)?;
    let mut resources = Vec::new();
    if let Some(listed) = state["resources"].as_array().filter(|_| state["version"] == 4) {
        for resource in listed {
            for instance in resource["instances"].as_array().into_iter().flatten() {
                resources.push(StateResource::new(resource, &instance["attributes"]));
            }
        }
    } else if let Some(root) = state.pointer("/values/root_module") {
        collect(root, &mut resources);
    } else {
        return Err(StateError::Format);
    }
    let mut reading = StateReading::default();
    resources.iter().for_each(|resource| reading.add(resource));
    Ok((reading.answers, reading.left_out))
}

/// The resources of a module and of those below it.
fn collect<'s>(module: &'s Value, resources: &mut Vec<StateResource<'s>>) {
    for resource in module["resources"].as_array().into_iter().flatten() {
        resources.push(StateResource::new(resource, &resource["values"]));
    }
    for child in module["child_modules"].as_array().into_iter().flatten() {
        collect(child, resources);
    }
}

struct StateResource<'s> {
    kind: &'s str,
    name: &'s str,
    is_data: bool,
    attributes: &'s Value,
}

impl<'s> StateResource<'s> {
    fn new(resource: &'s Value, attributes: &'s Value) -> Self {
        Self {
            kind: resource["type"].as_str().unwrap_or_default(),
            name: resource["name"].as_str().unwrap_or_default(),
            is_data: resource["mode"] == "data",
            attributes,
        }
    }

    fn text(&self, name: &str) -> &'s str {
        self.attributes[name].as_str().unwrap_or_default()
    }

    fn texts(&self, name: &str) -> impl Iterator<Item = &'s str> {
        self.attributes[name].as_array().into_iter().flatten().filter_map(Value::as_str)
    }
}

#[derive(Default)]
struct StateReading {
    answers: ApiAnswers,
    left_out: Vec<LeftOut>,
}

impl StateReading {
    fn add(&mut self, resource: &StateResource<'_>) {
        match (resource.is_data, ResourceType::named(resource.kind)) {
            (true, _) => self.add_data(resource),
            (false, Some(kind)) => self.add_object(kind, resource),
            (false, None) => self.add_other(resource),
        }
    }

    fn add_object(&mut self, kind: &'static ResourceType, resource: &StateResource<'_>) {
        let attributes = resource.attributes;
        let mut object = json!({ "id": attributes["id"] });
        for (pointer, value) in kind.fixed {
            set(&mut object, pointer, (*value).into());
        }
        if let Err(attribute) = write(kind.attributes, attributes, &mut object) {
            self.leave_out(resource, attribute, "the value is not of the form that the provider writes");
            return;
        }
        match kind.name {
            // Whether a user has a password is not in the state. All that can sign in have one.
            USER if object.pointer("/credentials/password").is_none() => {
                set(&mut object, "/credentials/password", json!({}));
            }
            GROUP => object["type"] = "OKTA_GROUP".into(),
            DEFAULT_SERVER => object["default"] = true.into(),
            _ => {}
        }
        let path = kind
            .parents
            .iter()
            .fold(kind.path.to_owned(), |path, parent| path.replacen("{}", resource.text(parent), 1));
        self.answers.add(&path, [object]);
    }

    /// Groups that a configuration looks up: others may name the one of all users.
    fn add_data(&mut self, resource: &StateResource<'_>) {
        let is_everyone = resource.kind == "okta_everyone_group" || resource.text("name") == "Everyone";
        if !matches!(resource.kind, "okta_group" | "okta_everyone_group") {
            return;
        }
        let (name, kind) = if is_everyone { ("Everyone", "BUILT_IN") } else { (resource.text("name"), "OKTA_GROUP") };
        let profile = json!({ "name": name, "description": resource.attributes["description"] });
        self.answers
            .add("/api/v1/groups", [json!({ "id": resource.attributes["id"], "type": kind, "profile": profile })]);
    }

    /// Resources that are about objects of other resources.
    fn add_other(&mut self, resource: &StateResource<'_>) {
        let id = |text: &str| json!({ "id": text });
        match resource.kind {
            "okta_group_memberships" => {
                let path = format!("/api/v1/groups/{}/users", resource.text("group_id"));
                self.answers.add(&path, resource.texts("users").map(id));
            }
            "okta_user_group_memberships" => {
                for group in resource.texts("groups") {
                    self.answers.add(&format!("/api/v1/groups/{group}/users"), [id(resource.text("user_id"))]);
                }
            }
            "okta_app_oauth_api_scope" => {
                let path = format!("/api/v1/apps/{}/grants", resource.text("app_id"));
                let grant = |scope: &str| json!({ "scopeId": scope });
                for scope in resource.texts("scopes") {
                    self.answers.add(&path, [grant(scope)]);
                }
            }
            "okta_app_group_assignments" => {
                let path = format!("/api/v1/apps/{}/groups", resource.text("app_id"));
                let groups = resource.attributes["group"].as_array().into_iter().flatten();
                self.answers.add(&path, groups.map(app_group));
            }
            "okta_user_admin_roles" => {
                let path = format!("/api/v1/users/{}/roles", resource.text("user_id"));
                for role in resource.texts("admin_roles") {
                    self.answers.add(&path, [role_named(role)]);
                }
            }
            "okta_admin_role_targets" => {
                let roles = format!("/api/v1/users/{}/roles", resource.text("user_id"));
                self.add_targets(&roles, resource, ["role_type", "groups", "apps"]);
            }
            "okta_group_role" => {
                let roles = format!("/api/v1/groups/{}/roles", resource.text("group_id"));
                self.answers.add(&roles, [role_named(resource.text("role_type"))]);
                self.add_targets(&roles, resource, ["role_type", "target_group_list", "target_app_list"]);
            }
            "okta_app_oauth_role_assignment" => {
                let roles = format!("/oauth2/v1/clients/{}/roles", resource.text("client_id"));
                self.answers.add(&roles, [role_named(resource.text("type"))]);
            }
            "okta_user_schema_property" => {
                self.leave_out(resource, "", "the schema is made from the attributes that users have");
            }
            kind if kind.starts_with("okta_") => {
                self.leave_out(resource, "", "resources of this type are not imported")
            }
            _ => {}
        }
    }

    /// The targets of a role of this list; the names are those of the attributes for its type, its groups and its apps.
    fn add_targets(&mut self, roles: &str, resource: &StateResource<'_>, [kind, groups, apps]: [&str; 3]) {
        let targets = format!("{roles}/{}/targets", resource.text(kind));
        self.answers.add(&format!("{targets}/groups"), resource.texts(groups).map(|id| json!({ "id": id })));
        let app = |target: &str| match target.split_once('.') {
            Some((name, id)) => json!({ "name": name, "id": id }),
            None => json!({ "name": target }),
        };
        self.answers.add(&format!("{targets}/catalog/apps"), resource.texts(apps).map(app));
    }

    fn leave_out(&mut self, resource: &StateResource<'_>, member: &str, reason: &str) {
        let name = format!("{}.{}", resource.kind, resource.name);
        self.left_out.push(LeftOut::new("resource", name, member, reason));
    }
}

/// A role, which its type identifies.
fn role_named(kind: &str) -> Value {
    json!({ "id": kind, "type": kind })
}

fn app_group(group: &Value) -> Value {
    let profile = group["profile"].as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    json!({ "id": group["id"], "priority": group["priority"], "profile": profile })
}
