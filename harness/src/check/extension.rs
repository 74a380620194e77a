//! Extensions of the core specifications (pushed and signed requests, bound tokens, devices, back channel, assertions,
//! key rotation), and attacks that no conformance suite tries.

use serde_json::{Value, json};

use super::{checks, error_text};
use crate::record::Recorder;
use crate::wire::Reply;
use crate::wire::error::summary;
use crate::wire::journey::Journey;

checks! {
    PUSHED = Must "pushed.accepted", "The request is accepted and gets a request_uri with a lifetime", ["RFC 9126 2.2", "Okta: /par"];
    PUSHED_NO_ERROR = Must "pushed.no-error", "A successful response has neither error nor error_description", ["RFC 9126 2.2", "RFC 9126 2.3", "OIDF fapi2-security-profile-final-happy-flow"];
    PUSHED_STATUS = Should "pushed.status", "The status is 201, at Okta 200", ["RFC 9126 2.2", "Okta: /par"];
    NOT_FOLLOWED = Must "pushed.not-followed", "The request_uri is rejected before a sign-in", ["RFC 9126 4", "RFC 9126 7.3"];
    INSIDE_COUNTS = Must "request-object.inside", "The parameters in the request object are used, not those beside it", ["RFC 9101 6.3", "OIDC Core 6.1"];
    OBJECT_REFUSED = Must "request-object.refused", "An invalid request object is rejected", ["RFC 9101 6.2", "RFC 9101 10.1"];
    BOUND_TYPE = Must "dpop.token-type", "The token type is DPoP", ["RFC 9449 5"];
    BOUND_KEY = Must "dpop.bound", "The access token names the thumbprint of the key", ["RFC 9449 6.1"];
    BOUND_USE = Must "dpop.accepted", "With a proof of its key the token is accepted at userinfo", ["RFC 9449 7"];
    BOUND_REFUSED = Must "dpop.refused", "Without a valid proof the token is rejected", ["RFC 9449 7.1"];
    NONCE = Must "dpop.nonce", "There is one DPoP-Nonce header of permitted characters, which a request for a nonce has", ["RFC 9449 8", "RFC 9449 8.1"];
    DEVICE_BEGINS = Must "device.codes", "The device gets its codes and the verification URI", ["RFC 8628 3.2"];
    DEVICE_NO_ERROR = Must "device.no-error", "A successful response has neither error nor error_description", ["RFC 8628 3.2", "RFC 6749 5.2"];
    BACK_CHANNEL_BEGINS = Must "back-channel.begun", "The request gets an id, a lifetime and an interval", ["OIDC CIBA Core 7.3"];
    BACK_CHANNEL_NO_ERROR = Must "back-channel.no-error", "A successful response has neither error nor error_description", ["OIDC CIBA Core 7.3", "OIDC CIBA Core 13"];
    KEY_CHANGED = Must "rotation.new-key", "After a rotation another key is used", ["OIDC Core 10.1.1", "OIDF oidcc-server-rotate-keys"];
    KEY_AHEAD = Should "rotation.ahead", "A key is published before it is used", ["OIDC Core 10.1.1", "Okta: key rotation"];
    OLD_KEY = Should "rotation.old-key", "The old key stays published while its tokens are valid", ["OIDC Core 10.1.1", "OIDF oidcc-server-rotate-keys"];
    NEW_KEY = Must "rotation.published", "After a rotation a new key is published", ["OIDC Core 10.1.1", "OIDF oidcc-server-rotate-keys"];
    ISSUED_TYPE = Must "exchange.issued-token-type", "The response says that an access token was issued", ["RFC 8693 2.2.1", "Okta: on-behalf-of token exchange"];
    EXCHANGED_SUBJECT = Must "exchange.subject", "The new token has the same user, and the service as its client", ["RFC 8693 1.1", "Okta: on-behalf-of token exchange"];
    INTERCLIENT_TOKEN = Must "interclient.answer", "The response contains an interclient token that is valid for five minutes", ["RFC 8693 2.2.1", "Okta: Native to Web SSO"];
    ONE_WINNER = Must "race.one-winner", "Of many simultaneous requests exactly one gets tokens", ["RFC 6749 4.1.2", "RFC 9700 4.14.2"];
    DIFFERENT = Must "entropy.different", "All values differ, and so do their first characters", ["RFC 6749 10.10", "RFC 9700 4.2.4"];
    ISSUER_NAMED = Must "mix-up.iss", "The response names the issuer, if discovery says so", ["RFC 9207 2.3", "RFC 9700 4.4"];
    NO_CORS = Must "security.no-cors", "The authorization endpoint sends no CORS headers", ["RFC 9700 2.6", "Fetch 3.3.3"];
    QUERY_TOKEN = Must "security.token-in-query", "A token in the query is rejected", ["RFC 6750 2.3", "RFC 9700 4.3.2"];
    TWICE = Must "security.twice", "A repeated parameter is rejected", ["RFC 6749 3.2"];
    PAGE_REFERRER = Should "security.referrer-policy", "The sign-in page sends no referrer to other sites", ["RFC 9700 4.2.4"];
    PAGE_POLICY = Should "security.content-policy", "The sign-in page has a content security policy", ["RFC 9700 4.16", "CSP 3"];
    DOWNGRADE = Must "security.downgrade", "A request without the code challenge gives no tokens", ["RFC 9700 4.8.2", "RFC 7636 7.2"];
}

/// Checks the DPoP-Nonce header of a response. A response that `asks` for a nonce must have it.
pub fn nonce(recorder: &Recorder, reply: &Reply, asks: bool) {
    let nonces: Vec<&str> = reply.headers.get_all("dpop-nonce").iter().map(|one| one.to_str().unwrap_or("")).collect();
    // RFC 9449 8.1: 1*NQCHAR.
    let legal = |nonce: &&str| !nonce.is_empty() && nonce.chars().all(|c| matches!(c, '!' | '#'..='[' | ']'..='~'));
    if asks || !nonces.is_empty() {
        let right = nonces.len() == 1 && nonces.iter().all(legal);
        NONCE.holds(
            recorder,
            right,
            "one nonce",
            if nonces.is_empty() { "none".to_owned() } else { nonces.join(", ") },
        );
    }
}

/// Checks that a request was rejected without a code.
pub fn turned_away(recorder: &Recorder, check: &super::Check, journey: &Journey) {
    let code = journey.callback().is_some_and(|callback| callback.get("code").is_some());
    let error = journey.callback().is_some_and(|callback| callback.get("error").is_some());
    let page = journey.page().is_some_and(|page| page.kind == crate::wire::page::PageKind::Error);
    check.holds(recorder, !code && (error || page), "an error, on a page or by redirect", journey.summary());
}

/// Checks a response with an interclient token. The token itself is opaque.
pub fn handed_over(recorder: &Recorder, reply: &Reply) -> Option<String> {
    let issued = "urn:okta:params:oauth:token-type:interclient_token";
    let body: Value = reply.json("a token response").ok()?;
    let members = [&body["token_type"], &body["expires_in"], &body["issued_token_type"]];
    let right = reply.status == 200 && members == [&json!("N_A"), &json!(300), &json!(issued)];
    INTERCLIENT_TOKEN.holds(recorder, right, format!("200, N_A, 300 s, {issued}"), summary(reply));
    body["access_token"].as_str().map(str::to_owned)
}

/// Checks that a successful response has no error.
pub fn no_error(recorder: &Recorder, check: &super::Check, reply: &Reply) {
    error_text::no_error(recorder, check, reply);
}
