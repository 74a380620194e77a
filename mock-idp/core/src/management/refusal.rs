//! Errors of the management API. Okta: `errorCode`, `errorSummary`, `errorCauses`.

/// A refusal from Okta's catalogue of API errors.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{code}: {reason}")]
pub struct ApiRefusal {
    /// HTTP status.
    pub status: u16,
    pub code: &'static str,
    pub summary: String,
    pub causes: Vec<String>,
    /// Why, in the inside words; never sent.
    pub reason: String,
}

impl ApiRefusal {
    fn new(status: u16, code: &'static str, summary: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { status, code, summary: summary.into(), causes: Vec::new(), reason: reason.into() }
    }

    /// `E0000001`: the body is about that object, and wrong in these ways.
    #[must_use]
    pub fn validation(object: &str, causes: Vec<String>) -> Self {
        let reason = causes.join("; ");
        Self { causes, ..Self::new(400, "E0000001", format!("Api validation failed: {object}"), reason) }
    }

    /// `E0000003`.
    #[must_use]
    pub fn not_well_formed(reason: impl Into<String>) -> Self {
        Self::new(400, "E0000003", "The request body was not well-formed.", reason)
    }

    /// `E0000004`: unknown user or wrong password, in the same words.
    #[must_use]
    pub fn authentication_failed(reason: impl Into<String>) -> Self {
        Self::new(401, "E0000004", "Authentication failed", reason)
    }

    /// `E0000005`: the caller did not say who it is.
    #[must_use]
    pub fn invalid_session() -> Self {
        Self::new(403, "E0000005", "Invalid session", "neither an API token nor an access token")
    }

    /// `E0000007`: nothing of that type has the id.
    #[must_use]
    pub fn not_found(id: &str, kind: &str) -> Self {
        let summary = format!("Not found: Resource not found: {id} ({kind})");
        Self::new(404, "E0000007", summary, format!("no {kind} has the id `{id}`"))
    }

    /// `E0000009`.
    #[must_use]
    pub fn internal(reason: impl Into<String>) -> Self {
        Self::new(500, "E0000009", "Internal Server Error", reason)
    }

    /// `E0000011`.
    #[must_use]
    pub fn invalid_token(reason: impl Into<String>) -> Self {
        Self::new(401, "E0000011", "Invalid token provided", reason)
    }

    /// `E0000029`: a cursor that points nowhere.
    #[must_use]
    pub fn invalid_cursor(cursor: &str) -> Self {
        let reason = format!("nothing stands at the cursor `{cursor}`");
        Self {
            causes: vec!["Invalid cursor.".to_owned()],
            ..Self::new(400, "E0000029", "Invalid paging request.", reason)
        }
    }

    /// `E0000021`.
    #[must_use]
    pub fn unsupported_media_type(reason: impl Into<String>) -> Self {
        let summary = "Bad request. Accept and/or Content-Type headers likely do not match supported values.";
        Self::new(400, "E0000021", summary, reason)
    }
}
