//! A check: one small assertion that writes a finding.

use std::fmt::Display;

use super::entry::{Finding, Severity, Verdict};
use super::recorder::Recorder;

/// One small assertion.
#[derive(Debug)]
pub struct Check {
    pub id: &'static str,
    /// The requirement, as a sentence.
    pub says: &'static str,
    pub severity: Severity,
    /// The sources: sections of RFCs and OpenID specifications, Okta pages, modules of the OpenID Foundation's
    /// conformance suite.
    pub cites: &'static [&'static str],
}

impl Check {
    /// Passes if `ok`. Returns `ok`.
    pub fn holds(&self, recorder: &Recorder, ok: bool, expected: impl Display, actual: impl Display) -> bool {
        let verdict = if ok { Verdict::Pass } else { Verdict::Fail };
        recorder.finding(self.finding(verdict, expected.to_string(), actual.to_string(), None));
        ok
    }

    /// Passes if two texts are equal.
    pub fn equals(&self, recorder: &Recorder, expected: &str, actual: Option<&str>) -> bool {
        self.holds(recorder, actual == Some(expected), expected, actual.unwrap_or("nothing"))
    }

    /// Passes if a value is present and not empty.
    pub fn present(&self, recorder: &Recorder, what: &str, actual: Option<&str>) -> bool {
        self.holds(recorder, actual.is_some_and(|actual| !actual.is_empty()), what, actual.unwrap_or("nothing"))
    }

    /// Passes if a value is absent.
    pub fn absent(&self, recorder: &Recorder, what: &str, actual: Option<&str>) -> bool {
        self.holds(recorder, actual.is_none(), format!("no {what}"), actual.unwrap_or("nothing"))
    }

    /// Skips the check for a reason.
    pub fn skip(&self, recorder: &Recorder, reason: impl Into<String>) {
        recorder.finding(self.finding(Verdict::Skip, String::new(), String::new(), Some(reason.into())));
    }

    /// Leaves the check to a manual review.
    pub fn review(&self, recorder: &Recorder, expected: impl Display, actual: impl Display) {
        recorder.finding(self.finding(Verdict::Review, expected.to_string(), actual.to_string(), None));
    }

    fn finding(&self, verdict: Verdict, expected: String, actual: String, reason: Option<String>) -> Finding {
        Finding {
            check: self.id.to_owned(),
            says: self.says.to_owned(),
            severity: self.severity,
            citations: self.cites.iter().map(|&cite| cite.to_owned()).collect(),
            verdict,
            expected,
            actual,
            reason,
            snapshot: false,
        }
    }
}

/// Defines checks, and `ALL` of a module's.
macro_rules! checks {
    ($($name:ident = $severity:ident $id:literal, $says:literal, [$($cite:literal),+ $(,)?];)+) => {
        $(
            #[doc = $says]
            pub const $name: $crate::record::Check = $crate::record::Check {
                id: $id,
                says: $says,
                severity: $crate::record::Severity::$severity,
                cites: &[$($cite),+],
            };
        )+
        /// Every check of this module.
        pub const ALL: &[$crate::record::Check] = &[$($name),+];
    };
}
pub(crate) use checks;
