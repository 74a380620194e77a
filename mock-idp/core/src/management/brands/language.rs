//! The languages of brands and mails.

use crate::management::{ApiError, ApiErrorId};

/// A language tag in the syntax of BCP 47.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Language<'a>(&'a str);

impl<'a> Language<'a> {
    /// # Errors
    /// The text is not a language tag.
    pub(super) fn read(text: &'a str) -> Result<Self, ApiError> {
        let mut parts = text.split('-');
        let language = parts.next().unwrap_or_default();
        // RFC 5646 2.1: two to eight letters, then subtags of one to eight letters and digits.
        let begins = (2..=8).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_alphabetic());
        let is_subtag =
            |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if begins && parts.all(is_subtag) {
            return Ok(Self(text));
        }
        Err(ApiError::new(ApiErrorId::InvalidLanguage, format!("`{text}` is not a language tag")))
    }

    pub(super) fn as_str(self) -> &'a str {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_a_tag_of_bcp_47() {
        for tag in ["en", "de-AT", "zh-Hant-TW", "sl-rozaj-biske"] {
            assert_eq!(Language::read(tag).unwrap().as_str(), tag);
        }
        for wrong in ["", "e", "e1", "en_US", "en-", "englishest", "en-toolongsubtag", "dé"] {
            assert!(Language::read(wrong).is_err(), "{wrong}");
        }
    }
}
