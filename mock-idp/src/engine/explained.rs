//! The explanation of what an endpoint decided.

use mock_idp_core::protocol::OAuthError;
use mock_idp_core::trace::{NoteStatus, Trace};

use crate::journal::{Explained, Explanation};

impl<T> Explained<Result<T, OAuthError>> {
    /// A result with its notes; an error adds its own note and the reason.
    pub(super) fn new(result: Result<T, OAuthError>, mut trace: Trace, mut explanation: Explanation) -> Self {
        if let Err(error) = &result {
            trace.note(NoteStatus::Refused, error.id.row().id, error.reason.as_str());
        }
        explanation.notes = trace.notes;
        explanation.reason = result.as_ref().err().map(ToString::to_string);
        Self { result, explanation }
    }
}
