//! The URIs that browsers are sent to: which can be registered, and which registered one a received one is.

use url::Url;

/// What a URI is registered for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RedirectPurpose {
    SignIn {
        /// Whether `wildcard_redirect` is `SUBDOMAIN`.
        wildcard: bool,
    },
    SignOut,
    /// Front-channel and back-channel logout notices, and the start of a sign-in.
    Notice,
}

/// Schemes that run a script or read a file instead of leading to an app.
const REFUSED_SCHEMES: [&str; 6] = ["javascript", "data", "vbscript", "file", "blob", "about"];

/// Checks that a URI can be registered. RFC 6749 3.1.2: absolute, without a fragment; RFC 3986 2: its characters; Okta:
/// `wildcard_redirect`.
///
/// # Errors
/// What is wrong with it.
pub fn check_redirect_uri(uri: &str, purpose: RedirectPurpose) -> Result<(), String> {
    check_characters(uri)?;
    if uri.contains('#') {
        return Err("a redirect URI has no fragment".to_owned());
    }
    let without_wildcard = if uri.contains('*') { check_wildcard(uri, purpose)? } else { uri.to_owned() };
    let parsed = Url::parse(&without_wildcard).map_err(|error| format!("`{uri}` is not an absolute URI: {error}"))?;
    let scheme = parsed.scheme();
    if REFUSED_SCHEMES.contains(&scheme) {
        return Err(format!("`{uri}` leads to no app: the scheme `{scheme}:` is refused"));
    }
    let is_web = matches!(scheme, "http" | "https");
    if purpose == RedirectPurpose::Notice && !is_web {
        return Err(format!("`{uri}` is not an http or https URI without a fragment"));
    }
    // Browsers accept `https:host` too, which is not a URI with a host (RFC 3986 3.2).
    if is_web && authority(uri).is_none_or(str::is_empty) {
        return Err(format!("`{uri}` is not an absolute URI: it has no host"));
    }
    Ok(())
}

/// RFC 3986 2: ASCII without blanks, control characters and delimiters; `%` with two hexadecimal digits.
fn check_characters(uri: &str) -> Result<(), String> {
    let shown = uri.escape_debug();
    let illegal = |c: &char| !c.is_ascii_graphic() || matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}');
    if let Some(c) = uri.chars().find(illegal) {
        return Err(format!("`{shown}` is not a URI: the character {c:?} has to be percent-encoded"));
    }
    let mut parts = uri.split('%');
    parts.next();
    let is_encoded = |part: &str| part.len() >= 2 && part.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    if parts.all(is_encoded) {
        Ok(())
    } else {
        Err(format!("`{shown}` is not a URI: `%` without two hexadecimal digits"))
    }
}

/// Okta: one `*`, in the lowest-level domain of an https URI, with a domain between it and the top-level domain. Returns the URI with
/// a letter in its place.
fn check_wildcard(uri: &str, purpose: RedirectPurpose) -> Result<String, String> {
    let refused = |rule: &str| Err(format!("`{uri}`: {rule}"));
    match purpose {
        RedirectPurpose::SignIn { wildcard: true } => {}
        RedirectPurpose::SignIn { wildcard: false } => {
            return refused("`*` needs `wildcard_redirect: SUBDOMAIN`");
        }
        RedirectPurpose::SignOut | RedirectPurpose::Notice => {
            return refused("`*` is allowed in sign-in redirect URIs only");
        }
    }
    if !uri.starts_with("https://") {
        return refused("`*` is allowed in https URIs only");
    }
    let host = authority(uri).unwrap_or_default();
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let labels: Vec<&str> = host.split('.').collect();
    let lowest = labels.first().copied().unwrap_or_default();
    if uri.matches('*').count() != 1 || !lowest.contains('*') {
        return refused("one `*` is allowed, in the lowest-level domain, such as `https://*.example.com`");
    }
    if labels.len() < 3 || labels.iter().any(|label| label.is_empty()) {
        return refused("a domain is needed between `*` and the top-level domain, such as `https://*.example.com`");
    }
    Ok(uri.replacen('*', "x", 1))
}

