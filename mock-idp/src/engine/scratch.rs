//! What is different on a scratch instance: tokens are recorded instead of signed, and proofs of keys are not checked.

use std::sync::Arc;

use mock_idp_core::protocol::Scopes;
use mock_idp_core::tokens::{SignedTokens, UnsignedToken, UnsignedTokens, Verified};
use parking_lot::Mutex;
use serde_json::{Map, Value};

use crate::outbound::HookCaller;

/// What a scratch instance assumes instead of checking it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Assumptions {
    /// How users authenticate (RFC 8176 values); empty: as they did.
    pub amr: Vec<String>,
    /// What calls token inline hooks.
    pub hooks: Arc<HookCaller>,
}

/// Tokens that were recorded instead of signed.
#[derive(Clone, Debug)]
pub(crate) struct RecordedTokens {
    pub tokens: UnsignedTokens,
    /// The granted scopes, at the authorization endpoint.
    pub scopes: Option<Scopes>,
}

/// What a scratch instance has besides that of every instance.
#[derive(Debug)]
pub(super) struct Scratch {
    pub(super) assumptions: Assumptions,
    recorded: Mutex<Vec<RecordedTokens>>,
    /// The claims of access tokens that were issued before.
    earlier: Mutex<Vec<Map<String, Value>>>,
}

/// In place of the thumbprint of a client's key.
const KEY: &str = "preview";

impl Scratch {
    pub(super) fn new(assumptions: Assumptions) -> Self {
        Self { assumptions, recorded: Mutex::default(), earlier: Mutex::default() }
    }

    /// The tokens of the last answer that has any.
    pub(super) fn recorded_tokens(&self) -> Option<RecordedTokens> {
        self.recorded.lock().last().cloned()
    }

    /// The key of a client that sends a proof, which is not checked.
    pub(super) fn proved_key(&self, dpop: &[String]) -> Option<String> {
        (!dpop.is_empty()).then(|| KEY.to_owned())
    }

    /// Records tokens. In place of a signed token the client gets its `jti`.
    pub(super) fn record(&self, tokens: UnsignedTokens, scopes: Option<Scopes>) -> SignedTokens {
        let name =
            |token: &Option<UnsignedToken>| token.as_ref().map(|token| jti(token).unwrap_or("unsigned").to_owned());
        let issued = SignedTokens {
            access_token: name(&tokens.access_token),
            id_token: name(&tokens.id_token),
            refresh_token: tokens.refresh_token.clone(),
            expires_in: tokens.expires_in,
        };
        let mut recorded = self.recorded.lock();
        recorded.push(RecordedTokens { tokens, scopes });
        issued
    }

    /// Adds an access token that was issued before, by its claims.
    pub(super) fn add_earlier(&self, claims: Map<String, Value>) {
        self.earlier.lock().push(claims);
    }

    /// The claims of an access token that was recorded or issued before. A token that is encrypted is not known by what is inside, as
    /// everywhere.
    pub(super) fn access_token(&self, token: &str) -> Option<Arc<Verified>> {
        let is_presented = |claims: &&Map<String, Value>| claims.get("jti").and_then(Value::as_str) == Some(token);
        if let Some(claims) = self.earlier.lock().iter().find(is_presented) {
            return Some(Arc::new(Verified(claims.clone())));
        }
        let recorded = self.recorded.lock();
        let mut access_tokens = recorded.iter().filter_map(|recorded| recorded.tokens.access_token.as_ref());
        let found = access_tokens.find(|known| known.recipient.is_none() && jti(known) == Some(token))?;
        Some(Arc::new(Verified(found.payload.clone())))
    }

    /// The claims of a recorded ID token.
    pub(super) fn id_token(&self, token: &str) -> Option<Verified> {
        let recorded = self.recorded.lock();
        let mut id_tokens = recorded.iter().filter_map(|recorded| recorded.tokens.id_token.as_ref());
        let found = id_tokens.find(|known| known.recipient.is_none() && jti(known) == Some(token))?;
        Some(Verified(found.payload.clone()))
    }
}

fn jti(token: &UnsignedToken) -> Option<&str> {
    token.payload.get("jti").and_then(Value::as_str)
}
