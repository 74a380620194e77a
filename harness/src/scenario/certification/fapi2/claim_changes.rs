//! Changes to claims before they are signed.

use serde_json::{Value, json};

/// Removes a member.
pub(super) fn remove(members: &mut Value, name: &str) {
    if let Some(members) = members.as_object_mut() {
        members.remove(name);
    }
}

/// Moves a time by so many seconds.
pub(super) fn shift(claims: &mut Value, name: &str, seconds: i64) {
    claims[name] = json!(claims[name].as_i64().unwrap_or_default() + seconds);
}
