//! The bound of the System Log.

use mock_idp_core::management::Caller;
use mock_idp_core::protocol::Parameters;
use mock_idp_core::system_log::{EventEntity, EventType, LogEvent};

use super::context;
use crate::engine::Management;

#[tokio::test]
async fn the_oldest_events_are_dropped_when_the_log_is_full_and_cursors_go_on_behind_them() {
    let context = context();
    for number in 0..10_003 {
        let user = EventEntity::new("User", number.to_string(), "Ada");
        context.instance.add_own_event(LogEvent::new(EventType::SessionStart).on(user)).await;
    }
    let call = Management::new(context.clone(), Caller::default());
    let first = async |query: &str| {
        let page = call.system_log(&Parameters::parse(query.as_bytes())).await.unwrap();
        page.objects[0]["target"][0]["id"].clone()
    };
    assert_eq!(first("limit=1").await, "3");
    assert_eq!(first("limit=1&sortOrder=DESCENDING").await, "10002");
    // Behind the second record, which is not there any more.
    let cursor = format!("limit=1&after={}_{}", context.now * 1_000, 2_u64 << 16);
    assert_eq!(first(&cursor).await, "3");
}
