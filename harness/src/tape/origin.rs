//! The origin of the org in a tape: always the same, so that a tape does not say whose org it was.

/// What stands for scheme, host and port of the recorded org.
pub const ORIGIN: &str = "https://org.okta.example";

/// A text with the origin of tapes instead of that of the org, in JSON with escaped slashes too.
pub(super) fn without_origin(text: &str, origin: &str) -> String {
    let origin = origin.trim_end_matches('/');
    text.replace(origin, ORIGIN).replace(&escaped(origin), &escaped(ORIGIN))
}

fn escaped(url: &str) -> String {
    url.replace('/', "\\/")
}

/// A text of a tape with the origin of a target.
pub(super) fn with_origin(text: &str, origin: &str) -> String {
    let origin = origin.trim_end_matches('/');
    text.replace(ORIGIN, origin).replace(&escaped(ORIGIN), &escaped(origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_is_replaced_in_plain_and_escaped_urls() {
        let text = r#"{"a":"https://acme.okta.com/api","b":"https:\/\/acme.okta.com\/x"}"#;
        let replaced = without_origin(text, "https://acme.okta.com/");
        assert_eq!(replaced, r#"{"a":"https://org.okta.example/api","b":"https:\/\/org.okta.example\/x"}"#);
        let replayed = with_origin(&replaced, "http://localhost:1/");
        assert_eq!(replayed, r#"{"a":"http://localhost:1/api","b":"http:\/\/localhost:1\/x"}"#);
        assert_eq!(with_origin("https://org.okta.example/api", "http://localhost:1/"), "http://localhost:1/api");
    }
}
