//! Errors of dynamic client registration.

use crate::management::ApiError;
use crate::org::Problems;

/// The error of a request about a client.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ClientError {
    /// RFC 7591 3.2.2: `error` and `error_description`; the reason is for logs.
    Metadata { error: &'static str, description: String, reason: String },
    /// No client has the id. Okta: 401 in OAuth's shape.
    Unknown { client_id: String },
    /// An error of Okta's API shape.
    Api(ApiError),
}

impl From<ApiError> for ClientError {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl From<Problems> for ClientError {
    fn from(problems: Problems) -> Self {
        let reason = problems.to_string();
        let about_redirects = problems.0.iter().any(|problem| problem.path.contains("redirect_uris"));
        if about_redirects { Self::redirect_uri(reason) } else { Self::metadata(reason) }
    }
}

impl ClientError {
    pub(super) fn metadata(reason: impl Into<String>) -> Self {
        Self::Metadata {
            error: "invalid_client_metadata",
            description: "Invalid request".to_owned(),
            reason: reason.into(),
        }
    }

    pub(super) fn blank(field: &str) -> Self {
        let description = format!("{field}: The field cannot be left blank");
        Self::Metadata { error: "invalid_client_metadata", reason: format!("{field} is blank"), description }
    }

    pub(super) fn disagreeing(description: String) -> Self {
        Self::Metadata { error: "invalid_client_metadata", reason: description.clone(), description }
    }

    fn redirect_uri(reason: impl Into<String>) -> Self {
        Self::Metadata {
            error: "invalid_redirect_uri",
            description: "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings."
                .to_owned(),
            reason: reason.into(),
        }
    }
}
