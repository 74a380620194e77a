//! The directory objects that every Okta org has from the start.

mod app_user_schema;
mod authenticators;
mod features;
mod network_zones;
mod object;
mod policies;
mod user_schema;

use object::Fresh;

use super::document::OrgIdentity;
use crate::model::{DirectoryKind, DirectoryObject, Lockout};
use crate::moment::timestamp;

pub(crate) use app_user_schema::app_user_schema;
pub(super) use app_user_schema::define_app_attributes;
pub(super) use policies::lockout_settings;
pub(crate) use policies::{access_catch_all, default_session_policy, enrollment_catch_all};
pub(super) use user_schema::define_attributes;

/// The objects of a fresh org, created at this time. `lockout` is that of the default password policy.
pub(super) fn objects(org: &OrgIdentity, lockout: Lockout, created: i64) -> Vec<(DirectoryKind, DirectoryObject)> {
    let fresh = Fresh { org, lockout, created: timestamp(created) };
    let mut objects = Vec::new();
    user_schema::add(&fresh, &mut objects);
    network_zones::add(&fresh, &mut objects);
    policies::add(&fresh, &mut objects);
    authenticators::add(&fresh, &mut objects);
    features::add(&fresh, &mut objects);
    objects
}
