//! What inline hooks and event hooks have in common: names, channels, links and removal.

use serde_json::{Map, Value, json};

use super::directory::{self, DirectoryResource};
use super::{ApiError, ApiErrorId, BodyMembers, Causes, Links, ManagementCall, ManagementChange};
use crate::model::{DirectoryKind, DirectoryObject, HookChannel};
use crate::org::Tables;

/// Removes a hook. Okta: only one that is not active.
///
/// # Errors
/// No hook has the id, or it is active.
pub fn remove(change: &mut ManagementChange<'_, '_>, resource: &DirectoryResource, id: &str) -> Result<(), ApiError> {
    if directory::find(change.draft, resource, id)?.is_active() {
        return Err(ApiError::access_denied("an active hook cannot be removed; deactivate it first"));
    }
    directory::remove(change, resource, id)
}

/// The channel of an inline hook that a request executes.
///
/// # Errors
/// No active hook has the id.
pub fn channel_to_execute(org: &Tables, id: &str) -> Result<HookChannel, ApiError> {
    let hook = org.object(DirectoryKind::InlineHook, id).ok_or_else(|| ApiError::not_found(id, "InlineHook"))?;
    if !hook.is_active() {
        return Err(ApiError::access_denied("an inactive hook is not executed; activate it first"));
    }
    HookChannel::of(hook, |id| org.object(DirectoryKind::HookKey, id)).ok_or_else(|| no_answer("the hook has no URI"))
}

/// The error for a hook that does not answer as it should. Okta: 400, with what failed.
#[must_use]
pub fn no_answer(reason: &str) -> ApiError {
    ApiError { causes: vec![reason.to_owned()], ..ApiError::new(ApiErrorId::InlineHookFailed, reason) }
}

/// The links of a hook, with one operation that only active hooks have.
pub(super) fn links(call: ManagementCall<'_>, path: &str, hook: &DirectoryObject, operation: (&str, &str)) -> Value {
    let links = Links::at(call.base()).bare("self", path);
    let links = if hook.is_active() {
        let (name, suffix) = operation;
        links.allowing(name, &format!("{path}/{suffix}"), &["POST"]).allowing(
            "deactivate",
            &format!("{path}/lifecycle/deactivate"),
            &["POST"],
        )
    } else {
        links.allowing("activate", &format!("{path}/lifecycle/activate"), &["POST"]).allowing(
            "delete",
            path,
            &["DELETE"],
        )
    };
    links.into_value()
}

/// Checks the members that are required.
pub(super) fn require(hook: &Map<String, Value>, texts: &[&str], objects: &[&str]) -> Result<Causes, ApiError> {
    let body = BodyMembers::of(hook);
    let mut causes = Causes::default();
    for member in texts {
        causes.required(member, body.text(member)?);
    }
    for member in objects {
        if body.object(member)?.is_none() {
            causes.add(member, "The field cannot be left blank");
        }
    }
    if let Some(channel) = body.object("channel")? {
        let uri = channel.object("config")?.map(|config| config.text("uri")).transpose()?.flatten();
        causes.required("channel.config.uri", uri);
    }
    Ok(causes)
}

/// Completes the channel. Secrets that are not sent stay.
pub(super) fn complete_channel(
    hook: &mut Map<String, Value>,
    known: Option<&DirectoryObject>,
    kinds: &[&str],
) -> Result<(), ApiError> {
    let body = BodyMembers::of(hook);
    let Some(channel) = body.object("channel")? else { return Ok(()) };
    let kind = channel.text("type")?.unwrap_or("HTTP");
    if !kinds.contains(&kind) {
        return Err(ApiError::not_well_formed(format!("`{kind}` is not a type of channel")));
    }
    let version = channel.text("version")?.unwrap_or("1.0.0");
    let config = config(channel, known, kind)?;
    let channel = json!({ "type": kind, "version": version, "config": config });
    hook.insert("channel".to_owned(), channel);
    Ok(())
}

fn config(
    channel: BodyMembers<'_>,
    known: Option<&DirectoryObject>,
    kind: &str,
) -> Result<Map<String, Value>, ApiError> {
    let kept = |pointer: &str| known.and_then(|known| known.members.get("channel")?.pointer(pointer));
    let Some(written) = channel.object("config")? else { return Ok(Map::new()) };
    let mut config = Map::new();
    config.insert("uri".to_owned(), written.text("uri")?.into());
    let headers = written.list("headers")?.cloned().unwrap_or_default();
    config.insert("headers".to_owned(), headers.into());
    config.insert("method".to_owned(), written.text("method")?.unwrap_or("POST").into());
    let scheme = written.object("authScheme")?.map(|scheme| {
        let mut scheme = scheme.arranged(&["type", "key", "value"]);
        if !scheme.contains_key("value")
            && let Some(value) = kept("/config/authScheme/value")
        {
            scheme.insert("value".to_owned(), value.clone());
        }
        scheme
    });
    config.insert("authScheme".to_owned(), json!(scheme));
    if kind == "OAUTH" {
        config.extend(written.arranged(&["clientId", "tokenUrl", "authType", "scope", "clientSecret", "hookKeyId"]));
        if !config.contains_key("clientSecret")
            && let Some(secret) = kept("/config/clientSecret")
        {
            config.insert("clientSecret".to_owned(), secret.clone());
        }
    }
    Ok(config)
}
