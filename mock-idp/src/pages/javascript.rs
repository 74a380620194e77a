//! JavaScript in pages.

use std::fmt::Write as _;

/// The content of a single-quoted literal. Okta: `\xNN` for everything but letters, digits and `,._`, so nothing has a meaning in
/// HTML or JavaScript.
pub(super) fn literal(value: &str) -> String {
    let mut literal = String::with_capacity(value.len() + 16);
    for unit in value.encode_utf16() {
        // Writing to a `String` cannot fail.
        let _ = match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii_alphanumeric() || b",._".contains(&byte) => literal.write_char(char::from(byte)),
            Ok(byte) => write!(literal, "\\x{byte:02X}"),
            Err(_) => write!(literal, "\\u{unit:04X}"),
        };
    }
    literal
}
