//! `prompt=enroll_authenticator` with `response_type=none`: a user adds an authenticator. Okta: such requests have rules of their
//! own. Users of this org have passwords only, so that a well-formed request is rejected too.

use crate::protocol::{ErrorId, OAuthError, Parameters};

/// The authenticators that a request may name. Okta: `enroll_amr_values`.
const AUTHENTICATORS: [&str; 18] = [
    "pwd",
    "kba",
    "email",
    "sms",
    "tel",
    "duo",
    "symantec",
    "google_otp",
    "okta_verify",
    "swk",
    "pop",
    "oath_otp",
    "rsa",
    "yubikey",
    "otp",
    "fed",
    "opt_in",
    "opt_out",
];

/// Rejects such requests. All others pass.
pub(super) fn check(parameters: &Parameters) -> Result<(), OAuthError> {
    let prompt = parameters.get("prompt").unwrap_or_default();
    let enrolls = prompt.split(' ').any(|word| word == "enroll_authenticator");
    let none = parameters.get("response_type") == Some("none");
    let given = |name: &str| parameters.get(name).is_some();
    let authenticators = parameters.get("enroll_amr_values").unwrap_or_default();
    let known = authenticators.split(' ').all(|name| AUTHENTICATORS.contains(&name));
    let id = match (enrolls, none) {
        (false, false) => return Ok(()),
        (true, false) => ErrorId::InvalidResponseTypeForAuthenticatorEnrollment,
        (false, true) => ErrorId::InvalidPromptForNoneResponseType,
        _ if given("scope") => ErrorId::UnsupportedScopeForNoneResponseType,
        _ if given("nonce") => ErrorId::UnsupportedNonceForNoneResponseType,
        _ if given("resource") => ErrorId::UnsupportedApiResourceForNoneResponseType,
        _ if parameters.get("acr_values") != Some("urn:okta:loa:2fa:any:ifpossible") => {
            ErrorId::InvalidAcrValuesForEnrollAuthenticator
        }
        _ if parameters.get("max_age") != Some("0") => ErrorId::InvalidMaxAgeForEnrollAuthenticator,
        _ if !known => ErrorId::InvalidEnrollAmrForNoneResponseType,
        _ => ErrorId::EnrollAuthenticatorNotAllowed,
    };
    Err(OAuthError::new(id, "authenticators cannot be enrolled here"))
}
