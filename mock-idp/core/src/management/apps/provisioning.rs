//! The connection by which an app would be provisioned, and its features. Nothing is provisioned. Okta:
//! `/api/v1/apps/{id}/connections/default`, `/api/v1/apps/{id}/features`.

use serde_json::{Map, Value, json};

use super::find as find_app;
use crate::management::{ApiError, BodyMembers, Causes, Links, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;

const CONNECTION: DirectoryKind = DirectoryKind::ProvisioningConnection;
const FEATURE: DirectoryKind = DirectoryKind::ProvisioningFeature;

const USER_PROVISIONING: &str = "USER_PROVISIONING";
const INBOUND_PROVISIONING: &str = "INBOUND_PROVISIONING";

/// The connection of an app. Okta: without provisioning, status and scheme are `UNKNOWN`.
///
/// # Errors
/// There is no such app.
pub fn connection(org: &Tables, call: ManagementCall<'_>, app: &str) -> Result<Value, ApiError> {
    let app = &find_app(org, app)?.id;
    let unknown = || json!({ "status": "UNKNOWN", "profile": { "authScheme": "UNKNOWN" } });
    Ok(of_app(org, app).map_or_else(unknown, |connection| show_connection(call, connection)))
}

/// Sets the connection of an app. Okta: it is disabled until it is activated.
///
/// # Errors
/// There is no such app, or the body is not valid.
pub fn set_connection(
    change: &mut ManagementChange<'_, '_>,
    app: &str,
    body: &Map<String, Value>,
    activate: bool,
) -> Result<Value, ApiError> {
    let app = find_app(change.draft, app)?.id.clone();
    let body = BodyMembers::of(body);
    let mut causes = Causes::default();
    let profile = body.object("profile")?;
    let text = |name: &str| profile.map(|profile| profile.text(name)).transpose().map(Option::flatten);
    let scheme = causes.required("profile.authScheme", text("authScheme")?);
    if !["", "TOKEN", "OAUTH2"].contains(&scheme) {
        causes.add("profile.authScheme", "The field has an invalid value");
    }
    causes.into_result()?;
    let known = of_app(change.draft, &app);
    let kept = known.and_then(|known| known.text("status")).unwrap_or("DISABLED");
    let status = if activate { "ENABLED" } else { kept };
    let written = [
        ("authScheme", Some(scheme)),
        ("status", Some(status)),
        ("baseUrl", body.text("baseUrl")?),
        ("token", text("token")?),
        ("clientId", text("clientId")?),
    ];
    let members = written.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?.into()))).collect();
    let connection = DirectoryObject { id: app.clone(), owner: app, members };
    let shown = show_connection(change.call, &connection);
    change.draft.put_object(CONNECTION, connection);
    Ok(shown)
}

/// Activates or deactivates the connection of an app. Okta: without provisioning, nothing changes.
///
/// # Errors
/// There is no such app.
pub fn set_active(change: &mut ManagementChange<'_, '_>, app: &str, active: bool) -> Result<(), ApiError> {
    let app = find_app(change.draft, app)?.id.clone();
    if let Some(mut connection) = of_app(change.draft, &app).cloned() {
        let status = if active { "ENABLED" } else { "DISABLED" };
        connection.members.insert("status".to_owned(), status.into());
        change.draft.put_object(CONNECTION, connection);
    }
    Ok(())
}

/// The features of an app.
///
/// # Errors
/// There is no such app, or it has no provisioning.
pub fn features(org: &Tables, call: ManagementCall<'_>, app: &str) -> Result<Vec<Value>, ApiError> {
    let app = provisioned(org, app)?;
    Ok([USER_PROVISIONING, INBOUND_PROVISIONING].map(|name| show_feature(org, call, &app, name)).into())
}

/// One feature. Okta: an unknown name is reported before anything else.
///
/// # Errors
/// There is no such feature or app, or the app has no provisioning.
pub fn feature(org: &Tables, call: ManagementCall<'_>, app: &str, name: &str) -> Result<Value, ApiError> {
    let name = known_name(name)?;
    Ok(show_feature(org, call, &provisioned(org, app)?, name))
}

/// Changes the capabilities of a feature. Okta: members that are left out stay.
///
/// # Errors
/// There is no such feature or app, the app has no provisioning, or the body is not valid.
pub fn set_feature(
    change: &mut ManagementChange<'_, '_>,
    app: &str,
    name: &str,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let name = known_name(name)?;
    let app = provisioned(change.draft, app)?;
    let mut capabilities = capabilities(change.draft, &app, name);
    merge(&mut capabilities, body, name)?;
    let members = [("capabilities".to_owned(), capabilities)].into_iter().collect();
    let feature = DirectoryObject { id: feature_id(&app, name), owner: app.clone(), members };
    change.draft.put_object(FEATURE, feature);
    Ok(show_feature(change.draft, change.call, &app, name))
}

fn known_name(name: &str) -> Result<&'static str, ApiError> {
    let known = [USER_PROVISIONING, INBOUND_PROVISIONING].into_iter().find(|known| *known == name);
    known.ok_or_else(|| ApiError::not_found(name, "PublicAppFeatureSetName"))
}

/// The id of an app whose connection is active.
fn provisioned(org: &Tables, app: &str) -> Result<String, ApiError> {
    let app = &find_app(org, app)?.id;
    if of_app(org, app).is_some_and(|connection| connection.text("status") == Some("ENABLED")) {
        Ok(app.clone())
    } else {
        Err(ApiError::validation("feature", vec!["Provisioning is not supported.".to_owned()]))
    }
}

