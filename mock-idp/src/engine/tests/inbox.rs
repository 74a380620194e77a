//! Messages in the inboxes of one and of several processes.

use std::sync::Arc;

use futures_util::FutureExt as _;
use mock_idp_core::ledger::{MessageKind, OutgoingMessage};

use super::instance;
use crate::engine::OrgInstance;
use crate::ledger::Ledger;
use crate::ledger::tests::BytesInMemory;

fn message(to: &str) -> OutgoingMessage {
    OutgoingMessage {
        kind: MessageKind::Sms,
        to: to.to_owned(),
        user_id: None,
        template: None,
        subject: None,
        text: "text".to_owned(),
        code: None,
        link: None,
    }
}

/// The numbers and receivers of the messages, the newest first.
async fn inbox(org: &OrgInstance) -> Vec<(u64, String)> {
    let messages = org.messages(|_| true).await.unwrap().into_iter();
    messages.map(|message| (message.number, message.message.to)).collect()
}

#[tokio::test]
async fn the_oldest_message_is_removed_from_a_full_inbox() {
    for ledger in [Ledger::default(), Ledger::in_store(Arc::new(BytesInMemory::default()))] {
        let org = instance(ledger);
        for number in 1..=501 {
            org.send(message(&number.to_string())).await.unwrap();
        }
        let messages = inbox(&org).await;
        let ends = [messages.first(), messages.last()].map(|end| end.cloned().unwrap());
        assert_eq!((messages.len(), ends), (500, [(501, "501".to_owned()), (2, "2".to_owned())]));
        assert_eq!(org.remove_messages(|message| message.number % 2 == 0).await.unwrap(), 250);
        assert_eq!(org.remove_messages(|message| message.number % 2 == 0).await.unwrap(), 0);
        org.send(message("next")).await.unwrap();
        let messages = inbox(&org).await;
        assert_eq!((messages.len(), messages[0].0, messages[1].0, messages[250].0), (251, 502, 501, 3));
        assert_eq!(org.remove_messages(|_| true).await.unwrap(), 251);
        org.send(message("last")).await.unwrap();
        assert_eq!(inbox(&org).await, [(503, "last".to_owned())]);
    }
}

#[tokio::test]
async fn the_only_message_left_of_a_full_inbox_is_kept_when_another_is_sent() {
    for ledger in [Ledger::default(), Ledger::in_store(Arc::new(BytesInMemory::default()))] {
        let org = instance(ledger);
        for number in 1..=500 {
            org.send(message(&number.to_string())).await.unwrap();
        }
        assert_eq!(org.remove_messages(|message| message.number > 1).await.unwrap(), 499);
        org.send(message("next")).await.unwrap();
        assert_eq!(inbox(&org).await, [(501, "next".to_owned()), (1, "1".to_owned())]);
    }
}

#[tokio::test]
async fn messages_that_two_processes_send_at_the_same_time_are_kept_under_different_numbers() {
    let store = Arc::new(BytesInMemory::default());
    let [first, second] = [(); 2].map(|()| Arc::new(instance(Ledger::in_store(Arc::clone(&store) as _))));
    let second_sends = |to: &'static str| {
        let second = Arc::clone(&second);
        store.before_commit(move || second.send(message(to)).now_or_never().unwrap().unwrap());
    };
    for (other, own) in [("a", "b"), ("c", "d")] {
        second_sends(other);
        first.send(message(own)).await.unwrap();
    }
    second_sends("e");
    assert_eq!(first.remove_messages(|message| message.message.to != "d").await.unwrap(), 4);
    assert_eq!(inbox(&second).await, [(4, "d".to_owned())]);
    second_sends("f");
    assert_eq!(first.remove_messages(|message| message.message.to == "d").await.unwrap(), 1);
    assert_eq!(inbox(&first).await, [(6, "f".to_owned())]);
}

#[tokio::test]
async fn a_message_is_sent_in_two_round_trips_and_the_inbox_is_read_in_two() {
    let store = Arc::new(BytesInMemory::default());
    let org = instance(Ledger::in_store(Arc::clone(&store) as _));
    for _ in 0..3 {
        let before = store.round_trips();
        org.send(message("a")).await.unwrap();
        assert_eq!(store.round_trips() - before, 2);
    }
    let before = store.round_trips();
    assert_eq!((inbox(&org).await.len(), store.round_trips() - before), (3, 2));
}
