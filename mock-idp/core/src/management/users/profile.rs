//! Profiles: their attributes are those of the schema of the user's type.

use serde_json::{Map, Value};

use crate::management::schemas::{self, AttributeRules};
use crate::management::{ApiError, Causes};
use crate::model::{UserProfile, is_email_address};
use crate::org::Tables;

/// A profile whose attributes the schema of the type defines and accepts. `own` is the id of the user that has it already.
pub(super) fn checked(
    org: &Tables,
    type_id: &str,
    profile: Map<String, Value>,
    own: Option<&str>,
) -> Result<UserProfile, ApiError> {
    let written: Map<String, Value> = profile.into_iter().filter(|(_, value)| !value.is_null()).collect();
    let rules = schemas::user_attributes(org, type_id);
    schemas::refuse_undefined(&rules, &written, "newUser")?;
    let mut causes = Causes::default();
    let text = |name: &str| written.get(name).and_then(Value::as_str).unwrap_or_default();
    let login = text("login");
    if !login.is_empty() && !is_email_address(login) {
        causes.add("login", "Username must be in the form of an email address");
    }
    let email = text("email");
    if !email.is_empty() && !is_email_address(email) {
        causes.add("email", "Does not match required pattern");
    }
    if org.user_by_login(login).is_some_and(|known| own != Some(known.id.as_str())) {
        causes.add("login", "An object with this field already exists in the current organization");
    }
    let taken = |rules: &AttributeRules<'_>, value: &Value| {
        org.users()
            .any(|user| own != Some(user.id.as_str()) && user.profile.attribute(rules.name).as_ref() == Some(value))
    };
    schemas::check(&rules, &written, &mut causes, taken)?;
    causes.into_result()?;
    serde_json::from_value(Value::Object(written)).map_err(|error| ApiError::not_well_formed(error.to_string()))
}

/// A profile as the members that a body has.
pub(super) fn members(profile: &UserProfile) -> Map<String, Value> {
    match serde_json::to_value(profile) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}
