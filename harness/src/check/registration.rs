//! Dynamic client registration (OIDC Registration, RFC 7591, RFC 7592).

use serde_json::Value;

use super::checks;
use crate::record::Recorder;
use crate::wire::Reply;
use crate::wire::error::summary;
use crate::wire::journey::Journey;

checks! {
    REGISTERED = Must "registration.created", "The client is registered, and gets a secret if it needs one", ["RFC 7591 3.2.1", "Okta: dynamic client registration"];
    SECRET_ONCE = Must "registration.secret-once", "Reading the registration does not return the secret", ["Okta: dynamic client registration"];
    GONE = Must "registration.removed", "A removed client cannot start a sign-in", ["RFC 7592 2.3"];
    DELETED = Should "registration.deleted", "The client can be deleted", ["RFC 7592 2.3", "OIDF oidcc-server"];
    REFUSED = Must "registration.refused", "The registration is rejected", ["RFC 7591 3.2.2", "Okta: dynamic client registration"];
    JSON = Must "registration.json", "The error is a JSON object", ["OIDC Registration 3.3", "OIDF oidcc-redirect-uri-regfrag"];
    ERROR = Should "registration.error", "The error code is the right one", ["OIDC Registration 3.3", "OIDF oidcc-redirect-uri-regfrag"];
    LOGO = Should "page.logo", "The sign-in page shows the client's logo", ["OIDC Registration 2", "OIDF oidcc-registration-logo-uri"];
    POLICY = Should "page.policy", "The sign-in page links to the client's policy", ["OIDC Registration 2", "OIDF oidcc-registration-policy-uri"];
    TERMS = Should "page.terms", "The sign-in page links to the client's terms of service", ["OIDC Registration 2", "OIDF oidcc-registration-tos-uri"];
    ISSUER_AUDIENCE = Should "assertion.issuer", "An assertion with the issuer as audience is accepted", ["RFC 7523 3 step 3", "OIDF oidcc-ensure-client-assertion-with-iss-aud-succeeds"];
}

/// Checks that a registration was rejected with one of `errors`.
pub fn refused(recorder: &Recorder, reply: &Reply, errors: &[&str]) {
    REFUSED.holds(recorder, reply.status == 400, 400, summary(reply));
    let body: Option<Value> = serde_json::from_str(&reply.body).ok();
    let json = reply.content_type().starts_with("application/json") && body.as_ref().is_some_and(Value::is_object);
    JSON.holds(recorder, json, "application/json", reply.content_type());
    let error = body.as_ref().and_then(|body| body["error"].as_str()).unwrap_or("nothing");
    ERROR.holds(recorder, errors.contains(&error), errors.join(" or "), error);
}

/// Checks that the last page shows `uri` as an image or a link.
pub fn shown(recorder: &Recorder, check: &super::Check, journey: &Journey, uri: &str) {
    let shown = journey.page().is_some_and(|page| page.images.iter().chain(&page.links).any(|shown| shown == uri));
    let actual = if shown { uri.to_owned() } else { format!("{} without it", journey.summary()) };
    check.holds(recorder, shown, uri, actual);
}
