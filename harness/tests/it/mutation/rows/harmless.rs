//! Changes that a relying party does not notice.

use serde_json::json;

use super::SERVER;
use super::id_token::{by_another_key, id_tokens_of_a_key};
use super::userinfo::sources;
use crate::mutation::row::{Row, at, claim, harmless, header, member, mutate, parameter, set};
use crate::mutation::signer::{EC, OKP};

const REFRESH: &str = "basic.oidcc-refresh-token";
const NONE: &str = "basic.oidcc-prompt-none-not-logged-in";
const CONFIG: &str = "config.oidcc-discovery-endpoint-verification";

pub(super) fn rows() -> Vec<Row> {
    vec![
        harmless(
            "kid absent with one key",
            SERVER,
            mutate(|message| {
                message.keys(|keys| *keys = keys.split_off(keys.len() - 1));
                message.id_tokens(|token| drop(token.header.shift_remove("kid")));
            }),
        ),
        harmless("ES256 in the basic plan", SERVER, by_another_key(EC, "ES256")),
        harmless("EdDSA in the basic plan", SERVER, by_another_key(OKP, "EdDSA")),
        harmless("PS256 in the basic plan", SERVER, id_tokens_of_a_key("PS256")),
        harmless(
            "fractional dates",
            SERVER,
            mutate(|message| {
                message.id_tokens(|token| {
                    for name in ["exp", "iat", "auth_time"] {
                        if let Some(time) = token.claims.get(name).and_then(serde_json::Value::as_f64) {
                            token.claims[name] = json!(time + 0.25);
                        }
                    }
                })
            }),
        ),
        harmless(
            "fractional updated_at",
            "basic.oidcc-scope-all",
            member("/userinfo", "updated_at", set(1_700_000_000.5)),
        ),
        harmless(
            "refreshed aud is a list of one",
            REFRESH,
            at("/token", |message| {
                if message.refreshes() {
                    message.id_tokens(|token| {
                        let aud = token.claims["aud"].clone();
                        token.claims["aud"] = json!([aud]);
                    });
                }
            }),
        ),
        harmless(
            "issuer with a slash at its end in discovery",
            CONFIG,
            at("openid-configuration", |message| {
                message.json(|members| {
                    let issuer = format!("{}/", members["issuer"].as_str().unwrap_or_default());
                    members["issuer"] = json!(issuer);
                })
            }),
        ),
        harmless(
            "hashes missing at the token endpoint",
            SERVER,
            mutate(|message| {
                message.id_tokens(|token| {
                    token.claims.shift_remove("c_hash");
                    token.claims.shift_remove("at_hash");
                })
            }),
        ),
        harmless(
            "a key for encryption beside the others",
            SERVER,
            mutate(|message| {
                let mut key = message.jwk(EC);
                (key["use"], key["alg"]) = (json!("enc"), json!("ECDH-ES"));
                message.keys(|keys| keys.push(key));
            }),
        ),
        harmless(
            "keys of other types beside the others",
            SERVER,
            mutate(|message| {
                let further = [message.jwk(EC), message.jwk(OKP)];
                message.keys(|keys| keys.extend(further));
            }),
        ),
        harmless(
            "address with an unknown member",
            "basic.oidcc-scope-all",
            at("/userinfo", |message| {
                message.json(|members| {
                    if let Some(address) = members.get_mut("address") {
                        address["floor"] = json!(3);
                    }
                })
            }),
        ),
        harmless(
            "birthdate without a year",
            "basic.oidcc-scope-all",
            member("/userinfo", "birthdate", set("0000-02-29")),
        ),
        harmless("birthdate of a year", "basic.oidcc-scope-all", member("/userinfo", "birthdate", set("1990"))),
        harmless(
            "aggregated claims",
            "basic.oidcc-userinfo-get",
            sources(json!({ "score": "src1" }), json!({ "src1": { "JWT": "a.b.c" } })),
        ),
        harmless(
            "distributed claims",
            "basic.oidcc-userinfo-get",
            sources(json!({ "score": "src1", "age": "src1" }), json!({ "src1": { "endpoint": "https://a.example" } })),
        ),
        harmless("error with an error_uri", NONE, parameter("error_uri", Some("https://issuer.example/errors?code=1"))),
        harmless(
            "a fragment that says nothing",
            SERVER,
            mutate(|message| {
                if message.lands() {
                    message.location(|to| format!("{to}#_=_"));
                }
            }),
        ),
        harmless(
            "form with its encoding in words",
            "form-post.basic.oidcc-server",
            mutate(|message| {
                if message.lands() {
                    message.body =
                        message.body.replacen("<form ", "<form enctype=\"application/x-www-form-urlencoded\" ", 1);
                }
            }),
        ),
        harmless(
            "mtls aliases",
            CONFIG,
            member(
                "openid-configuration",
                "mtls_endpoint_aliases",
                set(json!({ "token_endpoint": "https://mtls.example/token" })),
            ),
        ),
        harmless("nothing at all, sign-in", SERVER, mutate(|_| {})),
        harmless("nothing at all, refresh", REFRESH, mutate(|_| {})),
        harmless("nothing at all, error", NONE, mutate(|_| {})),
        harmless("nothing at all, form", "form-post.basic.oidcc-server", mutate(|_| {})),
        harmless("nothing at all, all scopes", "basic.oidcc-scope-all", mutate(|_| {})),
        harmless("nothing at all, logout", "rp-logout.oidcc-rp-initiated-logout", mutate(|_| {})),
        harmless("every token signed by another published key", SERVER, claim("jti", set("x"))),
        harmless(
            "aud is a list of one",
            SERVER,
            mutate(|message| {
                message.id_tokens(|token| {
                    let aud = token.claims["aud"].clone();
                    token.claims["aud"] = json!([aud]);
                })
            }),
        ),
        harmless("extra member in the token response", SERVER, member("/token", "extra", set("x"))),
        harmless("extra member in a key", SERVER, mutate(|message| message.keys(|keys| keys[0]["extra"] = json!("x")))),
        harmless("a name in German too", "basic.oidcc-scope-all", member("/userinfo", "name#de", set("Ben"))),
        harmless("a name in German that is a number", "basic.oidcc-scope-all", member("/userinfo", "name#de", set(7))),
        harmless("a claim in capitals", "basic.oidcc-scope-all", member("/userinfo", "Birthdate", set("x"))),
        harmless(
            "locales",
            CONFIG,
            member("openid-configuration", "ui_locales_supported", set(json!(["en-US", "zh-Hant-TW", "i-klingon"]))),
        ),
        harmless("extra member in userinfo", SERVER, member("/userinfo", "extra", set("x"))),
        harmless(
            "extra white space in the token response",
            SERVER,
            at("/token", |message| {
                let value: serde_json::Value = serde_json::from_str(&message.body).unwrap_or_default();
                message.body = format!("\n  {value:#}\n");
            }),
        ),
        harmless(
            "extra white space in discovery",
            CONFIG,
            at("openid-configuration", |message| {
                let value: serde_json::Value = serde_json::from_str(&message.body).unwrap_or_default();
                message.body = format!("\n  {value:#}\n");
            }),
        ),
        harmless("token_type in lower case", SERVER, member("/token", "token_type", set("bearer"))),
        harmless("token_type in capitals", SERVER, member("/token", "token_type", set("BEARER"))),
        harmless(
            "content type with a charset",
            SERVER,
            header("/token", "content-type", Some("application/json; charset=utf-8")),
        ),
        harmless(
            "a redirect with 303",
            SERVER,
            at("/authorize", |message| {
                if message.status == 302 {
                    message.status = axum::http::StatusCode::SEE_OTHER;
                }
            }),
        ),
        harmless("parameters in another order", SERVER, mutate(|message| message.parameters(|pairs| pairs.reverse()))),
        harmless(
            "members of the token response in another order",
            SERVER,
            at("/token", |message| {
                message.json(|members| {
                    *members = members.clone().into_iter().rev().collect();
                })
            }),
        ),
        harmless(
            "Cache-Control with more words",
            SERVER,
            header("/token", "cache-control", Some("private, no-store, max-age=0")),
        ),
        harmless("error without a description", NONE, parameter("error_description", None)),
    ]
}
