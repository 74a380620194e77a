//! Problems that checks find in an org.

use super::problem::{Problem, Problems};

/// A problem, and what it may follow from.
#[derive(Debug)]
pub(super) struct FoundProblem {
    pub(super) problem: Problem,
    /// If the value may exist only once: the path of the first one.
    pub(super) first: Option<String>,
    /// The name that nothing has.
    pub(super) reference: Option<UnknownReference>,
    /// Paths of other values that decide whether there is a problem.
    pub(super) depends_on: Vec<String>,
}

#[derive(Debug)]
pub(super) struct UnknownReference {
    pub(super) name: String,
    /// The path of the list that should have the name.
    pub(super) list: String,
}

impl From<Problem> for FoundProblem {
    fn from(problem: Problem) -> Self {
        Self { problem, first: None, reference: None, depends_on: Vec::new() }
    }
}

impl From<FoundProblem> for Problem {
    fn from(found_problem: FoundProblem) -> Self {
        let mut problem = found_problem.problem;
        if let Some(first) = found_problem.first {
            problem.message = format!("{}; first at {first}", problem.message);
        }
        problem
    }
}

impl From<Vec<FoundProblem>> for Problems {
    fn from(found_problems: Vec<FoundProblem>) -> Self {
        Self(found_problems.into_iter().map(Problem::from).collect())
    }
}
