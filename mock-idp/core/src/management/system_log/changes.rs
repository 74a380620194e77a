//! The events of a change of the org: what was created, changed and removed, whatever has done it.

use std::collections::BTreeSet;

use super::parts::{self, PartChanges};
use super::policy_changes;
use crate::model::{AdminRole, App, AuthorizationServer, DirectoryKind, DirectoryObject, Factor, User, UserStatus};
use crate::org::{Difference, ObjectDifference, Tables};
use crate::protocol::Status;
use crate::system_log::{EventEntity, EventType, LogEvent};

/// The types of the events about objects of a kind.
struct Lifecycle {
    created: EventType,
    updated: EventType,
    removed: EventType,
    /// Without them, a change of the status is an update.
    status: Option<[EventType; 2]>,
}

macro_rules! lifecycle {
    ($created:ident, $updated:ident, $removed:ident) => {
        Lifecycle {
            created: EventType::$created,
            updated: EventType::$updated,
            removed: EventType::$removed,
            status: None,
        }
    };
    ($created:ident, $updated:ident, $removed:ident, $activated:ident, $deactivated:ident) => {
        Lifecycle {
            status: Some([EventType::$activated, EventType::$deactivated]),
            ..lifecycle!($created, $updated, $removed)
        }
    };
}

const APP: Lifecycle = lifecycle!(AppCreate, AppUpdate, AppDelete, AppActivate, AppDeactivate);
const SERVER: Lifecycle = lifecycle!(ServerCreate, ServerUpdate, ServerDelete, ServerActivate, ServerDeactivate);
const SCOPE: Lifecycle = lifecycle!(ScopeCreate, ScopeUpdate, ScopeDelete);
const CLAIM: Lifecycle = lifecycle!(ClaimCreate, ClaimUpdate, ClaimDelete);
const POLICY: Lifecycle = lifecycle!(PolicyCreate, PolicyUpdate, PolicyDelete, PolicyActivate, PolicyDeactivate);
const RULE: Lifecycle = lifecycle!(RuleAdd, RuleUpdate, RuleDelete, RuleActivate, RuleDeactivate);
const USER_PRIVILEGES: [EventType; 2] = [EventType::PrivilegeGrant, EventType::PrivilegeRevoke];
const GROUP_PRIVILEGES: [EventType; 2] = [EventType::GroupPrivilegeGrant, EventType::GroupPrivilegeRevoke];
const CLIENT_PRIVILEGES: [EventType; 2] = [EventType::ClientPrivilegeGrant, EventType::ClientPrivilegeRevoke];
const ORIGIN: Lifecycle = lifecycle!(OriginCreate, OriginUpdate, OriginDelete, OriginActivate, OriginDeactivate);

/// The lifecycle of directory objects, and what Okta calls their type; `None`: no events.
fn directory_lifecycle(kind: DirectoryKind) -> Option<(&'static str, Lifecycle)> {
    Some(match kind {
        DirectoryKind::NetworkZone => {
            ("NetworkZone", lifecycle!(ZoneCreate, ZoneUpdate, ZoneDelete, ZoneActivate, ZoneDeactivate))
        }
        DirectoryKind::Policy => ("PolicyEntity", POLICY),
        DirectoryKind::Authenticator => (
            "Authenticator",
            lifecycle!(
                AuthenticatorCreate,
                AuthenticatorUpdate,
                AuthenticatorUpdate,
                AuthenticatorActivate,
                AuthenticatorDeactivate
            ),
        ),
        DirectoryKind::CustomRole => ("CustomRole", lifecycle!(CustomRoleCreate, CustomRoleUpdate, CustomRoleDelete)),
        DirectoryKind::ResourceSet => {
            ("ResourceSet", lifecycle!(ResourceSetCreate, ResourceSetUpdate, ResourceSetDelete))
        }
        DirectoryKind::InlineHook => (
            "InlineHook",
            lifecycle!(InlineHookCreate, InlineHookUpdate, InlineHookDelete, InlineHookActivate, InlineHookDeactivate),
        ),
        DirectoryKind::HookKey => ("HookKey", lifecycle!(HookKeyCreate, HookKeyUpdate, HookKeyDelete)),
        DirectoryKind::EventHook => (
            "EventHook",
            lifecycle!(EventHookCreate, EventHookUpdate, EventHookDelete, EventHookActivate, EventHookDeactivate),
        ),
        DirectoryKind::IdentityProvider => {
            ("IdentityProvider", lifecycle!(IdpCreate, IdpUpdate, IdpDelete, IdpActivate, IdpDeactivate))
        }
        DirectoryKind::IdentityProviderKey => {
            ("IdentityProviderKey", lifecycle!(IdpKeyCreate, IdpKeyUpdate, IdpKeyDelete))
        }
        DirectoryKind::LinkedObject => {
            ("LinkedObject", lifecycle!(LinkedObjectCreate, LinkedObjectCreate, LinkedObjectDelete))
        }
        _ => return None,
    })
}

