//! The members of groups.

use super::{changeable, find, touch_membership};
use crate::management::{
    ApiError, ListQuery, ListStyle, ListedPage, ManagementCall, ManagementChange, group_rules, users,
};
use crate::org::Tables;
use crate::protocol::Parameters;

/// # Errors
/// No group has the id; a limit or cursor that is not valid.
pub fn members(org: &Tables, call: ManagementCall<'_>, id: &str, query: &Parameters) -> Result<ListedPage, ApiError> {
    let group = find(org, id)?;
    let paging = ListQuery::read(query, ListStyle::paged(1_000, 1_000))?;
    let (page, next) = paging.page(org.members(group), |user| &user.id)?;
    let shown = page.into_iter().map(|user| users::show_listed(org, call, user)).collect();
    Ok(paging.listed(call, &format!("/api/v1/groups/{id}/users"), shown, next))
}

/// Okta: a user that is a member already stays one.
///
/// # Errors
/// No such group or user, or the members may not be changed.
pub fn add_member(change: &mut ManagementChange<'_, '_>, id: &str, user: &str) -> Result<(), ApiError> {
    changeable(change.draft, id)?;
    let mut user = users::find(change.draft, change.call, user)?.clone();
    // A membership by a rule becomes one of its own.
    user.rule_memberships.shift_remove(id);
    if !user.group_ids.iter().any(|known| known == id) {
        user.group_ids.push(id.to_owned());
        touch_membership(change, id);
    }
    group_rules::apply(change.draft, &mut user, change.moment.now);
    change.draft.put_user(user);
    Ok(())
}

/// Okta: a user who is taken out of a group to which a rule assigned them is excluded from the rule.
///
/// # Errors
/// No such group or user, or the members may not be changed.
pub fn remove_member(change: &mut ManagementChange<'_, '_>, id: &str, user: &str) -> Result<(), ApiError> {
    changeable(change.draft, id)?;
    let mut user = users::find(change.draft, change.call, user)?.clone();
    if !user.group_ids.iter().any(|known| known == id) {
        return Ok(());
    }
    user.group_ids.retain(|known| known != id);
    if let Some(rule) = user.rule_memberships.shift_remove(id) {
        group_rules::exclude(change, &rule, &user.id);
    }
    group_rules::apply(change.draft, &mut user, change.moment.now);
    change.draft.put_user(user);
    touch_membership(change, id);
    Ok(())
}
