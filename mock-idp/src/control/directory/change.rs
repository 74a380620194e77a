//! Applies the changes of a request to a draft of the org.

use mock_idp_core::model::{Assignment, Group, GroupProfile, GroupType, Password, User, UserCredentials, UserProfile};
use mock_idp_core::org::Draft;
use mock_idp_core::text::nearest;
use serde_json::{Map, Value};

use super::request::{AssignmentChange, DirectoryChange, EXPECTED, GroupChange, UserChange};
use crate::control::ControlError;

/// The ids of the objects that were changed.
#[derive(Debug, Default)]
pub(super) struct ChangedIds {
    pub(super) groups: Vec<String>,
    pub(super) users: Vec<String>,
}

/// Applies the changes: groups without their members, users, members, assignments. What is removed goes last.
pub(super) fn apply(draft: &mut Draft, change: &DirectoryChange) -> Result<ChangedIds, ControlError> {
    let mut changed = ChangedIds::default();
    for (index, group) in change.groups.iter().enumerate() {
        changed.groups.push(put_group(draft, group, &format!("groups[{index}]"))?);
    }
    for (index, user) in change.users.iter().enumerate() {
        changed.users.push(put_user(draft, user, &format!("users[{index}]"))?);
    }
    for ((index, group), id) in change.groups.iter().enumerate().zip(&changed.groups) {
        if let Some(members) = &group.members {
            set_members(draft, id, members, &format!("groups[{index}].members"))?;
        }
    }
    for (index, assignment) in change.assignments.iter().enumerate() {
        assign(draft, assignment, &format!("assignments[{index}]"))?;
    }
    for (_, id) in change.users.iter().zip(&changed.users).filter(|(user, _)| user.remove) {
        draft.remove_user(id);
    }
    for (_, id) in change.groups.iter().zip(&changed.groups).filter(|(group, _)| group.remove) {
        set_members(draft, id, &[], "")?;
        draft.remove_group(id);
    }
    Ok(changed)
}

fn put_group(draft: &mut Draft, change: &GroupChange, place: &str) -> Result<String, ControlError> {
    let GroupChange { group: name, name: renamed, description, members, remove } = change;
    let changes = renamed.is_some() || description.is_some() || members.is_some();
    let mut group = match (find_group(draft, name), remove) {
        (Some(_), true) if changes => return Err(refuse(place, "a group that is removed cannot be changed too")),
        (Some(known), _) => known.clone(),
        (None, true) => return Err(unknown_group(draft, name, place)),
        (None, false) => Group {
            id: String::new(),
            kind: GroupType::OktaGroup,
            profile: GroupProfile { name: name.clone(), ..GroupProfile::default() },
            source: None,
            roles: Vec::new(),
            created: None,
            last_updated: None,
            last_membership_updated: None,
        },
    };
    if group.kind == GroupType::BuiltIn && members.is_some() {
        return Err(refuse(place, "all users are members of a built-in group"));
    }
    if let Some(renamed) = renamed {
        group.profile.name.clone_from(renamed);
    }
    if let Some(description) = description {
        group.profile.description = Some(description.clone());
    }
    let name = group.profile.name.clone();
    draft.put_group(group);
    find_group(draft, &name).map(|group| group.id.clone()).ok_or_else(|| refuse(place, "the group has no name"))
}

fn put_user(draft: &mut Draft, change: &UserChange, place: &str) -> Result<String, ControlError> {
    let known = find_user(draft, &change.user).cloned();
    if change.remove {
        return known.map(|user| user.id).ok_or_else(|| unknown_user(draft, &change.user, place));
    }
    let mut user = match known {
        Some(user) => User { profile: merged(&user.profile, &change.profile, place)?, ..user },
        None => new_user(&change.user, &change.profile, place)?,
    };
    if let Some(status) = change.status {
        user.status = status;
    }
    if let Some(value) = &change.password {
        user.credentials = UserCredentials { password: Some(Password::plain(value)), ..user.credentials };
    }
    if let Some(groups) = &change.groups {
        user.group_ids = group_ids(draft, groups, &format!("{place}.groups"))?;
    }
    for id in group_ids(draft, &change.join, &format!("{place}.join"))? {
        if !user.group_ids.contains(&id) {
            user.group_ids.push(id);
        }
    }
    let left = group_ids(draft, &change.leave, &format!("{place}.leave"))?;
    user.group_ids.retain(|id| !left.contains(id));
    let login = user.profile.login.clone();
    draft.put_user(user);
    find_user(draft, &login).map(|user| user.id.clone()).ok_or_else(|| refuse(place, "the user has no login"))
}

/// A user of this login, with the attributes of the request.
fn new_user(login: &str, attributes: &Map<String, Value>, place: &str) -> Result<User, ControlError> {
    let mut profile = Map::new();
    for name in ["login", "email"] {
        profile.insert(name.to_owned(), login.into());
    }
    profile.extend(attributes.clone());
    let user = serde_json::json!({ "profile": profile });
    serde_json::from_value(user)
        .map_err(|error| refuse(place, &format!("no user has the login {login:?}, and a new one: {error}")))
}

