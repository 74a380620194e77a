//! The events of sign-ins.

use super::answer::SignInEffect;
use super::problem::{SignInProblem, SignInProblemKind};
use crate::ledger::FailedSignIns;
use crate::model::User;
use crate::moment::Moment;
use crate::org::{CompiledServer, Org};
use crate::policy::password_rules::lockout;
use crate::system_log::{EventEntity, EventOutcome, EventType, LogEvent};

/// The events of a session that begins. `session` is its public id.
#[must_use]
pub fn began(user: &User, session: &str) -> [LogEvent; 2] {
    let event = |kind| LogEvent::new(kind).by(user.event_entity()).in_session(Some(session.to_owned()));
    let allowed = EventOutcome::Allow("Sign-on policy evaluation resulted in AUTHENTICATED".into());
    [event(EventType::SignOnPolicy).with_outcome(allowed), event(EventType::SessionStart)]
}

/// Adds the events of a step in which the user says who they are. `typed` is the name that was typed; the wrong passwords of the user are
/// counted before and after the step.
pub(super) fn answered(
    org: &Org,
    user: Option<&User>,
    typed: &str,
    (before, after): (&FailedSignIns, &FailedSignIns),
    problem: Option<&SignInProblem>,
    moment: &mut Moment<'_>,
) {
    let locks = |user: &&User| {
        let lockout = &lockout(org, user);
        !before.lock(lockout, moment.now) && after.lock(lockout, moment.now)
    };
    if let Some(user) = user.filter(locks) {
        moment.trace.event(locked(user));
    }
    if let Some(event) = problem.and_then(|problem| failed(user, typed, problem)) {
        moment.trace.event(event);
    }
}

/// The event of a password that the user has chosen.
pub(super) fn password_chosen(user: &User) -> LogEvent {
    LogEvent::new(EventType::AccountUpdatePassword).by(user.event_entity()).on(user.event_entity())
}

/// The event of a user who has registered.
pub(super) fn registered(user: &User) -> LogEvent {
    LogEvent::new(EventType::UserCreate).by(user.event_entity()).on(user.event_entity())
}

/// The event of a profile that the user has completed.
pub(super) fn profile_completed(user: &User) -> LogEvent {
    LogEvent::new(EventType::AccountUpdateProfile).by(user.event_entity()).on(user.event_entity())
}

/// The event of a second factor. `reason`: why it failed.
pub(super) fn verified(user: &User, reason: Option<&'static str>) -> LogEvent {
    let event = LogEvent::new(EventType::AuthViaMfa).by(user.event_entity()).on(user.event_entity());
    match reason {
        Some(reason) => event.failed(reason),
        None => event,
    }
}

/// The event of a factor that a user has enrolled.
pub(super) fn enrolled(user: &User) -> LogEvent {
    LogEvent::new(EventType::FactorActivate).by(user.event_entity()).on(user.event_entity())
}

/// Adds the event of a consent, if it is among the effects of a step.
pub(super) fn consented(
    org: &Org,
    server: &CompiledServer,
    client_id: Option<&str>,
    effects: &[SignInEffect],
    moment: &mut Moment<'_>,
) {
    for effect in effects {
        if let SignInEffect::GiveConsent { user_id, scopes } = effect
            && let (Some(user), Some(client)) = (org.user(user_id), client_id.and_then(|id| org.client(id)))
        {
            let kind = server.event_type(EventType::OrgConsentGrant, EventType::ConsentGrant);
            let event = LogEvent::new(kind).by(user.event_entity()).on(client.event_entity());
            moment.trace.event(event.with_debug("grantedScopes", scopes.listed()));
        }
    }
}

/// The event of a step that failed; `None` if it was not an attempt. `typed` is the name that was typed.
fn failed(user: Option<&User>, typed: &str, problem: &SignInProblem) -> Option<LogEvent> {
    let reason = match problem.kind {
        SignInProblemKind::MissingIdentifier
        | SignInProblemKind::MissingPassword
        | SignInProblemKind::RegistrationUnavailable
        | SignInProblemKind::CookiesBlocked => return None,
        SignInProblemKind::LockedOut => "LOCKED_OUT",
        _ => "INVALID_CREDENTIALS",
    };
    let actor = user.map_or_else(|| EventEntity::unknown_user(typed), User::event_entity);
    Some(LogEvent::new(EventType::SessionStart).by(actor).failed(reason))
}

/// The event of an account that wrong passwords have locked.
fn locked(user: &User) -> LogEvent {
    LogEvent::new(EventType::AccountLock).by(user.event_entity()).on(user.event_entity())
}
