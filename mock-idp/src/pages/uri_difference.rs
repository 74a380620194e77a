//! Where two redirect URIs differ: the part to mark, and the words for it.

use url::Url;

/// A URI in three pieces; the middle one is what the other URI does not have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Marked<'a> {
    pub(super) before: &'a str,
    pub(super) different: &'a str,
    pub(super) after: &'a str,
}

/// Marks what is different in `uri` compared to `other`, in whole words: `3001` and not the `1` alone.
pub(super) fn mark<'a>(uri: &'a str, other: &str) -> Marked<'a> {
    let ours: Vec<char> = uri.chars().collect();
    let theirs: Vec<char> = other.chars().collect();
    let word = |chars: &[char], at: usize| chars.get(at).is_some_and(|c| c.is_alphanumeric());

    let mut prefix = ours.iter().zip(&theirs).take_while(|(a, b)| a == b).count();
    while prefix > 0 && word(&ours, prefix - 1) && (word(&ours, prefix) || word(&theirs, prefix)) {
        prefix -= 1;
    }
    let longest = ours.len().min(theirs.len()) - prefix;
    let mut suffix = ours.iter().rev().zip(theirs.iter().rev()).take(longest).take_while(|(a, b)| a == b).count();
    let starts_in_word = |chars: &[char], suffix: usize| {
        let start = chars.len() - suffix;
        start > prefix && word(chars, start - 1)
    };
    while suffix > 0
        && word(&ours, ours.len() - suffix)
        && (starts_in_word(&ours, suffix) || starts_in_word(&theirs, suffix))
    {
        suffix -= 1;
    }

    let byte = |index: usize| uri.char_indices().nth(index).map_or(uri.len(), |(at, _)| at);
    let (start, end) = (byte(prefix), byte(ours.len() - suffix));
    Marked { before: &uri[..start], different: &uri[start..end], after: &uri[end..] }
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
    // A default port follows its scheme and is no difference of its own.
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
        // Equal once normalised (`HTTP://`, `:80`, a missing `/`), and still not the same characters.
        parts.push("spelling");
    }
    parts
}
