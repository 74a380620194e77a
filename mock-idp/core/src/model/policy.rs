//! Access policies and their rules. Okta: authorization server policies, `OAUTH_AUTHORIZATION_POLICY` and `RESOURCE_ACCESS`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Include, IncludeExclude, Status};
use crate::protocol::GrantType;

/// An access policy: which clients it is for, and its rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessPolicy {
    /// `00p` and 17 more characters.
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub status: Status,
    /// Lower is looked at first.
    pub priority: u32,
    pub conditions: PolicyConditions,
    #[serde(default)]
    pub rules: Vec<PolicyRule>,
}

/// Which clients a policy is for.
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
    /// `0pr` and 17 more characters.
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub status: Status,
    /// Lower is looked at first.
    pub priority: u32,
    pub conditions: RuleConditions,
    pub actions: RuleActions,
}

/// When a rule matches: all of these must hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RuleConditions {
    /// Ignored for grants without a user.
    #[serde(default)]
    pub people: People,
    pub grant_types: Include<GrantType>,
    /// Scope names, or `*` for any.
    pub scopes: Include,
}

/// Users and groups by id; the word `EVERYONE` stands for the group of all users.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct People {
    #[serde(default)]
    pub users: IncludeExclude,
    #[serde(default)]
    pub groups: IncludeExclude,
}

/// What a matching rule gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleActions {
    pub token: TokenActions,
}

/// How long tokens live, in minutes, and who may change them before they are signed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokenActions {
    /// 5 to 1,440.
    #[serde(default = "default_access_token_lifetime")]
    pub access_token_lifetime_minutes: u32,
    /// 0 is unlimited; else at least the access token's lifetime and at most five years.
    #[serde(default)]
    pub refresh_token_lifetime_minutes: u32,
    /// How long a refresh token may lie unused: 10 minutes to five years.
    #[serde(default = "default_refresh_token_window")]
    pub refresh_token_window_minutes: u32,
    /// The token inline hook that Okta would call. This mock calls none; what it decides says so.
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

/// The lifetimes alone, in minutes; 0 and bounds as in [`TokenActions`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TokenLifetimes {
    pub access_token_lifetime_minutes: u32,
    pub refresh_token_lifetime_minutes: u32,
    pub refresh_token_window_minutes: u32,
}

impl TokenActions {
    /// What lasts beyond the decision.
    #[must_use]
    pub fn lifetimes(&self) -> TokenLifetimes {
        TokenLifetimes {
            access_token_lifetime_minutes: self.access_token_lifetime_minutes,
            refresh_token_lifetime_minutes: self.refresh_token_lifetime_minutes,
            refresh_token_window_minutes: self.refresh_token_window_minutes,
        }
    }
}

fn default_access_token_lifetime() -> u32 {
    60
}

fn default_refresh_token_window() -> u32 {
    10_080
}
