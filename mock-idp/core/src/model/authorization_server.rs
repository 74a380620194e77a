//! Authorization servers, scopes, claim rules, trusted origins. Okta: Authorization Servers API, Trusted Origins API.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AccessPolicy, Status, TrustedIssuer};
use crate::protocol::jose::{JwkSet, KeyEncryptionAlgorithm};

/// A custom authorization server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthorizationServer {
    /// `aus` and 17 more characters.
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub description: String,
    /// Exactly one: the `aud` of its access tokens.
    pub audiences: Vec<String>,
    #[serde(default)]
    pub status: Status,
    /// The server that answers under the word `default` instead of its id.
    #[serde(default)]
    pub default: bool,
    #[serde(default)]
    pub credentials: ServerCredentials,
    /// That access tokens are encrypted, for the key of the API behind the server, and how; they are not when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_encrypted_response_algorithm: Option<KeyEncryptionAlgorithm>,
    /// Public keys of the API behind the server: `use: enc`, one of them active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<JwkSet>,
    /// Where they are to be fetched instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// Scopes of its own, beside the built-in ones.
    #[serde(default)]
    pub scopes: Vec<Scope>,
    /// Claim rules of its own, beside the built-in ones.
    #[serde(default)]
    pub claims: Vec<ClaimRule>,
    #[serde(default)]
    pub policies: Vec<AccessPolicy>,
    /// Servers of this org whose access tokens services may exchange here. Okta keeps these under
    /// `/authorizationServers/{id}/associatedServers`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub associated_servers: Vec<String>,
    /// Issuers elsewhere whose ID-JAGs are taken; those of this org's own server always are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trusted_issuers: Vec<TrustedIssuer>,
}

impl AuthorizationServer {
    /// What stands in its issuer: `default` or its id.
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

/// Whether keys are rotated by themselves, about every 90 days, or only when somebody says so.
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
    /// `scp` and 17 more characters.
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
    /// What the consent page calls it.
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

/// Whether the discovery documents name a scope.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MetadataPublish {
    AllClients,
    #[default]
    NoClients,
}

/// A rule that puts a claim into tokens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClaimRule {
    /// `ocl` and 17 more characters.
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub status: Status,
    pub claim_type: ClaimType,
    pub value_type: ClaimValueType,
    /// An expression, or the operand of the group filter.
    pub value: String,
    #[serde(rename = "group_filter_type", default, skip_serializing_if = "Option::is_none")]
    pub group_filter_type: Option<GroupFilterType>,
    #[serde(default)]
    pub conditions: ClaimConditions,
    /// For ID tokens: also when an access token travels beside them.
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

/// How a claim's value is found.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ClaimValueType {
    Expression,
    Groups,
    System,
}

/// How a group filter compares names. Okta: `REGEX` minds the case, the others do not.
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
    /// Any of these scopes must be granted; none listed: always.
    #[serde(default)]
    pub scopes: Vec<String>,
}

/// An origin that may call from a browser, be redirected to, or embed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrustedOrigin {
    /// `tos` and 17 more characters.
    pub id: String,
    pub name: String,
    pub origin: String,
    #[serde(default)]
    pub status: Status,
    pub scopes: Vec<TrustedOriginScope>,
}

/// One thing that a trusted origin may do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrustedOriginScope {
    #[serde(rename = "type")]
    pub kind: TrustedOriginScopeType,
}

/// The kinds of trust.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TrustedOriginScopeType {
    Cors,
    Redirect,
    IframeEmbed,
}