/// The events of the change from `before` to `after`.
#[must_use]
pub fn events_of(before: &Tables, after: &Tables) -> Vec<LogEvent> {
    let mut events = Vec::new();
    for difference in after.differences(before) {
        of_difference(before, after, difference, &mut events);
    }
    events
}

fn of_difference(before: &Tables, after: &Tables, difference: ObjectDifference<'_>, events: &mut Vec<LogEvent>) {
    use ObjectDifference as Object;
    let active = |status: Status| status.is_active();
    match difference {
        Object::User(difference) => of_user(before, after, difference, events),
        Object::Group(difference) => {
            let mut add = |event: EventType| events.push(LogEvent::new(event).on(difference.object().event_entity()));
            match difference {
                Difference::Created(_) => add(EventType::GroupCreate),
                // Members have events of their own.
                Difference::Changed { before, after } => {
                    (before.profile != after.profile).then(|| add(EventType::GroupUpdate));
                    privileges(&before.roles, &after.roles, GROUP_PRIVILEGES).into_iter().for_each(add);
                }
                Difference::Removed(_) => add(EventType::GroupDelete),
            }
        }
        Object::App(difference) => {
            let entity = difference.object().event_entity();
            let parts = match difference {
                Difference::Changed { before, after } => {
                    let mut parts = parts::of_app(before, after);
                    parts.events.extend(privileges(&before.roles, &after.roles, CLIENT_PRIVILEGES));
                    parts
                }
                _ => PartChanges::of_whole(),
            };
            add_parts(events, parts, &entity, || of_object(difference, &APP, |app| active(app.status), entity.clone()));
        }
        Object::UserAssignment(app_id, difference) => {
            let kinds = [EventType::AppUserAdd, EventType::AppUserUpdate, EventType::AppUserRemove];
            events.extend(of_user_assignment(before, after, app_id, difference.object(), assigned(difference, kinds)));
        }
        Object::GroupAssignment(app_id, difference) => {
            let kinds = [EventType::AppGroupAdd, EventType::AppGroupUpdate, EventType::AppGroupRemove];
            let (app, group_id) = (find_app(before, after, app_id), &difference.object().id);
            let group = after.group(group_id).or_else(|| before.group(group_id));
            if let (Some(app), Some(group)) = (app, group) {
                let event = LogEvent::new(assigned(difference, kinds));
                events.push(event.on(group.event_entity()).on(app.event_entity()));
            }
        }
        Object::Server(difference) => {
            let server = difference.object();
            let entity = server.event_entity();
            let parts = match difference {
                Difference::Changed { before, after } => parts::of_server(before, after),
                _ => PartChanges::of_whole(),
            };
            let whole = || of_object(difference, &SERVER, |server| active(server.status), entity.clone());
            add_parts(events, parts, &entity, whole);
        }
        Object::Scope(server_id, difference) => {
            let scope = difference.object();
            let entity = EventEntity::new("OAuth2Scope", &scope.id, &scope.name);
            let event = of_object(difference, &SCOPE, |_| true, entity);
            events.push(on_server(event, before, after, server_id));
        }
        Object::Claim(server_id, difference) => {
            let claim = difference.object();
            let entity = EventEntity::new("OAuth2Claim", &claim.id, &claim.name);
            let event = of_object(difference, &CLAIM, |claim| active(claim.status), entity);
            events.push(on_server(event, before, after, server_id));
        }
        Object::AccessPolicy(difference) => {
            let policy = difference.object();
            let entity = EventEntity::new("PolicyEntity", &policy.id, &policy.name);
            events.push(of_object(difference, &POLICY, |policy| active(policy.status), entity));
        }
        Object::PolicyRule(policy_id, difference) => {
            let rule = difference.object();
            let entity = EventEntity::new("PolicyRule", &rule.id, &rule.name);
            let policy = after.policy(policy_id).or_else(|| before.policy(policy_id));
            let policy = policy.map(|policy| EventEntity::new("PolicyEntity", &policy.id, &policy.name));
            let event = of_object(difference, &RULE, |rule| active(rule.status), entity);
            events.push(policy.into_iter().fold(event, LogEvent::on));
        }
        Object::SessionPolicy(difference) => {
            let policy = difference.object();
            let entity = EventEntity::new("PolicyEntity", &policy.id, &policy.name);
            if let Difference::Changed { before, after } = difference {
                let changes = policy_changes::of_session(before, after, &entity);
                events.extend(changes.rules);
                if !changes.policy {
                    return;
                }
            }
            events.push(of_object(difference, &POLICY, |policy| active(policy.status), entity));
        }
        Object::TrustedOrigin(difference) => {
            let origin = difference.object();
            let entity = EventEntity::new("TrustedOrigin", &origin.id, &origin.name);
            events.push(of_object(difference, &ORIGIN, |origin| active(origin.status), entity));
        }
        Object::Directory(kind, difference) => {
            let object = difference.object();
            let entity = |type_name| EventEntity::new(type_name, &object.id, object.name());
            if kind == DirectoryKind::Policy
                && let Difference::Changed { before, after } = difference
            {
                let changes = policy_changes::of_directory(before, after, &entity("PolicyEntity"));
                events.extend(changes.rules);
                if !changes.policy {
                    return;
                }
            }
            if let Some(event) = change_of_user(before, after, kind, difference) {
                events.push(event);
            } else if let Some((type_name, event)) = directory_change(kind, difference) {
                events.push(LogEvent::new(event).on(entity(type_name)));
            } else if let Some((type_name, lifecycle)) = directory_lifecycle(kind)
                && !is_verification(difference)
            {
                let parts = match difference {
                    Difference::Changed { before, after } => parts::of_directory(kind, before, after),
                    _ => PartChanges::of_whole(),
                };
                let whole = || of_object(difference, &lifecycle, DirectoryObject::is_active, entity(type_name));
                add_parts(events, parts, &entity(type_name), whole);
            }
        }
    }
}