/// The profile with the attributes of the request.
fn merged(profile: &UserProfile, attributes: &Map<String, Value>, place: &str) -> Result<UserProfile, ControlError> {
    let failed = |error: serde_json::Error| refuse(&format!("{place}.profile"), &error.to_string());
    let mut all = serde_json::to_value(profile).map_err(failed)?;
    if let Some(all) = all.as_object_mut() {
        set(all, attributes);
    }
    serde_json::from_value(all).map_err(failed)
}

/// Sets members; `null` removes one.
fn set(all: &mut Map<String, Value>, changed: &Map<String, Value>) {
    for (name, value) in changed {
        match value {
            Value::Null => _ = all.shift_remove(name),
            value => _ = all.insert(name.clone(), value.clone()),
        }
    }
}

/// Makes exactly these users members of a group.
fn set_members(draft: &mut Draft, group_id: &str, members: &[String], place: &str) -> Result<(), ControlError> {
    let find = |name: &String| {
        find_user(draft, name).map(|user| user.id.clone()).ok_or_else(|| unknown_user(draft, name, place))
    };
    let members = members.iter().map(find).collect::<Result<Vec<String>, ControlError>>()?;
    let all: Vec<User> = draft.users().cloned().collect();
    for mut user in all {
        let (is, should) = (user.group_ids.iter().any(|id| id == group_id), members.contains(&user.id));
        match (is, should) {
            (true, false) => user.group_ids.retain(|id| id != group_id),
            (false, true) => user.group_ids.push(group_id.to_owned()),
            _ => continue,
        }
        draft.put_user(user);
    }
    Ok(())
}

fn assign(draft: &mut Draft, change: &AssignmentChange, place: &str) -> Result<(), ControlError> {
    let found = draft.client(&change.client).or_else(|| draft.apps().find(|app| app.label == change.client));
    let Some(app) = found.cloned() else {
        let names = draft.apps().flat_map(|app| [app.client_id(), app.label.as_str()]);
        return Err(unknown("client", &change.client, names, &format!("{place}.client")));
    };
    let (id, is_user) = match (&change.user, &change.group) {
        (Some(name), None) => {
            let user = find_user(draft, name).ok_or_else(|| unknown_user(draft, name, &format!("{place}.user")))?;
            (user.id.clone(), true)
        }
        (None, Some(name)) => {
            let group = find_group(draft, name).ok_or_else(|| unknown_group(draft, name, &format!("{place}.group")))?;
            (group.id.clone(), false)
        }
        _ => return Err(refuse(place, "either user or group is needed")),
    };
    if change.remove {
        draft.unassign(&app.id, &id);
        return Ok(());
    }
    let known = if is_user {
        draft.assigned_users(&app).find(|assignment| assignment.id == id).cloned()
    } else {
        draft.assigned_groups(&app).find(|assignment| assignment.id == id).cloned()
    };
    let mut assignment = known.unwrap_or_else(|| Assignment::of(id));
    let mut attributes: Map<String, Value> = std::mem::take(&mut assignment.profile).into_iter().collect();
    set(&mut attributes, &change.profile);
    assignment.profile = attributes.into_iter().collect();
    if is_user {
        draft.assign_user(&app.id, assignment)
    } else {
        draft.assign_group(&app.id, assignment)
    }
    Ok(())
}

fn group_ids(draft: &Draft, names: &[String], place: &str) -> Result<Vec<String>, ControlError> {
    let find = |name: &String| match find_group(draft, name) {
        Some(group) if group.kind == GroupType::BuiltIn => {
            Err(refuse(place, &format!("all users are members of {name:?}, which is built in")))
        }
        Some(group) => Ok(group.id.clone()),
        None => Err(unknown_group(draft, name, place)),
    };
    names.iter().map(find).collect()
}

fn find_user<'d>(draft: &'d Draft, name: &str) -> Option<&'d User> {
    draft.user(name).or_else(|| draft.user_by_identifier(name))
}

fn find_group<'d>(draft: &'d Draft, name: &str) -> Option<&'d Group> {
    draft.group(name).or_else(|| draft.groups().find(|group| group.profile.name == name))
}

fn unknown_user(draft: &Draft, name: &str, place: &str) -> ControlError {
    unknown("user", name, draft.users().map(|user| user.profile.login.as_str()), place)
}

fn unknown_group(draft: &Draft, name: &str, place: &str) -> ControlError {
    unknown("group", name, draft.groups().map(|group| group.profile.name.as_str()), place)
}

fn unknown<'d>(what: &str, name: &str, known: impl Iterator<Item = &'d str>, place: &str) -> ControlError {
    let hint = nearest(name, known).map(|near| format!("; did you mean {near:?}?")).unwrap_or_default();
    refuse(place, &format!("no {what} is named {name:?}{hint}"))
}

fn refuse(place: &str, error: &str) -> ControlError {
    ControlError::bad_request(format!("{place}: {error}"), EXPECTED)
}
