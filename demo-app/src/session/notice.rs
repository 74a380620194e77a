//! The notice that the next page shows.

use serde::{Deserialize, Serialize};

/// The result of the last action, shown once on the next page.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Notice {
    pub(crate) kind: NoticeKind,
    pub(crate) title: String,
    pub(crate) text: String,
    /// The URL of the request in the mock's journal.
    pub(crate) journal: Option<String>,
}

/// Whether the action succeeded.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub(crate) enum NoticeKind {
    #[serde(rename = "good")]
    Success,
    #[serde(rename = "bad")]
    Failure,
}

impl NoticeKind {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Success => "ok",
            Self::Failure => "error",
        }
    }

    pub(crate) fn mark(self) -> &'static str {
        match self {
            Self::Success => "✓",
            Self::Failure => "✗",
        }
    }
}
