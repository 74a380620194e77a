//! Users. Okta: `/api/v1/users`.

mod app_links;
mod classification;
mod create;
mod credentials;
mod factors;
mod lifecycle;
mod links;
mod list;
mod passkeys;
mod profile;
mod risk;
mod shape;
mod update;
mod user_type;
mod view;

use super::{ApiError, ManagementCall};
use crate::model::User;
use crate::org::Tables;

pub use app_links::app_links;
pub use classification::{classification, set_classification};
pub use create::create;
pub(super) use credentials::choose_own_password;
pub use credentials::{answer_recovery_question, change_password, change_recovery_question, forgot_password};
pub use factors::{
    FactorEnrollment, activate_app, activate_factor, app_activation, enroll_factor, factor, factor_catalog,
    factor_challenge, factor_of, factor_questions, factor_transaction, factors, refused_factor, remove_factor,
    replace_factor,
};
pub use lifecycle::{
    activate, deactivate, expire_password, expire_password_with_temporary_one, not_locked, reactivate, remove,
    reset_factors, reset_password, suspend, unsuspend,
};
pub use list::list;
pub use passkeys::{passkey_challenge, register_passkey, use_passkey};
pub use risk::{risk, set_risk};
pub use shape::UserShape;
pub use update::{UserUpdate, entity_tag, update};
pub(super) use user_type::type_id as user_type_id;
pub use view::{get, get_shaped, show_listed};

/// The user that a path names: by id, login, the part of the login before its `@`, or `me` for the caller.
///
/// # Errors
/// There is none.
pub fn find<'t>(org: &'t Tables, call: ManagementCall<'_>, name: &str) -> Result<&'t User, ApiError> {
    let found = if name == "me" { call.user(org) } else { org.user_named(name) };
    found.ok_or_else(|| ApiError::not_found(name, "User"))
}

/// The groups of a user, `Everyone` first.
///
/// # Errors
/// There is no such user.
pub fn groups(org: &Tables, call: ManagementCall<'_>, name: &str) -> Result<super::ListedPage, ApiError> {
    let user = find(org, call, name)?;
    let groups = org.group_ids(user).filter_map(|id| org.group(id));
    let shown = groups.map(|group| super::groups::show(org, call, group)).collect();
    let link = format!("<{}/api/v1/users/{}/groups?limit=200>; rel=\"self\"", call.base(), user.id);
    Ok(super::ListedPage { objects: shown, links: vec![link] })
}
