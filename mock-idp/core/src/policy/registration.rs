//! What a profile enrollment policy says about users who register themselves. Okta: policies of the type `PROFILE_ENROLLMENT`.

use serde_json::Value;

use crate::model::{App, DirectoryKind, DirectoryObject};
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
    /// The rules for an app. `None`: unknown users cannot register. Okta: a policy has one rule.
    #[must_use]
    pub fn of(org: &Tables, app: Option<&App>) -> Option<Self> {
        let rule = policy(org, app)?.members.get("rules")?.as_array()?.first()?;
        let action = rule.pointer("/actions/profileEnrollment")?;
        if action["access"] != "ALLOW" || action["unknownUserAction"] != "REGISTER" {
            return None;
        }
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let attribute = |attribute: &Value| {
            let name = text(&attribute["name"])?;
            let label = text(&attribute["label"]).unwrap_or_else(|| name.clone());
            Some(RegistrationAttribute { name, label, required: attribute["required"] == true })
        };
        let mut attributes: Vec<_> =
            action["profileAttributes"].as_array().into_iter().flatten().filter_map(attribute).collect();
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

/// The policy of an app, else that of the system.
fn policy<'t>(org: &'t Tables, app: Option<&App>) -> Option<&'t DirectoryObject> {
    let own = app.and_then(|app| app.profile_enrollment_policy.as_deref());
    let own = own.and_then(|id| org.object(DirectoryKind::Policy, id)).filter(|policy| policy.is_active());
    let is_default =
        |policy: &&DirectoryObject| policy.text("type") == Some("PROFILE_ENROLLMENT") && policy.is_system();
    own.or_else(|| org.objects(DirectoryKind::Policy).find(is_default))
}
