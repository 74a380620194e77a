//! Checking profiles against schemas.

use serde_json::{Map, Value};

use crate::management::{ApiError, Causes};

/// An attribute of a schema.
#[derive(Clone, Copy, Debug)]
pub struct AttributeRules<'t> {
    pub name: &'t str,
    pub definition: &'t Value,
    pub required: bool,
}

/// Okta: attributes that the schema does not define are refused.
///
/// # Errors
/// There are some.
pub fn refuse_undefined(
    rules: &[AttributeRules<'_>],
    profile: &Map<String, Value>,
    object: &str,
) -> Result<(), ApiError> {
    let undefined = profile.keys().filter(|name| !rules.iter().any(|rules| rules.name == *name));
    let causes: Vec<String> =
        undefined.map(|name| format!("Property name '{name}' is not defined in profile")).collect();
    if causes.is_empty() { Ok(()) } else { Err(ApiError::validation(object, causes)) }
}

/// Checks the values of a profile. `taken` says whether another profile has the value of an attribute that must be unique.
///
/// # Errors
/// A value of another type than Okta's own attributes have.
pub fn check(
    rules: &[AttributeRules<'_>],
    profile: &Map<String, Value>,
    causes: &mut Causes,
    taken: impl Fn(&AttributeRules<'_>, &Value) -> bool,
) -> Result<(), ApiError> {
    for rules in rules {
        let Some(value) = profile.get(rules.name) else {
            if rules.required {
                causes.add(rules.name, "The field cannot be left blank");
            }
            continue;
        };
        if value.as_str().is_some_and(str::is_empty) && rules.required {
            causes.add(rules.name, "The field cannot be left blank");
            continue;
        }
        if let Some(problem) = rules.problem(value) {
            causes.add(rules.name, &problem);
        }
        if rules.definition["unique"] == "UNIQUE_VALIDATED" && taken(rules, value) {
            causes.add(rules.name, "An object with this field already exists in the current organization");
        }
    }
    Ok(())
}

impl AttributeRules<'_> {
    /// What is wrong with a value.
    #[must_use]
    pub fn problem(&self, value: &Value) -> Option<String> {
        let kind = self.definition["type"].as_str().unwrap_or("string");
        if kind == "array" {
            let Some(elements) = value.as_array() else { return Some(mismatch(kind)) };
            let items = &self.definition["items"];
            let element = items["type"].as_str().unwrap_or("string");
            return elements.iter().find_map(|value| problem_of(value, element, items));
        }
        problem_of(value, kind, self.definition)
    }
}

fn problem_of(value: &Value, kind: &str, definition: &Value) -> Option<String> {
    let fits = match kind {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        _ => true,
    };
    if !fits {
        return Some(mismatch(kind));
    }
    let allowed = definition["enum"].as_array();
    let chosen: Vec<&Value> =
        definition["oneOf"].as_array().into_iter().flatten().map(|choice| &choice["const"]).collect();
    let is_listed = |value: &Value| {
        allowed.is_none_or(|allowed| allowed.contains(value)) && (chosen.is_empty() || chosen.contains(&value))
    };
    if !is_listed(value) {
        return Some("The value is not one of the enumerated values".to_owned());
    }
    let length = value.as_str().map(|text| text.chars().count() as u64)?;
    match (definition["minLength"].as_u64(), definition["maxLength"].as_u64()) {
        (Some(least), _) if length < least => Some("The field is too short".to_owned()),
        (_, Some(most)) if length > most => Some("The field is too long".to_owned()),
        _ => None,
    }
}

fn mismatch(kind: &str) -> String {
    format!("The value is not of the type {kind}")
}
