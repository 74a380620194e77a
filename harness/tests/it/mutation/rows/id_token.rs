//! ID tokens.

use serde_json::{Value, json};

use super::SERVER;
use crate::mutation::message::Change::Remove;
use crate::mutation::proxy::Mutation;
use crate::mutation::row::{Row, claim, head, id_tokens, must, mutate, set, should};
use crate::mutation::signer::EC;

const IMPLICIT: &str = "implicit.id-token-token.oidcc-server";
const HYBRID: &str = "hybrid.code-id-token.oidcc-server";

/// A value of every JSON type.
pub(super) fn typed() -> [(&'static str, Value); 6] {
    [
        ("a text", json!("x")),
        ("a number", json!(7)),
        ("a boolean", json!(true)),
        ("null", Value::Null),
        ("a list", json!(["x"])),
        ("an object", json!({ "x": "x" })),
    ]
}

/// Every claim with every JSON type that it must not have.
fn types() -> impl Iterator<Item = Row> {
    let claims: [(&'static str, &'static str, &'static [&'static str]); 7] = [
        ("iss", "id-token.iss", &[]),
        ("sub", "id-token.sub", &["a text"]),
        ("aud", "id-token.aud", &[]),
        ("exp", "id-token.exp", &[]),
        ("iat", "id-token.iat", &[]),
        ("nonce", "id-token.nonce", &[]),
        ("acr", "id-token.acr", &["a text"]),
    ];
    claims.into_iter().flat_map(|(name, check, right)| {
        typed().into_iter().filter(|(kind, _)| !right.contains(kind)).map(move |(kind, value)| {
            must(format!("id_token {name} is {kind}"), SERVER, check, claim(name, set(value)))
        })
    })
}

