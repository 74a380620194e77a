//! The provider configuration, with the rules of the conformance suite's Config plan (OIDC Discovery 3).

use std::collections::BTreeSet;

use language_tags::{LanguageTag, ValidationError};
use serde_json::{Map, Value};
use url::Url;

use super::checks;
use super::discovery::{FAPI_ALGORITHMS, requires_pushed_requests};
use super::metadata_members::{MEMBERS, MemberType};
use crate::record::Recorder;

checks! {
    ADDRESS = Must "configuration.address", "The document is at an https address under the issuer", ["OIDC Discovery 4", "OIDF oidcc-discovery-endpoint-verification"];
    ISSUER = Must "configuration.issuer", "The issuer is an https address without query and fragment", ["OIDC Discovery 3", "OIDF oidcc-discovery-endpoint-verification"];
    TYPES = Must "configuration.types", "Every known member has the right type", ["OIDC Discovery 3", "RFC 8414 2"];
    ENDPOINTS = Must "configuration.https", "Every endpoint is an https address", ["OIDC Discovery 3", "OIDF oidcc-discovery-endpoint-verification"];
    SESSION_FRAME = Must "configuration.session-frame", "The frame for changes of the session is at an https address", ["OIDC Session Management 3.3", "OIDF oidcc-session-management-discovery-endpoint-verification"];
    PRESENT = Must "configuration.endpoints", "The endpoints that every relying party needs are present", ["OIDC Discovery 3"];
    RESPONSE_TYPES = Must "configuration.response-types", "At least one response type is one of OpenID Connect's", ["OIDC Discovery 3"];
    EVERY_TYPE = Must "configuration.mandatory-types", "With dynamic registration, the mandatory response types are supported", ["OIDC Core 15.2", "OIDC Discovery 3"];
    EVERY_GRANT = Must "configuration.mandatory-grants", "With dynamic registration, the mandatory grant types are supported", ["OIDC Discovery 3"];
    SUBJECTS = Must "configuration.subject-types", "Subjects are public or pairwise", ["OIDC Discovery 3", "OIDC Core 8"];
    ALGORITHM = Must "configuration.rs256", "ID tokens can be signed with RS256", ["OIDC Discovery 3"];
    GRANTS = Must "configuration.grant-types", "A list of grant types is not empty", ["OIDC Discovery 3"];
    SCOPES = Must "configuration.scopes", "The scopes are valid and include openid", ["OIDC Discovery 3", "RFC 6749 3.3"];
    LOCALES = Must "configuration.locales", "Language tags are well-formed, and their parts are registered", ["OIDC Discovery 3", "RFC 5646 2.2.9"];
    KNOWN = Should "configuration.known", "No member is unknown", ["OIDF oidcc-discovery-endpoint-verification"];
    CLAIMS_LISTED = Should "configuration.claims", "The claims are listed", ["OIDC Discovery 3"];
    SCOPES_LISTED = Should "configuration.scopes-told", "The scopes are listed", ["OIDC Discovery 3"];
    USERINFO_LISTED = Should "configuration.userinfo", "There is a userinfo endpoint", ["OIDC Discovery 3"];
    OBJECT_ALGORITHM = Should "configuration.request-object-rs256", "Request objects, if supported, can be signed with RS256", ["OIDC Discovery 3", "OIDC Core 6.1"];
    LOCALE_CASE = Should "configuration.locale-case", "The parts of a tag have their usual letter case, as in zh-Hant-TW", ["RFC 5646 2.1.1"];
}

fn kind(name: &str) -> Option<MemberType> {
    MEMBERS.iter().find(|(_, names)| names.contains(&name)).map(|(kind, _)| *kind)
}

fn fits(kind: MemberType, value: &Value) -> bool {
    match kind {
        MemberType::Text => value.is_string(),
        MemberType::Address => value.as_str().is_some_and(|text| is_bare(text) && Url::parse(text).is_ok()),
        MemberType::Flag => value.is_boolean(),
        MemberType::List => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
        MemberType::Object => value.is_object(),
        MemberType::Any => true,
        MemberType::Aliases => {
            let address = |value: &Value| value.as_str().is_some_and(|text| is_bare(text) && Url::parse(text).is_ok());
            value.as_object().is_some_and(|members| members.values().all(address))
        }
    }
}

/// RFC 3986: characters that a URI never has.
fn is_bare(text: &str) -> bool {
    !text.chars().any(|c| {
        c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '{' | '}' | '|' | '\\' | '^' | '`')
    })
}

fn list<'a>(document: &'a Map<String, Value>, name: &str) -> Option<Vec<&'a str>> {
    Some(document.get(name)?.as_array()?.iter().filter_map(Value::as_str).collect())
}

