//! The users, groups and apps that the roles of a caller cover. Okta: the targets of a standard role, and the resource set of a custom one,
//! narrow them.

use super::iam;
use crate::model::{AdminRole, App, AppTarget, Group, RoleTargets, User};
use crate::org::Tables;

/// The users, groups and apps that a call may be about.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Reach {
    /// `None` is everything.
    only: Option<Vec<Reachable>>,
}

/// A part of what a call may be about.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Reachable {
    AllUsers,
    AllGroups,
    AllApps,
    User(String),
    Group(String),
    MembersOf(String),
    App(String),
    AppsMadeFrom(String),
}

impl Reach {
    /// Everything.
    pub(super) const EVERYTHING: Self = Self { only: None };

    /// What a standard role reaches in a call that needs one of these scopes. Okta: a role without targets reaches everything.
    pub(super) fn of_role(role: &AdminRole, scopes: &[&str]) -> Self {
        let RoleTargets { groups, apps } = &role.targets;
        let mut only = Vec::new();
        if role.kind.has_group_targets() && is_about(scopes, &["users", "groups", "sessions", "factors"]) {
            only.extend(groups.iter().flat_map(|id| [Reachable::Group(id.clone()), Reachable::MembersOf(id.clone())]));
        }
        if role.kind.has_app_targets() && is_about(scopes, &["apps", "appGrants", "clients"]) {
            only.extend(apps.iter().map(|AppTarget { name, id }| match id {
                Some(id) => Reachable::App(id.clone()),
                None => Reachable::AppsMadeFrom(name.clone()),
            }));
        }
        if only.is_empty() { Self::EVERYTHING } else { Self { only: Some(only) } }
    }

    /// What a custom role reaches: the resources of its set, by their names. Those of other kinds than users, groups and apps narrow
    /// nothing.
    pub(super) fn of_resources<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        Self { only: Some(names.filter_map(reachable).collect()) }
    }

    /// Adds what another role reaches.
    pub(super) fn extend(&mut self, other: Self) {
        match (&mut self.only, other.only) {
            (Some(only), Some(more)) => only.extend(more),
            (only, _) => *only = None,
        }
    }

    /// Whether a call may be about a user.
    pub(super) fn has_user(&self, org: &Tables, user: &User) -> bool {
        self.has(|part| match part {
            Reachable::AllUsers => true,
            Reachable::User(id) => *id == user.id,
            Reachable::MembersOf(id) => org.group_ids(user).any(|group| group == id),
            _ => false,
        })
    }

    /// Whether a call may create a user who becomes a member of these groups.
    pub(super) fn has_new_user(&self, group_ids: &[String]) -> bool {
        let joined = |id: &String| self.has(|part| matches!(part, Reachable::MembersOf(known) if known == id));
        self.has(|part| *part == Reachable::AllUsers) || !group_ids.is_empty() && group_ids.iter().all(joined)
    }

    /// Whether a call may be about a group.
    pub(super) fn has_group(&self, group: &Group) -> bool {
        self.has(|part| match part {
            Reachable::AllGroups => true,
            Reachable::Group(id) | Reachable::MembersOf(id) => *id == group.id,
            _ => false,
        })
    }

    /// Whether a call may create a group.
    pub(super) fn has_new_group(&self) -> bool {
        self.has(|part| *part == Reachable::AllGroups)
    }

    /// Whether a call may be about an app.
    #[must_use]
    pub fn has_app(&self, app: &App) -> bool {
        self.has(|part| matches!(part, Reachable::App(id) if *id == app.id)) || self.has_new_app(&app.name)
    }

    /// Whether a call may create an app that is made from one of the catalog.
    #[must_use]
    pub fn has_new_app(&self, name: &str) -> bool {
        self.has(|part| match part {
            Reachable::AllApps => true,
            Reachable::AppsMadeFrom(known) => known == name,
            _ => false,
        })
    }

    fn has(&self, accepts: impl Fn(&Reachable) -> bool) -> bool {
        self.only.as_ref().is_none_or(|parts| parts.iter().any(accepts))
    }
}

/// The resource with a name.
fn reachable(orn: &str) -> Option<Reachable> {
    if let Some(name) = iam::apps_made_from(orn) {
        return Some(Reachable::AppsMadeFrom(name.to_owned()));
    }
    let path = iam::path_of(orn)?;
    let parts: Vec<&str> = path.strip_prefix("/api/v1/")?.split('/').collect();
    let owned = |id: &str| id.to_owned();
    Some(match parts[..] {
        ["users"] => Reachable::AllUsers,
        ["groups"] => Reachable::AllGroups,
        ["apps"] => Reachable::AllApps,
        ["users", id] => Reachable::User(owned(id)),
        ["groups", id] => Reachable::Group(owned(id)),
        ["groups", id, "users"] => Reachable::MembersOf(owned(id)),
        ["apps", id] => Reachable::App(owned(id)),
        _ => return None,
    })
}

/// Whether a scope is about one of these areas: `okta.{area}.{verb}`.
pub(super) fn is_about(scopes: &[&str], areas: &[&str]) -> bool {
    scopes.iter().any(|scope| scope.split('.').nth(1).is_some_and(|area| areas.contains(&area)))
}