/// The event of a change of an object that belongs to a user, and that is about the user.
fn change_of_user(
    before: &Tables,
    after: &Tables,
    kind: DirectoryKind,
    difference: Difference<'_, DirectoryObject>,
) -> Option<LogEvent> {
    let event = match kind {
        DirectoryKind::UserRisk => EventType::UserRiskChange,
        DirectoryKind::Subscription => EventType::UserSubscriptionsUpdate,
        _ => return None,
    };
    if matches!(difference, Difference::Removed(_)) {
        return None;
    }
    find_user(before, after, &difference.object().owner).map(|user| LogEvent::new(event).on(user.event_entity()))
}

/// The event of a change of an object that has none for other changes. Okta's catalogue has no events for creating, changing and removing
/// group rules, for owners of groups, for links between users, for the schema of groups and for settings of the org.
fn directory_change(
    kind: DirectoryKind,
    difference: Difference<'_, DirectoryObject>,
) -> Option<(&'static str, EventType)> {
    let status = |object: &DirectoryObject| object.text("status").unwrap_or_default().to_owned();
    Some(match (kind, difference) {
        (DirectoryKind::ProfileMapping, Difference::Created(_) | Difference::Changed { .. }) => {
            ("ProfileMapping", EventType::MappingUpdate)
        }
        (DirectoryKind::UserType, Difference::Created(_)) => ("UserType", EventType::UserProfileCreate),
        (DirectoryKind::UserSchema, Difference::Changed { .. }) => ("UserSchema", EventType::UserProfileUpdate),
        (DirectoryKind::AppUserSchema, Difference::Created(_) | Difference::Changed { .. }) => {
            ("AppUserSchema", EventType::AppUserProfileUpdate)
        }
        (DirectoryKind::GroupRule, Difference::Changed { before, after }) if status(before) != status(after) => {
            let event = match status(after).as_str() {
                "ACTIVE" => EventType::GroupRuleTrigger,
                "INVALID" => EventType::GroupRuleInvalidate,
                _ => EventType::GroupRuleDeactivate,
            };
            ("GroupRule", event)
        }
        (DirectoryKind::RoleSubscription, Difference::Created(_) | Difference::Changed { .. }) => {
            ("Role", EventType::RoleSubscriptionsUpdate)
        }
        (DirectoryKind::Feature, Difference::Changed { before, after }) if status(before) != status(after) => {
            let is_on = status(after) == "ENABLED";
            ("Feature", if is_on { EventType::FeatureEnable } else { EventType::FeatureDisable })
        }
        _ => return None,
    })
}

