//! Cross App Access: which app may ask for access to which. Okta: `/api/v1/apps/{id}/cwo/connections`.

use serde_json::{Map, Value, json};

use super::find as find_app;
use crate::management::{
    ApiError, BodyMembers, Causes, ListQuery, ListStyle, ListedPage, ManagementCall, ManagementChange,
};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;
use crate::protocol::Parameters;

const KIND: DirectoryKind = DirectoryKind::AppConnection;

/// The parameters that select connections.
const SELECTING: &[&str] =
    &["status", "requestingAppId", "resourceAppId", "requestingAppName", "resourceAppName", "activeAppsOnly"];

/// The connections from and to an app.
///
/// # Errors
/// There is no such app; an invalid limit or cursor.
pub fn list(org: &Tables, call: ManagementCall<'_>, app: &str, query: &Parameters) -> Result<ListedPage, ApiError> {
    let app = find_app(org, app)?;
    // Okta: a limit of 0 asks for an empty page.
    if query.get("limit") == Some("0") {
        return Ok(ListedPage::whole(Vec::new()));
    }
    let paging = ListQuery::read(query, ListStyle { max_limit: 200, ..ListStyle::WHOLE })?;
    let fits = |parameter: &str, value: &str| query.get(parameter).is_none_or(|wanted| wanted == value);
    let names = |parameter: &str, id: &str| {
        let label = || org.app(id).map(|app| app.label.to_lowercase()).unwrap_or_default();
        query.get(parameter).is_none_or(|wanted| label().contains(&wanted.to_lowercase()))
    };
    let is_active = |id: &str| org.app(id).is_some_and(|app| app.status.is_active());
    let active_only = query.get("activeAppsOnly") == Some("true");
    let connections: Vec<&DirectoryObject> = org
        .objects(KIND)
        .filter(|connection| connection.owner == app.id || resource(connection) == app.id)
        .filter(|connection| fits("status", connection.text("status").unwrap_or_default()))
        .filter(|connection| fits("requestingAppId", &connection.owner) && fits("resourceAppId", resource(connection)))
        .filter(|connection| names("requestingAppName", &connection.owner))
        .filter(|connection| names("resourceAppName", resource(connection)))
        .filter(|connection| !active_only || is_active(&connection.owner) && is_active(resource(connection)))
        .collect();
    let (page, next) = paging.page(connections, |connection| &connection.id)?;
    let path = format!("/api/v1/apps/{}/cwo/connections", app.id);
    let paging = paging.repeating_in_next(query, SELECTING);
    Ok(paging.listed(call, &path, page.into_iter().map(show).collect(), next))
}

/// One connection.
///
/// # Errors
/// There is no such app or connection.
pub fn get(org: &Tables, app: &str, id: &str) -> Result<Value, ApiError> {
    find(org, app, id).map(show)
}

/// Connects an app with another one.
///
/// # Errors
/// There is no such app, or the body names none.
pub fn create(change: &mut ManagementChange<'_, '_>, app: &str, body: &Map<String, Value>) -> Result<Value, ApiError> {
    let owner = find_app(change.draft, app)?.id.clone();
    let body = BodyMembers::of(body);
    let mut causes = Causes::default();
    let target = causes.required("resourceAppInstanceId", body.text("resourceAppInstanceId")?);
    causes.into_result()?;
    let target = find_app(change.draft, target)?.id.clone();
    let status = status(body)?.unwrap_or("ACTIVE");
    let now = change.now();
    let members = [("resourceAppInstanceId", target.as_str()), ("status", status), ("created", &now)];
    let members = members.into_iter().map(|(name, text)| (name.to_owned(), text.into())).collect();
    let id = change.moment.id(KIND.prefix());
    Ok(put(change, DirectoryObject { id, owner, members }))
}

/// Activates or deactivates a connection.
///
/// # Errors
/// There is no such app or connection, or the body has another status.
pub fn update(
    change: &mut ManagementChange<'_, '_>,
    app: &str,
    id: &str,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let mut connection = find(change.draft, app, id)?.clone();
    if let Some(status) = status(BodyMembers::of(body))? {
        connection.members.insert("status".to_owned(), status.into());
    }
    Ok(put(change, connection))
}

/// # Errors
/// There is no such app or connection.
pub fn remove(change: &mut ManagementChange<'_, '_>, app: &str, id: &str) -> Result<(), ApiError> {
    let id = find(change.draft, app, id)?.id.clone();
    change.draft.remove_object(KIND, &id);
    Ok(())
}

fn status(body: BodyMembers<'_>) -> Result<Option<&str>, ApiError> {
    let written = body.text("status")?;
    match written {
        None | Some("ACTIVE" | "INACTIVE") => Ok(written),
        Some(other) => Err(ApiError::not_well_formed(format!("`{other}` is not a status of a connection"))),
    }
}

fn resource(connection: &DirectoryObject) -> &str {
    connection.text("resourceAppInstanceId").unwrap_or_default()
}

fn find<'t>(org: &'t Tables, app: &str, id: &str) -> Result<&'t DirectoryObject, ApiError> {
    let app = find_app(org, app)?;
    let found = org.object(KIND, id).filter(|connection| connection.owner == app.id || resource(connection) == app.id);
    found.ok_or_else(|| ApiError::not_found(id, "Connection"))
}

fn put(change: &mut ManagementChange<'_, '_>, mut connection: DirectoryObject) -> Value {
    connection.members.insert("lastUpdated".to_owned(), change.now().into());
    let shown = show(&connection);
    change.draft.put_object(KIND, connection);
    shown
}

fn show(connection: &DirectoryObject) -> Value {
    let member = |name: &str| connection.members.get(name).cloned().unwrap_or_default();
    json!({
        "id": connection.id,
        "requestingAppInstanceId": connection.owner,
        "resourceAppInstanceId": member("resourceAppInstanceId"),
        "status": member("status"),
        "created": member("created"),
        "lastUpdated": member("lastUpdated"),
    })
}
