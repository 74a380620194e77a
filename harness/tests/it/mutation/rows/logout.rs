//! Sign-out.

use axum::http::StatusCode;
use serde_json::json;

use super::SERVER;
use crate::mutation::message::Change::Remove;
use crate::mutation::message::{Change, Message};
use crate::mutation::proxy::Mutation;
use crate::mutation::row::{IssuerSetup, Row, at, harmless, header, member, must, mutate, parameter, set, should};
use crate::mutation::signer::Parts;

const NO_ADDRESS: &str = "rp-logout.oidcc-rp-initiated-logout-no-post-logout-redirect-uri";
const UNREGISTERED: &str = "basic.oidcc-ensure-registered-redirect-uri";
const BACK_CHANNEL: &str = "back-channel.oidcc-backchannel-rp-initiated-logout";

const NO_PARAMETERS: &str = "rp-logout.oidcc-rp-initiated-logout-no-params";
const ONLY_STATE: &str = "rp-logout.oidcc-rp-initiated-logout-only-state";
const FRONT_CHANNEL: &str = "front-channel.oidcc-frontchannel-rp-initiated-logout";
const LOGO: &str = "dynamic.oidcc-registration-logo-uri";

const LOGOUT: &str = "rp-logout.oidcc-rp-initiated-logout";

const SESSION_FRAME: &str = "session-management.oidcc-session-management-discovery-endpoint-verification";

const NO_HINT: &str = "rp-logout.oidcc-rp-initiated-logout-no-id-token-hint";

