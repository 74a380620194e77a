//! The order of policies and of rules. Okta: they are numbered from 1, and the one of the system is the last.

use serde_json::{Map, Value};

use super::record::{is_system, priority};

/// The priority of the system's rule. Okta: as recorded.
pub(super) const CATCH_ALL: u64 = 99;

/// Puts a member of a list at a priority, or behind the others, and numbers all. `members` are in order, with the one of the system
/// last. Returns the priority that it gets.
pub(super) fn place(
    members: &mut [&mut Map<String, Value>],
    placed: &mut Map<String, Value>,
    wanted: Option<u64>,
) -> u64 {
    let count = members.iter().filter(|other| !is_system(other)).count() as u64;
    let own = wanted.map_or(count + 1, |wanted| wanted.clamp(1, count + 1));
    let mut next = 1;
    for member in members.iter_mut() {
        if next == own {
            next += 1;
        }
        set(member, next);
        next += 1;
    }
    set(placed, own);
    own
}

/// Closes the gaps between priorities.
pub(super) fn close_gaps<'a>(members: impl IntoIterator<Item = &'a mut Map<String, Value>>) {
    for (index, member) in members.into_iter().enumerate() {
        set(member, index as u64 + 1);
    }
}

/// The priority behind all others but the one of the system.
pub(super) fn behind(members: &[Map<String, Value>]) -> u64 {
    members.iter().filter(|other| !is_system(other)).map(priority).max().map_or(1, |last| last + 1)
}

fn set(member: &mut Map<String, Value>, priority: u64) {
    member.insert("priority".to_owned(), priority.into());
}
