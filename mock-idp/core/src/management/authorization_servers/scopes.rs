//! The scopes of a server. Okta: `/api/v1/authorizationServers/{id}/scopes`.

use serde_json::{Value, json};

use super::find;
use crate::management::filter::{Filter, read_json};
use crate::management::{
    ApiError, BodyMembers, Causes, Links, ListQuery, ListStyle, ListedPage, ManagementCall, ManagementChange, tolerant,
};
use crate::model::{AuthorizationServer, Scope};
use crate::org::{Tables, built_in_scopes};
use crate::protocol::Parameters;

/// The built-in scopes and those of the server.
fn all(org: &Tables, server: &AuthorizationServer) -> Vec<Scope> {
    let own: Vec<Scope> = org.scopes(&server.id).cloned().collect();
    let built_in = built_in_scopes(&server.id).into_iter().filter(|scope| own.iter().all(|own| own.name != scope.name));
    built_in.chain(own.iter().cloned()).collect()
}

fn get_scope(org: &Tables, server: &AuthorizationServer, id: &str) -> Result<Scope, ApiError> {
    let found = all(org, server).into_iter().find(|scope| scope.id == id);
    found.ok_or_else(|| ApiError::not_found(id, "OAuth2Scope"))
}

/// Answers a request for the scopes of a server.
///
/// # Errors
/// There is no such server; an invalid limit, cursor or filter.
pub fn list(
    org: &Tables,
    call: ManagementCall<'_>,
    server_id: &str,
    query: &Parameters,
    path: &str,
) -> Result<ListedPage, ApiError> {
    let server = find(org, server_id)?;
    let paging = ListQuery::read(query, ListStyle::WHOLE)?;
    let filter = query.get("filter").map(Filter::parse).transpose()?;
    let beginning = query.get("q").unwrap_or_default().to_lowercase();
    let scopes: Vec<(Scope, Value)> = all(org, server)
        .into_iter()
        .filter(|scope| scope.name.to_lowercase().starts_with(&beginning))
        .map(|scope| {
            let shown = view(call, server, &scope);
            (scope, shown)
        })
        .filter(|(_, shown)| {
            filter.as_ref().is_none_or(|filter| filter.accepts(&|path, visit| read_json(shown, path, visit)))
        })
        .collect();
    let (page, next) = paging.page(&scopes, |(scope, _)| &scope.id)?;
    Ok(paging.listed(call, path, page.into_iter().map(|(_, shown)| shown.clone()).collect(), next))
}

/// Answers a request for one scope.
///
/// # Errors
/// There is no such server or scope.
pub fn get(org: &Tables, call: ManagementCall<'_>, server_id: &str, id: &str) -> Result<Value, ApiError> {
    let server = find(org, server_id)?;
    get_scope(org, server, id).map(|scope| view(call, server, &scope))
}

/// Creates a scope, or replaces the one with that id.
///
/// # Errors
/// There is no such server or scope, or the body is not a scope.
pub fn put(
    change: &mut ManagementChange<'_, '_>,
    server_id: &str,
    id: Option<&str>,
    body: Value,
) -> Result<Value, ApiError> {
    let server = find(change.draft, server_id)?.clone();
    let known = id.map(|id| get_scope(change.draft, &server, id)).transpose()?;
    let members = body.as_object().ok_or_else(|| ApiError::not_well_formed("the body is not an object"))?;
    let mut causes = Causes::default();
    let name = causes.required("name", BodyMembers::of(members).text("name")?).to_owned();
    let taken = |scope: &Scope| scope.name == name && Some(&scope.id) != known.as_ref().map(|known| &known.id);
    if all(change.draft, &server).iter().any(taken) {
        causes.add("name", "An object with this field already exists in the current organization");
    }
    causes.into_result()?;
    let mut scope: Scope = tolerant::read(body)?;
    scope.system = known.as_ref().is_some_and(|known| known.system);
    if scope.system && known.as_ref().is_some_and(|known| known.name != scope.name) {
        return Err(ApiError::access_denied("the name of a built-in scope cannot be changed"));
    }
    scope.id = known.map_or_else(|| change.moment.id("scp"), |known| known.id);
    let shown = view(change.call, &server, &scope);
    change.draft.put_scope(&server.id, scope);
    Ok(shown)
}

/// Removes a scope. Okta: claims and rules that name it forget it.
///
/// # Errors
/// There is no such server or scope, or it is built in.
pub fn remove(change: &mut ManagementChange<'_, '_>, server_id: &str, id: &str) -> Result<(), ApiError> {
    let server = find(change.draft, server_id)?.clone();
    let scope = get_scope(change.draft, &server, id)?;
    if scope.system {
        return Err(ApiError::access_denied("a built-in scope cannot be removed"));
    }
    let claims: Vec<_> = change.draft.claim_rules(&server.id).cloned().collect();
    for mut claim in claims.into_iter().filter(|claim| claim.conditions.scopes.contains(&scope.name)) {
        claim.conditions.scopes.retain(|name| *name != scope.name);
        change.draft.put_claim_rule(&server.id, claim);
    }
    let policies: Vec<String> = change.draft.policies(&server.id).map(|policy| policy.id.clone()).collect();
    for policy in policies {
        let rules: Vec<_> = change.draft.rules(&policy).cloned().collect();
        for mut rule in rules.into_iter().filter(|rule| rule.conditions.scopes.include.contains(&scope.name)) {
            rule.conditions.scopes.include.retain(|name| *name != scope.name);
            change.draft.put_rule(&policy, rule);
        }
    }
    change.draft.remove_scope(&scope.id);
    Ok(())
}

fn view(call: ManagementCall<'_>, server: &AuthorizationServer, scope: &Scope) -> Value {
    let path = format!("/api/v1/authorizationServers/{}/scopes/{}", server.path_name(), scope.id);
    json!({
        "id": scope.id,
        "name": scope.name,
        "displayName": scope.display_name,
        "description": scope.description,
        "system": scope.system,
        "metadataPublish": scope.metadata_publish,
        "consent": scope.consent,
        "optional": scope.optional,
        "apiResourceId": null,
        "default": scope.default,
        "_links": Links::at(call.base()).allowing("self", &path, &["GET", "PUT", "DELETE"]).into_value(),
    })
}
