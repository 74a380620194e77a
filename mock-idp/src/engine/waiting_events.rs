//! Events that wait for their delivery to event hooks.

use std::collections::{HashMap, VecDeque};

use parking_lot::Mutex;
use serde_json::Value;

/// The largest number of events that wait for a hook.
const MAX_WAITING: usize = 1_000;

/// The largest number of events of a delivery.
const MAX_DELIVERED: usize = 100;

/// The events that wait for delivery, by id of the hook. While there is an entry, a task delivers them.
#[derive(Debug, Default)]
pub(super) struct WaitingEvents(Mutex<HashMap<String, VecDeque<Value>>>);

impl WaitingEvents {
    /// Adds an event; whether a task has to be started for the hook. `Err`: too many events wait, and it is dropped.
    pub(super) fn add(&self, hook_id: &str, event: Value) -> Result<bool, ()> {
        let mut waiting = self.0.lock();
        let starts = !waiting.contains_key(hook_id);
        let events = waiting.entry(hook_id.to_owned()).or_default();
        if events.len() >= MAX_WAITING {
            return Err(());
        }
        events.push_back(event);
        Ok(starts)
    }

    /// The next events of a hook. If there are none, its task ends.
    pub(super) fn take(&self, hook_id: &str) -> Option<Vec<Value>> {
        let mut waiting = self.0.lock();
        let events = waiting.get_mut(hook_id)?;
        if events.is_empty() {
            waiting.remove(hook_id);
            return None;
        }
        let count = events.len().min(MAX_DELIVERED);
        Some(events.drain(..count).collect())
    }

    /// Drops all.
    pub(super) fn clear(&self) {
        self.0.lock().values_mut().for_each(VecDeque::clear);
    }
}
