//! The profiles of groups.

use serde_json::{Map, Value};

use crate::management::{ApiError, BodyMembers, Causes, java_ordered, schemas};
use crate::model::{Group, GroupProfile, GroupType};
use crate::org::Tables;

/// The profile that a body gives. `known` is the group that it replaces.
pub(super) fn checked(org: &Tables, body: BodyMembers<'_>, known: Option<&Group>) -> Result<GroupProfile, ApiError> {
    let written = body.object("profile")?.map(|profile| profile.all().clone()).unwrap_or_default();
    let written: Map<String, Value> = written.into_iter().filter(|(_, value)| !value.is_null()).collect();
    let rules = schemas::group_attributes(org);
    schemas::refuse_undefined(&rules, &written, "profile")?;
    let mut causes = Causes::default();
    let name = written.get("name").and_then(Value::as_str).unwrap_or_default();
    let taken = |group: &Group| {
        group.kind == GroupType::OktaGroup
            && group.profile.name == name
            && known.is_none_or(|known| known.id != group.id)
    };
    if org.groups().any(taken) {
        causes.add("name", "An object with this field already exists in the current organization");
    }
    schemas::check(&rules, &written, &mut causes, |_, _| false)?;
    causes.into_result()?;
    serde_json::from_value(Value::Object(written)).map_err(|error| ApiError::not_well_formed(error.to_string()))
}

/// Okta: the description is null until it is given.
pub(super) fn show(profile: &GroupProfile) -> Value {
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| _ = shown.insert(name.to_owned(), value);
    put("name", profile.name.as_str().into());
    put("description", profile.description.clone().into());
    for (name, value) in &profile.others {
        put(name, value.clone());
    }
    Value::Object(java_ordered(shown))
}
