//! Errors in the shape of Okta's APIs: `errorCode`, `errorSummary`, `errorCauses`, and the inside reason.

use super::catalogue::ApiErrorId;

/// An error of Okta's APIs.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}: {reason}", .id.row().code)]
pub struct ApiError {
    pub id: ApiErrorId,
    /// What fills `{0}`, `{1}` … of the summary.
    pub arguments: Vec<String>,
    pub causes: Vec<String>,
    /// Inside reason; never sent.
    pub reason: String,
}

impl ApiError {
    /// An error whose summary takes no argument.
    pub fn new(id: ApiErrorId, reason: impl Into<String>) -> Self {
        Self { id, arguments: Vec::new(), causes: Vec::new(), reason: reason.into() }
    }

    /// `E0000001`: the object in the body is invalid, with one cause for each problem.
    #[must_use]
    pub fn validation(object: &str, causes: Vec<String>) -> Self {
        let reason = causes.join("; ");
        Self { id: ApiErrorId::ValidationFailed, arguments: vec![object.to_owned()], causes, reason }
    }

    /// `E0000003`.
    #[must_use]
    pub fn not_well_formed(reason: impl Into<String>) -> Self {
        Self::new(ApiErrorId::NotWellFormed, reason)
    }

    /// `E0000004`: unknown user or wrong password; the answer does not say which.
    #[must_use]
    pub fn authentication_failed(reason: impl Into<String>) -> Self {
        Self::new(ApiErrorId::AuthenticationFailed, reason)
    }

    /// `E0000005`: the request has no credential.
    #[must_use]
    pub fn invalid_session() -> Self {
        Self::new(ApiErrorId::InvalidSession, "neither an API token nor an access token")
    }

    /// `E0000007`: no object of that type has the id.
    #[must_use]
    pub fn not_found(id: &str, kind: &str) -> Self {
        Self {
            arguments: vec![id.to_owned(), kind.to_owned()],
            ..Self::new(ApiErrorId::ResourceNotFound, format!("no {kind} has the id `{id}`"))
        }
    }

    /// `E0000006`.
    #[must_use]
    pub fn access_denied(reason: impl Into<String>) -> Self {
        Self::new(ApiErrorId::AccessDenied, reason)
    }

    /// `E0000031`: a text that is not a filter, or names an attribute that cannot be searched.
    #[must_use]
    pub fn invalid_search(reason: impl Into<String>) -> Self {
        Self::new(ApiErrorId::InvalidSearch, reason)
    }

    /// `E0000001`: a member with one problem. The cause is `{member}: {message}`.
    #[must_use]
    pub fn invalid(member: &str, message: &str) -> Self {
        Self::validation(member, vec![format!("{member}: {message}")])
    }

    /// `E0000009`.
    #[must_use]
    pub fn internal(reason: impl Into<String>) -> Self {
        Self::new(ApiErrorId::Internal, reason)
    }

    /// `E0000011`.
    #[must_use]
    pub fn invalid_token(reason: impl Into<String>) -> Self {
        Self::new(ApiErrorId::InvalidToken, reason)
    }

    /// `E0000021`.
    #[must_use]
    pub fn unsupported_media_type(reason: impl Into<String>) -> Self {
        Self::new(ApiErrorId::UnsupportedMediaType, reason)
    }

    /// `E0000029`: a paging cursor that does not exist.
    #[must_use]
    pub fn invalid_cursor(cursor: &str) -> Self {
        Self {
            causes: vec!["Invalid cursor.".to_owned()],
            ..Self::new(ApiErrorId::InvalidPaging, format!("no object has the cursor `{cursor}`"))
        }
    }

    /// HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.id.row().status
    }

    /// The public `errorCode`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.id.row().code
    }

    /// The public `errorSummary`.
    #[must_use]
    pub fn summary(&self) -> String {
        self.arguments
            .iter()
            .enumerate()
            .fold(self.id.row().summary.to_owned(), |text, (index, value)| text.replace(&format!("{{{index}}}"), value))
    }
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::API_ERRORS;
    use super::*;

    #[test]
    fn arguments_fill_the_summary() {
        let error = ApiError::not_found("aus1", "AuthorizationServer");
        assert_eq!(
            (error.status(), error.code(), error.summary().as_str()),
            (404, "E0000007", "Not found: Resource not found: aus1 (AuthorizationServer)")
        );
        assert_eq!(ApiError::validation("limit", Vec::new()).summary(), "Api validation failed: limit");
    }

    #[test]
    fn the_catalogue_is_sorted_by_unique_codes() {
        assert!(API_ERRORS.windows(2).all(|rows| rows[0].code < rows[1].code));
    }
}
