//! FAPI 2 Security Profile and FAPI 2 Message Signing: the rules beyond those of the underlying specifications.

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use uuid::Uuid;

use super::checks;
use super::error_text::is_absolute;
use super::module::all_there;
use super::token::{LEAST_ENTROPY, entropy};
use crate::record::Recorder;
use crate::wire::Reply;
use crate::wire::error::summary;
use crate::wire::journey::Journey;
use crate::wire::jwt::Jwt;

checks! {
    REFUSED = Must "fapi.refused", "A request that the profile forbids is rejected", ["FAPI 2 Security Profile 5.3.2", "FAPI 2 Message Signing 5.3.1"];
    NAMES_ISSUER = Must "fapi.iss", "The authorization response names its issuer", ["FAPI 2 Security Profile 5.3.2.2-7", "RFC 9207 2"];
    ID_TOKEN_ALGORITHM = Must "fapi.id-token-alg", "The ID token is signed with PS256, ES256 or EdDSA", ["FAPI 2 Security Profile 5.4"];
    PUSHED_STATUS = Must "fapi.pushed-status", "A pushed request is answered with 201", ["RFC 9126 2.2", "FAPI 2 Security Profile 5.3.2.2-2"];
    PUSHED_LIFETIME = Must "fapi.pushed-lifetime", "The lifetime of a request_uri is between 5 seconds and a year", ["RFC 9126 2.2"];
    PUSHED_ENTROPY = Must "fapi.pushed-entropy", "A request_uri has enough entropy that it cannot be guessed", ["RFC 9126 7.1", "RFC 9101 10.2"];
    PUSH_VERB = Must "fapi.push-verb", "The pushed authorization request endpoint accepts POST only", ["RFC 9126 2.3"];
    PUSHED_TYPE = Must "fapi.pushed-content-type", "The response to a pushed request is application/json", ["RFC 9126 2.2", "OIDF fapi2-security-profile-final-happy-flow"];
    PUSHED_URI = Must "fapi.pushed-uri", "request_uri is a URI", ["RFC 9126 2.2", "RFC 3986 4.3"];
    DATE = Must "fapi.date", "The response of the protected resource has a Date within five minutes of now", ["RFC 9110 6.6.1", "OIDF fapi2-security-profile-final-happy-flow"];
    INTERACTION = Must "fapi.interaction-id", "x-fapi-interaction-id, if returned, is the UUID of the request", ["FAPI 2 Implementation Advice 2.1.1", "OIDF fapi2-security-profile-final-happy-flow"];
    ACCEPTS = Must "fapi.accept", "The protected resource answers whatever Accept header the client sends", ["RFC 9110 12.5.1", "OIDF fapi2-security-profile-final-happy-flow"];
    REVISITED = Should "fapi.revisited", "A request_uri can be used again until the user has signed in", ["FAPI 2 Security Profile 5.3.2.2 note 3"];
    FOLLOWED_ONCE = Should "fapi.followed-once", "A request_uri gives one code only", ["RFC 9126 7.3"];
    LONG_VALUE = Should "fapi.long-value", "A long state or nonce is accepted", ["FAPI 2 Security Profile 5.3.2.2"];
    ISSUER_AUDIENCE = Must "fapi.issuer-audience", "A client assertion with the issuer as audience is accepted", ["FAPI 2 Security Profile 5.3.2.1-8", "RFC 7523 3 step 3"];
    SKEW = Should "fapi.skew", "A token that is valid a few seconds from now is accepted", ["FAPI 2 Security Profile 5.3.2.1-13"];
    KEPT = Must "fapi.refresh-kept", "A used refresh token works again, in case the response was lost", ["FAPI 2 Security Profile 5.3.2.1-9"];
    CLAIMS = Should "fapi.claims", "Claims of the claims parameter are in the ID token or at userinfo", ["OIDC Core 5.5"];
    RESPONSE_ISSUER = Must "fapi.metadata-iss", "Metadata say that authorization responses contain the issuer", ["RFC 9207 3", "FAPI 2 Security Profile 5.3.2.2-7"];
    PUSH_ENDPOINT = Must "fapi.metadata-push", "Metadata name the pushed authorization request endpoint", ["RFC 9126 5", "FAPI 2 Security Profile 5.3.2.2-2"];
    PUSH_REQUIRED_FLAG = Must "fapi.metadata-push-flag", "require_pushed_authorization_requests is a boolean, if present", ["RFC 9126 5"];
    PRIVATE_KEY = Must "fapi.metadata-private-key", "Metadata list private_key_jwt", ["FAPI 2 Security Profile 5.3.2.1-6"];
    CODE_GRANT = Must "fapi.metadata-code", "Metadata list the response type code and the grant type authorization_code", ["FAPI 2 Security Profile 5.3.2.2-1"];
    S256 = Must "fapi.metadata-s256", "Metadata list S256", ["FAPI 2 Security Profile 5.3.2.2-5"];
    ASSERTION_ALGORITHMS = Must "fapi.metadata-assertion-algs", "Metadata list a FAPI algorithm for assertions", ["FAPI 2 Security Profile 5.4"];
    PROOF_ALGORITHMS = Must "fapi.metadata-dpop-algs", "Metadata list a FAPI algorithm for proofs", ["FAPI 2 Security Profile 5.4"];
    ID_TOKEN_ALGORITHMS = Must "fapi.metadata-id-token-algs", "Metadata list a FAPI algorithm for ID tokens", ["FAPI 2 Security Profile 5.4"];
    OBJECT_ALGORITHMS = Must "fapi.metadata-object-algs", "Metadata list a FAPI algorithm for request objects", ["FAPI 2 Message Signing 5.3.1", "FAPI 2 Security Profile 5.4"];
}

