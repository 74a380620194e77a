//! Lists of users: `q`, `filter` and `search`.

use super::shape::UserShape;
use super::user_type::type_id;
use super::view::show_listed;
use crate::management::filter::{AttributeValue, Filter, read_value, sort};
use crate::management::{ApiError, ApiErrorId, ListQuery, ListStyle, ListedPage, ManagementCall};
use crate::model::{User, UserStatus};
use crate::org::Tables;
use crate::protocol::Parameters;

const STYLE: ListStyle = ListStyle::paged(200, 200);
/// Okta: with `q`.
const MATCHING: ListStyle = ListStyle::paged(10, 200);

/// Okta: the attributes of `filter`. `search` knows all.
const FILTERED: [&str; 7] =
    ["status", "lastUpdated", "id", "profile.login", "profile.email", "profile.firstName", "profile.lastName"];

/// # Errors
/// A filter that does not parse; a limit, a cursor or fields that are not valid.
pub fn list(
    org: &Tables,
    call: ManagementCall<'_>,
    query: &Parameters,
    content_type: Option<&str>,
) -> Result<ListedPage, ApiError> {
    let paging = ListQuery::read(query, if query.contains("q") { MATCHING } else { STYLE })?;
    let shape = UserShape::of_list(query, content_type)?;
    let (search, filter) = (query.get("search"), query.get("filter"));
    if search.is_some() && filter.is_some() || query.contains("q") && filter.is_some() {
        return Err(ApiError::new(ApiErrorId::SearchAndFilter, "both a search and a filter"));
    }
    let condition = search.or(filter).map(Filter::parse).transpose()?;
    if let (Some(condition), Some(_)) = (&condition, filter)
        && let Some(unknown) = condition.attributes().into_iter().find(|name| !FILTERED.contains(name))
    {
        return Err(ApiError::invalid_search(format!("`{unknown}` cannot be filtered by")));
    }
    let beginning = query.get("q").map(str::to_lowercase);
    // Okta: users that are deactivated are listed only if they are searched for.
    let all =
        condition.as_ref().is_some_and(|condition| search.is_some() || condition.attributes().contains(&"status"));
    let mut users: Vec<&User> = org
        .users()
        .filter(|user| call.caller.reach.has_user(org, user))
        .filter(|user| all || user.status != UserStatus::Deprovisioned)
        .filter(|user| beginning.as_ref().is_none_or(|beginning| begins_with(user, beginning)))
        .filter(|user| {
            condition.as_ref().is_none_or(|filter| filter.accepts(&|path, visit| read(org, user, path, visit)))
        })
        .collect();
    // Okta: only searches are sorted.
    if let Some(attribute) = query.get("sortBy").filter(|_| search.is_some()) {
        let read = |user: &User, visit: &mut dyn FnMut(AttributeValue<'_>)| read(org, user, attribute, visit);
        sort(&mut users, query.get("sortOrder"), |user| &user.id, read);
    }
    let (page, next) = paging.page(users, |user| &user.id)?;
    let shown = page.into_iter().map(|user| shape.apply(org, user, show_listed(org, call, user))).collect();
    let paging = paging.repeating_in_next(query, &["sortBy", "sortOrder", "fields", "expand"]);
    Ok(paging.listed(call, "/api/v1/users", shown, next))
}

/// Okta: the beginning of first name, last name, email or login.
fn begins_with(user: &User, beginning: &str) -> bool {
    let profile = &user.profile;
    let texts = [&profile.first_name, &profile.last_name, &profile.email, &profile.login];
    texts.into_iter().any(|text| text.to_lowercase().starts_with(beginning))
}

/// The values of an attribute.
fn read(org: &Tables, user: &User, path: &str, visit: &mut dyn FnMut(AttributeValue<'_>)) {
    let mut text = |value: &str| visit(AttributeValue::Text(value));
    match path.strip_prefix("profile.") {
        Some("login") => text(&user.profile.login),
        Some("email") => text(&user.profile.email),
        Some("firstName") => text(&user.profile.first_name),
        Some("lastName") => text(&user.profile.last_name),
        Some(name) => {
            if let Some(value) = user.profile.others.get(name) {
                read_value(value, visit);
            }
        }
        None => match path {
            "id" => text(&user.id),
            "status" => text(user.status.name()),
            "type.id" => text(type_id(org, user)),
            time => {
                if let Some((_, Some(value))) = user.times().into_iter().find(|(name, _)| *name == time) {
                    text(value);
                }
            }
        },
    }
}
