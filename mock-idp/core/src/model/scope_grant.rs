//! Grants of Okta's own scopes to an app. Okta: Application Grants API.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::unix_time::seconds;

/// The grant of one `okta.*` scope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScopeGrant {
    /// `oag` and 17 more characters. Derived from the app and the scope if a document leaves it out.
    #[serde(default)]
    pub id: String,
    /// Seconds since the epoch; when the app was created if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "seconds")]
    pub created: Option<i64>,
    /// The scope's name, for instance `okta.users.read`.
    pub scope_id: String,
}
