//! What the FAPI 2 Security Profile and FAPI 2 Message Signing demand beyond the specifications that they are profiles of.

use serde_json::{Map, Value};

use super::checks;
use super::token::{LEAST_ENTROPY, entropy};
use crate::record::Recorder;
use crate::wire::Reply;
use crate::wire::error::summary;
use crate::wire::journey::Journey;
use crate::wire::jwt::Jwt;

checks! {
    REFUSED = Must "fapi.refused", "What the profile forbids is refused, when it is sent or when it is followed", ["FAPI 2 Security Profile 5.3.2", "FAPI 2 Message Signing 5.3.1"];
    NAMES_ISSUER = Must "fapi.iss", "The authorization response names its issuer", ["FAPI 2 Security Profile 5.3.2.2-7", "RFC 9207 2"];
    ID_TOKEN_ALGORITHM = Must "fapi.id-token-alg", "The ID token is signed with PS256, ES256 or EdDSA", ["FAPI 2 Security Profile 5.4"];
    PUSHED_STATUS = Must "fapi.pushed-status", "A pushed request is answered with 201", ["RFC 9126 2.2", "FAPI 2 Security Profile 5.3.2.2-2"];
    PUSHED_LIFETIME = Must "fapi.pushed-lifetime", "The name of a pushed request lives long enough to be followed, and not for a year", ["RFC 9126 2.2"];
    PUSHED_ENTROPY = Must "fapi.pushed-entropy", "The name of a pushed request holds too much chance to be guessed", ["RFC 9126 7.1", "RFC 9101 10.2"];
    PUSH_VERB = Must "fapi.push-verb", "The endpoint that requests are pushed to takes nothing but POST", ["RFC 9126 2.3"];
    REVISITED = Should "fapi.revisited", "A request may be followed again as long as nobody has signed in", ["FAPI 2 Security Profile 5.3.2.2 note 3"];
    FOLLOWED_ONCE = Should "fapi.followed-once", "A request that led to a code leads to no other", ["RFC 9126 7.3"];
    LONG_VALUE = Should "fapi.long-value", "A long state or nonce is taken", ["FAPI 2 Security Profile 5.3.2.2"];
    ISSUER_AUDIENCE = Must "fapi.issuer-audience", "A client may assert itself to the issuer", ["FAPI 2 Security Profile 5.3.2.1-8", "RFC 7523 3 step 3"];
    SKEW = Should "fapi.skew", "A token whose time comes in a few seconds is taken", ["FAPI 2 Security Profile 5.3.2.1-13"];
    KEPT = Must "fapi.refresh-kept", "A refresh token that was used works again, in case the answer was lost", ["FAPI 2 Security Profile 5.3.2.1-9"];
    CLAIMS = Should "fapi.claims", "Claims that the claims parameter asks for are in the ID token or at userinfo", ["OIDC Core 5.5"];
    RESPONSE_ISSUER = Must "fapi.metadata-iss", "Metadata say that authorization responses name their issuer", ["RFC 9207 3", "FAPI 2 Security Profile 5.3.2.2-7"];
    PUSH_ENDPOINT = Must "fapi.metadata-push", "Metadata name the address that requests are pushed to", ["RFC 9126 5", "FAPI 2 Security Profile 5.3.2.2-2"];
    PUSH_REQUIRED_FLAG = Must "fapi.metadata-push-flag", "Whether requests must be pushed is told as true or false, if it is told", ["RFC 9126 5"];
    PRIVATE_KEY = Must "fapi.metadata-private-key", "Metadata list private_key_jwt", ["FAPI 2 Security Profile 5.3.2.1-6"];
    CODE_GRANT = Must "fapi.metadata-code", "Metadata list the response type and the grant of codes", ["FAPI 2 Security Profile 5.3.2.2-1"];
    S256 = Must "fapi.metadata-s256", "Metadata list S256", ["FAPI 2 Security Profile 5.3.2.2-5"];
    ASSERTION_ALGORITHMS = Must "fapi.metadata-assertion-algs", "Metadata list an algorithm of FAPI's for assertions", ["FAPI 2 Security Profile 5.4"];
    PROOF_ALGORITHMS = Must "fapi.metadata-dpop-algs", "Metadata list an algorithm of FAPI's for proofs", ["FAPI 2 Security Profile 5.4"];
    ID_TOKEN_ALGORITHMS = Must "fapi.metadata-id-token-algs", "Metadata list an algorithm of FAPI's for ID tokens", ["FAPI 2 Security Profile 5.4"];
    OBJECT_ALGORITHMS = Must "fapi.metadata-object-algs", "Metadata list an algorithm of FAPI's for request objects", ["FAPI 2 Message Signing 5.3.1", "FAPI 2 Security Profile 5.4"];
}

