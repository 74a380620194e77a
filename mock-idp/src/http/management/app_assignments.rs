//! The users and groups of apps, and the scopes that are granted to them. Okta: `/api/v1/apps/{id}/users`, `…/groups`, `…/grants`.

use axum::response::Response;
use http::Method;
use mock_idp_core::management::apps::{self, assignments, grants};
use mock_idp_core::management::{ApiError, ListQuery, ListStyle, expands};
use serde_json::Value;

use super::respond;
use super::rows::row;
use crate::engine::Management;
use crate::http::extract::JsonBody;
use crate::routing::{PathParameters, Query, Route, handler};

const READ: &[&str] = &["okta.apps.read", "okta.apps.manage"];
const MANAGE: &[&str] = &["okta.apps.manage"];
const READ_GRANTS: &[&str] = &["okta.appGrants.read", "okta.appGrants.manage"];
const MANAGE_GRANTS: &[&str] = &["okta.appGrants.manage"];

const USERS: &[&str] = &["/api/v1/apps/{id}/users"];
const USER: &[&str] = &["/api/v1/apps/{id}/users/{user}"];
const GROUPS: &[&str] = &["/api/v1/apps/{id}/groups"];
const GROUP: &[&str] = &["/api/v1/apps/{id}/groups/{group}"];
const GRANTS: &[&str] = &["/api/v1/apps/{id}/grants"];
const GRANT: &[&str] = &["/api/v1/apps/{id}/grants/{grant}"];

pub(in crate::http) static ROUTES: &[Route] = &[
    row(Method::GET, USERS, READ, handler!(list_users)),
    row(Method::POST, USERS, MANAGE, handler!(assign_user)),
    row(Method::GET, USER, READ, handler!(get_user)),
    row(Method::POST, USER, MANAGE, handler!(change_user)),
    row(Method::DELETE, USER, MANAGE, handler!(unassign_user)),
    row(Method::GET, GROUPS, READ, handler!(list_groups)),
    row(Method::GET, GROUP, READ, handler!(get_group)),
    row(Method::PUT, GROUP, MANAGE, handler!(assign_group)),
    row(Method::PATCH, GROUP, MANAGE, handler!(patch_group)),
    row(Method::DELETE, GROUP, MANAGE, handler!(unassign_group)),
    row(Method::GET, GRANTS, READ_GRANTS, handler!(list_grants)),
    row(Method::POST, GRANTS, MANAGE_GRANTS, handler!(add_grant)),
    row(Method::GET, GRANT, READ_GRANTS, handler!(get_grant)),
    row(Method::DELETE, GRANT, MANAGE_GRANTS, handler!(remove_grant)),
];

async fn list_users(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    call.read(|org, call| {
        let app = apps::find(org, &path.get("id"))?;
        let paging = ListQuery::read(&query, ListStyle::paged(50, 500))?;
        let beginning = query.get("q").unwrap_or_default();
        let mut users = assignments::users(org, app);
        users.retain(|user| beginning.is_empty() || user.begins_with(org, app, call.now, beginning));
        let (page, next) = paging.page(&users, |user| &user.user.id)?;
        let expanded = expands(&query, "user");
        let shown = page.into_iter().map(|user| {
            let shown = assignments::user_view(org, call, app, *user);
            if expanded { assignments::with_user(org, call, *user, shown) } else { Ok(shown) }
        });
        let paging = paging.repeating_in_next(&query, &["expand"]);
        Ok(paging.listed(call, path.path(), shown.collect::<Result<_, _>>()?, next))
    })
    .map(respond::list)
}

async fn get_user(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    let shown = call.read(|org, call| {
        let app = apps::find(org, &path.get("id"))?;
        let user = assignments::user(org, app, &path.get("user"))?;
        let shown = assignments::user_view(org, call, app, user);
        if expands(&query, "user") { assignments::with_user(org, call, user, shown) } else { Ok(shown) }
    })?;
    Ok(respond::ok(&shown))
}

async fn assign_user(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    put_user(&call, &path.get("id"), None, body.read()?)
}

async fn change_user(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    put_user(&call, &path.get("id"), Some(&path.get("user")), body.read()?)
}

fn put_user(call: &Management, app_id: &str, user_id: Option<&str>, body: Value) -> Result<Response, ApiError> {
    let shown = call.change(|change| {
        let app = apps::find(change.draft, app_id)?.clone();
        let assignment = assignments::read_user(change.draft, &app, user_id, body, change.call.now)?;
        let user_id = assignment.id.clone();
        change.draft.assign_user(app_id, assignment);
        let user = assignments::user(change.draft, &app, &user_id)?;
        Ok(assignments::user_view(change.draft, change.call, &app, user))
    })?;
    Ok(respond::ok(&shown))
}

