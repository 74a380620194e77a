//! The operations on apps themselves.

use serde_json::{Value, json};

use super::view::{AppContext, view};
use super::{assignments, write};
use crate::management::certificates::{self, KeyOwner};
use crate::management::filter::{Filter, read_json};
use crate::management::org_settings;
use crate::management::policies::{default_policy, policy_type};
use crate::management::{ApiError, ApiErrorId, ListQuery, ListStyle, ListedPage, ManagementCall, ManagementChange};
use crate::model::{AdminRole, App, ApplicationType, DirectoryKind, DirectoryObject, RoleType, Status};
use crate::org::Tables;
use crate::protocol::Parameters;
use crate::protocol::certificate::X509Certificate;
use crate::system_log::{EventEntity, EventType, LogEvent};

/// Okta: 20 apps on a page, at most 200.
const LIST: ListStyle = ListStyle::paged(20, 200);

/// What a filter of the list may be about.
const FILTERED: [&str; 8] =
    ["id", "name", "label", "status", "lastUpdated", "user.id", "group.id", "credentials.signing.kid"];

/// The app with an id.
///
/// # Errors
/// There is none.
pub fn find<'t>(org: &'t Tables, id: &str) -> Result<&'t App, ApiError> {
    org.app(id).ok_or_else(|| ApiError::not_found(id, "AppInstance"))
}

/// The app with an id, which has to be a client.
///
/// # Errors
/// There is none.
pub fn find_client<'t>(org: &'t Tables, id: &str) -> Result<&'t App, ApiError> {
    find(org, id)?.as_client().ok_or_else(|| ApiError::not_found(id, "OAuth2AppInstance"))
}

/// Answers a request for one app. `kid` is that of the key that signs for the org.
///
/// # Errors
/// There is none, or an invalid `expand`.
pub fn get(org: &Tables, call: ManagementCall<'_>, kid: &str, id: &str, query: &Parameters) -> Result<Value, ApiError> {
    let app = find(org, id)?;
    let expanded = query.get("expand").map(expanded_user).transpose()?;
    Ok(show_expanded(org, call, kid, app, expanded))
}

/// Answers a request for a list. Okta: `q` is the beginning of a label or of a name.
///
/// # Errors
/// An invalid limit, cursor, filter or `expand`.
pub fn list(org: &Tables, call: ManagementCall<'_>, kid: &str, query: &Parameters) -> Result<ListedPage, ApiError> {
    let paging = ListQuery::read(query, LIST)?;
    let expanded = query.get("expand").map(expanded_user).transpose()?;
    let filter = query.get("filter").map(Filter::parse).transpose()?;
    if let Some(unknown) = filter.iter().flat_map(Filter::attributes).find(|name| !FILTERED.contains(name)) {
        return Err(ApiError::invalid_search(format!("apps cannot be filtered by `{unknown}`")));
    }
    let beginning = query.get("q").map(str::to_lowercase).unwrap_or_default();
    let begins = |text: &str| text.to_lowercase().starts_with(&beginning);
    let found: Vec<&App> = org
        .apps()
        .filter(|app| call.caller.reach.has_app(app))
        .filter(|app| begins(&app.label) || begins(&app.name))
        .filter(|app| filter.as_ref().is_none_or(|filter| accepts(org, call, kid, filter, app)))
        .collect();
    let (page, next) = paging.page(found, |app: &App| &app.id)?;
    let shown = page.into_iter().map(|app| show_expanded(org, call, kid, app, expanded));
    let paging = paging.repeating_in_next(query, &["expand"]);
    Ok(paging.listed(call, "/api/v1/apps", shown.collect(), next))
}

/// Answers a request for the apps that are assigned to a group.
///
/// # Errors
/// There is no such group; an invalid limit or cursor.
pub fn list_of_group(
    org: &Tables,
    call: ManagementCall<'_>,
    kid: &str,
    group: &str,
    query: &Parameters,
) -> Result<ListedPage, ApiError> {
    let id = org.group(group).ok_or_else(|| ApiError::not_found(group, "UserGroup"))?.id.as_str();
    let paging = ListQuery::read(query, LIST)?;
    let assigned: Vec<&App> =
        org.apps().filter(|app| org.assigned_groups(app).any(|assignment| assignment.id == id)).collect();
    let (page, next) = paging.page(assigned, |app: &App| &app.id)?;
    let shown = page.into_iter().map(|app| show(org, call, kid, app, false)).collect();
    Ok(paging.listed(call, &format!("/api/v1/groups/{id}/apps"), shown, next))
}

