//! Inline hooks. Okta: `/api/v1/inlineHooks`.

use serde_json::{Map, Value};

use super::directory::{DirectoryLifecycle, DirectoryResource};
use super::{ApiError, ListStyle, ManagementChange, directory, hooks};
use crate::model::{DirectoryKind, DirectoryObject};

/// The resource.
pub const INLINE_HOOKS: DirectoryResource = DirectoryResource {
    kind: DirectoryKind::InlineHook,
    type_name: "InlineHook",
    members: &["id", "status", "name", "type", "version", "channel", "created", "lastUpdated"],
    lifecycle: DirectoryLifecycle::ByOperations,
    list: ListStyle::WHOLE,
    path: |hook| path(hook),
    prepare,
    links: |_, call, hook| hooks::links(call, &path(hook), hook, ("execute", "execute")),
};

/// Changes a hook: members that the body leaves out stay.
///
/// # Errors
/// There is no such hook, or the result is not valid.
pub fn update(change: &mut ManagementChange<'_, '_>, id: &str, body: Map<String, Value>) -> Result<Value, ApiError> {
    let known = directory::find(change.draft, &INLINE_HOOKS, id)?;
    let mut members = known.members.clone();
    members.extend(body.into_iter().filter(|(_, value)| !value.is_null()));
    directory::replace(change, &INLINE_HOOKS, id, members)
}

fn path(hook: &DirectoryObject) -> String {
    format!("/api/v1/inlineHooks/{}", hook.id)
}

fn prepare(
    change: &mut ManagementChange<'_, '_>,
    hook: &mut Map<String, Value>,
    known: Option<&DirectoryObject>,
) -> Result<(), ApiError> {
    let mut causes = hooks::require(hook, &["name", "type", "version"], &["channel"])?;
    let name = hook.get("name").and_then(Value::as_str).unwrap_or_default();
    causes.length("name", name, 0..=255);
    let is_other = |hook: &&DirectoryObject| known.is_none_or(|known| known.id != hook.id);
    if change.draft.objects(DirectoryKind::InlineHook).filter(is_other).any(|other| other.name() == name) {
        causes.add("name", "An object with this field already exists in the current organization");
    }
    causes.into_result()?;
    hooks::complete_channel(hook, known, &["HTTP", "OAUTH"])
}
