//! The FAPI 2 plans, against the mock with the behavior of FAPI 2.

use axum::http::{HeaderName, HeaderValue, StatusCode};
use serde_json::json;

use super::id_token::{by_another_key, id_tokens_of_a_key};
use crate::mutation::message::Change::Remove;
use crate::mutation::proxy::Mutation;
use crate::mutation::row::{
    IssuerSetup, Row, at, claim, error_member, error_status, harmless, head, header, member, must, mutate, parameter,
    set, should, status, twice,
};
use crate::mutation::signer::EC;

const HAPPY: &str = "fapi2.fapi2-security-profile-final-happy-flow";
const WRONG_AUDIENCE: &str = "fapi2.fapi2-security-profile-final-ensure-client-assertion-with-wrong-aud-fails";
const PUSHED_AUDIENCE: &str = "fapi2.fapi2-security-profile-final-par-test-par-endpoint-url-as-audience-fails";
const NO_VERIFIER: &str = "fapi2.fapi2-security-profile-final-ensure-pkce-code-verifier-required";
const REFRESH: &str = "fapi2.fapi2-security-profile-final-refresh-token";
const DISCOVERY: &str = "fapi2.fapi2-security-profile-final-discovery-end-point-verification";
const INTERACTION: &str = "x-fapi-interaction-id";

pub(super) fn rows() -> Vec<Row> {
    IssuerSetup::Fapi2.of([documents(), pushed(), responses(), tokens(), resource(), refusals()].concat())
}

fn documents() -> Vec<Row> {
    let without = |name: &'static str| member("openid-configuration", name, Remove);
    let mut rows = vec![
        must("FAPI discovery with 500", HAPPY, "discovery.fetched", status("openid-configuration", 500)),
        must("FAPI keys with 500", HAPPY, "keys.fetched", status("/keys", 500)),
        must(
            "FAPI RSA key of 1024 bits",
            HAPPY,
            "keys.length",
            mutate(|message| {
                let n = "_".repeat(168);
                message.keys(|keys| keys.push(json!({ "kty": "RSA", "kid": "short", "n": n, "e": "AQAB" })));
            }),
        ),
        must(
            "FAPI discovery without PS256",
            DISCOVERY,
            "fapi.metadata-id-token-algs",
            member("openid-configuration", "id_token_signing_alg_values_supported", set(json!(["RS256"]))),
        ),
        must(
            "FAPI discovery without a DPoP algorithm",
            DISCOVERY,
            "fapi.metadata-dpop-algs",
            member("openid-configuration", "dpop_signing_alg_values_supported", set(json!(["RS256"]))),
        ),
    ];
    let endpoints = ["token_endpoint", "jwks_uri", "userinfo_endpoint", "pushed_authorization_request_endpoint"];
    for endpoint in endpoints {
        rows.push(must(format!("FAPI discovery without {endpoint}"), HAPPY, "module.endpoints", without(endpoint)));
    }
    rows
}

fn pushed() -> Vec<Row> {
    vec![
        must("FAPI pushed request with 200", HAPPY, "fapi.pushed-status", status("/par", 200)),
        must(
            "FAPI pushed request with an error beside",
            HAPPY,
            "pushed.no-error",
            member("/par", "error", set("server_error")),
        ),
        must(
            "FAPI pushed request as text/html",
            HAPPY,
            "fapi.pushed-content-type",
            header("/par", "content-type", Some("text/html")),
        ),
        must(
            "FAPI request_uri with a blank",
            HAPPY,
            "fapi.pushed-uri",
            member("/par", "request_uri", set("urn:ietf:params:oauth:request_uri:0123456789 abcdefghijklmnop")),
        ),
        must("FAPI request_uri missing", HAPPY, "pushed.accepted", member("/par", "request_uri", Remove)),
        must(
            "FAPI request_uri of one letter",
            HAPPY,
            "fapi.pushed-entropy",
            member("/par", "request_uri", set(format!("urn:{}", "a".repeat(64)))),
        ),
        must("FAPI lifetime missing", HAPPY, "pushed.accepted", member("/par", "expires_in", Remove)),
        must("FAPI lifetime of 4 seconds", HAPPY, "fapi.pushed-lifetime", member("/par", "expires_in", set(4))),
        must("FAPI lifetime of a year", HAPPY, "fapi.pushed-lifetime", member("/par", "expires_in", set(31_536_000))),
    ]
}

fn responses() -> Vec<Row> {
    vec![
        must("FAPI response without iss", HAPPY, "fapi.iss", parameter("iss", None)),
        must("FAPI response of another issuer", HAPPY, "fapi.iss", parameter("iss", Some("https://issuer.example"))),
        must("FAPI state altered", HAPPY, "callback.state", parameter("state", Some("other"))),
        must("FAPI state twice", HAPPY, "callback.once", twice("state")),
        must("FAPI code of 8 characters", HAPPY, "callback.code-length", parameter("code", Some("abcdefgh"))),
        must("FAPI error beside the code", HAPPY, "callback.succeeds", parameter("error", Some("server_error"))),
        should("FAPI unknown parameter", HAPPY, "callback.parameters", parameter("extra", Some("x"))),
        must(
            "FAPI code in the fragment too",
            HAPPY,
            "callback.one-place",
            mutate(|message| message.location(|to| format!("{to}#code=x"))),
        ),
        must(
            "FAPI redirect URI without its query",
            HAPPY,
            "callback.redirect-query",
            mutate(|message| message.location(|to| to.replace("dummy1=lorem&", ""))),
        ),
    ]
}

