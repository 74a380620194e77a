//! The credentials of a request.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::percent_decode_str;

use super::sources::CredentialSources;
use crate::protocol::jose::Jws;
use crate::protocol::{ErrorId, OAuthError};

/// Credentials that have not been checked.
#[derive(Debug)]
pub(super) enum Credentials {
    Secret {
        client_id: String,
        secret: String,
    },
    Assertion {
        /// RFC 7521 4.2: optional, since the assertion names the client.
        client_id: Option<String>,
        assertion: Box<Jws>,
    },
    /// A client id alone.
    Public {
        client_id: String,
    },
}

pub(super) fn read(sources: CredentialSources<'_>) -> Result<Credentials, OAuthError> {
    let CredentialSources { authorization, query, body } = sources;
    // Okta: credentials in the query are rejected, other parameters there are not.
    if query.get("client_secret").is_some() || query.get("client_assertion").is_some() {
        return Err(OAuthError::new(
            ErrorId::ClientCredentialsInQuery,
            "client_secret or client_assertion in the query",
        ));
    }
    let in_header =
        authorization.filter(|header| header.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic")));
    let secret = body.get("client_secret");
    let assertion = body.get("client_assertion");
    // RFC 6749 2.3: not more than one method in each request.
    if [in_header.is_some(), secret.is_some(), assertion.is_some()].into_iter().filter(|used| *used).count() > 1 {
        return Err(OAuthError::new(
            ErrorId::MultipleClientCredentials,
            "more than one of header, body secret and assertion",
        ));
    }
    let client_id = body.get("client_id").or_else(|| query.get("client_id")).map(str::to_owned);
    if let Some(assertion) = assertion {
        // RFC 7523 2.2. Okta: the type may be in the query, where its older SDKs send it.
        let kind = body.get("client_assertion_type").or_else(|| query.get("client_assertion_type"));
        if kind != Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer") {
            return Err(OAuthError::new(
                ErrorId::ClientAssertionTypeInvalid,
                "client_assertion_type is not urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ));
        }
        let assertion = Jws::parse(assertion).ok_or_else(|| {
            OAuthError::new(ErrorId::ClientAssertionInvalidJwt, "client_assertion is not a signed JWT")
        })?;
        return Ok(Credentials::Assertion { client_id, assertion: Box::new(assertion) });
    }
    if let Some(header) = in_header {
        return basic(header);
    }
    let client_id = client_id.ok_or_else(|| {
        OAuthError::new(ErrorId::MissingClientCredentials, "no Authorization header, no assertion and no client_id")
    })?;
    Ok(match secret {
        Some(secret) => Credentials::Secret { client_id, secret: secret.to_owned() },
        None => Credentials::Public { client_id },
    })
}

fn basic(header: &str) -> Result<Credentials, OAuthError> {
    let malformed = |reason: &str| OAuthError::new(ErrorId::InvalidBasicAuthCredentials, reason);
    let encoded = header[5..].trim();
    let decoded = STANDARD.decode(encoded).map_err(|_| malformed("the Basic credentials are not base64"))?;
    let text = String::from_utf8(decoded).map_err(|_| malformed("the Basic credentials are not UTF-8"))?;
    // RFC 6749 2.3.1: both halves are form-urlencoded before they are joined.
    let decode = |half: &str| percent_decode_str(&half.replace('+', " ")).decode_utf8_lossy().into_owned();
    match text.split_once(':') {
        Some((client_id, secret)) if !secret.is_empty() => {
            Ok(Credentials::Secret { client_id: decode(client_id), secret: decode(secret) })
        }
        // Okta's own browser library sends a public client's id without a colon.
        Some((client_id, _)) if !client_id.is_empty() => Ok(Credentials::Public { client_id: decode(client_id) }),
        None if !text.is_empty() => Ok(Credentials::Public { client_id: decode(&text) }),
        _ => Err(malformed("the Basic credentials are empty")),
    }
}
