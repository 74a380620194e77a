//! Cross-app access: requests on behalf of users at other authorization servers. Okta: AI Agents API, managed connections.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Status;
use crate::protocol::jose::JwkSet;

/// An AI agent: it acts on behalf of users who have signed in to another app. In Okta agents are not apps; here an agent is a service
/// app.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Agent {
    /// The linked app, whose ID tokens the agent may exchange.
    pub app_id: String,
}

/// An authorization server and the scopes that an app may request there on behalf of its users. Okta: a managed connection, of the
/// type `IDENTITY_ASSERTION_CUSTOM_AS` to a server of this org, of the type `IDENTITY_ASSERTION_APP_INSTANCE` to another one.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Connection {
    /// `mcn` and 17 more characters. Derived from the server if a document leaves it out.
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub status: Status,
    /// The custom authorization server of this org.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_server_id: Option<String>,
    /// Or the issuer of another authorization server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_url: Option<String>,
    /// The client id of the app there, if it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The resource that the app may request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_indicator: Option<String>,
    #[serde(default)]
    pub scope_condition: ScopeCondition,
    #[serde(default)]
    pub scopes: Vec<String>,
}

impl Connection {
    /// Whether the app may request that scope.
    #[must_use]
    pub fn allows(&self, scope: &str) -> bool {
        let listed = self.scopes.iter().any(|known| known == scope);
        match self.scope_condition {
            ScopeCondition::AllScopes => true,
            ScopeCondition::IncludeOnly => listed,
            ScopeCondition::Exclude => !listed,
        }
    }
}

/// How a connection's list of scopes is used.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ScopeCondition {
    AllScopes,
    #[default]
    IncludeOnly,
    Exclude,
}

/// Another issuer whose ID-JAGs an authorization server accepts, with its keys or their URI.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrustedIssuer {
    pub issuer: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<JwkSet>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
}
