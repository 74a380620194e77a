//! App users and app groups. Okta: `/api/v1/apps/{id}/users`, `/api/v1/apps/{id}/groups`.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::view::ordered;
use crate::claims::{AppMapping, UserRoots, app_user_name};
use crate::management::{ApiError, Links, ManagementCall, expands, groups, java_ordered, schemas, tolerant, users};
use crate::model::{App, Assignment, AssignmentCredentials, DirectoryKind, User};
use crate::moment::timestamp;
use crate::org::{Tables, Times};
use crate::protocol::Parameters;

/// A request about an app user or an app group.
#[derive(Debug, Deserialize)]
struct AssignmentRequest {
    #[serde(default)]
    id: String,
    #[serde(default)]
    priority: Option<u32>,
    #[serde(default)]
    credentials: UserNameRequest,
    #[serde(default)]
    profile: Option<IndexMap<String, Value>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserNameRequest {
    #[serde(default)]
    user_name: Option<String>,
}

/// How a user is assigned.
#[derive(Clone, Copy, Debug)]
pub struct AppUser<'a> {
    pub user: &'a User,
    assignment: &'a Assignment,
    /// Whether the user is assigned directly.
    direct: bool,
}

impl AppUser<'_> {
    /// Okta: whether the user name, or the first, last or email name of the user begins like that.
    #[must_use]
    pub fn begins_with(&self, org: &Tables, app: &App, now: i64, beginning: &str) -> bool {
        let beginning = beginning.to_lowercase();
        let begins = |name: &str| name.to_lowercase().starts_with(&beginning);
        let profile = &self.user.profile;
        [&profile.first_name, &profile.last_name, &profile.email].into_iter().any(|name| begins(name))
            || begins(&app_user_name(org, app, self.user, Some(self.assignment), now))
    }
}

/// The users of an app: those who are assigned directly, then those through groups.
#[must_use]
pub fn users<'a>(org: &'a Tables, app: &App) -> Vec<AppUser<'a>> {
    let direct = org
        .assigned_users(app)
        .filter_map(|assignment| org.user(&assignment.id).map(|user| AppUser { user, assignment, direct: true }));
    let mut found: Vec<AppUser<'a>> = direct.collect();
    let groups: Vec<&Assignment> = org.assigned_groups(app).collect();
    if !groups.is_empty() {
        let known: std::collections::HashSet<&str> = found.iter().map(|known| known.user.id.as_str()).collect();
        let through_groups = org.users().filter(|user| !known.contains(user.id.as_str())).filter_map(|user| {
            let assignment = groups.iter().find(|group| org.group_ids(user).any(|id| id == group.id))?;
            Some(AppUser { user, assignment, direct: false })
        });
        let through_groups: Vec<_> = through_groups.collect();
        found.extend(through_groups);
    }
    found
}

/// One user of an app.
///
/// # Errors
/// The user is not assigned.
pub fn user<'a>(org: &'a Tables, app: &App, id: &str) -> Result<AppUser<'a>, ApiError> {
    let found = org.user(id).and_then(|user| {
        let assignment = org.assignment(app, user)?;
        Some(AppUser { user, assignment, direct: org.assigned_users(app).any(|direct| direct.id == user.id) })
    });
    found.ok_or_else(|| ApiError::not_found(id, "AppUser"))
}

/// One group of an app.
///
/// # Errors
/// The group is not assigned.
pub fn group<'t>(org: &'t Tables, app: &App, id: &str) -> Result<&'t Assignment, ApiError> {
    let found = org.assigned_groups(app).find(|group| group.id == id);
    found.ok_or_else(|| ApiError::not_found(id, "AppGroup"))
}

