//! The refresh tokens and consents of users. Okta: `/api/v1/apps/{id}/tokens`, `/api/v1/authorizationServers/{id}/clients`,
//! `/api/v1/users/{id}/clients`, `/api/v1/users/{id}/grants`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::consent_grants::{self, ConsentGrant};
use mock_idp_core::management::refresh_tokens::{self, IssuedRefreshToken, RefreshTokenFilter};
use mock_idp_core::management::{ApiError, ListQuery, ListStyle, apps, expands, users};
use mock_idp_core::model::User;
use mock_idp_core::protocol::Parameters;

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::routing::{PathParameters, Query, Route, handler};

const READ_APP: &[&str] = &["okta.apps.read", "okta.apps.manage"];
const MANAGE_APP: &[&str] = &["okta.apps.manage"];
const READ_SERVER: &[&str] = &["okta.authorizationServers.read", "okta.authorizationServers.manage"];
const MANAGE_SERVER: &[&str] = &["okta.authorizationServers.manage"];
const READ_USER: &[&str] = &["okta.users.read", "okta.users.manage"];
const MANAGE_USER: &[&str] = &["okta.users.manage"];

const APP_TOKENS: &[&str] = &["/api/v1/apps/{id}/tokens"];
const APP_TOKEN: &[&str] = &["/api/v1/apps/{id}/tokens/{token}"];
const SERVER_CLIENTS: &[&str] = &["/api/v1/authorizationServers/{id}/clients"];
const SERVER_TOKENS: &[&str] = &["/api/v1/authorizationServers/{id}/clients/{client}/tokens"];
const SERVER_TOKEN: &[&str] = &["/api/v1/authorizationServers/{id}/clients/{client}/tokens/{token}"];
const USER_CLIENTS: &[&str] = &["/api/v1/users/{id}/clients"];
const USER_TOKENS: &[&str] = &["/api/v1/users/{id}/clients/{client}/tokens"];
const USER_TOKEN: &[&str] = &["/api/v1/users/{id}/clients/{client}/tokens/{token}"];
const USER_GRANTS: &[&str] = &["/api/v1/users/{id}/grants", "/api/v1/users/{id}/clients/{client}/grants"];
const USER_GRANT: &[&str] = &["/api/v1/users/{id}/grants/{grant}"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, APP_TOKENS, READ_APP, handler!(list_of_app)),
    row(Method::DELETE, APP_TOKENS, MANAGE_APP, handler!(revoke_all_of_app)),
    row(Method::GET, APP_TOKEN, READ_APP, handler!(get_of_app)),
    row(Method::DELETE, APP_TOKEN, MANAGE_APP, handler!(revoke_of_app)),
    row(Method::GET, SERVER_CLIENTS, READ_SERVER, handler!(list_clients_of_server)),
    row(Method::GET, SERVER_TOKENS, READ_SERVER, handler!(list_of_server)),
    row(Method::DELETE, SERVER_TOKENS, MANAGE_SERVER, handler!(revoke_all_of_server)),
    row(Method::GET, SERVER_TOKEN, READ_SERVER, handler!(get_of_server)),
    row(Method::DELETE, SERVER_TOKEN, MANAGE_SERVER, handler!(revoke_of_server)),
    row(Method::GET, USER_CLIENTS, READ_USER, handler!(list_clients_of_user)),
    row(Method::GET, USER_TOKENS, READ_USER, handler!(list_of_user)),
    row(Method::DELETE, USER_TOKENS, MANAGE_USER, handler!(revoke_all_of_user)),
    row(Method::GET, USER_TOKEN, READ_USER, handler!(get_of_user)),
    row(Method::DELETE, USER_TOKEN, MANAGE_USER, handler!(revoke_of_user)),
    row(Method::GET, USER_GRANTS, READ_USER, handler!(list_grants)),
    row(Method::DELETE, USER_GRANTS, MANAGE_USER, handler!(withdraw_grants)),
    row(Method::GET, USER_GRANT, READ_USER, handler!(get_grant)),
    row(Method::DELETE, USER_GRANT, MANAGE_USER, handler!(withdraw_grant)),
];

/// Okta: 20 on a page, at most 200.
const LIST: ListStyle = ListStyle::paged(20, 200);

/// Whose tokens a path is about.
struct TokenOwner {
    filter: RefreshTokenFilter,
    /// The id that errors about unknown tokens name.
    id: String,
    /// The path of the list.
    list: String,
}

