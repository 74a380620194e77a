//! Users who change their own accounts while the store fails: a code can be entered until it has had its effect.

use std::sync::Arc;

use mock_idp_core::management::{ApiError, Caller};
use mock_idp_core::org::Urls;
use serde_json::{Map, Value, json};

use super::instance;
use crate::engine::{Context, Management, OrgInstance};
use crate::ledger::Ledger;
use crate::ledger::tests::BrokenStore;

const BUYER: &str = "00ubuyer0000000005d7";
const NEW: &str = "ben@example.test";

/// An org with a store, and the store.
fn stored() -> (Arc<OrgInstance>, Arc<BrokenStore>) {
    let store = Arc::new(BrokenStore::after(usize::MAX));
    (Arc::new(instance(Ledger::in_store(Arc::clone(&store) as _))), store)
}

/// Runs a call of the buyer.
async fn run<T>(
    org: &Arc<OrgInstance>,
    call: impl AsyncFnOnce(Management) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    let request = || async {
        let snapshot = org.org();
        let server = Arc::clone(snapshot.org_server());
        let context = Context::new(Arc::clone(org), snapshot, server, Urls::at("http://localhost"));
        call(Management::new(context, Caller { user_id: Some(BUYER.to_owned()), ..Caller::default() })).await
    };
    org.run_stored(true, request).await?
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

async fn add_email(org: &Arc<OrgInstance>) -> Result<Value, ApiError> {
    let body = object(json!({ "profile": { "email": NEW } }));
    run(org, async |call| call.add_email(&body).await).await
}

/// The code of the last message that has one.
async fn code(org: &OrgInstance) -> String {
    org.messages(|_| true).await.unwrap().into_iter().find_map(|message| message.message.code).unwrap()
}

fn status<T>(result: Result<T, ApiError>) -> Result<(), u16> {
    result.map(drop).map_err(|error| error.status())
}

#[tokio::test]
async fn an_address_is_added_together_with_its_messages_or_not_at_all() {
    for writes in 0.. {
        let (org, store) = stored();
        store.allow(writes);
        let added = add_email(&org).await;
        store.allow(usize::MAX);
        let is_complete = added.is_ok();
        if !is_complete {
            assert_eq!(status(added), Err(503), "{writes}");
            assert_eq!(org.messages(|_| true).await.unwrap().len(), 0, "{writes}");
            assert_eq!(status(add_email(&org).await), Ok(()), "{writes}");
        }
        assert_eq!(org.messages(|_| true).await.unwrap().len(), 2, "{writes}: a code and a notice");
        if is_complete {
            return;
        }
    }
}

#[tokio::test]
async fn a_code_of_an_address_can_be_entered_until_the_user_has_the_address_and_not_after_that() {
    for writes in 0.. {
        let (org, store) = stored();
        let added = add_email(&org).await.unwrap();
        let poll = added["_links"]["poll"]["href"].as_str().unwrap();
        let [challenge, _, id] = poll.rsplit('/').take(3).collect::<Vec<_>>().try_into().unwrap();
        let code = code(&org).await;
        let verify = async || status(run(&org, async |call| call.verify_email(id, challenge, &code).await).await);
        store.allow(writes);
        let first = verify().await;
        store.allow(usize::MAX);
        if first.is_err() {
            assert_eq!((first, verify().await), (Err(503), Ok(())), "{writes}");
        }
        assert_eq!(org.org().user(BUYER).unwrap().profile.email, NEW, "{writes}");
        assert_eq!(verify().await, Err(404), "{writes}: it is used up");
        if first.is_ok() {
            assert!(writes >= 2, "the org and the code are written");
            return;
        }
    }
}

#[tokio::test]
async fn a_code_of_a_phone_can_be_entered_until_the_phone_is_active_and_not_after_that() {
    for writes in 0.. {
        let (org, store) = stored();
        let body = object(json!({ "profile": { "phoneNumber": "+14155551337" } }));
        let added = run(&org, async |call| call.add_phone(&body).await).await.unwrap();
        let (id, code) = (added["id"].as_str().unwrap(), code(&org).await);
        let verify = async || status(run(&org, async |call| call.verify_phone(id, &code).await).await);
        store.allow(writes);
        let first = verify().await;
        store.allow(usize::MAX);
        if first.is_err() {
            assert_eq!((first, verify().await), (Err(503), Ok(())), "{writes}");
        }
        assert!(org.org().user(BUYER).unwrap().factors.iter().all(|factor| factor.is_active()), "{writes}");
        assert_eq!(verify().await, Err(409), "{writes}: it is used up");
        if first.is_ok() {
            assert!(writes >= 2, "the org and the code are written");
            return;
        }
    }
}
