//! One kind of record in memory: bounded, with times to live, each operation atomic.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use parking_lot::Mutex;

/// Records by key. The operations are async because other stores answer over a network; times are seconds since the epoch
/// by the org's clock.
#[derive(Debug)]
pub(crate) struct Table<T> {
    capacity: usize,
    entries: Mutex<Entries<T>>,
}

#[derive(Debug)]
struct Entries<T> {
    by_key: HashMap<Arc<str>, Entry<T>>,
    /// Soonest first, so that dropping the dead costs no search.
    by_end: BTreeSet<(i64, Arc<str>)>,
}

#[derive(Debug)]
struct Entry<T> {
    value: T,
    /// The first second at which the record is gone.
    ends: i64,
}

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self { by_key: HashMap::new(), by_end: BTreeSet::new() }
    }
}

impl<T: Clone> Table<T> {
    /// A table that holds at most so many records; beyond, those that end soonest go.
    #[must_use]
    pub(crate) fn bounded(capacity: usize) -> Self {
        Self { capacity, entries: Mutex::default() }
    }

    /// A copy of the record.
    pub(crate) async fn get(&self, key: &str, now: i64) -> Option<T> {
        let entries = self.entries.lock();
        entries.by_key.get(key).filter(|entry| now < entry.ends).map(|entry| entry.value.clone())
    }

    /// Keeps a record until `ends`.
    pub(crate) async fn put(&self, key: &str, value: T, ends: i64, now: i64) {
        self.entries.lock().insert(key, value, ends, now, self.capacity);
    }

    /// Keeps a record unless there is one; whether it was kept. What makes a value single-use that others have chosen.
    pub(crate) async fn put_if_absent(&self, key: &str, value: T, ends: i64, now: i64) -> bool {
        let mut entries = self.entries.lock();
        if entries.by_key.get(key).is_some_and(|entry| now < entry.ends) {
            return false;
        }
        entries.insert(key, value, ends, now, self.capacity);
        true
    }

    /// Reads and deletes in one step: what makes a record single-use under any concurrency.
    pub(crate) async fn take(&self, key: &str, now: i64) -> Option<T> {
        self.entries.lock().remove(key).filter(|entry| now < entry.ends).map(|entry| entry.value)
    }

    /// Changes a record in place and answers what the change says; `None` when there is none. The change must be pure: a store
    /// that compares and swaps may run it again.
    pub(crate) async fn update<R>(&self, key: &str, now: i64, mut change: impl FnMut(&mut T) -> R) -> Option<R> {
        let mut entries = self.entries.lock();
        let entry = entries.by_key.get_mut(key).filter(|entry| now < entry.ends)?;
        Some(change(&mut entry.value))
    }

    /// Forgets every record.
    pub(crate) async fn clear(&self) {
        *self.entries.lock() = Entries::default();
    }
}

impl<T> Entries<T> {
    fn insert(&mut self, key: &str, value: T, ends: i64, now: i64, capacity: usize) {
        self.remove(key);
        while let Some((soonest, _)) = self.by_end.first() {
            if *soonest > now && self.by_key.len() < capacity {
                break;
            }
            if let Some((_, key)) = self.by_end.pop_first() {
                self.by_key.remove(&key);
            }
        }
        let key: Arc<str> = key.into();
        self.by_end.insert((ends, Arc::clone(&key)));
        self.by_key.insert(key, Entry { value, ends });
    }

    fn remove(&mut self, key: &str) -> Option<Entry<T>> {
        let (key, entry) = self.by_key.remove_entry(key)?;
        self.by_end.remove(&(entry.ends, key));
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[tokio::test]
    async fn a_record_is_taken_once() {
        let table = Table::bounded(10);
        table.put("code", 7, 100, 0).await;
        assert_eq!(table.take("code", 50).await, Some(7));
        assert_eq!(table.take("code", 50).await, None);
    }

    #[tokio::test]
    async fn a_record_ends_at_its_second() {
        let table = Table::bounded(10);
        table.put("code", 7, 100, 0).await;
        assert_eq!(table.get("code", 99).await, Some(7));
        assert_eq!(table.get("code", 100).await, None);
    }

    #[tokio::test]
    async fn beyond_its_bound_the_soonest_to_end_go_first() {
        let table = Table::bounded(2);
        for (key, ends) in [("late", 300), ("soon", 100), ("middle", 200)] {
            table.put(key, ends, ends, 0).await;
        }
        assert_eq!(table.get("soon", 0).await, None);
        assert_eq!(table.get("late", 0).await, Some(300));
        assert_eq!(table.get("middle", 0).await, Some(200));
    }

    #[tokio::test]
    async fn a_record_is_put_once_while_it_lasts() {
        let table = Table::bounded(10);
        assert!(table.put_if_absent("jti", (), 100, 0).await);
        assert!(!table.put_if_absent("jti", (), 200, 99).await);
        assert!(table.put_if_absent("jti", (), 200, 100).await);
    }

    #[tokio::test]
    async fn a_change_answers_and_stays() {
        let table = Table::bounded(2);
        table.put("count", 1, 100, 0).await;
        let before = table.update("count", 0, |count| std::mem::replace(count, *count + 1)).await;
        assert_eq!(before, Some(1));
        assert_eq!(table.get("count", 0).await, Some(2));
    }
}
