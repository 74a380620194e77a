//! Userinfo (OIDC Core 5.3) and errors of protected resources (RFC 6750 3).

use serde_json::{Map, Value};

use super::checks;
use super::{signed_token, standard_claims};
use crate::record::Recorder;
use crate::wire::Reply;
use crate::wire::error::summary;
use crate::wire::jwt::Jwt;
use crate::wire::keys::KeySet;

checks! {
    STATUS = Must "userinfo.status", "Userinfo returns 200", ["OIDC Core 5.3.2", "OIDF oidcc-userinfo-get"];
    JSON = Must "userinfo.json", "The response is a JSON object", ["OIDC Core 5.3.2"];
    SUBJECT = Must "userinfo.sub", "The subject is the ID token's", ["OIDC Core 5.3.2", "OIDF oidcc-userinfo-get"];
    CLAIMS = Should "userinfo.claims", "All claims of the scopes that the user has are present", ["OIDC Core 5.4", "OIDF oidcc-scope-profile", "OIDF oidcc-scope-email"];
    TYPES = Must "userinfo.types", "Claims have the specified types", ["OIDC Core 5.1"];
    SOURCES = Must "userinfo.claim-sources", "Names and sources of aggregated and distributed claims fit each other", ["OIDC Core 5.6.2", "OIDF oidcc-userinfo-get"];
    NO_ERROR_BESIDE = Must "userinfo.no-error-beside", "A successful response has no error", ["RFC 6750 3.1", "OIDC Core 5.3.2"];
    SIGNED = Must "userinfo.signed", "The response is a signed token, as registered by the client", ["OIDC Core 5.3.2", "OIDF oidcc-userinfo-rs256"];
    SIGNATURE = Must "userinfo.signature", "Its signature verifies with the published key", ["OIDC Core 5.3.2", "OIDF oidcc-userinfo-rs256"];
    SIGNED_BY = Must "userinfo.alg", "It is signed with RS256", ["OIDC Registration 2", "OIDF oidcc-userinfo-rs256"];
    SIGNED_FOR = Should "userinfo.iss-aud", "Its issuer is the server and its audience the client", ["OIDC Core 5.3.2", "OIDF oidcc-userinfo-rs256"];
    NO_NONCE = Must "userinfo.no-nonce", "It has no nonce", ["OIDC Core 5.1", "OIDF oidcc-userinfo-rs256"];
    REFUSED = Must "bearer.status", "The status is the one that RFC 6750 names for the error", ["RFC 6750 3.1", "OIDC Core 5.3.3"];
    CHALLENGE = Must "bearer.challenge", "The error has a Bearer challenge", ["RFC 6750 3"];
    ERROR = Must "bearer.error", "The challenge names the error that the specification requires", ["RFC 6750 3.1"];
    NO_ERROR = Should "bearer.no-error", "Without a token the challenge names no error", ["RFC 6750 3.1"];
}

/// Checks the claims about the user.
pub fn success(
    recorder: &Recorder,
    reply: &Reply,
    subject: Option<&str>,
    claims: &[&str],
    now: i64,
) -> Option<Map<String, Value>> {
    if !STATUS.holds(recorder, reply.status == 200, "200", summary(reply)) {
        return None;
    }
    let body: Option<Map<String, Value>> = serde_json::from_str(&reply.body).ok();
    let json = body.is_some() && reply.is_json();
    JSON.holds(recorder, json, "a JSON object", reply.content_type());
    let body = body?;
    if let Some(subject) = subject {
        SUBJECT.equals(recorder, subject, body.get("sub").and_then(Value::as_str));
    }
    if !claims.is_empty() {
        let all = claims.iter().all(|claim| body.contains_key(*claim));
        let names = body.keys().map(String::as_str).collect::<Vec<_>>().join(" ");
        CLAIMS.holds(recorder, all, claims.join(" "), names);
    }
    types(recorder, &body, now);
    NO_ERROR_BESIDE.absent(recorder, "error", body.get("error").map(Value::to_string).as_deref());
    Some(body)
}

/// The expected content of a signed userinfo response.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedSignedUserinfo<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub subject: Option<&'a str>,
    pub now: i64,
}

/// Checks the claims about the user as a signed token (OIDC Core 5.3.2).
pub fn signed(recorder: &Recorder, reply: &Reply, keys: &KeySet, expected: ExpectedSignedUserinfo<'_>) {
    if !STATUS.holds(recorder, reply.status == 200, "200", summary(reply)) {
        return;
    }
    let parsed = Jwt::parse(&reply.body).ok().filter(|_| reply.media_type() == "application/jwt");
    SIGNED.holds(recorder, parsed.is_some(), "a token as application/jwt", reply.content_type());
    let Some(token) = parsed else { return };
    signed_token::signature(recorder, &SIGNATURE, &token, keys);
    SIGNED_BY.equals(recorder, "RS256", token.header_text("alg"));
    let audience = token.claims.get("aud").cloned().unwrap_or_default();
    let is_client = audience == expected.client_id
        || audience.as_array().is_some_and(|many| many.iter().any(|one| one == expected.client_id));
    let named = token.text("iss") == Some(expected.issuer) && is_client;
    let actual = format!("iss {}, aud {audience}", token.text("iss").unwrap_or("nothing"));
    SIGNED_FOR.holds(recorder, named, format!("iss {}, aud {}", expected.issuer, expected.client_id), actual);
    let nonce = token.claims.get("nonce").map(Value::to_string);
    NO_NONCE.absent(recorder, "nonce", nonce.as_deref());
    if let Some(subject) = expected.subject {
        SUBJECT.equals(recorder, subject, token.text("sub"));
    }
    types(recorder, &token.claims, expected.now);
}

