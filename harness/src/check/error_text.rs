//! The members of an error response (RFC 6749 4.1.2.1 and 5.2): permitted characters, and URIs.

use serde_json::Value;
use url::Url;

use super::Check;
use crate::record::Recorder;
use crate::wire::Reply;

/// The checks of one kind of error response.
pub(super) struct ErrorChecks {
    /// Characters of `error` and `error_description`.
    pub(super) characters: &'static Check,
    /// Line breaks in `error_description`.
    pub(super) lines: &'static Check,
    pub(super) uri: &'static Check,
}

/// The members of an error response.
#[derive(Clone, Copy, Debug)]
pub(super) struct ErrorMembers<'a> {
    pub(super) error: Option<&'a str>,
    pub(super) description: Option<&'a str>,
    pub(super) uri: Option<&'a str>,
}

impl ErrorChecks {
    pub(super) fn judge(&self, recorder: &Recorder, members: ErrorMembers<'_>) {
        let ErrorMembers { error, description, uri } = members;
        // The suite tolerates line breaks and tabs in a description with a warning.
        let is_line = |c: char| matches!(c, '\t' | '\n' | '\r');
        let legal = |text: &str| text.chars().all(|c| permitted(c) || c == ' ');
        let description_is_legal = description.is_none_or(|text| legal(&text.replace(is_line, " ")));
        let right = error.is_none_or(legal) && description_is_legal;
        let actual = format!("{}: {}", error.unwrap_or("no error"), description.unwrap_or("no description"));
        self.characters.holds(recorder, right, "printable ASCII without \" and \\", actual);
        if let Some(description) = description {
            self.lines.holds(recorder, !description.contains(is_line), "one line", description);
        }
        if let Some(uri) = uri {
            self.uri.holds(recorder, is_uri(uri), "an http or https URI", uri);
        }
    }
}

/// Checks that a successful response has neither `error` nor `error_description`, which only errors have.
pub(super) fn no_error(recorder: &Recorder, check: &Check, reply: &Reply) {
    let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
    let found = ["error", "error_description"].into_iter().find_map(|name| Some(format!("{name} {}", body.get(name)?)));
    check.absent(recorder, "error", found.as_deref());
}

/// RFC 6749 4.1.2.1: %x21 / %x23-5B / %x5D-7E.
const fn permitted(c: char) -> bool {
    matches!(c, '!' | '#'..='[' | ']'..='~')
}

/// An absolute http or https URI.
fn is_uri(text: &str) -> bool {
    is_absolute(text) && Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// RFC 3986: an absolute URI.
pub(super) fn is_absolute(text: &str) -> bool {
    let encoded = text
        .split('%')
        .skip(1)
        .all(|rest| rest.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)));
    let characters = text.chars().all(permitted) && !text.contains(['<', '>', '{', '}', '|', '^', '`']);
    encoded && characters && Url::parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_uri;

    #[test]
    fn an_error_uri_is_absolute_and_has_permitted_characters_only() {
        assert!(is_uri("https://issuer.example/errors?code=1#x") && is_uri("https://issuer.example/%20"));
        for wrong in
            ["/errors", "errors", "https://issuer.example/a b", "https://issuer.example/<a>", "https://a/%zz", ""]
        {
            assert!(!is_uri(wrong), "{wrong}");
        }
    }
}
