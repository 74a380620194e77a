//! The answers of a provider: the authorization response, the ID token, and userinfo.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use url::form_urlencoded::{Serializer, byte_serialize};

use super::user::ProviderUser;
use crate::ledger::ProviderVisit;
use crate::model::IdentityProvider;
use crate::protocol::Parameters;
use crate::protocol::jose::{JwkSet, Jws};
use crate::text::clipped;

/// Why an answer of a provider does not sign a user in: the inside reason.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ProviderAnswerError(pub String);

/// Longest text of a provider in a reason, in characters.
const MAX_TEXT: usize = 256;

/// The code of an authorization response. OIDC Core 3.1.2.5.
///
/// # Errors
/// The provider answers with an error, or without code.
pub fn authorization_code(parameters: &Parameters) -> Result<&str, ProviderAnswerError> {
    if let Some(error) = parameters.get("error") {
        let description = parameters.get("error_description").unwrap_or("no description");
        let reason = format!(
            "the identity provider answered with `{}`: {}",
            clipped(error, MAX_TEXT),
            clipped(description, MAX_TEXT)
        );
        return Err(ProviderAnswerError(reason));
    }
    let missing = || ProviderAnswerError("the answer of the identity provider has no code".to_owned());
    parameters.get("code").filter(|code| !code.is_empty()).ok_or_else(missing)
}

/// The form of a token request, and its `Authorization` header if the org has a client secret. OIDC Core 3.1.3.1.
#[must_use]
pub fn token_request(provider: IdentityProvider<'_>, visit: &ProviderVisit, code: &str) -> (String, Option<String>) {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", code)
        .append_pair("redirect_uri", &visit.redirect_uri)
        .extend_pairs(visit.code_verifier.as_ref().map(|verifier| ("code_verifier", verifier)));
    let Some(secret) = provider.client_secret() else {
        form.append_pair("client_id", provider.client_id());
        return (form.finish(), None);
    };
    // RFC 6749 2.3.1: both are form-encoded first.
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(provider.client_id()), encoded(secret));
    (form.finish(), Some(format!("Basic {}", STANDARD.encode(pair))))
}

/// The user whom an ID token is about. OIDC Core 3.1.3.7.
///
/// # Errors
/// It is not a JWT that this provider has issued now for this request.
pub fn verify_id_token(
    provider: IdentityProvider<'_>,
    visit: &ProviderVisit,
    id_token: &str,
    keys: &JwkSet,
    now: i64,
) -> Result<ProviderUser, ProviderAnswerError> {
    let wrong = |reason: String| ProviderAnswerError(format!("the ID token of {}: {reason}", provider.name()));
    let jws = Jws::parse(id_token).ok_or_else(|| wrong("it is not a signed JWT".to_owned()))?;
    let named = jws.header_text("alg").unwrap_or("none");
    let algorithm = jws.algorithm().ok_or_else(|| wrong(format!("the algorithm {named} is not accepted")))?;
    let is_signed = match provider.client_secret() {
        Some(secret) if algorithm.is_symmetric() => jws.is_signed_by_secret(algorithm, secret),
        _ if algorithm.is_symmetric() => false,
        _ => {
            let key = keys.choose(&jws, algorithm).map_err(|problem| wrong(format!("no key: {problem:?}")))?;
            jws.is_signed_by(algorithm, &key)
        }
    };
    if !is_signed {
        return Err(wrong("the signature is wrong".to_owned()));
    }
    let issuer = jws.text("iss").unwrap_or_default();
    // Okta: a provider without issuer is accepted by its keys.
    if provider.issuer().is_some_and(|expected| expected != issuer) {
        let expected = provider.issuer().unwrap_or_default();
        return Err(wrong(format!("the issuer is {}, and not {expected}", clipped(issuer, MAX_TEXT))));
    }
    if !jws.audiences().any(|audience| audience == provider.client_id()) {
        return Err(wrong(format!("it is not for the client {}", provider.client_id())));
    }
    let several = jws.audiences().count() > 1;
    if jws.text("azp").map_or(several, |party| party != provider.client_id()) {
        return Err(wrong("another client is the authorized party".to_owned()));
    }
    let skew = provider.max_clock_skew();
    match jws.time("exp") {
        Some(expires) if now - skew < expires => {}
        _ => return Err(wrong("it has expired".to_owned())),
    }
    if jws.time("iat").is_none_or(|issued| issued > now + skew) {
        return Err(wrong("it was issued in the future".to_owned()));
    }
    if jws.text("nonce") != Some(&visit.nonce) {
        return Err(wrong("the nonce is not that of the request".to_owned()));
    }
    let subject = jws.text("sub").filter(|subject| !subject.is_empty());
    let external_id = subject.ok_or_else(|| wrong("it has no `sub`".to_owned()))?.to_owned();
    Ok(ProviderUser { provider: provider.id().to_owned(), external_id, claims: jws.claims().clone() })
}

/// The user with the claims of userinfo.
///
/// # Errors
/// They are about another user. OIDC Core 5.3.2.
pub fn with_userinfo(user: ProviderUser, userinfo: Map<String, Value>) -> Result<ProviderUser, ProviderAnswerError> {
    if userinfo.get("sub").and_then(Value::as_str) != Some(&user.external_id) {
        return Err(ProviderAnswerError("the `sub` of userinfo is not that of the ID token".to_owned()));
    }
    let mut claims = user.claims;
    claims.extend(userinfo);
    Ok(ProviderUser { claims, ..user })
}
