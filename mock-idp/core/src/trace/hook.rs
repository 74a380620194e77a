//! Notes about calls of token inline hooks.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Value, json};

use super::claim::{ClaimTarget, value_size};

/// The call of an inline hook before the tokens of an answer were signed.
#[derive(Clone, Debug, PartialEq)]
pub struct HookNote {
    /// Its id.
    pub hook: String,
    pub name: String,
    /// Where it was sent, without query.
    pub uri: String,
    /// HTTP status of the answer; `None` if there was none.
    pub status: Option<u16>,
    pub operations: Vec<HookOperation>,
    pub result: HookResult,
}

/// What became of the answer of an inline hook.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum HookResult {
    /// All operations were applied.
    Applied,
    /// The hook was not called, the answer did not come or cannot be used: the tokens are issued unchanged.
    Unchanged(String),
    /// The answer is an error, which the client gets.
    Error(String),
}

/// An operation of an answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HookOperation {
    pub token: ClaimTarget,
    pub op: String,
    pub path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

impl HookNote {
    pub(super) fn size(&self) -> usize {
        let operations = self.operations.iter().map(|operation| {
            let HookOperation { op, path, value, .. } = operation;
            size_of::<HookOperation>() + op.len() + path.len() + value.as_ref().map_or(0, value_size)
        });
        let reason = match &self.result {
            HookResult::Applied => 0,
            HookResult::Unchanged(reason) | HookResult::Error(reason) => reason.len(),
        };
        size_of::<Self>() + self.name.len() + self.uri.len() + reason + operations.sum::<usize>()
    }

    pub(super) fn subject(&self) -> String {
        format!("inline hook \"{}\"", self.name)
    }

    pub(super) fn text(&self) -> Cow<'_, str> {
        let uri = &self.uri;
        match (&self.result, self.operations.len()) {
            (HookResult::Applied, 0) => format!("{uri} answered without changes").into(),
            (HookResult::Applied, 1) => format!("{uri} answered with one change, which was made").into(),
            (HookResult::Applied, count) => format!("{uri} answered with {count} changes, which were made").into(),
            (HookResult::Unchanged(reason), _) => {
                format!("{uri}: {reason}; the tokens are issued without its changes").into()
            }
            (HookResult::Error(text), _) => format!("{uri} answered with an error: {text}").into(),
        }
    }

    pub(super) fn detail(&self) -> Value {
        let Self { hook, name, uri, status, operations, .. } = self;
        let mut detail = json!({ "kind": "inline_hook", "hook": hook, "name": name, "uri": uri, "status": status });
        detail["operations"] = json!(operations);
        detail
    }
}
