//! Modules of the OpenID Foundation's conformance suite: the rules beyond those of every flow.

use serde_json::{Map, Value};

use super::checks;
use crate::record::Recorder;
use crate::wire::jwt::Jwt;
use crate::wire::metadata::Metadata;

checks! {
    AUTH_METHOD = Must "module.auth-method", "Discovery lists the authentication method of the client, if it lists any", ["OIDC Discovery 3", "OIDF oidcc-server"];
    ENDPOINTS = Must "module.endpoints", "The discovery document has every endpoint that the plan needs", ["OIDC Discovery 3", "OIDF oidcc-server"];
    NO_NAME = Should "id-token.no-name", "With an access token the name is at userinfo, not in the ID token", ["OIDC Core 5.4", "OIDF oidcc-server"];
    NO_EMAIL = Should "id-token.no-email", "With an access token the email is at userinfo, not in the ID token", ["OIDC Core 5.4", "OIDF oidcc-scope-email"];
    ONLY_REQUESTED = Should "id-token.only-requested", "It has no claims but the protocol's and the requested ones", ["OIDC Core 2", "OIDF oidcc-server"];
    SCOPE_CLAIMS = Should "id-token.scope-claims", "Without an access token it has all claims of the scopes", ["OIDC Core 5.4", "OIDF oidcc-scope-profile"];
    ESSENTIAL_IN_ID_TOKEN = Should "id-token.essential", "Without an access token it has the essential claim", ["OIDC Core 5.5", "OIDF oidcc-claims-essential"];
    AUTH_TIME = Must "id-token.auth-time-with-max-age", "With max_age the time of the sign-in is present", ["OIDC Core 3.1.2.1", "OIDF oidcc-max-age-10000"];
    RECENT = Must "id-token.auth-time-recent", "After a new sign-in auth_time is about now", ["OIDC Core 3.1.2.1", "OIDF oidcc-max-age-1"];
    CONTEXT = Should "id-token.acr-requested", "acr is one of the requested values", ["OIDC Core 3.1.2.1", "OIDF oidcc-ensure-request-with-acr-values-succeeds"];
    NEW_ISSUED = Must "id-token.new-iat", "A refreshed ID token has a new iat", ["OIDC Core 12.2", "OIDF oidcc-refresh-token"];
    SAME_ISSUER = Must "id-token.same-iss", "A refreshed ID token has the first one's issuer", ["OIDC Core 12.2", "OIDF oidcc-refresh-token"];
    SAME_AUDIENCE = Must "id-token.same-aud", "A refreshed ID token has the first one's audience and azp", ["OIDC Core 12.2", "OIDF oidcc-refresh-token"];
    NO_EXTRA_NAME = Should "userinfo.no-name", "Userinfo has the claims of the scopes only", ["OIDC Core 5.4", "OIDF oidcc-scope-email"];
    ESSENTIAL = Should "userinfo.essential", "Userinfo has the essential claim", ["OIDC Core 5.5", "OIDF oidcc-claims-essential"];
    IN_BODY = Should "userinfo.token-in-body", "Userinfo accepts a token in a form", ["RFC 6750 2.2", "OIDF oidcc-userinfo-post-body"];
    POSTED = Should "callback.posted", "The authorization endpoint accepts POST", ["OIDC Core 3.1.2.1", "OIDF oidcc-ensure-post-request-succeeds"];
    REUSED_AT_ONCE = Should "code.reuse-at-once", "A used code is rejected immediately", ["RFC 6749 4.1.2", "OIDF oidcc-codereuse"];
    REUSE_ENDS_TOKEN = Should "code.reuse-ends-token", "Using a code again revokes its access token", ["RFC 6749 4.1.2", "OIDF oidcc-codereuse-30seconds"];
    REFRESH_OFFERED = Should "refresh.offered", "A provider that lists the grant type issues a refresh token", ["OIDC Core 11", "OIDF oidcc-refresh-token"];
    OBJECT_HONOURED = Must "request-object.honoured", "A request object is not silently ignored", ["OIDC Core 6.1", "OIDF oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported"];
    OBJECT_REDIRECT = Must "request-object.redirect-uri", "The redirect URI of the request object is used", ["OIDC Core 6.1", "OIDF oidcc-ensure-request-object-with-redirect-uri"];
}

/// The protocol claims of an ID token.
const PROTOCOL: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nbf",
    "jti",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "s_hash",
    "sid",
];

/// OIDC Core 5.4: the claims of a scope.
#[must_use]
pub fn claims_of(scope: &str) -> &'static [&'static str] {
    match scope {
        "profile" => &[
            "name",
            "given_name",
            "family_name",
            "middle_name",
            "nickname",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
            "preferred_username",
        ],
        "email" => &["email", "email_verified"],
        "address" => &["address"],
        "phone" => &["phone_number", "phone_number_verified"],
        _ => &[],
    }
}

/// Checks that discovery lists the authentication method of the client.
pub fn auth_method(recorder: &Recorder, metadata: &Metadata, method: &str) {
    // OIDC Discovery 3: without the list it is client_secret_basic.
    let listed = metadata.lists("token_endpoint_auth_methods_supported", method);
    let listed = listed.unwrap_or(method == "client_secret_basic");
    let methods = metadata.rest.get("token_endpoint_auth_methods_supported");
    let actual = methods.map_or_else(|| "no list".to_owned(), Value::to_string);
    AUTH_METHOD.holds(recorder, listed, method, actual);
}

/// Checks that an ID token has requested claims only.
pub fn only_requested(recorder: &Recorder, token: &Jwt, scope: &str, own: &[String]) {
    let of_scopes = |claim: &str| scope.split(' ').any(|scope| claims_of(scope).contains(&claim));
    let unknown: Vec<&str> = token
        .claims
        .keys()
        .map(String::as_str)
        .filter(|claim| !PROTOCOL.contains(claim) && !of_scopes(claim) && !own.iter().any(|known| known == claim))
        .collect();
    let actual = if unknown.is_empty() { "those only".to_owned() } else { format!("also {}", unknown.join(" ")) };
    ONLY_REQUESTED.holds(recorder, unknown.is_empty(), "the protocol's claims and those of the scopes", actual);
}

/// Checks that all `wanted` claims are present.
pub fn all_there(recorder: &Recorder, check: &super::Check, claims: &Map<String, Value>, wanted: &[&str]) {
    let missing: Vec<&str> = wanted.iter().copied().filter(|claim| !claims.contains_key(*claim)).collect();
    let actual = if missing.is_empty() { "all".to_owned() } else { format!("without {}", missing.join(" ")) };
    check.holds(recorder, missing.is_empty(), wanted.join(" "), actual);
}

/// Checks a refreshed ID token against the first one.
pub fn refreshed(recorder: &Recorder, first: &Jwt, second: &Jwt) {
    let text = |token: &Jwt, claim: &str| token.claims.get(claim).map_or("nothing".to_owned(), Value::to_string);
    SAME_ISSUER.equals(recorder, &text(first, "iss"), Some(&text(second, "iss")));
    // RFC 7519 4.1.3: one audience may be a text or a list of one.
    let audience = |token: &Jwt| {
        let aud = token.claims.get("aud").cloned().unwrap_or_default();
        let aud = if aud.is_array() { aud } else { Value::Array(vec![aud]) };
        format!("{aud} {}", text(token, "azp"))
    };
    SAME_AUDIENCE.equals(recorder, &audience(first), Some(&audience(second)));
    let (before, after) = (text(first, "iat"), text(second, "iat"));
    NEW_ISSUED.holds(recorder, before != after, format!("another than {before}"), after);
}
