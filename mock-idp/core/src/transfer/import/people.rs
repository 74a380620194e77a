//! Users and groups.

use std::collections::HashMap;

use serde_json::Value;

use super::reading::{Reading, own_members};
use super::roles;
use crate::model::{Group, GroupType, Password, User};

const USER: &str = "user";
const EVERYONE: &str = "Everyone";

pub(super) fn groups(reading: &mut Reading<'_>) -> Vec<Group> {
    let mut groups = Vec::new();
    for object in reading.answers.list("/api/v1/groups") {
        let Some(mut group) = reading.read::<Group>("group", object, shape(object)) else { continue };
        // Okta: a group of all administrators is built in too.
        if group.kind == GroupType::BuiltIn && group.profile.name != EVERYONE {
            group.kind = GroupType::OktaGroup;
            reading.leave_out("group", object, "type", "the mock has one built-in group, with every user");
        }
        let path = format!("/api/v1/groups/{}", group.id);
        group.roles = roles::roles(reading, object, &path);
        groups.push(group);
    }
    groups
}

pub(super) fn users(reading: &mut Reading<'_>, password: Option<&str>) -> Vec<User> {
    let answers = reading.answers;
    let mut groups: HashMap<&str, Vec<String>> = HashMap::new();
    for group in answers.list("/api/v1/groups") {
        let Some(group_id) = group["id"].as_str() else { continue };
        for member in answers.list(&format!("/api/v1/groups/{group_id}/users")) {
            groups.entry(member["id"].as_str().unwrap_or_default()).or_default().push(group_id.to_owned());
        }
    }
    let mut users = Vec::new();
    for object in answers.list("/api/v1/users") {
        let Some(mut user) = user(reading, object, password) else { continue };
        user.group_ids = groups.remove(user.id.as_str()).unwrap_or_default();
        let path = format!("/api/v1/users/{}", user.id);
        user.roles = roles::roles(reading, object, &path);
        users.push(user);
    }
    users
}

fn user(reading: &mut Reading<'_>, object: &Value, password: Option<&str>) -> Option<User> {
    let has_password = object["credentials"]["password"].is_object();
    let has_question = object["credentials"]["recovery_question"].is_object();
    let mut user: User = reading.read(USER, object, shape(object))?;
    if has_password {
        match password {
            Some(password) => user.credentials.password = Some(Password::plain(password)),
            None => reading.leave_out(
                USER,
                object,
                "credentials.password",
                "Okta does not show it; --password sets one for all",
            ),
        }
    }
    if has_question {
        reading.leave_out(USER, object, "credentials.recovery_question.answer", "Okta does not show it");
    }
    // Okta: what users have who are checked by Okta itself.
    if user.credentials.provider.as_ref().is_some_and(|provider| *provider == Default::default()) {
        user.credentials.provider = None;
    }
    Some(user)
}

/// Attributes without a value are null in answers.
fn shape(object: &Value) -> Value {
    let mut shape = own_members(object);
    if let Some(Value::Object(profile)) = shape.get_mut("profile") {
        profile.retain(|_, value| !value.is_null());
    }
    Value::Object(shape)
}
