//! One check of one token: the expected value, the actual value and the result.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// One check of a token.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub(crate) struct Check {
    /// Stable name, for tests and links.
    pub(crate) id: Cow<'static, str>,
    pub(crate) title: Cow<'static, str>,
    #[serde(rename = "verdict")]
    pub(crate) result: CheckResult,
    pub(crate) expected: String,
    pub(crate) actual: String,
    /// The specification of the rule.
    pub(crate) citation: Cow<'static, str>,
}

/// The result of a check.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CheckResult {
    Passed,
    Failed,
    /// Not applicable; `actual` says why.
    Skipped,
}

impl CheckResult {
    pub(crate) fn of(passed: bool) -> Self {
        if passed { Self::Passed } else { Self::Failed }
    }

    /// The text beside the mark, so that colour is not the only cue.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "not applicable",
        }
    }

    pub(crate) fn mark(self) -> &'static str {
        match self {
            Self::Passed => "✓",
            Self::Failed => "✗",
            Self::Skipped => "–",
        }
    }

    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Passed => "ok",
            Self::Failed => "error",
            Self::Skipped => "muted",
        }
    }
}

/// The first check that failed.
pub(crate) fn first_failure(checks: &[Check]) -> Option<&Check> {
    checks.iter().find(|check| check.result == CheckResult::Failed)
}