pub(super) fn rows() -> Vec<Row> {
    vec![
        must(
            "logout without a hint that ends the session unasked",
            NO_HINT,
            "logout.asks",
            mutate(|message| {
                if message.asked.contains("prompt=none") {
                    message.parameters(|pairs| {
                        pairs.iter_mut().filter(|(name, _)| name == "code").for_each(|pair| {
                            *pair = ("error".to_owned(), "login_required".to_owned());
                        });
                    });
                }
            }),
        ),
        must(
            "discovery with a session frame at a plain http address elsewhere",
            SESSION_FRAME,
            "configuration.session-frame",
            member("openid-configuration", "check_session_iframe", set("http://issuer.example/frame")),
        ),
        must(
            "discovery with a session frame that is not a URL",
            SESSION_FRAME,
            "module.endpoints",
            member("openid-configuration", "check_session_iframe", set("frame")),
        ),
        must(
            "discovery without a session frame",
            SESSION_FRAME,
            "module.endpoints",
            member("openid-configuration", "check_session_iframe", Remove),
        ),
        harmless("nothing at all, session frame", SESSION_FRAME, mutate(|_| {})),
        must("logout state twice", LOGOUT, "logout.once", logout_by(|pairs| pairs.extend(pairs.clone()))),
        must("logout state cut", LOGOUT, "logout.state", logout_by(|pairs| pairs[0].1.truncate(64))),
        must(
            "logout state escaped twice",
            LOGOUT,
            "logout.state",
            logout_by(|pairs| pairs[0].1 = pairs[0].1.replace('%', "%25")),
        ),
        must(
            "logout state without quotation marks",
            LOGOUT,
            "logout.state",
            logout_by(|pairs| pairs[0].1 = pairs[0].1.replace('"', "")),
        ),
        must(
            "logout state with a blank for a plus",
            LOGOUT,
            "logout.state",
            logout_by(|pairs| pairs[0].1 = pairs[0].1.replace('+', " ")),
        ),
        must(
            "logout state in the fragment",
            LOGOUT,
            "logout.query",
            mutate(|message| {
                if message.location_contains("/signed-out") {
                    message.location(|to| to.replace('?', "#"));
                }
            }),
        ),
        must(
            "logout page that is an error page",
            NO_ADDRESS,
            "logout.stays",
            at("/logout", |message| message.status = StatusCode::BAD_REQUEST),
        ),
        must(
            "logout page of a server error",
            NO_ADDRESS,
            "logout.stays",
            at("/logout", |message| message.status = StatusCode::INTERNAL_SERVER_ERROR),
        ),
        must(
            "question whether to sign out as a bad request",
            NO_PARAMETERS,
            "logout.stays",
            at("/logout", bad_request),
        ),
        must("question whether to sign out that is not found", ONLY_STATE, "logout.stays", at("/logout", not_found)),
        must("question whether to sign out without content", NO_PARAMETERS, "logout.stays", at("/logout", blank)),
        must(
            "signed-out page with frames as a server error",
            FRONT_CHANNEL,
            "front-channel.page",
            at("/logout", broken),
        ),
        must(
            "signed-out page with frames as a bad request",
            FRONT_CHANNEL,
            "front-channel.page",
            at("/logout", bad_request),
        ),
        must("signed-out page with frames without content", FRONT_CHANNEL, "front-channel.page", at("/logout", blank)),
        must("logout page that is not found", NO_ADDRESS, "logout.stays", at("/logout", not_found)),
        must("sign-in page without content", SERVER, "callback.arrives", at("/authorize", blank)),
        must("sign-in page of a server error", SERVER, "callback.arrives", at("/authorize", broken)),
        must("page after the password without content", SERVER, "callback.arrives", at("/signin/challenge", blank)),
        should("sign-in page with the logo as a server error", LOGO, "page.logo", at("/authorize", broken)),
        should("sign-in page without the logo", LOGO, "page.logo", at("/authorize", blank)),
        harmless("nothing at all, front-channel logout", FRONT_CHANNEL, mutate(|_| {})),
        must("logout page without content", NO_ADDRESS, "logout.stays", at("/logout", |message| message.show(""))),
        must(
            "error page of a server error",
            UNREGISTERED,
            "page.stays",
            at("/authorize", |message| message.status = StatusCode::INTERNAL_SERVER_ERROR),
        ),
        must("error page without content", UNREGISTERED, "page.stays", at("/authorize", |message| message.show(""))),
        must("logout state altered", LOGOUT, "logout.state", only_logout("state", Some("other"))),
        must("logout state missing", LOGOUT, "logout.state", only_logout("state", None)),
        should("logout with an unknown parameter", LOGOUT, "logout.parameters", only_logout("extra", Some("x"))),
        must(
            "logout state that was not requested",
            "rp-logout.oidcc-rp-initiated-logout-no-state",
            "logout.state",
            only_logout("state", Some("x")),
        ),
        must(
            "logout that stays on a page",
            LOGOUT,
            "logout.led-back",
            at("/logout", |message| {
                if message.lands() {
                    message.show("<title>Signed out</title><p>Signed out</p>");
                }
            }),
        ),
        must(
            "logout error page that is a redirect",
            "rp-logout.oidcc-rp-initiated-logout-bad-post-logout-redirect-uri",
            "logout.stays",
            at("/logout", |message| {
                message.status = StatusCode::FOUND;
                message.set_header("location", Some("http://localhost:7803/signed-out/elsewhere"));
            }),
        ),
    ]
}

fn bad_request(message: &mut Message<'_>) {
    message.status = StatusCode::BAD_REQUEST;
}

fn not_found(message: &mut Message<'_>) {
    message.status = StatusCode::NOT_FOUND;
}

fn broken(message: &mut Message<'_>) {
    message.status = StatusCode::INTERNAL_SERVER_ERROR;
}

fn blank(message: &mut Message<'_>) {
    message.show("");
}

/// Changes a parameter of the sign-out only.
fn only_logout(name: &'static str, value: Option<&'static str>) -> Mutation {
    let change = parameter(name, value);
    mutate(move |message| {
        if message.location_contains("/signed-out") {
            change(message);
        }
    })
}

