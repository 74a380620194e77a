//! The bodies of the IDX API.

use std::collections::BTreeMap;

use http::request::Parts;
use mock_idp_core::protocol::Scopes;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::http::extract::{IonBody, PasskeyBody};
use crate::routing::{Decided, FromBody};

/// The members that the steps have. Others are ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct IdxBody {
    pub(super) state_handle: Option<String>,
    pub(super) state_token: Option<String>,
    pub(super) interaction_handle: Option<String>,
    pub(super) identifier: Option<String>,
    pub(super) credentials: Option<IdxCredentials>,
    pub(super) authenticator: Option<IdxAuthenticator>,
    pub(super) remember_me: bool,
    pub(super) keep_me_signed_in: Option<bool>,
    pub(super) consent: Option<bool>,
    pub(super) user_profile: Map<String, Value>,
    /// Where the link that sets Okta Verify up is sent to: one of both.
    pub(super) email: Option<String>,
    pub(super) phone_number: Option<String>,
    opted_scopes: BTreeMap<String, bool>,
}

/// What proves who the user is. It stays out of logs.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct IdxCredentials {
    pub(super) passcode: String,
    /// A code of Okta Verify.
    totp: String,
    /// Whether the other sessions of a user end who chooses a new password.
    #[serde(rename = "revokeSessions")]
    pub(super) revoke_sessions: bool,
    #[serde(rename = "questionKey")]
    pub(super) question_key: String,
    /// The text of a question of the user's own.
    pub(super) question: String,
    pub(super) answer: Option<String>,
    #[serde(flatten)]
    pub(super) passkey: PasskeyBody,
}

/// The authenticator that a client has chosen.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct IdxAuthenticator {
    pub(super) id: String,
    pub(super) method_type: Option<String>,
    /// Only with a phone to enroll.
    pub(super) phone_number: Option<String>,
    /// How Okta Verify is set up.
    pub(super) channel: Option<String>,
}

impl std::fmt::Debug for IdxCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdxCredentials")
    }
}

impl IdxCredentials {
    /// The password or the code.
    pub(super) fn code(&self) -> &str {
        if self.totp.is_empty() { &self.passcode } else { &self.totp }
    }
}

impl IdxBody {
    /// The optional scopes that the user has selected.
    pub(super) fn selected(&self) -> Scopes {
        self.opted_scopes.iter().filter(|(_, selected)| **selected).map(|(scope, _)| scope.as_str()).collect()
    }
}

impl FromBody for IdxBody {
    async fn from_body(head: &Parts, body: axum::body::Body) -> Result<Self, Decided> {
        let body = IonBody::from_body(head, body).await?;
        body.read().map_err(|error| crate::http::respond::api_error::render(&error))
    }
}
