//! Tokens before and after they are signed.

use serde_json::{Map, Value};

use super::hook_call::TokenHookCall;
use super::kind::TokenKind;
use super::recipient::Recipient;

/// A JWT with all its claims that is not signed yet. The key id in its header and `at_hash` are `null`: they are set when it is
/// issued.
#[derive(Clone, Debug)]
pub struct UnsignedToken {
    pub kind: TokenKind,
    pub header: Map<String, Value>,
    pub payload: Map<String, Value>,
    /// Whom it is encrypted for, if it is encrypted.
    pub recipient: Option<Recipient>,
}

/// The tokens of one answer, before they are signed.
#[derive(Clone, Debug, Default)]
pub struct UnsignedTokens {
    /// RFC 8693 2.2.1: a token of another kind, if that is what was exchanged.
    pub access_token: Option<UnsignedToken>,
    pub id_token: Option<UnsignedToken>,
    pub refresh_token: Option<String>,
    /// Seconds; of the access token.
    pub expires_in: i64,
    /// The inline hook that has to be called before they are signed.
    pub hook: Option<Box<TokenHookCall>>,
}

/// The tokens of one answer.
#[derive(Clone, Debug, Default)]
pub struct SignedTokens {
    pub access_token: Option<String>,
    pub id_token: Option<String>,
    pub refresh_token: Option<String>,
    /// Seconds; of the access token.
    pub expires_in: i64,
}

impl UnsignedToken {
    /// Seconds from `iat` to `exp`.
    #[must_use]
    pub fn lifetime(&self) -> i64 {
        let time = |name: &str| self.payload.get(name).and_then(Value::as_i64).unwrap_or_default();
        time("exp").saturating_sub(time("iat"))
    }

    pub(super) fn set_lifetime(&mut self, seconds: i64) {
        if let Some(issued) = self.payload.get("iat").and_then(Value::as_i64) {
            self.payload.insert("exp".to_owned(), issued.saturating_add(seconds).into());
        }
    }
}

impl UnsignedTokens {
    /// `jti` of the access token, if there is one.
    #[must_use]
    pub fn access_token_id(&self) -> Option<&str> {
        self.access_token.as_ref()?.payload.get("jti")?.as_str()
    }

    /// The kinds of these tokens.
    pub fn kinds(&self) -> impl Iterator<Item = TokenKind> {
        let jwts = [&self.access_token, &self.id_token].into_iter().flatten().map(|token| token.kind);
        jwts.chain(self.refresh_token.as_ref().map(|_| TokenKind::RefreshToken))
    }

    /// The recipients of encrypted tokens.
    pub fn recipients(&mut self) -> impl Iterator<Item = &mut Recipient> {
        [&mut self.access_token, &mut self.id_token].into_iter().flatten().filter_map(|token| token.recipient.as_mut())
    }
}
