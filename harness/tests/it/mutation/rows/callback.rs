//! Successful authorization responses.

use axum::http::StatusCode;

use super::SERVER;
use crate::mutation::proxy::Mutation;
use crate::mutation::row::{Row, must, mutate, parameter, should, twice};

const POST: &str = "form-post.basic.oidcc-server";

pub(super) fn rows() -> Vec<Row> {
    vec![
        must("state twice", SERVER, "callback.once", twice("state")),
        must("code twice", SERVER, "callback.once", twice("code")),
        must(
            "iss twice in a form",
            POST,
            "callback.once",
            mutate(|message| {
                message.parameters(|pairs| {
                    pairs.extend([("iss".to_owned(), "x".to_owned()), ("iss".to_owned(), "x".to_owned())]);
                })
            }),
        ),
        must(
            "state in the fragment too",
            SERVER,
            "callback.one-place",
            mutate(|message| message.location(|to| format!("{to}#state=x"))),
        ),
        must(
            "code in the query of a fragment response",
            HYBRID,
            "callback.one-place",
            mutate(|message| message.location(|to| to.replace("/callback#", "/callback?code=x#"))),
        ),
        must(
            "error in the query of a fragment response",
            HYBRID,
            "callback.one-place",
            mutate(|message| message.location(|to| to.replace("/callback#", "/callback?error=x#"))),
        ),
        must(
            "code in the query of a response with tokens",
            IMPLICIT,
            "callback.one-place",
            mutate(|message| message.location(|to| to.replace("/callback#", "/callback?code=x#"))),
        ),
        must(
            "form as multipart/form-data",
            POST,
            "callback.form-encoding",
            page("<form ", "<form enctype=\"multipart/form-data\" "),
        ),
        must("form as text/plain", POST, "callback.form-encoding", page("<form ", "<form enctype=\"text/plain\" ")),
        must("form by GET", POST, "callback.delivery", built("method=\"post\"", "method=\"get\"")),
        must("form without a method", POST, "callback.delivery", built("method=\"post\"", "")),
        must("form with a code in its action", POST, "callback.one-place", built("/callback\"", "/callback?code=x\"")),
        must(
            "form with a state in its action",
            POST,
            "callback.one-place",
            built("/callback\"", "/callback?state=x\""),
        ),
        must("form without a script", POST, "callback.form-submits", built("<script></script>", "")),
        must(
            "redirect with 307",
            SERVER,
            "callback.status",
            mutate(|message| {
                if message.lands() {
                    message.status = StatusCode::TEMPORARY_REDIRECT
                }
            }),
        ),
        must(
            "redirect with 301",
            SERVER,
            "callback.status",
            mutate(|message| {
                if message.lands() {
                    message.status = StatusCode::MOVED_PERMANENTLY
                }
            }),
        ),
        must("error beside the code", SERVER, "callback.succeeds", parameter("error", Some("server_error"))),
        must("access token in front without token_type", IMPLICIT, "token.type", parameter("token_type", None)),
        must("access token in front with token_type mac", IMPLICIT, "token.type", parameter("token_type", Some("mac"))),
        must(
            "access token in front with expires_in 0",
            IMPLICIT,
            "token.expires-in",
            parameter("expires_in", Some("0")),
        ),
        must(
            "access token in front with expires_in in words",
            IMPLICIT,
            "token.expires-in",
            parameter("expires_in", Some("hour")),
        ),
        must("ID token missing in front", IMPLICIT, "callback.id-token", parameter("id_token", None)),
        must("access token missing in front", IMPLICIT, "callback.access-token", parameter("access_token", None)),
        must("unrequested code in front", IMPLICIT, "callback.code", parameter("code", Some("x"))),
        must("state altered", SERVER, "callback.state", parameter("state", Some("other"))),
        must("state missing", SERVER, "callback.state", parameter("state", None)),
        must("State instead of state", SERVER, "callback.state", renamed("state", "State")),
        must("Code instead of code", SERVER, "callback.code", renamed("code", "Code")),
        must("code missing", SERVER, "callback.code", parameter("code", None)),
        must("code of 8 characters", SERVER, "callback.code-length", parameter("code", Some("abcdefgh"))),
        must(
            "code of one letter",
            SERVER,
            "callback.code-entropy",
            parameter("code", Some("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")),
        ),
        must("iss of another issuer", SERVER, "callback.issuer", parameter("iss", Some("https://issuer.example"))),
        must(
            "code in the fragment",
            SERVER,
            "callback.delivery",
            mutate(|message| message.location(|to| to.replace("/callback?", "/callback#"))),
        ),
        must("unrequested access token", SERVER, "callback.access-token", parameter("access_token", Some("a"))),
        should("unknown parameter beside the code", SERVER, "callback.parameters", parameter("extra", Some("x"))),
        must("state altered in a form", POST, "callback.state", parameter("state", Some("other"))),
        must("state missing in a form", POST, "callback.state", parameter("state", None)),
        must("code missing in a form", POST, "callback.code", parameter("code", None)),
    ]
}

const HYBRID: &str = "hybrid.code-id-token.oidcc-server";
const IMPLICIT: &str = "implicit.id-token-token.oidcc-server";

/// A parameter with another name.
fn renamed(from: &'static str, to: &'static str) -> Mutation {
    mutate(move |message| {
        message.parameters(|pairs| {
            for (name, _) in pairs.iter_mut().filter(|(name, _)| name == from) {
                to.clone_into(name);
            }
        });
    })
}

/// Changes the page that posts the response.
fn page(from: &'static str, to: &'static str) -> Mutation {
    mutate(move |message| {
        if message.lands() {
            message.body = message.body.replacen(from, to, 1);
        }
    })
}

/// Replaces the page by a plain one with the same form, and changes it.
fn built(from: &'static str, to: &'static str) -> Mutation {
    mutate(move |message| {
        if message.lands() {
            message.parameters(|_| {});
            message.body = message.body.replacen(from, to, 1);
        }
    })
}