/// The tolerated clock skew in seconds.
const CLOCK_TOLERANCE: i64 = 300;

/// FAPI 2 Security Profile 5.4.1: the algorithms that may sign anything.
const ALGORITHMS: [&str; 4] = ["PS256", "ES256", "EdDSA", "Ed25519"];

/// Checks that an authorization request was rejected. Returns whether it was.
pub fn turned_away(recorder: &Recorder, journey: &Journey) -> bool {
    let code = journey.callback().is_some_and(|callback| callback.get("code").is_some());
    REFUSED.holds(recorder, !code, "an error, on a page or by redirect", journey.summary())
}

/// Checks that an endpoint rejected a request. Returns whether it did.
pub fn refused(recorder: &Recorder, reply: &Reply) -> bool {
    REFUSED.holds(recorder, (400..500).contains(&reply.status), "a status of 4xx", summary(reply))
}

/// Checks the response to a pushed request.
pub fn pushed(recorder: &Recorder, reply: &Reply, name: &str, lifetime: i64) {
    PUSHED_STATUS.holds(recorder, reply.status == 201, 201, reply.status);
    PUSHED_LIFETIME.holds(recorder, (5..31_536_000).contains(&lifetime), "5 s to a year", format!("{lifetime} s"));
    let bits = entropy(name);
    PUSHED_ENTROPY.holds(recorder, bits >= LEAST_ENTROPY, "at least 96 bits", format!("{bits:.0} bits"));
    PUSHED_TYPE.holds(recorder, reply.is_json(), "application/json", reply.content_type());
    PUSHED_URI.holds(recorder, is_absolute(name), "a URI", name);
}

/// The header by which a client and a resource recognise a request in their logs.
pub const INTERACTION_ID: &str = "x-fapi-interaction-id";

