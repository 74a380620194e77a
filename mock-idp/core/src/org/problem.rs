//! Problems of an org document, with their places.

use std::fmt;

use crate::text::nearest;

/// One thing that is wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// Where, as a JSON pointer: `/apps/0/assignments/groups/1/id`. Empty when only the place is known.
    pub path: String,
    /// What is wrong begins behind this number of characters of the value.
    pub offset: usize,
    /// Line and column, both from 1.
    pub place: Option<(u64, u64)>,
    /// What is wrong and what was expected.
    pub message: String,
    /// The most similar name that is allowed there.
    pub nearest: Option<String>,
}

/// Everything that is wrong with a document.
#[derive(Clone, Debug, Default, Eq, PartialEq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// One line for each problem, `origin:line:column: …` as editors and terminals link it.
    #[must_use]
    pub fn lines(&self, origin: &str) -> String {
        let lines: Vec<String> = self
            .0
            .iter()
            .map(|problem| format!("{origin}:{}{problem}", if problem.place.is_none() { " " } else { "" }))
            .collect();
        lines.join("\n")
    }
}

impl Problem {
    /// A problem of the value at a JSON pointer.
    pub fn at(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), offset: 0, place: None, message: message.into(), nearest: None }
    }

    /// Adds the nearest of the known names, if one is near at all.
    #[must_use]
    pub fn near<'a>(mut self, wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        self.nearest = nearest(wanted, known).map(str::to_owned);
        self
    }
}

impl std::error::Error for Problem {}

impl fmt::Display for Problem {
    /// `line:column: message (did you mean …?)`, the path behind it when there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.place {
            write!(f, "{line}:{column}: ")?;
        }
        f.write_str(&self.message)?;
        if !self.path.is_empty() {
            write!(f, " (at {})", self.path)?;
        }
        if let Some(nearest) = &self.nearest {
            write!(f, "; did you mean `{nearest}`?")?;
        }
        Ok(())
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}
