//! Profile mappings. Okta: `/api/v1/mappings`. Every app and identity provider has mappings with user types from the start; the org keeps
//! those that have been changed.

mod defaults;
mod ends;
mod listing;

use serde_json::{Map, Value, json};

use super::{ApiError, BodyMembers, Links, ListQuery, ListStyle, ListedPage, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject};
use crate::org::Tables;
use crate::protocol::Parameters;
use ends::ProfileKind;
use listing::{ProfileMapping, mappings};

/// Answers a request for a list. Okta: `sourceId` and `targetId` are exact, and links do not repeat them.
///
/// # Errors
/// An invalid limit or cursor.
pub fn list(org: &Tables, call: ManagementCall<'_>, query: &Parameters) -> Result<ListedPage, ApiError> {
    let paging = ListQuery::read(query, ListStyle::paged(20, 200))?;
    let is = |parameter: &str, id: &str| query.get(parameter).is_none_or(|wanted| wanted == id);
    let found: Vec<ProfileMapping<'_>> = mappings(org)
        .filter(|mapping| is("sourceId", mapping.source.id) && is("targetId", mapping.target.id))
        .collect();
    let (page, next) = paging.page(&found, |mapping| &mapping.id)?;
    let shown = page.into_iter().map(|mapping| show(call, mapping, None)).collect();
    let paging = paging.repeating_in_next(query, &["sourceId", "targetId"]);
    Ok(paging.listed(call, "/api/v1/mappings", shown, next))
}

/// Answers a request for one mapping.
///
/// # Errors
/// There is none with that id.
pub fn get(org: &Tables, call: ManagementCall<'_>, id: &str) -> Result<Value, ApiError> {
    let mapping = find(org, id)?;
    Ok(show(call, &mapping, Some(properties(&mapping))))
}

/// Changes properties of a mapping. Okta: null removes one, and those that are not sent stay.
///
/// # Errors
/// There is no such mapping; the target has no such attribute; or the body is not valid.
pub fn update(change: &mut ManagementChange<'_, '_>, id: &str, body: &Map<String, Value>) -> Result<Value, ApiError> {
    let mapping = find(change.draft, id)?;
    let targets = defaults::attributes(change.draft, &mapping.target);
    let mut mapped = properties(&mapping);
    let written = BodyMembers::of(body).object("properties")?.map(|written| written.all().clone()).unwrap_or_default();
    let unknown = written.keys().filter(|name| !targets.iter().any(|known| known == *name));
    let causes: Vec<String> = unknown.map(|name| format!("Invalid target field {name}")).collect();
    if !causes.is_empty() {
        return Err(ApiError::validation("updateMapping", causes));
    }
    for (name, value) in &written {
        if value.is_null() {
            mapped.shift_remove(name);
        } else {
            mapped.insert(name.clone(), mapped_property(name, value)?);
        }
    }
    // Okta: in the order of the target's schema.
    let mapped: Map<String, Value> =
        targets.iter().filter_map(|name| Some((name.clone(), mapped.shift_remove(name)?))).collect();
    let shown = show(change.call, &mapping, Some(mapped.clone()));
    let owner = mapping.app_id().to_owned();
    let (source, target) = (mapping.source.id.to_owned(), mapping.target.id.to_owned());
    let members = json!({ "source": { "id": source }, "target": { "id": target }, "properties": mapped });
    let members = members.as_object().cloned().unwrap_or_default();
    change.draft.put_object(DirectoryKind::ProfileMapping, DirectoryObject { id: id.to_owned(), owner, members });
    Ok(shown)
}

fn mapped_property(name: &str, value: &Value) -> Result<Value, ApiError> {
    let Some(members) = value.as_object() else {
        return Err(ApiError::not_well_formed(format!("`{name}` is not a property of a mapping")));
    };
    let members = BodyMembers::of(members);
    let expression = members.text("expression")?.unwrap_or_default();
    if expression.trim().is_empty() {
        return Err(ApiError::invalid("expression", "The field cannot be left blank"));
    }
    let push = members.text("pushStatus")?.unwrap_or(DONT_PUSH);
    if ![DONT_PUSH, "PUSH"].contains(&push) {
        return Err(ApiError::not_well_formed(format!("`{push}` is not a push status")));
    }
    Ok(json!({ "expression": expression, "pushStatus": push }))
}

const DONT_PUSH: &str = "DONT_PUSH";

/// What a mapping maps: what has been written, else what Okta maps.
fn properties(mapping: &ProfileMapping<'_>) -> Map<String, Value> {
    if let Some(written) = mapping.written {
        return written.members.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    }
    default_properties(mapping.source.kind(), mapping.target.kind())
}

fn default_properties(source: ProfileKind, target: ProfileKind) -> Map<String, Value> {
    let property = |expression: &str| json!({ "expression": expression, "pushStatus": DONT_PUSH });
    let expressions = defaults::expressions(source, target).into_iter();
    expressions.map(|(name, expression)| (name, property(&expression))).collect()
}

/// Whether a mapping of an answer maps what Okta maps until it is changed.
#[must_use]
pub fn is_default(mapping: &Value) -> bool {
    let kind = |end: &str| ProfileKind::of_answer(&mapping[end]);
    mapping["properties"].as_object() == Some(&default_properties(kind("source"), kind("target")))
}

fn find<'t>(org: &'t Tables, id: &str) -> Result<ProfileMapping<'t>, ApiError> {
    mappings(org).find(|mapping| mapping.id == id).ok_or_else(|| ApiError::not_found(id, "ProfileMapping"))
}

fn show(call: ManagementCall<'_>, mapping: &ProfileMapping<'_>, properties: Option<Map<String, Value>>) -> Value {
    let links = Links::at(call.base()).bare("self", &format!("/api/v1/mappings/{}", mapping.id));
    let mut shown = json!({
        "id": mapping.id, "source": mapping.source.show(call), "target": mapping.target.show(call),
    });
    if let Some(properties) = properties {
        shown["properties"] = Value::Object(properties);
    }
    shown["_links"] = links.in_order();
    shown
}
