//! Dynamic client registration (OIDC Registration, RFC 7591, RFC 7592).

use serde_json::Value;
use url::Url;

use super::{checks, error_text};
use crate::record::Recorder;
use crate::wire::Reply;
use crate::wire::error::summary;
use crate::wire::journey::Journey;
use crate::wire::page::PageKind;

checks! {
    REGISTERED = Must "registration.created", "The client is registered, and gets a secret if it needs one", ["RFC 7591 3.2.1", "Okta: dynamic client registration"];
    TYPE = Must "registration.content-type", "The content type is application/json", ["OIDC Registration 3.2", "RFC 7591 3.2.1"];
    NO_ERROR = Must "registration.no-error", "A successful response has neither error nor error_description", ["OIDC Registration 3.3", "RFC 7591 3.2.2"];
    MANAGEMENT = Must "registration.management", "registration_client_uri, an https address, and registration_access_token come together", ["OIDC Registration 3.2", "RFC 7592 3"];
    SECRET_EXPIRY = Must "registration.secret-expiry", "A secret comes with the time when it expires", ["OIDC Registration 3.2", "RFC 7591 3.2.1"];
    INITIATE_LOGIN = Must "registration.initiate-login-uri", "The response has the initiate_login_uri of the request", ["OIDC Registration 3.2", "OIDF oidcc-3rd_party-init-login"];
    INITIATE_LOGIN_READ = Must "registration.initiate-login-uri-read", "The registration that is read has the initiate_login_uri", ["OIDC Registration 4.3", "OIDF oidcc-3rd_party-init-login"];
    READ = Must "registration.read", "The client can read its registration: 200, application/json", ["OIDC Registration 4.3", "RFC 7592 2.1"];
    METADATA_ERROR = Must "registration.metadata-error", "The error is invalid_client_metadata", ["OIDC Registration 3.3", "OIDF oidcc-3rd_party-init-login-nohttps"];
    SECRET_ONCE = Must "registration.secret-once", "Reading the registration does not return the secret", ["Okta: dynamic client registration"];
    GONE = Must "registration.removed", "A removed client cannot start a sign-in", ["RFC 7592 2.3"];
    DELETED = Should "registration.deleted", "The client can be deleted", ["RFC 7592 2.3", "OIDF oidcc-server"];
    REFUSED = Must "registration.refused", "The registration is rejected", ["RFC 7591 3.2.2", "Okta: dynamic client registration"];
    JSON = Must "registration.json", "The error is a JSON object", ["OIDC Registration 3.3", "OIDF oidcc-redirect-uri-regfrag"];
    ERROR = Should "registration.error", "The error code is the one that the specification or Okta's documentation names", ["OIDC Registration 3.3", "OIDF oidcc-redirect-uri-regfrag"];
    BY_REFERENCE = Must "registration.request-uri", "The discovery document offers request objects by reference, with the algorithm", ["OIDC Core 15.2", "OIDF oidcc-request-uri-signed-rs256"];
    SIGNED_USERINFO = Must "registration.signed-userinfo", "The discovery document offers userinfo signed with RS256", ["OIDC Discovery 3", "OIDF oidcc-userinfo-rs256"];
    LOGO = Should "page.logo", "The sign-in page shows the client's logo", ["OIDC Registration 2", "OIDF oidcc-registration-logo-uri"];
    POLICY = Should "page.policy", "The sign-in page links to the client's policy", ["OIDC Registration 2", "OIDF oidcc-registration-policy-uri"];
    TERMS = Should "page.terms", "The sign-in page links to the client's terms of service", ["OIDC Registration 2", "OIDF oidcc-registration-tos-uri"];
    ISSUER_AUDIENCE = Should "assertion.issuer", "An assertion with the issuer as audience is accepted", ["RFC 7523 3 step 3", "OIDF oidcc-ensure-client-assertion-with-iss-aud-succeeds"];
}

/// Checks the members of a successful registration.
pub fn created(recorder: &Recorder, reply: &Reply, body: &Value) {
    TYPE.equals(recorder, "application/json", Some(reply.media_type()));
    error_text::no_error(recorder, &NO_ERROR, reply);
    let address = body.get("registration_client_uri");
    let token = body.get("registration_access_token");
    let filled = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let right = match (address, token) {
        (None, None) => true,
        (Some(address), Some(token)) => filled(token) && address.as_str().is_some_and(is_address),
        _ => false,
    };
    let shown =
        |value: Option<&Value>| value.map_or("missing", |value| if filled(value) { "present" } else { "wrong" });
    let actual = format!("address {}, token {}", shown(address), shown(token));
    MANAGEMENT.holds(recorder, right, "both or none", actual);
    if body.get("client_secret").is_some() {
        let expiry = body.get("client_secret_expires_at");
        let actual = expiry.map_or_else(|| "nothing".to_owned(), Value::to_string);
        SECRET_EXPIRY.holds(recorder, expiry.is_some_and(Value::is_number), "client_secret_expires_at", actual);
    }
}

/// Checks that the response has the page where others start a sign-in, if the request has one.
pub fn initiates_login(recorder: &Recorder, members: &Value, body: &Value) {
    if let Some(uri) = members["initiate_login_uri"].as_str() {
        INITIATE_LOGIN.equals(recorder, uri, body["initiate_login_uri"].as_str());
    }
}

/// Whether it is an https address, or one of this machine.
fn is_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        url.scheme() == "https" || (url.scheme() == "http" && local)
    })
}

/// Checks that a registration was rejected with one of `errors`.
pub fn refused(recorder: &Recorder, reply: &Reply, errors: &[&str]) {
    REFUSED.holds(recorder, reply.status == 400, 400, summary(reply));
    let body: Option<Value> = serde_json::from_str(&reply.body).ok();
    let json = reply.is_json() && body.as_ref().is_some_and(Value::is_object);
    JSON.holds(recorder, json, "application/json", reply.content_type());
    let error = body.as_ref().and_then(|body| body["error"].as_str()).unwrap_or("nothing");
    ERROR.holds(recorder, errors.contains(&error), errors.join(" or "), error);
}

/// OIDC Registration 3.3.
pub const INVALID_METADATA: &str = "invalid_client_metadata";

/// Checks that the error is about the client metadata.
pub fn names_metadata(recorder: &Recorder, reply: &Reply) {
    let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
    METADATA_ERROR.equals(recorder, INVALID_METADATA, body["error"].as_str());
}

/// Checks the response with a registration that is read.
pub fn read(recorder: &Recorder, reply: &Reply) {
    let actual = format!("{} {}", reply.status, reply.content_type());
    READ.holds(recorder, reply.status == 200 && reply.is_json(), "200 application/json", actual);
}

/// Checks that the last page shows `uri` as an image or a link, and is not an error.
pub fn shown(recorder: &Recorder, check: &super::Check, journey: &Journey, uri: &str) {
    let page = journey.page().filter(|page| !matches!(page.kind, PageKind::Error | PageKind::Broken));
    let shown = page.is_some_and(|page| page.images.iter().chain(&page.links).any(|shown| shown == uri));
    let actual = if shown { uri.to_owned() } else { format!("{} without it", journey.summary()) };
    check.holds(recorder, shown, uri, actual);
}
