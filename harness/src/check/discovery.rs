//! Discovery documents: OpenID Connect Discovery 1.0, RFC 8414, and the exact documents of Okta.

use serde_json::{Map, Value};

use super::checks;
pub use super::okta_metadata::Document;
use super::okta_metadata::expected;
use crate::issuer_target::ServerKind;
use crate::record::Recorder;
use crate::wire::Reply;
use crate::wire::error::summary;

/// Why RS256 is not asked of a provider that requires pushed requests.
pub(super) const FAPI_ALGORITHMS: &str = "FAPI 2 Security Profile 5.4 excludes RS256";

/// Whether a document is that of a FAPI 2 provider.
pub(super) fn requires_pushed_requests(document: &Map<String, Value>) -> bool {
    document.get("require_pushed_authorization_requests") == Some(&Value::Bool(true))
}

checks! {
    STATUS = Must "discovery.status", "The document is served as JSON", ["OIDC Discovery 4.2", "OIDF oidcc-discovery-endpoint-verification"];
    FETCHED = Must "discovery.fetched", "The document that the client configures itself with is served with status 200", ["OIDC Discovery 4.2", "OIDF oidcc-server"];
    ISSUER = Must "discovery.issuer", "Its issuer is the one it was requested from", ["OIDC Discovery 4.3", "RFC 8414 3.3"];
    REQUIRED = Must "discovery.required", "It has every member that the specification requires", ["OIDC Discovery 3", "RFC 8414 2"];
    ALGORITHM = Must "discovery.rs256", "ID tokens can be signed with RS256", ["OIDC Discovery 3", "OIDF oidcc-discovery-endpoint-verification"];
    OPENID = Must "discovery.openid", "The openid scope is supported", ["OIDC Discovery 3", "OIDF oidcc-discovery-endpoint-verification"];
    VALUE = Must "discovery.value", "The member has Okta's value", ["Okta: OpenID Connect metadata, recorded traffic"];
    SCOPES = Must "discovery.scopes", "The standard scopes are present, in Okta's order", ["Okta: OpenID Connect metadata, recorded traffic"];
    ABSENT = Must "discovery.absent", "It has no members that Okta does not send", ["Okta: OpenID Connect metadata, recorded traffic"];
    ORDER = Should "discovery.order", "The members come in Okta's order", ["Okta: OpenID Connect metadata, recorded traffic"];
    UNKNOWN_SERVER = Must "discovery.unknown-server", "An unknown authorization server is 404 E0000007", ["Okta: error codes, E0000007"];
    UNKNOWN_CLIENT = Must "discovery.unknown-client", "An unknown client_id is 400 invalid_client in Okta's envelope", ["Okta: OpenID Connect metadata, client_id"];
    SAME = Must "discovery.same", "Both URLs serve the same document", ["RFC 8414 3.1"];
    SCHEME = Must "discovery.scheme", "Requested over https, every URL in the document is https", ["OIDC Discovery 3", "OIDF oidcc-discovery-endpoint-verification"];
}

/// Checks the status of the response with the document.
pub fn fetched(recorder: &Recorder, status: u16) {
    FETCHED.holds(recorder, status == 200, 200, status);
}

/// Checks a document against the specification. Returns its members.
pub fn standard(recorder: &Recorder, reply: &Reply, issuer: &str, document: Document) -> Option<Map<String, Value>> {
    let body: Option<Map<String, Value>> = serde_json::from_str(&reply.body).ok();
    let json = reply.is_json();
    let served = reply.status == 200 && json && body.is_some();
    STATUS.holds(recorder, served, "200 application/json", format!("{} {}", summary(reply), reply.content_type()));
    let body = body?;
    ISSUER.equals(recorder, issuer, body.get("issuer").and_then(Value::as_str));
    let required: &[&str] = match document {
        Document::OpenId => &[
            "authorization_endpoint",
            "token_endpoint",
            "jwks_uri",
            "response_types_supported",
            "subject_types_supported",
            "id_token_signing_alg_values_supported",
        ],
        Document::OAuth => &["authorization_endpoint", "token_endpoint", "response_types_supported"],
    };
    let missing = required.iter().find(|name| !body.contains_key(**name)).copied();
    REQUIRED.absent(recorder, "missing member", missing);
    let lists = |member: &str, value: &str| {
        body.get(member).and_then(Value::as_array).is_some_and(|list| list.iter().any(|item| item == value))
    };
    if document == Document::OpenId {
        let algorithms = body.get("id_token_signing_alg_values_supported").map_or(String::new(), Value::to_string);
        if requires_pushed_requests(&body) {
            ALGORITHM.skip(recorder, FAPI_ALGORITHMS);
        } else {
            ALGORITHM.holds(recorder, lists("id_token_signing_alg_values_supported", "RS256"), "RS256", algorithms);
        }
        match body.get("scopes_supported") {
            Some(scopes) => drop(OPENID.holds(recorder, lists("scopes_supported", "openid"), "openid", scopes)),
            None => OPENID.skip(recorder, "the document does not list its scopes"),
        }
    }
    Some(body)
}

