//! What every store has to do. Each case gets a ledger without records.

use std::sync::Arc;

use mock_idp_core::ledger::{
    PendingRequests, PushedRequest, RefreshTokenOwner, RevokedAccessToken, SessionClient, UserCode,
};
use tokio::task::JoinSet;

use crate::ledger::{Ledger, LedgerError, OrgRow};

/// How many tasks race.
const TASKS: usize = 32;

fn code(name: &str) -> UserCode {
    UserCode { device_code: name.to_owned() }
}

async fn read(ledger: &Ledger, key: &str, now: i64) -> Option<String> {
    ledger.at(now).user_codes().get(key).await.unwrap().map(|record| record.device_code)
}

fn client(number: usize) -> SessionClient {
    SessionClient { client_id: number.to_string(), server: "server".to_owned() }
}

/// The results of tasks that do the same at the same time.
async fn race<T: Send + 'static, F: Future<Output = T> + Send + 'static>(task: impl Fn(usize) -> F) -> Vec<T> {
    let mut tasks = JoinSet::new();
    for number in 0..TASKS {
        tasks.spawn(task(number));
    }
    tasks.join_all().await
}

pub(super) async fn records_are_read_until_they_expire(ledger: Arc<Ledger>) {
    ledger.at(0).user_codes().put("key", code("a"), 100).await.unwrap();
    assert_eq!(read(&ledger, "key", 99).await.as_deref(), Some("a"));
    assert_eq!(read(&ledger, "key", 100).await, None);
    assert_eq!(ledger.at(100).user_codes().take("key").await.unwrap().map(|record| record.device_code), None);
}

pub(super) async fn a_put_replaces_the_record_and_its_expiry(ledger: Arc<Ledger>) {
    ledger.at(0).user_codes().put("key", code("a"), 100).await.unwrap();
    ledger.at(0).user_codes().put("key", code("b"), 200).await.unwrap();
    assert_eq!(read(&ledger, "key", 150).await.as_deref(), Some("b"));
}

pub(super) async fn records_are_read_together_in_the_order_of_their_keys(ledger: Arc<Ledger>) {
    let codes = ledger.at(0).user_codes();
    codes.put("first", code("a"), 100).await.unwrap();
    codes.put("second", code("b"), 200).await.unwrap();
    let keys = ["second", "missing", "first"].map(str::to_owned);
    let found = async |now| {
        let found = ledger.at(now).user_codes().get_all(&keys).await.unwrap();
        found.into_iter().map(|record| record.map(|record| record.device_code)).collect::<Vec<_>>()
    };
    let some = |name: &str| Some(name.to_owned());
    assert_eq!(found(99).await, [some("b"), None, some("a")]);
    assert_eq!(found(100).await, [some("b"), None, None]);
    assert!(codes.get_all(&[]).await.unwrap().is_empty());
}

pub(super) async fn one_of_many_tasks_takes_a_record(ledger: Arc<Ledger>) {
    ledger.at(0).user_codes().put("key", code("a"), 100).await.unwrap();
    let taken = race(|_| {
        let ledger = Arc::clone(&ledger);
        async move { ledger.at(0).user_codes().take("key").await.unwrap().is_some() }
    });
    assert_eq!(taken.await.into_iter().filter(|taken| *taken).count(), 1);
}

pub(super) async fn one_of_many_tasks_puts_a_record_if_it_is_absent(ledger: Arc<Ledger>) {
    let put = race(|number| {
        let ledger = Arc::clone(&ledger);
        async move { ledger.at(0).user_codes().put_if_absent("key", code(&number.to_string()), 100).await.unwrap() }
    });
    assert_eq!(put.await.into_iter().filter(|put| *put).count(), 1);
}

pub(super) async fn an_expired_record_counts_as_absent(ledger: Arc<Ledger>) {
    assert!(ledger.at(0).user_codes().put_if_absent("key", code("a"), 100).await.unwrap());
    assert!(!ledger.at(99).user_codes().put_if_absent("key", code("b"), 200).await.unwrap());
    assert!(ledger.at(100).user_codes().put_if_absent("key", code("c"), 200).await.unwrap());
    assert_eq!(read(&ledger, "key", 100).await.as_deref(), Some("c"));
}

