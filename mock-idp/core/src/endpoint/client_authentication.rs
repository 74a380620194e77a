//! Who calls: client authentication at the token, introspection and revocation endpoints. RFC 6749 2.3.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::percent_decode_str;
use subtle::ConstantTimeEq;

use crate::model::{App, AuthMethod};
use crate::org::Org;
use crate::protocol::{ErrorId, Parameters, Refusal};

/// Where a request's credentials may stand.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'a> {
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    pub query: &'a Parameters,
    pub body: &'a Parameters,
}

/// What was presented, before it is believed.
enum Credentials {
    Secret {
        client_id: String,
        secret: String,
    },
    /// A client id alone.
    Public {
        client_id: String,
    },
}

/// Authenticates the client.
///
/// # Errors
/// Okta's literal refusals; an unknown client is refused in the API's shape.
pub fn authenticate<'a>(org: &'a Org, presented: Presented<'_>, _endpoint: &str) -> Result<&'a App, Refusal> {
    let credentials = read(presented)?;
    let (Credentials::Secret { client_id, .. } | Credentials::Public { client_id }) = &credentials;
    let client = org
        .client(client_id)
        .filter(|client| client.status.is_active())
        .ok_or_else(|| Refusal::new(ErrorId::InvalidClientId, format!("no active client has the id `{client_id}`")))?;
    let method = client.auth_method();
    match (credentials, client.credentials.oauth_client.client_secret.as_deref()) {
        (Credentials::Secret { secret, .. }, Some(expected)) if method != AuthMethod::None => {
            if bool::from(secret.as_bytes().ct_eq(expected.as_bytes())) {
                Ok(client)
            } else {
                Err(Refusal::new(ErrorId::InvalidClientSecret, format!("wrong secret for {}", client.client_id())))
            }
        }
        (Credentials::Public { .. }, _) if method == AuthMethod::None => Ok(client),
        (Credentials::Secret { .. }, _) => Err(Refusal::new(
            ErrorId::InvalidTokenEndpointAuthMethod,
            format!("{} has `token_endpoint_auth_method: none` but sent a secret", client.client_id()),
        )),
        (Credentials::Public { .. }, _) => Err(Refusal::new(
            ErrorId::InvalidTokenEndpointAuthMethod,
            format!("{} must authenticate by its secret but sent none", client.client_id()),
        )),
    }
}

fn read(presented: Presented<'_>) -> Result<Credentials, Refusal> {
    let Presented { authorization, query, body } = presented;
    // Okta: credentials in the query are refused, other parameters there are not.
    if query.get("client_secret").is_some() || query.get("client_assertion").is_some() {
        return Err(Refusal::new(ErrorId::ClientCredentialsInQuery, "client_secret or client_assertion in the query"));
    }
    let in_header = authorization.is_some_and(|header| header.len() >= 5 && header[..5].eq_ignore_ascii_case("basic"));
    let in_body = body.get("client_secret").is_some();
    let assertion = body.get("client_assertion").is_some();
    // RFC 6749 2.3: not more than one method in each request.
    if [in_header, in_body, assertion].into_iter().filter(|used| *used).count() > 1 {
        return Err(Refusal::new(
            ErrorId::MultipleClientCredentials,
            "more than one of header, body secret and assertion",
        ));
    }
    if assertion {
        return Err(assertion_refusal(body));
    }
    if let Some(header) = authorization.filter(|_| in_header) {
        return basic(header);
    }
    let client_id = body.get("client_id").or_else(|| query.get("client_id"));
    let Some(client_id) = client_id.map(str::to_owned) else {
        return Err(Refusal::new(ErrorId::MissingClientCredentials, "no Authorization header and no client_id"));
    };
    Ok(match body.get("client_secret") {
        Some(secret) => Credentials::Secret { client_id, secret: secret.to_owned() },
        None => Credentials::Public { client_id },
    })
}

/// No client of the org can be set up for assertions, so each is refused, in the words that fit.
fn assertion_refusal(body: &Parameters) -> Refusal {
    if body.get("client_assertion_type") == Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer") {
        Refusal::new(ErrorId::InvalidTokenEndpointAuthMethod, "the client is not set up for client assertions")
    } else {
        Refusal::new(ErrorId::ClientAssertionTypeInvalid, "client_assertion_type is not jwt-bearer")
    }
}

fn basic(header: &str) -> Result<Credentials, Refusal> {
    let malformed = |reason: &str| Refusal::new(ErrorId::InvalidBasicAuthCredentials, reason);
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
