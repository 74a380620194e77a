//! Global session policies: how long the session of a sign-in lasts. Okta: the first policy for the user by priority, and in it
//! the first rule; without either the default rule.

use crate::model::{People, SessionActions, User};
use crate::moment::Moment;
use crate::org::Org;
use crate::trace::Verdict;

/// The limits of a session that this user begins.
pub fn limits(org: &Org, user: &User, moment: &mut Moment<'_>) -> SessionActions {
    let subject = "global session policy";
    let mut policies: Vec<_> = org.document().global_session_policies.iter().collect();
    policies.sort_by_key(|policy| policy.priority);
    let policy =
        policies.into_iter().find(|policy| policy.status.is_active() && covers(org, &policy.conditions.people, user));
    let Some(policy) = policy else {
        moment.trace.note(Verdict::Matched, subject, format!("the default rule: {}", words(SessionActions::default())));
        return SessionActions::default();
    };
    let mut rules: Vec<_> = policy.rules.iter().collect();
    rules.sort_by_key(|rule| rule.priority);
    let rule = rules.into_iter().find(|rule| rule.status.is_active() && covers(org, &rule.conditions.people, user));
    let (name, limits) = rule.map_or(("the default rule", SessionActions::default()), |rule| {
        (rule.name.as_str(), rule.actions.signon.session)
    });
    moment.trace.note(Verdict::Matched, subject, format!("{}, {name}: {}", policy.name, words(limits)));
    limits
}

fn words(limits: SessionActions) -> String {
    let SessionActions { max_session_idle_minutes: idle, max_session_lifetime_minutes: lifetime } = limits;
    let ends =
        if lifetime == 0 { "without another end".to_owned() } else { format!("at most {lifetime} minutes in all") };
    format!("{idle} idle minutes, {ends}")
}

/// Whether a condition covers a user. Okta: exclusion wins; nobody included by name is everyone.
fn covers(org: &Org, people: &People, user: &User) -> bool {
    let in_groups = |ids: &[String]| {
        org.group_ids(user)
            .any(|id| ids.iter().any(|listed| listed == id || (listed == "EVERYONE" && Some(id) == org.everyone())))
    };
    if people.users.exclude.contains(&user.id) || in_groups(&people.groups.exclude) {
        return false;
    }
    let everyone = people.users.include.is_empty() && people.groups.include.is_empty();
    everyone || people.users.include.contains(&user.id) || in_groups(&people.groups.include)
}
