//! The definitions of attributes.

use serde_json::{Map, Value, json};

use crate::management::ApiError;

/// Which members the attributes of a schema have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum AttributeStyle {
    /// Users and groups.
    Directory,
    /// App users.
    AppUser,
}

const DIRECTORY: [&str; 18] = [
    "title",
    "description",
    "type",
    "unique",
    "required",
    "format",
    "pattern",
    "mutability",
    "scope",
    "enum",
    "oneOf",
    "items",
    "minLength",
    "maxLength",
    "externalName",
    "externalNamespace",
    "permissions",
    "master",
];
const APP_USER: [&str; 14] = [
    "title",
    "description",
    "type",
    "unique",
    "required",
    "externalName",
    "externalNamespace",
    "scope",
    "enum",
    "oneOf",
    "items",
    "minLength",
    "maxLength",
    "union",
];
const TYPES: [&str; 6] = ["string", "boolean", "number", "integer", "array", "object"];

/// A definition with Okta's defaults, in Okta's order. Members that are not Okta's are dropped.
pub(super) fn completed(name: &str, written: &Map<String, Value>, style: AttributeStyle) -> Result<Value, ApiError> {
    let kind = written.get("type").and_then(Value::as_str).unwrap_or("string");
    if !TYPES.contains(&kind) {
        return Err(ApiError::not_well_formed(format!("`{kind}` is not a type of the attribute {name}")));
    }
    let order: &[&str] = if style == AttributeStyle::Directory { &DIRECTORY } else { &APP_USER };
    let mut attribute = Map::new();
    for key in order {
        let value = written.get(*key).filter(|value| !value.is_null()).cloned();
        let value = match *key {
            // Okta: false is not shown.
            "required" => value.filter(|value| *value == true),
            "union" => value.filter(|_| kind == "array"),
            "items" => value.map(|items| ordered_items(items, style)),
            "oneOf" => value.map(|choices| choices_in_order(&choices)),
            _ => value,
        };
        let value = value.or_else(|| default(key, name, kind, style));
        if let Some(value) = value {
            attribute.insert((*key).to_owned(), value);
        }
    }
    Ok(Value::Object(attribute))
}

fn default(key: &str, name: &str, kind: &str, style: AttributeStyle) -> Option<Value> {
    match (key, style) {
        ("title", _) => Some(name.into()),
        ("type", _) => Some(kind.into()),
        ("scope", _) => Some("NONE".into()),
        ("mutability", AttributeStyle::Directory) => Some("READ_WRITE".into()),
        ("permissions", AttributeStyle::Directory) => Some(json!([{ "principal": "SELF", "action": "READ_ONLY" }])),
        ("master", AttributeStyle::Directory) => Some(json!({ "type": "PROFILE_MASTER" })),
        ("union", AttributeStyle::AppUser) if kind == "array" => Some("DISABLE".into()),
        _ => None,
    }
}

fn ordered_items(items: Value, style: AttributeStyle) -> Value {
    let Value::Object(written) = items else { return items };
    let mut ordered = Map::new();
    for key in ["type", "enum", "oneOf"] {
        if let Some(value) = written.get(key).filter(|value| !value.is_null()) {
            let value = if key == "oneOf" { choices_in_order(value) } else { value.clone() };
            ordered.insert(key.to_owned(), value);
        }
    }
    if style == AttributeStyle::AppUser && ordered.get("type") == Some(&"object".into()) {
        ordered.insert("additionalProperties".to_owned(), true.into());
    }
    Value::Object(ordered)
}

fn choices_in_order(choices: &Value) -> Value {
    let choice = |choice: &Value| json!({ "const": choice["const"], "title": choice["title"] });
    choices.as_array().map(|choices| choices.iter().map(choice).collect()).unwrap_or_default()
}