fn app(call: &Management, path: &PathParameters) -> Result<TokenOwner, ApiError> {
    call.read(|org, _| {
        let app = apps::find(org, &path.get("id"))?;
        let client_id = Some(app.client_id().to_owned());
        let list = format!("/api/v1/apps/{}/tokens", app.id);
        Ok(TokenOwner { filter: RefreshTokenFilter { client_id, ..<_>::default() }, id: app.id.clone(), list })
    })
}

fn server(call: &Management, path: &PathParameters) -> Result<TokenOwner, ApiError> {
    call.read(|org, _| {
        let id = path.get("id");
        let server = org.server(&id).ok_or_else(|| ApiError::not_found(&id, "AuthorizationServer"))?;
        let client = refresh_tokens::client(org, &path.get("client"))?.client_id().to_owned();
        let list = format!("/api/v1/authorizationServers/{}/clients/{client}/tokens", server.path_name);
        let (client_id, server_id) = (Some(client.clone()), Some(server.id.clone()));
        Ok(TokenOwner { filter: RefreshTokenFilter { client_id, server_id, user_id: None }, id: client, list })
    })
}

fn user(call: &Management, path: &PathParameters) -> Result<TokenOwner, ApiError> {
    call.read(|org, call| {
        let user = users::find(org, call, &path.get("id"))?.id.clone();
        let client = refresh_tokens::client(org, &path.get("client"))?.client_id().to_owned();
        let list = format!("/api/v1/users/{user}/clients/{client}/tokens");
        let (client_id, user_id) = (Some(client.clone()), Some(user));
        Ok(TokenOwner { filter: RefreshTokenFilter { client_id, user_id, server_id: None }, id: client, list })
    })
}

async fn list(call: &Management, owner: TokenOwner, query: &Parameters) -> Result<Response, ApiError> {
    let tokens = call.issued_grants().refresh_tokens(&owner.filter).await?;
    call.read(|org, call| {
        let paging = ListQuery::read(query, LIST)?;
        let (page, next) = paging.page(&tokens, |token: &IssuedRefreshToken| &token.id)?;
        let show = if expands(query, "scope") { refresh_tokens::with_scopes } else { refresh_tokens::show };
        let shown = page.into_iter().map(|token| show(org, call, &owner.list, token)).collect();
        let paging = paging.repeating_in_next(query, &["expand"]);
        Ok(paging.listed(call, &owner.list, shown, next))
    })
    .map(respond::list)
}

async fn revoke_all(call: &Management, owner: TokenOwner) -> Result<Response, ApiError> {
    let tokens = call.issued_grants().refresh_tokens(&owner.filter).await?;
    call.issued_grants().revoke(&tokens).await?;
    Ok(respond::no_content())
}

async fn get(call: &Management, owner: TokenOwner, id: &str, query: &Parameters) -> Result<Response, ApiError> {
    let tokens = call.issued_grants().refresh_tokens(&owner.filter).await?;
    let token = refresh_tokens::find(&tokens, &owner.id, id)?;
    let show = if expands(query, "scope") { refresh_tokens::with_scopes } else { refresh_tokens::show };
    Ok(respond::ok(&call.read(|org, call| Ok(show(org, call, &owner.list, token)))?))
}

async fn revoke(call: &Management, owner: TokenOwner, id: &str) -> Result<Response, ApiError> {
    let tokens = call.issued_grants().refresh_tokens(&owner.filter).await?;
    let token = refresh_tokens::find(&tokens, &owner.id, id)?.clone();
    call.issued_grants().revoke(&[token]).await?;
    Ok(respond::no_content())
}

async fn list_of_app(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    list(&call, app(&call, &path)?, &query).await
}

async fn revoke_all_of_app(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    revoke_all(&call, app(&call, &path)?).await
}

async fn get_of_app(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    get(&call, app(&call, &path)?, &path.get("token"), &query).await
}

async fn revoke_of_app(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    revoke(&call, app(&call, &path)?, &path.get("token")).await
}

async fn list_of_server(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    list(&call, server(&call, &path)?, &query).await
}

async fn revoke_all_of_server(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    revoke_all(&call, server(&call, &path)?).await
}

async fn get_of_server(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    get(&call, server(&call, &path)?, &path.get("token"), &query).await
}

async fn revoke_of_server(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    revoke(&call, server(&call, &path)?, &path.get("token")).await
}

async fn list_of_user(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    list(&call, user(&call, &path)?, &query).await
}

async fn revoke_all_of_user(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    revoke_all(&call, user(&call, &path)?).await
}