pub(super) async fn an_expired_record_is_kept_for_requests_at_an_earlier_time(ledger: Arc<Ledger>) {
    assert!(ledger.at(0).user_codes().put_if_absent("key", code("a"), 100).await.unwrap());
    for (now, is_kept) in [(100, true), (159, true), (160, false)] {
        ledger.at(now).user_codes().put("other", code("b"), 1_000).await.unwrap();
        assert_eq!(read(&ledger, "key", 99).await.is_some(), is_kept, "{now}");
    }
    assert!(ledger.at(99).user_codes().put_if_absent("key", code("c"), 100).await.unwrap());
}

pub(super) async fn every_update_of_many_tasks_counts(ledger: Arc<Ledger>) {
    ledger.at(0).session_clients().put("key", Vec::new(), 100).await.unwrap();
    let lengths = race(|number| {
        let ledger = Arc::clone(&ledger);
        async move {
            let add = |known: &mut Vec<SessionClient>| {
                known.push(client(number));
                known.len()
            };
            ledger.at(0).session_clients().update("key", add).await.unwrap().unwrap()
        }
    });
    let mut lengths = lengths.await;
    lengths.sort_unstable();
    assert_eq!(lengths, (1..=TASKS).collect::<Vec<_>>());
    let known = ledger.at(0).session_clients().get("key").await.unwrap().unwrap();
    assert!((0..TASKS).all(|number| known.contains(&client(number))));
}

pub(super) async fn an_update_of_a_missing_or_expired_record_does_nothing(ledger: Arc<Ledger>) {
    let rename = |record: &mut UserCode| record.device_code = "b".to_owned();
    assert_eq!(ledger.at(0).user_codes().update("key", rename).await.unwrap(), None);
    ledger.at(0).user_codes().put("key", code("a"), 100).await.unwrap();
    assert_eq!(ledger.at(100).user_codes().update("key", rename).await.unwrap(), None);
    assert_eq!(read(&ledger, "key", 99).await.as_deref(), Some("a"));
}

pub(super) async fn a_version_changes_with_every_write(ledger: Arc<Ledger>) {
    let codes = ledger.at(0).user_codes();
    codes.put("key", code("a"), 100).await.unwrap();
    let first = codes.get_versioned("key").await.unwrap().unwrap();
    assert_eq!(codes.get_versioned("key").await.unwrap().unwrap().version, first.version);
    let updated = codes.update_versioned("key", |_| ()).await.unwrap().unwrap();
    assert_ne!(updated.version, first.version);
    assert_eq!(codes.get_versioned("key").await.unwrap().unwrap().version, updated.version);
    codes.put("key", code("a"), 100).await.unwrap();
    let put = codes.get_versioned("key").await.unwrap().unwrap();
    assert_ne!(put.version, updated.version);
    codes.take("key").await.unwrap();
    codes.put("key", code("a"), 100).await.unwrap();
    assert_ne!(codes.get_versioned("key").await.unwrap().unwrap().version, put.version);
}

pub(super) async fn a_batch_writes_to_several_tables(ledger: Arc<Ledger>) {
    let at = ledger.at(0);
    at.user_codes().put("old", code("a"), 100).await.unwrap();
    let mut batch = at.batch();
    batch.put(at.user_codes(), "new", code("b"), 100);
    batch.put(at.refresh_tokens(), "token", RefreshTokenOwner { family: "family".to_owned() }, 100);
    batch.delete(at.user_codes(), "old");
    batch.delete(at.user_codes(), "absent");
    assert_eq!(read(&ledger, "new", 0).await, None, "nothing is written before the commit");
    batch.commit().await.unwrap();
    assert_eq!(read(&ledger, "new", 0).await.as_deref(), Some("b"));
    assert_eq!(at.refresh_tokens().get("token").await.unwrap().unwrap().family, "family");
    assert_eq!(read(&ledger, "old", 0).await, None);
}

pub(super) async fn a_batch_with_a_stale_version_writes_nothing(ledger: Arc<Ledger>) {
    let at = ledger.at(0);
    at.user_codes().put("key", code("a"), 100).await.unwrap();
    let stale = at.user_codes().get_versioned("key").await.unwrap().unwrap().version;
    at.user_codes().update("key", |_| ()).await.unwrap();
    let mut batch = at.batch();
    batch.put(at.user_codes(), "other", code("b"), 100);
    batch.require_version(at.user_codes(), "key", stale);
    batch.delete(at.user_codes(), "key");
    assert_eq!(batch.commit().await, Err(LedgerError::Conflict { table: "user_codes" }));
    assert_eq!(read(&ledger, "other", 0).await, None);
    assert_eq!(read(&ledger, "key", 0).await.as_deref(), Some("a"));

    let mut batch = at.batch();
    let version = at.user_codes().get_versioned("key").await.unwrap().unwrap().version;
    batch.require_version(at.user_codes(), "key", version);
    batch.put(at.user_codes(), "other", code("b"), 100);
    batch.commit().await.unwrap();
    assert_eq!(read(&ledger, "other", 0).await.as_deref(), Some("b"));

    let mut batch = ledger.at(100).batch();
    batch.require_version(at.user_codes(), "key", version);
    batch.put(at.user_codes(), "late", code("c"), 200);
    assert!(batch.commit().await.is_err(), "an expired record has no version");
    assert_eq!(read(&ledger, "late", 100).await, None);
}