/// Whether only the verification of an event hook has changed, which has an event of its own.
fn is_verification(difference: Difference<'_, DirectoryObject>) -> bool {
    let Difference::Changed { before, after } = difference else { return false };
    let written = |object: &DirectoryObject| {
        let computed = ["verificationStatus", "lastUpdated", "lastUpdatedBy"];
        let written = object.members.iter().filter(|(name, _)| !computed.contains(&name.as_str()));
        written.map(|(name, value)| (name.clone(), value.clone())).collect::<Vec<_>>()
    };
    before.text("verificationStatus") != after.text("verificationStatus") && written(before) == written(after)
}

fn of_object<T>(
    difference: Difference<'_, T>,
    kinds: &Lifecycle,
    is_active: impl Fn(&T) -> bool,
    entity: EventEntity,
) -> LogEvent {
    let kind = match (difference, kinds.status) {
        (Difference::Created(_), _) => kinds.created,
        (Difference::Removed(_), _) => kinds.removed,
        (Difference::Changed { before, after }, Some([activated, deactivated]))
            if is_active(before) != is_active(after) =>
        {
            if is_active(after) {
                activated
            } else {
                deactivated
            }
        }
        (Difference::Changed { .. }, _) => kinds.updated,
    };
    LogEvent::new(kind).on(entity)
}

fn add_parts(events: &mut Vec<LogEvent>, parts: PartChanges, entity: &EventEntity, whole: impl FnOnce() -> LogEvent) {
    events.extend(parts.events.into_iter().map(|kind| LogEvent::new(kind).on(entity.clone())));
    if parts.others {
        events.push(whole());
    }
}

fn assigned<T>(difference: Difference<'_, T>, [added, updated, removed]: [EventType; 3]) -> EventType {
    match difference {
        Difference::Created(_) => added,
        Difference::Changed { .. } => updated,
        Difference::Removed(_) => removed,
    }
}

fn find_app<'t>(before: &'t Tables, after: &'t Tables, id: &str) -> Option<&'t App> {
    after.app(id).or_else(|| before.app(id))
}

fn find_user<'t>(before: &'t Tables, after: &'t Tables, id: &str) -> Option<&'t User> {
    after.user(id).or_else(|| before.user(id))
}

fn of_user_assignment(
    before: &Tables,
    after: &Tables,
    app_id: &str,
    assignment: &crate::model::Assignment,
    kind: EventType,
) -> Option<LogEvent> {
    let (app, user) = (find_app(before, after, app_id)?, find_user(before, after, &assignment.id)?);
    let name = assignment.credentials.user_name.as_deref().unwrap_or(&user.profile.login);
    Some(LogEvent::new(kind).on(user.app_user_entity(name)).on(app.event_entity()).on(user.event_entity()))
}

fn on_server(event: LogEvent, before: &Tables, after: &Tables, id: &str) -> LogEvent {
    let server = after.authorization_server(id).or_else(|| before.authorization_server(id));
    let server = server.map(AuthorizationServer::event_entity);
    server.into_iter().fold(event, LogEvent::on)
}

