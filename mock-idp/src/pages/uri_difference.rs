//! The differences of two redirect URIs: the parts to mark, and their names.

use similar::{Algorithm, DiffOp, capture_diff_slices};
use url::Url;

/// A run of characters that is equal in both URIs, or not.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    pub(super) different: bool,
}

/// Splits `uri` into the parts that equal `other` and those that do not, in whole words: `3001`, not `1`.
pub(super) fn mark<'a>(uri: &'a str, other: &str) -> Vec<Piece<'a>> {
    let (ours, theirs) = (words(uri), words(other));
    let mut at = 0;
    capture_diff_slices(Algorithm::Myers, &ours, &theirs)
        .into_iter()
        .filter_map(|step| {
            let length = ours[step.old_range()].iter().map(|word| word.len()).sum::<usize>();
            let text = &uri[at..at + length];
            at += length;
            (length > 0).then_some(Piece { text, different: !matches!(step, DiffOp::Equal { .. }) })
        })
        .collect()
}

/// Hosts, ports and path segments are words; each delimiter is a word of its own.
fn words(uri: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = uri;
    while let Some(first) = rest.chars().next() {
        let length = match rest.find(|c: char| !is_word(c)) {
            Some(0) => first.len_utf8(),
            Some(end) => end,
            None => rest.len(),
        };
        let (word, after) = rest.split_at(length);
        words.push(word);
        rest = after;
    }
    words
}

/// RFC 3986 2.3 `unreserved`, escapes, and non-ASCII characters.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~' | '%') || !c.is_ascii()
}

/// Names the parts in which the received URI is not the registered one. OAuth 2.0 compares them character by character.
pub(super) fn differing_parts(received: &str, registered: &str) -> Vec<&'static str> {
    if received == registered {
        return Vec::new();
    }
    let (Ok(ours), Ok(theirs)) = (Url::parse(received), Url::parse(registered)) else {
        return vec!["not an absolute URI"];
    };
    let mut parts = Vec::new();
    if ours.scheme() != theirs.scheme() {
        parts.push("scheme");
    }
    if ours.host_str() != theirs.host_str() {
        parts.push("host");
    }
    // The default port of a scheme is not a separate difference.
    if ours.port() != theirs.port() {
        parts.push("port");
    }
    let (our_path, their_path) = (ours.path(), theirs.path());
    if our_path != their_path {
        if our_path.trim_end_matches('/') == their_path.trim_end_matches('/') {
            parts.push("trailing slash");
        } else if our_path.eq_ignore_ascii_case(their_path) {
            parts.push("upper and lower case in the path");
        } else {
            parts.push("path");
        }
    }
    if ours.query() != theirs.query() {
        parts.push("query");
    }
    if ours.fragment() != theirs.fragment() {
        parts.push("fragment");
    }
    if parts.is_empty() {
        // Equal after normalisation (`HTTP://`, `:80`, a missing `/`), but not the same characters.
        parts.push("spelling");
    }
    parts
}
