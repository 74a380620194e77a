//! Global session policies and their rules. Okta: policies of the type `OKTA_SIGN_ON`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{People, Status};

/// A global session policy: the people that it applies to, and its rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GlobalSessionPolicy {
    /// `00p` and 17 more characters. Derived from the name if a document leaves it out.
    #[serde(default)]
    pub id: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default)]
    pub status: Status,
    /// Policies and rules are evaluated in ascending order. Behind all others if a document leaves it out.
    #[serde(default = "super::last")]
    pub priority: u32,
    /// Whether it is the one that applies if no other does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub system: bool,
    #[serde(default)]
    pub conditions: SessionConditions,
    #[serde(default)]
    pub rules: Vec<GlobalSessionRule>,
}

/// A rule of a global session policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GlobalSessionRule {
    /// `0pr` and 17 more characters. Derived from the name if a document leaves it out.
    #[serde(default)]
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub status: Status,
    /// Policies and rules are evaluated in ascending order. Behind all others if a document leaves it out.
    #[serde(default = "super::last")]
    pub priority: u32,
    /// Whether it is the one that applies if no other does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub system: bool,
    #[serde(default)]
    pub conditions: SessionConditions,
    #[serde(default)]
    pub actions: SessionRuleActions,
}

/// The people that a policy or rule applies to; empty: everyone. The other conditions decide about rules; those of policies are only kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionConditions {
    #[serde(default, skip_serializing_if = "is_everyone")]
    pub people: People,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_context: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk_score: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_provider: Option<Value>,
}

fn is_everyone(people: &People) -> bool {
    *people == People::default()
}

/// The result of a matching rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionRuleActions {
    #[serde(default)]
    pub signon: SignOnActions,
}

/// The settings of a sign-in. All but `primaryFactor` are obeyed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignOnActions {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_factor: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_factor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remember_device_by_default: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor_lifetime: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor_prompt_mode: Option<String>,
    #[serde(default)]
    pub session: SessionActions,
}

/// The limits of a session, in minutes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionActions {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub use_persistent_cookie: Option<bool>,
    /// After this time without use a session expires; at least 1.
    #[serde(default = "two_hours")]
    pub max_session_idle_minutes: u32,
    /// The maximum age of a session; 0 is unlimited.
    #[serde(default)]
    pub max_session_lifetime_minutes: u32,
}

impl Default for SessionActions {
    /// Okta's default rule: two hours without use, no maximum age.
    fn default() -> Self {
        Self { use_persistent_cookie: None, max_session_idle_minutes: two_hours(), max_session_lifetime_minutes: 0 }
    }
}

fn two_hours() -> u32 {
    120
}