pub(super) async fn a_batch_and_a_change_of_the_org_are_stored_together_or_not_at_all(ledger: Arc<Ledger>) {
    let (at, row) = (ledger.at(0), || OrgRow { key: "users/1".to_owned(), bytes: Some(b"{}".to_vec()) });
    let (codes, (revision, _)) = (at.user_codes(), ledger.load_stored(|_| 0).await.unwrap());
    codes.put("used", code("a"), 100).await.unwrap();
    let stale = codes.get_versioned("used").await.unwrap().unwrap().version;
    codes.put("used", code("b"), 100).await.unwrap();
    let mut changes = 0;
    let mut commit = async |key: &str, revision| {
        let mut batch = at.batch();
        match key {
            "stale" => batch.require_version(codes, "used", stale),
            _ => batch.delete(codes, "used"),
        }
        batch.put(codes, key, code(key), 100);
        let change = || {
            changes += 1;
            vec![row()]
        };
        (batch.commit_with_org(revision, change).await, changes)
    };
    let (refused, changes) = commit("stale", revision).await;
    assert!(matches!(refused, Err(LedgerError::Conflict { .. })), "{refused:?}");
    assert_eq!((changes, read(&ledger, "stale", 0).await), (0, None), "the org is not changed");
    let (next, changes) = commit("new", revision).await;
    assert_eq!(
        (changes, read(&ledger, "used", 0).await, read(&ledger, "new", 0).await),
        (1, None, Some("new".to_owned()))
    );
    if ledger.stores_org() {
        let (stored, rows) = ledger.load_stored(|_| 0).await.unwrap();
        assert_eq!((stored, rows.len(), rows[0].key.as_str()), (next.unwrap(), 1, "users/1"));
    }
    if ledger.is_shared() {
        let changed = ledger.org_changes(revision).await.unwrap().map(|(revision, rows)| (revision, rows.len()));
        assert_eq!(changed, Some((revision + 1, 1)), "what has changed since");
        let removed = OrgRow { key: "users/2".to_owned(), bytes: None };
        ledger.store_org(vec![removed], revision + 1).await.unwrap();
        let (latest, rows) = ledger.org_changes(revision + 1).await.unwrap().unwrap();
        assert_eq!((latest, rows.len(), &*rows[0].key, &rows[0].bytes), (revision + 2, 1, "users/2", &None));
        let (refused, _) = commit("late", revision).await;
        assert!(
            matches!(refused, Err(LedgerError::Conflict { .. })),
            "another process has changed the org: {refused:?}"
        );
        assert_eq!(read(&ledger, "late", 0).await, None);
        ledger.clear().await.unwrap();
        assert!(ledger.org_changes(latest).await.unwrap().is_none(), "all rows have changed");
    }
}

pub(super) async fn a_batch_whose_condition_is_not_met_writes_nothing(ledger: Arc<Ledger>) {
    let at = ledger.at(0);
    at.user_codes().put("key", code("a"), 100).await.unwrap();
    for (key, wanted, is_met) in [("key", "a", true), ("key", "b", false), ("missing", "a", false)] {
        let mut batch = at.batch();
        batch.put(at.user_codes(), "other", code("c"), 100);
        batch.require(at.user_codes(), key, move |record| record.device_code == wanted);
        let expected = if is_met { Ok(()) } else { Err(LedgerError::Conflict { table: "user_codes" }) };
        assert_eq!(batch.commit().await, expected);
        assert_eq!(at.user_codes().take("other").await.unwrap().is_some(), is_met, "{key} {wanted}");
    }
}