async fn get_of_user(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    get(&call, user(&call, &path)?, &path.get("token"), &query).await
}

async fn revoke_of_user(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    revoke(&call, user(&call, &path)?, &path.get("token")).await
}

/// Okta: the clients that have refresh tokens of the server.
async fn list_clients_of_server(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let id = path.get("id");
    let (server_id, name) = call.read(|org, _| {
        let server = org.server(&id).ok_or_else(|| ApiError::not_found(&id, "AuthorizationServer"))?;
        Ok((server.id.clone(), server.path_name.clone()))
    })?;
    let filter = RefreshTokenFilter { server_id: Some(server_id), ..<_>::default() };
    let tokens = call.issued_grants().refresh_tokens(&filter).await?;
    let shown: Vec<_> = call.read(|org, call| {
        let has_token = |id: &str| tokens.iter().any(|token| token.family.authorization.client_id == id);
        let clients = org.clients().filter(|client| has_token(client.client_id()));
        let path = |id: &str| format!("/api/v1/authorizationServers/{name}/clients/{id}");
        Ok(clients.map(|client| refresh_tokens::show_client(call, client, &path(client.client_id()), false)).collect())
    })?;
    Ok(respond::ok(&shown))
}

/// Okta: the clients that have refresh tokens or consents of the user.
async fn list_clients_of_user(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let user = find_user(&call, &path)?;
    let filter = RefreshTokenFilter { user_id: Some(user.id.clone()), ..<_>::default() };
    let tokens = call.issued_grants().refresh_tokens(&filter).await?;
    let grants = call.issued_grants().consents(&user.id).await?;
    let shown: Vec<_> = call.read(|org, call| {
        let named = |id: &str| {
            tokens.iter().any(|token| token.family.authorization.client_id == id)
                || grants.iter().any(|grant| grant.client_id == id)
        };
        let clients = org.clients().filter(|client| named(client.client_id()));
        let path = |id: &str| format!("/api/v1/users/{}/clients/{id}", user.id);
        Ok(clients.map(|client| refresh_tokens::show_client(call, client, &path(client.client_id()), true)).collect())
    })?;
    Ok(respond::ok(&shown))
}

fn find_user(call: &Management, path: &PathParameters) -> Result<User, ApiError> {
    call.read(|org, call| users::find(org, call, &path.get("id")).cloned())
}

/// The consents that a path is about, as grants: those of a user, or of a user for one client.
async fn grants(call: &Management, path: &PathParameters) -> Result<(User, Vec<ConsentGrant>), ApiError> {
    let user = find_user(call, path)?;
    let client = path.get("client");
    if !client.is_empty() {
        call.read(|org, _| refresh_tokens::client(org, &client).map(|_| ()))?;
    }
    let mut grants = call.issued_grants().consents(&user.id).await?;
    grants.retain(|grant| client.is_empty() || grant.client_id == client);
    Ok((user, grants))
}

async fn list_grants(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    let (user, grants) = grants(&call, &path).await?;
    call.read(|org, call| {
        let paging = ListQuery::read(&query, LIST)?;
        let expanded = query.get("expand") == Some("scope");
        let ids: Vec<(String, &ConsentGrant)> = grants.iter().map(|grant| (grant.id(&user), grant)).collect();
        let (page, next) = paging.page(&ids, |(id, _)| id)?;
        let shown =
            page.into_iter().map(|(_, grant)| consent_grants::show(org, call, &user, grant, expanded)).collect();
        let paging = paging.repeating_in_next(&query, &["expand"]);
        Ok(paging.listed(call, path.path(), shown, next))
    })
    .map(respond::list)
}

async fn withdraw_grants(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let (user, grants) = grants(&call, &path).await?;
    call.issued_grants().withdraw(&user.id, &grants).await?;
    Ok(respond::no_content())
}

async fn get_grant(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    let (user, grants) = grants(&call, &path).await?;
    let grant = consent_grants::find(&grants, &user, &path.get("grant"))?;
    let expanded = query.get("expand") == Some("scope");
    Ok(respond::ok(&call.read(|org, call| Ok(consent_grants::show(org, call, &user, grant, expanded)))?))
}

async fn withdraw_grant(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    let (user, grants) = grants(&call, &path).await?;
    let grant = consent_grants::find(&grants, &user, &path.get("grant"))?.clone();
    call.issued_grants().withdraw(&user.id, &[grant]).await?;
    Ok(respond::no_content())
}
