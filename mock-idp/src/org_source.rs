//! Org documents, and where they come from: a file, standard input, a text.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use mock_idp_core::lint;
use mock_idp_core::management::group_rules;
use mock_idp_core::org::{Document, Org, Problem, Problems, locate};

use crate::start_error::StartError;

/// The document of the org that is served when none is given.
pub const BUILT_IN_ORG: &str = include_str!("../../fixtures/orgs/market.yaml");

/// The same as JSON: reading it takes a tenth of the time.
const BUILT_IN_ORG_JSON: &str = include_str!(concat!(env!("OUT_DIR"), "/built_in_org.json"));

/// The path that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// Largest document, in bytes.
const MAX_DOCUMENT: u64 = 256 * 1024 * 1024;

/// An org document and where it came from.
#[derive(Clone, Debug)]
pub struct OrgSource {
    origin: String,
    /// The file to read again.
    file: Option<PathBuf>,
    text: SourceText,
}

#[derive(Clone, Debug)]
enum SourceText {
    BuiltIn,
    Yaml(String),
}

impl OrgSource {
    /// The built-in org.
    #[must_use]
    pub fn built_in() -> Self {
        Self { origin: "the built-in org".to_owned(), file: None, text: SourceText::BuiltIn }
    }

    /// A text.
    pub fn text(origin: impl Into<String>, yaml: impl Into<String>) -> Self {
        Self { origin: origin.into(), file: None, text: SourceText::Yaml(yaml.into()) }
    }

    /// Reads a file, or standard input if the path is `-`. The text is UTF-8, or UTF-16 or UTF-32 as YAML allows.
    ///
    /// # Errors
    /// It cannot be read, is too long, or is not text.
    pub fn read(path: &Path) -> Result<Self, StartError> {
        let (origin, file, bytes) = if path.as_os_str() == STANDARD_INPUT {
            ("<stdin>".to_owned(), None, read_all(io::stdin().lock()))
        } else {
            let bytes = File::open(path).and_then(read_all);
            (path.display().to_string(), Some(path.to_path_buf()), bytes)
        };
        let bytes = bytes.map_err(|source| StartError::OrgFile { path: PathBuf::from(&origin), source })?;
        match decode(&bytes) {
            Ok(yaml) => Ok(Self { origin, file, text: SourceText::Yaml(yaml) }),
            Err(problem) => Err(unsound(&origin, &Problems(vec![problem]))),
        }
    }

    /// Reads the file again; `None` if there is none, or it has the same text.
    ///
    /// # Errors
    /// The same as [`Self::read`].
    pub(crate) fn read_again(&self) -> Result<Option<Self>, StartError> {
        let Some(file) = &self.file else { return Ok(None) };
        let read = Self::read(file)?;
        Ok(Some(read).filter(|read| read.yaml() != self.yaml()))
    }

    /// The file that it came from.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The file, or what stands for it in messages.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The org.
    ///
    /// # Errors
    /// Every problem of the document, as `origin:line:column: …`.
    pub fn org(&self) -> Result<Org, StartError> {
        let org = match &self.text {
            SourceText::BuiltIn => Org::from_document(built_in_document()),
            SourceText::Yaml(yaml) => Org::parse(yaml),
        };
        let org = org.and_then(group_rules::applied);
        org.map_err(|problems| unsound(&self.origin, &problems))
    }

    fn yaml(&self) -> &str {
        match &self.text {
            SourceText::BuiltIn => BUILT_IN_ORG,
            SourceText::Yaml(yaml) => yaml,
        }
    }

    /// What is valid in the document, but has no effect or is most often a mistake: one `origin:line:column: …` for each.
    #[must_use]
    pub fn warnings(&self, org: &Org) -> Vec<String> {
        let mut warnings = lint::warnings(org);
        locate(self.yaml(), &mut warnings);
        warnings.into_iter().map(|warning| Problems(vec![warning]).lines(&self.origin)).collect()
    }
}

#[expect(clippy::expect_used, reason = "a test reads it")]
fn built_in_document() -> Document {
    let document = serde_json::from_str(BUILT_IN_ORG_JSON).and_then(serde_json::from_value);
    document.expect("the built-in org is a document")
}

/// The error for a document with these problems.
pub(crate) fn unsound(origin: &str, problems: &Problems) -> StartError {
    StartError::OrgDocument { origin: origin.to_owned(), problems: problems.lines(origin) }
}

