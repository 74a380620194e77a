//! What comes on top of the core specifications: pushed and signed requests, bound tokens, devices, the back channel,
//! assertions, rotation; and probes that no conformance suite makes.

use serde_json::{Value, json};

use super::checks;
use crate::record::Recorder;
use crate::wire::Reply;
use crate::wire::error::summary;
use crate::wire::journey::Journey;

checks! {
    PUSHED = Must "pushed.accepted", "The request is taken, and gets a name with a lifetime", ["RFC 9126 2.2", "Okta: /par"];
    PUSHED_STATUS = Should "pushed.status", "The status is 201, at Okta 200", ["RFC 9126 2.2", "Okta: /par"];
    NOT_FOLLOWED = Must "pushed.not-followed", "The name is worth nothing, and nobody is asked to sign in", ["RFC 9126 4", "RFC 9126 7.3"];
    INSIDE_COUNTS = Must "request-object.inside", "What the request object says counts, not what stands beside it", ["RFC 9101 6.3", "OIDC Core 6.1"];
    OBJECT_REFUSED = Must "request-object.refused", "A request object that can't be trusted gives no code", ["RFC 9101 6.2", "RFC 9101 10.1"];
    BOUND_TYPE = Must "dpop.token-type", "The token type is DPoP", ["RFC 9449 5"];
    BOUND_KEY = Must "dpop.bound", "The access token names the thumbprint of the key", ["RFC 9449 6.1"];
    BOUND_USE = Must "dpop.accepted", "With a proof of its key the token opens userinfo", ["RFC 9449 7"];
    BOUND_REFUSED = Must "dpop.refused", "Without a right proof the token opens nothing", ["RFC 9449 7.1"];
    DEVICE_BEGINS = Must "device.codes", "The device gets its codes and the address to show", ["RFC 8628 3.2"];
    TOKENS = Must "grant.tokens", "Tokens are issued", ["RFC 6749 5.1"];
    BACK_CHANNEL_BEGINS = Must "back-channel.begun", "The request gets an id, a lifetime and an interval", ["OIDC CIBA Core 7.3"];
    KEY_CHANGED = Must "rotation.new-key", "After a rotation another key signs", ["OIDC Core 10.1.1", "OIDF oidcc-server-rotate-keys"];
    KEY_AHEAD = Should "rotation.ahead", "The key that signs was published before it signed", ["OIDC Core 10.1.1", "Okta: key rotation"];
    OLD_KEY = Should "rotation.old-key", "The old key stays published while its tokens live", ["OIDC Core 10.1.1", "OIDF oidcc-server-rotate-keys"];
    NEW_KEY = Must "rotation.published", "After a rotation a key is published that was not there before", ["OIDC Core 10.1.1", "OIDF oidcc-server-rotate-keys"];
    ISSUED_TYPE = Must "exchange.issued-token-type", "The answer says that an access token was issued", ["RFC 8693 2.2.1", "Okta: on-behalf-of token exchange"];
    EXCHANGED_SUBJECT = Must "exchange.subject", "The new token speaks of the same user, and names the service as its client", ["RFC 8693 1.1", "Okta: on-behalf-of token exchange"];
    HANDED_OVER = Must "interclient.answer", "The answer says that no access token was issued but an interclient token, for five minutes", ["RFC 8693 2.2.1", "Okta: Native to Web SSO"];
    ONE_WINNER = Must "race.one-winner", "Of many who come at once exactly one gets tokens", ["RFC 6749 4.1.2", "RFC 9700 4.14.2"];
    DIFFERENT = Must "entropy.different", "No two of many are alike, nor begin alike", ["RFC 6749 10.10", "RFC 9700 4.2.4"];
    ISSUER_NAMED = Must "mix-up.iss", "Where discovery promises it, the response names the issuer", ["RFC 9207 2.3", "RFC 9700 4.4"];
    NO_CORS = Must "security.no-cors", "No script of another origin can read the authorization endpoint", ["RFC 9700 2.6", "Fetch 3.3.3"];
    QUERY_TOKEN = Must "security.token-in-query", "A token in the query opens nothing", ["RFC 6750 2.3", "RFC 9700 4.3.2"];
    TWICE = Must "security.twice", "A parameter that comes twice is refused", ["RFC 6749 3.2"];
    PAGE_REFERRER = Should "security.referrer-policy", "The sign-in page tells no other site where it was", ["RFC 9700 4.2.4"];
    PAGE_POLICY = Should "security.content-policy", "The sign-in page says what it may load", ["RFC 9700 4.16", "CSP 3"];
    DOWNGRADE = Must "security.downgrade", "Taking the challenge away gives an attacker nothing", ["RFC 9700 4.8.2", "RFC 7636 7.2"];
}

/// Judges that a request was turned away before anybody was asked, or at the latest without a code.
pub fn turned_away(recorder: &Recorder, check: &super::Check, journey: &Journey) {
    let code = journey.callback().is_some_and(|callback| callback.get("code").is_some());
    let error = journey.callback().is_some_and(|callback| callback.get("error").is_some());
    let page = journey.page().is_some_and(|page| page.kind == crate::wire::page::PageKind::Error);
    check.holds(recorder, !code && (error || page), "an error, on a page or by redirect", journey.summary());
}

/// Judges an answer with an interclient token; it is the issuer's own to read.
pub fn handed_over(recorder: &Recorder, reply: &Reply) -> Option<String> {
    let issued = "urn:okta:params:oauth:token-type:interclient_token";
    let body: Value = reply.json("a token response").ok()?;
    let said = [&body["token_type"], &body["expires_in"], &body["issued_token_type"]];
    let right = reply.status == 200 && said == [&json!("N_A"), &json!(300), &json!(issued)];
    HANDED_OVER.holds(recorder, right, format!("200, N_A, 300 s, {issued}"), summary(reply));
    body["access_token"].as_str().map(str::to_owned)
}

/// Judges that tokens were issued.
pub fn issued(recorder: &Recorder, reply: &Reply) -> bool {
    TOKENS.holds(recorder, reply.status == 200, "200", summary(reply))
}
