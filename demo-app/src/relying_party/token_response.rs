//! The response of the token endpoint, and why there is none.

use openidconnect::core::{CoreErrorResponseType, CoreTokenResponse};
use openidconnect::{ConfigurationError, OAuth2TokenResponse as _, RequestTokenError, StandardErrorResponse};
use serde_json::Value;

use super::error::SignInError;
use super::provider::Provider;
use super::transport::{Recorder, TransportError};
use crate::token::Jwt;
use crate::token::verify::{self, IdTokenRules};

/// The members of a token response that the app stores.
pub(super) struct TokenResponse {
    pub(super) id_token: Option<String>,
    pub(super) access_token: String,
    pub(super) refresh_token: Option<String>,
    pub(super) expires_in: Option<i64>,
    pub(super) scopes: Option<Vec<String>>,
}

impl TokenResponse {
    /// RFC 6749 7.1: a client must not use a token of a type that it does not know.
    pub(super) fn new(response: &CoreTokenResponse, recorder: &Recorder) -> Result<Self, SignInError> {
        if let Some(unknown) = unknown_token_type(response.token_type().as_ref()) {
            return Err(unknown);
        }
        Ok(Self {
            id_token: raw_id_token(recorder),
            access_token: response.access_token().secret().clone(),
            refresh_token: response.refresh_token().map(|token| token.secret().clone()),
            expires_in: response.expires_in().and_then(|lifetime| i64::try_from(lifetime.as_secs()).ok()),
            scopes: response.scopes().map(|scopes| scopes.iter().map(|scope| scope.to_string()).collect()),
        })
    }
}

fn unknown_token_type(received: &str) -> Option<SignInError> {
    (!received.eq_ignore_ascii_case("bearer")).then(|| SignInError::TokenType { received: received.to_owned() })
}

/// The ID token as it was sent, even if `openidconnect` cannot parse it.
fn raw_id_token(recorder: &Recorder) -> Option<String> {
    recorder.last_json()?.get("id_token").and_then(Value::as_str).map(str::to_owned)
}

pub(super) fn no_token_endpoint(error: ConfigurationError) -> SignInError {
    SignInError::TokenRequest { reason: format!("The discovery document has no token endpoint ({error}).") }
}

type TokenError = RequestTokenError<TransportError, StandardErrorResponse<CoreErrorResponseType>>;

/// Distinguishes an OAuth error, an Okta API error, an ID token that cannot be parsed, and a failed request.
pub(super) fn token_endpoint_error(
    error: TokenError,
    recorder: &Recorder,
    provider: &Provider,
    rules: IdTokenRules<'_>,
    now: i64,
) -> SignInError {
    match error {
        RequestTokenError::ServerResponse(body) => SignInError::TokenEndpoint {
            code: body.error().to_string(),
            description: body.error_description().cloned(),
            request_id: recorder.last_request_id(),
        },
        RequestTokenError::Request(error) => SignInError::TokenRequest { reason: error.to_string() },
        RequestTokenError::Parse(error, body) => {
            let body = serde_json::from_slice::<Value>(&body).unwrap_or_default();
            let reason = crate::outbound::error_chain(&error);
            match (body["errorCode"].as_str(), raw_id_token(recorder)) {
                // Okta answers an unknown client with an Okta API error instead of an OAuth error.
                (Some(code), _) => SignInError::TokenEndpoint {
                    code: code.to_owned(),
                    description: body["errorSummary"].as_str().map(str::to_owned),
                    request_id: recorder.last_request_id(),
                },
                (None, Some(raw)) => {
                    if let Some(unknown) = body["token_type"].as_str().and_then(unknown_token_type) {
                        return unknown;
                    }
                    let rules = IdTokenRules { access_token: body["access_token"].as_str(), ..rules };
                    let checks = Jwt::read(&raw).map(|jwt| verify::id_token(&jwt, &provider.keys, rules, now));
                    SignInError::IdToken { reason, checks: checks.unwrap_or_default() }
                }
                (None, None) => {
                    SignInError::TokenRequest { reason: format!("The response cannot be parsed: {reason}") }
                }
            }
        }
        RequestTokenError::Other(reason) => SignInError::TokenRequest { reason },
    }
}
