//! Sessions in memory, with a limit: a visitor without cookies starts a new one with each request.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::Result;

use crate::clock;

/// Largest number of sessions.
const MAX_SESSIONS: usize = 10_000;

/// What a signed-in session holds.
const SIGNED_IN: &str = "signed_in";

/// The sessions of all browsers.
#[derive(Clone, Debug, Default)]
pub(crate) struct BoundedStore(Arc<Mutex<HashMap<Id, Record>>>);

impl BoundedStore {
    /// Makes room for one more: removes what has expired, else sessions that were not used for long, those without a sign-in first.
    fn make_room(sessions: &mut HashMap<Id, Record>, max: usize, now: i64) {
        if sessions.len() < max {
            return;
        }
        sessions.retain(|_, record| is_active(record, now));
        if sessions.len() < max {
            return;
        }
        // A tenth at once, so that not every new session searches.
        let mut order: Vec<_> = sessions
            .values()
            .map(|record| (record.data.contains_key(SIGNED_IN), record.expiry_date, record.id))
            .collect();
        order.sort_unstable_by_key(|(signed_in, expiry, _)| (*signed_in, *expiry));
        for (_, _, id) in order.into_iter().take(max / 10 + 1) {
            sessions.remove(&id);
        }
    }
}

#[async_trait]
impl SessionStore for BoundedStore {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let mut sessions = self.0.lock();
        Self::make_room(&mut sessions, MAX_SESSIONS, clock::machine_now());
        while sessions.contains_key(&record.id) {
            record.id = Id::default();
        }
        sessions.insert(record.id, record.clone());
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let mut sessions = self.0.lock();
        if !sessions.contains_key(&record.id) {
            Self::make_room(&mut sessions, MAX_SESSIONS, clock::machine_now());
        }
        sessions.insert(record.id, record.clone());
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        Ok(self.0.lock().get(id).filter(|record| is_active(record, clock::machine_now())).cloned())
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0.lock().remove(id);
        Ok(())
    }
}

fn is_active(record: &Record, now: i64) -> bool {
    record.expiry_date.unix_timestamp() > now
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use time::OffsetDateTime;

    use super::*;

    fn record(number: i128, signed_in: bool, expires: i64) -> Record {
        let data = if signed_in { [(SIGNED_IN.to_owned(), Value::Null)].into() } else { HashMap::default() };
        let expiry_date = OffsetDateTime::from_unix_timestamp(expires).unwrap();
        Record { id: Id(number), data, expiry_date }
    }

    #[test]
    fn expired_sessions_go_first_then_unused_ones_without_a_sign_in() {
        let mut sessions: HashMap<Id, Record> = HashMap::new();
        for number in 0..10 {
            sessions.insert(Id(number), record(number, number == 0, 100 + number as i64));
        }
        BoundedStore::make_room(&mut sessions, 10, 101);
        assert_eq!(sessions.len(), 8);
        for number in 20..22 {
            sessions.insert(Id(number), record(number, true, 50_000));
        }
        sessions.insert(Id(0), record(0, true, 102));
        BoundedStore::make_room(&mut sessions, 11, 101);
        let mut left: Vec<i128> = sessions.keys().map(|id| id.0).collect();
        left.sort_unstable();
        assert_eq!(left, [0, 4, 5, 6, 7, 8, 9, 20, 21]);
    }
}