/// Okta: what can be expanded is one user.
fn expanded_user(expand: &str) -> Result<&str, ApiError> {
    let id = expand.strip_prefix("user/").filter(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let malformed = || ApiError::validation("RequestParams", vec!["Expand query is malformed.".to_owned()]);
    id.ok_or_else(malformed)
}

fn accepts(org: &Tables, call: ManagementCall<'_>, kid: &str, filter: &Filter, app: &App) -> bool {
    let shown = show(org, call, kid, app, false);
    filter.accepts(&|path, visit| match path {
        "user.id" => {
            let users = assignments::users(org, app);
            users.iter().for_each(|known| read_json(&json!({ "id": known.user.id }), "id", visit));
        }
        "group.id" => org.assigned_groups(app).for_each(|group| read_json(&json!({ "id": group.id }), "id", visit)),
        path => read_json(&shown, path, visit),
    })
}

/// Creates an app.
///
/// `certificate` is that of its signing key, if it needs one.
///
/// # Errors
/// The body is not an app.
pub fn create(
    change: &mut ManagementChange<'_, '_>,
    kid: &str,
    body: Value,
    activate: bool,
    certificate: Option<&X509Certificate>,
) -> Result<Value, ApiError> {
    let mut app = write::create(change.draft, body, activate, change.moment)?;
    if !change.call.caller.reach.has_new_app(&app.name) {
        return Err(ApiError::access_denied(format!(
            "the targets of the caller's roles do not include `{}`",
            app.name
        )));
    }
    // Okta: the setting makes new service apps super administrators.
    let is_service = app.is_client() && app.oauth().application_type == ApplicationType::Service;
    if is_service && org_settings::is_on(change.draft, &org_settings::CLIENT_PRIVILEGES) {
        app.roles.push(AdminRole { created: Some(change.now()), ..AdminRole::of(RoleType::SuperAdmin) });
    }
    app.credentials.signing.kid = None;
    if let Some(certificate) = certificate {
        change.draft.put_app(app.clone());
        let key = certificates::add(change, KeyOwner::App, &app.id, certificate)?;
        app.credentials.signing.kid = key["kid"].as_str().map(str::to_owned);
    }
    put(change, kid, app)
}

/// Whether an app of this body gets a signing key when it is created.
#[must_use]
pub fn needs_signing_key(body: &Value) -> bool {
    matches!(body["signOnMode"].as_str(), Some("SAML_1_1" | "SAML_2_0"))
}

/// Replaces an app.
///
/// # Errors
/// There is none with that id, the body is not an app, or it names a signing key that the app does not have.
pub fn replace(change: &mut ManagementChange<'_, '_>, kid: &str, id: &str, body: Value) -> Result<Value, ApiError> {
    let known = find(change.draft, id)?;
    let (before, entity) = (known.credentials.signing.clone(), known.event_entity());
    let app = write::replace(known, body, change.moment)?;
    if let Some(signing) = &app.credentials.signing.kid
        && !certificates::has_key(change.draft, &app, signing)
    {
        return Err(ApiError::invalid("credentials.signing.kid", "The field has an invalid value"));
    }
    if app.credentials.signing != before {
        change.moment.trace.event(LogEvent::new(EventType::AppKeyRotate).on(entity));
    }
    put(change, kid, app)
}

fn put(change: &mut ManagementChange<'_, '_>, kid: &str, app: App) -> Result<Value, ApiError> {
    let id = app.id.clone();
    change.draft.put_app(app);
    Ok(show(change.draft, change.call, kid, find(change.draft, &id)?, true))
}

/// Activates or deactivates an app.
///
/// # Errors
/// There is none with that id.
pub fn set_status(change: &mut ManagementChange<'_, '_>, id: &str, status: Status) -> Result<(), ApiError> {
    let mut app = find(change.draft, id)?.clone();
    if app.status != status {
        app.status = status;
        change.draft.put_app(app);
    }
    Ok(())
}

/// Removes an app. Okta: which has to be inactive.
///
/// # Errors
/// There is none with that id, or it is active.
pub fn remove(change: &mut ManagementChange<'_, '_>, id: &str) -> Result<(), ApiError> {
    let app = find(change.draft, id)?;
    if app.status.is_active() {
        let cause = "The application must be deactivated before deletion.";
        let refused = ApiError::new(ApiErrorId::DeleteAppForbidden, format!("the app `{id}` is active"));
        return Err(ApiError { causes: vec![cause.to_owned()], ..refused });
    }
    change.draft.remove_app(id);
    Ok(())
}

/// Sets the policy of an app. Okta: its type says which one.
///
/// # Errors
/// There is no such app, or no policy that an app can have.
pub fn set_policy(change: &mut ManagementChange<'_, '_>, id: &str, policy_id: &str) -> Result<(), ApiError> {
    let mut app = find(change.draft, id)?.clone();
    let policy = policy_type(change.draft, policy_id);
    match policy {
        Some("ACCESS_POLICY") => app.access_policy = Some(policy_id.to_owned()),
        Some("PROFILE_ENROLLMENT") => app.profile_enrollment_policy = Some(policy_id.to_owned()),
        _ => return Err(ApiError::not_found(policy_id, "Policy")),
    }
    let name = change.draft.object(DirectoryKind::Policy, policy_id).map(DirectoryObject::name).unwrap_or_default();
    let policy = EventEntity::new("PolicyEntity", policy_id, name);
    change.moment.trace.event(LogEvent::new(EventType::PolicyMapping).on(policy).on(app.event_entity()));
    change.draft.put_app(app);
    Ok(())
}

/// An app, with the app user of this id if there is one.
fn show_expanded(org: &Tables, call: ManagementCall<'_>, kid: &str, app: &App, user: Option<&str>) -> Value {
    let mut shown = show(org, call, kid, app, false);
    if let Some(user) = user.and_then(|id| assignments::user(org, app, id).ok()) {
        shown["_embedded"] = json!({ "user": assignments::user_view(org, call, app, user) });
    }
    shown
}

fn show(org: &Tables, call: ManagementCall<'_>, kid: &str, app: &App, with_secret: bool) -> Value {
    let context = AppContext {
        org,
        base: call.base(),
        browser_base: call.browser_base(),
        kid,
        access_policy: default_policy(org, "ACCESS_POLICY"),
        profile_enrollment_policy: default_policy(org, "PROFILE_ENROLLMENT"),
    };
    view(app, context, with_secret)
}
