//! Okta's catalogue of API errors, as far as this issuer can cause them.
//!
//! A row is the `errorCode`, the HTTP status and the literal `errorSummary`; `{0}` and `{1}` are filled in.

/// One row of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct ApiErrorRow {
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// The public `errorSummary`.
    pub summary: &'static str,
}

macro_rules! catalogue {
    ($($variant:ident $code:literal $status:literal $summary:literal;)*) => {
        /// The errors of the catalogue that this issuer can cause.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum ApiErrorId { $($variant),* }

        /// The rows, in the order of [`ApiErrorId`].
        pub const API_ERRORS: &[ApiErrorRow] = &[
            $(ApiErrorRow { code: $code, status: $status, summary: $summary }),*
        ];
    };
}

impl ApiErrorId {
    /// Its row.
    #[must_use]
    pub fn row(self) -> &'static ApiErrorRow {
        &API_ERRORS[self as usize]
    }
}

catalogue! {
    ValidationFailed "E0000001" 400 "Api validation failed: {0}";
    NotWellFormed "E0000003" 400 "The request body was not well-formed.";
    AuthenticationFailed "E0000004" 401 "Authentication failed";
    InvalidSession "E0000005" 403 "Invalid session";
    ResourceNotFound "E0000007" 404 "Not found: Resource not found: {0} ({1})";
    PathNotFound "E0000008" 404 "The requested path was not found";
    Internal "E0000009" 500 "Internal Server Error";
    ReadOnly "E0000010" 503 "Service is in read only mode";
    InvalidToken "E0000011" 401 "Invalid token provided";
    UnsupportedMediaType "E0000021" 400 "Bad request. Accept and/or Content-Type headers likely do not match supported values.";
    MethodNotSupported "E0000022" 405 "The endpoint does not support the provided HTTP method";
    MissingParameter "E0000028" 400 "The request is missing a required parameter.";
    InvalidPaging "E0000029" 400 "Invalid paging request.";
    TooManyRequests "E0000047" 429 "API call exceeded rate limit due to too many requests.";
    Unavailable "E0000181" 503 "Service temporarily unavailable.";
}
