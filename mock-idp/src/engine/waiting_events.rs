//! Events that wait for their delivery to event hooks.

use std::collections::{HashMap, VecDeque};

use parking_lot::Mutex;
use serde_json::Value;

/// The largest number of events that wait for a hook.
pub(super) const MAX_WAITING: usize = 1_000;

/// The largest number of events of a delivery.
const MAX_DELIVERED: usize = 100;

/// The events that wait for delivery, by id of the hook. While there is an entry, a task delivers them.
#[derive(Debug, Default)]
pub(super) struct WaitingEvents(Mutex<HashMap<String, HookQueue>>);

/// The events of a hook.
#[derive(Debug, Default)]
struct HookQueue {
    events: VecDeque<Value>,
    /// How many were dropped since the last delivery, because too many waited.
    dropped: usize,
}

/// The events of a delivery.
#[derive(Debug, PartialEq)]
pub(super) struct NextEvents {
    pub(super) events: Vec<Value>,
    /// How many were dropped since the last delivery, because too many waited.
    pub(super) dropped: usize,
}

impl WaitingEvents {
    /// Adds an event, or drops it if too many wait. Returns whether a task has to be started for the hook.
    pub(super) fn add(&self, hook_id: &str, event: Value) -> bool {
        let mut waiting = self.0.lock();
        let starts = !waiting.contains_key(hook_id);
        let queue = waiting.entry(hook_id.to_owned()).or_default();
        if queue.events.len() < MAX_WAITING {
            queue.events.push_back(event);
        } else {
            queue.dropped += 1;
        }
        starts
    }

    /// The next events of a hook. If there are none, its task ends.
    pub(super) fn take(&self, hook_id: &str) -> Option<NextEvents> {
        let mut waiting = self.0.lock();
        let queue = waiting.get_mut(hook_id)?;
        if queue.events.is_empty() {
            waiting.remove(hook_id);
            return None;
        }
        let count = queue.events.len().min(MAX_DELIVERED);
        Some(NextEvents { events: queue.events.drain(..count).collect(), dropped: std::mem::take(&mut queue.dropped) })
    }

    /// Drops all.
    pub(super) fn clear(&self) {
        self.0.lock().values_mut().for_each(|queue| *queue = HookQueue::default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hook_has_a_bound_of_its_own_and_what_is_dropped_is_counted() {
        let waiting = WaitingEvents::default();
        let starts: Vec<bool> = (0..MAX_WAITING + 3).map(|number| waiting.add("slow", number.into())).collect();
        assert!(starts[0] && !starts[1..].contains(&true), "one task for each hook");
        assert!(waiting.add("other", 1.into()));
        let other = NextEvents { events: vec![1.into()], dropped: 0 };
        assert_eq!((waiting.take("other"), waiting.take("other")), (Some(other), None));

        let first = NextEvents { events: (0..MAX_DELIVERED).map(Value::from).collect(), dropped: 3 };
        assert_eq!(waiting.take("slow"), Some(first));
        assert!(!waiting.add("slow", "later".into()), "there is room again, and the task still runs");
        let rest: Vec<NextEvents> = std::iter::from_fn(|| waiting.take("slow")).collect();
        assert_eq!(rest.iter().map(|next| next.dropped).sum::<usize>(), 0, "they are counted once");
        let events: Vec<Value> = rest.into_iter().flat_map(|next| next.events).collect();
        let expected: Vec<Value> = (MAX_DELIVERED..MAX_WAITING).map(Value::from).chain(["later".into()]).collect();
        assert_eq!(events, expected);
        assert!(waiting.add("slow", "again".into()), "a new task is started");
    }
}