/// Checks the headers of a response of the protected resource. `times` are the clocks that its Date may show, and
/// `interaction` is what the request had.
pub fn resource(recorder: &Recorder, reply: &Reply, times: &[i64], interaction: &Uuid) {
    let date = reply.header("date").unwrap_or_default();
    let shown = OffsetDateTime::parse(date, &Rfc2822).ok().map(OffsetDateTime::unix_timestamp);
    let near = shown
        .is_some_and(|shown| times.iter().any(|now| (now - CLOCK_TOLERANCE..=now + CLOCK_TOLERANCE).contains(&shown)));
    DATE.holds(recorder, near, "a time within five minutes of now", if date.is_empty() { "no Date" } else { date });
    let mut returned = reply.headers.get_all(INTERACTION_ID).iter();
    if let (Some(first), second) = (returned.next(), returned.next()) {
        let text = first.to_str().unwrap_or_default();
        let same = second.is_none() && Uuid::parse_str(text).is_ok_and(|id| id == *interaction);
        INTERACTION.holds(recorder, same, interaction, if second.is_some() { "more than one" } else { text });
    }
}

/// Checks the signature algorithm of an ID token.
pub fn id_token(recorder: &Recorder, token: &Jwt) {
    let algorithm = token.header_text("alg").unwrap_or("nothing");
    ID_TOKEN_ALGORITHM.holds(recorder, ALGORITHMS.contains(&algorithm), "PS256, ES256 or EdDSA", algorithm);
}

/// Checks that the requested claims are present.
pub fn claims(recorder: &Recorder, asked: &[&str], came: &Map<String, Value>) {
    all_there(recorder, &CLAIMS, came, asked);
}

/// Checks the metadata of a FAPI provider; `signed` if requests must be signed.
pub fn metadata(recorder: &Recorder, document: &Map<String, Value>, signed: bool) {
    let value = |name: &str| document.get(name).map_or_else(|| format!("no {name}"), Value::to_string);
    let lists = |name: &str, wanted: &[&str]| {
        let list = document.get(name).and_then(Value::as_array);
        list.is_some_and(|list| list.iter().filter_map(Value::as_str).any(|listed| wanted.contains(&listed)))
    };
    let names_issuer = document.get("authorization_response_iss_parameter_supported") == Some(&Value::Bool(true));
    RESPONSE_ISSUER.holds(recorder, names_issuer, true, value("authorization_response_iss_parameter_supported"));
    let push = document.get("pushed_authorization_request_endpoint").and_then(Value::as_str);
    PUSH_ENDPOINT.present(recorder, "an address", push);
    let flag = document.get("require_pushed_authorization_requests");
    let actual = value("require_pushed_authorization_requests");
    PUSH_REQUIRED_FLAG.holds(recorder, flag.is_none_or(Value::is_boolean), "true, false or nothing", actual);
    let methods = "token_endpoint_auth_methods_supported";
    PRIVATE_KEY.holds(recorder, lists(methods, &["private_key_jwt"]), "private_key_jwt", value(methods));
    let code = lists("response_types_supported", &["code"]) && lists("grant_types_supported", &["authorization_code"]);
    let actual = format!("{}, {}", value("response_types_supported"), value("grant_types_supported"));
    CODE_GRANT.holds(recorder, code, "code and authorization_code", actual);
    let methods = "code_challenge_methods_supported";
    S256.holds(recorder, lists(methods, &["S256"]), "S256", value(methods));
    let algorithms = [
        (ASSERTION_ALGORITHMS, "token_endpoint_auth_signing_alg_values_supported", true),
        (PROOF_ALGORITHMS, "dpop_signing_alg_values_supported", true),
        (ID_TOKEN_ALGORITHMS, "id_token_signing_alg_values_supported", true),
        (OBJECT_ALGORITHMS, "request_object_signing_alg_values_supported", signed),
    ];
    for (check, name, _) in algorithms.into_iter().filter(|(_, _, asked)| *asked) {
        check.holds(recorder, lists(name, &ALGORITHMS), ALGORITHMS.join(" or "), value(name));
    }
}
