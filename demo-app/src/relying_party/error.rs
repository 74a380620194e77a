//! Why a sign-in or refresh failed, with a text for the user.

use crate::token::check::{Check, first_failure};

use super::provider::DiscoveryFailed;

/// The result of comparing the returned `state` with the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StateCheck {
    Matches,
    Unknown,
    Missing,
    NoSession,
}

impl StateCheck {
    pub(super) fn description(self) -> &'static str {
        match self {
            Self::Matches => "It matches a sign-in that this browser started.",
            Self::Unknown => {
                "It belongs to no pending sign-in of this browser: it was already used, is too old, or comes from elsewhere."
            }
            Self::Missing => "The response has no state, so it cannot be matched with this browser.",
            Self::NoSession => {
                "This browser sent no session to compare it with. \
                 Are cookies blocked, or did the sign-in start under another host name?"
            }
        }
    }
}

/// Why a sign-in or refresh failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum SignInError {
    #[error("the issuer returned the error {code}")]
    Issuer {
        code: String,
        description: Option<String>,
        state: StateCheck,
        /// Those of the request, if it is known.
        scopes: Option<Vec<String>>,
    },
    #[error("state: {0:?}")]
    State(StateCheck),
    #[error("the parameter {name} is repeated")]
    Repeated { name: String },
    #[error("the response has no code")]
    NoCode,
    #[error("the response is from another issuer, {received}")]
    WrongIssuer { received: String },
    #[error(transparent)]
    Discovery(#[from] DiscoveryFailed),
    #[error("the token endpoint returned the error {code}")]
    TokenEndpoint {
        code: String,
        description: Option<String>,
        /// `x-okta-request-id` of the answer.
        request_id: Option<String>,
    },
    #[error("the token request failed: {reason}")]
    TokenRequest { reason: String },
    #[error("the token type is {received}")]
    TokenType { received: String },
    #[error("the ID token was rejected: {reason}")]
    IdToken { reason: String, checks: Vec<Check> },
    #[error("the response has no id_token")]
    NoIdToken,
}

/// The text of an error page.
#[derive(Debug)]
pub(super) struct ErrorText {
    pub(super) status: http::StatusCode,
    pub(super) code: String,
    pub(super) description: String,
    pub(super) meaning: String,
    pub(super) checks: Vec<Check>,
    pub(super) state: Option<StateCheck>,
}

impl SignInError {
    /// The request that the token endpoint refused.
    pub(super) fn request_id(&self) -> Option<&str> {
        match self {
            Self::TokenEndpoint { request_id, .. } => request_id.as_deref(),
            _ => None,
        }
    }

