//! What is sent in the place of masked secrets.

/// The characters around the tag of a secret.
const TAG: (char, char) = ('‹', '›');

/// A text with values in the place of tags: equal ones for equal secrets, and such that every password policy accepts them.
pub(super) fn with_values(text: &str) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(TAG.0) {
        let (before, tagged) = rest.split_at(start);
        filled.push_str(before);
        let Some((tag, behind)) = tagged.split_once(TAG.1) else {
            rest = tagged;
            break;
        };
        let number = tag.rsplit(':').next().unwrap_or_default();
        filled.push_str(&format!("Masked-{number}-9Qz"));
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

/// Whether a value is, or has, a masked secret.
pub(super) fn is_masked(text: &str) -> bool {
    text.contains(TAG.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_become_values_that_are_equal_for_equal_secrets() {
        let text = r#"{"a":"‹password:4f2a91›","b":"x ‹token:00ff00› ‹password:4f2a91›","c":"‹"}"#;
        let expected = r#"{"a":"Masked-4f2a91-9Qz","b":"x Masked-00ff00-9Qz Masked-4f2a91-9Qz","c":"‹"}"#;
        assert_eq!(with_values(text), expected);
        assert!(is_masked(text) && !is_masked(expected.split('c').next().unwrap_or_default()));
    }
}