/// FAPI 2 Security Profile 5.4.1: the algorithms that may sign anything.
const ALGORITHMS: [&str; 4] = ["PS256", "ES256", "EdDSA", "Ed25519"];

/// Judges that a browser was turned away. Answers whether it was.
pub fn turned_away(recorder: &Recorder, journey: &Journey) -> bool {
    let code = journey.callback().is_some_and(|callback| callback.get("code").is_some());
    REFUSED.holds(recorder, !code, "an error, on a page or by redirect", journey.summary())
}

/// Judges that an endpoint refused. Answers whether it did.
pub fn refused(recorder: &Recorder, reply: &Reply) -> bool {
    REFUSED.holds(recorder, (400..500).contains(&reply.status), "a status of 4xx", summary(reply))
}

/// Judges a pushed request's answer and name beyond their being there.
pub fn pushed(recorder: &Recorder, reply: &Reply, name: &str, lifetime: i64) {
    PUSHED_STATUS.holds(recorder, reply.status == 201, 201, reply.status);
    PUSHED_LIFETIME.holds(recorder, (5..31_536_000).contains(&lifetime), "5 s to a year", format!("{lifetime} s"));
    let bits = entropy(name);
    PUSHED_ENTROPY.holds(recorder, bits >= LEAST_ENTROPY, "at least 96 bits", format!("{bits:.0} bits"));
}

/// Judges what an ID token is signed with.
pub fn id_token(recorder: &Recorder, token: &Jwt) {
    let algorithm = token.header_text("alg").unwrap_or("nothing");
    ID_TOKEN_ALGORITHM.holds(recorder, ALGORITHMS.contains(&algorithm), "PS256, ES256 or EdDSA", algorithm);
}

/// Judges the claims that were asked for, among those that came.
pub fn claims(recorder: &Recorder, asked: &[&str], came: &Map<String, Value>) {
    let missing: Vec<&str> = asked.iter().copied().filter(|claim| !came.contains_key(*claim)).collect();
    let actual = if missing.is_empty() { "all".to_owned() } else { format!("without {}", missing.join(" ")) };
    CLAIMS.holds(recorder, missing.is_empty(), asked.join(" "), actual);
}

/// Judges metadata beyond the rules that hold for every provider; `signed` if requests are to be signed.
pub fn metadata(recorder: &Recorder, document: &Map<String, Value>, signed: bool) {
    let told = |name: &str| document.get(name).map_or_else(|| format!("no {name}"), Value::to_string);
    let lists = |name: &str, wanted: &[&str]| {
        let list = document.get(name).and_then(Value::as_array);
        list.is_some_and(|list| list.iter().filter_map(Value::as_str).any(|listed| wanted.contains(&listed)))
    };
    let names_issuer = document.get("authorization_response_iss_parameter_supported") == Some(&Value::Bool(true));
    RESPONSE_ISSUER.holds(recorder, names_issuer, true, told("authorization_response_iss_parameter_supported"));
    let push = document.get("pushed_authorization_request_endpoint").and_then(Value::as_str);
    PUSH_ENDPOINT.present(recorder, "an address", push);
    let flag = document.get("require_pushed_authorization_requests");
    let actual = told("require_pushed_authorization_requests");
    PUSH_REQUIRED_FLAG.holds(recorder, flag.is_none_or(Value::is_boolean), "true, false or nothing", actual);
    let methods = "token_endpoint_auth_methods_supported";
    PRIVATE_KEY.holds(recorder, lists(methods, &["private_key_jwt"]), "private_key_jwt", told(methods));
    let code = lists("response_types_supported", &["code"]) && lists("grant_types_supported", &["authorization_code"]);
    let actual = format!("{}, {}", told("response_types_supported"), told("grant_types_supported"));
    CODE_GRANT.holds(recorder, code, "code and authorization_code", actual);
    let methods = "code_challenge_methods_supported";
    S256.holds(recorder, lists(methods, &["S256"]), "S256", told(methods));
    let algorithms = [
        (ASSERTION_ALGORITHMS, "token_endpoint_auth_signing_alg_values_supported", true),
        (PROOF_ALGORITHMS, "dpop_signing_alg_values_supported", true),
        (ID_TOKEN_ALGORITHMS, "id_token_signing_alg_values_supported", true),
        (OBJECT_ALGORITHMS, "request_object_signing_alg_values_supported", signed),
    ];
    for (check, name, _) in algorithms.into_iter().filter(|(_, _, asked)| *asked) {
        check.holds(recorder, lists(name, &ALGORITHMS), ALGORITHMS.join(" or "), told(name));
    }
}
