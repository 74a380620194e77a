//! Why a sign-in or refresh did not happen, each with words for the person who sees it.

use crate::token::check::{Check, first_failure};

use super::provider::DiscoveryFailed;

/// Whether the `state` that came back is one that this browser was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StateCheck {
    Matches,
    Unknown,
    Missing,
    NoSession,
}

impl StateCheck {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Matches => "It matches a sign-in that this browser started.",
            Self::Unknown => {
                "It belongs to no sign-in that this browser has under way: used already, too old, or not from here."
            }
            Self::Missing => "The answer carries none, so nothing ties it to this browser.",
            Self::NoSession => {
                "This browser sent no session, so there is nothing to compare it with. \
                 Are cookies blocked, or did the sign-in start under another host name?"
            }
        }
    }
}

/// The ways in which a sign-in ends badly.
#[derive(Debug, thiserror::Error)]
pub(super) enum SignInError {
    #[error("the issuer answered {code}")]
    Issuer { code: String, description: Option<String>, state: StateCheck },
    #[error("state")]
    State(StateCheck),
    #[error("a parameter came twice")]
    Repeated { name: String },
    #[error("no code")]
    NoCode,
    #[error("another issuer answered")]
    WrongIssuer { received: String },
    #[error(transparent)]
    Discovery(#[from] DiscoveryFailed),
    #[error("the token endpoint answered {code}")]
    TokenEndpoint { code: String, description: Option<String> },
    #[error("the token request failed: {reason}")]
    TokenRequest { reason: String },
    #[error("the ID token was refused: {reason}")]
    IdToken { reason: String, checks: Vec<Check> },
    #[error("no id_token in the answer")]
    NoIdToken,
}

/// A error put in words.
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
            Self::Issuer { code, description, state } => ErrorText {
                state: Some(state),
                ..plain(Status::BAD_REQUEST, &code, description.unwrap_or_default(), meaning(&code))
            },
            Self::State(state) => ErrorText {
                state: Some(state),
                ..plain(
                    Status::BAD_REQUEST,
                    "state_mismatch",
                    "The answer does not belong to a sign-in of this browser.".to_owned(),
                    "state ties the issuer's answer to the browser that asked. An answer without the right one may be \
                     a forged link that would sign you in as somebody else, so the app stops before using the code.",
                )
            },
            Self::Repeated { name } => ErrorText {
                state: None,
                ..plain(
                    Status::BAD_REQUEST,
                    "invalid_response",
                    format!("The parameter {name} came more than once."),
                    "Each parameter of an answer may stand in it once (RFC 6749 3.1). Two values leave open which one counts.",
                )
            },
            Self::NoCode => plain(
                Status::BAD_REQUEST,
                "invalid_response",
                "The answer carries neither a code nor an error.".to_owned(),
                "The authorization code flow ends with one of the two. The issuer, or something between, dropped it.",
            ),
            Self::WrongIssuer { received } => plain(
                Status::BAD_REQUEST,
                "issuer_mismatch",
                format!("The answer says that it comes from {received}."),
                "An answer of another issuer in this place is the mark of a mix-up attack (RFC 9207). The code was not used.",
            ),
            Self::Discovery(DiscoveryFailed(reason)) => ErrorText {
                state: None,
                ..plain(
                    Status::BAD_GATEWAY,
                    "issuer_unavailable",
                    reason,
                    "Before the first sign-in the app reads the issuer's discovery document and keys. Is the issuer \
                     running, is its URL right to the last character, and is its certificate trusted (--ca-file)?",
                )
            },
            Self::TokenEndpoint { code, description } => {
                plain(Status::BAD_GATEWAY, &code, description.unwrap_or_default(), meaning(&code))
            }
            Self::TokenRequest { reason } => plain(
                Status::BAD_GATEWAY,
                "token_request_failed",
                reason,
                "The app could not get a usable answer from the token endpoint. No token was accepted.",
            ),
            Self::NoIdToken => plain(
                Status::BAD_GATEWAY,
                "id_token_missing",
                "The token endpoint answered without an ID token.".to_owned(),
                "With the scope openid an answer carries an ID token (OIDC Core 3.1.3.3). Without one nobody is signed in.",
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
                        "The issuer gave tokens, but the ID token fails a check that every relying party must make. \
                         Nobody was signed in and the tokens were thrown away.",
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
            "The person said no, is not assigned to the app, or no access-policy rule covers the whole request. \
             Okta never narrows a request: one scope too many and all of it is refused. Ask for fewer scopes, or sign in as somebody else."
        }
        "invalid_scope" => {
            "At least one requested scope does not exist at this authorization server. Take it out under \u{201c}Before you click\u{201d} and try again."
        }
        "login_required" => "prompt=none was asked for, and nobody is signed in at the issuer. Sign in without it.",
        "consent_required" => {
            "A scope needs the person's consent and none was given, or it could not be asked for (prompt=none)."
        }
        "interaction_required" => "The issuer needs to show a page, and prompt=none forbids it.",
        "invalid_request" => "The issuer found the request malformed; its description says where.",
        "unauthorized_client" => {
            "This client may not use this grant type or response type. Check the app's settings at the issuer."
        }
        "unsupported_response_type" => "The issuer or this client does not allow response_type=code.",
        "invalid_client" => {
            "The client id is unknown or the client secret is wrong. Compare OKTA_CLIENT_ID and OKTA_CLIENT_SECRET with the app's settings."
        }
        "invalid_grant" => {
            "The code or refresh token is used up, expired, revoked, or belongs to another client, redirect URI or PKCE verifier. \
             A code works once and for a few minutes: start again."
        }
        "server_error" => "The issuer failed. Its log knows more.",
        "temporarily_unavailable" => "The issuer is overloaded or in maintenance. Wait a little.",
        _ => "The issuer's own code; its documentation says more.",
    }
}
