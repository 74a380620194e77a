//! Okta Expression Language: the parser, the evaluator and the documented functions.
//!
//! Covers what Okta's two references describe ("Okta Expression Language overview guide" and "Okta Expression
//! Language in Identity Engine"), a subset of SpEL. An expression is parsed once, when the configuration is read, and
//! evaluated as often as tokens are minted. Both steps are bounded, so that no configuration can hang the server, and
//! both say where they failed.
//!
//! The evaluator sees the world only through [`Roots`].

mod evaluate;
mod functions;
mod parse;
mod syntax;
#[cfg(test)]
mod tests;
mod value;

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;

pub use functions::functions;
pub use value::Value;

use crate::trace::EvaluationStep;

/// The longest expression in characters. Okta: a claim's `value` holds at most 1024.
pub const MAX_LENGTH: usize = 1024;
/// How deep parentheses, brackets, braces, calls and prefixes may nest. Chains (`a + b + …`, `a.b.…`, `a ? b : c ? …`)
/// do not nest.
pub const MAX_DEPTH: usize = 32;

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
    /// The first mistake: where it is, what was expected, and the nearest known name.
    pub fn parse(source: &str) -> Result<Self, ParseError> {
        Self::parse_with(source, syntax::Names::Roots)
    }

    fn parse_with(source: &str, names: syntax::Names) -> Result<Self, ParseError> {
        let root = parse::parse(source, names)?;
        Ok(Self { parsed: Arc::new(Parsed { source: source.into(), root }) })
    }

    /// The text that was parsed.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.parsed.source
    }

    /// The same, shared.
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
        evaluate::Evaluation::new(roots).watched(&self.parsed.root, steps)
    }

    /// Evaluates the expression for one subject.
    ///
    /// # Errors
    /// A value of the wrong kind, a missing receiver, a result too large, … The claim then fails with Okta's own text.
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

/// Why a text is no expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct ParseError {
    /// Where, in bytes from the start of the source.
    pub offset: usize,
    /// Where, in characters, counted from 1.
    pub column: usize,
    /// What was expected, and the nearest known name if a name is unknown.
    pub message: String,
}

/// Why an expression has no value for this subject.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at byte {offset})")]
pub struct EvaluationError {
    /// Which part of the source failed, in bytes from its start.
    pub offset: usize,
    /// What went wrong.
    pub message: String,
}

/// What an expression can see: the subject, the client, the session and the time.
pub trait Roots {
    /// `user`, `appuser`, `app`, `org`, `session`, `access`, … as a map. `Some(Null)` and `None` both mean that there
    /// is none here, as with `appuser` in the client credentials grant; its properties are then null.
    fn root(&self, name: &str) -> Option<Value>;

    /// One property of a root, for implementations that would rather not build the whole map.
    fn property(&self, root: &str, name: &str) -> Option<Value> {
        match self.root(root)? {
            Value::Map(mut entries) => entries.swap_remove(name),
            _ => None,
        }
    }

    /// The groups of the subject.
    fn groups(&self) -> &[Arc<GroupView>];

    /// `user.getInternalProperty(name)`: `id`, `status`, and the times `created`, `lastUpdated`, … of the user.
    fn internal_property(&self, name: &str) -> Option<Value>;

    /// Another profile that is tied to the subject. A local org has no directory, so there is none by default.
    fn related(&self, relation: Relation<'_>) -> Option<Value> {
        let _ = relation;
        None
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    fn now(&self) -> i64;

    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn now_millis(&self) -> i64 {
        self.now().saturating_mul(1000)
    }
}

/// Which other profile a function asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Relation<'a> {
    /// `user.getLinkedObject(primaryName)`.
    LinkedObject(&'a str),
    /// `findDirectoryUser()`: the only Active Directory assignment.
    DirectoryUser,
    /// `findWorkdayUser()`.
    WorkdayUser,
    /// `getManagerUser(source)`.
    Manager(&'a str),
    /// `getManagerAppUser(source, attributes)`.
    ManagerAppUser(&'a str, &'a str),
    /// `getAssistantUser(source)`.
    Assistant(&'a str),
    /// `getAssistantAppUser(source, attributes)`.
    AssistantAppUser(&'a str, &'a str),
}

/// One group of the subject, as the group functions need it.
#[derive(Clone, Debug, Default)]
pub struct GroupView {
    /// `00g…`.
    pub id: String,
    /// The profile's name.
    pub name: String,
    /// `OKTA_GROUP`, `BUILT_IN` or `APP_GROUP`.
    pub kind: String,
    /// Id of the app instance (`0oa…`) that a group comes from.
    pub source_id: Option<String>,
    /// Type of that app, `active_directory` for example.
    pub source_name: Option<String>,
    /// Whatever else the group resource and its profile hold: `created`, `objectClass`, `profile` as a map, …
    pub attributes: IndexMap<String, Value>,
}
