//! Policies and rules in answers, in Okta's order.

use serde_json::{Map, Value, json};

use super::complete::{enrollment_settings, policy_conditions, rule_conditions};
use super::record::{PolicyRecord, is_system};
use super::types::PolicyType;
use crate::management::{Links, ManagementCall};
use crate::model::DirectoryKind;
use crate::org::Tables;

/// Okta: the policy about users' own accounts cannot be replaced.
const ACCOUNT_MANAGEMENT: &str = "Okta Account Management Policy";

/// A policy. Okta: only a list says what an access policy is for.
pub(super) fn policy(org: &Tables, call: ManagementCall<'_>, policy: &PolicyRecord, listed: bool) -> Value {
    let own = |name: &str| policy.members.get(name).filter(|value| !value.is_null());
    let mut view = Map::new();
    let mut put = |name: &str, value: Value| _ = view.insert(name.to_owned(), value);
    put("id", policy.id.as_str().into());
    put("status", own("status").cloned().unwrap_or_else(|| "ACTIVE".into()));
    put("name", json!(own("name")));
    if let Some(description) = own("description") {
        put("description", description.clone());
    }
    put("priority", policy.priority().into());
    put("system", policy.is_system().into());
    put("conditions", policy_conditions(policy.kind, own("conditions"), org.everyone()));
    put("created", json!(own("created")));
    put("lastUpdated", json!(own("lastUpdated")));
    match (policy.kind.name, own("settings")) {
        ("MFA_ENROLL", settings) => {
            let written = settings.unwrap_or(&Value::Null);
            put("settings", enrollment_settings(written, &authenticators(org)));
        }
        (_, Some(settings)) => put("settings", settings.clone()),
        (_, None) => {}
    }
    put("_links", policy_links(call, policy));
    if listed && policy.kind.name == "ACCESS_POLICY" {
        let is_account = own("name").is_some_and(|name| name == ACCOUNT_MANAGEMENT);
        put("_embedded", json!({ "resourceType": if is_account { "END_USER_ACCOUNT_MANAGEMENT" } else { "APP" } }));
    }
    put("type", policy.kind.name.into());
    Value::Object(view)
}

/// The authenticators of the org, as id and key.
fn authenticators(org: &Tables) -> Vec<(String, String)> {
    let all = org.objects(DirectoryKind::Authenticator);
    all.map(|object| (object.id.clone(), object.text("key").unwrap_or_default().to_owned())).collect()
}

fn policy_links(call: ManagementCall<'_>, policy: &PolicyRecord) -> Value {
    let own = format!("/api/v1/policies/{}", policy.id);
    let rules = format!("{own}/rules");
    let links = Links::at(call.base());
    if policy.members.get("name").is_some_and(|name| name == ACCOUNT_MANAGEMENT) {
        return links.allowing("self", &own, &["GET"]).allowing("rules", &rules, &["GET", "POST"]).into_value();
    }
    let links = links.allowing("rules", &rules, &["GET", "POST"]);
    if policy.is_system() {
        return links.allowing("self", &own, &["GET", "PUT"]).into_value();
    }
    let operation = operation(&policy.members);
    links
        .allowing("mappings", &format!("{own}/mappings"), &["GET", "POST"])
        .allowing("self", &own, &["GET", "PUT", "DELETE"])
        .allowing(operation, &format!("{own}/lifecycle/{operation}"), &["POST"])
        .into_value()
}

/// The operation that changes the status.
fn operation(members: &Map<String, Value>) -> &'static str {
    match members.get("status").and_then(Value::as_str) {
        Some("INACTIVE") => "activate",
        _ => "deactivate",
    }
}

/// A rule of a policy.
pub(super) fn rule(
    call: ManagementCall<'_>,
    policy_id: &str,
    kind: &PolicyType,
    members: &Map<String, Value>,
) -> Value {
    let own = |name: &str| members.get(name).cloned().unwrap_or_default();
    let path = format!("/api/v1/policies/{policy_id}/rules/{}", own("id").as_str().unwrap_or_default());
    let system = is_system(members);
    let conditions = if system { Value::Null } else { rule_conditions(kind, &own("conditions")) };
    let links = Links::at(call.base());
    let links = if system {
        links.allowing("self", &path, &["GET", "PUT"])
    } else {
        let operation = operation(members);
        links.allowing("self", &path, &["GET", "PUT", "DELETE"]).allowing(
            operation,
            &format!("{path}/lifecycle/{operation}"),
            &["POST"],
        )
    };
    json!({
        "id": own("id"),
        "status": members.get("status").cloned().unwrap_or_else(|| "ACTIVE".into()),
        "name": own("name"),
        "priority": own("priority"),
        "created": own("created"),
        "lastUpdated": own("lastUpdated"),
        "system": system,
        "conditions": conditions,
        "actions": own("actions"),
        "_links": links.into_value(),
        "type": kind.rule_name,
    })
}