/// The assignment of a request to assign a user, or to change the app user with that id.
///
/// # Errors
/// No user has the id; the body is not an app user, or its profile does not fit the schema of the app.
pub fn read_user(org: &Tables, app: &App, id: Option<&str>, body: Value, now: i64) -> Result<Assignment, ApiError> {
    let request: AssignmentRequest = tolerant::read(body)?;
    let id = id.unwrap_or(&request.id);
    let user = org.user(id).ok_or_else(|| ApiError::not_found(id, "User"))?;
    let known = org.assigned_users(app).find(|known| known.id == user.id);
    let mut assignment = known.cloned().unwrap_or_else(|| Assignment::of(user.id.as_str()));
    if let Some(user_name) = request.credentials.user_name.filter(|name| !name.is_empty()) {
        assignment.credentials = AssignmentCredentials { user_name: Some(user_name) };
    }
    let sent = request.profile.unwrap_or_default();
    let mut causes = profile_problems(org, app, &sent);
    // Okta: attributes that are not sent stay; null removes one.
    for (name, value) in sent {
        match value {
            Value::Null => _ = assignment.profile.shift_remove(&name),
            value => _ = assignment.profile.insert(name, value),
        }
    }
    let profile = app_user_profile(org, app, user, &assignment, now);
    causes.extend(missing(org, app, &profile));
    valid(causes).map(|()| assignment)
}

/// Okta: attributes that the schema of the app does not define are refused, and values that do not fit it. The schema of an app of
/// Okta's catalogue is known if the org has changed it.
fn profile_problems(org: &Tables, app: &App, sent: &IndexMap<String, Value>) -> Vec<String> {
    let schema = schemas::app_schema(org, app);
    let is_known = app.is_client() || org.object(DirectoryKind::AppUserSchema, &app.id).is_some();
    let rules = schemas::app_attributes(&schema);
    let problem = |(name, value): (&String, &Value)| match rules.iter().find(|rules| rules.name == name) {
        Some(rules) if !value.is_null() => rules.problem(value).map(|problem| format!("{name}: {problem}")),
        None if is_known => Some(format!("Property '{name}' not found")),
        _ => None,
    };
    sent.iter().filter_map(problem).collect()
}

/// The required attributes without a value. Okta: an assignment fails if neither the mapping nor the request gives one. The user name is
/// in the credentials.
fn missing(org: &Tables, app: &App, profile: &Map<String, Value>) -> Vec<String> {
    let schema = schemas::app_schema(org, app);
    let required =
        schemas::app_attributes(&schema).into_iter().filter(|rules| rules.required && rules.name != "userName");
    let is_blank = |value: &Value| value.is_null() || *value == "";
    let missing = required.filter(|rules| profile.get(rules.name).is_none_or(is_blank));
    missing.map(|rules| format!("{}: The field cannot be left blank", rules.name)).collect()
}

fn valid(causes: Vec<String>) -> Result<(), ApiError> {
    if causes.is_empty() { Ok(()) } else { Err(ApiError::validation("assignment", causes)) }
}

/// What the mapping of the app takes from the user, and what the assignment says.
fn app_user_profile(org: &Tables, app: &App, user: &User, assignment: &Assignment, now: i64) -> Map<String, Value> {
    let mut profile = AppMapping::of(org, app).profile(app, &UserRoots::of(org, user, now));
    profile.extend(assignment.profile.iter().map(|(name, value)| (name.clone(), value.clone())));
    profile
}

/// The assignment of a request to assign a group.
///
/// # Errors
/// No group has the id; the body is not an app group, or its profile does not fit the schema of the app.
pub fn read_group(org: &Tables, app: &App, group_id: &str, body: Value) -> Result<Assignment, ApiError> {
    let request: AssignmentRequest = tolerant::read(body)?;
    let group = org.group(group_id).ok_or_else(|| ApiError::not_found(group_id, "UserGroup"))?;
    let sent = request.profile.unwrap_or_default();
    valid(profile_problems(org, app, &sent))?;
    let profile = sent.into_iter().filter(|(_, value)| !value.is_null()).collect();
    Ok(Assignment { priority: request.priority, profile, ..Assignment::of(group.id.as_str()) })
}

/// The assignment of a group after the operations of a JSON Patch, on the priority and on attributes of the profile.
///
/// # Errors
/// The group is not assigned; the body is not a list of such operations, or the profile does not fit the schema of the app.
pub fn patch_group(org: &Tables, app: &App, id: &str, operations: &[Value]) -> Result<Assignment, ApiError> {
    let mut assignment = group(org, app, id)?.clone();
    for operation in operations {
        let text = |name: &str| operation[name].as_str().unwrap_or_default();
        let value = operation.get("value").cloned();
        match (text("op"), text("path").strip_prefix("/profile/"), value) {
            ("add" | "replace", Some(name), Some(value)) if !name.is_empty() => {
                assignment.profile.insert(name.to_owned(), value);
            }
            ("remove", Some(name), _) => _ = assignment.profile.shift_remove(name),
            ("add" | "replace", None, Some(value)) if text("path") == "/priority" => {
                let priority = value.as_u64().and_then(|priority| u32::try_from(priority).ok());
                let priority = priority.ok_or_else(|| ApiError::not_well_formed("the priority is no number"))?;
                assignment.priority = Some(priority);
            }
            _ => return Err(ApiError::not_well_formed(format!("{operation} cannot be applied to an app group"))),
        }
    }
    valid(profile_problems(org, app, &assignment.profile)).map(|()| assignment)
}