fn tokens() -> Vec<Row> {
    let hash = "AAAAAAAAAAAAAAAAAAAAAA";
    vec![
        must("FAPI token response with 201", HAPPY, "token.status", status("/token", 201)),
        must(
            "FAPI token response with an error",
            HAPPY,
            "token.no-error",
            member("/token", "error", set("server_error")),
        ),
        must("FAPI token_type Bearer", HAPPY, "dpop.token-type", member("/token", "token_type", set("Bearer"))),
        must("FAPI expires_in 0", HAPPY, "token.expires-in", member("/token", "expires_in", set(0))),
        must(
            "FAPI access token of one letter",
            HAPPY,
            "token.unguessable",
            member("/token", "access_token", set("a".repeat(64))),
        ),
        must("FAPI refresh token of 8 characters", REFRESH, "refresh-token.length", refresh_token("abcdefgh")),
        must("FAPI ID token missing", HAPPY, "id-token.present", member("/token", "id_token", Remove)),
        must("FAPI ID token in RS256", HAPPY, "fapi.id-token-alg", id_tokens_of_a_key("RS256")),
        must("FAPI ID token with alg none", HAPPY, "fapi.id-token-alg", head("alg", set("none"))),
        must("FAPI ID token without kid", HAPPY, "id-token.names-key", head("kid", Remove)),
        must("FAPI ID token with another nonce", HAPPY, "id-token.nonce", claim("nonce", set("other"))),
        must("FAPI ID token without nonce", HAPPY, "id-token.nonce", claim("nonce", Remove)),
        must("FAPI ID token of another issuer", HAPPY, "id-token.iss", claim("iss", set("https://issuer.example"))),
        must("FAPI ID token for another client", HAPPY, "id-token.aud", claim("aud", set("other"))),
        must("FAPI ID token that expired", HAPPY, "id-token.exp", claim("exp", set(1_600_000_000))),
        must("FAPI ID token of long ago", HAPPY, "id-token.iat", claim("iat", set(1_600_000_000))),
        must("FAPI ID token with an empty sub", HAPPY, "id-token.sub", claim("sub", set(""))),
        must("FAPI ID token with an empty acr", HAPPY, "id-token.acr", claim("acr", set(""))),
        must("FAPI ID token with a blank name", HAPPY, "id-token.types", claim("name", set(" "))),
        must("FAPI at_hash of another token", HAPPY, "id-token.at-hash", claim("at_hash", set(hash))),
        must("FAPI c_hash of another code", HAPPY, "id-token.c-hash", claim("c_hash", set(hash))),
        must("FAPI s_hash of another state", HAPPY, "id-token.s-hash", claim("s_hash", set(hash))),
        should("FAPI ID token with a further claim", HAPPY, "id-token.only-requested", claim("shoe_size", set(43))),
        must("FAPI nonce with a quotation mark", HAPPY, "dpop.nonce", header("/token", "dpop-nonce", Some("a\"b"))),
        must("FAPI nonce that is empty", HAPPY, "dpop.nonce", header("/token", "dpop-nonce", Some(""))),
        must(
            "FAPI nonce with a blank at userinfo",
            HAPPY,
            "dpop.nonce",
            header("/userinfo", "dpop-nonce", Some("a b")),
        ),
        must("FAPI two nonces", HAPPY, "dpop.nonce", further_header("/userinfo", "dpop-nonce", &["a", "b"])),
        must(
            "FAPI nonce asked for and not sent",
            HAPPY,
            "dpop.nonce",
            at("/token", |message| {
                message.status = StatusCode::BAD_REQUEST;
                message.headers.remove("dpop-nonce");
                message.body = json!({ "error": "use_dpop_nonce" }).to_string();
            }),
        ),
        must("FAPI refresh as text/html", REFRESH, "refresh.content-type", refreshed_as("text/html")),
        must("FAPI refreshed sub of another user", REFRESH, "id-token.same-sub", refreshed("sub", "other")),
        must("FAPI refreshed aud of another client", REFRESH, "id-token.same-aud", refreshed("azp", "other")),
    ]
}

