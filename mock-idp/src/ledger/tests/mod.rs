//! The conformance suite that every store must pass, and the stores that it runs against.

mod conformance;
mod contention;
mod stores;

use std::sync::Arc;

use futures_util::FutureExt as _;

pub(crate) use stores::{BrokenStore, BytesInMemory};

use super::Ledger;
use super::list::{CLOCK_TABLE, KEPT_TABLE};
use super::memory::NAMES;

/// Runs every case of the suite against a store, each with a ledger of its own.
macro_rules! conformance {
    ($store:ident, $ledger:expr) => {
        mod $store {
            use super::*;
            conformance!(@cases $ledger;
                records_are_read_until_they_expire
                a_put_replaces_the_record_and_its_expiry
                records_are_read_together_in_the_order_of_their_keys
                one_of_many_tasks_takes_a_record
                one_of_many_tasks_puts_a_record_if_it_is_absent
                an_expired_record_counts_as_absent
                an_expired_record_is_kept_for_requests_at_an_earlier_time
                every_update_of_many_tasks_counts
                an_update_of_a_missing_or_expired_record_does_nothing
                a_version_changes_with_every_write
                a_batch_writes_to_several_tables
                a_batch_with_a_stale_version_writes_nothing
                a_batch_and_a_change_of_the_org_are_stored_together_or_not_at_all
                a_batch_whose_condition_is_not_met_writes_nothing
                a_batch_replaces_a_record_only_in_its_version
                a_batch_writes_a_new_record_only_if_there_is_none
                a_batch_lets_records_expire_later_but_not_earlier
                one_of_many_batches_on_one_version_is_committed
                a_batch_updates_the_records_that_are_there
                a_batch_that_changes_a_record_twice_makes_both_changes
                every_update_in_a_batch_of_many_tasks_counts
                clear_removes_the_records_of_all_tables
                clear_keeps_revoked_access_tokens
                a_full_table_drops_the_record_that_expires_first
                a_table_of_too_many_bytes_drops_the_records_that_expire_first
                a_record_that_grows_beyond_the_bound_displaces_others
            );
        }
    };
    (@cases $ledger:expr; $($case:ident)*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $case() {
            conformance::$case(Arc::new($ledger)).await;
        })*
    };
}

conformance!(memory, Ledger::default());
#[cfg(feature = "disk")]
conformance!(disk, on_disk());
#[cfg(feature = "redis")]
conformance!(
    redis,
    match crate::ledger::redis::tests::ledger().await {
        Some(ledger) => ledger,
        None => return,
    }
);
conformance!(bytes, Ledger::in_store(Arc::new(BytesInMemory::default())));

/// A ledger in a file that is removed with it.
#[cfg(feature = "disk")]
fn on_disk() -> Ledger {
    let dir = tempfile::tempdir().unwrap();
    let store = crate::ledger::DiskStore::open(crate::ledger::StateDir::lock(dir.path()).unwrap(), true).unwrap();
    let ledger = Ledger::on_disk(&store, "org");
    // Its thread writes until the test program ends.
    std::mem::forget(store);
    ledger
}

#[test]
fn the_tables_have_different_names() {
    let names: std::collections::BTreeSet<_> = NAMES.iter().collect();
    assert_eq!(names.len(), NAMES.len());
}

#[tokio::test]
async fn every_operation_on_an_unavailable_store_is_an_error() {
    let ledger = Ledger::in_store(Arc::new(BrokenStore::silent()));
    let (codes, used) = (ledger.at(0).user_codes(), ledger.at(0).consumed_values());
    let expected = BrokenStore::error();
    assert_eq!(codes.get("key").await.unwrap_err(), expected);
    assert_eq!(codes.take("key").await.unwrap_err(), expected);
    assert_eq!(codes.update("key", |_| ()).await.unwrap_err(), expected);
    assert_eq!(used.put("key", mock_idp_core::ledger::ConsumedValue {}, 1).await.unwrap_err(), expected);
    assert_eq!(used.put_if_absent("key", mock_idp_core::ledger::ConsumedValue {}, 1).await.unwrap_err(), expected);
    let mut batch = ledger.at(0).batch();
    batch.delete(codes, "key");
    assert_eq!(batch.commit().await.unwrap_err(), expected);
    assert_eq!(ledger.clear().await.unwrap_err(), expected);
}

#[test]
fn the_tables_that_are_treated_differently_are_in_the_list() {
    assert!(NAMES.contains(&CLOCK_TABLE) && NAMES.contains(&KEPT_TABLE));
}

#[tokio::test]
async fn an_expired_record_that_is_removed_after_it_was_read_counts_as_absent() {
    let store = Arc::new(BytesInMemory::default());
    let ledger = Ledger::in_store(Arc::clone(&store) as _);
    let value = mock_idp_core::ledger::ConsumedValue {};
    assert!(ledger.at(0).consumed_values().put_if_absent("key", value, 10).await.unwrap());
    let other_process = Ledger::in_store(Arc::clone(&store) as _);
    let at_second_attempt = Arc::clone(&store);
    store.before_commit(move || {
        at_second_attempt.before_commit(move || other_process.clear().now_or_never().unwrap().unwrap());
    });
    assert!(ledger.at(10).consumed_values().put_if_absent("key", value, 20).await.unwrap());
    assert!(!ledger.at(10).consumed_values().put_if_absent("key", value, 20).await.unwrap());
}

#[tokio::test]
async fn a_value_is_used_for_the_first_time_in_one_round_trip() {
    let store = Arc::new(BytesInMemory::default());
    let ledger = Ledger::in_store(Arc::clone(&store) as _);
    let value = mock_idp_core::ledger::ConsumedValue {};
    assert!(ledger.at(0).consumed_values().put_if_absent("key", value, 10).await.unwrap());
    assert_eq!(store.round_trips(), 1);
}
