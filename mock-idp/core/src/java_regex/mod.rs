//! Regular expressions in the dialect of Java's `Pattern`, which Okta takes in group filters and expressions.
//!
//! A pattern is translated to the dialect of `fancy-regex`, which has look-around, back-references and atomic groups too. Patterns
//! without them take linear time; for the others the number of steps is bounded.

mod class;
mod error;
mod escape;
mod scanner;
#[cfg(test)]
mod tests;
mod translate;

pub use error::{JavaRegexError, TooManySteps};
use fancy_regex::{Regex, RegexBuilder};

/// How large a regular expression may become once compiled, in bytes.
const MAX_SIZE: usize = 1024 * 1024;
/// How many steps the comparison with one text may take.
const MAX_STEPS: usize = 50_000;

/// A regular expression that is compared with whole texts.
#[derive(Clone, Debug)]
pub struct JavaRegex {
    regex: Regex,
}

impl JavaRegex {
    /// # Errors
    /// Java would refuse the pattern, or it uses something that is not supported here.
    pub fn new(pattern: &str) -> Result<Self, JavaRegexError> {
        let refused = |reason| JavaRegexError { pattern: pattern.to_owned(), reason };
        let translated = translate::translate(pattern).map_err(refused)?;
        let regex = RegexBuilder::new(&format!(r"\A(?:{translated})\z"))
            .backtrack_limit(MAX_STEPS)
            .delegate_size_limit(MAX_SIZE)
            .build()
            .map_err(|_| {
                refused("it is too large, nested too deeply, or a look-behind in it has no limit".to_owned())
            })?;
        Ok(Self { regex })
    }

    /// Whether the whole text matches, as with Java's `String.matches`.
    ///
    /// # Errors
    /// That cannot be found out in a limited number of steps.
    pub fn matches(&self, text: &str) -> Result<bool, TooManySteps> {
        self.regex.is_match(text).map_err(|_| TooManySteps)
    }
}
