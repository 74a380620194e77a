//! Global session policies: the limits of sessions. Okta: the first policy by priority that covers the user, and its first such
//! rule; otherwise the default rule.

use super::conditions::PolicySubject;
use crate::model::{People, SessionActions, User};
use crate::moment::Moment;
use crate::org::Org;
use crate::trace::{NoteStatus, Unmet};

/// The limits of a new session of this user.
pub fn limits(org: &Org, user: &User, moment: &mut Moment<'_>) -> SessionActions {
    const TITLE: &str = "global session policy";
    let subject = PolicySubject::new(org, user);
    let mut policies: Vec<_> = org.session_policies().collect();
    policies.sort_by_key(|policy| (policy.system, policy.priority));
    let policy =
        policies.into_iter().find(|policy| policy.status.is_active() && covers(&subject, &policy.conditions.people));
    let Some(policy) = policy else {
        moment.trace.note(
            NoteStatus::Matched,
            TITLE,
            format!("the default rule: {}", describe(SessionActions::default())),
        );
        return SessionActions::default();
    };
    let mut rules: Vec<_> = policy.rules.iter().collect();
    rules.sort_by_key(|rule| rule.priority);
    let rule = rules.into_iter().find(|rule| rule.status.is_active() && covers(&subject, &rule.conditions.people));
    let (name, limits) = rule.map_or(("the default rule", SessionActions::default()), |rule| {
        (rule.name.as_str(), rule.actions.signon.session)
    });
    moment.trace.note(NoteStatus::Matched, TITLE, format!("{}, {name}: {}", policy.name, describe(limits)));
    limits
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

/// Whether a condition covers a user. Unlike in access policies, a condition without inclusions covers everyone.
fn covers(user: &PolicySubject<'_>, people: &People) -> bool {
    match user.unmet(people) {
        None => true,
        Some(Unmet::NotIncluded(_)) => people.users.include.is_empty() && people.groups.include.is_empty(),
        Some(_) => false,
    }
}
