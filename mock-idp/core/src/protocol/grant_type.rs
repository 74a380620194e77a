//! Grant types: what the token endpoint dispatches on, and what apps and policy rules list.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A grant type by its wire name. `implicit` is not used at the token endpoint, but apps and rules list it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum GrantType {
    #[serde(rename = "authorization_code")]
    AuthorizationCode,
    #[serde(rename = "implicit")]
    Implicit,
    #[serde(rename = "refresh_token")]
    RefreshToken,
    #[serde(rename = "client_credentials")]
    ClientCredentials,
    #[serde(rename = "password")]
    Password,
    #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
    DeviceCode,
    #[serde(rename = "urn:ietf:params:oauth:grant-type:token-exchange")]
    TokenExchange,
    #[serde(rename = "urn:ietf:params:oauth:grant-type:jwt-bearer")]
    JwtBearer,
    #[serde(rename = "urn:ietf:params:oauth:grant-type:saml2-bearer")]
    Saml2Bearer,
    #[serde(rename = "urn:openid:params:grant-type:ciba")]
    Ciba,
    #[serde(rename = "interaction_code")]
    InteractionCode,
    #[serde(rename = "urn:okta:params:oauth:grant-type:otp")]
    Otp,
    #[serde(rename = "urn:okta:params:oauth:grant-type:oob")]
    Oob,
    #[serde(rename = "http://auth0.com/oauth/grant-type/mfa-otp")]
    MfaOtp,
    #[serde(rename = "http://auth0.com/oauth/grant-type/mfa-oob")]
    MfaOob,
}

impl GrantType {
    /// Every grant type, with its wire name.
    pub const ALL: &[(&str, Self)] = &[
        ("authorization_code", Self::AuthorizationCode),
        ("implicit", Self::Implicit),
        ("refresh_token", Self::RefreshToken),
        ("client_credentials", Self::ClientCredentials),
        ("password", Self::Password),
        ("urn:ietf:params:oauth:grant-type:device_code", Self::DeviceCode),
        ("urn:ietf:params:oauth:grant-type:token-exchange", Self::TokenExchange),
        ("urn:ietf:params:oauth:grant-type:jwt-bearer", Self::JwtBearer),
        ("urn:ietf:params:oauth:grant-type:saml2-bearer", Self::Saml2Bearer),
        ("urn:openid:params:grant-type:ciba", Self::Ciba),
        ("interaction_code", Self::InteractionCode),
        ("urn:okta:params:oauth:grant-type:otp", Self::Otp),
        ("urn:okta:params:oauth:grant-type:oob", Self::Oob),
        ("http://auth0.com/oauth/grant-type/mfa-otp", Self::MfaOtp),
        ("http://auth0.com/oauth/grant-type/mfa-oob", Self::MfaOob),
    ];

    /// The grant type of that wire name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, grant)| *grant)
    }

    /// Whether users give what proves them to the client: passwords and codes.
    #[must_use]
    pub fn takes_credentials(self) -> bool {
        matches!(self, Self::Password | Self::Otp | Self::Oob | Self::MfaOtp | Self::MfaOob)
    }

    /// Its wire name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, grant)| *grant == self).map_or("", |(name, _)| name)
    }
}
