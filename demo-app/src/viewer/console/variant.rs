//! What a console call sends as its access token.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::endpoint::ENDPOINTS;
use crate::session::SignedIn;
use crate::token::Jwt;

/// The credentials of a console call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TokenVariant {
    #[default]
    Current,
    None,
    Malformed,
    Tampered,
    IdToken,
}

pub(super) const VARIANTS: &[TokenVariant] = &[
    TokenVariant::Current,
    TokenVariant::None,
    TokenVariant::Malformed,
    TokenVariant::Tampered,
    TokenVariant::IdToken,
];

impl TokenVariant {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::None => "none",
            Self::Malformed => "malformed",
            Self::Tampered => "tampered",
            Self::IdToken => "id_token",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Current => "the current access token",
            Self::None => "no token",
            Self::Malformed => "an empty Bearer header",
            Self::Tampered => "the access token with added scopes",
            Self::IdToken => "the ID token",
        }
    }

    /// The Authorization header, if any.
    pub(super) fn header(self, signed_in: &SignedIn) -> Option<String> {
        match self {
            Self::Current => Some(format!("Bearer {}", signed_in.access_token)),
            Self::None => None,
            Self::Malformed => Some("Bearer".to_owned()),
            Self::Tampered => Some(format!("Bearer {}", tampered(&signed_in.access_token))),
            Self::IdToken => Some(format!("Bearer {}", signed_in.id_token)),
        }
    }
}

/// The token with all scopes of the API added to its payload, which makes the signature invalid.
fn tampered(token: &str) -> String {
    let Ok(mut jwt) = Jwt::read(token) else { return format!("{token}x") };
    let all: BTreeSet<&str> = ENDPOINTS.iter().flat_map(|endpoint| endpoint.scopes.iter().copied()).collect();
    jwt.payload.insert("scp".to_owned(), Value::from_iter(all));
    let payload = URL_SAFE_NO_PAD.encode(Value::Object(jwt.payload).to_string());
    format!("{}.{payload}.{}", jwt.parts[0], jwt.parts[2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tampered_token_has_more_scopes_and_the_same_signature() {
        let payload = URL_SAFE_NO_PAD.encode(r#"{"scp":["openid"],"uid":"00u1"}"#);
        let jwt = Jwt::read(&tampered(&format!("e30.{payload}.c2ln"))).unwrap();
        assert!(jwt.scopes().unwrap().contains(&"orders:update".to_owned()));
        assert_eq!((jwt.claim_str("uid"), jwt.parts[2].as_str()), (Some("00u1"), "c2ln"));
    }
}
