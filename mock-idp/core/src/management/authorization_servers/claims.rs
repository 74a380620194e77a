//! The claims of a server. Okta: `/api/v1/authorizationServers/{id}/claims`.

use serde_json::{Map, Value, json};

use super::find;
use crate::management::{ApiError, BodyMembers, Causes, Links, ManagementCall, ManagementChange, tolerant};
use crate::model::{AuthorizationServer, ClaimRule, ClaimValueType};
use crate::org::{Tables, built_in_claims};

/// The claims of the server, the newest first, then the built-in ones.
fn all(org: &Tables, server: &AuthorizationServer) -> Vec<ClaimRule> {
    let mut own: Vec<ClaimRule> = org.claim_rules(&server.id).cloned().collect();
    own.reverse();
    let replaced = |claim: &ClaimRule| {
        own.iter().position(|own| own.system && own.name == claim.name && own.claim_type == claim.claim_type)
    };
    let built_in: Vec<ClaimRule> = built_in_claims(&server.id)
        .into_iter()
        .map(|claim| replaced(&claim).map_or(claim, |position| own[position].clone()))
        .collect();
    own.into_iter().filter(|claim| !claim.system).chain(built_in).collect()
}

fn get_claim(org: &Tables, server: &AuthorizationServer, id: &str) -> Result<ClaimRule, ApiError> {
    let found = all(org, server).into_iter().find(|claim| claim.id == id);
    found.ok_or_else(|| ApiError::not_found(id, "OAuth2Claim"))
}

/// Answers a request for the claims of a server.
///
/// # Errors
/// There is no such server.
pub fn list(org: &Tables, call: ManagementCall<'_>, server_id: &str) -> Result<Vec<Value>, ApiError> {
    let server = find(org, server_id)?;
    Ok(all(org, server).iter().map(|claim| view(call, server, claim)).collect())
}

/// Answers a request for one claim.
///
/// # Errors
/// There is no such server or claim.
pub fn get(org: &Tables, call: ManagementCall<'_>, server_id: &str, id: &str) -> Result<Value, ApiError> {
    let server = find(org, server_id)?;
    get_claim(org, server, id).map(|claim| view(call, server, &claim))
}

/// Creates a claim, or replaces the one with that id. Okta: a built-in claim keeps its name and its value.
///
/// # Errors
/// There is no such server or claim, or the body is not a claim.
pub fn put(
    change: &mut ManagementChange<'_, '_>,
    server_id: &str,
    id: Option<&str>,
    mut body: Value,
) -> Result<Value, ApiError> {
    let server = find(change.draft, server_id)?.clone();
    let known = id.map(|id| get_claim(change.draft, &server, id)).transpose()?;
    let members = body.as_object_mut().ok_or_else(|| ApiError::not_well_formed("the body is not an object"))?;
    if let Some(known) = &known {
        members.entry("status").or_insert_with(|| json!(known.status));
    }
    check(members, known.as_ref())?;
    members.entry("value").or_insert_with(|| "".into());
    let mut claim: ClaimRule = tolerant::read(body)?;
    if claim.value_type != ClaimValueType::Groups {
        claim.group_filter_type = None;
    }
    match known {
        Some(known) if known.system => {
            (claim.name, claim.claim_type, claim.value_type) = (known.name, known.claim_type, known.value_type);
            (claim.value, claim.system, claim.id) = (known.value, true, known.id);
        }
        Some(known) => claim.id = known.id,
        None => claim.id = change.moment.id("ocl"),
    }
    let same =
        |other: &ClaimRule| other.id != claim.id && other.name == claim.name && other.claim_type == claim.claim_type;
    if all(change.draft, &server).iter().any(same) {
        return Err(ApiError::invalid("name", "An object with this field already exists in the current organization"));
    }
    let shown = view(change.call, &server, &claim);
    change.draft.put_claim_rule(&server.id, claim);
    Ok(shown)
}

fn check(members: &Map<String, Value>, known: Option<&ClaimRule>) -> Result<(), ApiError> {
    let body = BodyMembers::of(members);
    let mut causes = Causes::default();
    causes.required("name", body.text("name")?);
    causes.required("claimType", body.text("claimType")?);
    let needs_value = known.is_none_or(|known| !known.system) && body.text("valueType")? != Some("SYSTEM");
    if needs_value {
        causes.required("value", body.text("value")?);
    }
    causes.into_result()
}

/// Removes a claim.
///
/// # Errors
/// There is no such server or claim, or it is built in.
pub fn remove(change: &mut ManagementChange<'_, '_>, server_id: &str, id: &str) -> Result<(), ApiError> {
    let server = find(change.draft, server_id)?;
    if get_claim(change.draft, server, id)?.system {
        return Err(ApiError::access_denied("a built-in claim cannot be removed"));
    }
    change.draft.remove_claim_rule(id);
    Ok(())
}

fn view(call: ManagementCall<'_>, server: &AuthorizationServer, claim: &ClaimRule) -> Value {
    let path = format!("/api/v1/authorizationServers/{}/claims/{}", server.path_name(), claim.id);
    let mut view = Map::new();
    let mut put = |name: &str, value: Value| _ = view.insert(name.to_owned(), value);
    put("id", claim.id.as_str().into());
    put("name", claim.name.as_str().into());
    put("status", json!(claim.status));
    put("claimType", json!(claim.claim_type));
    put("valueType", json!(claim.value_type));
    if claim.value_type != ClaimValueType::System {
        put("value", claim.value.as_str().into());
    }
    if let Some(filter) = claim.group_filter_type {
        put("group_filter_type", json!(filter));
    }
    put("conditions", json!({ "scopes": claim.conditions.scopes }));
    put("system", claim.system.into());
    put("alwaysIncludeInToken", claim.always_include_in_token.into());
    put("apiResourceId", Value::Null);
    put("_links", Links::at(call.base()).allowing("self", &path, &["GET", "PUT", "DELETE"]).into_value());
    Value::Object(view)
}
