//! Batches while another process changes the same records, after they have been read and before they are written.

use std::sync::Arc;

use futures_util::FutureExt as _;
use mock_idp_core::ledger::{RefreshTokenOwner, SessionClient, UserCode};

use super::BytesInMemory;
use crate::ledger::{Batch, Ledger, LedgerAt, LedgerError, Version};

const CONFLICT: Result<(), LedgerError> = Err(LedgerError::Conflict { table: "user_codes" });

/// A store with the code `key` and the list `list`, which two processes change.
struct SharedStore {
    store: Arc<BytesInMemory>,
    ledger: Ledger,
    /// The version of the code when it was read.
    version: Version,
}

fn code(name: &str) -> UserCode {
    UserCode { device_code: name.to_owned() }
}

fn add(name: &'static str) -> impl Fn(&mut Vec<SessionClient>) + Send + Sync {
    move |known| known.push(SessionClient { client_id: name.to_owned(), server: "server".to_owned() })
}

impl SharedStore {
    async fn new() -> Self {
        let store = Arc::new(BytesInMemory::default());
        let ledger = Ledger::in_store(Arc::clone(&store) as _);
        let at = ledger.at(0);
        at.user_codes().put("key", code("first"), 100).await.unwrap();
        let version = at.user_codes().get_versioned("key").await.unwrap().unwrap().version;
        let mut batch = at.batch();
        batch.update_or_default(at.session_clients(), "list", 100, add("first"));
        batch.commit().await.unwrap();
        Self { store, ledger, version }
    }

    /// Before the next commit of this process, another one commits a batch.
    fn another_process_commits(&self, fill: impl for<'l> FnOnce(&mut Batch<'l>, LedgerAt<'l>) + Send + 'static) {
        let other = Ledger::in_store(Arc::clone(&self.store) as _);
        self.store.before_commit(move || {
            let at = other.at(0);
            let mut batch = at.batch();
            fill(&mut batch, at);
            batch.commit().now_or_never().unwrap().unwrap();
        });
    }

    async fn code(&self, key: &str) -> Option<String> {
        self.ledger.at(0).user_codes().get(key).await.unwrap().map(|code| code.device_code)
    }

    async fn list(&self) -> Vec<String> {
        let list = self.ledger.at(0).session_clients().get("list").await.unwrap().unwrap_or_default();
        list.into_iter().map(|client| client.client_id).collect()
    }
}

#[tokio::test]
async fn an_update_is_made_again_of_what_the_other_process_has_written() {
    let shared = SharedStore::new().await;
    let at = shared.ledger.at(0);
    shared.another_process_commits(|batch, at| batch.update(at.session_clients(), "list", add("other")));
    let mut batch = at.batch();
    batch.update(at.session_clients(), "list", add("own"));
    batch.commit().await.unwrap();
    assert_eq!(shared.list().await, ["first", "other", "own"]);
}

#[tokio::test]
async fn an_update_does_nothing_if_the_other_process_has_removed_the_record() {
    let shared = SharedStore::new().await;
    let at = shared.ledger.at(0);
    shared.another_process_commits(|batch, at| batch.delete(at.session_clients(), "list"));
    let mut batch = at.batch();
    batch.update(at.session_clients(), "list", add("own"));
    batch.put(at.user_codes(), "other", code("put"), 100);
    batch.commit().await.unwrap();
    assert!(shared.list().await.is_empty());
    assert_eq!(shared.code("other").await.as_deref(), Some("put"));
}

#[tokio::test]
async fn an_update_or_default_starts_again_if_the_other_process_has_removed_the_record() {
    let shared = SharedStore::new().await;
    let at = shared.ledger.at(0);
    shared.another_process_commits(|batch, at| batch.delete(at.session_clients(), "list"));
    let mut batch = at.batch();
    batch.update_or_default(at.session_clients(), "list", 100, add("own"));
    batch.commit().await.unwrap();
    assert_eq!(shared.list().await, ["own"]);
}

#[tokio::test]
async fn a_version_that_the_other_process_has_replaced_is_a_conflict() {
    for updates_too in [false, true] {
        let shared = SharedStore::new().await;
        let at = shared.ledger.at(0);
        let version = shared.version;
        shared.another_process_commits(move |batch, at| {
            batch.replace(at.user_codes(), "key", version, code("other"));
            batch.update(at.session_clients(), "list", add("other"));
        });
        let mut batch = at.batch();
        batch.replace(at.user_codes(), "key", version, code("own"));
        batch.put(at.user_codes(), "issued", code("own"), 100);
        if updates_too {
            batch.update(at.session_clients(), "list", add("own"));
        }
        assert_eq!(batch.commit().await, CONFLICT, "updates too: {updates_too}");
        assert_eq!(shared.code("key").await.as_deref(), Some("other"));
        assert_eq!(shared.code("issued").await, None);
        assert_eq!(shared.list().await, ["first", "other"]);
    }
}

