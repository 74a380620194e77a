//! OAuth errors: the public code and text that Okta sends, and the internal reason.

use super::catalogue::ErrorId;

/// An error of Okta's OAuth error catalogue.
#[derive(Clone, Debug, thiserror::Error, Eq, PartialEq)]
#[error("{}: {reason}", .id.row().id)]
pub struct OAuthError {
    pub id: ErrorId,
    /// What fills `{0}`, `{1}` … of the description.
    pub arguments: Vec<String>,
    /// The public description, if not that of the catalogue.
    pub described_as: Option<String>,
    /// The internal reason, which is never sent.
    pub reason: String,
}

impl OAuthError {
    /// An error whose description has no argument.
    pub fn new(id: ErrorId, reason: impl Into<String>) -> Self {
        Self { id, arguments: Vec::new(), described_as: None, reason: reason.into() }
    }

    /// An error whose description has one argument.
    pub fn with(id: ErrorId, argument: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { id, arguments: vec![argument.into()], described_as: None, reason: reason.into() }
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
        if let Some(description) = &self.described_as {
            return description.clone();
        }
        self.arguments.iter().enumerate().fold(self.id.row().description.to_owned(), |text, (index, value)| {
            text.replace(&format!("{{{index}}}"), value)
        })
    }

    /// Okta: what the client goes on with after `mfa_required`. It is the only argument of the error.
    #[must_use]
    pub fn mfa_token(&self) -> Option<&str> {
        self.arguments.first().filter(|_| self.id == ErrorId::MfaRequired).map(String::as_str)
    }

    /// Whether it has the shape of API errors. Okta: the error for an unknown client has, even at the OAuth endpoints.
    #[must_use]
    pub fn is_api_shaped(&self) -> bool {
        self.id == ErrorId::InvalidClientId
    }
}
