//! Recorded tokens as a preview shows them.

use mock_idp_core::ledger::TokenFamily;
use mock_idp_core::model::{App, RotationType};
use mock_idp_core::preview::{Encrypted, EndpointTokens, PreviewedToken, RefreshToken};
use mock_idp_core::protocol::jose::CONTENT_ENCRYPTION;
use mock_idp_core::tokens::{UnsignedToken, UnsignedTokens};

/// The tokens of an answer; `None` if it has none.
pub(super) fn previewed(tokens: UnsignedTokens, token_type: &'static str, scope: String) -> Option<EndpointTokens> {
    let UnsignedTokens { access_token, id_token, expires_in, .. } = tokens;
    if access_token.is_none() && id_token.is_none() {
        return None;
    }
    let (access_token, id_token) = (access_token.map(token), id_token.map(token));
    Some(EndpointTokens { token_type, scope, expires_in, access_token, id_token, refresh_token: None })
}

fn token(token: UnsignedToken) -> PreviewedToken {
    let UnsignedToken { header, payload, recipient, .. } = token;
    let encrypted = recipient.map(|recipient| Encrypted {
        alg: recipient.algorithm.name(),
        enc: CONTENT_ENCRYPTION,
        key: recipient.describe(),
    });
    PreviewedToken { header, payload, encrypted }
}

/// How a refresh token lives.
pub(super) fn refresh_token(client: &App, family: &TokenFamily) -> RefreshToken {
    let lifetimes = family.authorization.lifetimes;
    RefreshToken {
        rotates: client.refresh_rotation().rotation_type == RotationType::Rotate,
        expires_in: Some(i64::from(lifetimes.refresh_token_lifetime_minutes) * 60).filter(|seconds| *seconds > 0),
        idle: i64::from(lifetimes.refresh_token_window_minutes) * 60,
    }
}
