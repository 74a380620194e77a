//! Why a regular expression cannot be used.

/// A pattern that cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{pattern}` is not a usable regular expression: {reason}")]
pub struct JavaRegexError {
    pub pattern: String,
    pub reason: String,
}

/// A comparison that was given up.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the regular expression takes too many steps")]
pub struct TooManySteps;
