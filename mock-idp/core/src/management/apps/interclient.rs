//! Which apps may sign their users in to another one with an interclient token. Okta: `/api/v1/apps/{id}/interclient-allowed-apps`,
//! `/api/v1/apps/{id}/interclient-target-apps`.

use serde_json::{Map, Value, json};

use super::find;
use crate::management::{ApiError, BodyMembers, Causes, ManagementChange};
use crate::org::{Tables, derived_id};

/// The ids of the apps that an app allows.
///
/// # Errors
/// There is no such app.
pub fn allowed(org: &Tables, app: &str) -> Result<Vec<String>, ApiError> {
    Ok(find(org, app)?.interclient_allowed_apps.clone())
}

/// The ids of the apps that allow an app.
///
/// # Errors
/// There is no such app.
pub fn targets(org: &Tables, app: &str) -> Result<Vec<String>, ApiError> {
    let origin = find(org, app)?;
    Ok(org.apps().filter(|target| target.trusts(origin)).map(|target| target.id.clone()).collect())
}

/// Allows an app.
///
/// # Errors
/// There is no such app; the body names none; or the app allows as many as it can.
pub fn allow(change: &mut ManagementChange<'_, '_>, app: &str, body: &Map<String, Value>) -> Result<Value, ApiError> {
    let mut target = find(change.draft, app)?.clone();
    let mut causes = Causes::default();
    let id = causes.required("id", BodyMembers::of(body).text("id")?).to_owned();
    causes.into_result()?;
    find(change.draft, &id)?;
    if !target.interclient_allowed_apps.contains(&id) {
        target.interclient_allowed_apps.push(id.clone());
    }
    let now = change.now();
    let shown = json!({
        "id": derived_id("itm", &[&target.id, &id]),
        "orgId": change.draft.identity().id,
        "appInstanceId": target.id,
        "trustedAppInstanceId": id,
        "created": now,
        "lastUpdated": now,
        "lastUpdatedBy": change.call.caller.user_id,
    });
    change.draft.put_app(target);
    Ok(shown)
}

/// Takes it back.
///
/// # Errors
/// There is no such app, or it does not allow the other one.
pub fn disallow(change: &mut ManagementChange<'_, '_>, app: &str, allowed: &str) -> Result<(), ApiError> {
    let mut target = find(change.draft, app)?.clone();
    let place = target.interclient_allowed_apps.iter().position(|known| known == allowed);
    target.interclient_allowed_apps.remove(place.ok_or_else(|| ApiError::not_found(allowed, "AppInstance"))?);
    change.draft.put_app(target);
    Ok(())
}
