//! Values of the API as values of attributes, and back.

use serde_json::{Map, Value, json};

use super::table::{AttributeRow, Form};

/// The values of the attributes of an object, in the order of the rows. What the object does not have is left out.
pub(super) fn attributes<'r>(rows: &'r [AttributeRow], object: &Value) -> Vec<(&'r AttributeRow, Value)> {
    let value = |row: &'r AttributeRow| {
        let value = match row.form {
            Form::RestAsJson => rest(rows, row, object)?,
            Form::RequiredText => row.of(object).cloned().unwrap_or_else(|| "".into()),
            _ => attribute(row.form, row.of(object)?)?,
        };
        Some((row, value))
    };
    rows.iter().filter_map(value).collect()
}

fn attribute(form: Form, value: &Value) -> Option<Value> {
    Some(match form {
        Form::RestAsJson => return None,
        Form::Same | Form::RequiredText | Form::Reference | Form::Secret | Form::Computed => value.clone(),
        Form::UserStatus => user_status(value.as_str()?).into(),
        Form::Json => value.as_object().filter(|members| !members.is_empty())?.clone().into(),
        Form::IsActive => (value == "ACTIVE").into(),
        Form::Types => value.as_array()?.iter().map(|one| one["type"].clone()).collect(),
        Form::Addresses => value.as_array()?.iter().map(|one| one["value"].clone()).collect(),
        Form::Locations => {
            let place =
                |one: &Value| if one["region"].is_null() { one["country"].clone() } else { one["region"].clone() };
            value.as_array()?.iter().map(place).collect()
        }
        Form::GroupsClaimType if value == "GROUPS" => "FILTER".into(),
        Form::GroupsClaimType => value.clone(),
        Form::Block(rows) => json!([block(rows, value)]),
        Form::Blocks(rows) => value.as_array()?.iter().map(|one| block(rows, one)).collect(),
    })
}

fn block(rows: &[AttributeRow], object: &Value) -> Value {
    let members = attributes(rows, object).into_iter().map(|(row, value)| (row.name.to_owned(), value));
    Value::Object(members.collect())
}

/// The members of an object that have no attribute.
fn rest(rows: &[AttributeRow], row: &AttributeRow, object: &Value) -> Option<Value> {
    let has_attribute = |name: &str| rows.iter().any(|other| other.pointer == format!("{}/{name}", row.pointer));
    let members = row.of(object)?.as_object()?.iter().filter(|(name, value)| !has_attribute(name) && !value.is_null());
    let members: Map<String, Value> = members.map(|(name, value)| (name.clone(), value.clone())).collect();
    (!members.is_empty()).then_some(Value::Object(members))
}

/// Writes the values of attributes into an object. Attributes without a value are null or empty in a state.
///
/// # Errors
/// The name of an attribute whose value is not of its form.
pub(super) fn write(rows: &[AttributeRow], attributes: &Value, object: &mut Value) -> Result<(), &'static str> {
    for row in rows {
        let value = &attributes[row.name];
        if is_empty(value) {
            continue;
        }
        match (row.form, api_value(row.form, value).ok_or(row.name)?) {
            (Form::RestAsJson, Value::Object(members)) => {
                for (name, value) in members {
                    set(object, &format!("{}/{name}", row.pointer), value);
                }
            }
            (_, value) => set(object, row.pointer, value),
        }
    }
    Ok(())
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(elements) => elements.is_empty(),
        _ => false,
    }
}

fn api_value(form: Form, value: &Value) -> Option<Value> {
    Some(match form {
        Form::Same | Form::RequiredText | Form::Reference | Form::Secret | Form::Computed | Form::UserStatus => {
            value.clone()
        }
        Form::Json | Form::RestAsJson => match value {
            Value::String(text) => serde_json::from_str::<Map<String, Value>>(text).ok()?.into(),
            Value::Object(_) => value.clone(),
            _ => return None,
        },
        Form::IsActive => if value.as_bool()? { "ACTIVE" } else { "INACTIVE" }.into(),
        Form::Types => value.as_array()?.iter().map(|kind| json!({ "type": kind })).collect(),
        Form::Addresses => value.as_array()?.iter().filter_map(Value::as_str).map(address).collect(),
        Form::Locations => value.as_array()?.iter().filter_map(Value::as_str).map(location).collect(),
        Form::GroupsClaimType if value == "FILTER" => "GROUPS".into(),
        Form::GroupsClaimType => value.clone(),
        Form::Block(rows) => object_of(rows, value.as_array()?.first()?)?,
        Form::Blocks(rows) => {
            let objects = value.as_array()?.iter().map(|block| object_of(rows, block));
            Value::Array(objects.collect::<Option<Vec<Value>>>()?)
        }
    })
}

/// The provider knows four statuses.
pub(super) fn user_status(status: &str) -> &str {
    match status {
        "STAGED" | "SUSPENDED" | "DEPROVISIONED" => status,
        "PROVISIONED" => "STAGED",
        _ => "ACTIVE",
    }
}

fn object_of(rows: &[AttributeRow], block: &Value) -> Option<Value> {
    let mut object = json!({});
    write(rows, block, &mut object).ok()?;
    Some(object)
}

fn address(text: &str) -> Value {
    json!({ "type": if text.contains('-') { "RANGE" } else { "CIDR" }, "value": text })
}

/// Okta: a region begins with its country.
fn location(text: &str) -> Value {
    match text.split_once('-') {
        Some((country, _)) => json!({ "country": country, "region": text }),
        None => json!({ "country": text, "region": null }),
    }
}

/// Sets the value at a pointer. Objects on the way are made.
pub(super) fn set(object: &mut Value, pointer: &str, value: Value) {
    let mut place = object;
    for segment in pointer.split('/').skip(1) {
        if !place.is_object() {
            *place = json!({});
        }
        place = &mut place[segment];
    }
    *place = value;
}
