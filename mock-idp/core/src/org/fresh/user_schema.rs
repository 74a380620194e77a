//! The default user type, its schema, and the schema of groups.

use serde_json::{Map, Value, json};

use super::object::Fresh;
use crate::model::{DirectoryKind, DirectoryObject, User};

/// What a user may do with an attribute of the own profile.
#[derive(Clone, Copy)]
enum Permission {
    Read,
    Write,
    Hide,
}
use Permission::{Hide, Read, Write};

/// Name, title, permission, and whatever else differs from other attributes.
type AttributeRow = (&'static str, &'static str, Permission, &'static str);

/// Okta: the base attributes in wire order. The last column has a format or bounds.
const BASE: [AttributeRow; 31] = [
    ("login", "Username", Read, "5-100"),
    ("firstName", "First name", Write, "1-50"),
    ("lastName", "Last name", Write, "1-50"),
    ("middleName", "Middle name", Read, ""),
    ("honorificPrefix", "Honorific prefix", Read, ""),
    ("honorificSuffix", "Honorific suffix", Read, ""),
    ("email", "Primary email", Write, "email"),
    ("title", "Title", Read, ""),
    ("displayName", "Display name", Read, ""),
    ("nickName", "Nickname", Read, ""),
    ("profileUrl", "Profile Url", Read, "uri"),
    ("secondEmail", "Secondary email", Write, "email"),
    ("mobilePhone", "Mobile phone", Write, "0-100"),
    ("primaryPhone", "Primary phone", Hide, "0-100"),
    ("streetAddress", "Street address", Hide, ""),
    ("city", "City", Hide, ""),
    ("state", "State", Hide, ""),
    ("zipCode", "Zip code", Hide, ""),
    ("countryCode", "Country code", Hide, "country-code"),
    ("postalAddress", "Postal Address", Hide, ""),
    ("preferredLanguage", "Preferred language", Read, "language-code"),
    ("locale", "Locale", Read, "locale"),
    ("timezone", "Time zone", Read, "timezone"),
    ("userType", "User type", Read, ""),
    ("employeeNumber", "Employee number", Read, ""),
    ("costCenter", "Cost center", Read, ""),
    ("organization", "Organization", Read, ""),
    ("division", "Division", Read, ""),
    ("department", "Department", Read, ""),
    ("managerId", "ManagerId", Read, ""),
    ("manager", "Manager", Read, ""),
];

const REQUIRED: [&str; 4] = ["login", "firstName", "lastName", "email"];

pub(super) fn add(fresh: &Fresh<'_>, objects: &mut Vec<(DirectoryKind, DirectoryObject)>) {
    let text = "Okta user profile template with default permission settings";
    let members = json!({
        "displayName": "User", "name": "user", "description": text, "default": true,
    });
    let user_type = fresh.object(DirectoryKind::UserType, "", "user", members);
    let mut schema = fresh.object(
        DirectoryKind::UserSchema,
        &user_type.id,
        "user",
        json!({
            "name": "user", "title": "User", "description": text,
            "definitions": {
                "custom": { "id": "#custom", "type": "object", "properties": {}, "required": [] },
                "base": base(),
            },
        }),
    );
    // Okta: the ids of a type and its schema differ in the prefix only.
    schema.id = user_type.id.replacen(DirectoryKind::UserType.prefix(), DirectoryKind::UserSchema.prefix(), 1);
    let group_schema = fresh.object(
        DirectoryKind::GroupSchema,
        "",
        "group",
        json!({
            "name": "group", "title": "Okta group",
            "description": "Okta group profile template with default permission settings",
            "definitions": {
                "custom": { "id": "#custom", "type": "object", "properties": {}, "required": [] },
                "base": group_base(),
            },
        }),
    );
    objects.push((DirectoryKind::UserType, user_type));
    objects.push((DirectoryKind::UserSchema, schema));
    objects.push((DirectoryKind::GroupSchema, group_schema));
}

fn base() -> Value {
    let properties: Map<String, Value> = BASE.iter().map(|row| (row.0.to_owned(), attribute(row))).collect();
    json!({ "id": "#base", "type": "object", "properties": properties, "required": REQUIRED })
}

fn attribute((name, title, permission, more): &AttributeRow) -> Value {
    let mut attribute = Map::new();
    let mut put = |key: &str, value: Value| _ = attribute.insert(key.to_owned(), value);
    put("title", (*title).into());
    put("type", "string".into());
    if REQUIRED.contains(name) {
        put("required", true.into());
    }
    let bounds = more.split_once('-').and_then(|(min, max)| Some((min.parse::<u32>().ok()?, max.parse::<u32>().ok()?)));
    if bounds.is_none() && !more.is_empty() {
        put("format", (*more).into());
    }
    put("mutability", "READ_WRITE".into());
    put("scope", "NONE".into());
    if let Some((min, max)) = bounds {
        if min > 0 {
            put("minLength", min.into());
        }
        put("maxLength", max.into());
    }
    let action = match permission {
        Read => "READ_ONLY",
        Write => "READ_WRITE",
        Hide => "HIDE",
    };
    put("permissions", json!([{ "principal": "SELF", "action": action }]));
    put("master", json!({ "type": "PROFILE_MASTER" }));
    Value::Object(attribute)
}

fn group_base() -> Value {
    let attribute = |title: &str, more: Value| {
        let mut attribute = json!({ "title": title, "type": "string" });
        if let (Some(attribute), Value::Object(more)) = (attribute.as_object_mut(), more) {
            attribute.extend(more);
            attribute.insert("mutability".to_owned(), "READ_WRITE".into());
            attribute.insert("scope".to_owned(), "NONE".into());
        }
        attribute
    };
    let mut name = attribute("Name", json!({ "required": true }));
    name["maxLength"] = 255.into();
    let mut description = attribute("Description", json!({}));
    description["maxLength"] = 1024.into();
    for property in [&mut name, &mut description] {
        property["permissions"] = json!([{ "principal": "SELF", "action": "READ_ONLY" }]);
    }
    json!({
        "id": "#base", "type": "object", "properties": { "name": name, "description": description }, "required": ["name"],
    })
}

/// Defines the attributes that users of the default type have and the schema lacks.
pub(in crate::org) fn define_attributes<'a>(schema: &mut DirectoryObject, users: impl IntoIterator<Item = &'a User>) {
    for user in users.into_iter().filter(|user| user.user_type.is_none()) {
        for (name, value) in &user.profile.others {
            define_attribute(schema, name, value, |attribute| {
                attribute["mutability"] = "READ_WRITE".into();
                attribute["scope"] = "NONE".into();
                attribute["permissions"] = json!([{ "principal": "SELF", "action": "READ_ONLY" }]);
                attribute["master"] = json!({ "type": "PROFILE_MASTER" });
            });
        }
    }
}

/// Defines a custom attribute by an example of its value, unless the schema has it. `complete` adds what attributes of the schema have.
/// Returns whether it did.
pub(super) fn define_attribute(
    schema: &mut DirectoryObject,
    name: &str,
    value: &Value,
    complete: impl FnOnce(&mut Value),
) -> bool {
    if value.is_null() || defines(schema, name) {
        return false;
    }
    let named = |value: &Value| match value {
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::Object(_) => "object",
        _ => "string",
    };
    let mut attribute = match value {
        Value::Array(elements) => {
            let element = elements.first().map_or("string", named);
            json!({ "title": name, "type": "array", "items": { "type": element } })
        }
        value => json!({ "title": name, "type": named(value) }),
    };
    complete(&mut attribute);
    let Some(definitions) = schema.members.get_mut("definitions") else { return false };
    definitions["custom"]["properties"][name] = attribute;
    true
}

/// Whether a schema defines an attribute.
fn defines(schema: &DirectoryObject, name: &str) -> bool {
    let definitions = &schema.members.get("definitions");
    ["base", "custom"].iter().any(|part| definitions.is_some_and(|all| !all[part]["properties"][name].is_null()))
}
