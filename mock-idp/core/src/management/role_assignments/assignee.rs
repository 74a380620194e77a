//! Who has administrator roles.

use crate::management::{ApiError, ManagementCall, ManagementChange, groups, users};
use crate::model::AdminRole;
use crate::moment::timestamp;
use crate::org::Tables;

/// What can have administrator roles.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AssigneeKind {
    User,
    Group,
    Client,
}

impl AssigneeKind {
    /// The `assignmentType`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::User => "USER",
            Self::Group => "GROUP",
            Self::Client => "CLIENT",
        }
    }
}

/// A user, group or client with its roles.
#[derive(Debug)]
pub(super) struct Assignee {
    pub(super) kind: AssigneeKind,
    /// For a client: its `client_id`.
    pub(super) id: String,
    pub(super) roles: Vec<AdminRole>,
    pub(super) created: Option<String>,
}

impl Assignee {
    /// # Errors
    /// There is none of that name.
    pub(super) fn find(
        org: &Tables,
        call: ManagementCall<'_>,
        kind: AssigneeKind,
        name: &str,
    ) -> Result<Self, ApiError> {
        let (own_id, id, roles) = match kind {
            AssigneeKind::User => {
                let user = users::find(org, call, name)?;
                (&user.id, user.id.as_str(), &user.roles)
            }
            AssigneeKind::Group => {
                let group = groups::find(org, name)?;
                (&group.id, group.id.as_str(), &group.roles)
            }
            AssigneeKind::Client => {
                let app = org.client(name).ok_or_else(|| ApiError::not_found(name, "PublicClientApp"))?;
                (&app.id, app.client_id(), &app.roles)
            }
        };
        let created = org.times(own_id).map(|times| timestamp(times.created));
        Ok(Self { kind, id: id.to_owned(), roles: roles.clone(), created })
    }

    /// Stores the roles.
    pub(super) fn store(self, change: &mut ManagementChange<'_, '_>) {
        let Self { kind, id, roles, .. } = self;
        match kind {
            AssigneeKind::User => {
                change.draft.change_user(&id, |user| {
                    user.roles = roles;
                    Some(())
                });
            }
            AssigneeKind::Group => {
                if let Some(mut group) = change.draft.group(&id).cloned() {
                    group.roles = roles;
                    change.draft.put_group(group);
                }
            }
            AssigneeKind::Client => {
                change.draft.change_client(&id, |app| {
                    app.roles = roles;
                    Some(())
                });
            }
        }
    }

    /// Its path in links.
    pub(super) fn path(&self) -> String {
        let list = match self.kind {
            AssigneeKind::User => "/api/v1/users",
            AssigneeKind::Group => "/api/v1/groups",
            AssigneeKind::Client => "/oauth2/v1/clients",
        };
        format!("{list}/{}", self.id)
    }
}