async fn unassign_user(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| {
        let app = apps::find(change.draft, &path.get("id"))?;
        let user = assignments::user(change.draft, app, &path.get("user"))?.user.id.clone();
        change.draft.unassign(&path.get("id"), &user);
        Ok(())
    })?;
    Ok(respond::no_content())
}

async fn list_groups(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    call.read(|org, call| {
        let app = apps::find(org, &path.get("id"))?;
        let paging = ListQuery::read(&query, ListStyle::paged(20, 200))?;
        let groups = assignments::groups_named(org, app, query.get("q").unwrap_or_default());
        let (page, next) = paging.page(groups, |group| &group.id)?;
        let shown = page.into_iter().map(|group| assignments::expanded_group(org, call, app, group, &query));
        let paging = paging.repeating_in_next(&query, &["expand"]);
        Ok(paging.listed(call, path.path(), shown.collect::<Result<_, _>>()?, next))
    })
    .map(respond::list)
}

async fn get_group(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    let shown = call.read(|org, call| {
        let app = apps::find(org, &path.get("id"))?;
        let group = assignments::group(org, app, &path.get("group"))?;
        assignments::expanded_group(org, call, app, group, &query)
    })?;
    Ok(respond::ok(&shown))
}

async fn assign_group(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read_optional()?;
    let shown = call.change(|change| {
        let app = apps::find(change.draft, &path.get("id"))?.clone();
        let assignment = assignments::read_group(change.draft, &app, &path.get("group"), body)?;
        change.draft.assign_group(&app.id, assignment);
        let group = assignments::group(change.draft, &app, &path.get("group"))?;
        Ok(assignments::group_view(change.draft, change.call.base(), &app, group))
    })?;
    Ok(respond::ok(&shown))
}

async fn patch_group(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let operations: Vec<Value> = body.read()?;
    let shown = call.change(|change| {
        let app = apps::find(change.draft, &path.get("id"))?.clone();
        let assignment = assignments::patch_group(change.draft, &app, &path.get("group"), &operations)?;
        change.draft.assign_group(&app.id, assignment);
        let group = assignments::group(change.draft, &app, &path.get("group"))?;
        Ok(assignments::group_view(change.draft, change.call.base(), &app, group))
    })?;
    Ok(respond::ok(&shown))
}

async fn unassign_group(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| {
        let app = apps::find(change.draft, &path.get("id"))?;
        assignments::group(change.draft, app, &path.get("group"))?;
        change.draft.unassign(&path.get("id"), &path.get("group"));
        Ok(())
    })?;
    Ok(respond::no_content())
}

async fn list_grants(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    let show = if expands(&query, "scope") { grants::with_scope } else { grants::view };
    let shown = call.read(|org, call| {
        let app = apps::find_client(org, &path.get("id"))?;
        Ok(app.grants.iter().map(|grant| show(call, app, grant)).collect::<Vec<_>>())
    })?;
    Ok(respond::ok(&shown))
}

async fn add_grant(call: Management, path: PathParameters, body: JsonBody) -> Result<Response, ApiError> {
    let body = body.read()?;
    let shown = call.change(|change| {
        let app = apps::find_client(change.draft, &path.get("id"))?;
        let (app, grant) = grants::add(app, change.call, body, change.moment)?;
        let shown = grants::view(change.call, &app, &grant);
        change.draft.put_app(app);
        Ok(shown)
    })?;
    Ok(respond::created(&shown))
}

async fn get_grant(call: Management, path: PathParameters, Query(query): Query) -> Result<Response, ApiError> {
    let show = if expands(&query, "scope") { grants::with_scope } else { grants::view };
    let shown = call.read(|org, call| {
        let app = apps::find_client(org, &path.get("id"))?;
        Ok(show(call, app, grants::get(app, &path.get("grant"))?))
    })?;
    Ok(respond::ok(&shown))
}

async fn remove_grant(call: Management, path: PathParameters) -> Result<Response, ApiError> {
    call.change(|change| {
        let mut app = apps::find_client(change.draft, &path.get("id"))?.clone();
        grants::get(&app, &path.get("grant"))?;
        app.grants.retain(|grant| grant.id != path.get("grant"));
        change.draft.put_app(app);
        Ok(())
    })?;
    Ok(respond::no_content())
}
