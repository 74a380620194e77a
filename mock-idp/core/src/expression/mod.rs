//! Okta Expression Language: the parser, the evaluator and the documented functions.
//!
//! Covers what Okta's two references describe ("Okta Expression Language overview guide" and "Okta Expression
//! Language in Identity Engine"), a subset of SpEL. An expression is parsed once, when the configuration is read, and
//! evaluated for every token. Both steps are bounded, so that no configuration can hang the server, and both report where
//! they failed. Everything that an expression can read comes from [`Roots`].

mod error;
mod evaluate;
mod function;
mod functions;
mod operators;
mod org_references;
mod parse;
mod roots;
mod syntax;
#[cfg(test)]
mod tests;
mod value;

use std::fmt;
use std::sync::Arc;

pub use error::{EvaluationError, ParseError};
pub use functions::functions;
pub use org_references::{Reading, ReadingKind};
pub use parse::{MAX_DEPTH, MAX_LENGTH};
pub use roots::{GroupView, Relation, Roots};
pub use value::Value;

use crate::trace::EvaluationStep;

/// A parsed expression; cloning it shares the tree.
#[derive(Clone)]
pub struct Expression {
    parsed: Arc<Parsed>,
}

struct Parsed {
    source: Arc<str>,
    root: syntax::Node,
}

impl Expression {
    /// Parses an expression and checks every name, function and number of arguments in it.
    ///
    /// # Errors
    /// The first error: where it is, what was expected, and the nearest known name.
    pub fn parse(source: &str) -> Result<Self, ParseError> {
        let root = parse::parse(source, syntax::NameSet::Roots)?;
        Ok(Self { parsed: Arc::new(Parsed { source: source.into(), root }) })
    }

    /// Parses the format of `getFilteredGroups`, in which `group` is the current group.
    ///
    /// # Errors
    /// The same as [`Self::parse`].
    pub fn parse_group_format(source: &str) -> Result<Self, ParseError> {
        let root = parse::parse(source, syntax::NameSet::RootsAndGroup)?;
        Ok(Self { parsed: Arc::new(Parsed { source: source.into(), root }) })
    }

    /// What the expression reads of the org.
    #[must_use]
    pub fn readings(&self) -> Vec<Reading<'_>> {
        let mut readings = Vec::new();
        org_references::collect(self.source(), &self.parsed.root, &mut readings);
        readings
    }

    /// The text that was parsed.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.parsed.source
    }

    /// The text, shared.
    #[must_use]
    pub fn shared_source(&self) -> Arc<str> {
        Arc::clone(&self.parsed.source)
    }

    /// Evaluates the expression for one subject, and records the values of its parts.
    ///
    /// # Errors
    /// As [`Self::evaluate`]; the parts evaluated before are recorded even so.
    pub fn evaluate_with_steps(
        &self,
        roots: &dyn Roots,
        steps: &mut Vec<EvaluationStep>,
    ) -> Result<Value, EvaluationError> {
        evaluate::Evaluation::new(roots).run_recorded(&self.parsed.root, steps)
    }

    /// Evaluates the expression for one subject.
    ///
    /// # Errors
    /// A value of the wrong type, a missing receiver, a result that is too large, … The claim then fails with Okta's error.
    pub fn evaluate(&self, roots: &dyn Roots) -> Result<Value, EvaluationError> {
        evaluate::Evaluation::new(roots).run(&self.parsed.root)
    }
}

impl std::str::FromStr for Expression {
    type Err = ParseError;

    fn from_str(source: &str) -> Result<Self, ParseError> {
        Self::parse(source)
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.source()).finish()
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.source())
    }
}
