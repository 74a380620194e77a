//! Calls of hooks that the management API asks for.

use mock_idp_core::management::{ApiError, hooks};
use mock_idp_core::model::HookChannel;
use mock_idp_core::tokens::hook::client_assertion;
use serde_json::{Map, Value};

use super::Management;
use crate::outbound::{HookReply, HookRequest, OutboundError};

impl Management {
    /// Sends a payload to an inline hook, whatever its type; the answer of the hook.
    ///
    /// # Errors
    /// There is no such hook, it is inactive, or its answer is not the JSON object of a success.
    pub(crate) async fn execute_inline_hook(
        &self,
        id: &str,
        payload: Map<String, Value>,
    ) -> Result<Map<String, Value>, ApiError> {
        let channel = self.read(|org, _| hooks::channel_to_execute(org, id))?;
        let payload = Value::Object(payload);
        let call = || self.call_hook(&channel, &payload);
        let mut reply = call().await;
        // Okta: one more attempt after a failure.
        if reply.as_ref().map_or(true, |reply| !reply.status.is_success()) {
            reply = call().await;
        }
        let HookReply { status, body } = reply.map_err(|error| hooks::no_answer(&error.to_string()))?;
        if !status.is_success() {
            return Err(hooks::no_answer(&format!("the hook answered with status {}", status.as_u16())));
        }
        serde_json::from_slice(&body)
            .map_err(|error| hooks::no_answer(&format!("the answer is not a JSON object: {error}")))
    }

    async fn call_hook(&self, channel: &HookChannel, body: &Value) -> Result<HookReply, OutboundError> {
        let assertion = self.decide(|moment| client_assertion(channel, moment));
        let client_assertion = assertion.as_deref();
        self.instance().hooks.call(HookRequest { channel, client_assertion, headers: &[], body: Some(body) }).await
    }
}