/// Every standard claim with every JSON type that it must not have.
fn standard_types() -> impl Iterator<Item = Row> {
    let claims: [(&'static str, &'static str); 20] = [
        ("name", "a text"),
        ("given_name", "a text"),
        ("family_name", "a text"),
        ("middle_name", "a text"),
        ("nickname", "a text"),
        ("preferred_username", "a text"),
        ("profile", "a text"),
        ("picture", "a text"),
        ("website", "a text"),
        ("email", "a text"),
        ("gender", "a text"),
        ("birthdate", "none"),
        ("zoneinfo", "a text"),
        ("locale", "a text"),
        ("phone_number", "a text"),
        ("email_verified", "a boolean"),
        ("phone_number_verified", "a boolean"),
        ("updated_at", "none"),
        ("address", "an object"),
        ("sub", "a text"),
    ];
    claims.into_iter().flat_map(|(name, right)| {
        typed().into_iter().filter(move |(kind, _)| *kind != right).map(move |(kind, value)| {
            must(
                format!("id_token {name} is {kind}, which OIDC Core 5.1 forbids"),
                SERVER,
                "id-token.types",
                claim(name, set(value)),
            )
        })
    })
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = types().chain(standard_types()).chain(registered_types()).collect();
    for (name, check) in [
        ("iss", "id-token.iss"),
        ("sub", "id-token.sub"),
        ("aud", "id-token.aud"),
        ("exp", "id-token.exp"),
        ("iat", "id-token.iat"),
        ("nonce", "id-token.nonce"),
    ] {
        rows.push(must(format!("id_token without {name}"), SERVER, check, claim(name, Remove)));
        rows.push(must(format!("id_token without {name} in front"), IMPLICIT, check, claim(name, Remove)));
    }
    rows.extend([
        must(
            "id_token without kid in the signature module",
            "basic.oidcc-idtoken-signature",
            "id-token.names-key",
            mutate(|message| {
                message.keys(|keys| *keys = keys.split_off(keys.len() - 1));
                message.id_tokens(|token| drop(token.header.shift_remove("kid")));
            }),
        ),
        must(
            "id_token with c_hash of another code",
            SERVER,
            "id-token.c-hash",
            claim("c_hash", set("AAAAAAAAAAAAAAAAAAAAAA")),
        ),
        must(
            "id_token with s_hash of another state",
            SERVER,
            "id-token.s-hash",
            claim("s_hash", set("AAAAAAAAAAAAAAAAAAAAAA")),
        ),
        must(
            "id_token with s_hash of another state in front",
            HYBRID,
            "id-token.s-hash",
            claim("s_hash", set("AAAAAAAAAAAAAAAAAAAAAA")),
        ),
        must("id_token at_hash is a number", SERVER, "id-token.at-hash", claim("at_hash", set(7))),
        must("id_token at_hash is empty", SERVER, "id-token.at-hash", claim("at_hash", set(""))),
        must(
            "id_token nonce that was not requested",
            "basic.oidcc-ensure-request-without-nonce-succeeds-for-code-flow",
            "id-token.no-nonce",
            claim("nonce", set(7)),
        ),
        must("id_token with crit", SERVER, "id-token.signature", head("crit", set(json!(["exp"])))),
        must(
            "id_token of a key for encryption",
            SERVER,
            "id-token.signature",
            resigned(|key| key["use"] = json!("enc")),
        ),
        must(
            "id_token of a key for another algorithm",
            SERVER,
            "id-token.signature",
            resigned(|key| key["alg"] = json!("PS256")),
        ),
        must("id_token without kid, several keys", SERVER, "id-token.kid", head("kid", Remove)),
        must("id_token kid is a number", SERVER, "id-token.kid", head("kid", set(7))),
        must("id_token kid is empty", SERVER, "id-token.kid", head("kid", set(""))),
        must("id_token sub with a line break", SERVER, "id-token.sub", claim("sub", set("a\nb"))),
        must("id_token sub with DEL", SERVER, "id-token.sub", claim("sub", set("a\u{7f}"))),
        must(
            "id_token aud with a number beside the client",
            SERVER,
            "id-token.claim-types",
            id_tokens(|token| {
                let aud = token.claims["aud"].clone();
                token.claims["aud"] = json!([aud, 7]);
            }),
        ),
        must("id_token amr with a number", SERVER, "id-token.claim-types", claim("amr", set(json!(["pwd", 7])))),
        must("id_token birthdate that does not exist", SERVER, "id-token.types", claim("birthdate", set("1990-02-30"))),
        must("id_token birthdate of another century", SERVER, "id-token.types", claim("birthdate", set("1790-02-03"))),
        must("id_token updated_at ahead", SERVER, "id-token.types", claim("updated_at", set(4_000_000_000_i64))),
        must(
            "id_token updated_at in milliseconds",
            SERVER,
            "id-token.types",
            claim("updated_at", set(1_790_000_000_000_i64)),
        ),
        must("id_token name blank", SERVER, "id-token.types", claim("name", set("  "))),
        must("id_token address empty", SERVER, "id-token.types", claim("address", set(json!({})))),
        must(
            "id_token address with an empty country",
            SERVER,
            "id-token.types",
            claim("address", set(json!({ "country": "" }))),
        ),
        must(
            "id_token address with a number",
            SERVER,
            "id-token.types",
            claim("address", set(json!({ "postal_code": 100 }))),
        ),
        must("id_token _claim_names is a text", SERVER, "id-token.types", claim("_claim_names", set("x"))),
        must(
            "id_token in ES256 in the signature module",
            "basic.oidcc-idtoken-signature",
            "id-token.rs256",
            by_another_key(EC, "ES256"),
        ),
        must(
            "id_token in PS256 in the signature module",
            "basic.oidcc-idtoken-signature",
            "id-token.rs256",
            id_tokens_of_a_key("PS256"),
        ),
        must(
            "id_token iss with a slash",
            SERVER,
            "id-token.iss",
            id_tokens(|token| {
                let iss = format!("{}/", token.claims["iss"].as_str().unwrap_or_default());
                token.claims["iss"] = json!(iss);
            }),
        ),
        must("id_token aud is another client", SERVER, "id-token.aud", claim("aud", set("other"))),
        must("id_token aud is an empty list", SERVER, "id-token.aud", claim("aud", set(json!([])))),
        must("id_token aud is a list without the client", SERVER, "id-token.aud", claim("aud", set(json!(["a", "b"])))),
        must("id_token exp in milliseconds", SERVER, "id-token.exp", claim("exp", set(1_900_000_000_000_i64))),
        must("id_token expired", SERVER, "id-token.exp", claim("exp", set(1_600_000_000))),
        must("id_token iat in milliseconds", SERVER, "id-token.iat", claim("iat", set(1_900_000_000_000_i64))),
        must("id_token iat an hour ago", SERVER, "id-token.iat", id_tokens(|token| shift(token, "iat", -3600))),
        must("id_token iat an hour ahead", SERVER, "id-token.iat", id_tokens(|token| shift(token, "iat", 3600))),
        must(
            "id_token auth_time a day ahead",
            SERVER,
            "id-token.auth-time",
            id_tokens(|token| shift(token, "auth_time", 86_400)),
        ),
        must(
            "id_token auth_time of another year",
            SERVER,
            "id-token.auth-time",
            claim("auth_time", set(1_500_000_000)),
        ),
        must(
            "id_token auth_time in milliseconds",
            SERVER,
            "id-token.auth-time",
            claim("auth_time", set(1_900_000_000_000_i64)),
        ),
        must("id_token nonce of another request", SERVER, "id-token.nonce", claim("nonce", set("other"))),
        must("id_token sub empty", SERVER, "id-token.sub", claim("sub", set(""))),
        must("id_token sub of 256 characters", SERVER, "id-token.sub", claim("sub", set("a".repeat(256)))),
        must("id_token sub with a letter outside ASCII", SERVER, "id-token.sub", claim("sub", set("b\u{fc}yer"))),
        must("id_token acr empty", SERVER, "id-token.acr", claim("acr", set(""))),
        must("id_token at_hash wrong", SERVER, "id-token.at-hash", claim("at_hash", set("AAAAAAAAAAAAAAAAAAAAAA"))),
        must("id_token at_hash missing in front", IMPLICIT, "id-token.at-hash", claim("at_hash", Remove)),
        must("id_token c_hash missing in front", HYBRID, "id-token.c-hash", claim("c_hash", Remove)),
        must(
            "id_token c_hash wrong in front",
            HYBRID,
            "id-token.c-hash",
            claim("c_hash", set("AAAAAAAAAAAAAAAAAAAAAA")),
        ),
        should("id_token with a name in German", SERVER, "id-token.only-requested", claim("name#de", set("Ben"))),
        must("id_token with the algorithm in lower case", SERVER, "id-token.signature", head("alg", set("rs256"))),
        must(
            "id_token with Nonce",
            SERVER,
            "id-token.nonce",
            id_tokens(|token| {
                let nonce = token.claims.shift_remove("nonce");
                token.claims.insert("Nonce".to_owned(), json!(nonce));
            }),
        ),
        should("id_token with name", SERVER, "id-token.no-name", claim("name", set("Ben Buyer"))),
        should("id_token with an unrequested claim", SERVER, "id-token.only-requested", claim("shoe_size", set(43))),
        must("id_token with a kid that is not published", SERVER, "id-token.kid", head("kid", set("other"))),
        must("id_token with the algorithm none", SERVER, "id-token.signature", head("alg", set("none"))),
        must("id_token with the algorithm HS256", SERVER, "id-token.signature", head("alg", set("HS256"))),
    ]);
    rows
}

