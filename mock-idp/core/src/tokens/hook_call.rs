//! The call of a token inline hook, as data.

use serde_json::{Map, Value};

use crate::model::HookChannel;

/// A call that has to be made before the tokens of an answer are signed.
#[derive(Clone, Debug)]
pub struct TokenHookCall {
    pub hook_id: String,
    pub name: String,
    pub channel: HookChannel,
    /// The session of the user.
    pub session_id: Option<String>,
    pub(super) data: HookData,
}

/// The members of the payload that are not tokens.
#[derive(Clone, Debug)]
pub(super) struct HookData {
    pub(super) method: &'static str,
    /// The URL of the endpoint that answers, with the query of an authorization request.
    pub(super) url: String,
    pub(super) login: String,
    /// Id of the org.
    pub(super) idp: String,
    /// `protocol`, `user` and `policy`.
    pub(super) context: Map<String, Value>,
    pub(super) scopes: Value,
    /// Id of the token family.
    pub(super) family_id: Option<String>,
}
