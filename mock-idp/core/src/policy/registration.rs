//! What a profile enrollment policy says about users who register themselves, and about those who lack attributes. Okta: policies of the
//! type `PROFILE_ENROLLMENT`.

use serde_json::Value;

use crate::model::{App, DirectoryKind, DirectoryObject, User, UserProfile};
use crate::org::Tables;

/// How users register for an app.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RegistrationRules {
    pub attributes: Vec<RegistrationAttribute>,
    /// Whether a code is sent to the address, and has to be entered.
    pub verifies_email: bool,
    /// The groups that the user joins.
    pub group_ids: Vec<String>,
}

/// An attribute that the user enters.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RegistrationAttribute {
    pub name: String,
    pub label: String,
    pub required: bool,
}

impl RegistrationRules {
    /// The rules for an app. `None`: unknown users cannot register.
    #[must_use]
    pub fn of(org: &Tables, app: Option<&App>) -> Option<Self> {
        let action = action(org, app)?;
        if action["access"] != "ALLOW" || action["unknownUserAction"] != "REGISTER" {
            return None;
        }
        let mut attributes: Vec<_> = attributes(action).collect();
        // Okta: without an address there is no user name.
        if !attributes.iter().any(|known| known.name == "email") {
            let (name, label) = ("email".to_owned(), "Primary email".to_owned());
            attributes.push(RegistrationAttribute { name, label, required: true });
        }
        Some(Self {
            attributes,
            verifies_email: action.pointer("/activationRequirements/emailVerification") == Some(&Value::Bool(true)),
            group_ids: action["targetGroupIds"].as_array().into_iter().flatten().filter_map(text).collect(),
        })
    }
}

/// The attributes of an app's policy that a user who signs in lacks, if one of them is required. Okta: progressive profiling.
#[must_use]
pub fn missing_attributes(org: &Tables, app: Option<&App>, profile: &UserProfile) -> Vec<RegistrationAttribute> {
    let Some(action) = action(org, app).filter(|action| action["progressiveProfilingAction"] == "ENABLED") else {
        return Vec::new();
    };
    let is_missing = |attribute: &RegistrationAttribute| {
        profile.attribute(&attribute.name).is_none_or(|value| value.as_str().is_some_and(str::is_empty))
    };
    let missing: Vec<_> = attributes(action).filter(is_missing).collect();
    if missing.iter().any(|attribute| attribute.required) { missing } else { Vec::new() }
}

/// Whether the schema of a user's type says that an attribute is a text, or does not define it.
#[must_use]
pub fn is_text_attribute(org: &Tables, user: &User, name: &str) -> bool {
    let is_default = |object: &&DirectoryObject| object.members.get("default") == Some(&Value::Bool(true));
    let default = org.objects(DirectoryKind::UserType).find(is_default).map(|object| &object.id);
    let type_id = user.user_type.as_ref().map(|written| &written.id).or(default);
    let schema = type_id.and_then(|id| org.objects_of(DirectoryKind::UserSchema, id).next());
    let definitions = schema.and_then(|schema| schema.members.get("definitions"));
    let mut parts = ["base", "custom"].into_iter().filter_map(|part| definitions?.get(part));
    let kind = parts.find_map(|part| part["properties"].get(name)).map(|attribute| &attribute["type"]);
    kind.and_then(Value::as_str).is_none_or(|kind| kind == "string")
}

/// What the rule of an app's policy says. Okta: a policy has one rule.
fn action<'t>(org: &'t Tables, app: Option<&App>) -> Option<&'t Value> {
    policy(org, app)?.members.get("rules")?.as_array()?.first()?.pointer("/actions/profileEnrollment")
}

fn attributes(action: &Value) -> impl Iterator<Item = RegistrationAttribute> {
    let attribute = |attribute: &Value| {
        let name = text(&attribute["name"])?;
        let label = text(&attribute["label"]).unwrap_or_else(|| name.clone());
        Some(RegistrationAttribute { name, label, required: attribute["required"] == true })
    };
    action["profileAttributes"].as_array().into_iter().flatten().filter_map(attribute)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// The policy of an app, else that of the system.
fn policy<'t>(org: &'t Tables, app: Option<&App>) -> Option<&'t DirectoryObject> {
    let own = app.and_then(|app| app.profile_enrollment_policy.as_deref());
    let own = own.and_then(|id| org.object(DirectoryKind::Policy, id)).filter(|policy| policy.is_active());
    let is_default =
        |policy: &&DirectoryObject| policy.text("type") == Some("PROFILE_ENROLLMENT") && policy.is_system();
    own.or_else(|| org.objects(DirectoryKind::Policy).find(is_default))
}
