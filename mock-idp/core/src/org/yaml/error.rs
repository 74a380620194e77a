//! Messages for YAML syntax errors: what is wrong at the place, and how to correct it.

use serde_saphyr::Error;

use crate::org::problem::Problem;

const TOO_DEEP: &str = "the document is nested too deeply, or its anchors and aliases (`&`, `*`) expand to too much: at most 64 levels, \
                    250,000 expanded values, and ten aliases for each anchor";

/// The parser's messages, by a part of each.
const SYNTAX: &[(&str, &str)] = &[
    ("tab", "a tab stands where only spaces may be; indent with spaces"),
    ("mapping values are not allowed", "a `:` is not allowed here; put a text that contains `: ` in quotes"),
    ("illegal placement of ':'", "a `:` is not allowed here; put a text that contains `: ` in quotes"),
    ("simple key", "a `:` is missing behind a key, or the line is not indented like its neighbours"),
    ("did not find expected key", "a key is expected here; indent the line like its neighbours"),
    ("block sequence entries", "a `-` is not allowed here; begin the list on a line of its own"),
    ("unclosed bracket", "the bracket is not closed; add its `}` or `]`"),
    ("misplaced bracket", "a closing bracket stands here without an opening one; remove it"),
    ("unclosed quote", "a quotation mark is not closed"),
    ("multiline quoted scalar", "a quotation mark is not closed, or the next lines of the text are not indented"),
    ("trailing content", "something stands behind the closing quotation mark; quote the whole text"),
    ("unknown escape", "an unknown escape in double quotes; write `\\\\` for a backslash, or use single quotes"),
    ("invalid indentation", "the indentation is wrong; indent the line like its neighbours"),
    ("wrongly indented", "the indentation is wrong; indent the line like its neighbours"),
    ("expected ','", "a `,` or a closing bracket is missing before this"),
    ("unexpected eof", "the document ends in the middle of a value; a bracket or a quotation mark is not closed"),
    (
        "unknown anchor",
        "no anchor with this name stands before the alias; define it with `&`, or put a text that begins with `*` in quotes",
    ),
    ("unexpected character", "this character cannot stand here; put the text in quotes"),
    ("a bom must not", "a byte order mark stands in the middle of the document; remove it"),
];

/// The problem that an error of the parser means.
pub(super) fn problem(error: &Error) -> Problem {
    let error = error.without_snippet();
    let place = error.location().map(|location| (location.line(), location.column()));
    let cause = match error {
        Error::AliasError { error, .. } => error,
        other => other,
    };
    Problem { place, ..Problem::at("", message(cause)) }
}

fn message(error: &Error) -> String {
    let text = match error {
        Error::Budget { .. }
        | Error::AliasReplayCounterOverflow { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => TOO_DEEP,
        Error::DuplicateMappingKey { key: Some(key), .. } => return format!("the key `{key}` is duplicated"),
        Error::DuplicateMappingKey { .. } => "a key is duplicated",
        Error::Eof { .. } => "the document ends too early",
        Error::MultipleDocuments { .. } => {
            "a second document begins here, and a file holds one; remove the `---`, or give each org a file and an --org of its own"
        }
        Error::UnknownAnchor { .. } => {
            "no anchor with this name stands before the alias; define it with `&`, or put a text that begins with `*` in quotes"
        }
        Error::RecursiveReferencesRequireWeakTypes { .. } => {
            "an alias (`*`) stands inside of the value that it repeats"
        }
        Error::MergeValueNotMapOrSeqOfMaps { .. } => "`<<` takes an object, or a list of objects",
        Error::MergeKeyNotAllowed { .. } => "`<<` is not allowed here",
        Error::NonFiniteFloat { value, .. } => return format!("`{value}` is not a number that can be used"),
        Error::InvalidUtf8Input => "the document is not UTF-8",
        Error::BinaryNotUtf8 { .. } | Error::InvalidBinaryBase64 { .. } | Error::UnsupportedTag { .. } => {
            "this tag (`!`) is not supported; write the value as text"
        }
        other => return syntax(&other.to_string()),
    };
    text.to_owned()
}

fn syntax(message: &str) -> String {
    // The place is shown in front of the message.
    let message = message.split(" at line ").next().unwrap_or(message);
    let lower = message.to_lowercase();
    match SYNTAX.iter().find(|(part, _)| lower.contains(part)) {
        Some(("unexpected character", text)) => format!("{message}: {text}"),
        Some((_, text)) => (*text).to_owned(),
        None => format!("this is not valid YAML: {message}"),
    }
}
