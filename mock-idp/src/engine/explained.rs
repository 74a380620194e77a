//! The explanation of what an endpoint decided.

use mock_idp_core::protocol::OAuthError;
use mock_idp_core::trace::{NoteStatus, Trace};

use crate::journal::{Explained, Explanation};

/// The result of `decide` with what it has noted; `explanation` is what is known before.
pub(super) async fn explained<T>(
    mut explanation: Explanation,
    decide: impl AsyncFnOnce(&mut Trace, &mut Explanation) -> Result<T, OAuthError>,
) -> Explained<Result<T, OAuthError>> {
    let mut trace = Trace::default();
    let result = decide(&mut trace, &mut explanation).await;
    Explained::new(result, trace, explanation)
}

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