/// Checks a configuration served at `address`.
pub fn judge(recorder: &Recorder, address: &Url, document: &Map<String, Value>) {
    addresses(recorder, address, document);
    let wrong = document.iter().find(|(name, value)| kind(name).is_some_and(|kind| !fits(kind, value)));
    TYPES.absent(recorder, "member of another type", wrong.map(|(name, value)| format!("{name} {value}")).as_deref());
    let unknown: Vec<&str> = document.keys().map(String::as_str).filter(|name| kind(name).is_none()).collect();
    KNOWN.absent(recorder, "unknown member", Some(unknown.join(" ")).filter(|names| !names.is_empty()).as_deref());
    lists(recorder, document);
    locales(recorder, document);
}

/// Checks the mandatory features of a provider with dynamic registration (OIDC Core 15.2).
pub fn mandatory(recorder: &Recorder, document: &Map<String, Value>) {
    let words = |kind: &str| kind.split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
    let types = list(document, "response_types_supported").unwrap_or_default();
    let missing = ["code", "id_token", "id_token token"]
        .into_iter()
        .find(|kind| !types.iter().any(|listed| words(listed) == words(kind)));
    EVERY_TYPE.absent(recorder, "missing response type", missing);
    // OIDC Discovery 3: these two are the default.
    let grants = list(document, "grant_types_supported").unwrap_or_else(|| MANDATORY_GRANTS.to_vec());
    let missing = MANDATORY_GRANTS.iter().find(|grant| !grants.contains(grant)).copied();
    EVERY_GRANT.absent(recorder, "missing grant type", missing);
}

const MANDATORY_GRANTS: [&str; 2] = ["authorization_code", "implicit"];

/// Checks the URLs only.
pub fn addresses(recorder: &Recorder, address: &Url, document: &Map<String, Value>) {
    let issuer = document.get("issuer").and_then(Value::as_str).unwrap_or_default();
    let right = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let at = address.as_str();
    secure(recorder, &ADDRESS, at == right, at, format!("{right} by https"));
    let legal = Url::parse(issuer).is_ok_and(|issuer| {
        let bare = issuer.query().is_none() && issuer.fragment().is_none() && issuer.username().is_empty();
        issuer.has_host() && bare
    });
    secure(recorder, &ISSUER, legal, issuer, "https, a host, no query, no fragment");
    for name in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
        PRESENT.present(recorder, name, document.get(name).and_then(Value::as_str));
    }
    let endpoints = document.iter().filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri");
    let endpoints: Vec<&str> = endpoints.filter_map(|(_, value)| value.as_str()).collect();
    let plain: Vec<&str> = endpoints.iter().copied().filter(|address| !address.starts_with("https://")).collect();
    // Plain http on a loopback address only where the issuer itself is there.
    let wrong = plain.iter().find(|address| !(is_local(address) && is_local(issuer)));
    let shown = wrong.or(plain.first()).or(endpoints.first()).copied().unwrap_or_default();
    secure(recorder, &ENDPOINTS, wrong.is_none(), shown, "https everywhere");
    USERINFO_LISTED.present(recorder, "userinfo_endpoint", document.get("userinfo_endpoint").and_then(Value::as_str));
}

/// Checks that `address` is right and https. Plain http on a loopback address is left to a manual review.
fn secure(recorder: &Recorder, check: &super::Check, right: bool, address: &str, expected: impl std::fmt::Display) {
    if right && is_local(address) {
        check.review(recorder, expected, address);
    } else {
        check.holds(recorder, right && address.starts_with("https://"), expected, address);
    }
}

fn is_local(address: &str) -> bool {
    Url::parse(address).is_ok_and(|address| {
        let host = address.host_str().unwrap_or_default();
        address.scheme() == "http" && matches!(host, "localhost" | "127.0.0.1" | "[::1]")
    })
}

/// Checks the frame that clients ask for changes of the session.
pub fn session_frame(recorder: &Recorder, document: &Map<String, Value>) {
    let frame = document.get("check_session_iframe").and_then(Value::as_str);
    let address = frame.unwrap_or_default();
    secure(recorder, &SESSION_FRAME, Url::parse(address).is_ok(), address, "an https address");
}

