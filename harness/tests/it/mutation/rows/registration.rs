//! Answers of the registration endpoint.

use crate::mutation::message::Change::Remove;
use crate::mutation::row::{Row, Subject, at, header, member, must, set};

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
    rows.into_iter().map(|row| Row { subject: Subject::Okta, ..row }).collect()
}