pub(super) async fn a_batch_replaces_a_record_only_in_its_version(ledger: Arc<Ledger>) {
    let at = ledger.at(0);
    at.user_codes().put("key", code("a"), 100).await.unwrap();
    let version = at.user_codes().get_versioned("key").await.unwrap().unwrap().version;
    for (new, expected) in [("b", Ok(())), ("c", Err(LedgerError::Conflict { table: "user_codes" }))] {
        let mut batch = at.batch();
        batch.replace(at.user_codes(), "key", version, code(new));
        batch.put(at.user_codes(), "other", code(new), 100);
        assert_eq!(batch.commit().await, expected);
    }
    assert_eq!(read(&ledger, "key", 99).await.as_deref(), Some("b"));
    assert_eq!(read(&ledger, "other", 0).await.as_deref(), Some("b"));
    assert_eq!(read(&ledger, "key", 100).await, None, "the expiry stays");
}

pub(super) async fn a_batch_writes_a_new_record_only_if_there_is_none(ledger: Arc<Ledger>) {
    for (now, new, expected) in
        [(0, "a", Ok(())), (99, "b", Err(LedgerError::Conflict { table: "user_codes" })), (100, "c", Ok(()))]
    {
        let at = ledger.at(now);
        let mut batch = at.batch();
        batch.put_new(at.user_codes(), "key", code(new), now + 100);
        assert_eq!(batch.commit().await, expected);
    }
    assert_eq!(read(&ledger, "key", 199).await.as_deref(), Some("c"));
}

pub(super) async fn a_batch_lets_records_expire_later_but_not_earlier(ledger: Arc<Ledger>) {
    let at = ledger.at(0);
    for (expires, until) in [(50, 100), (200, 200)] {
        at.user_codes().put("updated", code("a"), 100).await.unwrap();
        at.user_codes().put("replaced", code("a"), 100).await.unwrap();
        let version = at.user_codes().get_versioned("replaced").await.unwrap().unwrap().version;
        let mut batch = at.batch();
        batch.update_until(at.user_codes(), "updated", expires, |record| record.device_code = "b".to_owned());
        batch.replace_until(at.user_codes(), "replaced", version, code("b"), expires);
        batch.update_until(at.user_codes(), "missing", expires, |_| ());
        batch.commit().await.unwrap();
        for key in ["updated", "replaced"] {
            assert_eq!(read(&ledger, key, until - 1).await.as_deref(), Some("b"), "{key}");
            assert_eq!(read(&ledger, key, until).await, None, "{key}");
        }
        assert_eq!(read(&ledger, "missing", 0).await, None);
    }
}

pub(super) async fn one_of_many_batches_on_one_version_is_committed(ledger: Arc<Ledger>) {
    ledger.at(0).user_codes().put("key", code("a"), 100).await.unwrap();
    let version = ledger.at(0).user_codes().get_versioned("key").await.unwrap().unwrap().version;
    let committed = race(|number| {
        let ledger = Arc::clone(&ledger);
        async move {
            let at = ledger.at(0);
            let mut batch = at.batch();
            batch.require_version(at.user_codes(), "key", version);
            batch.put(at.user_codes(), "key", code(&number.to_string()), 100);
            batch.put(at.user_codes(), &number.to_string(), code("winner"), 100);
            batch.commit().await.is_ok()
        }
    });
    assert_eq!(committed.await.into_iter().filter(|committed| *committed).count(), 1);
    let winner = read(&ledger, "key", 0).await.unwrap();
    for number in 0..TASKS {
        let expected = (number.to_string() == winner).then_some("winner");
        assert_eq!(read(&ledger, &number.to_string(), 0).await.as_deref(), expected);
    }
}

pub(super) async fn a_batch_updates_the_records_that_are_there(ledger: Arc<Ledger>) {
    let at = ledger.at(0);
    let add = |number| move |known: &mut Vec<SessionClient>| known.push(client(number));
    let mut batch = at.batch();
    batch.update(at.session_clients(), "missing", add(0));
    batch.update_or_default(at.session_clients(), "new", 100, add(1));
    batch.commit().await.unwrap();
    let mut batch = at.batch();
    batch.update_or_default(at.session_clients(), "new", 200, add(2));
    batch.commit().await.unwrap();
    assert_eq!(at.session_clients().get("missing").await.unwrap(), None);
    assert_eq!(at.session_clients().get("new").await.unwrap(), Some(vec![client(1), client(2)]));
    assert_eq!(ledger.at(100).session_clients().get("new").await.unwrap(), None, "an update keeps the expiry");
}

