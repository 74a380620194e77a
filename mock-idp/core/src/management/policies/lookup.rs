//! Which policies apps can have.

use serde_json::Value;

use crate::model::DirectoryKind;
use crate::org::Tables;

/// The id of the system's policy of a type.
#[must_use]
pub fn default_policy<'t>(org: &'t Tables, kind: &str) -> Option<&'t str> {
    let mut policies = org.objects(DirectoryKind::Policy).filter(|policy| policy.text("type") == Some(kind));
    policies.find(|policy| policy.is_system()).map(|policy| policy.id.as_str())
}

/// The type of a policy that is not a global session policy.
#[must_use]
pub fn policy_type<'t>(org: &'t Tables, id: &str) -> Option<&'t str> {
    org.object(DirectoryKind::Policy, id)?.members.get("type").and_then(Value::as_str)
}
