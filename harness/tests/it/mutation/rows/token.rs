//! Responses of the token endpoint.

use serde_json::json;

use super::SERVER;
use super::id_token::typed;
use super::userinfo::renamed;
use crate::mutation::message::Change::Remove;
use crate::mutation::row::{Row, at, header, member, must, set, should, status};

const REFRESH: &str = "basic.oidcc-refresh-token";

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        must("token response with an error", SERVER, "token.no-error", member("/token", "error", set("server_error"))),
        must(
            "access token with a letter outside ASCII",
            SERVER,
            "token.characters",
            at("/token", |message| {
                message.json(|members| {
                    if let Some(token) = members
                        .get("access_token")
                        .and_then(|token| token.as_str())
                        .map(|token| format!("{token}\u{fc}"))
                    {
                        members["access_token"] = json!(token);
                    }
                })
            }),
        ),
        must(
            "refresh token of 8 characters",
            REFRESH,
            "refresh-token.length",
            member("/token", "refresh_token", set("abcdefgh")),
        ),
        must(
            "refresh token of one letter",
            REFRESH,
            "refresh-token.entropy",
            member("/token", "refresh_token", set("a".repeat(64))),
        ),
        must(
            "refresh token with a letter outside ASCII",
            REFRESH,
            "refresh-token.characters",
            member("/token", "refresh_token", set("0123456789abcdefghijklmnopqrstuvwxyz\u{fc}")),
        ),
        must(
            "refresh token with a line break",
            REFRESH,
            "refresh-token.characters",
            member("/token", "refresh_token", set("0123456789abcdefghijklmnopqrstuvwxyz\n")),
        ),
        must("refresh token is a number", REFRESH, "token.json", member("/token", "refresh_token", set(7))),
        must(
            "refresh as text/html",
            REFRESH,
            "refresh.content-type",
            at("/token", |message| {
                if message.refreshes() {
                    message.set_header("content-type", Some("text/html"));
                }
            }),
        ),
        must(
            "refresh that may be stored",
            REFRESH,
            "token.no-store",
            at("/token", |message| {
                if message.refreshes() {
                    message.set_header("cache-control", None);
                }
            }),
        ),
        must(
            "refreshed iss of another issuer",
            REFRESH,
            "id-token.same-iss",
            refreshed("iss", json!("https://issuer.example")),
        ),
        must("refreshed sub of another user", REFRESH, "id-token.same-sub", refreshed("sub", json!("other"))),
        must("refreshed aud of another client", REFRESH, "id-token.same-aud", refreshed("aud", json!("other"))),
        must("refreshed azp of another client", REFRESH, "id-token.same-aud", refreshed("azp", json!("other"))),
        must("refreshed auth_time", REFRESH, "id-token.same-auth-time", refreshed("auth_time", json!(1_790_000_000))),
        must("token response without access_token", SERVER, "token.json", member("/token", "access_token", Remove)),
        must(
            "token response with Access_Token",
            SERVER,
            "token.json",
            renamed("/token", "access_token", "Access_Token"),
        ),
        must("token response without token_type", SERVER, "token.json", member("/token", "token_type", Remove)),
        must("token response without id_token", SERVER, "id-token.present", member("/token", "id_token", Remove)),
        must("token response with token_type mac", SERVER, "token.type", member("/token", "token_type", set("mac"))),
        must(
            "token response with an access token of one letter",
            SERVER,
            "token.unguessable",
            member("/token", "access_token", set("a".repeat(64))),
        ),
        must("token response with expires_in 0", SERVER, "token.expires-in", member("/token", "expires_in", set(0))),
        must(
            "token response with a negative expires_in",
            SERVER,
            "token.expires-in",
            member("/token", "expires_in", set(-1)),
        ),
        must(
            "token response with expires_in of two years",
            SERVER,
            "token.expires-in",
            member("/token", "expires_in", set(63_072_000)),
        ),
        should(
            "token response without expires_in",
            SERVER,
            "token.expires-in-told",
            member("/token", "expires_in", Remove),
        ),
        must("token response with status 500", SERVER, "token.status", status("/token", 500)),
        must("token response with status 400", SERVER, "token.status", status("/token", 400)),
        must(
            "token response that may be stored",
            SERVER,
            "token.no-store",
            header("/token", "cache-control", Some("public")),
        ),
        must("token response without Cache-Control", SERVER, "token.no-store", header("/token", "cache-control", None)),
        must(
            "token response that is not JSON",
            SERVER,
            "token.json",
            at("/token", |message| message.body = "access_token=a".to_owned()),
        ),
        must(
            "token response that is a list",
            SERVER,
            "token.json",
            at("/token", |message| message.body = format!("[{}]", message.body)),
        ),
        must(
            "id_token in two parts",
            SERVER,
            "id-token.readable",
            at("/token", |message| {
                message.json(|members| {
                    let text = members["id_token"]
                        .as_str()
                        .unwrap_or_default()
                        .rsplit_once('.')
                        .map(|(rest, _)| rest.to_owned());
                    members["id_token"] = json!(text);
                });
            }),
        ),
        must("refresh that returns the same access token", REFRESH, "refresh.new-access-token", same_access_token()),
    ];
    for (kind, value) in typed().into_iter().filter(|(kind, _)| !["a number", "null"].contains(kind)) {
        rows.push(must(
            format!("token response with expires_in {kind}"),
            SERVER,
            "token.json",
            member("/token", "expires_in", set(value)),
        ));
    }
    for (kind, value) in typed().into_iter().filter(|(kind, _)| *kind != "a text") {
        rows.push(must(
            format!("token response with access_token {kind}"),
            SERVER,
            "token.json",
            member("/token", "access_token", set(value.clone())),
        ));
        rows.push(must(
            format!("token response with token_type {kind}"),
            SERVER,
            "token.json",
            member("/token", "token_type", set(value)),
        ));
    }
    rows
}

fn same_access_token() -> crate::mutation::proxy::Mutation {
    let first = std::sync::Mutex::new(None::<String>);
    at("/token", move |message| {
        let mut first = first.lock().expect("a lock");
        let refreshes = message.refreshes();
        message.json(|members| match (&*first, members.get("access_token").and_then(|token| token.as_str())) {
            (Some(first), Some(_)) if refreshes => drop(members.insert("access_token".to_owned(), json!(first))),
            (_, Some(token)) if !refreshes => *first = Some(token.to_owned()),
            _ => {}
        });
    })
}

/// A claim of the refreshed ID token.
fn refreshed(name: &'static str, value: serde_json::Value) -> crate::mutation::proxy::Mutation {
    at("/token", move |message| {
        if message.refreshes() {
            message.id_tokens(|token| drop(token.claims.insert(name.to_owned(), value.clone())));
        }
    })
}
