//! Event hooks. Okta: `/api/v1/eventHooks`.

use serde_json::{Map, Value, json};

use super::directory::{DirectoryLifecycle, DirectoryResource};
use super::{ApiError, BodyMembers, EventFilter, ListStyle, ManagementChange, directory, hooks, java_set};
use crate::model::{DirectoryKind, DirectoryObject, HookChannel};
use crate::org::Tables;
use crate::system_log::EventType;

/// The resource.
pub const EVENT_HOOKS: DirectoryResource = DirectoryResource {
    kind: DirectoryKind::EventHook,
    type_name: "EventHook",
    members: &[
        "id",
        "status",
        "verificationStatus",
        "name",
        "description",
        "created",
        "createdBy",
        "lastUpdated",
        "events",
        "channel",
    ],
    lifecycle: DirectoryLifecycle::ByOperationsAndReplacing,
    list: ListStyle::WHOLE,
    path: |hook| path(hook),
    prepare,
    links: |_, call, hook| hooks::links(call, &path(hook), hook, ("verify", "lifecycle/verify")),
};

fn path(hook: &DirectoryObject) -> String {
    format!("/api/v1/eventHooks/{}", hook.id)
}

fn prepare(
    _change: &mut ManagementChange<'_, '_>,
    hook: &mut Map<String, Value>,
    known: Option<&DirectoryObject>,
) -> Result<(), ApiError> {
    hooks::require(hook, &["name"], &["events", "channel"])?.into_result()?;
    let body = BodyMembers::of(hook);
    let description = body.text("description")?.map(str::to_owned);
    let events = body.object("events")?.map(events).transpose()?;
    hook.insert("description".to_owned(), description.into());
    hook.insert("events".to_owned(), json!(events));
    // Okta: a hook has to be verified again after each change.
    hook.insert("verificationStatus".to_owned(), "UNVERIFIED".into());
    hooks::complete_channel(hook, known, &["HTTP"])
}

/// The hook that a request verifies: its channel.
///
/// # Errors
/// No hook has the id, or it has no URI.
pub fn channel_to_verify(org: &Tables, id: &str) -> Result<HookChannel, ApiError> {
    let hook = directory::find(org, &EVENT_HOOKS, id)?;
    HookChannel::without_key(hook).ok_or_else(|| not_verified("the hook has no URI"))
}

/// The error for a hook that does not show that it belongs to the org.
#[must_use]
pub fn not_verified(reason: &str) -> ApiError {
    let cause = format!("channel.config.uri: {reason}");
    ApiError { reason: reason.to_owned(), ..ApiError::validation("channel.config.uri", vec![cause]) }
}

/// Marks a hook as verified.
///
/// # Errors
/// No hook has the id.
pub fn set_verified(change: &mut ManagementChange<'_, '_>, id: &str) -> Result<Value, ApiError> {
    let mut hook = directory::find(change.draft, &EVENT_HOOKS, id)?.clone();
    hook.members.insert("verificationStatus".to_owned(), "VERIFIED".into());
    hook.members.insert("lastUpdated".to_owned(), change.now().into());
    let shown = directory::show(change.draft, change.call, &EVENT_HOOKS, &hook);
    change.draft.put_object(DirectoryKind::EventHook, hook);
    Ok(shown)
}

/// The hooks of an org that get an event, as it is shown to hooks. Okta: active and verified ones that ask for its type, and whose filter
/// for the type holds.
pub fn receivers<'o>(org: &'o Tables, kind: EventType, shown: &Value) -> impl Iterator<Item = &'o DirectoryObject> {
    let name = kind.row().name;
    let wants = move |hook: &&DirectoryObject| {
        let asked = hook.members.get("events").and_then(|events| events.get("items")).and_then(Value::as_array);
        hook.is_active()
            && hook.text("verificationStatus") == Some("VERIFIED")
            && asked.into_iter().flatten().any(|item| item == name)
    };
    let is_eligible = kind.row().hook_eligible;
    org.objects(DirectoryKind::EventHook).filter(move |_| is_eligible).filter(wants).filter(move |hook| {
        let filters = hook.members.get("events").and_then(|events| events.pointer("/filter/eventFilterMap"));
        let mut own = filters.and_then(Value::as_array).into_iter().flatten().filter(|filter| filter["event"] == name);
        own.all(|filter| {
            let text = filter.pointer("/condition/expression").and_then(Value::as_str).unwrap_or_default();
            // Filters were read when the hook was created. One of an org document may be wrong: it holds for no event.
            EventFilter::parse(text).is_ok_and(|filter| filter.accepts(shown))
        })
    })
}

/// The body of a delivery.
#[must_use]
pub fn delivery(hook_url: &str, event_id: &str, events: &[Value], time: &str) -> Value {
    json!({
        "eventType": "com.okta.event_hook",
        "eventTypeVersion": "1.0",
        "cloudEventsVersion": "0.1",
        "source": hook_url,
        "eventId": event_id,
        "data": { "events": events },
        "eventTime": time,
        "contentType": "application/json",
    })
}

/// Checks the filters of a hook, each of which is about one type of events.
fn check_filters(events: BodyMembers<'_>) -> Result<(), ApiError> {
    let Some(filter) = events.object("filter")? else { return Ok(()) };
    for entry in filter.list("eventFilterMap")?.into_iter().flatten() {
        let text = entry.pointer("/condition/expression").and_then(Value::as_str).unwrap_or_default();
        EventFilter::parse(text).map_err(|reason| {
            ApiError::invalid("events.filter", &format!("the expression `{text}` cannot be read: {reason}"))
        })?;
    }
    Ok(())
}

fn events(written: BodyMembers<'_>) -> Result<Value, ApiError> {
    check_filters(written)?;
    let items = java_set(written.texts("items")?.unwrap_or_default());
    Ok(
        json!({ "type": written.text("type")?.unwrap_or("EVENT_TYPE"), "items": items, "filter": written.value("filter") }),
    )
}