fn resource() -> Vec<Row> {
    vec![
        must("FAPI userinfo with 202", HAPPY, "userinfo.status", status("/userinfo", 202)),
        must("FAPI userinfo with 500", HAPPY, "userinfo.status", status("/userinfo", 500)),
        must("FAPI userinfo without Date", HAPPY, "fapi.date", header("/userinfo", "date", Some(""))),
        must(
            "FAPI userinfo with a Date of last year",
            HAPPY,
            "fapi.date",
            header("/userinfo", "date", Some("Thu, 01 Jan 2026 00:00:00 GMT")),
        ),
        must(
            "FAPI userinfo with a Date in another format",
            HAPPY,
            "fapi.date",
            header("/userinfo", "date", Some("2026-11-29T21:00:00Z")),
        ),
        must(
            "FAPI interaction id of another request",
            HAPPY,
            "fapi.interaction-id",
            header("/userinfo", INTERACTION, Some("c770aef3-6784-41f7-8e0e-ff5f97bddb3a")),
        ),
        must(
            "FAPI interaction id that is not a UUID",
            HAPPY,
            "fapi.interaction-id",
            header("/userinfo", INTERACTION, Some("1")),
        ),
        must(
            "FAPI interaction id that is empty",
            HAPPY,
            "fapi.interaction-id",
            header("/userinfo", INTERACTION, Some("")),
        ),
        must(
            "FAPI userinfo refused for its Accept header",
            HAPPY,
            "fapi.accept",
            at("/userinfo", |message| {
                if message.asked_headers["accept"] != "application/json" {
                    message.status = StatusCode::NOT_ACCEPTABLE;
                }
            }),
        ),
    ]
}

fn refusals() -> Vec<Row> {
    vec![
        must("FAPI assertion refused with 403", WRONG_AUDIENCE, "token-error.status", error_status("/token", 403)),
        must("FAPI assertion refused with 500", WRONG_AUDIENCE, "fapi.refused", error_status("/token", 500)),
        must(
            "FAPI assertion refused with 401 and invalid_request",
            WRONG_AUDIENCE,
            "token-error.status",
            error_member("/token", "error", set("invalid_request")),
        ),
        must(
            "FAPI assertion refused as access_denied",
            WRONG_AUDIENCE,
            "token-error.error",
            error_member("/token", "error", set("access_denied")),
        ),
        must(
            "FAPI assertion refused as text/html",
            WRONG_AUDIENCE,
            "token-error.json",
            header("/token", "content-type", Some("text/html")),
        ),
        must(
            "FAPI assertion refused with a quotation mark",
            WRONG_AUDIENCE,
            "token-error.characters",
            error_member("/token", "error_description", set("a \"b\"")),
        ),
        must("FAPI audience refused with 403", PUSHED_AUDIENCE, "token-error.status", error_status("/par", 403)),
        must(
            "FAPI audience refused as invalid_grant",
            PUSHED_AUDIENCE,
            "token-error.error",
            error_member("/par", "error", set("invalid_grant")),
        ),
        must("FAPI verifier refused with 401", NO_VERIFIER, "token-error.status", error_status("/token", 401)),
    ]
}

pub(super) fn harmless_rows() -> Vec<Row> {
    IssuerSetup::Fapi2.of(vec![
        harmless("FAPI, nothing at all", HAPPY, mutate(|_| {})),
        harmless("FAPI, nothing at all, refresh", REFRESH, mutate(|_| {})),
        harmless("FAPI, nothing at all, refused assertion", WRONG_AUDIENCE, mutate(|_| {})),
        harmless("FAPI ID token in ES256", HAPPY, by_another_key(EC, "ES256")),
        harmless("FAPI token response as text/plain", HAPPY, header("/token", "content-type", Some("text/plain"))),
        harmless("FAPI nonce with a response", HAPPY, header("/userinfo", "dpop-nonce", Some("nonce-1"))),
        harmless("FAPI token_type in lower case", HAPPY, member("/token", "token_type", set("dpop"))),
        harmless("FAPI assertion refused with 400", WRONG_AUDIENCE, error_status("/token", 400)),
        harmless(
            "FAPI audience refused with 401 and invalid_request",
            PUSHED_AUDIENCE,
            at("/par", |message| {
                if message.status.is_client_error() {
                    message.status = StatusCode::UNAUTHORIZED;
                    message.json(|members| set("invalid_request").apply("error", members));
                }
            }),
        ),
        harmless("FAPI interaction id returned", HAPPY, echo(str::to_owned)),
        harmless("FAPI interaction id returned in capitals", HAPPY, echo(str::to_ascii_uppercase)),
    ])
}

/// Returns the interaction id of the request.
fn echo(change: fn(&str) -> String) -> Mutation {
    at("/userinfo", move |message| {
        let id = message.asked_headers.get(INTERACTION).and_then(|id| id.to_str().ok()).map(change);
        message.set_header(INTERACTION, id.as_deref());
    })
}

fn further_header(path: &'static str, name: &'static str, values: &'static [&'static str]) -> Mutation {
    at(path, move |message| {
        for value in values {
            message.headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
    })
}

fn refresh_token(value: &'static str) -> Mutation {
    member("/token", "refresh_token", set(value))
}

fn refreshed_as(kind: &'static str) -> Mutation {
    at("/token", move |message| {
        if message.refreshes() {
            message.set_header("content-type", Some(kind));
        }
    })
}

fn refreshed(name: &'static str, value: &'static str) -> Mutation {
    at("/token", move |message| {
        if message.refreshes() {
            message.id_tokens(|token| drop(token.claims.insert(name.to_owned(), json!(value))));
        }
    })
}