/// Changes the parameters of the sign-out only.
fn logout_by(change: fn(&mut Vec<(String, String)>)) -> Mutation {
    mutate(move |message| {
        if message.location_contains("/signed-out") {
            message.parameters(change);
        }
    })
}

/// Rows about the logout token.
pub(super) fn token_rows() -> Vec<Row> {
    let event = "http://schemas.openid.net/event/backchannel-logout";
    let mut rows = vec![
        must(
            "logout token with two events",
            BACK_CHANNEL,
            "logout-token.events",
            claim("events", set(json!({ event: {}, "x": {} }))),
        ),
        must(
            "logout token with members in its event",
            BACK_CHANNEL,
            "logout-token.events",
            claim("events", set(json!({ event: { "x": 1 } }))),
        ),
        must(
            "logout token with an event that is null",
            BACK_CHANNEL,
            "logout-token.events",
            claim("events", set(json!({ event: null }))),
        ),
        must(
            "logout token with another event",
            BACK_CHANNEL,
            "logout-token.events",
            claim("events", set(json!({ "x": {} }))),
        ),
        must(
            "logout token with a list of events",
            BACK_CHANNEL,
            "logout-token.events",
            claim("events", set(json!([event]))),
        ),
        must("logout token without events", BACK_CHANNEL, "logout-token.events", claim("events", Remove)),
        must("logout token with a nonce", BACK_CHANNEL, "logout-token.no-nonce", claim("nonce", set("x"))),
        must("logout token about another user", BACK_CHANNEL, "logout-token.about", claim("sub", set("other"))),
        must("logout token about another session", BACK_CHANNEL, "logout-token.about", claim("sid", set("other"))),
        must("logout token with a sid that is a number", BACK_CHANNEL, "logout-token.about", claim("sid", set(7))),
        must("logout token for another client", BACK_CHANNEL, "logout-token.aud", claim("aud", set("other"))),
        must(
            "logout token of another issuer",
            BACK_CHANNEL,
            "logout-token.iss",
            claim("iss", set("https://issuer.example")),
        ),
        must("logout token without jti", BACK_CHANNEL, "logout-token.jti", claim("jti", Remove)),
        must("logout token of last week", BACK_CHANNEL, "logout-token.iat", claim("iat", set(1_700_000_000))),
        must("logout token without exp", BACK_CHANNEL, "logout-token.exp", claim("exp", Remove)),
        must(
            "logout token that is not signed",
            BACK_CHANNEL,
            "logout-token.signature",
            posted(|token| drop(token.header.insert("alg".to_owned(), json!("none")))),
        ),
        must(
            "logout token of an unknown key",
            BACK_CHANNEL,
            "logout-token.signature",
            posted(|token| drop(token.header.insert("kid".to_owned(), json!("x")))),
        ),
        should(
            "logout token of another type",
            BACK_CHANNEL,
            "logout-token.typ",
            posted(|token| drop(token.header.insert("typ".to_owned(), json!("JWT")))),
        ),
        should(
            "logout token with another parameter",
            BACK_CHANNEL,
            "logout-token.alone",
            at("/posted", |message| message.body.push_str("&extra=x")),
        ),
        must(
            "logout token as text/plain",
            BACK_CHANNEL,
            "logout-token.content-type",
            header("/posted", "content-type", Some("text/plain")),
        ),
        must(
            "logout token by another name",
            BACK_CHANNEL,
            "logout-token.posted",
            at("/posted", |message| message.body = message.body.replace("logout_token=", "token=")),
        ),
    ];
    for row in &mut rows {
        row.setup = IssuerSetup::Okta;
    }
    rows
}

fn posted(change: impl Fn(&mut Parts) + Send + Sync + 'static) -> Mutation {
    at("/posted", move |message| message.token_in_form("logout_token", &change))
}

fn claim(name: &'static str, change: Change) -> Mutation {
    posted(move |token| change.apply(name, &mut token.claims))
}