pub(super) fn shift(token: &mut crate::mutation::signer::Parts, name: &str, seconds: i64) {
    let time = token.claims.get(name).and_then(Value::as_i64).unwrap_or_default();
    token.claims.insert(name.to_owned(), json!(time + seconds));
}

/// Every other registered claim with every JSON type that it must not have.
fn registered_types() -> impl Iterator<Item = Row> {
    let claims: [(&'static str, &'static str); 9] = [
        ("auth_time", "a number"),
        ("nbf", "a number"),
        ("jti", "a text"),
        ("azp", "a text"),
        ("sid", "a text"),
        ("amr", "a list"),
        ("exp", "a number"),
        ("iat", "a number"),
        ("aud", "a list or a text"),
    ];
    claims.into_iter().flat_map(|(name, right)| {
        typed().into_iter().filter(move |(kind, _)| !right.contains(kind)).map(move |(kind, value)| {
            must(format!("id_token claim {name} is {kind}"), SERVER, "id-token.claim-types", claim(name, set(value)))
        })
    })
}

/// Signs every ID token with the RSA key of the proxy, which is published with a change.
fn resigned(change: fn(&mut Value)) -> Mutation {
    mutate(move |message| {
        message.keys(|keys| change(keys.last_mut().expect("a key")));
        message.id_tokens(|token| drop(token.claims.insert("jti".to_owned(), json!("x"))));
    })
}

/// Signs every ID token with the RSA key of the proxy and another algorithm, for which the key is published.
pub(super) fn id_tokens_of_a_key(algorithm: &'static str) -> Mutation {
    mutate(move |message| {
        message.keys(|keys| keys.last_mut().expect("a key")["alg"] = json!(algorithm));
        message.id_tokens(|token| drop(token.header.insert("alg".to_owned(), json!(algorithm))));
    })
}

/// Signs every ID token with another key of the proxy, and publishes the key.
pub(super) fn by_another_key(kid: &'static str, algorithm: &'static str) -> Mutation {
    mutate(move |message| {
        let key = message.jwk(kid);
        message.keys(|keys| keys.push(key));
        let hash = message.access_token_hash(algorithm);
        message.id_tokens(|token| {
            token.header.insert("alg".to_owned(), json!(algorithm));
            token.header.insert("kid".to_owned(), json!(kid));
            if let Some(hash) = &hash {
                token.claims.insert("at_hash".to_owned(), json!(hash));
            }
        });
    })
}
