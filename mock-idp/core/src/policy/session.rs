//! Global session policies: the limits of sessions. Okta: the first policy by priority that covers the user, and its first such
//! rule; otherwise the default rule.

use super::circumstances::Circumstances;
use super::conditions::PolicySubject;
use crate::model::{GlobalSessionPolicy, GlobalSessionRule, People, SessionActions, User};
use crate::moment::Moment;
use crate::org::Org;
use crate::trace::NoteStatus;

const TITLE: &str = "global session policy";

/// The limits of a new session of this user.
pub fn limits(org: &Org, user: &User, moment: &mut Moment<'_>) -> SessionActions {
    let (name, limits) = match matching_rule(org, user, moment) {
        Some((policy, rule)) => (format!("{}, {}", policy.name, rule.name), rule.actions.signon.session),
        None => ("the default rule".to_owned(), SessionActions::default()),
    };
    moment.trace.note(NoteStatus::Matched, TITLE, format!("{name}: {}", describe(limits)));
    limits
}

/// Whether the cookie of a session outlives the browser. Okta: if the rule allows it and the user wants to stay signed in, until the
/// session ends; never for administrators.
pub fn keeps_cookie(limits: SessionActions, user: &User, wanted: bool, moment: &mut Moment<'_>) -> bool {
    const TITLE: &str = "session cookie";
    if !wanted {
        moment.trace.note(
            NoteStatus::PassedOver,
            TITLE,
            "it ends with the browser: the user has not asked to stay signed in",
        );
        return false;
    }
    if limits.use_persistent_cookie != Some(true) {
        let because = "it ends with the browser: the global session policy has no usePersistentCookie";
        moment.trace.note(NoteStatus::PassedOver, TITLE, because);
        return false;
    }
    if !user.roles.is_empty() {
        moment.trace.note(
            NoteStatus::PassedOver,
            TITLE,
            "it ends with the browser: administrators do not stay signed in",
        );
        return false;
    }
    moment.trace.note(NoteStatus::Matched, TITLE, "it outlives the browser: the user stays signed in");
    true
}

/// The policy that covers a user, and its rule; `None`: the default rule. Notes say which rules are passed over because of the network.
pub(super) fn matching_rule<'o>(
    org: &'o Org,
    user: &User,
    moment: &mut Moment<'_>,
) -> Option<(&'o GlobalSessionPolicy, &'o GlobalSessionRule)> {
    let subject = PolicySubject::new(org, user);
    let covers = |people: &People| subject.unmet_or_everyone(people).is_none();
    let mut policies: Vec<_> = org.session_policies().collect();
    policies.sort_by_key(|policy| (policy.system, policy.priority));
    let policy = policies.into_iter().find(|policy| policy.status.is_active() && covers(&policy.conditions.people))?;
    let mut rules: Vec<_> = policy.rules.iter().collect();
    rules.sort_by_key(|rule| rule.priority);
    let circumstances = Circumstances::new(org, user, moment);
    for rule in rules.into_iter().filter(|rule| rule.status.is_active() && covers(&rule.conditions.people)) {
        match rule.conditions.network.as_ref().and_then(|network| circumstances.network(network)) {
            Some(because) => {
                let note = format!("{}, {}: {because}", policy.name, rule.name);
                moment.trace.note(NoteStatus::PassedOver, TITLE, note);
            }
            None => return Some((policy, rule)),
        }
    }
    None
}

fn describe(limits: SessionActions) -> String {
    let SessionActions { max_session_idle_minutes: idle, max_session_lifetime_minutes: lifetime, .. } = limits;
    let ends = if lifetime == 0 {
        "without a maximum lifetime".to_owned()
    } else {
        format!("at most {lifetime} minutes in all")
    };
    format!("{idle} idle minutes, {ends}")
}
