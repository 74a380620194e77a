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

/// What a `client_id` in the body means beside a Basic header.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum BesideHeader {
    /// Okta: a `client_id` in the body beside a Basic header is a second set of credentials.
    ClientIdCounts,
    /// RFC 6749 2.3: a `client_id` alone does not authenticate; it must be equal to that of the header.
    ClientIdMustAgree,
}

/// Reads the credentials, by the same rule at every endpoint. Parameters count as soon as they are there: a secret without a value is a
/// wrong secret, not a missing one.
pub(super) fn read(sources: CredentialSources<'_>, rule: BesideHeader) -> Result<Credentials, OAuthError> {
    let CredentialSources { authorization, query, body } = sources;
    // Okta: a secret in the query is rejected; an assertion is taken there, where its Go SDK sends it.
    if query.contains("client_secret") {
        return Err(OAuthError::new(ErrorId::ClientCredentialsInQuery, "client_secret in the query"));
    }
    let header = authorization.filter(|header| is_basic(header));
    let (secret, assertion) =
        (body.contains("client_secret"), [body, query].map(|part| part.contains("client_assertion")));
    let second_id = header.is_some() && rule == BesideHeader::ClientIdCounts && body.contains("client_id");
    // RFC 6749 2.3: not more than one method in each request.
    if [header.is_some(), secret || second_id, assertion.contains(&true)].into_iter().filter(|used| *used).count() > 1 {
        return Err(OAuthError::new(ErrorId::MultipleClientCredentials, "more than one of header, body and assertion"));
    }
    let client_id = sources.client_id().map(str::to_owned);
    if assertion.contains(&true) {
        return signed(sources, client_id);
    }
    if let Some(header) = header {
        return basic(header);
    }
    let client_id = client_id.ok_or_else(|| {
        OAuthError::new(ErrorId::MissingClientCredentials, "no Authorization header, no assertion and no client_id")
    })?;
    Ok(match secret {
        true => Credentials::Secret { client_id, secret: body.get("client_secret").unwrap_or_default().to_owned() },
        false => Credentials::Public { client_id },
    })
}

/// RFC 7523 2.2. Okta: assertion and type may be in the query, where its SDKs send them.
fn signed(
    CredentialSources { query, body, .. }: CredentialSources<'_>,
    client_id: Option<String>,
) -> Result<Credentials, OAuthError> {
    let get = |name| body.get(name).or_else(|| query.get(name));
    if get("client_assertion_type") != Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer") {
        return Err(OAuthError::new(
            ErrorId::ClientAssertionTypeInvalid,
            "client_assertion_type is not urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ));
    }
    let assertion = get("client_assertion")
        .and_then(Jws::parse)
        .ok_or_else(|| OAuthError::new(ErrorId::ClientAssertionInvalidJwt, "client_assertion is not a signed JWT"))?;
    Ok(Credentials::Assertion { client_id, assertion: Box::new(assertion) })
}

/// Whether a header is meant as one of the Basic scheme, well-formed or not.
fn is_basic(header: &str) -> bool {
    header.get(..BASIC.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(BASIC))
}

const BASIC: &str = "Basic";

fn basic(header: &str) -> Result<Credentials, OAuthError> {
    let malformed = |reason: &str| OAuthError::new(ErrorId::InvalidBasicAuthCredentials, reason);
    // RFC 9110 11.4: blanks separate the scheme from the credentials.
    let encoded = header[BASIC.len()..]
        .strip_prefix(' ')
        .ok_or_else(|| malformed("no blank behind the scheme `Basic`"))?
        .trim_matches(' ');
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
