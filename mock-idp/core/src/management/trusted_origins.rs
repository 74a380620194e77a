//! Trusted origins. Okta: `/api/v1/trustedOrigins`.

use serde_json::{Map, Value, json};
use url::Url;

use super::filter::{Filter, read_json};
use super::{ApiError, BodyMembers, Causes, Links, ListQuery, ListStyle, ListedPage, ManagementCall, ManagementChange};
use crate::model::{Status, TrustedOrigin, TrustedOriginScope};
use crate::moment::timestamp;
use crate::org::Tables;
use crate::protocol::Parameters;

const PATH: &str = "/api/v1/trustedOrigins";
const TAKEN: &str = "An object with this field already exists in the current organization";

/// Lists trusted origins. `q` is the beginning of a name, `filter` is about any member.
///
/// # Errors
/// An invalid limit, cursor or filter.
pub fn list(org: &Tables, call: ManagementCall<'_>, query: &Parameters) -> Result<ListedPage, ApiError> {
    let paging = ListQuery::read(query, ListStyle::paged(20, 200))?;
    let filter = query.get("filter").map(Filter::parse).transpose()?;
    let beginning = query.get("q").map(str::to_lowercase).unwrap_or_default();
    let shown: Vec<(&TrustedOrigin, Value)> = org
        .trusted_origins()
        .filter(|trusted| trusted.name.to_lowercase().starts_with(&beginning))
        .map(|trusted| (trusted, show(org, call, trusted)))
        .filter(|(_, shown)| {
            filter.as_ref().is_none_or(|filter| filter.accepts(&|path, visit| read_json(shown, path, visit)))
        })
        .collect();
    let (page, next) = paging.page(&shown, |(trusted, _)| &trusted.id)?;
    let page = page.into_iter().map(|(_, shown)| shown.clone()).collect();
    Ok(paging.listed(call, PATH, page, next))
}

/// One trusted origin.
///
/// # Errors
/// No origin has the id.
pub fn get(org: &Tables, call: ManagementCall<'_>, id: &str) -> Result<Value, ApiError> {
    find(org, id).map(|trusted| show(org, call, trusted))
}

/// Trusts an origin.
///
/// # Errors
/// The body is not valid.
pub fn create(change: &mut ManagementChange<'_, '_>, body: &Map<String, Value>) -> Result<Value, ApiError> {
    let by = change.call.caller.user_id.clone();
    let trusted = TrustedOrigin {
        id: change.moment.id("tos"),
        name: String::new(),
        origin: String::new(),
        status: Status::Active,
        scopes: Vec::new(),
        created_by: by,
        last_updated_by: None,
    };
    write(change, trusted, body)
}

/// Replaces a trusted origin.
///
/// # Errors
/// No origin has the id, or the body is not valid.
pub fn replace(change: &mut ManagementChange<'_, '_>, id: &str, body: &Map<String, Value>) -> Result<Value, ApiError> {
    let known = find(change.draft, id)?.clone();
    write(change, known, body)
}

/// Removes a trusted origin.
///
/// # Errors
/// No origin has the id.
pub fn remove(change: &mut ManagementChange<'_, '_>, id: &str) -> Result<(), ApiError> {
    find(change.draft, id)?;
    change.draft.remove_trusted_origin(id);
    Ok(())
}

/// Activates or deactivates a trusted origin. One that has the status already stays as it is.
///
/// # Errors
/// No origin has the id.
pub fn set_status(change: &mut ManagementChange<'_, '_>, id: &str, status: Status) -> Result<Value, ApiError> {
    let mut trusted = find(change.draft, id)?.clone();
    if trusted.status == status {
        return Ok(show(change.draft, change.call, &trusted));
    }
    trusted.status = status;
    Ok(put(change, trusted))
}

fn find<'t>(org: &'t Tables, id: &str) -> Result<&'t TrustedOrigin, ApiError> {
    org.trusted_origin(id).ok_or_else(|| ApiError::not_found(id, "TrustedOrigin"))
}

fn write(
    change: &mut ManagementChange<'_, '_>,
    mut trusted: TrustedOrigin,
    body: &Map<String, Value>,
) -> Result<Value, ApiError> {
    let body = BodyMembers::of(body);
    let mut causes = Causes::default();
    let name = causes.required("name", body.text("name")?);
    let origin = causes.required("origin", body.text("origin")?);
    for (member, text) in [("name", name), ("origin", origin)] {
        causes.length(member, text, 0..=255);
    }
    if !origin.is_empty() && !Url::parse(origin).is_ok_and(|url| url.origin().ascii_serialization() == origin) {
        causes.add("origin", "Origin value is not valid");
    }
    for other in change.draft.trusted_origins().filter(|other| other.id != trusted.id) {
        for (member, taken) in [("name", other.name == name), ("origin", other.origin == origin)] {
            if taken {
                causes.add(member, TAKEN);
            }
        }
    }
    if body.list("scopes")?.is_none_or(Vec::is_empty) {
        causes.add("scopes", "The field cannot be left blank");
    }
    causes.into_result()?;
    name.clone_into(&mut trusted.name);
    origin.clone_into(&mut trusted.origin);
    trusted.scopes = body.list("scopes")?.into_iter().flatten().map(scope).collect::<Result<_, _>>()?;
    match body.text("status")? {
        Some("ACTIVE") => trusted.status = Status::Active,
        Some("INACTIVE") => trusted.status = Status::Inactive,
        _ => {}
    }
    Ok(put(change, trusted))
}

fn scope(written: &Value) -> Result<TrustedOriginScope, ApiError> {
    let kind = serde_json::from_value(written["type"].clone());
    let kind = kind.map_err(|error| ApiError::not_well_formed(format!("a scope of a trusted origin: {error}")))?;
    Ok(TrustedOriginScope { kind })
}

fn put(change: &mut ManagementChange<'_, '_>, mut trusted: TrustedOrigin) -> Value {
    trusted.last_updated_by.clone_from(&change.call.caller.user_id);
    change.draft.put_trusted_origin(trusted.clone());
    show(change.draft, change.call, &trusted)
}

fn show(org: &Tables, call: ManagementCall<'_>, trusted: &TrustedOrigin) -> Value {
    let path = format!("{PATH}/{}", trusted.id);
    let operation = if trusted.status.is_active() { "deactivate" } else { "activate" };
    let links = Links::at(call.base()).allowing("self", &path, &["GET", "PUT", "DELETE"]).allowing(
        operation,
        &format!("{path}/lifecycle/{operation}"),
        &["POST"],
    );
    let times = org.times(&trusted.id);
    json!({
        "id": trusted.id,
        "name": trusted.name,
        "origin": trusted.origin,
        "scopes": trusted.scopes,
        "status": trusted.status,
        "created": times.map(|times| timestamp(times.created)),
        "createdBy": trusted.created_by,
        "lastUpdated": times.map(|times| timestamp(times.last_updated)),
        "lastUpdatedBy": trusted.last_updated_by,
        "_links": links.into_value(),
    })
}