/// Okta: each aspect of a user has events of its own.
fn of_user(before: &Tables, after: &Tables, difference: Difference<'_, User>, events: &mut Vec<LogEvent>) {
    let entity = difference.object().event_entity();
    let mut add = |kind: EventType| events.push(LogEvent::new(kind).on(entity.clone()));
    let blank = User::default();
    let (was, is) = match difference {
        Difference::Created(user) => {
            add(EventType::UserCreate);
            if user.status != UserStatus::Staged {
                add(EventType::UserActivate);
            }
            (&blank, user)
        }
        Difference::Removed(_) => {
            add(EventType::UserDeleteInitiated);
            add(EventType::UserDeleteCompleted);
            return;
        }
        Difference::Changed { before, after } => {
            of_changed_user(before, after, &mut add);
            (before, after)
        }
    };
    for (group_id, kind) in memberships(was, is) {
        let group = after.group(group_id).or_else(|| before.group(group_id));
        if let Some(group) = group {
            events.push(LogEvent::new(kind).on(entity.clone()).on(group.event_entity()));
        }
    }
}

fn of_changed_user(was: &User, is: &User, add: &mut impl FnMut(EventType)) {
    use UserStatus as S;
    let status = match (was.status, is.status) {
        (before, after) if before == after => None,
        (_, S::Deprovisioned) => Some(EventType::UserDeactivate),
        (_, S::Suspended) => Some(EventType::UserSuspend),
        (S::Suspended, _) => Some(EventType::UserUnsuspend),
        (S::LockedOut, _) => Some(EventType::AccountUnlockByAdmin),
        (_, S::LockedOut) => Some(EventType::AccountLock),
        (_, S::Recovery) => Some(EventType::AccountResetPassword),
        (_, S::PasswordExpired) => Some(EventType::AccountExpirePassword),
        (S::Staged | S::Deprovisioned, S::Provisioned | S::Active) => Some(EventType::UserActivate),
        (_, S::Provisioned) => Some(EventType::UserReactivate),
        (S::Provisioned, S::Active) => Some(EventType::UserActivate),
        _ => None,
    };
    status.into_iter().for_each(&mut *add);
    if was.profile != is.profile {
        add(EventType::AccountUpdateProfile);
    }
    if was.credentials.password != is.credentials.password && is.credentials.password.is_some() {
        add(EventType::AccountUpdatePassword);
    }
    if was.user_type != is.user_type {
        add(EventType::AccountUpdateUserType);
    }
    factors(was, is).into_iter().for_each(&mut *add);
    privileges(&was.roles, &is.roles, USER_PRIVILEGES).into_iter().for_each(add);
}

/// The events of factors that have become active, and of those that are gone.
fn factors(was: &User, is: &User) -> Vec<EventType> {
    let has = |user: &User, id: &str| user.factor(id).is_some_and(Factor::is_active);
    let lacked_by = |user: &User, factor: &&Factor| factor.is_active() && !has(user, &factor.id);
    let activated = is.factors.iter().filter(|factor| lacked_by(was, factor)).map(|_| EventType::FactorActivate);
    let gone = was.factors.iter().filter(|factor| lacked_by(is, factor)).map(|_| EventType::FactorDeactivate);
    activated.chain(gone).collect()
}

/// The event of changed roles. Okta: revoked if no privilege is left.
fn privileges(before: &[AdminRole], after: &[AdminRole], [granted, revoked]: [EventType; 2]) -> Option<EventType> {
    (before != after).then_some(if after.is_empty() { revoked } else { granted })
}

fn memberships<'u>(was: &'u User, is: &'u User) -> Vec<(&'u str, EventType)> {
    let ids = |user: &'u User| user.group_ids.iter().map(String::as_str).collect::<BTreeSet<_>>();
    let (was, is) = (ids(was), ids(is));
    let added = is.difference(&was).map(|id| (*id, EventType::MembershipAdd));
    added.chain(was.difference(&is).map(|id| (*id, EventType::MembershipRemove))).collect()
}
