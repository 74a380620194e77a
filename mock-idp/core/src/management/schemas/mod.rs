//! Schemas: which attributes profiles have. Okta: `/api/v1/meta/schemas/…`.

mod app;
mod attribute;
mod check;
mod group;
mod user;

use serde_json::{Map, Value, json};

use super::{ApiError, BodyMembers};
use crate::model::DirectoryObject;
use attribute::{AttributeStyle, completed};

pub use app::{app_attributes, app_schema, show_app_schema, update_app_schema};
pub use check::{AttributeRules, check, refuse_undefined};
pub use group::{group_attributes, show_group_schema, update_group_schema};
pub use user::{show_user_schema, update_user_schema, user_attributes};

/// The attributes that a schema defines: the base ones, then the custom ones.
fn attributes(schema: &DirectoryObject) -> Vec<AttributeRules<'_>> {
    let definitions = schema.members.get("definitions");
    let parts = ["base", "custom"].into_iter().filter_map(|part| definitions?.get(part));
    let mut all = Vec::new();
    for part in parts {
        let listed: Vec<&str> = part["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, definition) in part["properties"].as_object().into_iter().flatten() {
            let required = definition["required"] == true || listed.contains(&name.as_str());
            all.push(AttributeRules { name, definition, required });
        }
    }
    all
}

/// Merges what a body says into the definitions of a schema. Returns the names of the custom attributes that are removed.
fn merge(schema: &mut DirectoryObject, body: BodyMembers<'_>, style: AttributeStyle) -> Result<Vec<String>, ApiError> {
    let mut removed = Vec::new();
    let Some(written) = body.object("definitions")? else { return Ok(removed) };
    let mut definitions = schema.members.get("definitions").cloned().unwrap_or_else(|| json!({}));
    let properties = |part: &'static str| -> Result<Map<String, Value>, ApiError> {
        let part = written.object(part)?.map(|part| part.object("properties")).transpose()?.flatten();
        Ok(part.map(|properties| properties.all().clone()).unwrap_or_default())
    };
    for (name, value) in properties("custom")? {
        let known = &mut definitions["custom"]["properties"];
        match (value, known.as_object_mut()) {
            (Value::Null, Some(known)) => {
                if known.shift_remove(&name).is_some() {
                    removed.push(name);
                }
            }
            (Value::Object(attribute), Some(known)) => {
                known.insert(name.clone(), completed(&name, &attribute, style)?);
            }
            _ => return Err(ApiError::not_well_formed(format!("`{name}` is not an attribute"))),
        }
    }
    for (name, value) in properties("base")? {
        let Some(known) = definitions["base"]["properties"].get(&name).and_then(Value::as_object).cloned() else {
            continue;
        };
        let Value::Object(attribute) = value else { continue };
        // Okta: type, format and bounds of a base attribute stay.
        let mut merged = known;
        for key in ["title", "permissions", "master", "required"] {
            if let Some(value) = attribute.get(key).filter(|value| !value.is_null()) {
                merged.insert(key.to_owned(), value.clone());
            }
        }
        definitions["base"]["properties"][&name] = completed(&name, &merged, style)?;
    }
    list_required(&mut definitions);
    schema.members.insert("definitions".to_owned(), definitions);
    Ok(removed)
}

/// Okta: each part lists the attributes that are required.
fn list_required(definitions: &mut Value) {
    for part in ["base", "custom"] {
        let properties = definitions[part]["properties"].as_object();
        let required = properties.into_iter().flatten().filter(|(_, attribute)| attribute["required"] == true);
        let names: Vec<Value> = required.map(|(name, _)| name.as_str().into()).collect();
        definitions[part]["required"] = names.into();
    }
}

/// The definitions in answers. Okta: the custom part lists what is required only if it has attributes.
fn shown_definitions(schema: &DirectoryObject) -> Value {
    let mut definitions = schema.members.get("definitions").cloned().unwrap_or_default();
    let custom = definitions.get_mut("custom").and_then(Value::as_object_mut);
    if let Some(custom) =
        custom.filter(|custom| custom.get("properties").and_then(Value::as_object).is_none_or(Map::is_empty))
    {
        custom.shift_remove("required");
    }
    definitions
}

/// The end of every schema.
fn composition() -> Value {
    json!({ "profile": { "allOf": [{ "$ref": "#/definitions/custom" }, { "$ref": "#/definitions/base" }] } })
}

const DRAFT_4: &str = "http://json-schema.org/draft-04/schema#";
