//! The whole state.

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ControlFailure, OrgControl};

/// The whole state of an org, with its secrets.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(transparent)]
pub struct SavedState(Value);

/// What differs between a saved state and the current one. It shows no secrets.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[non_exhaustive]
pub struct StateComparison {
    pub equal: bool,
    /// From the saved state to the current one.
    pub changes: Vec<StateChange>,
}

/// A difference.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[non_exhaustive]
pub struct StateChange {
    /// Members and ids, separated by `/`.
    pub path: String,
    /// `added`, `removed` or `changed`.
    pub change: String,
    #[serde(default)]
    pub before: Option<Value>,
    #[serde(default)]
    pub after: Option<Value>,
}

impl OrgControl {
    /// The whole state.
    pub async fn save_state(&self) -> Result<SavedState, ControlFailure> {
        self.request(Method::GET, "/_mock/state", &()).await
    }

    /// Replaces the whole state. The clock is set as it was: one that followed the machine's clock does so again.
    pub async fn load_state(&self, state: &SavedState) -> Result<(), ControlFailure> {
        self.request::<Value>(Method::PUT, "/_mock/state", state).await.map(drop)
    }

    /// The same; the clock continues from the time at which the state was saved.
    pub async fn load_state_at_its_time(&self, state: &SavedState) -> Result<(), ControlFailure> {
        self.request::<Value>(Method::PUT, "/_mock/state?clock=saved", state).await.map(drop)
    }

    /// Compares a saved state with the current one.
    pub async fn compare_state(&self, saved: &SavedState) -> Result<StateComparison, ControlFailure> {
        self.request(Method::POST, "/_mock/state/diff", saved).await
    }
}
