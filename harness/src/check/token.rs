//! Responses of the token endpoint.

use super::checks;
use super::error_text::{self, ErrorChecks, ErrorMembers};
use super::extension::BOUND_TYPE;
use crate::record::Recorder;
use crate::wire::Reply;
use crate::wire::error::{ApiError, OAuthError, summary};
use crate::wire::token::TokenReply;

checks! {
    STATUS = Must "token.status", "The token endpoint returns 200", ["RFC 6749 5.1"];
    JSON = Must "token.json", "The response is JSON", ["RFC 6749 5.1"];
    CONTENT_TYPE = Should "token.content-type", "The content type is application/json, at Okta without a charset", ["RFC 6749 5.1", "RFC 8259 11"];
    NO_STORE = Must "token.no-store", "The response must not be cached", ["RFC 6749 5.1", "OIDC Core 3.1.3.3"];
    TYPE = Must "token.type", "The token type is Bearer", ["RFC 6749 7.1", "RFC 6750 4"];
    EXPIRES_IN = Must "token.expires-in", "expires_in is a positive number of seconds, a year at most", ["RFC 6749 5.1", "OIDF oidcc-server"];
    EXPIRES_IN_PRESENT = Should "token.expires-in-told", "The response contains the lifetime of the access token", ["RFC 6749 5.1", "OIDF oidcc-server"];
    UNGUESSABLE = Must "token.unguessable", "An access token has enough entropy that it cannot be guessed", ["RFC 6749 10.10", "OIDF oidcc-refresh-token"];
    SCOPE = Must "token.scope", "The granted scope is the requested scope, in the same order", ["RFC 6749 5.1", "Okta: /token, response properties"];
    NO_ID_TOKEN = Must "token.no-id-token", "Without the openid scope there is no ID token", ["OIDC Core 3.1.2.1"];
    REFRESH_ISSUED = Must "token.refresh-issued", "offline_access gives a refresh token", ["OIDC Core 11", "Okta: refresh access tokens"];
    REFRESH_NOT_ISSUED = Must "token.refresh-not-issued", "Without offline_access, or a user, there is no refresh token", ["OIDC Core 11", "RFC 6749 4.4.3"];
    ORDER = May "token.order", "The members come in Okta's order", ["Okta: /token, response example"];
    ISSUED = Must "grant.tokens", "Tokens are issued", ["RFC 6749 5.1"];
    ROTATED = Must "refresh.rotated", "Each refresh gives a new refresh token", ["RFC 9700 4.14.2", "Okta: refresh token rotation"];
    NOT_ROTATED = Must "refresh.not-rotated", "A static refresh token does not change", ["Okta: refresh token rotation"];
    NEW_ACCESS_TOKEN = Must "refresh.new-access-token", "A refresh gives a new access token", ["RFC 6749 6", "OIDF oidcc-refresh-token"];
    ERROR_STATUS = Must "token-error.status", "The status is the one that the specification or Okta's documentation names", ["RFC 6749 5.2", "Okta: OAuth 2.0 and OpenID Connect error codes"];
    ERROR_CODE = Must "token-error.error", "The error code is the one that the specification or Okta's documentation names", ["RFC 6749 5.2"];
    ERROR_TEXT = Should "token-error.description", "The description is Okta's", ["Okta: OAuth 2.0 and OpenID Connect error codes"];
    ERROR_JSON = Must "token-error.json", "The error is JSON", ["RFC 6749 5.2"];
    ERROR_NO_STORE = Should "token-error.no-store", "The error must not be cached", ["RFC 6749 5.2"];
    ERROR_NO_CHALLENGE = May "token-error.no-challenge", "Okta sends no WWW-Authenticate from the token endpoint", ["Okta: recorded traffic"];
    ERROR_CHARACTERS = Must "token-error.characters", "Error and description have permitted characters only", ["RFC 6749 5.2", "OIDF oidcc-codereuse"];
    ERROR_LINES = Should "token-error.lines", "The description has no line breaks and tabs", ["RFC 6749 5.2", "OIDF oidcc-codereuse"];
    ERROR_URI = Must "token-error.uri", "error_uri is a URI of permitted characters", ["RFC 6749 5.2", "OIDF oidcc-codereuse"];
    NO_ERROR = Must "token.no-error", "A successful response has neither error nor error_description", ["RFC 6749 5.1", "RFC 6749 5.2", "OIDF oidcc-server"];
    CHARACTERS = Must "token.characters", "An access token has printable ASCII characters only", ["RFC 6749 A.12", "OIDF oidcc-refresh-token"];
    REFRESH_LENGTH = Must "refresh-token.length", "A refresh token has at least 128 bits", ["RFC 6749 10.10", "OIDF oidcc-refresh-token"];
    REFRESH_ENTROPY = Must "refresh-token.entropy", "A refresh token has enough entropy that it cannot be guessed", ["RFC 6749 10.10", "OIDF oidcc-refresh-token"];
    REFRESH_CHARACTERS = Must "refresh-token.characters", "A refresh token has printable ASCII characters only", ["RFC 6749 A.17", "OIDF oidcc-refresh-token"];
    REFRESHED_TYPE = Must "refresh.content-type", "The content type of a refresh is application/json", ["RFC 6749 5.1", "OIDF oidcc-refresh-token"];
    ENVELOPE = Must "token-error.envelope", "An unknown client gets Okta's API error", ["Okta: error codes, invalid_client"];
    CODE_REUSE = Must "code.single-use", "A code that was redeemed before is rejected", ["RFC 6749 4.1.2", "OIDF oidcc-codereuse"];
    REUSE_REVOKES = Should "code.reuse-revokes", "Using a code twice revokes its tokens", ["RFC 6749 4.1.2", "OIDF oidcc-codereuse-30seconds"];
    FAMILY_REVOKED = Must "refresh.reuse-revokes", "Using a rotated refresh token again revokes the newest one too", ["RFC 9700 4.14.2", "Okta: refresh token reuse detection"];
    LEEWAY = Must "refresh.leeway", "Within the grace period the previous refresh token still works", ["Okta: refresh token rotation, grace period"];
}

