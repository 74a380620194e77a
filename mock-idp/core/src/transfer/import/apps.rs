//! Apps with their assignments, secrets and grants.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::reading::{Reading, linked, own_members};
use super::roles;
use crate::claims::{AppMapping, UserRoots};
use crate::model::unix_time::from_rfc3339;
use crate::model::{App, AppGroupsClaim, Assignment, Assignments, AuthMethod, ClientSecret, ScopeGrant, User};

const APP: &str = "app";

pub(super) fn apps(reading: &mut Reading<'_>, users: &[User]) -> Vec<App> {
    let users: HashMap<&str, &User> = users.iter().map(|user| (user.id.as_str(), user)).collect();
    let objects = reading.answers.list("/api/v1/apps");
    objects.iter().filter_map(|object| app(reading, object, &users)).collect()
}

fn app(reading: &mut Reading<'_>, object: &Value, users: &HashMap<&str, &User>) -> Option<App> {
    let path = format!("/api/v1/apps/{}", object["id"].as_str()?);
    let shape = shape(reading, object);
    let mut app: App = reading.read(APP, object, shape)?;
    // The client id of most apps is their id.
    let credentials = &mut app.credentials.oauth_client;
    credentials.client_id = credentials.client_id.take().filter(|client_id| *client_id != app.id);
    app.assignments = Some(Assignments {
        users: assigned_users(reading, &path, &app, users),
        groups: assigned_groups(reading, &path),
    });
    if app.is_client() {
        add_secrets(reading, &mut app, object, &path);
        for grant in reading.answers.list(&format!("{path}/grants")) {
            let shape = json!({ "id": grant["id"], "scopeId": grant["scopeId"], "created": grant["created"] });
            app.grants.extend(reading.read::<ScopeGrant>("scope grant", grant, shape));
        }
        add_key_algorithms(reading, &mut app);
        app.roles = roles::roles(reading, object, &format!("/oauth2/v1/clients/{}", app.client_id()));
        app.settings.id_token = groups_claim(reading, &path, object).or(app.settings.id_token.take());
    }
    Some(app)
}

/// The app as the document has it: policies are members instead of links, and free maps have no null.
fn shape(reading: &Reading<'_>, object: &Value) -> Value {
    let mut shape = own_members(object);
    shape.insert("created".to_owned(), object["created"].clone());
    let policies = reading.answers.list("/api/v1/policies");
    let is_default = |id: &str| policies.iter().any(|policy| policy["id"] == id && policy["system"] == true);
    for (member, link) in [("accessPolicy", "accessPolicy"), ("profileEnrollmentPolicy", "profileEnrollment")] {
        if let Some(id) = linked(object, link).filter(|id| !is_default(id)) {
            shape.insert(member.to_owned(), id.into());
        }
    }
    // Okta: what signs for a client is a key of the org.
    if object["signOnMode"] == "OPENID_CONNECT"
        && let Some(Value::Object(credentials)) = shape.get_mut("credentials")
    {
        credentials.shift_remove("signing");
    }
    if let Some(Value::Object(settings)) = shape.get_mut("settings") {
        if object["signOnMode"] != "OPENID_CONNECT" {
            settings.shift_remove("oauthClient");
        }
        for free in ["app", "signOn"] {
            if let Some(Value::Object(members)) = settings.get_mut(free) {
                members.retain(|_, value| !value.is_null());
            }
        }
    }
    Value::Object(shape)
}

/// Those who are assigned directly; the others follow from the groups. What the mapping of the app gives is not written.
fn assigned_users(reading: &mut Reading<'_>, path: &str, app: &App, users: &HashMap<&str, &User>) -> Vec<Assignment> {
    let answers = reading.answers;
    let mut mappings = answers.list("/api/v1/mappings").iter().filter_map(|mapping| mapping["id"].as_str());
    let to_app = mappings.find_map(|id| {
        let mapping = answers.list(&format!("/api/v1/mappings/{id}")).first()?;
        mapping["properties"].as_object().filter(|_| mapping["target"]["id"] == app.id.as_str())
    });
    let mapping = to_app.map_or(AppMapping::Default(app), AppMapping::Written);
    let mut assigned = Vec::new();
    for object in reading.answers.list(&format!("{path}/users")).iter().filter(|object| object["scope"] != "GROUP") {
        let user = users.get(object["id"].as_str().unwrap_or_default());
        let roots = |user| UserRoots { org_name: "", user, groups: Vec::new(), now: 0 };
        let mapped = user.map(|user| mapping.profile(app, &roots(user))).unwrap_or_default();
        let mut profile = with_values(&object["profile"]);
        profile.retain(|name, value| mapped.get(name) != Some(value));
        let mut shape = json!({ "id": object["id"], "profile": profile });
        let name = object["credentials"]["userName"].as_str();
        if let Some(name) = name.filter(|name| user.is_none_or(|user| user.profile.login != *name)) {
            shape["credentials"] = json!({ "userName": name });
        }
        assigned.extend(reading.read::<Assignment>("app user", object, shape));
    }
    assigned
}

