//! The users of an org as the development picker shows them.

use serde::Serialize;

use super::tables::Tables;
use crate::model::{User, UserStatus};

/// A user of the development picker.
#[derive(Clone, Debug, Serialize)]
pub struct PickerUser {
    pub login: String,
    pub display_name: String,
    /// Names of the groups, without the built-in one.
    pub groups: Vec<String>,
    /// Why a developer would pick this user: "locked out", "no client assigned" …
    pub note: Option<String>,
}

impl PickerUser {
    pub(super) fn new(org: &Tables, user: &User) -> Self {
        let status = (user.status != UserStatus::Active).then(|| user.status.name().to_lowercase().replace('_', " "));
        Self {
            login: user.profile.login.clone(),
            display_name: user.profile.display_name(),
            groups: org.group_views(user).skip(1).map(|group| group.name.clone()).collect(),
            note: user.note.clone().or(status),
        }
    }
}
