//! Access policies and their rules. Okta: authorization server policies, `OAUTH_AUTHORIZATION_POLICY` and `RESOURCE_ACCESS`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Include, IncludeExclude, Status};
use crate::protocol::GrantType;

/// An access policy: the clients that it applies to, and its rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessPolicy {
    /// `00p` and 17 more characters. Derived from the name if a document leaves it out.
    #[serde(default)]
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub status: Status,
    /// Policies and rules are evaluated in ascending order. Behind all others if a document leaves it out.
    #[serde(default = "super::last")]
    pub priority: u32,
    /// All clients if a document leaves them out.
    #[serde(default)]
    pub conditions: PolicyConditions,
    #[serde(default)]
    pub rules: Vec<PolicyRule>,
}

/// The clients that a policy applies to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyConditions {
    /// Client ids, or the word `ALL_CLIENTS`.
    pub clients: Include,
}

/// A rule of a policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyRule {
    /// `0pr` and 17 more characters. Derived from the name if a document leaves it out.
    #[serde(default)]
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub status: Status,
    /// Policies and rules are evaluated in ascending order. Behind all others if a document leaves it out.
    #[serde(default = "super::last")]
    pub priority: u32,
    #[serde(default)]
    pub conditions: RuleConditions,
    #[serde(default)]
    pub actions: RuleActions,
}

/// The conditions of a rule. All must be met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RuleConditions {
    /// Everyone if a document leaves them out. Ignored for grants without a user.
    #[serde(default = "everyone")]
    pub people: People,
    /// If a document leaves them out: those of Okta's default rule.
    #[serde(default = "default_grant_types")]
    pub grant_types: Include<GrantType>,
    /// Scope names, or `*` for any, which is the default.
    #[serde(default = "any")]
    pub scopes: Include,
}

/// Users and groups by id. `EVERYONE` is the group of all users.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct People {
    #[serde(default, skip_serializing_if = "IncludeExclude::is_empty")]
    pub users: IncludeExclude,
    #[serde(default, skip_serializing_if = "IncludeExclude::is_empty")]
    pub groups: IncludeExclude,
}

/// The result of a matching rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleActions {
    #[serde(default)]
    pub token: TokenActions,
}

/// Lifetimes of tokens in minutes, and the inline hook that may change tokens before they are signed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokenActions {
    /// 5 to 1,440.
    #[serde(default = "default_access_token_lifetime")]
    pub access_token_lifetime_minutes: u32,
    /// 0 is unlimited; else at least the lifetime of the access token, and at most five years.
    #[serde(default)]
    pub refresh_token_lifetime_minutes: u32,
    /// After this time without use a refresh token expires: 10 minutes to five years.
    #[serde(default = "default_refresh_token_window")]
    pub refresh_token_window_minutes: u32,
    /// The token inline hook that is called before the tokens are signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inline_hook: Option<InlineHook>,
}

/// A reference to an inline hook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InlineHook {
    /// `cal` and 17 more characters.
    pub id: String,
}

/// The lifetimes of [`TokenActions`] alone.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TokenLifetimes {
    pub access_token_lifetime_minutes: u32,
    pub refresh_token_lifetime_minutes: u32,
    pub refresh_token_window_minutes: u32,
}

impl TokenActions {
    /// The lifetimes.
    #[must_use]
    pub fn lifetimes(&self) -> TokenLifetimes {
        TokenLifetimes {
            access_token_lifetime_minutes: self.access_token_lifetime_minutes,
            refresh_token_lifetime_minutes: self.refresh_token_lifetime_minutes,
            refresh_token_window_minutes: self.refresh_token_window_minutes,
        }
    }
}

impl Default for PolicyConditions {
    fn default() -> Self {
        Self { clients: Include { include: vec!["ALL_CLIENTS".to_owned()] } }
    }
}

impl Default for RuleConditions {
    fn default() -> Self {
        Self { people: everyone(), grant_types: default_grant_types(), scopes: any() }
    }
}

impl Default for TokenActions {
    fn default() -> Self {
        Self {
            access_token_lifetime_minutes: default_access_token_lifetime(),
            refresh_token_lifetime_minutes: 0,
            refresh_token_window_minutes: default_refresh_token_window(),
            inline_hook: None,
        }
    }
}

/// Okta: the grant types of the default policy's rule.
fn default_grant_types() -> Include<GrantType> {
    use GrantType::{AuthorizationCode, ClientCredentials, Implicit, Password};
    Include { include: vec![Implicit, ClientCredentials, AuthorizationCode, Password] }
}

fn everyone() -> People {
    let groups = IncludeExclude { include: vec!["EVERYONE".to_owned()], exclude: Vec::new() };
    People { users: IncludeExclude::default(), groups }
}

fn any() -> Include {
    Include { include: vec!["*".to_owned()] }
}

fn default_access_token_lifetime() -> u32 {
    60
}

fn default_refresh_token_window() -> u32 {
    10_080
}
