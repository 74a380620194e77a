//! The apps on a user's dashboard. Okta: `/api/v1/users/{id}/appLinks`.

use serde_json::Value;

use super::find;
use crate::management::{ApiError, ManagementCall, apps};
use crate::org::Tables;

/// The links of the active apps that are assigned to a user, directly or by a group.
///
/// # Errors
/// There is no such user.
pub fn app_links(org: &Tables, call: ManagementCall<'_>, name: &str) -> Result<Vec<Value>, ApiError> {
    let user = find(org, call, name)?;
    let assigned = org.apps().filter(|app| app.status.is_active() && org.assignment(app, user).is_some());
    let links = assigned.flat_map(|app| apps::links_for(org, app, &user.id, call.browser_base()));
    // Okta: in the order on the dashboard.
    let numbered = links.enumerate().map(|(place, mut link)| {
        link["sortOrder"] = place.into();
        link
    });
    Ok(numbered.collect())
}
