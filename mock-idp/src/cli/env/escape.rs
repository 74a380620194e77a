//! How values are written in the languages of the forms.

use std::borrow::Cow;

/// A value of a .env file: all readers accept plain values, and single quotes around a value without one.
pub(super) fn dotenv_quoted(value: &str) -> Cow<'_, str> {
    if value.bytes().all(is_plain) {
        value.into()
    } else if !value.contains(['\'', '\n']) {
        format!("'{value}'").into()
    } else {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$").replace('\n', "\\n");
        format!("\"{escaped}\"").into()
    }
}

/// The part of a JSON string between the quotes.
pub(super) fn json_escaped(value: &str) -> Cow<'_, str> {
    let quoted = serde_json::Value::from(value).to_string();
    quoted[1..quoted.len() - 1].to_owned().into()
}

/// A value of a Java properties file.
pub(super) fn property_escaped(value: &str) -> Cow<'_, str> {
    if value.contains(['\\', '\n']) { value.replace('\\', "\\\\").replace('\n', "\\n").into() } else { value.into() }
}

/// A word that a POSIX shell does not change.
pub(in crate::cli) fn shell_quoted(value: &str) -> Cow<'_, str> {
    if !value.is_empty() && value.bytes().all(is_plain) {
        return value.into();
    }
    // POSIX 2.2.2: nothing is special between single quotes, not even a backslash.
    format!("'{}'", value.replace('\'', r"'\''")).into()
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-./:@%+,".contains(&byte)
}
