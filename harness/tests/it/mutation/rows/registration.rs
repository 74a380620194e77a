//! Answers of the registration endpoint.

use axum::http::StatusCode;
use serde_json::json;

use crate::mutation::message::Change::Remove;
use crate::mutation::message::{Change, Message};
use crate::mutation::proxy::Mutation;
use crate::mutation::row::{
    IssuerSetup, Row, at, error_member, error_status, harmless, header, member, must, mutate, set,
};

const THIRD_PARTY: &str = "third-party-login.oidcc-3rd-party-init-login";
const NO_HTTPS: &str = "third-party-login.oidcc-3rd-party-init-login-nohttps";
const SIGNED_USERINFO: &str = "dynamic.oidcc-userinfo-rs256";
const BY_REFERENCE: &str = "dynamic.oidcc-request-uri-signed-rs256";
const REGISTERING: &str = "back-channel.oidcc-backchannel-rp-initiated-logout";

pub(super) fn rows() -> Vec<Row> {
    let rows = vec![
        must(
            "registration as text/html",
            REGISTERING,
            "registration.content-type",
            header("/clients", "content-type", Some("text/html")),
        ),
        must(
            "registration with an error",
            REGISTERING,
            "registration.no-error",
            member("/clients", "error", set("invalid_client_metadata")),
        ),
        must(
            "registration without the expiry of its secret",
            REGISTERING,
            "registration.secret-expiry",
            member("/clients", "client_secret_expires_at", Remove),
        ),
        must(
            "registration with an expiry in words",
            REGISTERING,
            "registration.secret-expiry",
            member("/clients", "client_secret_expires_at", set("never")),
        ),
        must(
            "registration with a token and no address",
            REGISTERING,
            "registration.management",
            at("/clients", |message| {
                message.json(|members| {
                    Remove.apply("registration_client_uri", members);
                    set("token").apply("registration_access_token", members);
                })
            }),
        ),
        must(
            "registration with an address and no token",
            REGISTERING,
            "registration.management",
            at("/clients", |message| {
                message.json(|members| {
                    Remove.apply("registration_access_token", members);
                    set("https://issuer.example/clients/1").apply("registration_client_uri", members);
                })
            }),
        ),
    ];
    let mut rows = IssuerSetup::Okta.of(rows);
    rows.extend([
        must(
            "discovery without signed userinfo",
            SIGNED_USERINFO,
            "registration.signed-userinfo",
            member("openid-configuration", "userinfo_signing_alg_values_supported", Remove),
        ),
        must("userinfo that is not signed", SIGNED_USERINFO, "userinfo.signed", plain_userinfo()),
        must(
            "discovery without request_uri",
            BY_REFERENCE,
            "registration.request-uri",
            member("openid-configuration", "request_uri_parameter_supported", set(false)),
        ),
        must(
            "discovery without RS256 for request objects",
            BY_REFERENCE,
            "registration.request-uri",
            member("openid-configuration", "request_object_signing_alg_values_supported", set(json!(["ES256"]))),
        ),
        must("initiate_login_uri left out", THIRD_PARTY, "registration.initiate-login-uri", created(Remove)),
        must(
            "initiate_login_uri of another page",
            THIRD_PARTY,
            "registration.initiate-login-uri",
            created(set("https://app.example.test/other")),
        ),
        must(
            "initiate_login_uri left out when read",
            THIRD_PARTY,
            "registration.initiate-login-uri-read",
            read(|message| message.json(|members| Remove.apply("initiate_login_uri", members))),
        ),
        must(
            "registration read as text/html",
            THIRD_PARTY,
            "registration.read",
            read(|message| message.set_header("content-type", Some("text/html"))),
        ),
        must(
            "registration read with 201",
            THIRD_PARTY,
            "registration.read",
            read(|message| message.status = StatusCode::CREATED),
        ),
        must(
            "http initiate_login_uri refused with 401",
            NO_HTTPS,
            "registration.refused",
            error_status("/clients", 401),
        ),
        must(
            "http initiate_login_uri refused as invalid_redirect_uri",
            NO_HTTPS,
            "registration.metadata-error",
            error_member("/clients", "error", set("invalid_redirect_uri")),
        ),
        must(
            "http initiate_login_uri refused as text/html",
            NO_HTTPS,
            "registration.json",
            header("/clients", "content-type", Some("text/html")),
        ),
        harmless("nothing at all, initiate_login_uri", THIRD_PARTY, mutate(|_| {})),
        harmless("nothing at all, http initiate_login_uri", NO_HTTPS, mutate(|_| {})),
        harmless("nothing at all, signed userinfo", SIGNED_USERINFO, mutate(|_| {})),
        harmless("nothing at all, request object by reference", BY_REFERENCE, mutate(|_| {})),
        harmless(
            "nothing at all, unsigned request object by reference",
            "dynamic.oidcc-request-uri-unsigned",
            mutate(|_| {}),
        ),
    ]);
    rows
}

/// The initiate_login_uri in the response to a registration.
fn created(change: Change) -> Mutation {
    member("/clients", "initiate_login_uri", change)
}

/// Changes the response with a registration that is read.
fn read(change: impl Fn(&mut Message<'_>) + Send + Sync + 'static) -> Mutation {
    mutate(move |message| {
        if message.path.contains("/clients/") && message.status == StatusCode::OK {
            change(message);
        }
    })
}

/// Userinfo as JSON, whatever the client has registered.
fn plain_userinfo() -> Mutation {
    at("/userinfo", |message| {
        message.set_header("content-type", Some("application/json"));
        message.body = json!({ "sub": "x" }).to_string();
    })
}