fn read_all(reader: impl io::Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MAX_DOCUMENT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_DOCUMENT {
        return Err(io::Error::other("it is longer than 256 MiB"));
    }
    Ok(bytes)
}

/// YAML 1.2.2 5.2: the byte order mark shows the encoding; without one, the zero bytes of the first character do.
fn decode(bytes: &[u8]) -> Result<String, Problem> {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest),
        [0, 0, 0xFE, 0xFF, rest @ ..] => utf32(rest, u32::from_be_bytes),
        [0xFF, 0xFE, 0, 0, rest @ ..] => utf32(rest, u32::from_le_bytes),
        [0, 0, 0, _, ..] => utf32(bytes, u32::from_be_bytes),
        [_, 0, 0, 0, ..] => utf32(bytes, u32::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0, _, ..] => utf16(bytes, u16::from_be_bytes),
        [_, 0, ..] => utf16(bytes, u16::from_le_bytes),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: &[u8]) -> Result<String, Problem> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|error| {
        let (before, after) = bytes.split_at(error.valid_up_to());
        let byte = after.first().copied().unwrap_or_default();
        no_text(&String::from_utf8_lossy(before), &format!("the byte 0x{byte:02X} is not UTF-8"))
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Problem> {
    let mut text = String::new();
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    for char in char::decode_utf16(units) {
        text.push(char.map_err(|_| no_text(&text, "half of a UTF-16 character stands alone"))?);
    }
    if bytes.len().is_multiple_of(2) { Ok(text) } else { Err(no_text(&text, "the UTF-16 text ends in half a unit")) }
}

fn utf32(bytes: &[u8], unit: fn([u8; 4]) -> u32) -> Result<String, Problem> {
    let mut text = String::new();
    for four in bytes.chunks_exact(4) {
        let char = char::from_u32(unit([four[0], four[1], four[2], four[3]]));
        text.push(char.ok_or_else(|| no_text(&text, "this is not a UTF-32 character"))?);
    }
    if bytes.len().is_multiple_of(4) { Ok(text) } else { Err(no_text(&text, "the UTF-32 text ends in half a unit")) }
}

/// The problem behind the text that could be read.
fn no_text(before: &str, what: &str) -> Problem {
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let message = format!("{what}; save the document as UTF-8");
    Problem { place: Some((line as u64, column as u64)), ..Problem::at("", message) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn the_built_in_org_is_the_same_as_json_and_as_yaml() {
        let yaml = OrgSource::text("the document", BUILT_IN_ORG).org().unwrap();
        assert_eq!(OrgSource::built_in().org().unwrap().to_document(), yaml.to_document());
    }

    #[test]
    fn utf_16_and_utf_32_are_read_with_and_without_a_byte_order_mark() {
        let text = "org: { name: Überfluß 😀 }\n";
        assert_eq!(decode(text.as_bytes()).unwrap(), text);
        assert_eq!(decode(format!("\u{feff}{text}").as_bytes()).unwrap(), text);
        for unit in [u16::to_le_bytes, u16::to_be_bytes] {
            assert_eq!(decode(&encoded(text, unit)).unwrap(), text);
            assert_eq!(decode(&encoded(&format!("\u{feff}{text}"), unit)).unwrap(), text);
        }
        for unit in [u32::to_le_bytes, u32::to_be_bytes] {
            let bytes: Vec<u8> = text.chars().flat_map(|char| unit(char.into())).collect();
            assert_eq!(decode(&bytes).unwrap(), text);
        }
        assert_eq!(decode(b"").unwrap(), "");
    }

    #[test]
    fn bytes_that_are_not_text_are_refused_with_their_place() {
        let problem = decode(b"org:\n  name: caf\xe9\n").unwrap_err();
        assert_eq!(problem.place, Some((2, 12)));
        assert_eq!(problem.message, "the byte 0xE9 is not UTF-8; save the document as UTF-8");
        let mut cut = encoded("a: b\n", u16::to_le_bytes);
        cut.push(b'c');
        assert_eq!(decode(&cut).unwrap_err().place, Some((2, 1)));
        let alone = [b'a', 0, 0, 0xD8, b'b', 0];
        assert_eq!(decode(&alone).unwrap_err().place, Some((1, 2)));
    }
}
