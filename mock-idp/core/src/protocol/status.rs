//! The status of an object.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether an object is active.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    #[default]
    Active,
    Inactive,
}

impl Status {
    #[must_use]
    pub fn is_active(self) -> bool {
        self == Self::Active
    }

    /// For serde, which gives references.
    pub(super) fn is_default(&self) -> bool {
        self.is_active()
    }
}