#[tokio::test]
async fn a_required_version_that_the_other_process_has_replaced_is_a_conflict() {
    let shared = SharedStore::new().await;
    let at = shared.ledger.at(0);
    shared.another_process_commits(|batch, at| batch.update(at.user_codes(), "key", |_| ()));
    let mut batch = at.batch();
    batch.update(at.session_clients(), "list", add("own"));
    batch.require_version(at.user_codes(), "key", shared.version);
    assert_eq!(batch.commit().await, CONFLICT);
    assert_eq!(shared.list().await, ["first"]);
}

#[tokio::test]
async fn a_version_that_is_still_there_is_replaced_after_a_conflict_about_another_record() {
    let shared = SharedStore::new().await;
    let at = shared.ledger.at(0);
    shared.another_process_commits(|batch, at| batch.update(at.session_clients(), "list", add("other")));
    let mut batch = at.batch();
    batch.replace(at.user_codes(), "key", shared.version, code("own"));
    batch.update(at.session_clients(), "list", add("own"));
    batch.commit().await.unwrap();
    assert_eq!(shared.code("key").await.as_deref(), Some("own"));
    assert_eq!(shared.list().await, ["first", "other", "own"]);
}

#[tokio::test]
async fn a_version_that_was_read_too_early_is_a_conflict_although_the_batch_reads_the_record_again() {
    let shared = SharedStore::new().await;
    let at = shared.ledger.at(0);
    at.user_codes().update("key", |_| ()).await.unwrap();
    let mut batch = at.batch();
    batch.replace(at.user_codes(), "key", shared.version, code("own"));
    batch.update(at.user_codes(), "key", |_| ());
    batch.put(at.user_codes(), "issued", code("own"), 100);
    assert_eq!(batch.commit().await, CONFLICT);
    assert_eq!((shared.code("key").await.as_deref(), shared.code("issued").await), (Some("first"), None));
}

#[tokio::test]
async fn a_condition_is_checked_again_of_what_the_other_process_has_written() {
    for (written, expected) in [("other", CONFLICT), ("first", Ok(()))] {
        let shared = SharedStore::new().await;
        let at = shared.ledger.at(0);
        shared.another_process_commits(move |batch, at| batch.put(at.user_codes(), "key", code(written), 100));
        let mut batch = at.batch();
        batch.require(at.user_codes(), "key", |code| code.device_code == "first");
        batch.put(at.user_codes(), "issued", code("own"), 100);
        assert_eq!(batch.commit().await, expected, "{written}");
        assert_eq!(shared.code("issued").await.is_some(), written == "first", "{written}");
    }
}

#[tokio::test]
async fn a_new_record_that_the_other_process_has_written_is_a_conflict() {
    let shared = SharedStore::new().await;
    let at = shared.ledger.at(0);
    shared.another_process_commits(|batch, at| batch.put(at.user_codes(), "new", code("other"), 100));
    let mut batch = at.batch();
    batch.put_new(at.user_codes(), "new", code("own"), 100);
    batch.update(at.session_clients(), "list", add("own"));
    assert_eq!(batch.commit().await, CONFLICT);
    assert_eq!(shared.code("new").await.as_deref(), Some("other"));
    assert_eq!(shared.list().await, ["first"]);
}

#[tokio::test]
async fn what_a_batch_depends_on_is_read_in_one_round_trip() {
    let shared = SharedStore::new().await;
    let at = shared.ledger.at(0);
    let before = shared.store.round_trips();
    let mut batch = at.batch();
    batch.replace(at.user_codes(), "key", shared.version, code("own"));
    batch.update(at.session_clients(), "list", add("own"));
    batch.update_or_default(at.session_clients(), "new", 100, add("own"));
    batch.put_new(at.user_codes(), "new", code("own"), 100);
    batch.put(at.refresh_tokens(), "token", RefreshTokenOwner { family: "family".to_owned() }, 100);
    batch.delete(at.user_codes(), "absent");
    batch.commit().await.unwrap();
    assert_eq!(shared.store.round_trips() - before, 2, "one to read and one to write");
    let mut batch = at.batch();
    batch.put(at.user_codes(), "put", code("own"), 100);
    batch.commit().await.unwrap();
    assert_eq!(shared.store.round_trips() - before, 3, "nothing to read");
}
