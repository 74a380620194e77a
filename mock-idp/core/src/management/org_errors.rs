//! How problems of a changed org look in the management API. Rules check before what Okta has an error for; this is for the rest.

use super::ApiError;
use crate::org::Problems;

impl From<Problems> for ApiError {
    fn from(problems: Problems) -> Self {
        // An element of a list has the name of the list.
        let is_name = |part: &&str| part.parse::<usize>().is_err();
        let member = |path: &str| path.rsplit('/').find(is_name).unwrap_or_default().to_owned();
        let subject = problems.0.first().map(|problem| member(&problem.path)).unwrap_or_default();
        let causes = problems.0.iter().map(|problem| format!("{}: {}", member(&problem.path), problem.message));
        Self::validation(&subject, causes.collect())
    }
}
