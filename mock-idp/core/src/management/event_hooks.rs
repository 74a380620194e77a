//! Event hooks. Okta: `/api/v1/eventHooks`.

use serde_json::{Map, Value, json};

use super::directory::{DirectoryLifecycle, DirectoryResource};
use super::{ApiError, BodyMembers, ListStyle, ManagementChange, hooks, java_set};
use crate::model::{DirectoryKind, DirectoryObject};

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
    links: |call, hook| hooks::links(call, &path(hook), hook, ("verify", "lifecycle/verify")),
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

fn events(written: BodyMembers<'_>) -> Result<Value, ApiError> {
    let items = java_set(written.texts("items")?.unwrap_or_default());
    Ok(
        json!({ "type": written.text("type")?.unwrap_or("EVENT_TYPE"), "items": items, "filter": written.value("filter") }),
    )
}