fn of_app<'t>(org: &'t Tables, app: &str) -> Option<&'t DirectoryObject> {
    org.objects_of(CONNECTION, app).next()
}

fn feature_id(app: &str, name: &str) -> String {
    format!("{app}.{name}")
}

/// What a feature does, in Okta's order.
fn capabilities(org: &Tables, app: &str, name: &str) -> Value {
    let stored = org.object(FEATURE, &feature_id(app, name)).and_then(|feature| feature.members.get("capabilities"));
    stored.cloned().unwrap_or_else(|| default_capabilities(name))
}

fn default_capabilities(name: &str) -> Value {
    if name == USER_PROVISIONING {
        json!({
            "create": { "lifecycleCreate": { "status": "DISABLED" } },
            "update": {
                "profile": { "status": "DISABLED" },
                "lifecycleDeactivate": { "status": "DISABLED" },
                "password": { "status": "DISABLED", "seed": "RANDOM", "change": "KEEP_EXISTING" },
            },
        })
    } else {
        // As recorded.
        json!({
            "importSettings": {
                "username": { "userNameFormat": "EMAIL" },
                "schedule": { "status": "DISABLED", "fullImport": null, "incrementalImport": null },
            },
            "importRules": { "userCreateAndMatch": {
                "exactMatchCriteria": "USERNAME", "allowPartialMatch": true, "autoConfirmPartialMatch": false,
                "autoConfirmExactMatch": false, "autoConfirmNewUsers": false, "autoActivateNewUsers": false,
            } },
        })
    }
}

/// Puts the members of a body that a feature has into its capabilities. Others are dropped.
fn merge(known: &mut Value, body: &Map<String, Value>, path: &str) -> Result<(), ApiError> {
    let Some(known) = known.as_object_mut() else { return Ok(()) };
    for (name, value) in body {
        let Some(member) = known.get_mut(name) else { continue };
        match (&mut *member, value) {
            (_, Value::Null) => {}
            (Value::Object(_), Value::Object(inner)) => merge(member, inner, &format!("{path}.{name}"))?,
            (Value::Object(_), _) => {
                return Err(ApiError::not_well_formed(format!("`{path}.{name}` is not an object")));
            }
            (Value::Bool(_), Value::Bool(_)) | (Value::Null, Value::Object(_)) => *member = value.clone(),
            (Value::String(_), Value::String(text)) if is_allowed(name, text) => *member = value.clone(),
            _ => return Err(ApiError::not_well_formed(format!("`{path}.{name}` has another type or value"))),
        }
    }
    Ok(())
}

/// Whether a member with that name can have that text.
fn is_allowed(name: &str, text: &str) -> bool {
    let allowed: &[&str] = match name {
        "status" => &["ENABLED", "DISABLED"],
        "seed" => &["OKTA", "RANDOM"],
        "change" => &["CHANGE", "KEEP_EXISTING"],
        "userNameFormat" => &["EMAIL", "CUSTOM"],
        "exactMatchCriteria" => &["EMAIL", "USERNAME"],
        _ => &[],
    };
    allowed.contains(&text)
}

/// Whether any part of the capabilities is enabled.
fn is_enabled(capabilities: &Value) -> bool {
    let Some(members) = capabilities.as_object() else { return false };
    members.get("status").is_some_and(|status| status == "ENABLED") || members.values().any(is_enabled)
}

fn show_feature(org: &Tables, call: ManagementCall<'_>, app: &str, name: &str) -> Value {
    let capabilities = capabilities(org, app, name);
    // As recorded: imports are enabled without a schedule.
    let enabled = name == INBOUND_PROVISIONING || is_enabled(&capabilities);
    let description = if name == USER_PROVISIONING {
        "User provisioning settings from Okta to a downstream application"
    } else {
        "In-bound provisioning settings for provisioning users from an application to Okta"
    };
    let own = format!("/api/v1/apps/{app}/features/{name}");
    json!({
        "name": name,
        "status": if enabled { "ENABLED" } else { "DISABLED" },
        "description": description,
        "capabilities": capabilities,
        "_links": Links::at(call.base()).allowing("self", &own, &["GET", "PUT"]).into_value(),
    })
}

/// Okta: the token is never shown, and `authScheme` only for a token.
fn show_connection(call: ManagementCall<'_>, connection: &DirectoryObject) -> Value {
    let scheme = connection.text("authScheme").unwrap_or_default();
    let mut shown = Map::new();
    if scheme == "TOKEN" {
        shown.insert("authScheme".to_owned(), scheme.into());
    }
    shown.insert("status".to_owned(), connection.text("status").into());
    if let Some(url) = connection.text("baseUrl") {
        shown.insert("baseUrl".to_owned(), url.into());
    }
    let mut profile = json!({ "authScheme": scheme });
    if let Some(client) = connection.text("clientId") {
        profile["clientId"] = client.into();
    }
    shown.insert("profile".to_owned(), profile);
    let own = format!("/api/v1/apps/{}/connections/default", connection.owner);
    let next = if connection.text("status") == Some("ENABLED") { "deactivate" } else { "activate" };
    let links = Links::at(call.base()).allowing("self", &own, &["POST", "GET"]).allowing(
        next,
        &format!("{own}/lifecycle/{next}"),
        &["POST"],
    );
    shown.insert("_links".to_owned(), links.into_value());
    Value::Object(shown)
}