fn lists(recorder: &Recorder, document: &Map<String, Value>) {
    const OPENID_CONNECT: &[&str] =
        &["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"];
    let has = |check: &super::Check, name: &str, wanted: &[&str]| {
        let listed = list(document, name).unwrap_or_default();
        let there = listed.iter().any(|value| wanted.contains(value));
        check.holds(recorder, there, wanted.join(" or "), listed.join(", "));
    };
    has(&RESPONSE_TYPES, "response_types_supported", OPENID_CONNECT);
    has(&SUBJECTS, "subject_types_supported", &["public", "pairwise"]);
    let fapi = requires_pushed_requests(document);
    if fapi {
        ALGORITHM.skip(recorder, FAPI_ALGORITHMS);
    } else {
        has(&ALGORITHM, "id_token_signing_alg_values_supported", &["RS256"]);
    }
    if document.contains_key("grant_types_supported") {
        let grants = list(document, "grant_types_supported").unwrap_or_default();
        GRANTS.holds(recorder, !grants.is_empty(), "a grant type", grants.join(" "));
    }
    match list(document, "scopes_supported") {
        Some(scopes) => {
            // RFC 6749 3.3: %x21 / %x23-5B / %x5D-7E.
            let legal =
                |scope: &&str| !scope.is_empty() && scope.chars().all(|c| matches!(c, '!' | '#'..='[' | ']'..='~'));
            let right = scopes.contains(&"openid") && scopes.iter().all(legal);
            SCOPES.holds(recorder, right, "legal scopes with openid", scopes.join(" "));
        }
        None => drop(SCOPES_LISTED.present(recorder, "scopes_supported", None)),
    }
    let claims = list(document, "claims_supported").map(|claims| claims.join(" "));
    CLAIMS_LISTED.present(recorder, "claims_supported", claims.as_deref());
    let takes = ["request_parameter_supported", "request_uri_parameter_supported"];
    let takes = takes.into_iter().any(|name| document.get(name) == Some(&Value::Bool(true)));
    if let Some(algorithms) = list(document, "request_object_signing_alg_values_supported").filter(|_| takes && !fapi) {
        OBJECT_ALGORITHM.holds(recorder, algorithms.contains(&"RS256"), "RS256", algorithms.join(" "));
    }
}

fn locales(recorder: &Recorder, document: &Map<String, Value>) {
    let tags = ["claims_locales_supported", "ui_locales_supported"];
    let tags: Vec<&str> = tags.into_iter().filter_map(|name| list(document, name)).flatten().collect();
    if tags.is_empty() {
        return;
    }
    LOCALES.absent(recorder, "illegal tag", tags.iter().find(|tag| !is_registered(tag)).copied());
    // Parsing writes every part in its usual case.
    let unusual = |tag: &&&str| LanguageTag::parse(tag).is_ok_and(|parsed| parsed.as_str() != **tag);
    LOCALE_CASE.absent(recorder, "unusual tag", tags.iter().find(unusual).copied());
}

/// RFC 5646 2.2.9: the tag is well-formed and its parts are registered. The prefixes of variants are recommendations.
fn is_registered(tag: &str) -> bool {
    use ValidationError::{WrongExtendedLanguagePrefix, WrongVariantPrefix};
    let validated = LanguageTag::parse(tag).ok().map(|parsed| parsed.validate());
    matches!(validated, Some(Ok(()) | Err(WrongVariantPrefix | WrongExtendedLanguagePrefix)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::record::scrub::Scrubber;
    use crate::record::{Entry, Verdict};

    /// What is red about the addresses of such an issuer.
    fn red(issuer: &str) -> Vec<String> {
        let recorder = Recorder::new(Scrubber::default());
        let document = json!({
            "issuer": issuer, "authorization_endpoint": "https://a.example/1", "token_endpoint": "https://a.example/2",
            "jwks_uri": "https://a.example/3", "userinfo_endpoint": "https://a.example/4"
        });
        let address = Url::parse("https://a.example/x/.well-known/openid-configuration").expect("an address");
        addresses(&recorder, &address, document.as_object().expect("an object"));
        let findings = recorder.entries().into_iter().filter_map(|entry| match entry {
            Entry::Finding(finding) if finding.verdict == Verdict::Fail => Some(finding.check),
            _ => None,
        });
        findings.collect()
    }

    #[test]
    fn a_language_tag_has_registered_parts() {
        for right in ["en", "en-US", "zh-Hant-TW", "de-1996", "EN-us", "i-klingon", "x-private", "sl-rozaj-biske"] {
            assert!(is_registered(right), "{right}");
        }
        for wrong in ["xx", "en-AB", "en-Xxxx", "en_US", "not a tag", "de-abcde", "", "en-"] {
            assert!(!is_registered(wrong), "{wrong}");
        }
    }

    #[test]
    fn an_issuer_is_where_its_document_is_and_a_bare_https_address() {
        assert_eq!(red("https://a.example/x"), Vec::<String>::new());
        assert_eq!(red("https://a.example/x/"), Vec::<String>::new(), "a slash at the end is no matter");
        assert_eq!(red("https://a.example/y"), ["configuration.address"]);
        assert_eq!(red("https://a.example/x?a=b"), ["configuration.address", "configuration.issuer"]);
        assert_eq!(red("http://a.example/x"), ["configuration.address", "configuration.issuer"]);
    }
}