/// Checks a document against Okta's: values, order and absent members.
pub fn okta(recorder: &Recorder, body: &Map<String, Value>, issuer: &str, role: ServerKind, document: Document) {
    let expected = expected(issuer, role, document);
    for (name, value) in &expected {
        if name == "scopes_supported" {
            scopes(recorder, body, value);
            continue;
        }
        let came = body.get(name).map_or("nothing".to_owned(), Value::to_string);
        VALUE.holds(recorder, body.get(name) == Some(value), format!("{name} {value}"), format!("{name} {came}"));
    }
    let unknown = body.keys().find(|name| !expected.contains_key(*name) && !is_optional(name, role));
    ABSENT.absent(recorder, "other member", unknown.map(String::as_str));
    let order = |members: &Map<String, Value>, other: &Map<String, Value>| {
        members.keys().map(String::as_str).filter(|name| other.contains_key(*name)).collect::<Vec<_>>().join(" ")
    };
    ORDER.equals(recorder, &order(&expected, body), Some(&order(body, &expected)));
}

/// Members that depend on features of the org.
fn is_optional(name: &str, role: ServerKind) -> bool {
    match role {
        ServerKind::Custom => false,
        // Recorded in 2023 and 2026 with different tails.
        ServerKind::Org => {
            name.starts_with("backchannel_")
                || name.starts_with("id_token_encryption_")
                || name.starts_with("frontchannel_")
        }
    }
}

/// The required scopes, in order. Custom scopes may come between them.
fn scopes(recorder: &Recorder, body: &Map<String, Value>, expected: &Value) {
    let wanted: Vec<&str> = expected.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let came: Vec<&str> = body
        .get("scopes_supported")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .filter(|scope| wanted.contains(scope))
        .collect();
    SCOPES.holds(recorder, came == wanted, wanted.join(" "), came.join(" "));
}

/// Checks the response for an unknown authorization server.
pub fn unknown_server(recorder: &Recorder, reply: &Reply, id: &str) {
    envelope(
        recorder,
        &UNKNOWN_SERVER,
        reply,
        (404, "E0000007", &format!("Not found: Resource not found: {id} (AuthorizationServer)")),
    );
}

/// Checks the response for an unknown client.
pub fn unknown_client(recorder: &Recorder, reply: &Reply) {
    let expected = (400, "invalid_client", "Invalid value for 'client_id' parameter.");
    envelope(recorder, &UNKNOWN_CLIENT, reply, expected);
}

fn envelope(recorder: &Recorder, check: &super::Check, reply: &Reply, expected: (u16, &str, &str)) {
    let (status, code, text) = expected;
    check.equals(recorder, &format!("{status} {code}: {text}"), Some(&summary(reply)));
}

/// Checks that no URL of a document that was requested over https is a plain one.
pub fn schemes(recorder: &Recorder, members: &Map<String, Value>) {
    let addresses = members.iter().filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri");
    let plain = addresses.filter_map(|(_, address)| address.as_str()).find(|address| !address.starts_with("https://"));
    SCHEME.absent(recorder, "plain address", plain);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::record::scrub::Scrubber;
    use crate::record::{Entry, Verdict};

    #[test]
    fn a_plain_url_in_a_document_that_was_requested_over_https_fails() {
        let fails = |member: &str, address: &str| {
            let mut document =
                json!({ "issuer": "https://a", "token_endpoint": "https://a/token", "jwks_uri": "https://a/keys" });
            document[member] = address.into();
            let recorder = Recorder::new(Scrubber::default());
            schemes(&recorder, document.as_object().expect("an object"));
            let failed = |entry: &Entry| matches!(entry, Entry::Finding(finding) if finding.verdict == Verdict::Fail);
            recorder.entries().iter().any(failed)
        };
        assert!(!fails("token_endpoint", "https://a/token"));
        assert!(fails("token_endpoint", "http://a/token"));
        assert!(fails("jwks_uri", "http://a/keys"));
        // Not the URL of an endpoint.
        assert!(!fails("service_documentation", "http://a/help"));
    }
}
