//! Errors beside successful responses, statuses of documents, and endpoints that a plan needs.

use serde_json::json;

use super::SERVER;
use crate::mutation::message::Change::Remove;
use crate::mutation::proxy::Mutation;
use crate::mutation::row::{IssuerSetup, Row, at, harmless, header, member, must, set, should, status};

const DISCOVERY: &str = "openid-configuration";
const LOGOUT: &str = "rp-logout.oidcc-rp-initiated-logout";
const IMPLICIT: &str = "implicit.id-token.oidcc-server";
const PUSHED: &str = "pushed.followed";
const INTROSPECTED: &str = "introspect.refresh-token";

pub(super) fn rows() -> Vec<Row> {
    let mut rows = errors_beside_success();
    rows.extend(statuses());
    rows.extend(missing_endpoints());
    rows.extend(content_types());
    rows
}

/// `error` and `error_description` in a successful response.
fn errors_beside_success() -> Vec<Row> {
    let endpoints = [
        ("pushed request", PUSHED, "/par", "pushed.no-error", IssuerSetup::Provider),
        ("introspection", INTROSPECTED, "/introspect", "introspection.no-error", IssuerSetup::Provider),
        ("token response", SERVER, "/token", "token.no-error", IssuerSetup::Provider),
        ("device", "device.allowed", "/device/authorize", "device.no-error", IssuerSetup::Mock),
        ("tokens of a device", "device.allowed", "/token", "token.no-error", IssuerSetup::Mock),
        ("backchannel request", "back-channel.approved", "/bc/authorize", "back-channel.no-error", IssuerSetup::Mock),
    ];
    let mut rows = Vec::new();
    for (what, scenario, path, check, setup) in endpoints {
        for (name, value) in [("error", "server_error"), ("error_description", "Something failed.")] {
            let mutation = member(path, name, set(value));
            rows.push(Row { setup, ..must(format!("{what} with {name} beside success"), scenario, check, mutation) });
        }
        let name = format!("{what} with a further member");
        rows.push(Row { setup, ..harmless(name, scenario, member(path, "extra", set("x"))) });
    }
    rows
}

/// The status of the documents that every module reads.
fn statuses() -> Vec<Row> {
    let mut rows = Vec::new();
    for (plan, scenario) in [("basic", SERVER), ("implicit", IMPLICIT), ("logout", LOGOUT)] {
        for code in [404, 500] {
            let mutation = status(DISCOVERY, code);
            rows.push(must(format!("discovery with {code}, {plan}"), scenario, "discovery.fetched", mutation));
            rows.push(must(format!("keys with {code}, {plan}"), scenario, "keys.fetched", status("/keys", code)));
        }
    }
    rows.extend([
        must("discovery with 201", SERVER, "discovery.fetched", status(DISCOVERY, 201)),
        must("keys with a page of an error", SERVER, "keys.fetched", page("/keys")),
        must("keys that are a text", SERVER, "keys.fetched", at("/keys", |message| message.body = "keys".to_owned())),
    ]);
    rows
}

fn page(path: &'static str) -> Mutation {
    at(path, |message| {
        message.show("<!doctype html><title>Error</title>");
        message.status = axum::http::StatusCode::INTERNAL_SERVER_ERROR;
    })
}

/// Endpoints that every module of a plan needs.
fn missing_endpoints() -> Vec<Row> {
    let mut rows = Vec::new();
    for endpoint in ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"] {
        for (plan, scenario) in [("basic", SERVER), ("implicit", IMPLICIT)] {
            let mutation = member(DISCOVERY, endpoint, Remove);
            rows.push(must(format!("discovery without {endpoint}, {plan}"), scenario, "module.endpoints", mutation));
        }
        for (kind, value) in [("a number", json!(7)), ("a relative address", json!("/v1/x")), ("null", json!(null))] {
            let mutation = member(DISCOVERY, endpoint, set(value));
            rows.push(must(format!("discovery with {endpoint} as {kind}"), SERVER, "module.endpoints", mutation));
        }
    }
    let plans = [
        ("end_session_endpoint", LOGOUT, "logout"),
        ("end_session_endpoint", "rp-logout.oidcc-rp-initiated-logout-discovery-endpoint-verification", "its document"),
        ("registration_endpoint", "dynamic.oidcc-server", "dynamic"),
    ];
    for (endpoint, scenario, plan) in plans {
        let mutation = member(DISCOVERY, endpoint, Remove);
        rows.push(must(format!("discovery without {endpoint}, {plan}"), scenario, "module.endpoints", mutation));
    }
    // The list says what is supported, not what a plan needs: the suite tries.
    rows.push(harmless(
        "discovery with other response types, basic",
        SERVER,
        member(DISCOVERY, "response_types_supported", set(json!(["id_token"]))),
    ));
    rows
}

/// The suite looks at the content type of a refresh and of errors, not at that of the first exchange.
fn content_types() -> Vec<Row> {
    const REFRESH: &str = "basic.oidcc-refresh-token";
    const REUSE: &str = "basic.oidcc-codereuse";
    let kind = |path, kind| header(path, "content-type", Some(kind));
    vec![
        harmless("token response as text/plain", SERVER, kind("/token", "text/plain")),
        harmless("token response as application/jwt", SERVER, kind("/token", "application/jwt")),
        harmless("token response without a content type", SERVER, header("/token", "content-type", None)),
        should("exchange as text/plain", "code.web.custom", "token.content-type", kind("/token", "text/plain")),
        must("refresh as application/jwt", REFRESH, "refresh.content-type", kind("/token", "application/jwt")),
        must("refresh as Application/JSON", REFRESH, "refresh.content-type", kind("/token", "Application/JSON")),
        must("refresh without a content type", REFRESH, "refresh.content-type", header("/token", "content-type", None)),
        must("used code answered as Application/JSON", REUSE, "token-error.json", kind("/token", "Application/JSON")),
        must(
            "userinfo as Application/JSON",
            "basic.oidcc-userinfo-get",
            "userinfo.json",
            kind("/userinfo", "Application/JSON"),
        ),
    ]
}
