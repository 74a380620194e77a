//! Locking accounts after wrong passwords. Okta: `settings.password.lockout` of a password policy.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When wrong passwords lock an account. The defaults are those of the default password policy of a new org.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Lockout {
    /// How many wrong passwords in a row lock the account; 0 for never.
    pub max_attempts: u32,
    /// After how many minutes it is unlocked; 0 for never.
    pub auto_unlock_minutes: u32,
    /// Whether users see that their account is locked.
    pub show_lockout_failures: bool,
}

impl Default for Lockout {
    fn default() -> Self {
        Self { max_attempts: 10, auto_unlock_minutes: 0, show_lockout_failures: false }
    }
}
