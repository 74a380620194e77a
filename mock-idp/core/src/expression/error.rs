//! Errors of expressions.

/// Why a text is not an expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct ParseError {
    /// Where, in bytes from the start of the source.
    pub offset: usize,
    /// Where, in characters, counted from 1.
    pub column: usize,
    /// What was expected, and the nearest known name if a name is unknown.
    pub message: String,
}

/// Why an expression has no value for this subject.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at byte {offset})")]
pub struct EvaluationError {
    /// Which part of the source failed, in bytes from its start.
    pub offset: usize,
    /// What went wrong.
    pub message: String,
}
