//! What makes an app a client: credentials and settings of OAuth. Okta: `credentials.oauthClient`, `settings.oauthClient`.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::serde_defaults::{is_default, is_true, yes};
use super::{ClientNetwork, IdpInitiatedLogin, IssuerMode, Status};
use crate::protocol::GrantType;
use crate::protocol::jose::{Algorithm, JwkSet, KeyEncryptionAlgorithm};

/// `credentials.oauthClient` of an app.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OauthClientCredentials {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Derived from the client id if a document leaves it out and the client needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// If it is left out: `none` for browser and native apps, `client_secret_basic` for the rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_method: Option<AuthMethod>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pkce_required: Option<bool>,
    /// Whether tokens for the client are signed with the current key of the org.
    #[serde(rename = "autoKeyRotation", default = "yes", skip_serializing_if = "is_true")]
    pub auto_key_rotation: bool,
    /// The secrets, if there is another one than `client_secret`, which is the first active one of them. Okta keeps these under
    /// `/apps/{id}/credentials/secrets`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<ClientSecret>,
}

/// A secret of a client.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientSecret {
    /// `ocs` and 17 more characters.
    pub id: String,
    #[serde(default)]
    pub status: Status,
    pub client_secret: String,
    /// Seconds since the epoch.
    pub created: i64,
    /// Seconds since the epoch.
    pub last_updated: i64,
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSecret").field("id", &self.id).field("status", &self.status).finish_non_exhaustive()
    }
}

impl Default for OauthClientCredentials {
    fn default() -> Self {
        Self {
            client_id: None,
            client_secret: None,
            token_endpoint_auth_method: None,
            pkce_required: None,
            auto_key_rotation: true,
            secrets: Vec::new(),
        }
    }
}

impl OauthClientCredentials {
    /// The secrets that the client may use.
    pub fn active_secrets(&self) -> impl Iterator<Item = &str> {
        let listed = self.secrets.iter().filter(|secret| secret.status.is_active());
        let only = self.client_secret.as_deref().filter(|_| self.secrets.is_empty());
        listed.map(|secret| secret.client_secret.as_str()).chain(only)
    }
}

impl fmt::Debug for OauthClientCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OauthClientCredentials")
            .field("client_id", &self.client_id)
            .field("token_endpoint_auth_method", &self.token_endpoint_auth_method)
            .finish_non_exhaustive()
    }
}

/// How a client authenticates. OIDC Core 9.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    #[default]
    ClientSecretBasic,
    ClientSecretPost,
    /// A JWT signed with the secret.
    ClientSecretJwt,
    /// A JWT signed with a key of the client's own, of which the org knows the public half.
    PrivateKeyJwt,
    None,
}

impl AuthMethod {
    /// Its wire name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::None => "none",
        }
    }
}

/// `settings.oauthClient` of an app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OauthClientSettings {
    pub application_type: ApplicationType,
    /// If a document leaves them out: `client_credentials` for service apps, `authorization_code` for the rest.
    #[serde(default)]
    pub grant_types: Vec<GrantType>,
    /// If a document leaves them out, those that the grant types need.
    #[serde(default)]
    pub response_types: Vec<ResponseWord>,
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    #[serde(default)]
    pub consent_method: ConsentMethod,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<RefreshTokenSettings>,
    #[serde(default)]
    pub wildcard_redirect: WildcardRedirect,
    /// The client's public keys: for `private_key_jwt` (`use: sig`), and to encrypt its ID tokens (`use: enc`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<JwkSet>,
    /// The URI of the keys, instead of `jwks`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// The required signature algorithm of request objects; any if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<RequestObjectAlgorithm>,
    /// Whether every request has to be in a request object, which only OpenID behavior demands.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub require_signed_request_object: bool,
    /// The URLs of request objects, which only OpenID behavior fetches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub request_uris: Vec<String>,
    /// The algorithm that userinfo is signed with, `RS256`; it is JSON if this is left out, and always under Okta's behavior.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<Algorithm>,
    /// The algorithm that encrypts ID tokens for the client's key with `use: enc`; they are not encrypted if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_alg: Option<KeyEncryptionAlgorithm>,
    /// Whether token requests must have a DPoP proof.
    #[serde(default)]
    pub dpop_bound_access_tokens: bool,
    /// Whether the app gets front-channel logout notices at `frontchannel_logout_uri`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub participate_slo: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_uri: Option<String>,
    /// Whether front-channel logout notices have `iss` and `sid`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub frontchannel_logout_session_required: bool,
    /// The URI that logout tokens are posted to. OIDC Back-Channel Logout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// A page of the app that starts a sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub issuer_mode: IssuerMode,
    #[serde(default, skip_serializing_if = "is_default")]
    pub idp_initiated_login: IdpInitiatedLogin,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<ClientNetwork>,
}

