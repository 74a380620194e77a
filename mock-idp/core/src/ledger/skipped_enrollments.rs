//! Required enrollments that can be left out for a while.

use serde::{Deserialize, Serialize};

use crate::model::SignInMethod;

/// For how long a user can leave out an enrollment that a policy requires. Okta: `gracePeriod`.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct EnrollmentGrace {
    /// The key of the authenticator.
    pub authenticator: String,
    pub ends: GraceEnd,
}

impl EnrollmentGrace {
    /// Whether it is for the authenticator of a method.
    #[must_use]
    pub fn covers(&self, method: SignInMethod) -> bool {
        self.authenticator == method.row().authenticator
    }
}

/// When it ends.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub enum GraceEnd {
    /// At this time; RFC 3339, as the policy says it.
    At(String),
    /// When it has been left out so many times more.
    AfterSkips(u32),
}

/// How often a user has left out enrollments whose number of skips is limited, by authenticator. Stored under the id of the user.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct SkippedEnrollments(Vec<(String, u32)>);

impl SkippedEnrollments {
    /// How often the enrollment of an authenticator was left out.
    #[must_use]
    pub fn count(&self, authenticator: &str) -> u32 {
        self.0.iter().find(|(known, _)| known == authenticator).map_or(0, |(_, count)| *count)
    }

    /// Counts once more.
    pub fn add(&mut self, authenticator: &str) {
        match self.0.iter_mut().find(|(known, _)| known == authenticator) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => self.0.push((authenticator.to_owned(), 1)),
        }
    }
}
