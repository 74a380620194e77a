//! Published keys.

use serde_json::json;

use super::SERVER;
use crate::mutation::message::Change::Remove;
use crate::mutation::row::{Row, further_key, key, member, must, mutate, set, should};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        must("key without kty", SERVER, "keys.complete", key("kty", Remove)),
        must("key that is a text", SERVER, "keys.complete", further_key(json!("key"))),
        must("keys that are an object", SERVER, "keys.complete", member("/keys", "keys", set(json!({})))),
        must("RSA key without n", SERVER, "keys.complete", key("n", Remove)),
        must("RSA key without e", SERVER, "keys.complete", key("e", Remove)),
        must("RSA key with an n that is a number", SERVER, "keys.encoding", key("n", set(7))),
        must("RSA key with an even modulus", SERVER, "keys.valid", key("n", set("AQABAQAC"))),
        must(
            "EC key without y",
            SERVER,
            "keys.complete",
            further_key(json!({ "kty": "EC", "kid": "further", "crv": "P-256", "x": "AQAB" })),
        ),
        must(
            "EC key without crv",
            SERVER,
            "keys.complete",
            further_key(json!({ "kty": "EC", "kid": "further", "x": "AQAB", "y": "AQAB" })),
        ),
        must(
            "EC key that is not on its curve",
            SERVER,
            "keys.valid",
            further_key(
                json!({ "kty": "EC", "kid": "further", "crv": "P-256", "x": "A".repeat(43), "y": "A".repeat(43) }),
            ),
        ),
        must(
            "EC key with short coordinates",
            SERVER,
            "keys.valid",
            further_key(json!({ "kty": "EC", "kid": "further", "crv": "P-256", "x": "AQAB", "y": "AQAB" })),
        ),
        must(
            "OKP key without x",
            SERVER,
            "keys.complete",
            further_key(json!({ "kty": "OKP", "kid": "further", "crv": "Ed25519" })),
        ),
        must(
            "OKP key of 3 octets",
            SERVER,
            "keys.valid",
            further_key(json!({ "kty": "OKP", "kid": "further", "crv": "Ed25519", "x": "AQAB" })),
        ),
        must(
            "symmetric key",
            SERVER,
            "keys.public",
            further_key(json!({ "kty": "oct", "kid": "further", "k": "AQAB" })),
        ),
        must("key with a certificate that is none", SERVER, "keys.valid", key("x5c", set(json!(["AQAB"])))),
        must("key with a certificate that is not base64", SERVER, "keys.valid", key("x5c", set(json!(["a b"])))),
        must("key with an x5c that is a text", SERVER, "keys.valid", key("x5c", set("AQAB"))),
        must("key with a use that is a list", SERVER, "keys.valid", key("use", set(json!(["sig"])))),
        must("key with an alg that is a number", SERVER, "keys.valid", key("alg", set(256))),
        should(
            "key of an unknown curve",
            SERVER,
            "keys.kinds",
            further_key(json!({ "kty": "EC", "kid": "further", "crv": "brainpoolP256r1", "x": "AQAB", "y": "AQAB" })),
        ),
        should("key of an unknown algorithm", SERVER, "keys.kinds", key("alg", set("RS1"))),
        must("key without kid", SERVER, "keys.ids", key("kid", Remove)),
        must("key with an empty kid", SERVER, "keys.ids", key("kid", set(""))),
        must(
            "two keys of one kid",
            SERVER,
            "keys.ids",
            mutate(|message| {
                message.keys(|keys| keys[0]["kid"] = keys[1]["kid"].clone());
            }),
        ),
        must("key with padding in n", SERVER, "keys.encoding", key("n", set("AQAB=="))),
        must("key with another alphabet in n", SERVER, "keys.encoding", key("n", set("AQ+/"))),
        should(
            "key of an unknown type",
            SERVER,
            "keys.kinds",
            further_key(json!({ "kty": "AKP", "kid": "further", "alg": "ML-DSA-44" })),
        ),
    ];
    for name in ["d", "p", "q", "dp", "dq", "qi", "k"] {
        rows.push(must(format!("key with {name}"), SERVER, "keys.public", key(name, set("AQAB"))));
    }
    rows
}
