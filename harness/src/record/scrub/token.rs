//! Finds signed tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// Whether a compact token may contain this character.
pub(super) const fn is_token_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// The index of the signature, if `word` is a compact signed token.
pub(super) fn signature_at(word: &str) -> Option<usize> {
    let mut dots = word.match_indices('.').map(|(at, _)| at);
    let (first, second) = (dots.next()?, dots.next()?);
    let header = URL_SAFE_NO_PAD.decode(&word[..first]).ok()?;
    let header: Value = serde_json::from_slice(&header).ok()?;
    (header.is_object() && second + 1 < word.len()).then_some(second + 1)
}
