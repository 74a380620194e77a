//! What browsers answer for passkeys and security keys, as the APIs take it.

use mock_idp_core::sign_in::{PasskeyAssertion, PasskeyRegistration, SignInAnswer};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The members of a registration or of an assertion.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in crate::http) struct PasskeyBody {
    client_data: Option<String>,
    attestation: Option<String>,
    #[serde(deserialize_with = "json_text")]
    transports: String,
    authenticator_data: String,
    signature_data: String,
    user_handle: Option<String>,
}

impl PasskeyBody {
    /// The answer; `None`: the body is about something else.
    pub(in crate::http) fn answer(&self) -> Option<SignInAnswer<'_>> {
        let client_data = self.client_data.as_deref()?;
        Some(match self.attestation.as_deref() {
            Some(attestation) => {
                let transports = &self.transports;
                SignInAnswer::RegisterPasskey(PasskeyRegistration { attestation, client_data, transports })
            }
            None => SignInAnswer::UsePasskey(PasskeyAssertion {
                authenticator_data: &self.authenticator_data,
                client_data,
                signature: &self.signature_data,
                user_handle: self.user_handle.as_deref(),
            }),
        })
    }
}

/// Okta: its clients send the list as a text.
fn json_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        other => other.to_string(),
    })
}