/// The expected content of a token response.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedTokenResponse<'a> {
    /// The scope in the requested order, if it is checked.
    pub scope: Option<&'a str>,
    pub id_token: bool,
    /// Whether a refresh token is expected, if it is checked.
    pub refresh_token: Option<bool>,
    pub speaks_okta: bool,
}

/// Checks a token response with its content type. Returns it if it can be parsed.
pub fn success(recorder: &Recorder, reply: &Reply, expected: ExpectedTokenResponse<'_>) -> Option<TokenReply> {
    content_type(recorder, reply, expected.speaks_okta);
    tokens(recorder, reply, expected)
}

/// Checks the content type of a token response.
fn content_type(recorder: &Recorder, reply: &Reply, speaks_okta: bool) {
    // RFC 8259 11 defines no parameters, but receivers ignore them. Okta sends none.
    let came = if speaks_okta { reply.content_type() } else { reply.media_type() };
    CONTENT_TYPE.equals(recorder, "application/json", Some(came));
}

/// Checks a token response. Returns it if it can be parsed.
pub fn tokens(recorder: &Recorder, reply: &Reply, expected: ExpectedTokenResponse<'_>) -> Option<TokenReply> {
    success_of_type(recorder, reply, expected, (&TYPE, "Bearer"))
}

/// Checks a token response whose access token is bound to a key. Returns it if it can be parsed.
pub fn bound(recorder: &Recorder, reply: &Reply, expected: ExpectedTokenResponse<'_>) -> Option<TokenReply> {
    success_of_type(recorder, reply, expected, (&BOUND_TYPE, "DPoP"))
}

fn success_of_type(
    recorder: &Recorder,
    reply: &Reply,
    expected: ExpectedTokenResponse<'_>,
    (check, kind): (&super::Check, &str),
) -> Option<TokenReply> {
    if !STATUS.holds(recorder, reply.status == 200, "200", summary(reply)) {
        return None;
    }
    let tokens = serde_json::from_str::<TokenReply>(&reply.body);
    let reason = tokens.as_ref().err().map(ToString::to_string);
    JSON.holds(recorder, tokens.is_ok(), "a token response", reason.as_deref().unwrap_or("a token response"));
    let tokens = tokens.ok()?;
    no_store(recorder, &NO_STORE, reply);
    check.holds(recorder, tokens.token_type.eq_ignore_ascii_case(kind), kind, &tokens.token_type);
    lifetime(recorder, tokens.expires_in);
    let entropy = entropy(&tokens.access_token);
    UNGUESSABLE.holds(recorder, entropy >= LEAST_ENTROPY, "at least 96 bits", format!("{entropy:.0} bits"));
    error_text::no_error(recorder, &NO_ERROR, reply);
    printable(recorder, &CHARACTERS, &tokens.access_token);
    if let Some(refresh_token) = &tokens.refresh_token {
        refresh_token_itself(recorder, refresh_token);
    }
    if let Some(scope) = expected.scope {
        SCOPE.equals(recorder, scope, tokens.scope.as_deref());
    }
    if !expected.id_token {
        NO_ID_TOKEN.absent(recorder, "ID token", tokens.id_token.as_deref());
    }
    match expected.refresh_token {
        Some(true) => drop(REFRESH_ISSUED.present(recorder, "a refresh token", tokens.refresh_token.as_deref())),
        Some(false) => drop(REFRESH_NOT_ISSUED.absent(recorder, "refresh token", tokens.refresh_token.as_deref())),
        None => {}
    }
    if expected.speaks_okta {
        order(recorder, reply);
    }
    Some(tokens)
}

/// Checks that tokens were issued. Returns whether they were.
pub fn issued(recorder: &Recorder, reply: &Reply) -> bool {
    let issued = ISSUED.holds(recorder, reply.status == 200, "200", summary(reply));
    if issued {
        error_text::no_error(recorder, &NO_ERROR, reply);
    }
    issued
}

