//! What an app may ask for on behalf of its users elsewhere. Okta: AI Agents API, managed connections; "Cross App Access".

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Status;
use crate::protocol::jose::JwkSet;

/// An AI agent: it asks on behalf of users who have signed in to another app. Okta keeps agents beside the apps; here an agent is
/// a service app.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Agent {
    /// The linked app, whose ID tokens the agent may exchange.
    pub app_id: String,
}

/// Where an app may ask on behalf of its users, and for what. Okta: a managed connection of the type
/// `IDENTITY_ASSERTION_CUSTOM_AS` to a server of this org, of the type `IDENTITY_ASSERTION_APP_INSTANCE` to another's.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Connection {
    /// `mcn` and 17 more characters.
    pub id: String,
    #[serde(default)]
    pub status: Status,
    /// The custom authorization server of this org.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_server_id: Option<String>,
    /// Or the issuer of an authorization server elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_url: Option<String>,
    /// What the app is called there; its own client id when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The resource behind that server that the app may name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_indicator: Option<String>,
    #[serde(default)]
    pub scope_condition: ScopeCondition,
    #[serde(default)]
    pub scopes: Vec<String>,
}

impl Connection {
    /// Whether the connection lets the app ask for that scope.
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

/// How a connection's list of scopes is meant.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ScopeCondition {
    AllScopes,
    #[default]
    IncludeOnly,
    Exclude,
}

/// An issuer elsewhere whose ID-JAGs an authorization server takes. Its keys are written here, or fetched.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrustedIssuer {
    pub issuer: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<JwkSet>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
}
