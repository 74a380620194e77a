//! Userinfo.

use serde_json::{Value, json};

use super::id_token::typed;
use crate::mutation::message::Change::Remove;
use crate::mutation::row::{Row, at, header, member, must, set, should, status};

const GET: &str = "basic.oidcc-userinfo-get";
const PROFILE: &str = "basic.oidcc-scope-all";

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        must(
            "userinfo as application/jsonp",
            GET,
            "userinfo.json",
            header("/userinfo", "content-type", Some("application/jsonp")),
        ),
        must(
            "userinfo with an error",
            GET,
            "userinfo.no-error-beside",
            member("/userinfo", "error", set("server_error")),
        ),
        must("userinfo with a sub that is a number", GET, "userinfo.sub", member("/userinfo", "sub", set(7))),
        must(
            "userinfo birthdate that does not exist",
            PROFILE,
            "userinfo.types",
            member("/userinfo", "birthdate", set("2023-02-29")),
        ),
        must(
            "userinfo updated_at ahead",
            PROFILE,
            "userinfo.types",
            member("/userinfo", "updated_at", set(4_000_000_000_i64)),
        ),
        must("userinfo name blank", PROFILE, "userinfo.types", member("/userinfo", "name", set("\t"))),
        must("userinfo name null as a text", PROFILE, "userinfo.types", member("/userinfo", "name", set("Null"))),
        must("userinfo address empty", PROFILE, "userinfo.types", member("/userinfo", "address", set(json!({})))),
        must(
            "userinfo address with an empty locality",
            PROFILE,
            "userinfo.types",
            member("/userinfo", "address", set(json!({ "locality": "" }))),
        ),
        must(
            "userinfo address with null",
            PROFILE,
            "userinfo.types",
            member("/userinfo", "address", set(json!({ "region": null }))),
        ),
        must(
            "userinfo _claim_names is a list",
            GET,
            "userinfo.types",
            member("/userinfo", "_claim_names", set(json!([]))),
        ),
        must(
            "userinfo _claim_sources is a text",
            GET,
            "userinfo.types",
            member("/userinfo", "_claim_sources", set("x")),
        ),
        must(
            "userinfo _claim_names without sources",
            GET,
            "userinfo.claim-sources",
            member("/userinfo", "_claim_names", set(json!({ "score": "src1" }))),
        ),
        must(
            "userinfo _claim_sources without names",
            GET,
            "userinfo.claim-sources",
            member("/userinfo", "_claim_sources", set(json!({ "src1": { "JWT": "a.b.c" } }))),
        ),
        must(
            "userinfo with a source that no name uses",
            GET,
            "userinfo.claim-sources",
            sources(json!({ "score": "src1" }), json!({ "src1": { "JWT": "a.b.c" }, "src2": { "JWT": "a.b.c" } })),
        ),
        must(
            "userinfo with a name of no source",
            GET,
            "userinfo.claim-sources",
            sources(json!({ "score": "src1", "age": "src2" }), json!({ "src1": { "JWT": "a.b.c" } })),
        ),
        must(
            "userinfo with an empty source",
            GET,
            "userinfo.claim-sources",
            sources(json!({ "score": "src1" }), json!({ "src1": {} })),
        ),
        must("userinfo without sub", GET, "userinfo.sub", member("/userinfo", "sub", Remove)),
        must("userinfo with Sub", GET, "userinfo.sub", renamed("/userinfo", "sub", "Sub")),
        should("userinfo with Email", PROFILE, "userinfo.claims", renamed("/userinfo", "email", "Email")),
        should(
            "userinfo with a name in German only",
            PROFILE,
            "userinfo.claims",
            renamed("/userinfo", "name", "name#de"),
        ),
        must("userinfo of another user", GET, "userinfo.sub", member("/userinfo", "sub", set("00uother"))),
        must("userinfo with status 201", GET, "userinfo.status", status("/userinfo", 201)),
        must("userinfo with status 500", GET, "userinfo.status", status("/userinfo", 500)),
        must("userinfo as text/html", GET, "userinfo.json", header("/userinfo", "content-type", Some("text/html"))),
        must("userinfo without a content type", GET, "userinfo.json", header("/userinfo", "content-type", None)),
        must(
            "userinfo that is a list",
            GET,
            "userinfo.json",
            at("/userinfo", |message| message.body = "[]".to_owned()),
        ),
    ];
    for name in [
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
        "email",
        "email_verified",
        "address",
        "phone_number",
        "phone_number_verified",
    ] {
        rows.push(should(
            format!("userinfo without {name}"),
            PROFILE,
            "userinfo.claims",
            member("/userinfo", name, Remove),
        ));
        let right = match name {
            "email_verified" | "phone_number_verified" => "a boolean",
            "address" => "an object",
            "updated_at" | "birthdate" => "none",
            _ => "a text",
        };
        for (kind, value) in typed().into_iter().filter(|(kind, _)| *kind != right) {
            rows.push(must(
                format!("userinfo {name} is {kind}"),
                PROFILE,
                "userinfo.types",
                member("/userinfo", name, set(value)),
            ));
        }
    }
    rows
}

/// A member with another name.
pub(super) fn renamed(end: &'static str, from: &'static str, to: &'static str) -> crate::mutation::proxy::Mutation {
    at(end, move |message| {
        message.json(|members| {
            if let Some(value) = members.shift_remove(from) {
                members.insert(to.to_owned(), value);
            }
        });
    })
}

/// Aggregated or distributed claims.
pub(super) fn sources(names: Value, sources: Value) -> crate::mutation::proxy::Mutation {
    at("/userinfo", move |message| {
        message.json(|members| {
            members.insert("_claim_names".to_owned(), names.clone());
            members.insert("_claim_sources".to_owned(), sources.clone());
        });
    })
}
