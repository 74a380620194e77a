//! Authorization servers, scopes, claim rules, trusted origins. Okta: Authorization Servers API, Trusted Origins API.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AccessPolicy, IssuerMode, Status, TrustedIssuer};
use crate::protocol::jose::{JwkSet, KeyEncryptionAlgorithm};

/// A custom authorization server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthorizationServer {
    /// `aus` and 17 more characters. Derived from the name if a document leaves it out.
    #[serde(default)]
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub description: String,
    /// Exactly one. The `aud` claim of its access tokens.
    pub audiences: Vec<String>,
    /// Which URL of the org its issuer begins with. The mock has one URL.
    #[serde(default, skip_serializing_if = "is_dynamic")]
    pub issuer_mode: IssuerMode,
    #[serde(default)]
    pub status: Status,
    /// Whether the paths of the server contain the word `default` instead of its id. At most one server has it.
    #[serde(default)]
    pub default: bool,
    #[serde(default)]
    pub credentials: ServerCredentials,
    /// The algorithm that encrypts access tokens for the key of the resource server; they are not encrypted if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_encrypted_response_algorithm: Option<KeyEncryptionAlgorithm>,
    /// Public keys of the resource server: `use: enc`, one of them active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<JwkSet>,
    /// The URI of the keys, instead of `jwks`.
    #[serde(default, alias = "jwks_uri", skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// Scopes in addition to the built-in ones. Like the two lists below only filled in documents: in an org they are rows of their
    /// own.
    #[serde(default)]
    pub scopes: Vec<Scope>,
    /// Claim rules in addition to the built-in claims.
    #[serde(default)]
    pub claims: Vec<ClaimRule>,
    /// If a document leaves them out, the default server has Okta's default policy, which grants every client every scope; any other
    /// server has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policies: Option<Vec<AccessPolicy>>,
    /// Servers of this org whose access tokens services may exchange at this one. Okta keeps these under
    /// `/authorizationServers/{id}/associatedServers`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub associated_servers: Vec<String>,
    /// Other issuers whose ID-JAGs are accepted. Those of this org are always accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trusted_issuers: Vec<TrustedIssuer>,
}

fn is_dynamic(mode: &IssuerMode) -> bool {
    *mode == IssuerMode::Dynamic
}

impl AuthorizationServer {
    /// A server without scopes, claims and policies of its own.
    #[must_use]
    pub fn fresh(id: String) -> Self {
        Self {
            id,
            name: String::new(),
            description: String::new(),
            audiences: Vec::new(),
            issuer_mode: IssuerMode::Dynamic,
            status: Status::Active,
            default: false,
            credentials: ServerCredentials::default(),
            access_token_encrypted_response_algorithm: None,
            jwks: None,
            jwks_uri: None,
            scopes: Vec::new(),
            claims: Vec::new(),
            policies: None,
            associated_servers: Vec::new(),
            trusted_issuers: Vec::new(),
        }
    }

    /// The last segment of its issuer: `default` or its id.
    #[must_use]
    pub fn path_name(&self) -> &str {
        if self.default { "default" } else { &self.id }
    }

    /// The `aud` of its access tokens.
    #[must_use]
    pub fn audience(&self) -> &str {
        self.audiences.first().map_or("", String::as_str)
    }
}

/// `credentials` of an authorization server.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServerCredentials {
    #[serde(default)]
    pub signing: ServerSigning,
}

/// `credentials.signing` of an authorization server.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServerSigning {
    #[serde(default)]
    pub rotation_mode: RotationMode,
}

/// Whether keys are rotated automatically, about every 90 days, or only on request.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RotationMode {
    #[default]
    Auto,
    Manual,
}

/// A scope of a custom authorization server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scope {
    /// `scp` and 17 more characters. Derived from the name if a document leaves it out.
    #[serde(default)]
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub display_name: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub consent: ScopeConsent,
    /// The user may deselect it on the consent page.
    #[serde(default)]
    pub optional: bool,
    /// Granted when the client names no scope.
    #[serde(default)]
    pub default: bool,
    #[serde(default)]
    pub metadata_publish: MetadataPublish,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub system: bool,
}

impl Scope {
    /// The name on the consent page.
    #[must_use]
    pub fn title(&self) -> &str {
        self.display_name.as_deref().unwrap_or(&self.name)
    }
}

/// Whether a scope needs the user's consent.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ScopeConsent {
    #[default]
    Implicit,
    Required,
    Flexible,
}

/// Whether the discovery documents list a scope.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MetadataPublish {
    AllClients,
    #[default]
    NoClients,
}

/// A rule that adds a claim to tokens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClaimRule {
    /// `ocl` and 17 more characters. Derived from the name and the type if a document leaves it out.
    #[serde(default)]
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub status: Status,
    pub claim_type: ClaimType,
    #[serde(default)]
    pub value_type: ClaimValueType,
    /// An expression, or the operand of the group filter.
    pub value: String,
    #[serde(rename = "group_filter_type", default, skip_serializing_if = "Option::is_none")]
    pub group_filter_type: Option<GroupFilterType>,
    #[serde(default)]
    pub conditions: ClaimConditions,
    /// Whether the claim is in ID tokens that are issued together with an access token.
    #[serde(default)]
    pub always_include_in_token: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub system: bool,
}

/// Which token a claim is for: `RESOURCE` the access token, `IDENTITY` the ID token.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ClaimType {
    Resource,
    Identity,
}

/// How a claim's value is determined.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ClaimValueType {
    #[default]
    Expression,
    Groups,
    System,
}

/// How a group filter compares names. Okta: only `REGEX` is case-sensitive.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum GroupFilterType {
    StartsWith,
    Equals,
    Contains,
    Regex,
}

impl GroupFilterType {
    /// Its wire name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::StartsWith => "STARTS_WITH",
            Self::Equals => "EQUALS",
            Self::Contains => "CONTAINS",
            Self::Regex => "REGEX",
        }
    }
}

/// When a claim applies.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimConditions {
    /// One of these scopes must be granted. Empty: no condition.
    #[serde(default)]
    pub scopes: Vec<String>,
}

/// An origin that may call from a browser, be redirected to, or embed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrustedOrigin {
    /// `tos` and 17 more characters. Derived from the origin if a document leaves it out.
    #[serde(default)]
    pub id: String,
    pub name: String,
    pub origin: String,
    #[serde(default)]
    pub status: Status,
    pub scopes: Vec<TrustedOriginScope>,
    /// The user that created it by the management API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// The user that last changed it by the management API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_updated_by: Option<String>,
}

/// A permission of a trusted origin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrustedOriginScope {
    #[serde(rename = "type")]
    pub kind: TrustedOriginScopeType,
}

/// The permissions of trusted origins.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TrustedOriginScopeType {
    Cors,
    Redirect,
    IframeEmbed,
}
