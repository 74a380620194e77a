//! The users with administrator roles of their own. Okta: `/api/v1/iam/assignees/users`.

use serde_json::{Map, Value, json};

use super::{LinkedObject, bindings, next_path};
use crate::management::{ApiError, Links, ListQuery, ListStyle, ManagementCall};
use crate::model::User;
use crate::org::Tables;
use crate::protocol::Parameters;

const PATH: &str = "/api/v1/iam/assignees/users";

/// Answers a request for the users that have a standard role, or a custom one for a resource set. Members of groups with roles are not
/// among them.
///
/// # Errors
/// An invalid limit or cursor.
pub fn list(org: &Tables, call: ManagementCall<'_>, query: &Parameters) -> Result<LinkedObject, ApiError> {
    // Okta: 100 users unless the request has another limit.
    let paging = ListQuery::read(query, ListStyle::paged(100, 200))?;
    let assigned: Vec<&User> =
        org.users().filter(|user| !user.roles.is_empty() || bindings::has_role(org, &user.id)).collect();
    let (page, next) = paging.page(assigned, |user| &user.id)?;
    let org_id = &org.identity().id;
    let shown: Vec<Value> = page
        .into_iter()
        .map(|user| {
            let path = format!("/api/v1/users/{}", user.id);
            let links = Links::at(call.base()).bare("self", &path).bare("roles", &format!("{path}/roles"));
            let orn = format!("orn:okta:directory:{org_id}:users:{}", user.id);
            json!({ "id": user.id, "orn": orn, "_links": links.into_value() })
        })
        .collect();
    let mut object = Map::new();
    object.insert("value".to_owned(), shown.into());
    if let Some(next) = next_path(PATH, &paging, next) {
        let links = Links::at(call.base()).bare("next", &next);
        object.insert("_links".to_owned(), links.into_value());
    }
    Ok(LinkedObject::new(call, PATH, object.into()))
}
