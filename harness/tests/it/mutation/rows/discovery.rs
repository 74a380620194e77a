//! The discovery document.

use serde_json::json;

use super::id_token::typed;
use crate::mutation::message::Change::Remove;
use crate::mutation::row::{Row, header, member, must, set, should, status};

const CONFIG: &str = "config.oidcc-discovery-endpoint-verification";
const DOCUMENT: &str = "openid-configuration";

fn m(name: &'static str, change: crate::mutation::message::Change) -> crate::mutation::proxy::Mutation {
    member(DOCUMENT, name, change)
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        must(
            "discovery with an alias with a blank",
            CONFIG,
            "configuration.types",
            m("mtls_endpoint_aliases", set(json!({ "token_endpoint": "https://a b" }))),
        ),
        must(
            "discovery with a policy address with a blank",
            CONFIG,
            "configuration.types",
            m("op_policy_uri", set("https://a.example/a b")),
        ),
        must(
            "discovery as application/jsonp",
            CONFIG,
            "discovery.status",
            header(DOCUMENT, "content-type", Some("application/jsonp")),
        ),
        must(
            "discovery without response_types_supported",
            CONFIG,
            "configuration.response-types",
            m("response_types_supported", Remove),
        ),
        must(
            "discovery without subject_types_supported",
            CONFIG,
            "configuration.subject-types",
            m("subject_types_supported", Remove),
        ),
        must(
            "discovery without id_token_signing_alg_values_supported",
            CONFIG,
            "configuration.rs256",
            m("id_token_signing_alg_values_supported", Remove),
        ),
        must(
            "discovery with unknown response types",
            CONFIG,
            "configuration.response-types",
            m("response_types_supported", set(json!(["x"]))),
        ),
        must(
            "discovery with unknown subject types",
            CONFIG,
            "configuration.subject-types",
            m("subject_types_supported", set(json!(["x"]))),
        ),
        must(
            "discovery without RS256",
            CONFIG,
            "configuration.rs256",
            m("id_token_signing_alg_values_supported", set(json!(["ES256"]))),
        ),
        must(
            "discovery with an empty list of grants",
            CONFIG,
            "configuration.grant-types",
            m("grant_types_supported", set(json!([]))),
        ),
        must(
            "discovery without the scope openid",
            CONFIG,
            "configuration.scopes",
            m("scopes_supported", set(json!(["email"]))),
        ),
        must(
            "discovery with a scope with a blank",
            CONFIG,
            "configuration.scopes",
            m("scopes_supported", set(json!(["openid", "a b"]))),
        ),
        must(
            "discovery with a locale with an underscore",
            CONFIG,
            "configuration.locales",
            m("ui_locales_supported", set(json!(["en_US"]))),
        ),
        should(
            "discovery with a locale in capitals",
            CONFIG,
            "configuration.locale-case",
            m("ui_locales_supported", set(json!(["EN"]))),
        ),
        must(
            "discovery with a language that is not registered",
            CONFIG,
            "configuration.locales",
            m("ui_locales_supported", set(json!(["en", "xx"]))),
        ),
        must(
            "discovery with a region that is not registered",
            CONFIG,
            "configuration.locales",
            m("claims_locales_supported", set(json!(["en-AB"]))),
        ),
        must(
            "discovery with a script that is not registered",
            CONFIG,
            "configuration.locales",
            m("ui_locales_supported", set(json!(["en-Xxxx"]))),
        ),
        must(
            "discovery with an empty locale",
            CONFIG,
            "configuration.locales",
            m("ui_locales_supported", set(json!([""]))),
        ),
        should(
            "discovery with a region in lower case",
            CONFIG,
            "configuration.locale-case",
            m("claims_locales_supported", set(json!(["en-us"]))),
        ),
        should(
            "discovery with a script in capitals",
            CONFIG,
            "configuration.locale-case",
            m("ui_locales_supported", set(json!(["zh-HANT"]))),
        ),
        should(
            "discovery with an unknown endpoint",
            CONFIG,
            "configuration.known",
            m("mail_endpoint", set("https://issuer.example/mail")),
        ),
        should(
            "discovery with a member in capitals",
            CONFIG,
            "configuration.known",
            m("Claims_supported", set(json!(["sub"]))),
        ),
        must(
            "discovery with response types in capitals",
            CONFIG,
            "configuration.response-types",
            m("response_types_supported", set(json!(["CODE"]))),
        ),
        must(
            "discovery with subject types in capitals",
            CONFIG,
            "configuration.subject-types",
            m("subject_types_supported", set(json!(["Public"]))),
        ),
        must(
            "discovery with an algorithm in lower case",
            CONFIG,
            "configuration.rs256",
            m("id_token_signing_alg_values_supported", set(json!(["rs256"]))),
        ),
        must(
            "discovery with OPENID as a scope",
            CONFIG,
            "configuration.scopes",
            m("scopes_supported", set(json!(["OPENID"]))),
        ),
        must(
            "discovery as Application/JSON",
            CONFIG,
            "discovery.status",
            header(DOCUMENT, "content-type", Some("Application/JSON")),
        ),
        must("discovery with 201, config", CONFIG, "discovery.status", status(DOCUMENT, 201)),
        must(
            "discovery with an authorization_endpoint that is a number",
            CONFIG,
            "configuration.types",
            m("authorization_endpoint", set(7)),
        ),
        should(
            "discovery with an unknown member",
            CONFIG,
            "configuration.known",
            m("shoe_sizes_supported", set(json!(["43"]))),
        ),
        should("discovery without claims_supported", CONFIG, "configuration.claims", m("claims_supported", Remove)),
        should(
            "discovery without scopes_supported",
            CONFIG,
            "configuration.scopes-told",
            m("scopes_supported", Remove),
        ),
        should("discovery without userinfo_endpoint", CONFIG, "configuration.userinfo", m("userinfo_endpoint", Remove)),
        must("discovery as text/html", CONFIG, "discovery.status", header(DOCUMENT, "content-type", Some("text/html"))),
        must(
            "discovery with a plain http token_endpoint elsewhere",
            CONFIG,
            "configuration.https",
            m("introspection_endpoint", set("http://issuer.example/introspect")),
        ),
    ];
    for (kind, value) in typed().into_iter().filter(|(kind, _)| *kind != "an object") {
        rows.push(must(
            format!("discovery mtls_endpoint_aliases is {kind}"),
            CONFIG,
            "configuration.types",
            m("mtls_endpoint_aliases", set(value.clone())),
        ));
        rows.push(must(format!("discovery jwks is {kind}"), CONFIG, "configuration.types", m("jwks", set(value))));
    }
    for name in ["request_parameter_supported", "request_uri_parameter_supported", "claims_parameter_supported"] {
        for (kind, value) in typed().into_iter().filter(|(kind, _)| *kind != "a boolean") {
            rows.push(must(format!("discovery {name} is {kind}"), CONFIG, "configuration.types", m(name, set(value))));
        }
    }
    for name in [
        "scopes_supported",
        "response_types_supported",
        "response_modes_supported",
        "grant_types_supported",
        "subject_types_supported",
        "claims_supported",
        "code_challenge_methods_supported",
        "token_endpoint_auth_methods_supported",
        "acr_values_supported",
    ] {
        for (kind, value) in typed().into_iter().filter(|(kind, _)| *kind != "a list") {
            rows.push(must(format!("discovery {name} is {kind}"), CONFIG, "configuration.types", m(name, set(value))));
        }
        rows.push(must(
            format!("discovery {name} lists a number"),
            CONFIG,
            "configuration.types",
            m(name, set(json!([7]))),
        ));
    }
    for name in ["service_documentation", "op_policy_uri", "op_tos_uri"] {
        for (kind, value) in typed() {
            rows.push(must(format!("discovery {name} is {kind}"), CONFIG, "configuration.types", m(name, set(value))));
        }
    }
    rows
}
