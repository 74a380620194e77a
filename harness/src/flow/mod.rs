//! Protocol requests. They are built correctly, and a scenario can change every part.

mod authorization;
mod form;
mod pkce;
pub mod signed;

pub use authorization::AuthorizationRequest;
pub use form::FormRequest;
pub use pkce::{Pkce, random_text};

use reqwest::Method;
use url::Url;

use crate::issuer_target::Client;
use crate::wire::{Body, Request, WireError};

/// RFC 6749 4.1.3: exchanges a code for tokens.
#[must_use]
pub fn exchange(endpoint: &Url, client: &Client, request: &AuthorizationRequest, code: &str) -> FormRequest {
    let form = FormRequest::new(endpoint)
        .with("grant_type", "authorization_code")
        .with("code", code)
        .with("redirect_uri", request.get("redirect_uri").unwrap_or_default());
    let form = match request.pkce() {
        Some(pkce) => form.with("code_verifier", &pkce.verifier),
        None => form,
    };
    form.as_client(client)
}

/// RFC 6749 6: exchanges a refresh token for tokens.
#[must_use]
pub fn refresh(endpoint: &Url, client: &Client, refresh_token: &str) -> FormRequest {
    FormRequest::new(endpoint)
        .with("grant_type", "refresh_token")
        .with("refresh_token", refresh_token)
        .as_client(client)
}

/// RFC 6749 4.4.2: a token for the client itself.
#[must_use]
pub fn client_credentials(endpoint: &Url, client: &Client, scope: Option<&str>) -> FormRequest {
    let form = FormRequest::new(endpoint).with("grant_type", "client_credentials");
    let form = match scope {
        Some(scope) => form.with("scope", scope),
        None => form,
    };
    form.as_client(client)
}

/// RFC 7662 2.1 and RFC 7009 2.1: the form of introspection and revocation.
#[must_use]
pub fn about_token(endpoint: &Url, client: &Client, token: &str, hint: Option<&str>) -> FormRequest {
    let form = FormRequest::new(endpoint).with("token", token);
    let form = match hint {
        Some(hint) => form.with("token_type_hint", hint),
        None => form,
    };
    form.as_client(client)
}

/// OIDC Core 5.3.1: the claims about the user.
///
/// # Errors
/// When the token is not valid in a header.
pub fn userinfo(endpoint: &Url, method: Method, access_token: &str) -> Result<Request, WireError> {
    let body = if method == Method::POST { Body::Form(Vec::new()) } else { Body::None };
    Request::new(method, endpoint.clone(), body).bearer(access_token)
}

/// OIDC RP-Initiated Logout 2.
#[must_use]
pub fn sign_out(endpoint: &Url, params: &[(&str, &str)]) -> Url {
    let mut url = endpoint.clone();
    url.query_pairs_mut().extend_pairs(params);
    url
}
