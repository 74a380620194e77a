//! Global session policies: how long the session of a sign-in lasts. Okta: the first policy for the user by priority, and in it
//! the first rule; without either the default rule.

use super::Asker;
use crate::model::{People, SessionActions, User};
use crate::moment::Moment;
use crate::org::Org;
use crate::trace::{NoteStatus, Unmet};

/// The limits of a session that this user begins.
pub fn limits(org: &Org, user: &User, moment: &mut Moment<'_>) -> SessionActions {
    let subject = "global session policy";
    let asker = Asker::new(org, user);
    let mut policies: Vec<_> = org.document().global_session_policies.iter().collect();
    policies.sort_by_key(|policy| policy.priority);
    let policy =
        policies.into_iter().find(|policy| policy.status.is_active() && covers(&asker, &policy.conditions.people));
    let Some(policy) = policy else {
        moment.trace.note(
            NoteStatus::Matched,
            subject,
            format!("the default rule: {}", words(SessionActions::default())),
        );
        return SessionActions::default();
    };
    let mut rules: Vec<_> = policy.rules.iter().collect();
    rules.sort_by_key(|rule| rule.priority);
    let rule = rules.into_iter().find(|rule| rule.status.is_active() && covers(&asker, &rule.conditions.people));
    let (name, limits) = rule.map_or(("the default rule", SessionActions::default()), |rule| {
        (rule.name.as_str(), rule.actions.signon.session)
    });
    moment.trace.note(NoteStatus::Matched, subject, format!("{}, {name}: {}", policy.name, words(limits)));
    limits
}

fn words(limits: SessionActions) -> String {
    let SessionActions { max_session_idle_minutes: idle, max_session_lifetime_minutes: lifetime } = limits;
    let ends =
        if lifetime == 0 { "without another end".to_owned() } else { format!("at most {lifetime} minutes in all") };
    format!("{idle} idle minutes, {ends}")
}

/// Whether a condition covers a user: as in access policies, but for one that includes nobody by name, which is for everyone.
fn covers(user: &Asker<'_>, people: &People) -> bool {
    match user.unmet(people) {
        None => true,
        Some(Unmet::NotIncluded(_)) => people.users.include.is_empty() && people.groups.include.is_empty(),
        Some(_) => false,
    }
}
