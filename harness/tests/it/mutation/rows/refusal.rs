//! Errors of the authorization endpoint and the token endpoint.

use crate::mutation::message::Change::Remove;
use crate::mutation::row::{Row, at, error_member, error_status, header, must, mutate, parameter, set, should, twice};

const NONE: &str = "basic.oidcc-prompt-none-not-logged-in";
const REUSE: &str = "basic.oidcc-codereuse";

pub(super) fn rows() -> Vec<Row> {
    vec![
        must("error state twice", NONE, "callback.once", twice("state")),
        must("error description twice", NONE, "callback.once", twice("error_description")),
        must(
            "error with a letter outside ASCII",
            NONE,
            "refusal.characters",
            parameter("error", Some("login_required\u{fc}")),
        ),
        must(
            "error description with a backslash",
            NONE,
            "refusal.characters",
            parameter("error_description", Some("a\\b")),
        ),
        must(
            "error description with a control character",
            NONE,
            "refusal.characters",
            parameter("error_description", Some("a\u{1}b")),
        ),
        should("error description with CR LF", NONE, "refusal.lines", parameter("error_description", Some("a\r\nb"))),
        should("error description with a tab", NONE, "refusal.lines", parameter("error_description", Some("a\tb"))),
        must("error_uri that is relative", NONE, "refusal.uri", parameter("error_uri", Some("/errors"))),
        must("error_uri with a blank", NONE, "refusal.uri", parameter("error_uri", Some("https://a.example/a b"))),
        must(
            "error_uri with a letter outside ASCII",
            NONE,
            "refusal.uri",
            parameter("error_uri", Some("https://a.example/\u{fc}")),
        ),
        must(
            "used code answered with a quotation mark",
            REUSE,
            "token-error.characters",
            error_member("/token", "error_description", set("a \"b\"")),
        ),
        must(
            "used code answered with a letter outside ASCII",
            REUSE,
            "token-error.characters",
            error_member("/token", "error_description", set("\u{fc}")),
        ),
        should(
            "used code answered with a line break",
            REUSE,
            "token-error.lines",
            error_member("/token", "error_description", set("a\nb")),
        ),
        must(
            "used code answered with a relative error_uri",
            REUSE,
            "token-error.uri",
            error_member("/token", "error_uri", set("errors")),
        ),
        must(
            "used code answered with a number as error_uri",
            REUSE,
            "token-error.uri",
            error_member("/token", "error_uri", set(7)),
        ),
        must(
            "used code answered with a number as error",
            REUSE,
            "token-error.error",
            error_member("/token", "error", set(7)),
        ),
        must("used code answered as text/json", REUSE, "token-error.json", error_as("text/json")),
        must("used code answered as application/json-seq", REUSE, "token-error.json", error_as("application/json-seq")),
        must("error state altered", NONE, "refusal.state", parameter("state", Some("other"))),
        must("error state missing", NONE, "refusal.state", parameter("state", None)),
        must("error of another kind", NONE, "refusal.error", parameter("error", Some("server_error"))),
        must("error with a code", NONE, "refusal.no-code", parameter("code", Some("c"))),
        must(
            "error with iss of another issuer",
            NONE,
            "callback.issuer",
            parameter("iss", Some("https://issuer.example")),
        ),
        should("error with an unknown parameter", NONE, "callback.parameters", parameter("extra", Some("x"))),
        must(
            "error description with a quotation mark",
            NONE,
            "refusal.characters",
            parameter("error_description", Some("a \"b\"")),
        ),
        must(
            "error description with a letter outside ASCII",
            NONE,
            "refusal.characters",
            parameter("error_description", Some("\u{fc}")),
        ),
        must(
            "error in the fragment",
            NONE,
            "refusal.delivery",
            mutate(|message| message.location(|to| to.replace("/callback?", "/callback#"))),
        ),
        must("used code answered with 403", REUSE, "token-error.status", error_status("/token", 403)),
        must(
            "used code answered with invalid_request",
            REUSE,
            "token-error.error",
            error_member("/token", "error", set("invalid_request")),
        ),
        must("used code answered without error", REUSE, "token-error.error", error_member("/token", "error", Remove)),
        must(
            "used code answered as text/html",
            REUSE,
            "token-error.json",
            at("/token", |message| {
                if message.status.is_client_error() {
                    message.set_header("content-type", Some("text/html"));
                }
            }),
        ),
        should(
            "error that may be stored",
            REUSE,
            "token-error.no-store",
            at("/token", |message| {
                if message.status.is_client_error() {
                    message.set_header("cache-control", None);
                }
            }),
        ),
        must(
            "userinfo as a page",
            "basic.oidcc-userinfo-post-header",
            "userinfo.json",
            header("/userinfo", "content-type", Some("text/html")),
        ),
    ]
}

fn error_as(media_type: &'static str) -> crate::mutation::proxy::Mutation {
    at("/token", move |message| {
        if message.status.is_client_error() {
            message.set_header("content-type", Some(media_type));
        }
    })
}
