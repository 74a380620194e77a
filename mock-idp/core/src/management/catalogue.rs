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
    AccessDenied "E0000006" 403 "You do not have permission to perform the requested action";
    ResourceNotFound "E0000007" 404 "Not found: Resource not found: {0} ({1})";
    PathNotFound "E0000008" 404 "The requested path was not found";
    Internal "E0000009" 500 "Internal Server Error";
    ReadOnly "E0000010" 503 "Service is in read only mode";
    InvalidToken "E0000011" 401 "Invalid token provided";
    CredentialUpdateFailed "E0000014" 403 "Update of credentials failed";
    FeatureDenied "E0000015" 401 "You do not have permission to access the feature you are requesting";
    AlreadyActive "E0000016" 403 "Activation failed because the user is already active";
    PasswordResetFailed "E0000017" 403 "Password reset failed";
    UnsupportedMediaType "E0000021" 400 "Bad request. Accept and/or Content-Type headers likely do not match supported values.";
    MethodNotSupported "E0000022" 405 "The endpoint does not support the provided HTTP method";
    AppMetadataUnsupported "E0000024" 400 "Bad request. This operation on app metadata is not yet supported.";
    MissingParameter "E0000028" 400 "The request is missing a required parameter.";
    InvalidPaging "E0000029" 400 "Invalid paging request.";
    InvalidSearch "E0000031" 400 "Invalid search criteria.";
    UnlockNotAllowed "E0000032" 403 "Unlock is not allowed for this user.";
    SearchAndFilter "E0000033" 400 "Bad request. Can't specify a search query and filter in the same request.";
    ForgotPasswordNotAllowed "E0000034" 403 "Forgot password not allowed on specified user.";
    ChangePasswordNotAllowed "E0000035" 403 "Change password not allowed on specified user.";
    ChangeQuestionNotAllowed "E0000036" 403 "Change recovery question not allowed on specified user.";
    StatusNotAllowed "E0000038" 403 "This operation is not allowed in the user's current status.";
    TooManyRequests "E0000047" 429 "API call exceeded rate limit due to too many requests.";
    InvalidLogQuery "E0000053" 400 "{0}";
    DeleteAppForbidden "E0000056" 403 "Delete application forbidden.";
    Unsupported "E0000060" 501 "Unsupported operation.";
    InvalidPasscode "E0000068" 403 "Invalid Passcode/Answer";
    WrongState "E0000079" 403 "This operation is not allowed in the current authentication state.";
    UsedPasscode "E0000082" 403 "Each code can only be used once. Please wait for a new code and try again.";
    RecoveryAnswerWrong "E0000087" 403 "The recovery question answer did not match our records.";
    RoleAssigned "E0000090" 409 "The role specified is already assigned to the user.";
    UnknownRecoveryUser "E0000095" 403 "Recovery not allowed for unknown user.";
    ReadOnlyObject "E0000111" 403 "Cannot modify the {0} object because it is read-only.";
    ExpiringWithoutPassword "E0000124" 400 "Could not create user. To create a user and expire their password immediately, a password must be specified";
    ExpiringInactive "E0000125" 400 "Could not create user. To create a user and expire their password immediately, \"activate\" must be true";
    InlineHookFailed "E0000135" 400 "An inline hook responded with an error.";
    UserTypeInUse "E0000142" 403 "This User Type cannot be deleted.";
    AuthenticatorInUse "E0000148" 403 "Cannot modify/disable this authenticator because it is enabled in one or more policies. To continue, disable the authenticator in these policies.{0}";
    AuthenticatorActive "E0000157" 409 "{0}";
    Unavailable "E0000181" 503 "Service temporarily unavailable.";
    DefaultCustomizationExists "E0000182" 409 "A default email template customization already exists.";
    CustomizationLanguageExists "E0000183" 409 "An email template customization for that language already exists.";
    DefaultCustomizationRemoved "E0000184" 409 "A default email template customization can't be deleted.";
    DefaultCustomizationStays "E0000185" 409 "The isDefault parameter of the default email template customization can't be set to false.";
    RecipientsUnsupported "E0000189" 422 "This template does not support the recipients value.";
    DefaultBrandRemoved "E0000200" 409 "A default brand cannot be deleted.";
    BrandNameExists "E0000202" 409 "Brand name already exists.";
    NoTelephonyHook "E0000226" 400 "You must have an active telephony inline hook to activate and use the Phone authenticator.";
    EntityTagMismatch "E0000231" 412 "ETag value doesn't match.";
    InvalidLanguage "E0000236" 400 "The language doesn't conform to the BCP 47 standard for locales.";
}