fn refresh_token_itself(recorder: &Recorder, token: &str) {
    let length = token.len();
    REFRESH_LENGTH.holds(recorder, length >= 16, "at least 16 characters (128 bits)", format!("{length} characters"));
    let bits = entropy(token);
    REFRESH_ENTROPY.holds(recorder, bits >= LEAST_ENTROPY, "at least 96 bits", format!("{bits:.0} bits"));
    printable(recorder, &REFRESH_CHARACTERS, token);
}

/// RFC 6749 A: VSCHAR.
fn printable(recorder: &Recorder, check: &super::Check, token: &str) {
    let other = token.chars().find(|c| !matches!(c, ' '..='~')).map(|c| c.escape_default().to_string());
    check.absent(recorder, "other character", other.as_deref());
}

/// Checks the lifetime of an access token.
pub fn lifetime(recorder: &Recorder, expires_in: Option<i64>) {
    match expires_in {
        Some(seconds) => {
            EXPIRES_IN.holds(recorder, (1..=31_536_000).contains(&seconds), "1 to 31536000 seconds", seconds);
        }
        None => drop(EXPIRES_IN_PRESENT.present(recorder, "expires_in", None)),
    }
}

/// The least entropy of a code or token in bits.
pub(super) const LEAST_ENTROPY: f64 = 96.0;

/// The Shannon entropy of a text in bits: an upper bound, so a low value proves a weak text.
pub(super) fn entropy(text: &str) -> f64 {
    let mut counts = std::collections::BTreeMap::new();
    for byte in text.bytes() {
        *counts.entry(byte).or_insert(0_u32) += 1;
    }
    let length = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX));
    counts.into_values().map(|count| f64::from(count) * (length / f64::from(count)).log2()).sum()
}

/// Checks an error. `text` is Okta's error description, if it is checked.
pub fn refusal(recorder: &Recorder, reply: &Reply, status: u16, error: &str, text: Option<&str>) {
    refusal_by(recorder, reply, status, &[error], text);
}

/// Checks an error that is one of `errors`.
pub fn refusal_by(recorder: &Recorder, reply: &Reply, status: u16, errors: &[&str], text: Option<&str>) {
    ERROR_STATUS.holds(recorder, reply.status == status, status, summary(reply));
    let json = reply.is_json();
    ERROR_JSON.holds(recorder, json, "application/json", reply.content_type());
    let body = serde_json::from_str::<OAuthError>(&reply.body).ok();
    let came = body.as_ref().map(|body| body.error.as_str());
    let named = came.is_some_and(|came| errors.contains(&came));
    ERROR_CODE.holds(recorder, named, errors.join(" or "), summary(reply));
    if let Some(text) = text {
        ERROR_TEXT.equals(recorder, text, body.as_ref().and_then(|body| body.error_description.as_deref()));
    }
    let members: serde_json::Value = serde_json::from_str(&reply.body).unwrap_or_default();
    let text =
        |name: &str| members.get(name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    let (error, description, uri) = (text("error"), text("error_description"), text("error_uri"));
    let checks = ErrorChecks { characters: &ERROR_CHARACTERS, lines: &ERROR_LINES, uri: &ERROR_URI };
    let members = ErrorMembers { error: error.as_deref(), description: description.as_deref(), uri: uri.as_deref() };
    checks.judge(recorder, members);
    no_store(recorder, &ERROR_NO_STORE, reply);
}

/// Checks Okta's API error for an unknown client.
pub fn unknown_client(recorder: &Recorder, reply: &Reply) {
    let body = serde_json::from_str::<ApiError>(&reply.body).ok();
    let ok = body.as_ref().is_some_and(|body| {
        body.error_code == "invalid_client"
            && body.error_summary == "Invalid value for 'client_id' parameter."
            && body.error_id.as_ref().is_some_and(|id| id.starts_with("oae"))
    });
    ENVELOPE.holds(
        recorder,
        ok,
        "errorCode invalid_client, errorSummary \"Invalid value for 'client_id' parameter.\", an errorId",
        summary(reply),
    );
}

fn no_store(recorder: &Recorder, check: &super::Check, reply: &Reply) {
    let header = reply.header("cache-control").unwrap_or_default();
    check.holds(recorder, header.contains("no-store"), "Cache-Control: no-store", format!("Cache-Control: {header}"));
}

fn order(recorder: &Recorder, reply: &Reply) {
    const ORDER_ON_THE_WIRE: [&str; 6] =
        ["token_type", "expires_in", "access_token", "scope", "refresh_token", "id_token"];
    let Ok(body) = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&reply.body) else { return };
    let came: Vec<&str> = body.keys().map(String::as_str).filter(|name| ORDER_ON_THE_WIRE.contains(name)).collect();
    let expected: Vec<&str> = ORDER_ON_THE_WIRE.into_iter().filter(|name| came.contains(name)).collect();
    ORDER.holds(recorder, came == expected, expected.join(" "), came.join(" "));
}

#[cfg(test)]
mod tests {
    use super::entropy;

    #[test]
    fn entropy_counts_bits() {
        assert!((entropy("0123456789abcdef") - 64.0).abs() < 1e-9, "16 different characters of 4 bits");
        assert!(entropy(&"a".repeat(400)).abs() < 1e-9, "a repeated character has no entropy");
    }
}
