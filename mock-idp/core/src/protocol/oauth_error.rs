//! Errors, with both their audiences: the public words that Okta sends and the inside reason.

use super::catalogue::ErrorId;

/// A refusal from Okta's OAuth error catalogue.
#[derive(Clone, Debug, thiserror::Error, Eq, PartialEq)]
#[error("{}: {reason}", .id.row().id)]
pub struct OAuthError {
    pub id: ErrorId,
    /// What fills `{0}`, `{1}` … of the description.
    pub arguments: Vec<String>,
    /// Why, in the inside words; never sent.
    pub reason: String,
}

impl OAuthError {
    /// A refusal whose description takes no argument.
    pub fn new(id: ErrorId, reason: impl Into<String>) -> Self {
        Self { id, arguments: Vec::new(), reason: reason.into() }
    }

    /// A refusal whose description takes one argument.
    pub fn with(id: ErrorId, argument: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { id, arguments: vec![argument.into()], reason: reason.into() }
    }

    /// HTTP status when the error is a body.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.id.row().status
    }

    /// The public `error`.
    #[must_use]
    pub fn error(&self) -> &'static str {
        self.id.row().error
    }

    /// The public `error_description`.
    #[must_use]
    pub fn description(&self) -> String {
        self.arguments.iter().enumerate().fold(self.id.row().description.to_owned(), |text, (index, value)| {
            text.replace(&format!("{{{index}}}"), value)
        })
    }

    /// Okta: an unknown client is told so in the API's error shape, even by the OAuth endpoints.
    #[must_use]
    pub fn is_api_shaped(&self) -> bool {
        self.id == ErrorId::InvalidClientId
    }
}
