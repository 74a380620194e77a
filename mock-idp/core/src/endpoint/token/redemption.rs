//! What a redeemed grant gives to the client.

use crate::ledger::{Authorization, DeviceSecret, FamilyState, InterclientGrant, SingleUse, TokenFamily};
use crate::moment::Moment;
use crate::protocol::{OAuthError, Scopes};
use crate::tokens::{DelegatedClaims, UnsignedToken};

/// The result of a grant.
#[derive(Clone, Debug)]
pub enum Redeemed {
    /// Tokens of this server for the client.
    Tokens(Box<Redemption>),
    /// A token that the client passes on: an ID-JAG or an interclient token.
    PassedOn(Box<PassedOnToken>),
}

impl Redeemed {
    /// Id of the user whom the tokens are about.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        match self {
            Self::Tokens(redemption) => {
                redemption.authorization.authentication.as_ref().map(|authentication| authentication.user_id.as_str())
            }
            Self::PassedOn(token) => Some(&token.user_id),
        }
    }
}

/// Everything that the tokens of a grant are made from, and what has to be stored with them.
#[derive(Clone, Debug)]
pub struct Redemption {
    pub authorization: Authorization,
    /// The scopes of this access token: those of the authorization, or fewer at a refresh.
    pub scopes: Scopes,
    pub nonce: Option<String>,
    pub access_token_id: String,
    /// Thumbprint of the key that the access token is bound to.
    pub bound_to: Option<String>,
    pub refresh_token: Option<NewRefreshToken>,
    pub extra: Extra,
    /// A value that must not have been used before, and has to be consumed before the tokens are issued.
    pub single_use: Option<SingleUse>,
}

/// The refresh token of an answer.
#[derive(Clone, Debug)]
pub enum NewRefreshToken {
    /// The first token of a new family.
    First { family_id: String, token: String, family: Box<TokenFamily> },
    /// A further token of a family that is stored already. `ends`: when the family ends if it is not used before.
    Further { family_id: String, token: String, ends: i64 },
}

impl NewRefreshToken {
    #[must_use]
    pub fn token(&self) -> &str {
        match self {
            Self::First { token, .. } | Self::Further { token, .. } => token,
        }
    }

    /// The first second at which the family is not accepted, if it is not used before.
    #[must_use]
    pub fn ends(&self) -> i64 {
        match self {
            Self::First { family, .. } => match &family.state {
                FamilyState::Active(tokens) => family.ends(tokens),
                FamilyState::Revoked => 0,
            },
            Self::Further { ends, .. } => *ends,
        }
    }
}

/// What a grant gives beside the tokens of every grant.
#[derive(Clone, Debug, Default)]
pub enum Extra {
    #[default]
    Nothing,
    /// A device secret, and its record. Native SSO 3.2.
    DeviceSecret(String, Box<DeviceSecret>),
    /// RFC 8693 2.2.1: the answer names the type of the issued token; the access token may name an actor.
    TokenExchange { claims: Option<DelegatedClaims> },
    /// The access token contains claims of an ID-JAG.
    IdJag(DelegatedClaims),
}

impl Extra {
    pub(super) fn delegated_claims(&self) -> Option<&DelegatedClaims> {
        match self {
            Self::TokenExchange { claims } => claims.as_ref(),
            Self::IdJag(claims) => Some(claims),
            Self::Nothing | Self::DeviceSecret(..) => None,
        }
    }
}

/// A token that is of use only at another server or app. The client cannot use it itself.
#[derive(Clone, Debug)]
pub struct PassedOnToken {
    pub token: UnsignedToken,
    /// RFC 8693 2.2.1: `issued_token_type`.
    pub token_type: &'static str,
    /// Seconds.
    pub lifetime: i64,
    pub user_id: String,
    /// What has to be stored under the token's `jti`.
    pub record: Option<(String, InterclientGrant)>,
}

/// Why a grant cannot be redeemed, and what has to be revoked because of it.
#[derive(Clone, Debug)]
pub struct RedemptionError {
    pub error: OAuthError,
    pub revokes: Option<RevokedTokens>,
}

/// Tokens that have to be revoked.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RevokedTokens {
    /// `jti` of an access token.
    pub access_token: Option<String>,
    /// Id of a token family.
    pub family: Option<String>,
}

impl From<OAuthError> for RedemptionError {
    fn from(error: OAuthError) -> Self {
        Self { error, revokes: None }
    }
}

/// Random identifiers for the new tokens. They exist before the grant is redeemed, so that the redeemed record can name them.
#[derive(Clone, Debug)]
pub(super) struct TokenIds {
    access_token: String,
    pub(super) family: String,
    pub(super) refresh_token: String,
    pub(super) device_secret: String,
}

impl TokenIds {
    pub(super) fn new(moment: &mut Moment<'_>) -> Self {
        Self {
            access_token: format!("AT.{}", moment.token()),
            family: moment.id("oar"),
            refresh_token: moment.token(),
            device_secret: moment.token(),
        }
    }

    /// Okta: the `jti` of an access token ends in the id of the token family that it belongs to.
    pub(super) fn access_token(&self, family_id: Option<&str>) -> String {
        family_id.map_or_else(|| self.access_token.clone(), |family_id| format!("{}.{family_id}", self.access_token))
    }
}
