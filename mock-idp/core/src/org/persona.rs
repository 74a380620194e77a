//! The users of an org as people pick one.

use serde::Serialize;

use super::Org;
use crate::model::{User, UserStatus};

/// A user of the development picker.
#[derive(Clone, Debug, Serialize)]
pub struct Persona {
    pub login: String,
    pub display_name: String,
    /// Names, without the group that everybody is in.
    pub groups: Vec<String>,
    /// What makes this one interesting: "locked out", "no client assigned" …
    pub note: Option<String>,
}

impl Persona {
    pub(super) fn new(org: &Org, user: &User) -> Self {
        let status = (user.status != UserStatus::Active).then(|| user.status.name().to_lowercase().replace('_', " "));
        Self {
            login: user.profile.login.clone(),
            display_name: user.profile.display_name(),
            groups: org.group_views(user).skip(1).map(|group| group.name.clone()).collect(),
            note: user.note.clone().or(status),
        }
    }
}