/// Checks an error of a protected resource. Without `error` the challenge must not name one.
pub fn refusal(recorder: &Recorder, reply: &Reply, status: u16, error: Option<&str>) {
    REFUSED.holds(recorder, reply.status == status, status, summary(reply));
    let challenge = reply.header("www-authenticate").unwrap_or_default();
    CHALLENGE.holds(recorder, challenge.starts_with("Bearer"), "WWW-Authenticate: Bearer …", challenge);
    match error {
        Some(error) => {
            let named = challenge.contains(&format!("error=\"{error}\""));
            ERROR.holds(recorder, named, format!("error=\"{error}\""), challenge);
        }
        None => drop(NO_ERROR.holds(recorder, !challenge.contains("error="), "no error", challenge)),
    }
}

fn types(recorder: &Recorder, body: &Map<String, Value>, now: i64) {
    let wrong = standard_claims::wrong(body, now);
    let actual = wrong.map_or("all right".to_owned(), |(name, value)| format!("{name} is {value}"));
    TYPES.holds(recorder, actual == "all right", "texts that are not blank, booleans, seconds, dates, objects", actual);
    sources(recorder, body);
}

/// OIDC Core 5.6.2: aggregated and distributed claims.
fn sources(recorder: &Recorder, body: &Map<String, Value>) {
    let object = |name: &str| body.get(name).map(|value| value.as_object().cloned().unwrap_or_default());
    let actual = match (object("_claim_names"), object("_claim_sources")) {
        (None, None) => return,
        (Some(_), None) => Some("_claim_names without _claim_sources".to_owned()),
        (None, Some(_)) => Some("_claim_sources without _claim_names".to_owned()),
        (Some(names), Some(sources)) => {
            let used: Vec<&str> = names.values().filter_map(Value::as_str).collect();
            let unknown = used.iter().find(|source| !sources.contains_key(**source)).map(|source| (*source).to_owned());
            let mistyped = (used.len() < names.len()).then(|| "a source that is not a text".to_owned());
            let unused = sources.keys().find(|source| !used.contains(&source.as_str())).cloned();
            let empty = sources.iter().find(|(_, source)| {
                !["JWT", "endpoint"].iter().any(|member| source.get(*member).is_some_and(Value::is_string))
            });
            unknown.or(mistyped).or(unused).or_else(|| empty.map(|(name, _)| name.clone()))
        }
    };
    SOURCES.absent(recorder, "name or source that does not fit", actual.as_deref());
}

#[cfg(test)]
mod tests {
    use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
    use serde_json::json;

    use super::*;
    use crate::flow::signed::Key;
    use crate::record::scrub::Scrubber;
    use crate::record::{Entry, Verdict};

    /// The checks that fail for signed claims after `change`.
    fn failures(kind: &'static str, change: impl Fn(&mut Value, &mut Value)) -> Vec<String> {
        let key = Key::rsa(include_str!("../../../fixtures/keys/spare-1.pem")).expect("a key");
        let set = key.set().expect("a set");
        let keys: KeySet = serde_json::from_value(set.clone()).expect("keys");
        let mut header = json!({ "kid": set["keys"][0]["kid"] });
        let mut claims = json!({ "iss": "https://issuer.example", "aud": "c", "sub": "u", "name": "Ben" });
        change(&mut header, &mut claims);
        let reply = Reply {
            status: 200,
            headers: HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]),
            body: key.sign(&header, &claims).expect("a token"),
            url: url::Url::parse("https://issuer.example/userinfo").expect("an address"),
        };
        let recorder = Recorder::new(Scrubber::default());
        let expected = ExpectedSignedUserinfo {
            issuer: "https://issuer.example",
            client_id: "c",
            subject: Some("u"),
            now: 1_800_000_000,
        };
        signed(&recorder, &reply, &keys, expected);
        let failed = |entry| match entry {
            Entry::Finding(finding) if finding.verdict == Verdict::Fail => Some(finding.check),
            _ => None,
        };
        recorder.entries().into_iter().filter_map(failed).collect()
    }

    #[test]
    fn each_flaw_of_signed_claims_fails_its_check() {
        let jwt = "application/jwt";
        assert_eq!(failures(jwt, |_, _| {}), [""; 0]);
        assert_eq!(failures(jwt, |_, claims| claims["aud"] = json!(["d", "c"])), [""; 0]);
        assert_eq!(failures("application/json", |_, _| {}), ["userinfo.signed"]);
        assert_eq!(failures(jwt, |header, _| header["kid"] = json!("other")), ["userinfo.signature"]);
        assert_eq!(failures(jwt, |header, _| header["alg"] = json!("RS384")), ["userinfo.signature", "userinfo.alg"]);
        assert_eq!(failures(jwt, |_, claims| claims["iss"] = json!("https://other.example")), ["userinfo.iss-aud"]);
        assert_eq!(failures(jwt, |_, claims| claims["aud"] = json!(["d"])), ["userinfo.iss-aud"]);
        assert_eq!(failures(jwt, |_, claims| claims["nonce"] = json!("n")), ["userinfo.no-nonce"]);
        assert_eq!(failures(jwt, |_, claims| claims["sub"] = json!("v")), ["userinfo.sub"]);
        assert_eq!(failures(jwt, |_, claims| claims["name"] = json!("")), ["userinfo.types"]);
    }
}