pub(super) async fn a_batch_that_changes_a_record_twice_makes_both_changes(ledger: Arc<Ledger>) {
    let at = ledger.at(0);
    let add = |number| move |known: &mut Vec<SessionClient>| known.push(client(number));
    let mut batch = at.batch();
    batch.update_or_default(at.session_clients(), "key", 100, add(1));
    batch.update(at.session_clients(), "key", add(2));
    batch.commit().await.unwrap();
    let mut batch = at.batch();
    batch.update(at.session_clients(), "key", add(3));
    batch.update(at.session_clients(), "key", add(4));
    batch.commit().await.unwrap();
    let clients = at.session_clients().get("key").await.unwrap();
    assert_eq!(clients, Some(vec![client(1), client(2), client(3), client(4)]));
}

pub(super) async fn every_update_in_a_batch_of_many_tasks_counts(ledger: Arc<Ledger>) {
    let committed = race(|number| {
        let ledger = Arc::clone(&ledger);
        async move {
            let at = ledger.at(0);
            let mut batch = at.batch();
            batch.update_or_default(at.session_clients(), "key", 100, move |known| known.push(client(number)));
            batch.commit().await
        }
    });
    assert!(committed.await.iter().all(Result::is_ok));
    assert_eq!(ledger.at(0).session_clients().get("key").await.unwrap().unwrap().len(), TASKS);
}

pub(super) async fn clear_removes_the_records_of_all_tables(ledger: Arc<Ledger>) {
    let at = ledger.at(0);
    at.user_codes().put("key", code("a"), 100).await.unwrap();
    at.nonce_secrets().put("key", [7; 32], 100).await.unwrap();
    ledger.clear().await.unwrap();
    assert_eq!(read(&ledger, "key", 0).await, None);
    assert_eq!(at.nonce_secrets().get("key").await.unwrap(), None);
}

pub(super) async fn clear_keeps_revoked_access_tokens(ledger: Arc<Ledger>) {
    let at = ledger.at(0);
    at.revoked_access_tokens().put("jti", RevokedAccessToken {}, 100).await.unwrap();
    ledger.clear().await.unwrap();
    assert!(at.revoked_access_tokens().get("jti").await.unwrap().is_some());
    assert!(ledger.at(100).revoked_access_tokens().get("jti").await.unwrap().is_none());
}

/// A pushed request of about 1 MiB.
fn large() -> PushedRequest {
    let state = "s".repeat(1024 * 1024);
    let parameters = [("state", state.as_str())].into_iter().collect();
    PushedRequest { server: "server".to_owned(), client_id: "client".to_owned(), parameters }
}

/// The table of pushed requests holds 32 MiB.
pub(super) async fn a_table_of_too_many_bytes_drops_the_records_that_expire_first(ledger: Arc<Ledger>) {
    let at = ledger.at(0);
    for number in 0..40 {
        at.pushed_requests().put(&number.to_string(), large(), 1_000 + number).await.unwrap();
    }
    let mut kept = Vec::new();
    for number in 0..40 {
        if at.pushed_requests().read(&number.to_string(), |_| ()).await.unwrap().is_some() {
            kept.push(number);
        }
    }
    assert_eq!(kept, (9..40).collect::<Vec<_>>(), "31 of them, and their keys, fit in 32 MiB");
}

pub(super) async fn a_record_that_grows_beyond_the_bound_displaces_others(ledger: Arc<Ledger>) {
    let at = ledger.at(0);
    for number in 0..31 {
        at.pushed_requests().put(&number.to_string(), large(), 1_000 + number).await.unwrap();
    }
    let grow = |request: &mut PushedRequest| {
        request.parameters = request.parameters.iter().chain(large().parameters.iter()).collect();
    };
    at.pushed_requests().update("0", grow).await.unwrap();
    for (key, kept) in [("0", true), ("1", false), ("2", true), ("30", true)] {
        assert_eq!(at.pushed_requests().read(key, |_| ()).await.unwrap().is_some(), kept, "{key}");
    }
}

/// The table of pending_requests holds one record.
pub(super) async fn a_full_table_drops_the_record_that_expires_first(ledger: Arc<Ledger>) {
    let at = ledger.at(0);
    at.pending_requests().put("first", PendingRequests::default(), 200).await.unwrap();
    at.pending_requests().put("second", PendingRequests::default(), 100).await.unwrap();
    assert!(at.pending_requests().get("first").await.unwrap().is_none());
    assert!(at.pending_requests().get("second").await.unwrap().is_some());
    at.pending_requests().put("second", PendingRequests::default(), 300).await.unwrap();
    assert!(at.pending_requests().get("second").await.unwrap().is_some(), "a replaced record does not count twice");
}