impl OauthClientSettings {
    /// Whether a URI has a wildcard for subdomains, which the client may use.
    #[must_use]
    pub fn has_wildcard(&self, uri: &str) -> bool {
        self.wildcard_redirect == WildcardRedirect::Subdomain && uri.contains("://*.")
    }

    /// The settings of a client of that type which uses no grant.
    #[must_use]
    pub fn of_type(application_type: ApplicationType) -> Self {
        Self {
            application_type,
            grant_types: Vec::new(),
            response_types: Vec::new(),
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            consent_method: ConsentMethod::Trusted,
            refresh_token: None,
            wildcard_redirect: WildcardRedirect::Disabled,
            jwks: None,
            jwks_uri: None,
            request_object_signing_alg: None,
            require_signed_request_object: false,
            id_token_encrypted_response_alg: None,
            dpop_bound_access_tokens: false,
            participate_slo: false,
            frontchannel_logout_uri: None,
            frontchannel_logout_session_required: false,
            backchannel_logout_uri: None,
            initiate_login_uri: None,
            client_uri: None,
            logo_uri: None,
            policy_uri: None,
            tos_uri: None,
            request_uris: Vec::new(),
            userinfo_signed_response_alg: None,
            issuer_mode: IssuerMode::Dynamic,
            idp_initiated_login: IdpInitiatedLogin::default(),
            network: None,
        }
    }

    /// For serde: of an app that is not a client.
    pub(super) fn is_unused(&self) -> bool {
        *self == Self::default()
    }
}

/// Those of an app that is not a client.
impl Default for OauthClientSettings {
    fn default() -> Self {
        Self::of_type(ApplicationType::Web)
    }
}

/// How request objects are signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RequestObjectAlgorithm {
    Signed(Algorithm),
    /// Without a signature, which only OpenID behavior accepts.
    Unsigned(NoAlgorithm),
}

/// The algorithm `none`. RFC 7518 3.6.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum NoAlgorithm {
    #[serde(rename = "none")]
    None,
}

/// The type of an app.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationType {
    Web,
    Browser,
    Native,
    Service,
}

/// One value of a response type.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResponseWord {
    Code,
    Token,
    IdToken,
}

impl ResponseWord {
    /// Its wire name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Token => "token",
            Self::IdToken => "id_token",
        }
    }
}

/// Whether users are asked for consent.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ConsentMethod {
    #[default]
    Trusted,
    Required,
}

/// Whether a redirect URI may contain a `*` in its left-most host label.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WildcardRedirect {
    #[default]
    Disabled,
    Subdomain,
}

/// The rotation of refresh tokens.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshTokenSettings {
    pub rotation_type: RotationType,
    /// Seconds for which a rotated token still works: 0 to 60.
    #[serde(default = "default_leeway")]
    pub leeway: u8,
}

impl RefreshTokenSettings {
    /// The settings of an app that has none.
    pub(super) fn of_type(application_type: ApplicationType) -> Self {
        let rotation_type = match application_type {
            ApplicationType::Browser => RotationType::Rotate,
            _ => RotationType::Static,
        };
        Self { rotation_type, leeway: default_leeway() }
    }
}

fn default_leeway() -> u8 {
    30
}

/// Whether a refresh returns a new refresh token.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RotationType {
    Static,
    Rotate,
}
