//! Snapshot files, as `docs/snapshots.md` describes them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A snapshot: a token request and its result.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Snapshot {
    pub case: SnapshotCase,
    /// `outcome`, and the members that belong to it.
    #[serde(flatten)]
    pub result: Map<String, Value>,
}

/// The token request of a snapshot.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct SnapshotCase {
    /// The login; none for a client that acts for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    pub client: String,
    pub client_id: String,
    pub grant: String,
    /// `org`, `default`, or the name or id of another authorization server.
    pub server: String,
    /// None: the request has no scopes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

impl Snapshot {
    /// Reads a file.
    ///
    /// # Errors
    /// It is not a snapshot, with the reason.
    pub fn parse(text: &str) -> Result<Self, String> {
        let snapshot: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match snapshot.result.get("outcome").and_then(Value::as_str) {
            Some("granted" | "refused") => Ok(snapshot),
            _ => Err("outcome is neither granted nor refused".to_owned()),
        }
    }

    /// The text of its file.
    #[must_use]
    pub fn text(&self) -> String {
        // A snapshot always renders.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

impl SnapshotCase {
    /// The last part of the grant's name: `device_code`.
    #[must_use]
    pub fn short_grant(&self) -> &str {
        self.grant.rsplit(':').next().unwrap_or(&self.grant)
    }

    /// The scopes, or nothing.
    #[must_use]
    pub fn scopes(&self) -> &str {
        self.scope.as_deref().unwrap_or_default()
    }
}
