//! Answers of the registration endpoint.

use serde_json::json;

use crate::mutation::message::Change::Remove;
use crate::mutation::proxy::Mutation;
use crate::mutation::row::{IssuerSetup, Row, at, harmless, header, member, must, mutate, set};

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

/// Userinfo as JSON, whatever the client has registered.
fn plain_userinfo() -> Mutation {
    at("/userinfo", |message| {
        message.set_header("content-type", Some("application/json"));
        message.body = json!({ "sub": "x" }).to_string();
    })
}