/// An app user in answers. Okta: the profile has what the mapping of the app takes from the user.
#[must_use]
pub fn user_view(org: &Tables, call: ManagementCall<'_>, app: &App, app_user: AppUser<'_>) -> Value {
    let AppUser { user, assignment, direct } = app_user;
    let times = org.assignment_times(&app.id, &assignment.id).unwrap_or(Times { created: 0, last_updated: 0 });
    let scope = if direct { "USER" } else { "GROUP" };
    let name = app_user_name(org, app, user, Some(assignment), call.now);
    let profile = app_user_profile(org, app, user, assignment, call.now);
    let mut links = Links::at(call.base())
        .bare("app", &format!("/api/v1/apps/{}", app.id))
        .bare("user", &format!("/api/v1/users/{}", user.id));
    if !direct {
        links = links.bare("group", &format!("/api/v1/groups/{}", assignment.id));
    }
    json!({
        "id": user.id,
        "externalId": null,
        "created": timestamp(times.created),
        "lastUpdated": timestamp(times.last_updated),
        "scope": scope,
        "status": "ACTIVE",
        "statusChanged": timestamp(times.created),
        "passwordChanged": null,
        "syncState": "DISABLED",
        "credentials": { "userName": name },
        "profile": java_ordered(profile),
        "_links": links.into_value(),
    })
}

/// An app user in answers, with the user. Okta: `expand=user`.
///
/// # Errors
/// There is no such user any more.
pub fn with_user(
    org: &Tables,
    call: ManagementCall<'_>,
    app_user: AppUser<'_>,
    mut shown: Value,
) -> Result<Value, ApiError> {
    shown["_embedded"] = json!({ "user": users::get(org, call, &app_user.user.id)? });
    Ok(shown)
}

/// The groups of an app by priority. Okta: `q` is the beginning of the name.
#[must_use]
pub fn groups_named<'a>(org: &'a Tables, app: &App, beginning: &str) -> Vec<&'a Assignment> {
    let beginning = beginning.to_lowercase();
    let begins =
        |id: &str| org.group(id).is_some_and(|group| group.profile.name.to_lowercase().starts_with(&beginning));
    org.assigned_groups(app).filter(|assignment| beginning.is_empty() || begins(&assignment.id)).collect()
}

/// An app group in answers, with what `expand` asks for.
///
/// # Errors
/// There is no such group any more.
pub fn expanded_group(
    org: &Tables,
    call: ManagementCall<'_>,
    app: &App,
    assignment: &Assignment,
    query: &Parameters,
) -> Result<Value, ApiError> {
    let mut shown = group_view(org, call.base(), app, assignment);
    if expands(query, "group") {
        shown["_embedded"] = json!({ "group": groups::get(org, call, &assignment.id)? });
    }
    Ok(shown)
}

/// An app group in answers.
#[must_use]
pub fn group_view(org: &Tables, base: &str, app: &App, assignment: &Assignment) -> Value {
    let times = org.assignment_times(&app.id, &assignment.id).unwrap_or(Times { created: 0, last_updated: 0 });
    let known = org.group_priorities(&app.id).into_iter().find(|(known, _)| known.id == assignment.id);
    let priority = known.map_or(0, |(_, priority)| priority);
    let own = format!("/api/v1/apps/{}", app.id);
    let links = Links::at(base)
        .bare("app", &own)
        .bare("self", &format!("{own}/groups/{}", assignment.id))
        .bare("group", &format!("/api/v1/groups/{}", assignment.id));
    json!({
        "id": assignment.id,
        "lastUpdated": timestamp(times.last_updated),
        "priority": priority,
        "profile": ordered(&assignment.profile),
        "_links": links.into_value(),
    })
}
