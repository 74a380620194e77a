//! The groups that a provider gives its users. Okta: `policy.provisioning.groups`.

use serde_json::Value;

use super::user::ProviderUser;
use crate::model::{GroupType, IdentityProvider, User};
use crate::org::Tables;

/// Changes the groups of a user as the provider says. Groups of other sources stay as they are.
pub(super) fn assign(org: &Tables, provider: IdentityProvider<'_>, found: &ProviderUser, user: &mut User) {
    let action = provider.text("/policy/provisioning/groups/action").unwrap_or("NONE");
    let add = |user: &mut User, id: &str| {
        let is_own = org.group(id).is_some_and(|group| group.kind == GroupType::OktaGroup);
        if is_own && !user.group_ids.iter().any(|known| known == id) {
            user.group_ids.push(id.to_owned());
        }
    };
    if action == "ASSIGN" {
        provider.list("/policy/provisioning/groups/assignments").for_each(|id| add(user, id));
        return;
    }
    if !matches!(action, "APPEND" | "SYNC") {
        return;
    }
    // Okta: the name of the attribute ignores case.
    let wanted = provider.text("/policy/provisioning/groups/sourceAttributeName").unwrap_or_default();
    let attribute = found.claims.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    let names: Vec<&str> = match attribute {
        Some((_, Value::Array(names))) => names.iter().filter_map(Value::as_str).collect(),
        Some((_, Value::String(name))) => vec![name],
        _ => Vec::new(),
    };
    for id in provider.list("/policy/provisioning/groups/filter") {
        let Some(group) = org.group(id) else { continue };
        if names.contains(&group.profile.name.as_str()) {
            add(user, id);
        } else if action == "SYNC" {
            user.group_ids.retain(|known| known != id);
        }
    }
}