    pub(super) fn explain(self) -> ErrorText {
        use http::StatusCode as Status;
        let plain = |status, code: &str, description: String, meaning: &str| ErrorText {
            status,
            code: code.to_owned(),
            description,
            meaning: meaning.to_owned(),
            checks: Vec::new(),
            state: Some(StateCheck::Matches),
        };
        match self {
            Self::Issuer { code, description, state, .. } => ErrorText {
                state: Some(state),
                ..plain(Status::BAD_REQUEST, &code, description.unwrap_or_default(), meaning(&code))
            },
            Self::State(state) => ErrorText {
                state: Some(state),
                ..plain(
                    Status::BAD_REQUEST,
                    "state_mismatch",
                    "The response does not belong to a sign-in of this browser.".to_owned(),
                    "state connects the issuer's response with the browser that sent the request. A response with another state \
                     may be a forged link that would sign you in as another user, so the app does not use the code.",
                )
            },
            Self::Repeated { name } => ErrorText {
                state: None,
                ..plain(
                    Status::BAD_REQUEST,
                    "invalid_response",
                    format!("The parameter {name} is repeated."),
                    "A parameter must not be repeated (RFC 6749 3.1), because it would be ambiguous which value counts.",
                )
            },
            Self::NoCode => plain(
                Status::BAD_REQUEST,
                "invalid_response",
                "The response has neither a code nor an error.".to_owned(),
                "The authorization code flow ends with one of the two. The issuer or a proxy dropped it.",
            ),
            Self::WrongIssuer { received } => plain(
                Status::BAD_REQUEST,
                "issuer_mismatch",
                format!("The issuer in the response is {received}."),
                "A response from another issuer indicates a mix-up attack (RFC 9207). The code was not used.",
            ),
            Self::Discovery(DiscoveryFailed(reason)) => ErrorText {
                state: None,
                ..plain(
                    Status::BAD_GATEWAY,
                    "issuer_unavailable",
                    reason,
                    "Before the first sign-in the app fetches the issuer's discovery document and keys. Is the issuer \
                     running, is its URL exact, and is its certificate trusted (--ca-file)?",
                )
            },
            Self::TokenEndpoint { code, description, .. } => {
                plain(Status::BAD_GATEWAY, &code, description.unwrap_or_default(), meaning(&code))
            }
            Self::TokenRequest { reason } => plain(
                Status::BAD_GATEWAY,
                "token_request_failed",
                reason,
                "The token endpoint sent no usable response. No token was accepted.",
            ),
            Self::TokenType { received } => plain(
                Status::BAD_GATEWAY,
                "token_type_unknown",
                format!("The token type is {received}, and the app knows Bearer only."),
                "A client must not use an access token if it does not know its type (RFC 6749 7.1). The tokens were discarded.",
            ),
            Self::NoIdToken => plain(
                Status::BAD_GATEWAY,
                "id_token_missing",
                "The response of the token endpoint has no ID token.".to_owned(),
                "With the scope openid a response contains an ID token (OIDC Core 3.1.3.3). Without it the app does not sign you in.",
            ),
            Self::IdToken { reason, checks } => {
                let description = match first_failure(&checks) {
                    Some(check) => {
                        format!("{}: expected {}, found {}. ({reason})", check.title, check.expected, check.actual)
                    }
                    None => reason,
                };
                ErrorText {
                    checks,
                    ..plain(
                        Status::BAD_GATEWAY,
                        "id_token_refused",
                        description,
                        "The ID token fails a check that every relying party must make. You were not signed in, and the \
                         tokens were discarded.",
                    )
                }
            }
        }
    }
}

/// What an error code of RFC 6749, OIDC Core or Okta usually means, and what to do.
fn meaning(code: &str) -> &'static str {
    match code {
        "access_denied" => {
            "The user denied the request or is not assigned to the app, or no access-policy rule covers the whole request. \
             Okta grants all requested scopes or none. Request fewer scopes, or sign in as another user."
        }
        "invalid_scope" => {
            "At least one requested scope does not exist at this authorization server. Remove it under \u{201c}Before you click\u{201d} and try again."
        }
        "login_required" => "prompt=none was requested, and you are not signed in at the issuer. Sign in without it.",
        "consent_required" => "A scope requires consent, and it was not given or could not be requested (prompt=none).",
        "unmet_authentication_requirements" => {
            "The sign-in did not meet the request's acr_values: the user has no authenticator that does, or may not enroll one. \
             Enroll one for the user, or request another acr value."
        }
        "interaction_required" => "The issuer must show a page, and prompt=none does not allow it.",
        "invalid_request" => "The request is malformed; see the description.",
        "unauthorized_client" => {
            "This client may not use this grant type or response type. Check the app's settings at the issuer."
        }
        "unsupported_response_type" => "The issuer or this client does not allow response_type=code.",
        "invalid_client" => {
            "The client id is unknown or the client secret is wrong. Compare OKTA_CLIENT_ID and OKTA_CLIENT_SECRET with the app's settings."
        }
        "invalid_grant" => {
            "The code or refresh token is used, expired, revoked, or belongs to another client, redirect URI or PKCE verifier. \
             A code can be used once, within a few minutes: start again."
        }
        "server_error" => "The issuer failed. See its log.",
        "temporarily_unavailable" => "The issuer is overloaded or in maintenance. Try again later.",
        _ => "An error code of this issuer; see its documentation.",
    }
}