/// Okta: `wildcard_redirect: SUBDOMAIN` lets `*` stand for characters of one domain label.
#[must_use]
pub fn matches_wildcard(registered: &str, received: &str) -> bool {
    let Some((head, tail)) = registered.split_once('*') else { return false };
    let label = received.strip_prefix(head).and_then(|rest| rest.strip_suffix(tail));
    head.starts_with("https://")
        && !head["https://".len()..].contains(['.', '/'])
        && label.is_some_and(|label| {
            !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
}

/// RFC 8252 7.3: the same URI of the loopback interface, whatever the port.
#[must_use]
pub fn matches_any_port(registered: &str, received: &str) -> bool {
    let registered = without_loopback_port(registered);
    registered.is_some() && registered == without_loopback_port(received)
}

/// The parts of a loopback URI around its port.
fn without_loopback_port(uri: &str) -> Option<(&str, &str, &str)> {
    let authority = authority(uri)?;
    let (scheme, rest) = uri.split_once("://")?;
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    let is_loopback = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    (is_loopback && matches!(scheme, "http" | "https")).then(|| (scheme, host, &rest[authority.len()..]))
}

/// RFC 3986 3.2.
fn authority(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("://")?;
    Some(&rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())])
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXACT: RedirectPurpose = RedirectPurpose::SignIn { wildcard: false };
    const WILDCARD: RedirectPurpose = RedirectPurpose::SignIn { wildcard: true };

    #[test]
    fn uris_of_apps_can_be_registered() {
        for uri in [
            "https://app.example.com/callback",
            "http://localhost:8000",
            "http://[::1]:8080/cb?tenant=a%20b",
            "com.example.app:/callback",
            "myapp://callback",
            "https://app.example.com:8443/a/b;c=d/~e",
        ] {
            assert_eq!(check_redirect_uri(uri, EXACT), Ok(()), "{uri}");
            assert_eq!(check_redirect_uri(uri, WILDCARD), Ok(()), "{uri}");
            assert_eq!(check_redirect_uri(uri, RedirectPurpose::SignOut), Ok(()), "{uri}");
        }
        for uri in
            ["https://*.example.com/cb", "https://redirect-*-domain.example.com/oidc", "https://*.a.example:8443/"]
        {
            assert_eq!(check_redirect_uri(uri, WILDCARD), Ok(()), "{uri}");
        }
    }

    #[test]
    fn other_uris_cannot_be_registered() {
        let cases = [
            ("/callback", "is not an absolute URI"),
            ("", "is not an absolute URI"),
            ("https:///callback", "it has no host"),
            ("https:app.example.com", "it has no host"),
            ("https://app.example.com/cb#", "no fragment"),
            ("https://app.example.com/cb#top", "no fragment"),
            ("javascript:alert(1)", "`javascript:` is refused"),
            ("JavaScript:alert(1)", "`javascript:` is refused"),
            ("data:text/html,x", "`data:` is refused"),
            ("vbscript:x", "`vbscript:` is refused"),
            ("file:///etc/passwd", "`file:` is refused"),
            ("blob:https://app.example.com/1", "`blob:` is refused"),
            ("https://app.example.com/cb\r\nX-Header: 1", "has to be percent-encoded"),
            ("https://app.example.com/a b", "has to be percent-encoded"),
            (" https://app.example.com/", "has to be percent-encoded"),
            ("https://app.example.com/\u{7f}", "has to be percent-encoded"),
            ("https://\u{e4}pp.example.com/", "has to be percent-encoded"),
            ("https://app.example.com\\@evil.example/", "has to be percent-encoded"),
            ("https://app.example.com/%zz", "without two hexadecimal digits"),
            ("https://app.example.com/%", "without two hexadecimal digits"),
            ("https://*.example.com/cb", "needs `wildcard_redirect: SUBDOMAIN`"),
            ("https://app.example.com/*", "needs `wildcard_redirect: SUBDOMAIN`"),
            ("com.example.app:/*", "needs `wildcard_redirect: SUBDOMAIN`"),
        ];
        for (uri, problem) in cases {
            let error = check_redirect_uri(uri, EXACT).unwrap_err();
            assert!(error.contains(problem), "{uri:?}: {error}");
        }
        let error = check_redirect_uri("https://*.example.com/", RedirectPurpose::SignOut).unwrap_err();
        assert!(error.contains("in sign-in redirect URIs only"), "{error}");
        let error = check_redirect_uri("myapp://logout", RedirectPurpose::Notice).unwrap_err();
        assert!(error.contains("not an http or https URI"), "{error}");
    }

    #[test]
    fn a_wildcard_has_one_place() {
        let cases = [
            ("https://*.com/cb", "a domain is needed"),
            ("https://*/cb", "a domain is needed"),
            ("https://*..com/cb", "a domain is needed"),
            ("http://*.example.com/cb", "https URIs only"),
            ("myapp://*.example.com/cb", "https URIs only"),
            ("https://app.*.com/cb", "in the lowest-level domain"),
            ("https://*.*.example.com/cb", "in the lowest-level domain"),
            ("https://*-*.example.com/cb", "in the lowest-level domain"),
            ("https://app.example.com/*", "in the lowest-level domain"),
            ("https://app.example.com:*/cb", "in the lowest-level domain"),
            ("https://app.example.com/?a=*", "in the lowest-level domain"),
            ("https://*.example.com/*", "in the lowest-level domain"),
        ];
        for (uri, problem) in cases {
            let error = check_redirect_uri(uri, WILDCARD).unwrap_err();
            assert!(error.contains(problem), "{uri:?}: {error}");
        }
    }

    #[test]
    fn only_the_port_of_a_loopback_uri_may_differ() {
        let registered = "http://127.0.0.1:8000/callback?a=b";
        for received in ["http://127.0.0.1:51004/callback?a=b", "http://127.0.0.1/callback?a=b"] {
            assert!(matches_any_port(registered, received), "{received}");
        }
        for received in [
            "http://localhost:8000/callback?a=b",
            "https://127.0.0.1:8000/callback?a=b",
            "http://127.0.0.1:8000/callback",
            "http://127.0.0.1:8000/callback?a=b#c",
            "http://127.0.0.1:80x/callback?a=b",
            "http://user@127.0.0.1:8000/callback?a=b",
            "http://127.0.0.1.evil.example:8000/callback?a=b",
            "http://127.0.0.1:8000@evil.example/callback?a=b",
        ] {
            assert!(!matches_any_port(registered, received), "{received}");
        }
        assert!(matches_any_port("http://[::1]:1/", "http://[::1]:2/"));
        assert!(!matches_any_port("https://app.example.com:1/", "https://app.example.com:2/"));
    }
}