fn assigned_groups(reading: &mut Reading<'_>, path: &str) -> Vec<Assignment> {
    let mut assigned = Vec::new();
    for object in reading.answers.list(&format!("{path}/groups")) {
        let profile = with_values(&object["profile"]);
        let shape = json!({ "id": object["id"], "priority": object["priority"], "profile": profile });
        assigned.extend(reading.read::<Assignment>("app group", object, shape));
    }
    assigned
}

fn with_values(profile: &Value) -> Map<String, Value> {
    let members = profile.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    members.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Okta: the algorithms of a client's keys are shown by its registration only.
fn add_key_algorithms(reading: &Reading<'_>, app: &mut App) {
    let client_id = app.client_id().to_owned();
    let registered = reading.answers.list("/oauth2/v1/clients").iter().find(|client| client["client_id"] == *client_id);
    let shown = registered.and_then(|client| client["jwks"]["keys"].as_array()).map(Vec::as_slice).unwrap_or_default();
    for key in app.settings.oauth_client.jwks.iter_mut().flat_map(|set| &mut set.keys) {
        let same = shown.iter().find(|shown| json!(key.n) == shown["n"] && json!(key.x) == shown["x"]);
        key.alg = key.alg.take().or_else(|| same?["alg"].as_str().map(str::to_owned));
    }
}

/// The secrets, as far as they are shown. One that is not shown gets another value.
fn add_secrets(reading: &mut Reading<'_>, app: &mut App, object: &Value, path: &str) {
    let mut secrets = Vec::new();
    for secret in reading.answers.list(&format!("{path}/credentials/secrets")) {
        if secret["client_secret"].is_string() {
            let mut shape = secret.clone();
            for time in ["created", "lastUpdated"] {
                shape[time] = seconds(&secret[time]).into();
            }
            let renamed = own_members(&shape).into_iter().map(|(name, value)| match name.as_str() {
                "lastUpdated" => ("last_updated".to_owned(), value),
                _ => (name, value),
            });
            let shape = renamed.filter(|(name, _)| name != "secret_hash").collect::<Map<_, _>>();
            secrets.extend(reading.read::<ClientSecret>("client secret", secret, Value::Object(shape)));
        }
    }
    let needs_secret = !matches!(app.auth_method(), AuthMethod::None | AuthMethod::PrivateKeyJwt);
    let credentials = &mut app.credentials.oauth_client;
    let first = secrets.iter().find(|secret| secret.status.is_active()).map(|secret| secret.client_secret.clone());
    credentials.client_secret = first.or(credentials.client_secret.take());
    // One secret is the one that the app was created with.
    if secrets.len() > 1 {
        credentials.secrets = secrets;
    }
    if needs_secret && credentials.client_secret.is_none() {
        reading.leave_out(APP, object, "client_secret", "it is not shown; the mock derives another one");
    }
}

fn seconds(time: &Value) -> i64 {
    time.as_str().and_then(from_rfc3339).unwrap_or_default()
}

/// The groups claim of the org authorization server; without a value type there is none.
fn groups_claim(reading: &mut Reading<'_>, path: &str, object: &Value) -> Option<AppGroupsClaim> {
    let path = path.replacen("/api/v1/apps", "/api/v1/internal/apps", 1);
    let answer = reading.answers.list(&format!("{path}/settings/oauth/idToken")).first()?;
    answer["valueType"].as_str()?;
    let mut shape = Map::new();
    for member in ["valueType", "name", "groupFilterType", "value"] {
        shape.insert(member.to_owned(), answer[member].clone());
    }
    reading.read(APP, object, Value::Object(shape))
}
